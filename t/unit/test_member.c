
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_member.c: what a value of each type may be, how names and values are
 * escaped, and what is refused with which words.
 */


#include "claims.h"


/* bytes in a literal, NULs included */
#define bytes(literal)  { (const unsigned char *) (literal),                  \
                          sizeof(literal) - 1 }


typedef struct {
    const char   *what;
    jwti_type_e   type;
    jwti_str_t    value;
    const char   *json;         /* NULL: refused */
    const char   *err;
} value_t;


static const value_t  values[] = {

    { "empty string", JWTI_TYPE_STRING, bytes(""), "\"\"", NULL },
    { "quote", JWTI_TYPE_STRING, bytes("a\"b"), "\"a\\\"b\"", NULL },
    { "backslash", JWTI_TYPE_STRING, bytes("a\\b"), "\"a\\\\b\"", NULL },
    { "breaking out", JWTI_TYPE_STRING, bytes("x\",\"admin\":\"y"),
      "\"x\\\",\\\"admin\\\":\\\"y\"", NULL },
    { "slash", JWTI_TYPE_STRING, bytes("a/b"), "\"a/b\"", NULL },
    { "delete", JWTI_TYPE_STRING, bytes("\x7f"), "\"\x7f\"", NULL },
    { "U+2028", JWTI_TYPE_STRING, bytes("\xe2\x80\xa8"),
      "\"\xe2\x80\xa8\"", NULL },
    { "4 bytes", JWTI_TYPE_STRING, bytes("\xf0\x9f\x94\x91"),
      "\"\xf0\x9f\x94\x91\"", NULL },
    { "U+10FFFF", JWTI_TYPE_STRING, bytes("\xf4\x8f\xbf\xbf"),
      "\"\xf4\x8f\xbf\xbf\"", NULL },
    { "text null", JWTI_TYPE_STRING, bytes("null"), "\"null\"", NULL },
    { "text true", JWTI_TYPE_STRING, bytes("true"), "\"true\"", NULL },
    { "text number", JWTI_TYPE_STRING, bytes("1"), "\"1\"", NULL },

    { "NUL", JWTI_TYPE_STRING, bytes("a\0b"), NULL,
      "value is not valid UTF-8" },
    { "lone 0x80", JWTI_TYPE_STRING, bytes("\x80"), NULL,
      "value is not valid UTF-8" },
    { "cut short", JWTI_TYPE_STRING, bytes("\xe2\x80"), NULL,
      "value is not valid UTF-8" },
    { "overlong slash", JWTI_TYPE_STRING, bytes("\xc0\xaf"), NULL,
      "value is not valid UTF-8" },
    { "overlong NUL", JWTI_TYPE_STRING, bytes("\xc0\x80"), NULL,
      "value is not valid UTF-8" },
    { "surrogate", JWTI_TYPE_STRING, bytes("\xed\xa0\x80"), NULL,
      "value is not valid UTF-8" },
    { "above U+10FFFF", JWTI_TYPE_STRING, bytes("\xf4\x90\x80\x80"), NULL,
      "value is not valid UTF-8" },
    { "latin 1", JWTI_TYPE_STRING, bytes("caf\xe9"), NULL,
      "value is not valid UTF-8" },

    { "zero", JWTI_TYPE_NUMBER, bytes("0"), "0", NULL },
    { "negative", JWTI_TYPE_NUMBER, bytes("-5"), "-5", NULL },
    { "decimal", JWTI_TYPE_NUMBER, bytes("1.5"), "1.5", NULL },
    { "2^53 - 1", JWTI_TYPE_NUMBER, bytes("9007199254740991"),
      "9007199254740991", NULL },
    { "2^53", JWTI_TYPE_NUMBER, bytes("9007199254740992"), NULL,
      "value is not a number" },
    { "2^53 + 1", JWTI_TYPE_NUMBER, bytes("9007199254740993"), NULL,
      "value is not a number" },
    { "1e400", JWTI_TYPE_NUMBER, bytes("1e400"), NULL,
      "value is not a number" },
    { "no digits", JWTI_TYPE_NUMBER, bytes(""), NULL,
      "value is not a number" },
    { "leading zero", JWTI_TYPE_NUMBER, bytes("01"), NULL,
      "value is not a number" },
    { "plus", JWTI_TYPE_NUMBER, bytes("+1"), NULL, "value is not a number" },
    { "hexadecimal", JWTI_TYPE_NUMBER, bytes("0x1"), NULL,
      "value is not a number" },
    { "NaN", JWTI_TYPE_NUMBER, bytes("NaN"), NULL, "value is not a number" },
    { "two numbers", JWTI_TYPE_NUMBER, bytes("1,2"), NULL,
      "value is not a number" },
    { "member after number", JWTI_TYPE_NUMBER, bytes("1,\"admin\":true"), NULL,
      "value is not a number" },
    { "blank before number", JWTI_TYPE_NUMBER, bytes(" 1"), NULL,
      "value is not a number" },
    { "number null", JWTI_TYPE_NUMBER, bytes("null"), NULL,
      "value is not a number" },

    { "true", JWTI_TYPE_BOOLEAN, bytes("true"), "true", NULL },
    { "false", JWTI_TYPE_BOOLEAN, bytes("false"), "false", NULL },
    { "True", JWTI_TYPE_BOOLEAN, bytes("True"), NULL,
      "value is not a boolean" },
    { "TRUE", JWTI_TYPE_BOOLEAN, bytes("TRUE"), NULL,
      "value is not a boolean" },
    { "1", JWTI_TYPE_BOOLEAN, bytes("1"), NULL, "value is not a boolean" },
    { "no boolean", JWTI_TYPE_BOOLEAN, bytes(""), NULL,
      "value is not a boolean" },
    { "boolean null", JWTI_TYPE_BOOLEAN, bytes("null"), NULL,
      "value is not a boolean" },

    { "object", JWTI_TYPE_JSON, bytes(" { \"b\" : 1, \"a\": [ 2 ] } "),
      "{\"b\":1,\"a\":[2]}", NULL },
    { "array", JWTI_TYPE_JSON, bytes("[1, \"x\", null]"), "[1,\"x\",null]",
      NULL },
    { "null", JWTI_TYPE_JSON, bytes("null"), "null", NULL },
    { "JSON string", JWTI_TYPE_JSON, bytes("\"x\""), "\"x\"", NULL },
    { "depth 16", JWTI_TYPE_JSON, bytes("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"),
      "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", NULL },
    { "depth 17", JWTI_TYPE_JSON, bytes("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"),
      NULL, "value is not JSON" },
    { "no JSON", JWTI_TYPE_JSON, bytes(""), NULL, "value is not JSON" },
    { "bare word", JWTI_TYPE_JSON, bytes("admin"), NULL,
      "value is not JSON" },
    { "two values", JWTI_TYPE_JSON, bytes("1,2"), NULL, "value is not JSON" },
    { "object not closed", JWTI_TYPE_JSON, bytes("{\"a\":1"), NULL,
      "value is not JSON" },
    { "repeated in JSON", JWTI_TYPE_JSON, bytes("{\"a\":1,\"a\":2}"), NULL,
      "value is not JSON" },
    { "repeated by escape", JWTI_TYPE_JSON,
      bytes("{\"a\":1,\"\\u0061\":2}"), NULL, "value is not JSON" },
    { "NUL in JSON", JWTI_TYPE_JSON, bytes("\"\\u0000\""), NULL,
      "value is not JSON" },
    { "lone surrogate", JWTI_TYPE_JSON, bytes("\"\\ud800\""), NULL,
      "value is not JSON" },
    { "JSON not UTF-8", JWTI_TYPE_JSON, bytes("\"\xff\""), NULL,
      "value is not JSON" }
};


static void
test_values(void)
{
    char            what[128], want[512];
    size_t          i;
    jwti_rc_t       rc;
    jwti_claims_t   claims;
    jwti_member_t   member;
    const value_t  *value;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        value = &values[i];

        plain(&claims);
        member.name = jwti_str("x");
        member.value = value->value;
        member.type = value->type;
        claims.claims = &member;
        claims.nclaims = 1;

        snprintf(what, sizeof(what), "value: %s", value->what);
        rc = write_claims(&claims);

        if (value->json == NULL) {
            refused(rc, "x", value->err, what);
            continue;
        }

        snprintf(want, sizeof(want), HEAD "\"x\":%s}", value->json);
        is_int(rc, JWTI_OK, what);
        is_str(jwti_buf_written(&buf), want, what);
    }
}


/* each of the 32 control characters is escaped, in a name as in a value */

static void
test_controls(void)
{
    int             i, good;
    jwti_str_t      got;
    jwti_claims_t   claims;
    jwti_member_t   member;
    unsigned char   ch;

    good = 0;

    for (i = 1; i < 32; i++) {
        ch = (unsigned char) i;

        plain(&claims);
        member.name.data = &ch;
        member.name.len = 1;
        member.value = member.name;
        member.type = JWTI_TYPE_STRING;
        claims.claims = &member;
        claims.nclaims = 1;

        if (write_claims(&claims) != JWTI_OK) {
            continue;
        }

        got = jwti_buf_written(&buf);

        if (memchr(got.data, i, got.len) == NULL) {
            good++;
        }
    }

    is_int(good, 31, "controls: none is written as it is");
}


static void
test_names(void)
{
    int             i;
    char            text[JWTI_MEMBERS_MAX + 1][16];
    jwti_claims_t   claims;
    jwti_member_t   members[JWTI_MEMBERS_MAX + 1];
    unsigned char   longest[JWTI_VALUE_MAX + 1];

    memset(longest, 'n', sizeof(longest));

    for (i = 0; i <= JWTI_MEMBERS_MAX; i++) {
        snprintf(text[i], sizeof(text[i]), "m%d", i);
        members[i].name.data = (unsigned char *) text[i];
        members[i].name.len = strlen(text[i]);
        members[i].value = jwti_str("1");
        members[i].type = JWTI_TYPE_NUMBER;
    }

    plain(&claims);
    claims.claims = members;
    claims.headers = members;

    claims.nclaims = JWTI_MEMBERS_MAX;
    claims.nheaders = JWTI_MEMBERS_MAX;
    is_int(write_claims(&claims), JWTI_OK, "names: 32 claims");
    is_int(write_header(&claims), JWTI_OK, "names: 32 headers");

    claims.nclaims++;
    claims.nheaders++;
    refused(write_claims(&claims), "m32", "too many members", "names: 33");
    refused(write_header(&claims), "m32", "too many members", "headers: 33");

    claims.nclaims = 2;
    claims.nheaders = 2;
    members[1].name = members[0].name;
    refused(write_claims(&claims), "m0", "name is repeated", "names: twice");
    refused(write_header(&claims), "m0", "name is repeated",
            "headers: twice");

    members[1].name = jwti_str("");
    refused(write_claims(&claims), "", "name is empty", "names: empty");

    members[1].name = jwti_str("\xff");
    refused(write_claims(&claims), "\xff", "name is not valid UTF-8",
            "names: not UTF-8");

    members[1].name.data = longest;
    members[1].name.len = JWTI_VALUE_MAX;
    is_int(write_claims(&claims), JWTI_OK, "names: 4096 bytes");

    members[1].name.len++;
    is_int(write_claims(&claims), JWTI_INVALID, "names: 4097 bytes");
    is_err("name is too long", "names: 4097 bytes, said");

    members[1].name = jwti_str("q\"\\");
    claims.nclaims = 2;
    is_int(write_claims(&claims), JWTI_OK, "names: quote");
    is_str(jwti_buf_written(&buf), HEAD "\"m0\":1,\"q\\\"\\\\\":1}",
           "names: escaped");
}


int
main(void)
{
    test_values();
    test_controls();
    test_names();

    return done();
}
