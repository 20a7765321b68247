
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The numbers of a private key against each other, once when it is admitted.
 * EVP_PKEY_check() would do it too, but tests the factors of an RSA key for
 * primality.
 */


#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "jwti_keycheck.h"


/* OpenSSL refuses to verify with a longer one when n is long */
#define JWTI_KEYCHECK_E_BITS  64


typedef struct {
    BIGNUM  *n;
    BIGNUM  *e;
    BIGNUM  *d;
    BIGNUM  *p;
    BIGNUM  *q;
    BIGNUM  *dp;
    BIGNUM  *dq;
    BIGNUM  *qi;
} jwti_keycheck_rsa_t;


static jwti_rc_t jwti_keycheck_rsa(const EVP_PKEY *pkey, const char **err);
static int jwti_keycheck_get(const EVP_PKEY *pkey, jwti_keycheck_rsa_t *rsa);
static jwti_rc_t jwti_keycheck_exponent(const BIGNUM *e, const char **err);
static int jwti_keycheck_product(const jwti_keycheck_rsa_t *rsa, BN_CTX *ctx);
static int jwti_keycheck_factor(const jwti_keycheck_rsa_t *rsa,
    const BIGNUM *prime, const BIGNUM *exponent, BN_CTX *ctx);
static jwti_rc_t jwti_keycheck_ec(EVP_PKEY *pkey, const char **err);


jwti_rc_t
jwti_keycheck(EVP_PKEY *pkey, const char **err)
{
    jwti_rc_t  rc;

    rc = JWTI_OK;

    ERR_clear_error();

    if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS")) {
        rc = jwti_keycheck_rsa(pkey, err);

    } else if (EVP_PKEY_is_a(pkey, "EC")) {
        rc = jwti_keycheck_ec(pkey, err);

    } else if (!EVP_PKEY_is_a(pkey, "ED25519")) {

        /* it also says no when memory is short: no check may be passed over */

        rc = JWTI_ERROR;
        *err = "EVP_PKEY_is_a() failed";
    }

    ERR_clear_error();

    return rc;
}


static jwti_rc_t
jwti_keycheck_rsa(const EVP_PKEY *pkey, const char **err)
{
    BIGNUM               *third;
    BN_CTX               *ctx;
    jwti_rc_t             rc;
    jwti_keycheck_rsa_t   rsa;

    rc = JWTI_INVALID;
    third = NULL;
    memset(&rsa, 0, sizeof(jwti_keycheck_rsa_t));

    ctx = BN_CTX_secure_new();
    if (ctx == NULL) {
        rc = JWTI_ERROR;
        *err = "BN_CTX_secure_new() failed";
        goto failed;
    }

    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_FACTOR3, &third)
        == 1)
    {
        *err = "RSA keys of more than two primes are not supported";
        goto failed;
    }

    if (!jwti_keycheck_get(pkey, &rsa)) {
        *err = "RSA key lacks a part";
        goto failed;
    }

    rc = jwti_keycheck_exponent(rsa.e, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    if (!jwti_keycheck_product(&rsa, ctx)
        || !jwti_keycheck_factor(&rsa, rsa.p, rsa.dp, ctx)
        || !jwti_keycheck_factor(&rsa, rsa.q, rsa.dq, ctx))
    {
        rc = JWTI_INVALID;
        *err = "parts of the RSA key do not belong together";
    }

failed:

    BN_clear_free(third);
    BN_clear_free(rsa.qi);
    BN_clear_free(rsa.dq);
    BN_clear_free(rsa.dp);
    BN_clear_free(rsa.q);
    BN_clear_free(rsa.p);
    BN_clear_free(rsa.d);
    BN_free(rsa.e);
    BN_free(rsa.n);
    BN_CTX_free(ctx);

    return rc;
}


static int
jwti_keycheck_get(const EVP_PKEY *pkey, jwti_keycheck_rsa_t *rsa)
{
    size_t  i;

    struct {
        const char   *name;
        BIGNUM      **bn;
    } parts[] = {
        { OSSL_PKEY_PARAM_RSA_N, &rsa->n },
        { OSSL_PKEY_PARAM_RSA_E, &rsa->e },
        { OSSL_PKEY_PARAM_RSA_D, &rsa->d },
        { OSSL_PKEY_PARAM_RSA_FACTOR1, &rsa->p },
        { OSSL_PKEY_PARAM_RSA_FACTOR2, &rsa->q },
        { OSSL_PKEY_PARAM_RSA_EXPONENT1, &rsa->dp },
        { OSSL_PKEY_PARAM_RSA_EXPONENT2, &rsa->dq },
        { OSSL_PKEY_PARAM_RSA_COEFFICIENT1, &rsa->qi }
    };

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {

        if (EVP_PKEY_get_bn_param(pkey, parts[i].name, parts[i].bn) != 1
            || BN_is_zero(*parts[i].bn) || BN_is_negative(*parts[i].bn))
        {
            return 0;
        }

        BN_set_flags(*parts[i].bn, BN_FLG_CONSTTIME);
    }

    return 1;
}


static jwti_rc_t
jwti_keycheck_exponent(const BIGNUM *e, const char **err)
{
    if (!BN_is_odd(e) || BN_is_one(e)) {
        *err = "RSA public exponent is even or less than 3";
        return JWTI_INVALID;
    }

    if (BN_num_bits(e) > JWTI_KEYCHECK_E_BITS) {
        *err = "RSA public exponent is longer than 64 bits";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


/* n = pq and qi * q = 1 (mod p) */

static int
jwti_keycheck_product(const jwti_keycheck_rsa_t *rsa, BN_CTX *ctx)
{
    int      ok;
    BIGNUM  *t;

    BN_CTX_start(ctx);

    t = BN_CTX_get(ctx);

    ok = t != NULL
         && !BN_is_one(rsa->p) && !BN_is_one(rsa->q)
         && BN_mul(t, rsa->p, rsa->q, ctx) == 1
         && BN_cmp(t, rsa->n) == 0
         && BN_cmp(rsa->qi, rsa->p) < 0
         && BN_mod_mul(t, rsa->qi, rsa->q, rsa->p, ctx) == 1
         && BN_is_one(t);

    if (t != NULL) {
        BN_clear(t);
    }

    BN_CTX_end(ctx);

    return ok;
}


/* exponent = d mod (prime - 1), and its product with e is 1 there */

static int
jwti_keycheck_factor(const jwti_keycheck_rsa_t *rsa, const BIGNUM *prime,
    const BIGNUM *exponent, BN_CTX *ctx)
{
    int      ok;
    BIGNUM  *less, *t;

    BN_CTX_start(ctx);

    less = BN_CTX_get(ctx);
    t = BN_CTX_get(ctx);

    ok = t != NULL
         && BN_sub(less, prime, BN_value_one()) == 1
         && BN_mod(t, rsa->d, less, ctx) == 1
         && BN_cmp(t, exponent) == 0
         && BN_mod_mul(t, exponent, rsa->e, less, ctx) == 1
         && BN_is_one(t);

    if (t != NULL) {
        BN_clear(t);
        BN_clear(less);
    }

    BN_CTX_end(ctx);

    return ok;
}


static jwti_rc_t
jwti_keycheck_ec(EVP_PKEY *pkey, const char **err)
{
    jwti_rc_t      rc;
    EVP_PKEY_CTX  *ctx;

    rc = JWTI_ERROR;

    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    if (ctx == NULL) {
        *err = "EVP_PKEY_CTX_new_from_pkey() failed";
        goto failed;
    }

    if (EVP_PKEY_private_check(ctx) != 1
        || EVP_PKEY_pairwise_check(ctx) != 1)
    {
        rc = JWTI_INVALID;
        *err = "public key does not match the private one";
        goto failed;
    }

    rc = JWTI_OK;

failed:

    EVP_PKEY_CTX_free(ctx);

    return rc;
}
