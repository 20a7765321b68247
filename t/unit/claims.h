
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * claims.h: a stopped clock and its random bytes, and writing claims into
 * memory, for the tests of claims and of members.
 */


#ifndef CLAIMS_H_INCLUDED
#define CLAIMS_H_INCLUDED


#include "jwti_claims.h"
#include "tap.h"


#define NOW    1700000000123LL
#define BYTES  "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"  \
               "\xff"
#define JTI    "AAECAwQFBgcICQoLDA0O_w"
#define HEAD   "{\"iat\":1700000000,\"exp\":1700000600,"


static unsigned char  memory[65536];
static jwti_buf_t     buf;
static jwti_str_t     name;
static const char    *err;


TAP_UNUSED static void
plain(jwti_claims_t *claims)
{
    memset(claims, 0, sizeof(jwti_claims_t));

    claims->profile = JWTI_PROFILE_PLAIN;
    claims->lifetime = 600;
}


TAP_UNUSED static jwti_rc_t
write_claims(const jwti_claims_t *claims)
{
    jwti_buf_init(&buf, memory, sizeof(memory));

    return jwti_claims_write(&buf, claims, NOW, (const unsigned char *) BYTES,
                             &name, &err);
}


TAP_UNUSED static jwti_rc_t
write_header(const jwti_claims_t *claims)
{
    jwti_buf_init(&buf, memory, sizeof(memory));

    return jwti_claims_write_header(&buf, claims,
                                    jwti_alg_find(jwti_str("ES256")),
                                    jwti_str("the-kid"), &name, &err);
}


TAP_UNUSED static void
is_err(const char *want, const char *what)
{
    jwti_str_t  got;

    got.data = (const unsigned char *) err;
    got.len = err == NULL ? 0 : strlen(err);

    is_str(got, want, what);
}


/* refused for the member with these words */

TAP_UNUSED static void
refused(jwti_rc_t rc, const char *member, const char *reason,
    const char *what)
{
    is_int(rc, JWTI_INVALID, what);
    is_str(name, member, what);
    is_err(reason, what);
}


#endif /* CLAIMS_H_INCLUDED */
