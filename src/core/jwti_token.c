
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_token.c: claims to a compact JWS, for every token that is not reused.
 */


#include <openssl/evp.h>
#include <string.h>

#include "jwti_base64.h"
#include "jwti_sign.h"
#include "jwti_token.h"


/* JSON that is longer does not fit a token: base64url of it has the maximum */
#define JWTI_TOKEN_JSON_MAX  (JWTI_TOKEN_MAX / 4 * 3)


static jwti_rc_t jwti_token_claims(jwti_str_t token, jwti_buf_t *json);
static jwti_str_t jwti_token_jti(jwti_str_t claims);
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


jwti_rc_t
jwti_token_jti_hash(jwti_str_t token, jwti_buf_t *hash)
{
    size_t         i;
    jwti_str_t     jti;
    jwti_buf_t     json;
    unsigned char  memory[JWTI_TOKEN_JSON_MAX];
    unsigned char  digest[EVP_MAX_MD_SIZE];

    static const char  digits[] = "0123456789abcdef";

    jwti_buf_init(&json, memory, sizeof(memory));

    if (jwti_token_claims(token, &json) != JWTI_OK) {
        return JWTI_NOT_FOUND;
    }

    jti = jwti_token_jti(jwti_buf_written(&json));

    if (jti.data == NULL) {
        return JWTI_NOT_FOUND;
    }

    if (EVP_Digest(jti.data, jti.len, digest, NULL, EVP_sha256(), NULL) != 1) {
        return JWTI_ERROR;
    }

    for (i = 0; i < JWTI_JTI_HASH_LEN / 2; i++) {
        jwti_buf_byte(hash, (unsigned char) digits[digest[i] >> 4]);
        jwti_buf_byte(hash, (unsigned char) digits[digest[i] & 15]);
    }

    return jwti_buf_ok(hash);
}


/* the second part, decoded */

static jwti_rc_t
jwti_token_claims(jwti_str_t token, jwti_buf_t *json)
{
    jwti_str_t            part;
    const unsigned char  *dot;

    dot = memchr(token.data, '.', token.len);

    if (dot == NULL) {
        return JWTI_NOT_FOUND;
    }

    part.data = dot + 1;
    part.len = (size_t) (token.data + token.len - part.data);

    dot = memchr(part.data, '.', part.len);

    if (dot == NULL) {
        return JWTI_NOT_FOUND;
    }

    part.len = (size_t) (dot - part.data);

    return jwti_base64url_decode(json, part);
}


/*
 * It stands before all claims that may hold an object, and no string has a bare
 * quote in it: the first one is the token's own.
 */

static jwti_str_t
jwti_token_jti(jwti_str_t claims)
{
    size_t      i, end;
    jwti_str_t  jti;

    static const char  name[] = ",\"jti\":\"";

    jti.data = NULL;
    jti.len = jwti_base64url_len((size_t) JWTI_JTI_BYTES);

    end = sizeof(name) - 1 + jti.len;

    for (i = 0; i + end <= claims.len; i++) {
        if (memcmp(claims.data + i, name, sizeof(name) - 1) == 0) {
            jti.data = claims.data + i + sizeof(name) - 1;
            break;
        }
    }

    return jti;
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
