
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_key_internal.h: what a key is made of; for jwti_key.c, jwti_sign.c and
 * jwti_probe.c only.
 */


#ifndef JWTI_KEY_INTERNAL_H_INCLUDED
#define JWTI_KEY_INTERNAL_H_INCLUDED


#include <stdatomic.h>

#include <openssl/evp.h>

#include "jwti_key.h"


#pragma GCC visibility push(hidden)


/* nothing but the count of references changes after the key was made */
struct jwti_key_s {
    const jwti_alg_t  *alg;
    atomic_uint        refs;

    EVP_PKEY          *pkey;        /* NULL for HMAC */
    unsigned char     *secret;      /* HMAC only */
    size_t             secret_len;

    /*
     * A prepared signature that is never fed or finished: each signature is
     * made by a copy, so that no thread writes to what another one reads.
     */
    EVP_MD_CTX        *sign;        /* NULL for HMAC */
    EVP_MD_CTX        *check;       /* RSA only: of what was signed */
    EVP_MAC_CTX       *mac;         /* HMAC only */
    size_t             sign_len;

    unsigned char     *stored;      /* PKCS#8 DER; NULL for HMAC */
    size_t             stored_len;

    unsigned char     *jwk;         /* NULL for HMAC */
    size_t             jwk_len;
    unsigned char      kid[JWTI_KID_LEN];
};


/*
 * Prepare the signature of a key whose alg and pkey or secret are set; part of
 * the making of a key.  JWTI_INVALID: the key's own restrictions (RSA-PSS)
 * do not allow alg; JWTI_ERROR.  What it leaves is given back by _release.
 */
jwti_rc_t jwti_sign_prepare(jwti_key_t *key, const char **err)
    JWTI_MUST_CHECK;
void jwti_sign_release(jwti_key_t *key);


#pragma GCC visibility pop


#endif /* JWTI_KEY_INTERNAL_H_INCLUDED */
