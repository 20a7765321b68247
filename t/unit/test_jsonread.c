
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_jsonread.c: texts and the objects parsed from them, each with what is
 * refused.
 */


#include "json_text.h"
#include "jwti_json.h"
#include "tap.h"


static void test_texts(void);
static void test_text_limits(void);
static size_t test_nested(char *text, char open, char close, size_t levels);
static void test_parse(void);
static void test_parse_limits(void);
static void test_members(void);
static void test_array_has(void);


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
    test_texts();
    test_text_limits();
    test_parse();
    test_parse_limits();
    test_members();
    test_array_has();

    return done();
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
    snprintf(text, sizeof(text), "{\"a\":");
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

    jwti_json_free(object);
}


static void
test_array_has(void)
{
    jwti_json_t  *object;

    ok(jwti_json_parse(jwti_str("{\"k\":\"k\",\"o\":{\"k\":\"x\"},\"z\":null,"
                       "\"l\":[1,null,\"secret\",[\"in\"],{\"m\":\"m\"},true,"
                       "\"\\u00e4\",\"last\"],\"e\":[],\"b\":[\"\"]}"), 200,
                       &object)
       == JWTI_OK, "an object with arrays");

    ok(jwti_json_array_has(object, "l", jwti_str("secret")),
       "a string in an array");
    ok(jwti_json_array_has(object, "l", jwti_str("last")), "the last one");
    ok(jwti_json_array_has(object, "l", jwti_str("\xc3\xa4")),
       "a string behind an escape");
    ok(!jwti_json_array_has(object, "l", jwti_str("secre")), "not its start");
    ok(!jwti_json_array_has(object, "l", jwti_str("secrets")),
       "nor a longer one");
    ok(!jwti_json_array_has(object, "l", jwti_str("Secret")),
       "nor in other letters");
    ok(!jwti_json_array_has(object, "l", jwti_str("other")), "not another");
    ok(!jwti_json_array_has(object, "l", jwti_str("")), "nor an empty one");
    ok(!jwti_json_array_has(object, "l", jwti_str("in")),
       "nor one of an array inside");
    ok(!jwti_json_array_has(object, "l", jwti_str("m")),
       "nor one of an object inside");
    ok(!jwti_json_array_has(object, "l", jwti_str("1")), "nor a number");
    ok(!jwti_json_array_has(object, "l", jwti_str("true")), "nor a literal");
    ok(!jwti_json_array_has(object, "l", jwti_str("null")), "nor null");

    ok(!jwti_json_array_has(object, "e", jwti_str("")),
       "nothing is in an empty array");
    ok(jwti_json_array_has(object, "b", jwti_str("")),
       "an empty string is in one that has it");

    ok(!jwti_json_array_has(object, "k", jwti_str("k")), "nor in a string");
    ok(!jwti_json_array_has(object, "o", jwti_str("x")), "nor is an object");
    ok(!jwti_json_array_has(object, "z", jwti_str("null")), "nor null");
    ok(!jwti_json_array_has(object, "x", jwti_str("x")), "nor what is absent");

    jwti_json_free(object);
}
