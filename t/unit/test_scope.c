
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_scope.c: which texts are lists of scopes, and what a client gets of
 * those that are granted.
 */


#include "jwti_scope.h"
#include "tap.h"


typedef struct {
    const char  *text;
    int          valid;
    const char  *title;
} test_text_t;

typedef struct {
    const char  *granted;
    const char  *asked;
    const char  *scope;         /* NULL: refused */
    const char  *title;
} test_narrow_t;


static const test_text_t  test_text_table[] = {
    { "read", 1, "one token" },
    { "read write", 1, "two" },
    { "!", 1, "the first character" },
    { "~", 1, "the last one" },
    { "#[]^a:b/c,d'e", 1, "what is no letter" },
    { "", 0, "no token" },
    { " ", 0, "a space" },
    { " read", 0, "a space first" },
    { "read ", 0, "a space last" },
    { "read  write", 0, "two spaces" },
    { "read\twrite", 0, "a tab" },
    { "a\"b", 0, "a quotation mark" },
    { "a\\b", 0, "a backslash" },
    { "\x7f", 0, "a control character" },
    { "\xc3\xa4", 0, "no ASCII" }
};


static const test_narrow_t  test_narrow_table[] = {
    { "a b c", "b", "b", "one" },
    { "a b c", "a c", "a c", "two" },
    { "a b c", "c a", "a c", "in another order" },
    { "a b c", "b b b", "b", "repeated" },
    { "a b c", "c b a", "a b c", "all" },
    { "a b c", "a b c", "a b c", "all, in order" },
    { "a b c", "a b c a", "a b c", "all, and one again" },
    { "a b a", "a", "a", "granted twice" },
    { "aa a", "a", "a", "a shorter one" },
    { "a aa", "aa", "aa", "a longer one" },
    { "a b c", "d", NULL, "another" },
    { "a b c", "a d", NULL, "another, too" },
    { "a b c", "ab", NULL, "a longer one that is not there" },
    { "ab", "a", NULL, "a shorter one that is not there" },
    { "a b c", "A", NULL, "in another case" },
    { "a b c", "", NULL, "nothing" },
    { "a b c", "a  b", NULL, "malformed" },
    { "a b c", "a\"", NULL, "no token" }
};


static jwti_str_t
str(const char *text)
{
    return (jwti_str_t) { (const unsigned char *) text, strlen(text) };
}


static void
test_texts(void)
{
    size_t  i;

    for (i = 0; i < sizeof(test_text_table) / sizeof(test_text_table[0]); i++)
    {
        is_int(jwti_scope_is_valid(str(test_text_table[i].text)),
               test_text_table[i].valid, test_text_table[i].title);
    }

    is_int(jwti_scope_is_valid((jwti_str_t) { NULL, 0 }), 0, "no text");
}


static void
test_size(void)
{
    static unsigned char  text[JWTI_VALUE_MAX + 1];

    memset(text, 'a', sizeof(text));

    is_int(jwti_scope_is_valid((jwti_str_t) { text, JWTI_VALUE_MAX }), 1,
           "as long as a value may be");
    is_int(jwti_scope_is_valid((jwti_str_t) { text, JWTI_VALUE_MAX + 1 }), 0,
           "longer");
}


static void
test_narrow(void)
{
    size_t                i, len;
    jwti_rc_t             rc;
    jwti_str_t            granted, scope;
    unsigned char        *memory;
    const test_narrow_t  *row;

    for (i = 0; i < sizeof(test_narrow_table) / sizeof(test_narrow_table[0]);
         i++)
    {
        row = &test_narrow_table[i];
        granted = str(row->granted);
        len = granted.len;

        /* no byte more: a sanitizer sees what is written past it */
        memory = malloc(len);

        rc = jwti_scope_narrow(granted, str(row->asked), memory, &scope);

        if (row->scope == NULL) {
            is_int(rc, JWTI_INVALID, row->title);

        } else {
            is_int(rc, JWTI_OK, row->title);
            is_str(scope, row->scope, row->title);
            is_int(scope.data == granted.data, scope.len == len, row->title);
        }

        free(memory);
    }
}


int
main(void)
{
    test_texts();
    test_size();
    test_narrow();

    return done();
}
