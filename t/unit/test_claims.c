
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_claims.c: the exact bytes of each profile with a stopped clock, what a
 * value of each type may be, and what is refused with which words.
 */


#include "jwti_claims.h"
#include "tap.h"


#define NOW    1700000000123LL
#define BYTES  "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"  \
               "\xff"
#define JTI    "AAECAwQFBgcICQoLDA0O_w"
#define HEAD   "{\"iat\":1700000000,\"exp\":1700000600,"


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


static unsigned char  memory[65536];
static jwti_buf_t     buf;
static jwti_str_t     name;
static const char    *err;


static void
plain(jwti_claims_t *claims)
{
    memset(claims, 0, sizeof(jwti_claims_t));

    claims->profile = JWTI_PROFILE_PLAIN;
    claims->lifetime = 600;
}


static jwti_rc_t
write_claims(const jwti_claims_t *claims)
{
    jwti_buf_init(&buf, memory, sizeof(memory));

    return jwti_claims_write(&buf, claims, NOW, (const unsigned char *) BYTES,
                             &name, &err);
}


static jwti_rc_t
write_header(const jwti_claims_t *claims)
{
    jwti_buf_init(&buf, memory, sizeof(memory));

    return jwti_claims_write_header(&buf, claims,
                                    jwti_alg_find(jwti_str("ES256")),
                                    jwti_str("the-kid"), &name, &err);
}


static void
is_err(const char *want, const char *what)
{
    jwti_str_t  got;

    got.data = (const unsigned char *) err;
    got.len = err == NULL ? 0 : strlen(err);

    is_str(got, want, what);
}


/* refused for the member with these words */

static void
refused(jwti_rc_t rc, const char *member, const char *reason,
    const char *what)
{
    is_int(rc, JWTI_INVALID, what);
    is_str(name, member, what);
    is_err(reason, what);
}


static void
test_profiles(void)
{
    jwti_str_t     audience[2];
    jwti_claims_t  claims;

    plain(&claims);
    claims.profile = JWTI_PROFILE_SERVICE;
    claims.subject = jwti_str("ledger");

    is_int(write_claims(&claims), JWTI_OK, "service: written");
    is_str(jwti_buf_written(&buf), "{\"sub\":\"ledger\",\"typ\":\"service\","
           "\"rnd\":1700000000123,\"iat\":1700000000,\"exp\":1700000600}",
           "service: exactly");
    ok(err == NULL && name.len == 0, "service: no error");
    is_int(jwti_claims_expires(&claims, NOW), 1700000600, "service: expires");
    is_int(write_header(&claims), JWTI_OK, "service: header");
    is_str(jwti_buf_written(&buf),
           "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"the-kid\"}",
           "service: header exactly");

    audience[0] = jwti_str("billing");
    audience[1] = jwti_str("stock");
    claims.issuer = jwti_str("https://issuer.example");
    claims.audience = audience;
    claims.naudience = 2;
    claims.backdate = 30;
    claims.nbf = 1;
    claims.not_before = -5;
    claims.jti = 1;

    is_int(write_claims(&claims), JWTI_OK, "service: with everything");
    is_str(jwti_buf_written(&buf), "{\"sub\":\"ledger\",\"typ\":\"service\","
           "\"rnd\":1700000000123,\"iat\":1699999970,\"exp\":1700000570,"
           "\"nbf\":1699999965,\"iss\":\"https://issuer.example\","
           "\"aud\":[\"billing\",\"stock\"],\"jti\":\"" JTI "\"}",
           "service: with everything, exactly");
    is_int(jwti_claims_expires(&claims, NOW), 1700000570,
           "service: expires as written");

    plain(&claims);
    is_int(write_claims(&claims), JWTI_OK, "plain: written");
    is_str(jwti_buf_written(&buf), "{\"iat\":1700000000,\"exp\":1700000600}",
           "plain: exactly");
}


static void
test_access_token(void)
{
    jwti_str_t     audience;
    jwti_claims_t  claims;
    jwti_member_t  member;

    plain(&claims);
    claims.profile = JWTI_PROFILE_ACCESS_TOKEN;

    refused(write_claims(&claims), "iss", "value is missing", "at: no iss");

    claims.issuer = jwti_str("https://issuer.example");
    refused(write_claims(&claims), "aud", "value is missing", "at: no aud");

    audience = jwti_str("https://api.example");
    claims.audience = &audience;
    claims.naudience = 1;
    refused(write_claims(&claims), "sub", "value is missing", "at: no sub");

    claims.subject = jwti_str("ledger");
    is_int(write_claims(&claims), JWTI_OK, "at: written");
    is_str(jwti_buf_written(&buf), "{\"sub\":\"ledger\",\"iat\":1700000000,"
           "\"exp\":1700000600,\"iss\":\"https://issuer.example\","
           "\"aud\":\"https://api.example\",\"client_id\":\"ledger\","
           "\"jti\":\"" JTI "\"}", "at: exactly");

    is_int(write_header(&claims), JWTI_OK, "at: header");
    is_str(jwti_buf_written(&buf),
           "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"the-kid\"}",
           "at: header exactly");

    member.name = jwti_str("client_id");
    member.value = jwti_str("other");
    member.type = JWTI_TYPE_STRING;
    claims.claims = &member;
    claims.nclaims = 1;

    is_int(write_claims(&claims), JWTI_OK, "at: own client_id");
    is_str(jwti_buf_written(&buf), "{\"sub\":\"ledger\",\"iat\":1700000000,"
           "\"exp\":1700000600,\"iss\":\"https://issuer.example\","
           "\"aud\":\"https://api.example\",\"jti\":\"" JTI "\","
           "\"client_id\":\"other\"}", "at: own client_id, exactly");

    jwti_buf_init(&buf, memory, sizeof(memory));
    is_int(jwti_claims_write(&buf, &claims, NOW, NULL, &name, &err),
           JWTI_ERROR, "at: no random bytes");
    is_err("no random bytes", "at: no random bytes, said");
}


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
test_strings(void)
{
    int             i;
    jwti_str_t      audience[JWTI_AUDIENCES_MAX + 1];
    jwti_claims_t   claims;
    unsigned char   text[JWTI_VALUE_MAX + 1];
    jwti_member_t   member;

    memset(text, 'v', sizeof(text));

    plain(&claims);
    claims.subject = jwti_str("");
    refused(write_claims(&claims), "sub", "value is empty", "sub: empty");

    claims.subject = jwti_str("\xff");
    refused(write_claims(&claims), "sub", "value is not valid UTF-8",
            "sub: not UTF-8");

    claims.subject.data = text;
    claims.subject.len = JWTI_VALUE_MAX;
    is_int(write_claims(&claims), JWTI_OK, "sub: 4096 bytes");

    claims.subject.len++;
    refused(write_claims(&claims), "sub", "value is too long",
            "sub: 4097 bytes");

    plain(&claims);
    claims.issuer = jwti_str("");
    refused(write_claims(&claims), "iss", "value is empty", "iss: empty");

    plain(&claims);
    audience[0] = jwti_str("a");
    audience[1] = jwti_str("");
    claims.audience = audience;
    claims.naudience = 1;
    is_int(write_claims(&claims), JWTI_OK, "aud: one");
    is_str(jwti_buf_written(&buf), HEAD "\"aud\":\"a\"}", "aud: a string");

    claims.naudience = 2;
    refused(write_claims(&claims), "aud", "value is empty", "aud: empty");

    audience[1].data = NULL;
    refused(write_claims(&claims), "aud", "value is missing", "aud: NULL");

    for (i = 0; i <= JWTI_AUDIENCES_MAX; i++) {
        audience[i] = jwti_str("a");
    }

    claims.naudience = JWTI_AUDIENCES_MAX;
    is_int(write_claims(&claims), JWTI_OK, "aud: 16");

    claims.naudience++;
    refused(write_claims(&claims), "aud", "too many values", "aud: 17");

    plain(&claims);
    member.name = jwti_str("x");
    member.value.data = text;
    member.value.len = JWTI_VALUE_MAX;
    member.type = JWTI_TYPE_STRING;
    claims.claims = &member;
    claims.nclaims = 1;
    is_int(write_claims(&claims), JWTI_OK, "claim: 4096 bytes");

    member.value.len++;
    refused(write_claims(&claims), "x", "value is too long",
            "claim: 4097 bytes");
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


static void
test_reserved(void)
{
    size_t             i;
    jwti_str_t         one;
    jwti_claims_t      claims;
    jwti_member_t      member;
    const char *const  registered[] = { "iss", "sub", "aud", "exp", "nbf",
                                        "iat", "jti" };
    const char *const  headers[] = { "alg", "kid", "b64", "crit", "jku",
                                     "jwk", "x5u", "x5c", "x5t",
                                     "x5t#S256" };

    plain(&claims);
    member.value = jwti_str("1");
    member.type = JWTI_TYPE_NUMBER;
    claims.claims = &member;
    claims.nclaims = 1;
    claims.headers = &member;
    claims.nheaders = 1;

    for (i = 0; i < sizeof(registered) / sizeof(registered[0]); i++) {
        one.data = (const unsigned char *) registered[i];
        one.len = strlen(registered[i]);
        member.name = one;

        ok(jwti_claims_is_reserved(one, JWTI_PROFILE_SERVICE)
           && jwti_claims_is_reserved(one, JWTI_PROFILE_ACCESS_TOKEN)
           && jwti_claims_is_reserved(one, JWTI_PROFILE_PLAIN),
           registered[i]);
        refused(write_claims(&claims), registered[i], "name is reserved",
                registered[i]);
    }

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        one.data = (const unsigned char *) headers[i];
        one.len = strlen(headers[i]);
        member.name = one;

        ok(jwti_claims_is_reserved_header(one), headers[i]);
        refused(write_header(&claims), headers[i], "name is reserved",
                headers[i]);
    }

    ok(jwti_claims_is_reserved(jwti_str("typ"), JWTI_PROFILE_SERVICE),
       "reserved: typ in service");
    ok(jwti_claims_is_reserved(jwti_str("rnd"), JWTI_PROFILE_SERVICE),
       "reserved: rnd in service");
    ok(!jwti_claims_is_reserved(jwti_str("typ"), JWTI_PROFILE_PLAIN),
       "reserved: typ not in plain");
    ok(!jwti_claims_is_reserved(jwti_str("rnd"), JWTI_PROFILE_ACCESS_TOKEN),
       "reserved: rnd not in access_token");
    ok(!jwti_claims_is_reserved(jwti_str("Sub"), JWTI_PROFILE_SERVICE),
       "reserved: names are case-sensitive");
    ok(!jwti_claims_is_reserved_header(jwti_str("typ")),
       "reserved: header typ may be set");

    claims.profile = JWTI_PROFILE_SERVICE;
    member.name = jwti_str("typ");
    refused(write_claims(&claims), "typ", "name is reserved",
            "reserved: typ refused");

    member.value = jwti_str("x+jwt");
    member.type = JWTI_TYPE_STRING;
    is_int(write_header(&claims), JWTI_OK, "reserved: own header typ");
    is_str(jwti_buf_written(&buf),
           "{\"alg\":\"ES256\",\"kid\":\"the-kid\",\"typ\":\"x+jwt\"}",
           "reserved: own header typ, once");
}


static void
test_times(void)
{
    jwti_claims_t  claims;

    plain(&claims);
    claims.lifetime = 0;
    refused(write_claims(&claims), "exp", "time out of range", "lifetime 0");
    claims.lifetime = INT64_MAX;
    refused(write_claims(&claims), "exp", "time out of range", "lifetime max");
    claims.lifetime = INT64_MIN;
    refused(write_claims(&claims), "exp", "time out of range", "lifetime min");

    plain(&claims);
    claims.backdate = 1700000000;
    is_int(write_claims(&claims), JWTI_OK, "times: back to the epoch");
    claims.backdate++;
    refused(write_claims(&claims), "iat", "time out of range", "before it");
    claims.backdate = -1;
    refused(write_claims(&claims), "iat", "time out of range", "ahead");

    plain(&claims);
    claims.nbf = 1;
    claims.not_before = -1700000000;
    is_int(write_claims(&claims), JWTI_OK, "times: nbf 0");
    is_str(jwti_buf_written(&buf), HEAD "\"nbf\":0}", "times: nbf exactly");
    claims.not_before--;
    refused(write_claims(&claims), "nbf", "time out of range", "nbf < 0");
    claims.not_before = INT64_MAX;
    refused(write_claims(&claims), "nbf", "time out of range", "nbf max");
    claims.not_before = INT64_MIN;
    refused(write_claims(&claims), "nbf", "time out of range", "nbf min");

    plain(&claims);
    jwti_buf_init(&buf, memory, sizeof(memory));
    refused(jwti_claims_write(&buf, &claims, -1, NULL, &name, &err), "iat",
            "time out of range", "now -1");
    refused(jwti_claims_write(&buf, &claims, INT64_MAX, NULL, &name, &err),
            "iat", "time out of range", "now max");
}


/* at each length that is too short, and at the right one */

static void
test_space(void)
{
    size_t         i, len;
    jwti_claims_t  claims;
    jwti_str_t     audience[2];

    plain(&claims);
    audience[0] = jwti_str("a\"");
    audience[1] = jwti_str("b");
    claims.profile = JWTI_PROFILE_SERVICE;
    claims.subject = jwti_str("ledger");
    claims.audience = audience;
    claims.naudience = 2;
    claims.jti = 1;

    is_int(write_claims(&claims), JWTI_OK, "space: enough");
    len = jwti_buf_len(&buf);

    for (i = 0; i <= len; i++) {
        jwti_buf_init(&buf, memory, i);

        if (jwti_claims_write(&buf, &claims, NOW,
                              (const unsigned char *) BYTES, &name, &err)
            != JWTI_OK)
        {
            break;
        }

        if ((jwti_buf_ok(&buf) == JWTI_OK) != (i == len)) {
            break;
        }
    }

    is_int((long long) i, (long long) len + 1, "space: exactly enough");
}


int
main(void)
{
    test_profiles();
    test_access_token();
    test_values();
    test_controls();
    test_strings();
    test_names();
    test_reserved();
    test_times();
    test_space();

    return done();
}
