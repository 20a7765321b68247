
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_keysize.c: the longest RSA key and one of a bit more, and types that
 * sign but have no JWS algorithm here.  No key is generated: published primes
 * are factors, and where the numbers are not looked at they are made up.
 */


#include "keys.h"

#include <openssl/bn.h>
#include <openssl/param_build.h>

#include "jwti_key.h"
#include "jwti_sign.h"


static void test_longest(void);
static void test_longest_signs(jwti_key_t *key, EVP_PKEY *pkey);
static void test_longer(void);
static void test_types(void);
static BIGNUM *prime(const char *group);
static EVP_PKEY *rsa(const BIGNUM *p, const BIGNUM *q);
static EVP_PKEY *rsa_of_bits(int bits);
static EVP_PKEY *dsa(void);
static EVP_PKEY *make(const char *type, OSSL_PARAM_BLD *bld);
static void refused(const keys_text_t *text, const char *alg,
    const char *want, const char *name);


int
main(void)
{
    test_longest();
    test_longer();
    test_types();

    return done();
}


/* two primes of 4096 bits: of RFC 3526 and of RFC 7919 */

static void
test_longest(void)
{
    size_t               i;
    BIGNUM              *p, *q;
    EVP_PKEY            *pkey;
    jwti_buf_t           buf;
    jwti_key_t          *key, *again;
    const char          *err;
    const jwti_alg_t    *alg;
    static keys_text_t   text;
    static unsigned char stored[JWTI_KEY_STORED_MAX];

    static const char  *algs[] = { NULL, "PS512" };

    p = prime("modp_4096");
    q = prime("ffdhe4096");
    pkey = rsa(p, q);

    is_int(EVP_PKEY_get_bits(pkey), JWTI_RSA_BITS_MAX, "RSA of 8192 bits");

    for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
        keys_write(&text, pkey, i == 0 ? KEYS_PKCS8 : KEYS_TRADITIONAL_DER);
        alg = (algs[i] != NULL) ? jwti_alg_find(tap_str(algs[i])) : NULL;

        if (!ok(jwti_key_parse(keys_str(&text), alg, &key, &err) == JWTI_OK,
                "8192 bits are admitted"))
        {
            continue;
        }

        ok(jwti_key_jwk(key).len > 1366
           && jwti_key_jwk(key).len < JWTI_JWK_MAX, "its JWK fits");

        jwti_buf_init(&buf, stored, sizeof(stored));
        ok(jwti_key_store(key, &buf) == JWTI_OK, "its stored form fits");
        ok(jwti_key_load(jwti_buf_written(&buf), jwti_key_alg(key), &again,
                         &err)
           == JWTI_OK, "and is loaded again");

        test_longest_signs(again, pkey);

        jwti_key_free(again);
        jwti_key_free(key);
    }

    keys_jwk(&text, pkey, "");
    ok(jwti_key_parse(keys_str(&text), NULL, &key, &err) == JWTI_OK,
       "8192 bits as a JWK");
    jwti_key_free(key);

    EVP_PKEY_free(pkey);
    BN_free(p);
    BN_free(q);
}


static void
test_longest_signs(jwti_key_t *key, EVP_PKEY *pkey)
{
    jwti_buf_t      buf;
    EVP_MD_CTX     *ctx;
    EVP_PKEY_CTX   *pctx;
    const char     *err;
    unsigned char   signature[JWTI_SIGNATURE_MAX];

    jwti_buf_init(&buf, signature, sizeof(signature));
    ok(jwti_sign(key, jwti_str("input"), &buf, &err) == JWTI_OK
       && jwti_buf_len(&buf) == JWTI_SIGNATURE_MAX, "it signs");

    ctx = EVP_MD_CTX_new();
    EVP_DigestVerifyInit_ex(ctx, &pctx, "SHA512", NULL, NULL, pkey, NULL);

    if (jwti_key_alg(key)->family == JWTI_RSA_PSS) {
        EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
    }

    ok(EVP_DigestVerify(ctx, signature, sizeof(signature),
                        (const unsigned char *) "input", 5)
       == 1, "and what it signs verifies");

    EVP_MD_CTX_free(ctx);
}


static void
test_longer(void)
{
    size_t               i;
    EVP_PKEY            *pkey;
    static keys_text_t   text;
    char                 name[64];

    static const int  bits[] = { 8193, 8200, 10240, 16384 };

    for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        pkey = rsa_of_bits(bits[i]);
        is_int(EVP_PKEY_get_bits(pkey), bits[i], "the key made up");

        snprintf(name, sizeof(name), "PKCS#8 of %d bits", bits[i]);
        keys_write(&text, pkey, KEYS_PKCS8);
        refused(&text, NULL, "RSA key is longer than 8192 bits", name);
        refused(&text, "PS256", "RSA key is longer than 8192 bits", name);

        snprintf(name, sizeof(name), "PKCS#1 of %d bits", bits[i]);
        keys_write(&text, pkey, KEYS_TRADITIONAL);
        refused(&text, "RS256", "RSA key is longer than 8192 bits", name);

        /* refused before OpenSSL sees it */

        snprintf(name, sizeof(name), "JWK of %d bits", bits[i]);
        keys_jwk(&text, pkey, "");
        refused(&text, NULL, "JWK has a missing or bad public member", name);

        EVP_PKEY_free(pkey);
    }
}


static void
test_types(void)
{
    EVP_PKEY            *pkey;
    static keys_text_t   text;

    pkey = dsa();
    keys_write(&text, pkey, KEYS_PKCS8);
    refused(&text, NULL, "unsupported key type", "DSA: PKCS#8 PEM");
    refused(&text, "RS256", "unsupported key type", "DSA: for RS256");
    refused(&text, "ES256", "unsupported key type", "DSA: for ES256");
    keys_write(&text, pkey, KEYS_PKCS8_DER);
    refused(&text, NULL, "unsupported key type", "DSA: PKCS#8 DER");
    keys_write(&text, pkey, KEYS_TRADITIONAL);
    refused(&text, NULL, "unsupported kind of PEM", "DSA: its own PEM");
    keys_write(&text, pkey, KEYS_TRADITIONAL_DER);
    refused(&text, NULL, "DER of the key is not valid", "DSA: its own DER");
    EVP_PKEY_free(pkey);

    pkey = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    keys_write(&text, pkey, KEYS_PKCS8);
    refused(&text, NULL, "unsupported elliptic curve", "SM2");
    EVP_PKEY_free(pkey);
}


/* the prime of a group for Diffie-Hellman; with it, a key of the group */

static BIGNUM *
prime(const char *group)
{
    BIGNUM              *p;
    EVP_PKEY            *pkey;
    OSSL_PARAM           params[2];
    EVP_PKEY_CTX        *ctx;
    static keys_text_t   text;

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 (char *) group, 0);
    params[1] = OSSL_PARAM_construct_end();

    p = NULL;
    pkey = NULL;

    ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    EVP_PKEY_keygen_init(ctx);
    EVP_PKEY_CTX_set_params(ctx, params);
    EVP_PKEY_generate(ctx, &pkey);
    EVP_PKEY_CTX_free(ctx);

    if (pkey == NULL
        || EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_FFC_P, &p) != 1)
    {
        printf("Bail out! no group %s\n", group);
        exit(1);
    }

    keys_write(&text, pkey, KEYS_PKCS8);
    refused(&text, NULL, "unsupported key type", "DH: PKCS#8 PEM");
    keys_write(&text, pkey, KEYS_PKCS8_DER);
    refused(&text, "RS256", "unsupported key type", "DH: for RS256");

    EVP_PKEY_free(pkey);

    return p;
}


/* p and q are safe primes: any e fits */

static EVP_PKEY *
rsa(const BIGNUM *p, const BIGNUM *q)
{
    BN_CTX          *ctx;
    BIGNUM          *n, *e, *d, *p1, *q1, *phi, *dp, *dq, *qi;
    EVP_PKEY        *pkey;
    OSSL_PARAM_BLD  *bld;

    ctx = BN_CTX_new();
    BN_CTX_start(ctx);

    n = BN_CTX_get(ctx);
    e = BN_CTX_get(ctx);
    d = BN_CTX_get(ctx);
    p1 = BN_CTX_get(ctx);
    q1 = BN_CTX_get(ctx);
    phi = BN_CTX_get(ctx);
    dp = BN_CTX_get(ctx);
    dq = BN_CTX_get(ctx);
    qi = BN_CTX_get(ctx);

    BN_set_word(e, 65537);
    BN_mul(n, p, q, ctx);
    BN_sub(p1, p, BN_value_one());
    BN_sub(q1, q, BN_value_one());
    BN_mul(phi, p1, q1, ctx);
    BN_mod_inverse(d, e, phi, ctx);
    BN_mod(dp, d, p1, ctx);
    BN_mod(dq, d, q1, ctx);
    BN_mod_inverse(qi, q, p, ctx);

    bld = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_D, d);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_FACTOR1, p);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_FACTOR2, q);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi);

    pkey = make("RSA", bld);

    BN_CTX_end(ctx);
    BN_CTX_free(ctx);

    return pkey;
}


/* made-up numbers: a key of a wrong size is not looked at further */

static EVP_PKEY *
rsa_of_bits(int bits)
{
    size_t           i;
    BIGNUM          *n, *half;
    EVP_PKEY        *pkey;
    OSSL_PARAM_BLD  *bld;

    static const char  *halves[] = {
        OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1,
        OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
        OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1
    };

    n = BN_new();
    half = BN_new();
    BN_set_bit(n, bits - 1);
    BN_set_bit(n, 0);
    BN_set_bit(half, bits / 2);
    BN_set_bit(half, 0);

    bld = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
    OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_RSA_E, 65537);

    for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        OSSL_PARAM_BLD_push_BN(bld, halves[i], half);
    }

    pkey = make("RSA", bld);

    BN_free(half);
    BN_free(n);

    return pkey;
}


/* in the group of 2048 bits of RFC 7919: g = 2, q = (p - 1) / 2 */

static EVP_PKEY *
dsa(void)
{
    BIGNUM          *p, *q, *g, *pub;
    EVP_PKEY        *pkey;
    OSSL_PARAM_BLD  *bld;

    p = prime("ffdhe2048");
    q = BN_new();
    g = BN_new();
    pub = BN_new();

    BN_rshift1(q, p);
    BN_set_word(g, 2);
    BN_set_bit(pub, 1000);

    bld = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, p);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_Q, q);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_G, g);
    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, pub);
    OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_PRIV_KEY, 1000);

    pkey = make("DSA", bld);

    BN_free(pub);
    BN_free(g);
    BN_free(q);
    BN_free(p);

    return pkey;
}


static EVP_PKEY *
make(const char *type, OSSL_PARAM_BLD *bld)
{
    EVP_PKEY      *pkey;
    OSSL_PARAM    *params;
    EVP_PKEY_CTX  *ctx;

    pkey = NULL;
    params = OSSL_PARAM_BLD_to_param(bld);
    ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

    if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
    {
        printf("Bail out! no %s key from numbers\n", type);
        exit(1);
    }

    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(bld);

    return pkey;
}


static void
refused(const keys_text_t *text, const char *alg, const char *want,
    const char *name)
{
    jwti_rc_t    rc;
    jwti_key_t  *key;
    const char  *err;

    rc = jwti_key_parse(keys_str(text),
                        (alg != NULL) ? jwti_alg_find(tap_str(alg)) : NULL,
                        &key, &err);

    if (rc == JWTI_OK) {
        jwti_key_free(key);
    }

    is_str(tap_str((rc == JWTI_INVALID) ? err : "accepted"), want, name);
}
