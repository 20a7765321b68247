
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_jwks.c: the key set document.  Caches and other replicas compare it by
 * its bytes, so nothing of the caller's order gets into it.
 */


#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "jwti_jwks.h"


#define JWTI_JWKS_HEAD  "{\"keys\":["
#define JWTI_JWKS_TAIL  "]}"


static int jwti_jwks_compare(const void *one, const void *two);
static int jwti_jwks_compare_str(jwti_str_t one, jwti_str_t two);


size_t
jwti_jwks_max(const jwti_jwks_key_t *keys, size_t nkeys)
{
    size_t  i, len, max;

    max = sizeof(JWTI_JWKS_HEAD JWTI_JWKS_TAIL) - 1;

    for (i = 0; i < nkeys; i++) {
        len = keys[i].jwk.len;

        if (len >= SIZE_MAX - max) {
            return SIZE_MAX;
        }

        max += len + 1;
    }

    return max;
}


void
jwti_jwks_write(jwti_buf_t *buf, jwti_jwks_key_t *keys, size_t nkeys)
{
    size_t                  i;
    const jwti_jwks_key_t  *last;

    if (nkeys > 1) {
        qsort(keys, nkeys, sizeof(jwti_jwks_key_t), jwti_jwks_compare);
    }

    jwti_buf_text(buf, JWTI_JWKS_HEAD);

    last = NULL;

    for (i = 0; i < nkeys; i++) {

        if (keys[i].jwk.len == 0) {
            continue;
        }

        if (last != NULL) {

            if (jwti_jwks_compare_str(last->kid, keys[i].kid) == 0) {
                continue;
            }

            jwti_buf_byte(buf, ',');
        }

        jwti_buf_str(buf, keys[i].jwk);
        last = &keys[i];
    }

    jwti_buf_text(buf, JWTI_JWKS_TAIL);
}


jwti_rc_t
jwti_jwks_etag(jwti_str_t document, unsigned char etag[JWTI_ETAG_LEN])
{
    size_t                i;
    unsigned int          len;
    unsigned char         digest[EVP_MAX_MD_SIZE];
    static const char     hex[] = "0123456789abcdef";

    ERR_clear_error();

    if (EVP_Digest(document.data, document.len, digest, &len, EVP_sha256(),
                   NULL)
        != 1)
    {
        ERR_clear_error();
        return JWTI_ERROR;
    }

    etag[0] = '"';
    etag[JWTI_ETAG_LEN - 1] = '"';

    for (i = 0; i < (JWTI_ETAG_LEN - 2) / 2; i++) {
        etag[1 + 2 * i] = (unsigned char) hex[digest[i] >> 4];
        etag[2 + 2 * i] = (unsigned char) hex[digest[i] & 0x0f];
    }

    return JWTI_OK;
}


/*
 * By kid, then by JWK: one key used for two algorithms has one kid, and which
 * of its JWKs is written may not depend on the caller's order either.
 */

static int
jwti_jwks_compare(const void *one, const void *two)
{
    int                     order;
    const jwti_jwks_key_t  *left, *right;

    left = one;
    right = two;

    order = jwti_jwks_compare_str(left->kid, right->kid);

    return order != 0 ? order : jwti_jwks_compare_str(left->jwk, right->jwk);
}


static int
jwti_jwks_compare_str(jwti_str_t one, jwti_str_t two)
{
    int     order;
    size_t  len;

    len = one.len < two.len ? one.len : two.len;

    /* memcmp() may not see a NULL, not even with no bytes */
    order = len > 0 ? memcmp(one.data, two.data, len) : 0;

    if (order != 0) {
        return order;
    }

    return (one.len > two.len) - (one.len < two.len);
}
