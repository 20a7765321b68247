
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_json.c: strings, numbers and texts, each with what is refused.  What is
 * written is read back by jansson.
 */


#include <jansson.h>

#include "jwti_json.h"
#include "tap.h"


typedef struct {
    const char  *text;
    const char  *want;          /* NULL: refused */
    const char  *name;
} test_text_t;

typedef struct {
    const char  *text;
    int          want;
} test_number_t;


static void test_strings(void);
static void test_every_byte(void);
static void test_string_space(void);
static void test_is_text(void);
static void test_random_strings(void);
static int test_reads_back(jwti_str_t text, jwti_str_t written);
static void test_number_table(void);
static void test_number_limits(void);
static void test_texts(void);
static void test_text_limits(void);
static size_t test_nested(char *text, char open, char close, size_t levels);
static void test_parse(void);
static void test_parse_limits(void);
static void test_members(void);


static const test_text_t  test_string_table[] = {
    { "", "\"\"", "an empty string" },
    { "abc", "\"abc\"", "plain text stays" },
    { "a\"b", "\"a\\\"b\"", "a quote is escaped" },
    { "a\\b", "\"a\\\\b\"", "a backslash is escaped" },
    { "a/b", "\"a/b\"", "a slash is not" },
    { "\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\"", "short escapes" },
    { "\x01\x1f", "\"\\u0001\\u001f\"", "other control characters" },
    { "\x7f", "\"\x7f\"", "DEL stays" },
    { "\"\"", "\"\\\"\\\"\"", "escapes side by side" },
    { "\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\"", "UTF-8 stays" },
    { "\xe2\x80\xa8\xe2\x80\xa9", "\"\xe2\x80\xa8\xe2\x80\xa9\"",
      "U+2028 and U+2029 stay" },
    { "\xf0\x9f\x94\x91", "\"\xf0\x9f\x94\x91\"", "four bytes stay" },
    { "\xc2\x80", "\"\xc2\x80\"", "the least of two bytes" },
    { "\xdf\xbf", "\"\xdf\xbf\"", "the greatest of two bytes" },
    { "\xe0\xa0\x80", "\"\xe0\xa0\x80\"", "the least of three bytes" },
    { "\xed\x9f\xbf", "\"\xed\x9f\xbf\"", "U+D7FF, before surrogates" },
    { "\xee\x80\x80", "\"\xee\x80\x80\"", "U+E000, after surrogates" },
    { "\xef\xbf\xbf", "\"\xef\xbf\xbf\"", "the greatest of three bytes" },
    { "\xf0\x90\x80\x80", "\"\xf0\x90\x80\x80\"", "the least of four bytes" },
    { "\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"", "U+10FFFF" },

    { "\xc0\x80", NULL, "NUL in two bytes is overlong" },
    { "\xc1\xbf", NULL, "ASCII in two bytes is overlong" },
    { "\xe0\x9f\xbf", NULL, "three bytes for two are overlong" },
    { "\xf0\x8f\xbf\xbf", NULL, "four bytes for three are overlong" },
    { "\xed\xa0\x80", NULL, "the first surrogate" },
    { "\xed\xbf\xbf", NULL, "the last surrogate" },
    { "\xf4\x90\x80\x80", NULL, "U+110000" },
    { "\xf5\x80\x80\x80", NULL, "a sequence that starts above" },
    { "\xf8\x88\x80\x80\x80", NULL, "five bytes" },
    { "\xff", NULL, "0xff" },
    { "\x80", NULL, "a continuation alone" },
    { "a\xbf", NULL, "a continuation after ASCII" },
    { "\xc3", NULL, "one byte of two" },
    { "\xe2\x82", NULL, "two bytes of three" },
    { "\xf0\x9f\x94", NULL, "three bytes of four" },
    { "\xc3(", NULL, "no continuation" },
    { "\xe2(\xac", NULL, "no second byte of three" },
    { "\xe2\x82(", NULL, "no third byte of three" },
    { "\xf0\x9f\x94(", NULL, "no fourth byte of four" }
};


static const test_number_t  test_numbers[] = {
    { "0", 1 }, { "-0", 1 }, { "1", 1 }, { "-1", 1 }, { "10", 1 },
    { "0.5", 1 }, { "-0.5", 1 }, { "1.50", 1 }, { "1e5", 1 }, { "1E5", 1 },
    { "1e+5", 1 }, { "1e-5", 1 }, { "1.5e10", 1 }, { "0e0", 1 },
    { "0.0", 1 }, { "1e99", 1 }, { "1e-99", 1 }, { "1e05", 1 },

    { "", 0 }, { "-", 0 }, { "+1", 0 }, { "01", 0 }, { "-01", 0 },
    { "00", 0 }, { ".5", 0 }, { "5.", 0 }, { "-.5", 0 }, { "1.e5", 0 },
    { "1e", 0 }, { "1e+", 0 }, { "1e-", 0 }, { "e5", 0 }, { "1.5.5", 0 },
    { "1e5e5", 0 }, { "1e5.5", 0 }, { "--1", 0 }, { "1-", 0 }, { " 1", 0 },
    { "1 ", 0 }, { "1\n", 0 }, { "0x10", 0 }, { "1_000", 0 }, { "1,5", 0 },
    { "NaN", 0 }, { "Infinity", 0 }, { "-Infinity", 0 }, { "inf", 0 },
    { "true", 0 }, { "null", 0 }, { "\"1\"", 0 }, { "1f", 0 }, { "1L", 0 },
    { "\xd9\xa1", 0 }
};


static const test_text_t  test_text_table[] = {
    { "{}", "{}", "an empty object" },
    { " [ ] ", "[]", "an empty array" },
    { "\"a b\"", "\"a b\"", "a string keeps its blanks" },
    { "true", "true", "a literal" },
    { " null\n", "null", "white space around it" },
    { "{ \"b\" : 1 ,\t\"a\" :\r\n [ 1 , 2 ] }", "{\"b\":1,\"a\":[1,2]}",
      "compact, in its order" },
    { "{\"a\": \"x \\\" : y\"}", "{\"a\":\"x \\\" : y\"}",
      "an escaped quote does not end a string" },
    { "{\"a\\\\\" : 1}", "{\"a\\\\\":1}", "an escaped backslash does" },
    { "[\"\\u00e4 \\/\"]", "[\"\\u00e4 \\/\"]", "escapes stay" },
    { "[\"\\ud83d\\udd11\"]", "[\"\\ud83d\\udd11\"]", "a surrogate pair" },
    { "{\"a\":{\"a\":1}}", "{\"a\":{\"a\":1}}", "a name in two objects" },
    { "[1.10, 1e5, -0, 0.1]", "[1.10,1e5,-0,0.1]", "numbers stay" },
    { "9007199254740993", "9007199254740993", "above 2^53" },
    { "9223372036854775807", "9223372036854775807", "the greatest integer" },
    { "-9223372036854775808", "-9223372036854775808", "the least integer" },
    { "3.141592653589793238462643", "3.141592653589793238462643",
      "more digits than a double has" },
    { "1e-400", "1e-400", "what a double takes for zero stays" },

    { "9223372036854775808", NULL, "one integer more" },
    { "-9223372036854775809", NULL, "one integer less" },
    { "12345678901234567890", NULL, "20 digits" },
    { "1e400", NULL, "above a double" },
    { "", NULL, "nothing" },
    { "  ", NULL, "white space" },
    { "{\"a\":1,\"a\":2}", NULL, "a duplicate member" },
    { "{\"a\":1,\"\\u0061\":2}", NULL, "a duplicate behind an escape" },
    { "[{\"a\":{\"b\":1,\"b\":1}}]", NULL, "a duplicate deep inside" },
    { "[\"\\u0000\"]", NULL, "a NUL escape" },
    { "{\"\\u0000\":1}", NULL, "a NUL escape in a name" },
    { "[\"\\ud800\"]", NULL, "a lone high surrogate" },
    { "[\"\\ud800x\"]", NULL, "a high surrogate before a letter" },
    { "[\"\\ud800\\u0041\"]", NULL, "a high surrogate before U+0041" },
    { "[\"\\udc00\"]", NULL, "a lone low surrogate" },
    { "[\"\xff\"]", NULL, "no UTF-8" },
    { "[\"\xc0\xaf\"]", NULL, "overlong UTF-8" },
    { "[\"\xed\xa0\x80\"]", NULL, "a surrogate in UTF-8" },
    { "[\"\xe2\x82\"]", NULL, "a cut sequence in a string" },
    { "\xef\xbb\xbf{}", NULL, "a byte order mark" },
    { "[\"a\nb\"]", NULL, "a line end in a string" },
    { "[\"a\tb\"]", NULL, "a tab in a string" },
    { "[\"\\x41\"]", NULL, "an unknown escape" },
    { "[\"\\u12\"]", NULL, "half an escape" },
    { "[\"a]", NULL, "an open string" },
    { "[\"a\\", NULL, "a backslash at the end" },
    { "{} {}", NULL, "two texts" },
    { "{}x", NULL, "a byte after the text" },
    { "[1,]", NULL, "a comma too many" },
    { "{\"a\":1,}", NULL, "a comma too many in an object" },
    { "[1 2]", NULL, "a comma too few" },
    { "{a:1}", NULL, "a name without quotes" },
    { "['a']", NULL, "single quotes" },
    { "[01]", NULL, "a leading zero" },
    { "[+1]", NULL, "a plus" },
    { "[.5]", NULL, "no digit before the point" },
    { "[NaN]", NULL, "NaN" },
    { "tru", NULL, "half a literal" },
    { "True", NULL, "a literal in other letters" },
    { "[1] // a", NULL, "a comment" },
    { "[\f1]", NULL, "a form feed as white space" },
    { "[", NULL, "an open array" },
    { "]", NULL, "a closed array" },
    { "[}", NULL, "brackets that do not match" },
    { "{\"a\"}", NULL, "a name without a value" }
};


int
main(void)
{
    test_strings();
    test_every_byte();
    test_string_space();
    test_is_text();
    test_random_strings();
    test_number_table();
    test_number_limits();
    test_texts();
    test_text_limits();
    test_parse();
    test_parse_limits();
    test_members();

    return done();
}


static void
test_strings(void)
{
    char                memory[64];
    size_t              i;
    jwti_rc_t           rc;
    jwti_buf_t          buf;
    const test_text_t  *t;

    for (i = 0; i < sizeof(test_string_table) / sizeof(test_string_table[0]);
         i++)
    {
        t = &test_string_table[i];

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_json_write_string(&buf, tap_str(t->text));

        is_int(rc, t->want == NULL ? JWTI_INVALID : JWTI_OK, t->name);
        is_int(jwti_json_is_text(tap_str(t->text)), t->want != NULL, t->name);

        if (t->want != NULL) {
            is_str(jwti_buf_written(&buf), t->want, t->name);
            ok(test_reads_back(tap_str(t->text), jwti_buf_written(&buf)),
               "a reader sees the text again");
        }
    }
}


static void
test_every_byte(void)
{
    char           memory[16], want[16], name[64];
    unsigned       i;
    jwti_rc_t      rc;
    jwti_buf_t     buf;
    jwti_str_t     text;
    unsigned char  byte;

    text.data = &byte;
    text.len = 1;

    for (i = 0; i < 128; i++) {
        byte = (unsigned char) i;
        snprintf(name, sizeof(name), "U+%04X alone", i);

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_json_write_string(&buf, text);

        if (i == 0) {
            is_int(rc, JWTI_INVALID, "a NUL is refused");
            continue;
        }

        if (i >= 0x20 && i != '"' && i != '\\') {
            snprintf(want, sizeof(want), "\"%c\"", (int) i);
            is_str(jwti_buf_written(&buf), want, name);
            continue;
        }

        ok(rc == JWTI_OK && memory[1] == '\\' && test_reads_back(text,
           jwti_buf_written(&buf)), name);

        if (memory[2] == 'u') {
            snprintf(want, sizeof(want), "\"\\u%04x\"", i);
            is_str(jwti_buf_written(&buf), want, name);
        }
    }

    ok(!jwti_json_is_text(jwti_str("a\0b")), "a NUL inside is no text");
    ok(jwti_json_write_string(&buf, jwti_str("a\0b")) == JWTI_INVALID,
       "a NUL inside is refused");
}


static void
test_string_space(void)
{
    char        memory[16];
    jwti_buf_t  buf;

    memset(memory, '#', sizeof(memory));

    jwti_buf_init(&buf, memory, 10);
    ok(jwti_json_write_string(&buf, jwti_str("a\x01" "b")) == JWTI_OK
       && jwti_buf_ok(&buf) == JWTI_OK, "a string into its exact length");

    jwti_buf_init(&buf, memory, 9);
    ok(jwti_json_write_string(&buf, jwti_str("a\x01" "b")) == JWTI_OK
       && jwti_buf_ok(&buf) == JWTI_NO_SPACE, "one byte short overflows");

    is_int(memory[10], '#', "the byte behind the end is untouched");

    jwti_buf_init(&buf, memory, 2);
    ok(jwti_json_write_string(&buf, tap_str(NULL)) == JWTI_OK,
       "no bytes are an empty string");
    is_str(jwti_buf_written(&buf), "\"\"", "an empty string");
}


static void
test_is_text(void)
{
    ok(jwti_json_is_text(tap_str(NULL)), "no bytes are text");
    ok(jwti_json_is_text(jwti_str("a\n\"\\")), "what is escaped is text");

    /* the length counts, not what is in memory behind it */

    ok(!jwti_json_is_text((jwti_str_t) { (const unsigned char *)
       "\xe2\x82\xac", 2 }), "a sequence ends with its string");
}


static void
test_random_strings(void)
{
    size_t         i, len, round, texts, bad;
    jwti_buf_t     buf;
    jwti_str_t     text;
    unsigned char  bytes[40], memory[6 * 40 + 2];

    static const unsigned char  pieces[] = "a\"\\\n\x01\x80\xbf\xc3\xa4\xe2"
                                           "\x82\xac\xf0\x9f\x94\x91\xed";

    texts = 0;
    bad = 0;

    for (round = 0; round < 200000; round++) {
        len = tap_random() % (round % 2 ? 6 : sizeof(bytes));

        for (i = 0; i < len; i++) {
            bytes[i] = (round % 4 < 2)
                       ? pieces[tap_random() % (sizeof(pieces) - 1)]
                       : (unsigned char) (tap_random() % 128);
        }

        text.data = bytes;
        text.len = len;

        jwti_buf_init(&buf, memory, sizeof(memory));

        if (jwti_json_write_string(&buf, text) != JWTI_OK) {
            bad += jwti_json_is_text(text) != 0;
            continue;
        }

        texts++;
        bad += jwti_json_is_text(text) != 1
               || jwti_buf_ok(&buf) != JWTI_OK
               || !test_reads_back(text, jwti_buf_written(&buf));
    }

    is_int((long long) bad, 0, "each random string is refused or read back");
    ok(texts > 50000 && texts < 190000, "many of each");
}


/* 1 when jansson reads text from written; its own check agrees with ours */

static int
test_reads_back(jwti_str_t text, jwti_str_t written)
{
    int      same;
    json_t  *value;

    value = json_loadb((const char *) written.data, written.len,
                       JSON_DECODE_ANY, NULL);

    same = value != NULL && json_string_length(value) == text.len
           && memcmp(json_string_value(value), text.data, text.len) == 0;

    json_decref(value);

    return same;
}


static void
test_number_table(void)
{
    size_t  i;

    for (i = 0; i < sizeof(test_numbers) / sizeof(test_numbers[0]); i++) {
        is_int(jwti_json_is_number(tap_str(test_numbers[i].text)),
               test_numbers[i].want,
               test_numbers[i].want ? "a number" : "no number");
    }

    is_int(jwti_json_is_number(jwti_str("1\0")), 0, "a NUL after a number");
    is_int(jwti_json_is_number(tap_str(NULL)), 0, "no bytes");
    is_int(jwti_json_is_number((jwti_str_t) { (const unsigned char *) "1.5",
           2 }), 0, "a number ends with its string");
}


static void
test_number_limits(void)
{
    char    text[256];
    size_t  i;

    static const test_number_t  table[] = {
        { "9007199254740991", 1 }, { "9007199254740992", 0 },
        { "-9007199254740991", 1 }, { "-9007199254740992", 0 },
        { "9999999999999999", 0 }, { "1000000000000000", 1 },
        { "10000000000000000", 0 }, { "12345678901234567890", 0 },
        { "1.2345678901234567", 1 }, { "1.23456789012345678", 0 },
        { "0.12345678901234567", 1 }, { "0.123456789012345678", 0 },
        { "12345678901234567.0", 0 }, { "1234567890123456.7", 1 },
        { "0.050000000000000003", 1 }, { "1.00000000000000000", 0 },
        { "1e99", 1 }, { "1e100", 0 }, { "1e-100", 0 }, { "1e400", 0 },
        { "1e-400", 0 }, { "1e001", 0 }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        is_int(jwti_json_is_number(tap_str(table[i].text)), table[i].want,
               table[i].text);
    }

    /* zeros before the first digit: "0." and 98 more, then 99 */

    memset(text, '0', sizeof(text));
    text[1] = '.';
    strcpy(text + 100, "1");
    is_int(jwti_json_is_number(tap_str(text)), 1, "99 zeros in front");

    text[100] = '0';
    strcpy(text + 101, "1");
    is_int(jwti_json_is_number(tap_str(text)), 0, "100 zeros in front");
}


static void
test_texts(void)
{
    char                memory[64];
    size_t              i;
    jwti_rc_t           rc;
    jwti_buf_t          buf;
    const test_text_t  *t;

    for (i = 0; i < sizeof(test_text_table) / sizeof(test_text_table[0]); i++) {
        t = &test_text_table[i];

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_json_write_json(&buf, tap_str(t->text));

        is_int(rc, t->want == NULL ? JWTI_INVALID : JWTI_OK, t->name);
        is_str(jwti_buf_written(&buf), t->want == NULL ? "" : t->want,
               t->name);
    }

    jwti_buf_init(&buf, memory, sizeof(memory));
    ok(jwti_json_write_json(&buf, jwti_str("[1\0]")) == JWTI_INVALID,
       "a NUL after a number, which jansson skips");
    ok(jwti_json_write_json(&buf, jwti_str("{}\0")) == JWTI_INVALID,
       "a NUL at the end");
    ok(jwti_json_write_json(&buf, tap_str(NULL)) == JWTI_INVALID, "no bytes");

    jwti_buf_init(&buf, memory, 4);
    ok(jwti_json_write_json(&buf, jwti_str("[1, 2]")) == JWTI_OK
       && jwti_buf_ok(&buf) == JWTI_NO_SPACE, "one byte short overflows");
}


static void
test_text_limits(void)
{
    static char  memory[JWTI_VALUE_MAX], text[JWTI_VALUE_MAX + 1];

    size_t      len;
    jwti_buf_t  buf;
    jwti_str_t  str;

    memset(text, 'a', sizeof(text));
    text[0] = '"';
    text[JWTI_VALUE_MAX - 1] = '"';
    str.data = (const unsigned char *) text;
    str.len = JWTI_VALUE_MAX;

    jwti_buf_init(&buf, memory, sizeof(memory));
    ok(jwti_json_write_json(&buf, str) == JWTI_OK
       && jwti_buf_ok(&buf) == JWTI_OK, "JWTI_VALUE_MAX bytes");

    text[JWTI_VALUE_MAX - 1] = 'a';
    text[JWTI_VALUE_MAX] = '"';
    str.len++;
    ok(jwti_json_write_json(&buf, str) == JWTI_INVALID, "one byte more");

    jwti_buf_init(&buf, memory, sizeof(memory));
    str.len = test_nested(text, '[', ']', JWTI_JSON_DEPTH_MAX);
    ok(jwti_json_write_json(&buf, str) == JWTI_OK,
       "JWTI_JSON_DEPTH_MAX levels");

    str.len = test_nested(text, '[', ']', JWTI_JSON_DEPTH_MAX + 1);
    ok(jwti_json_write_json(&buf, str) == JWTI_INVALID, "one level more");

    str.len = test_nested(text, '[', ']', JWTI_VALUE_MAX / 2);
    ok(jwti_json_write_json(&buf, str) == JWTI_INVALID, "2048 levels");

    /* brackets in strings and side by side are no levels */

    memset(text, '[', 64);
    text[0] = '"';
    text[1] = '\\';
    text[2] = '"';
    text[63] = '"';
    str.len = 64;
    ok(jwti_json_write_json(&buf, str) == JWTI_OK, "brackets in a string");

    ok(jwti_json_write_json(&buf, jwti_str("[\"]]\",[[[[[[[[[[[[[[[["
                            "]]]]]]]]]]]]]]]]]")) == JWTI_INVALID,
       "nor do those in a string end one");

    len = (size_t) snprintf(text, sizeof(text), "[[],[],[],[],[],[],[],[],[],"
                            "[],[],[],[],[],[],[],[],[],[],[],{},{},{}]");
    str.len = len;
    ok(jwti_json_write_json(&buf, str) == JWTI_OK, "brackets side by side");
}


static size_t
test_nested(char *text, char open, char close, size_t levels)
{
    memset(text, open, levels);
    memset(text + levels, close, levels);

    return 2 * levels;
}


static void
test_parse(void)
{
    size_t              i;
    jwti_rc_t           rc, want;
    jwti_json_t        *object;
    const test_text_t  *t;

    for (i = 0; i < sizeof(test_text_table) / sizeof(test_text_table[0]); i++) {
        t = &test_text_table[i];
        want = (t->want != NULL && t->want[0] == '{') ? JWTI_OK : JWTI_INVALID;

        rc = jwti_json_parse(tap_str(t->text), 4096, &object);

        is_int(rc, want, t->name);
        ok((object != NULL) == (rc == JWTI_OK), "an object when it is one");

        jwti_json_free(object);
    }

    jwti_json_free(NULL);
}


static void
test_parse_limits(void)
{
    char          text[128];
    size_t        len;
    jwti_str_t    str;
    jwti_json_t  *object;

    str = jwti_str("{\"a\": 1}");
    ok(jwti_json_parse(str, str.len, &object) == JWTI_OK, "max bytes");
    jwti_json_free(object);

    ok(jwti_json_parse(str, str.len - 1, &object) == JWTI_INVALID,
       "one byte more than max");

    str.data = (const unsigned char *) text;
    memcpy(text, "{\"a\":", 5);
    len = test_nested(text + 5, '[', ']', JWTI_JSON_DEPTH_MAX - 1);
    text[5 + len] = '}';
    str.len = len + 6;
    ok(jwti_json_parse(str, sizeof(text), &object) == JWTI_OK,
       "JWTI_JSON_DEPTH_MAX levels with the object");
    jwti_json_free(object);

    len = test_nested(text + 5, '[', ']', JWTI_JSON_DEPTH_MAX);
    text[5 + len] = '}';
    str.len = len + 6;
    ok(jwti_json_parse(str, sizeof(text), &object) == JWTI_INVALID,
       "one level more");
}


static void
test_members(void)
{
    jwti_str_t    value;
    jwti_json_t  *object;

    ok(jwti_json_parse(jwti_str("{\"k\": \"\\u00e4\\n\\ud83d\\udd11\","
                       "\"e\":\"\",\"n\":1,\"z\":null,\"o\":{\"k\":\"x\"},"
                       "\"l\":[\"secret\",[\"secret\"]]}"), 200, &object)
       == JWTI_OK, "an object of all types");

    ok(jwti_json_get_string(object, "k", &value) == JWTI_OK, "a string");
    is_str(value, "\xc3\xa4\n\xf0\x9f\x94\x91", "its escapes are decoded");

    ok(jwti_json_get_string(object, "e", &value) == JWTI_OK, "an empty one");
    is_str(value, "", "is empty, not absent");

    ok(jwti_json_get_string(object, "n", &value) == JWTI_INVALID,
       "a number is no string");
    ok(jwti_json_get_string(object, "z", &value) == JWTI_INVALID,
       "null is no string");
    ok(jwti_json_get_string(object, "o", &value) == JWTI_INVALID,
       "an object is no string");
    ok(jwti_json_get_string(object, "x", &value) == JWTI_NOT_FOUND,
       "no such member");
    ok(jwti_json_get_string(object, "K", &value) == JWTI_NOT_FOUND,
       "names are case-sensitive");

    ok(jwti_json_has(object, "z"), "null is there");
    ok(jwti_json_has(object, "l"), "an array is there");
    ok(!jwti_json_has(object, "x"), "another name is not");

    ok(jwti_json_array_has(object, "l", jwti_str("secret")),
       "a string in an array");
    ok(!jwti_json_array_has(object, "l", jwti_str("secre")), "not its start");
    ok(!jwti_json_array_has(object, "l", jwti_str("other")), "not another");
    ok(!jwti_json_array_has(object, "k", jwti_str("k")), "nor in a string");
    ok(!jwti_json_array_has(object, "o", jwti_str("x")), "nor is an object");
    ok(!jwti_json_array_has(object, "x", jwti_str("x")), "nor what is absent");

    jwti_json_free(object);
}
