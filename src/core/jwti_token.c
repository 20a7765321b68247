
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_token.c: claims to a compact JWS, for every token that is not reused.
 */


#include "jwti_base64.h"
#include "jwti_sign.h"
#include "jwti_token.h"


/* JSON that is longer does not fit a token: base64url of it has the maximum */
#define JWTI_TOKEN_JSON_MAX  (JWTI_TOKEN_MAX / 4 * 3)


static jwti_rc_t jwti_token_append(jwti_buf_t *buf, const jwti_buf_t *json,
    const char **err);


static const char  jwti_token_long[] = "token is too long";


jwti_rc_t
jwti_token_input(jwti_buf_t *buf, const jwti_claims_t *claims,
    const jwti_key_t *key, int64_t now_ms, const unsigned char *jti,
    int64_t *expires, jwti_str_t *name, const char **err)
{
    size_t         start, signature;
    jwti_rc_t      rc;
    jwti_buf_t     json;
    unsigned char  memory[JWTI_TOKEN_JSON_MAX];

    start = jwti_buf_len(buf);

    jwti_buf_init(&json, memory, sizeof(memory));

    rc = jwti_claims_write_header(&json, claims, jwti_key_alg(key),
                                  jwti_key_kid(key), name, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_token_append(buf, &json, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    jwti_buf_byte(buf, '.');

    jwti_buf_init(&json, memory, sizeof(memory));

    rc = jwti_claims_write(&json, claims, now_ms, jti, name, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_token_append(buf, &json, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_buf_ok(buf);
    if (rc != JWTI_OK) {
        *err = "buffer is too small";
        return rc;
    }

    signature = 1 + jwti_base64url_len(jwti_sign_len(key));

    if (jwti_buf_len(buf) - start + signature > JWTI_TOKEN_MAX) {
        *err = jwti_token_long;
        return JWTI_INVALID;
    }

    *expires = jwti_claims_expires(claims, now_ms);

    return JWTI_OK;
}


jwti_rc_t
jwti_token_sign(jwti_buf_t *buf, const jwti_key_t *key, const char **err)
{
    size_t         len;
    jwti_rc_t      rc;
    jwti_buf_t     signature;
    unsigned char  memory[JWTI_SIGNATURE_MAX];

    /* RSA takes milliseconds: not before its place is certain */

    len = 1 + jwti_base64url_len(jwti_sign_len(key));

    if (jwti_buf_ok(buf) != JWTI_OK || (size_t) (buf->end - buf->pos) < len) {
        *err = "buffer is too small";
        return JWTI_NO_SPACE;
    }

    jwti_buf_init(&signature, memory, sizeof(memory));

    rc = jwti_sign(key, jwti_buf_written(buf), &signature, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    jwti_buf_byte(buf, '.');
    jwti_base64url_encode(buf, jwti_buf_written(&signature));

    return jwti_buf_ok(buf);
}


/* a JSON text that was cut off is one that no token can hold */

static jwti_rc_t
jwti_token_append(jwti_buf_t *buf, const jwti_buf_t *json, const char **err)
{
    if (jwti_buf_ok(json) != JWTI_OK) {
        *err = jwti_token_long;
        return JWTI_INVALID;
    }

    jwti_base64url_encode(buf, jwti_buf_written(json));

    return JWTI_OK;
}
