
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_claims.c: the exact bytes of each profile with a stopped clock, and what
 * is refused with which words.
 */


#include "claims.h"


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


static void
test_scope(void)
{
    jwti_claims_t  claims;
    jwti_member_t  claim;

    plain(&claims);
    claims.scope = jwti_str("read write");

    is_int(write_claims(&claims), JWTI_OK, "scope: written");
    is_str(jwti_buf_written(&buf), HEAD "\"scope\":\"read write\"}",
           "scope: exactly");

    claims.scope = jwti_str("");
    refused(write_claims(&claims), "scope", "value is no list of scopes",
            "scope: empty");

    claims.scope = jwti_str("a\"b");
    refused(write_claims(&claims), "scope", "value is no list of scopes",
            "scope: malformed");

    claims.scope = jwti_str("read");
    claim.name = jwti_str("scope");
    claim.value = jwti_str("write");
    claim.type = JWTI_TYPE_STRING;
    claims.claims = &claim;
    claims.nclaims = 1;
    refused(write_claims(&claims), "scope", "name is reserved",
            "scope: a claim of its name");

    claims.scope = (jwti_str_t) { NULL, 0 };
    is_int(write_claims(&claims), JWTI_OK, "scope: only that claim");
    is_str(jwti_buf_written(&buf), HEAD "\"scope\":\"write\"}",
           "scope: only that claim, exactly");
}


int
main(void)
{
    test_profiles();
    test_access_token();
    test_scope();
    test_strings();
    test_reserved();
    test_times();
    test_space();

    return done();
}
