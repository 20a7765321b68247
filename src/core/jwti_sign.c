
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Signatures.  The state that OpenSSL needs is prepared when the key is made
 * and copied for each signature: that saves the look-up of the algorithms
 * (an eighth of a P-256 signature, 40 % of an HMAC) and, as a copy only
 * reads its source and counts references atomically, needs no lock.
 *
 * What RSA has signed is verified, for 6 % more time.  OpenSSL keeps a key's
 * blinding for the next signature, and one that is short of memory while it
 * makes that anew leaves it damaged.  BN_BLINDING_create_param() does not say
 * so, and up to 32 wrong signatures follow, of any thread.
 */


#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "jwti_key_internal.h"
#include "jwti_sign.h"


#define JWTI_SIGN_ED25519_LEN  64


/* EVP_DigestSignInit_ex(), EVP_DigestVerifyInit_ex() */
typedef int (*jwti_sign_init_t)(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx,
    const char *digest, OSSL_LIB_CTX *lib, const char *properties,
    EVP_PKEY *pkey, const OSSL_PARAM *params);


static jwti_rc_t jwti_sign_prepare_digest(const jwti_key_t *key,
    EVP_MD_CTX **ctx, jwti_sign_init_t init, const char **err);
static jwti_rc_t jwti_sign_prepare_mac(jwti_key_t *key, const char **err);
static jwti_rc_t jwti_sign_prepare_pss(const jwti_alg_t *alg,
    EVP_PKEY_CTX *ctx, const char **err);
static jwti_rc_t jwti_sign_mac(const jwti_key_t *key, jwti_str_t input,
    unsigned char *signature, size_t *len, const char **err);
static jwti_rc_t jwti_sign_digest(const jwti_key_t *key, jwti_str_t input,
    unsigned char *signature, size_t *len, const char **err);
static int jwti_sign_is_good(const jwti_key_t *key, jwti_str_t input,
    const unsigned char *signature, size_t len);
static jwti_rc_t jwti_sign_anew(const jwti_key_t *key, jwti_str_t input,
    unsigned char *signature, size_t *len, const char **err);
static jwti_rc_t jwti_sign_ecdsa(const jwti_key_t *key,
    unsigned char *signature, size_t *len, const char **err);


static const char  jwti_sign_restricted[] =
    "RSA-PSS parameters of the key do not allow the algorithm";


size_t
jwti_sign_len(const jwti_key_t *key)
{
    return key->sign_len;
}


jwti_rc_t
jwti_sign(const jwti_key_t *key, jwti_str_t input, jwti_buf_t *buf,
    const char **err)
{
    size_t         len;
    jwti_rc_t      rc;
    unsigned char  signature[JWTI_SIGNATURE_MAX];

    if (buf->overflow || (size_t) (buf->end - buf->pos) < key->sign_len) {
        *err = "no space for the signature";
        return JWTI_NO_SPACE;
    }

    len = sizeof(signature);

    ERR_clear_error();

    if (key->alg->family == JWTI_HMAC) {
        rc = jwti_sign_mac(key, input, signature, &len, err);

    } else {
        rc = jwti_sign_digest(key, input, signature, &len, err);
    }

    if (rc == JWTI_OK && key->check
        && !jwti_sign_is_good(key, input, signature, len))
    {
        len = sizeof(signature);
        rc = jwti_sign_anew(key, input, signature, &len, err);
    }

    if (rc == JWTI_OK && key->alg->family == JWTI_ECDSA) {
        rc = jwti_sign_ecdsa(key, signature, &len, err);
    }

    ERR_clear_error();

    if (rc != JWTI_OK) {
        return rc;
    }

    if (len != key->sign_len) {
        *err = "signature has an unexpected length";
        return JWTI_ERROR;
    }

    jwti_buf_bytes(buf, signature, len);

    return JWTI_OK;
}


static jwti_rc_t
jwti_sign_digest(const jwti_key_t *key, jwti_str_t input,
    unsigned char *signature, size_t *len, const char **err)
{
    jwti_rc_t    rc;
    EVP_MD_CTX  *ctx;

    rc = JWTI_ERROR;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL || EVP_MD_CTX_copy_ex(ctx, key->sign) != 1) {
        *err = "EVP_MD_CTX_copy_ex() failed";
        goto failed;
    }

    /* the copy is thrown away: OpenSSL need not make one more to finish it */
    EVP_MD_CTX_set_flags(ctx, EVP_MD_CTX_FLAG_FINALISE);

    if (EVP_DigestSign(ctx, signature, len, input.data, input.len) != 1) {
        *err = "EVP_DigestSign() failed";
        goto failed;
    }

    rc = JWTI_OK;

failed:

    EVP_MD_CTX_free(ctx);

    return rc;
}


static int
jwti_sign_is_good(const jwti_key_t *key, jwti_str_t input,
    const unsigned char *signature, size_t len)
{
    int          good;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();

    good = ctx != NULL && EVP_MD_CTX_copy_ex(ctx, key->check) == 1
           && EVP_DigestVerify(ctx, signature, len, input.data, input.len)
              == 1;

    EVP_MD_CTX_free(ctx);

    return good;
}


/* by a copy of the key, which has nothing of what was kept beside it */

static jwti_rc_t
jwti_sign_anew(const jwti_key_t *key, jwti_str_t input,
    unsigned char *signature, size_t *len, const char **err)
{
    jwti_rc_t   rc;
    jwti_key_t  fresh;

    memset(&fresh, 0, sizeof(jwti_key_t));

    fresh.alg = key->alg;
    fresh.pkey = EVP_PKEY_dup(key->pkey);

    if (fresh.pkey == NULL) {
        *err = "EVP_PKEY_dup() failed";
        return JWTI_ERROR;
    }

    rc = jwti_sign_prepare(&fresh, err);

    if (rc == JWTI_OK) {
        rc = jwti_sign_digest(&fresh, input, signature, len, err);
    }

    if (rc == JWTI_OK && !jwti_sign_is_good(&fresh, input, signature, *len)) {
        *err = "signature does not verify";
        rc = JWTI_ERROR;
    }

    jwti_sign_release(&fresh);
    EVP_PKEY_free(fresh.pkey);

    return (rc == JWTI_OK) ? JWTI_OK : JWTI_ERROR;
}


/* DER to R || S in place (RFC 7518, section 3.4) */

static jwti_rc_t
jwti_sign_ecdsa(const jwti_key_t *key, unsigned char *signature, size_t *len,
    const char **err)
{
    int                   n;
    jwti_rc_t             rc;
    ECDSA_SIG            *sig;
    const unsigned char  *p;

    rc = JWTI_ERROR;
    n = (int) key->alg->coord_len;
    p = signature;

    sig = d2i_ECDSA_SIG(NULL, &p, (long) *len);
    if (sig == NULL) {
        *err = "d2i_ECDSA_SIG() failed";
        goto failed;
    }

    if (BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, n) != n
        || BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + n, n) != n)
    {
        *err = "BN_bn2binpad() failed";
        goto failed;
    }

    *len = 2 * key->alg->coord_len;
    rc = JWTI_OK;

failed:

    ECDSA_SIG_free(sig);

    return rc;
}


static jwti_rc_t
jwti_sign_mac(const jwti_key_t *key, jwti_str_t input,
    unsigned char *signature, size_t *len, const char **err)
{
    jwti_rc_t     rc;
    EVP_MAC_CTX  *ctx;

    rc = JWTI_ERROR;

    ctx = EVP_MAC_CTX_dup(key->mac);
    if (ctx == NULL) {
        *err = "EVP_MAC_CTX_dup() failed";
        goto failed;
    }

    if (EVP_MAC_update(ctx, input.data, input.len) != 1
        || EVP_MAC_final(ctx, signature, len, *len) != 1)
    {
        *err = "EVP_MAC_final() failed";
        goto failed;
    }

    rc = JWTI_OK;

failed:

    EVP_MAC_CTX_free(ctx);

    return rc;
}


jwti_rc_t
jwti_sign_prepare(jwti_key_t *key, const char **err)
{
    jwti_rc_t      rc;
    jwti_family_e  family;

    family = key->alg->family;

    if (family == JWTI_HMAC) {
        return jwti_sign_prepare_mac(key, err);
    }

    rc = jwti_sign_prepare_digest(key, &key->sign, EVP_DigestSignInit_ex, err);

    if (rc == JWTI_OK && (family == JWTI_RSA_PKCS1 || family == JWTI_RSA_PSS)) {
        rc = jwti_sign_prepare_digest(key, &key->check,
                                      EVP_DigestVerifyInit_ex, err);
    }

    switch (family) {

    case JWTI_ECDSA:
        key->sign_len = 2 * key->alg->coord_len;
        break;

    case JWTI_EDDSA:
        key->sign_len = JWTI_SIGN_ED25519_LEN;
        break;

    default:
        key->sign_len = (size_t) EVP_PKEY_get_size(key->pkey);
        break;
    }

    return rc;
}


static jwti_rc_t
jwti_sign_prepare_digest(const jwti_key_t *key, EVP_MD_CTX **ctx,
    jwti_sign_init_t init, const char **err)
{
    EVP_PKEY_CTX  *pctx;

    *ctx = EVP_MD_CTX_new();
    if (*ctx == NULL) {
        *err = "EVP_MD_CTX_new() failed";
        return JWTI_ERROR;
    }

    if (init(*ctx, &pctx, key->alg->digest, NULL, NULL, key->pkey, NULL) != 1)
    {
        if (EVP_PKEY_is_a(key->pkey, "RSA-PSS")) {
            *err = jwti_sign_restricted;
            return JWTI_INVALID;
        }

        *err = "EVP_DigestSignInit_ex() failed";
        return JWTI_ERROR;
    }

    if (key->alg->family == JWTI_RSA_PSS) {
        return jwti_sign_prepare_pss(key->alg, pctx, err);
    }

    return JWTI_OK;
}


/* RFC 7518, section 3.5 */

static jwti_rc_t
jwti_sign_prepare_pss(const jwti_alg_t *alg, EVP_PKEY_CTX *ctx,
    const char **err)
{
    if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1
        || EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, alg->digest, NULL) != 1
        || EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int) alg->hash_len) != 1)
    {
        *err = jwti_sign_restricted;
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


static jwti_rc_t
jwti_sign_prepare_mac(jwti_key_t *key, const char **err)
{
    char        *digest;
    EVP_MAC     *mac;
    OSSL_PARAM   params[2];

    mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (mac == NULL) {
        *err = "EVP_MAC_fetch() failed";
        return JWTI_ERROR;
    }

    key->mac = EVP_MAC_CTX_new(mac);

    /* the context has its own reference */
    EVP_MAC_free(mac);

    if (key->mac == NULL) {
        *err = "EVP_MAC_CTX_new() failed";
        return JWTI_ERROR;
    }

    /* OSSL_PARAM is for both directions: this one is only read */
    digest = (char *) key->alg->digest;

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 digest, 0);
    params[1] = OSSL_PARAM_construct_end();

    if (EVP_MAC_init(key->mac, key->secret, key->secret_len, params) != 1) {
        *err = "EVP_MAC_init() failed";
        return JWTI_ERROR;
    }

    key->sign_len = key->alg->hash_len;

    return JWTI_OK;
}


void
jwti_sign_release(jwti_key_t *key)
{
    EVP_MAC_CTX_free(key->mac);
    EVP_MD_CTX_free(key->sign);
    EVP_MD_CTX_free(key->check);

    key->mac = NULL;
    key->sign = NULL;
    key->check = NULL;
}
