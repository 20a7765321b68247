
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_form.c: one reading of each form, and no form with two.
 */


#include "jwti_form.h"
#include "tap.h"


typedef struct {
    const char  *text;
    const char  *name;
    const char  *value;         /* NULL: left out */
    const char  *title;
} test_field_t;

typedef struct {
    const char  *text;
    const char  *err;
    const char  *title;
} test_bad_t;


static void test_fields(void);
static void test_refused(void);
static void test_bytes(void);
static void test_size(void);
static void test_count(void);
static void test_errors(const char *err);
static void test_several(void);
static void test_query(void);


static const test_field_t  test_field_table[] = {
    { "a=1", "a", "1", "one field" },
    { "a=1", "b", NULL, "another name" },
    { "a=1", "A", NULL, "names are case-sensitive" },
    { "ab=1", "a", NULL, "a longer name" },
    { "a=1&b=2", "b", "2", "the second field" },
    { "&&a=1&&b=2&", "b", "2", "empty pieces are skipped" },
    { "a=x+y", "a", "x y", "a plus is a blank" },
    { "a+b=1", "a b", "1", "also in a name" },
    { "a=x%20y", "a", "x y", "a percent sequence" },
    { "a=%2B%26%3D%25", "a", "+&=%", "of characters with a meaning" },
    { "a=%c3%A4", "a", "\xc3\xa4", "of UTF-8, in letters of both cases" },
    { "a=\xc3\xa4", "a", "\xc3\xa4", "UTF-8 itself" },
    { "a=\xc3%a4", "a", "\xc3\xa4", "UTF-8 half in percent" },
    { "%61=1", "a", "1", "a name in percent" },
    { "a=b=c", "a", "b=c", "the second = belongs to the value" },
    { "a=%0d%0a%01", "a", "\r\n\x01", "control characters are text" },
    { "a=1;b=2", "a", "1;b=2", "a semicolon does not separate" },
    { "a=1?b", "a", "1?b", "nor does a question mark" },
    { "a=%2525", "a", "%25", "decoded once" },
    { "a=", "a", NULL, "an empty value is left out" },
    { "a", "a", NULL, "so is no value" },
    { "a=&b=1", "b", "1", "the field after it is not" },
    { "=1", "", NULL, "an empty name is skipped" },
    { "=1&a=2", "a", "2", "the field after it is not" },
    { "=", "", NULL, "neither name nor value" },
    { "", "a", NULL, "an empty form" },
    { "&", "a", NULL, "a separator alone" }
};


static const test_bad_t  test_bad_table[] = {
    { "a=1&a=2", "repeated", "a repeated name" },
    { "a=1&b=2&a=1", "repeated", "with the same value" },
    { "%61=1&a=2", "repeated", "with another encoding" },
    { "a=1&%61=2", "repeated", "with another encoding, later" },
    { "a+b=1&a%20b=2", "repeated", "with two encodings of a blank" },
    { "a=&a=1", "repeated", "first without a value" },
    { "a=1&a=", "repeated", "then without a value" },
    { "a&a", "repeated", "twice without a value" },
    { "=1&=2", "repeated", "an empty name twice" },
    { "=&=", "repeated", "with nothing at all" },
    { "a=%", "percent", "a percent at the end" },
    { "a=%4", "percent", "one digit" },
    { "a=%4&b=1", "percent", "one digit before a separator" },
    { "a=%%41", "percent", "two percents" },
    { "a=%zz", "percent", "no digits" },
    { "a=%4g", "percent", "one digit and a letter" },
    { "a=%g4", "percent", "a letter and one digit" },
    { "a=% 41", "percent", "a blank" },
    { "a=%u0041", "percent", "not the escape of JavaScript" },
    { "%=1", "percent", "in a name" },
    { "%4=1", "percent", "one digit of a name, which = does not complete" },
    { "a=%00", "NUL", "a NUL" },
    { "a%00=1", "NUL", "a NUL in a name" },
    { "a=x%00y", "NUL", "a NUL inside" },
    { "a=%ff", "UTF-8", "0xff" },
    { "a=\xff", "UTF-8", "0xff itself" },
    { "%ff=1", "UTF-8", "0xff in a name" },
    { "a=%c3", "UTF-8", "a cut sequence" },
    { "a%c3=%a4", "UTF-8", "a sequence across name and value" },
    { "a=%c3&%a4=", "UTF-8", "a sequence across fields" },
    { "a=%c0%80", "UTF-8", "an overlong NUL" },
    { "a=%ed%a0%80", "UTF-8", "a surrogate" },
    { "a=%f4%90%80%80", "UTF-8", "above U+10FFFF" },
    { "a=1&b=%", "percent", "after a good field" }
};


int
main(void)
{
    test_fields();
    test_refused();
    test_bytes();
    test_size();
    test_count();
    test_several();
    test_query();

    return done();
}


static void
test_fields(void)
{
    size_t               i;
    const char          *err;
    jwti_rc_t            rc;
    jwti_form_t          form;
    unsigned char       *memory;
    const jwti_str_t    *value;
    const test_field_t  *t;

    for (i = 0; i < sizeof(test_field_table) / sizeof(test_field_table[0]);
         i++)
    {
        t = &test_field_table[i];

        /* exactly the size that the contract asks for, seen by sanitizers */

        memory = malloc(strlen(t->text) + (t->text[0] == '\0'));
        rc = jwti_form_parse(&form, tap_str(t->text), memory, &err);
        is_int(rc, JWTI_OK, t->title);

        value = jwti_form_get(&form, tap_str(t->name));
        is_str(value == NULL ? tap_str(NULL) : *value, t->value, t->title);

        free(memory);
    }
}


static void
test_refused(void)
{
    size_t             i;
    const char        *err;
    jwti_rc_t          rc;
    jwti_form_t        form;
    unsigned char     *memory;
    const test_bad_t  *t;

    for (i = 0; i < sizeof(test_bad_table) / sizeof(test_bad_table[0]); i++) {
        t = &test_bad_table[i];
        err = "";

        memory = malloc(strlen(t->text));
        rc = jwti_form_parse(&form, tap_str(t->text), memory, &err);

        is_int(rc, JWTI_INVALID, t->title);
        ok(strstr(err, t->err) != NULL, "and the reason says so");
        ok(jwti_form_get(&form, jwti_str("a")) == NULL, "nothing is left");
        test_errors(err);

        free(memory);
    }
}


static void
test_bytes(void)
{
    const char     *err;
    jwti_form_t     form;
    unsigned char   memory[8];

    ok(jwti_form_parse(&form, jwti_str("a=\0"), memory, &err) == JWTI_INVALID,
       "a NUL itself");
    ok(jwti_form_parse(&form, (jwti_str_t) { (const unsigned char *) "a=%41",
       4 }, memory, &err) == JWTI_INVALID, "a form ends with its string");
    ok(jwti_form_parse(&form, tap_str(NULL), NULL, &err) == JWTI_OK
       && form.nfields == 0, "no bytes, no memory");
}


static void
test_size(void)
{
    static unsigned char  text[JWTI_FORM_MAX + 1], memory[JWTI_FORM_MAX + 1];

    const char   *err;
    jwti_str_t    str;
    jwti_form_t   form;

    memset(text, 'a', sizeof(text));
    text[1] = '=';
    str.data = text;
    str.len = JWTI_FORM_MAX;

    ok(jwti_form_parse(&form, str, memory, &err) == JWTI_OK
       && jwti_form_get(&form, jwti_str("a"))->len == JWTI_FORM_MAX - 2,
       "JWTI_FORM_MAX bytes");

    str.len++;
    ok(jwti_form_parse(&form, str, memory, &err) == JWTI_INVALID,
       "one byte more");
    test_errors(err);
}


static void
test_count(void)
{
    char            text[1024], *pos;
    size_t          i;
    const char     *err;
    jwti_form_t     form;
    unsigned char   memory[1024];

    pos = text;

    for (i = 0; i < JWTI_FORM_FIELDS_MAX; i++) {
        pos += sprintf(pos, "&f%zu=%zu&", i, i);
    }

    ok(jwti_form_parse(&form, tap_str(text), memory, &err) == JWTI_OK
       && form.nfields == JWTI_FORM_FIELDS_MAX, "JWTI_FORM_FIELDS_MAX fields");
    is_str(*jwti_form_get(&form, jwti_str("f63")), "63",
           "the last one is there");

    memcpy(pos, "x=1", sizeof("x=1"));
    ok(jwti_form_parse(&form, tap_str(text), memory, &err) == JWTI_INVALID,
       "one field more");
    test_errors(err);

    memcpy(pos, "x=", sizeof("x="));
    ok(jwti_form_parse(&form, tap_str(text), memory, &err) == JWTI_INVALID,
       "one field more, also without a value");
}


/* RFC 6749, section 5.2: %x20-21 / %x23-5B / %x5D-7E */

static void
test_errors(const char *err)
{
    const char  *pos;

    for (pos = err; *pos >= 0x20 && *pos <= 0x7e && *pos != '"'
         && *pos != '\\'; pos++)
    {
        /* void */
    }

    ok(pos != err && *pos == '\0', "the reason fits error_description");
}


static void
test_several(void)
{
    const char     *err;
    jwti_form_t     form;
    unsigned char   memory[128];

    ok(jwti_form_parse(&form, jwti_str("grant_type=client_credentials&scope="
       "&service=mi%2Dng&=&environment=prod+eu"), memory, &err) == JWTI_OK,
       "a request for a token");

    is_int((long long) form.nfields, 3, "only fields with a value are listed");
    is_str(form.fields[0].name, "grant_type", "in their order: the first");
    is_str(form.fields[1].value, "mi-ng", "the second");
    is_str(form.fields[2].value, "prod eu", "the last");
    ok(jwti_form_get(&form, jwti_str("")) == NULL, "no name is empty");
}


/* as a form they are other names, but readers of a query take them for one */

static void
test_query(void)
{
    size_t          i;
    const char     *err;
    jwti_form_t     form;
    unsigned char   memory[64];

    static const char  *once[] = { "a=1&A=2", "A&b&a=1", "aB=1&c=2&Ab=1",
        "%41=1&a=2", "a=&A=" };

    for (i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
        err = "";

        ok(jwti_form_parse(&form, tap_str(once[i]), memory, &err) == JWTI_OK,
           once[i]);
        ok(jwti_form_parse_query(&form, tap_str(once[i]), memory, &err)
           == JWTI_INVALID && form.nfields == 0, "not as a query");
        ok(strstr(err, "repeated") != NULL, "as the reason says");
    }

    ok(jwti_form_parse_query(&form, jwti_str("Service=Orders&user=U1&@=1&`=2"),
       memory, &err) == JWTI_OK, "other names in a query");
    is_str(form.fields[0].name, "Service", "which stay as they are");
    is_str(form.fields[0].value, "Orders", "with their values");
}
