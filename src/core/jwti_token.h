
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_token.h: the compact form of a JWS (RFC 7515, section 3.1), in two steps
 * so that the second one, the signature, can run in another thread.
 */


#ifndef JWTI_TOKEN_H_INCLUDED
#define JWTI_TOKEN_H_INCLUDED


#include "jwti_claims.h"
#include "jwti_key.h"


#pragma GCC visibility push(hidden)


/*
 * Append base64url(header) "." base64url(claims), at most JWTI_TOKEN_MAX
 * bytes.  Arguments and results as jwti_claims.h has them; a token longer than
 * JWTI_TOKEN_MAX with its signature is JWTI_INVALID.  *expires is set to the
 * value of exp, seconds since the epoch.
 */
jwti_rc_t jwti_token_input(jwti_buf_t *buf, const jwti_claims_t *claims,
    const jwti_key_t *key, int64_t now_ms, const unsigned char *jti,
    int64_t *expires, jwti_str_t *name, const char **err) JWTI_MUST_CHECK;

/*
 * Append "." base64url(signature) to a buf that holds nothing but what
 * jwti_token_input() wrote for the same key; buf then holds the token.
 * Results as jwti_sign().
 */
jwti_rc_t jwti_token_sign(jwti_buf_t *buf, const jwti_key_t *key,
    const char **err) JWTI_MUST_CHECK;

/*
 * Append to hash, as JWTI_JTI_HASH_LEN hexadecimal digits, the SHA-256 of the
 * jti of a token that was written with one: what names it in a log, where the
 * jti itself would do for those who accept one jti once.
 *
 * JWTI_OK, JWTI_NOT_FOUND (no such token) or JWTI_ERROR.
 */
jwti_rc_t jwti_token_jti_hash(jwti_str_t token, jwti_buf_t *hash)
    JWTI_MUST_CHECK;

#define JWTI_JTI_HASH_LEN  64


#pragma GCC visibility pop


#endif /* JWTI_TOKEN_H_INCLUDED */
