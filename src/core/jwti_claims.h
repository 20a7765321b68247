
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_claims.h: what a token says: the profiles and typed claims (RFC 7519,
 * RFC 9068), written as JSON.
 */


#ifndef JWTI_CLAIMS_H_INCLUDED
#define JWTI_CLAIMS_H_INCLUDED


#include "jwti_alg.h"
#include "jwti_member.h"


#pragma GCC visibility push(hidden)


typedef enum {
    /* sub, typ "service", rnd (iat in milliseconds), iat, exp */
    JWTI_PROFILE_SERVICE,
    /* RFC 9068: header typ "at+jwt"; iss, exp, aud, sub, client_id, iat, jti */
    JWTI_PROFILE_ACCESS_TOKEN,
    /* iat, exp and only what is configured */
    JWTI_PROFILE_PLAIN
} jwti_profile_e;

/*
 * Every input of a token's claims but the time and the random bytes.  A
 * string with data NULL is left out; an empty one is refused.
 */
typedef struct {
    jwti_profile_e        profile;
    jwti_str_t            subject;
    jwti_str_t            issuer;
    const jwti_str_t     *audience;     /* one: a string; several: an array */
    size_t                naudience;
    jwti_str_t            scope;        /* see jwti_scope_is_valid() */
    const jwti_member_t  *claims;       /* further claims, in this order */
    size_t                nclaims;
    const jwti_member_t  *headers;      /* further JOSE header members */
    size_t                nheaders;
    int64_t               lifetime;     /* seconds, exp - iat */
    int64_t               backdate;     /* seconds that iat is set back */
    int64_t               not_before;   /* seconds, nbf - iat */
    unsigned              nbf:1;        /* write nbf */
    unsigned              jti:1;        /* write a random jti */
} jwti_claims_t;

#define JWTI_JTI_BYTES  16              /* 128 bits from a CSPRNG */


/*
 * 1 when a claim of that name may not be configured as a further claim:
 * registered ones (iss sub aud exp nbf iat jti) and, in the service profile,
 * typ and rnd.  The second is for header members: alg, kid, b64, crit, and
 * what would point a verifier at a foreign key: jku, jwk, x5u, x5c, x5t,
 * x5t#S256.
 */
int jwti_claims_is_reserved(jwti_str_t name, jwti_profile_e profile);
int jwti_claims_is_reserved_header(jwti_str_t name);

/*
 * Append the JOSE header {"alg":…,"typ":…,"kid":…,…}.  typ is "JWT", or
 * "at+jwt" in the access_token profile, unless a header member sets it.
 *
 * Append the claims set.  now_ms: milliseconds since the epoch, the one clock
 * reading of this token; rnd is now_ms itself and iat = now_ms / 1000 -
 * backdate.  jti: JWTI_JTI_BYTES random bytes, unused unless the claims ask
 * for a jti.  With access_token, client_id is the subject unless a claim
 * sets it.
 *
 * Both: JWTI_OK; JWTI_INVALID with the constant reason in *err and the name
 * of the member in *name when a value is not what its type says, is longer
 * than JWTI_VALUE_MAX, repeats a name or is no UTF-8; JWTI_ERROR.  An
 * overflow is seen by jwti_buf_ok().
 */
jwti_rc_t jwti_claims_write_header(jwti_buf_t *buf,
    const jwti_claims_t *claims, const jwti_alg_t *alg, jwti_str_t kid,
    jwti_str_t *name, const char **err) JWTI_MUST_CHECK;
jwti_rc_t jwti_claims_write(jwti_buf_t *buf, const jwti_claims_t *claims,
    int64_t now_ms, const unsigned char *jti, jwti_str_t *name,
    const char **err) JWTI_MUST_CHECK;

/* the value of exp, seconds since the epoch, once jwti_claims_write() was OK */
int64_t jwti_claims_expires(const jwti_claims_t *claims, int64_t now_ms);


#pragma GCC visibility pop


#endif /* JWTI_CLAIMS_H_INCLUDED */
