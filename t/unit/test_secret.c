
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_secret.c: the key's text in secrets of every kind.
 */


#include "jwti_secret.h"
#include "tap.h"


typedef struct {
    const char  *text;
    const char  *field;
    const char  *key;           /* NULL: refused */
    jwti_rc_t    rc;
    const char  *err;
} test_secret_t;


static void test_secrets(void);
static void test_names(void);
static void test_size(void);
static jwti_rc_t test_get(jwti_str_t text, jwti_str_t field);


static char           test_err[JWTI_SECRET_ERR_MAX + 1];
static unsigned char  test_memory[JWTI_KEY_TEXT_MAX];
static jwti_buf_t     test_key;


static const test_secret_t  test_secret_table[] = {
    { "{\"a\":\"geheim\",\"k\":\"v\\nw\"}", "k", "v\nw", 0, NULL },
    { "{\"a\":\"geheim\",\"private_key\":\"v\"}", "", "v", 0, NULL },
    { " {\"private_key\":\"v\"}\n", "", "v", 0, NULL },
    { "{\"kty\":\"oct\",\"k\":\"v\"}", "", "{\"kty\":\"oct\",\"k\":\"v\"}", 0,
      NULL },
    { "{\"kty\":\"oct\",\"k\":\"v\"}", "k", "v", 0, NULL },
    { "{\"kty\":5,\"private_key\":\"v\"}", "",
      "{\"kty\":5,\"private_key\":\"v\"}", 0, NULL },
    { "{\"\xc3\xa4\":\"v\"}", "\xc3\xa4", "v", 0, NULL },
    { "MIIEv...", "", "MIIEv...", 0, NULL },
    { "-----BEGIN PRIVATE KEY-----\\n", "", "-----BEGIN PRIVATE KEY-----\\n",
      0, NULL },
    { "\"text\"", "", "\"text\"", 0, NULL },
    { "[\"a\"]", "", "[\"a\"]", 0, NULL },
    { "{password", "", "{password", 0, NULL },
    { "password}", "", "password}", 0, NULL },
    { "\xff\x00", "", "\xff", 0, NULL },
    { "{\"private_key\":\"v\",}", "", NULL, JWTI_INVALID,
      "the secret is in braces but no valid JSON object" },
    { " {\"a\":\"b\",\"a\":\"c\"}\n", "", NULL, JWTI_INVALID,
      "the secret is in braces but no valid JSON object" },
    { "{}", "", NULL, JWTI_NOT_FOUND,
      "the secret has no field \"private_key\", there are none" },
    { "{\"a\":\"geheim\",\"b\":5}", "", NULL, JWTI_NOT_FOUND,
      "the secret has no field \"private_key\", there are: \"a\", \"b\"" },
    { "{\"a\":\"geheim\"}", "A", NULL, JWTI_NOT_FOUND,
      "the secret has no field \"A\", there are: \"a\"" },
    { "{\"a\":null}", "a", NULL, JWTI_NOT_FOUND,
      "the secret has no field \"a\", there are: \"a\"" },
    { "{\"a\":\"\"}", "a", NULL, JWTI_INVALID,
      "the secret's field \"a\" is empty" },
    { "{\"a\":5}", "a", NULL, JWTI_INVALID,
      "the secret's field \"a\" is no string" },
    { "{\"a\":{\"kty\":\"oct\"}}", "a", NULL, JWTI_INVALID,
      "the secret's field \"a\" is no string" },
    { "{\"a\\n\\\"\xc3\xa4\":\"geheim\"}", "b", NULL, JWTI_NOT_FOUND,
      "the secret has no field \"b\", there are: \"a?'??\"" },
    { "geheim", "a", NULL, JWTI_INVALID,
      "the secret is no JSON object, so it has no field \"a\"" },
    { "", "", NULL, JWTI_INVALID, "the secret is empty" },
    { "", "a", NULL, JWTI_INVALID, "the secret is empty" }
};


int
main(void)
{
    test_secrets();
    test_names();
    test_size();

    return done();
}


static void
test_secrets(void)
{
    size_t                i;
    jwti_rc_t             rc;
    const test_secret_t  *test;

    for (i = 0; i < sizeof(test_secret_table) / sizeof(test_secret_t); i++) {
        test = &test_secret_table[i];
        rc = test_get(tap_str(test->text), tap_str(test->field));

        if (test->key != NULL) {
            is_int(rc, JWTI_OK, "a key");
            is_str(jwti_buf_written(&test_key), test->key, "its text");
            is_str(tap_str(test_err), "", "no error");
            continue;
        }

        is_int(rc, test->rc, "no key");
        is_str(tap_str(test_err), test->err, "its error");
        ok(strstr(test_err, "geheim") == NULL, "without a value");
        is_int((long long) jwti_buf_len(&test_key), 0, "nothing is written");
    }
}


static void
test_names(void)
{
    char    text[1024];
    size_t  i, len;

    len = (size_t) sprintf(text, "{");

    for (i = 0; i < JWTI_SECRET_NAMES_MAX; i++) {
        len += (size_t) sprintf(text + len, "\"N%zu\":\"geheim\",", i);
    }

    strcpy(text + len - 1, "}");
    is_int(test_get(tap_str(text), jwti_str("a")), JWTI_NOT_FOUND,
           "as many names as are told");
    ok(strstr(test_err, "\"N15\"") != NULL && strstr(test_err, "...") == NULL,
       "all of them");

    strcpy(text + len - 1, ",\"M\":\"geheim\"}");
    is_int(test_get(tap_str(text), jwti_str("a")), JWTI_NOT_FOUND,
           "one more");
    ok(strstr(test_err, "\"N15\", ...") != NULL
       && strstr(test_err, "\"M\"") == NULL, "is not told");
    ok(strstr(test_err, "geheim") == NULL, "without a value");
}


static void
test_size(void)
{
    static char  text[JWTI_KEY_TEXT_MAX + 2];

    char        err[JWTI_SECRET_ERR_MAX + 1];
    jwti_buf_t  key;

    memset(text, 'a', sizeof(text));
    text[JWTI_KEY_TEXT_MAX] = '\0';
    is_int(test_get(tap_str(text), jwti_str("")), JWTI_OK,
           "the longest secret");
    is_int((long long) jwti_buf_len(&test_key), JWTI_KEY_TEXT_MAX, "is whole");

    text[JWTI_KEY_TEXT_MAX] = 'a';
    text[JWTI_KEY_TEXT_MAX + 1] = '\0';
    is_int(test_get(tap_str(text), jwti_str("")), JWTI_INVALID,
           "a longer one");
    is_str(tap_str(test_err), "the secret is longer than 65536 bytes",
           "is refused");

    jwti_buf_init(&key, test_memory, 2);
    is_int(jwti_secret_key(&key, jwti_str("abc"), jwti_str(""), err),
           JWTI_NO_SPACE, "no space");

    jwti_buf_init(&key, test_memory, 2);
    is_int(jwti_secret_key(&key, jwti_str("{\"a\":\"abc\"}"), jwti_str("a"),
                           err), JWTI_NO_SPACE, "nor for a field");
}


static jwti_rc_t
test_get(jwti_str_t text, jwti_str_t field)
{
    jwti_buf_init(&test_key, test_memory, sizeof(test_memory));

    return jwti_secret_key(&test_key, text, field, test_err);
}
