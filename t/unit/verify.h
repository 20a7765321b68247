
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * verify.h: OpenSSL's judgement of a JWS signature, with a public key that did
 * not come through our code.  Include before tap.h.
 */


#ifndef VERIFY_H_INCLUDED
#define VERIFY_H_INCLUDED


#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include "jwti_alg.h"
#include "tap.h"


/* 1 when signature, in its JWS form, is one of input by pkey; no HMAC */

TAP_UNUSED static int
verify(EVP_PKEY *pkey, const jwti_alg_t *alg, jwti_str_t input,
    const unsigned char *signature, size_t len)
{
    int             n, rc;
    ECDSA_SIG      *sig;
    EVP_MD_CTX     *ctx;
    EVP_PKEY_CTX   *pctx;
    unsigned char  *der;

    der = NULL;
    n = (int) len;

    if (alg->family == JWTI_ECDSA) {
        sig = ECDSA_SIG_new();
        ECDSA_SIG_set0(sig, BN_bin2bn(signature, n / 2, NULL),
                       BN_bin2bn(signature + n / 2, n / 2, NULL));
        n = i2d_ECDSA_SIG(sig, &der);
        ECDSA_SIG_free(sig);
    }

    ctx = EVP_MD_CTX_new();
    rc = EVP_DigestVerifyInit_ex(ctx, &pctx, alg->digest, NULL, NULL, pkey,
                                 NULL);

    if (rc == 1 && alg->family == JWTI_RSA_PSS) {
        EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, (int) alg->hash_len);
    }

    if (rc == 1) {
        rc = EVP_DigestVerify(ctx, (der != NULL) ? der : signature,
                              (size_t) n, input.data, input.len);
    }

    EVP_MD_CTX_free(ctx);
    OPENSSL_free(der);

    return rc == 1;
}


/* the same for HMAC */

TAP_UNUSED static int
verify_mac(const unsigned char *secret, size_t secret_len,
    const jwti_alg_t *alg, jwti_str_t input, jwti_str_t signature)
{
    unsigned       len;
    unsigned char  mac[EVP_MAX_MD_SIZE];

    return HMAC(EVP_get_digestbyname(alg->digest), secret, (int) secret_len,
                input.data, input.len, mac, &len) != NULL
           && signature.len == len && memcmp(signature.data, mac, len) == 0;
}


#endif /* VERIFY_H_INCLUDED */
