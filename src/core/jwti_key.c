
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Keys: admission, the one algorithm, key id and public JWK.  Made once, then
 * only read, by any thread.
 */


#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "jwti_base64.h"
#include "jwti_key_internal.h"
#include "jwti_keycheck.h"
#include "jwti_keytext.h"
#include "jwti_public.h"


static jwti_rc_t jwti_key_choose(const jwti_keytext_t *keytext,
    const jwti_alg_t **alg, const char **err);
static const jwti_alg_t *jwti_key_default(const EVP_PKEY *pkey);
static jwti_rc_t jwti_key_fits(const jwti_keytext_t *keytext,
    const jwti_alg_t *alg, jwti_public_t *pub, const char **err);
static jwti_rc_t jwti_key_fits_secret(const jwti_keytext_t *keytext,
    const jwti_alg_t *alg, const char **err);
static jwti_rc_t jwti_key_make(jwti_keytext_t *keytext,
    const jwti_alg_t *alg, const jwti_public_t *pub, jwti_str_t stored,
    jwti_key_t **key, const char **err);
static jwti_rc_t jwti_key_keep(jwti_key_t *key, jwti_str_t stored);
static jwti_rc_t jwti_key_publish(jwti_key_t *key, const jwti_public_t *pub);
static jwti_rc_t jwti_key_secret_kid(jwti_key_t *key);


jwti_rc_t
jwti_key_parse(jwti_str_t text, const jwti_alg_t *alg, jwti_key_t **key,
    const char **err)
{
    jwti_rc_t       rc;
    jwti_public_t   pub;
    jwti_keytext_t  keytext;

    *key = NULL;

    rc = jwti_keytext_parse(&keytext, text,
                            alg != NULL && alg->family == JWTI_HMAC, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_key_choose(&keytext, &alg, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    rc = jwti_key_fits(&keytext, alg, &pub, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    if (keytext.pkey != NULL) {
        rc = jwti_keycheck(keytext.pkey, err);
        if (rc != JWTI_OK) {
            goto failed;
        }
    }

    rc = jwti_key_make(&keytext, alg, &pub, jwti_str(""), key, err);

failed:

    jwti_keytext_free(&keytext);

    /* a curve without a name leaves an entry */
    ERR_clear_error();

    return rc;
}


jwti_rc_t
jwti_key_load(jwti_str_t stored, const jwti_alg_t *alg, jwti_key_t **key,
    const char **err)
{
    jwti_rc_t       rc;
    jwti_public_t   pub;
    jwti_keytext_t  keytext;

    *key = NULL;

    if (alg->family == JWTI_HMAC) {

        /* no text: a line end at its end belongs to the secret */

        memset(&keytext, 0, sizeof(jwti_keytext_t));

        keytext.secret = OPENSSL_memdup(stored.data, stored.len);
        keytext.secret_len = stored.len;

        if (keytext.secret == NULL) {
            rc = JWTI_ERROR;
            *err = "out of memory";
            goto failed;
        }

    } else {
        rc = jwti_keytext_parse(&keytext, stored, 0, err);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    rc = jwti_key_fits(&keytext, alg, &pub, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    rc = jwti_key_make(&keytext, alg, &pub, stored, key, err);

failed:

    jwti_keytext_free(&keytext);
    ERR_clear_error();

    return rc;
}


static jwti_rc_t
jwti_key_choose(const jwti_keytext_t *keytext, const jwti_alg_t **alg,
    const char **err)
{
    if (keytext->alg != NULL) {

        if (*alg == NULL) {
            *alg = keytext->alg;
            return JWTI_OK;
        }

        /* two names, one algorithm: RFC 8037 and RFC 9864 */

        if (*alg != keytext->alg
            && !((*alg)->family == JWTI_EDDSA
                 && keytext->alg->family == JWTI_EDDSA))
        {
            *err = "JWK is for another algorithm by its \"alg\"";
            return JWTI_INVALID;
        }

        return JWTI_OK;
    }

    if (*alg == NULL) {
        *alg = jwti_key_default(keytext->pkey);

        if (*alg == NULL) {
            *err = EVP_PKEY_is_a(keytext->pkey, "RSA-PSS")
                       ? "RSA-PSS key needs its algorithm to be named"
                       : "unsupported elliptic curve";
            return JWTI_INVALID;
        }
    }

    return JWTI_OK;
}


static const jwti_alg_t *
jwti_key_default(const EVP_PKEY *pkey)
{
    char  group[64];

    if (EVP_PKEY_is_a(pkey, "RSA")) {
        return jwti_alg_find(jwti_str("RS512"));
    }

    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        return jwti_alg_find(jwti_str("EdDSA"));
    }

    if (EVP_PKEY_is_a(pkey, "EC")
        && EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1)
    {
        return jwti_public_curve(group);
    }

    return NULL;
}


/* the type, the size and the curve are those of alg (RFC 8725, 3.1) */

static jwti_rc_t
jwti_key_fits(const jwti_keytext_t *keytext, const jwti_alg_t *alg,
    jwti_public_t *pub, const char **err)
{
    int        fits;
    jwti_rc_t  rc;

    if (keytext->pkey == NULL || alg->family == JWTI_HMAC) {
        return jwti_key_fits_secret(keytext, alg, err);
    }

    ERR_clear_error();

    rc = jwti_public_from_pkey(pub, keytext->pkey, err);

    ERR_clear_error();

    if (rc != JWTI_OK) {
        return rc;
    }

    switch (alg->family) {

    case JWTI_RSA_PKCS1:
        fits = EVP_PKEY_is_a(keytext->pkey, "RSA");
        break;

    case JWTI_RSA_PSS:
        fits = (pub->kty == JWTI_KTY_RSA);
        break;

    case JWTI_ECDSA:
        fits = (pub->kty == JWTI_KTY_EC && pub->curve == alg);
        break;

    case JWTI_EDDSA:
        fits = (pub->kty == JWTI_KTY_OKP);
        break;

    default:
        fits = 0;
    }

    if (!fits) {
        *err = "key is not of the type or curve of the algorithm";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


static jwti_rc_t
jwti_key_fits_secret(const jwti_keytext_t *keytext, const jwti_alg_t *alg,
    const char **err)
{
    if (alg->family != JWTI_HMAC || keytext->secret == NULL) {
        *err = "key is not of the type or curve of the algorithm";
        return JWTI_INVALID;
    }

    /* RFC 7518, section 3.2 */

    if (keytext->secret_len < alg->hash_len) {
        *err = "HMAC secret is shorter than the hash";
        return JWTI_INVALID;
    }

    if (keytext->secret_len > JWTI_HMAC_SECRET_MAX) {
        *err = "HMAC secret is longer than 1024 bytes";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


/*
 * What keytext holds goes over to the key; pub is not used for HMAC.  stored:
 * what jwti_key_store() is to write, empty when it is to be made.
 */

static jwti_rc_t
jwti_key_make(jwti_keytext_t *keytext, const jwti_alg_t *alg,
    const jwti_public_t *pub, jwti_str_t stored, jwti_key_t **key,
    const char **err)
{
    jwti_rc_t    rc;
    jwti_key_t  *k;

    k = OPENSSL_zalloc(sizeof(jwti_key_t));
    if (k == NULL) {
        *err = "out of memory";
        return JWTI_ERROR;
    }

    atomic_init(&k->refs, 1);

    k->alg = alg;
    k->pkey = keytext->pkey;
    k->secret = keytext->secret;
    k->secret_len = keytext->secret_len;

    /* they are the key's from here on */
    keytext->pkey = NULL;
    keytext->secret = NULL;
    keytext->secret_len = 0;

    ERR_clear_error();

    rc = jwti_sign_prepare(k, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    rc = (k->pkey != NULL) ? jwti_key_publish(k, pub)
                           : jwti_key_secret_kid(k);

    if (rc != JWTI_OK) {
        rc = JWTI_ERROR;
        *err = "key id or public JWK could not be made";
        goto failed;
    }

    if (k->pkey != NULL && jwti_key_keep(k, stored) != JWTI_OK) {
        rc = JWTI_ERROR;
        *err = "stored form of the key could not be made";
        goto failed;
    }

    *key = k;
    k = NULL;

failed:

    jwti_key_free(k);
    ERR_clear_error();

    return rc;
}


/* OpenSSL takes as long for it as for two signatures: once for each key */

static jwti_rc_t
jwti_key_keep(jwti_key_t *key, jwti_str_t stored)
{
    int                   len;
    PKCS8_PRIV_KEY_INFO  *info;

    if (stored.len != 0) {
        key->stored = OPENSSL_memdup(stored.data, stored.len);
        key->stored_len = stored.len;

        return (key->stored != NULL) ? JWTI_OK : JWTI_ERROR;
    }

    info = EVP_PKEY2PKCS8(key->pkey);
    if (info == NULL) {
        return JWTI_ERROR;
    }

    len = i2d_PKCS8_PRIV_KEY_INFO(info, &key->stored);

    PKCS8_PRIV_KEY_INFO_free(info);

    if (len <= 0) {
        return JWTI_ERROR;
    }

    key->stored_len = (size_t) len;

    return JWTI_OK;
}


static jwti_rc_t
jwti_key_publish(jwti_key_t *key, const jwti_public_t *pub)
{
    jwti_rc_t      rc;
    jwti_buf_t     buf;
    jwti_str_t     kid;
    unsigned char  memory[JWTI_JWK_MAX];

    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_public_write(&buf, pub);

    rc = jwti_buf_ok(&buf);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_public_thumbprint(jwti_buf_written(&buf), key->kid);
    if (rc != JWTI_OK) {
        return rc;
    }

    kid.data = key->kid;
    kid.len = JWTI_KID_LEN;

    jwti_buf_text(&buf, ",\"kid\":\"");
    jwti_buf_str(&buf, kid);
    jwti_buf_text(&buf, "\",\"use\":\"sig\",\"alg\":\"");
    jwti_buf_text(&buf, key->alg->name);
    jwti_buf_text(&buf, "\"}");

    rc = jwti_buf_ok(&buf);
    if (rc != JWTI_OK) {
        return rc;
    }

    key->jwk_len = jwti_buf_len(&buf);
    key->jwk = OPENSSL_memdup(memory, key->jwk_len);

    return (key->jwk != NULL) ? JWTI_OK : JWTI_ERROR;
}


/*
 * RFC 7638, section 3.2, for "oct".  Whoever sees the key id can try secrets
 * against it, as with any token that is signed with the secret.
 */

static jwti_rc_t
jwti_key_secret_kid(jwti_key_t *key)
{
    jwti_rc_t      rc;
    jwti_buf_t     buf;
    jwti_str_t     secret;
    unsigned char  memory[jwti_base64url_len(JWTI_HMAC_SECRET_MAX) + 32];

    secret.data = key->secret;
    secret.len = key->secret_len;

    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_buf_text(&buf, "{\"k\":\"");
    jwti_base64url_encode(&buf, secret);
    jwti_buf_text(&buf, "\",\"kty\":\"oct\"");

    rc = jwti_buf_ok(&buf);
    if (rc == JWTI_OK) {
        rc = jwti_public_thumbprint(jwti_buf_written(&buf), key->kid);
    }

    OPENSSL_cleanse(memory, sizeof(memory));

    return rc;
}


jwti_rc_t
jwti_key_store(const jwti_key_t *key, jwti_buf_t *buf)
{
    if (key->pkey == NULL) {
        jwti_buf_bytes(buf, key->secret, key->secret_len);

    } else {
        jwti_buf_bytes(buf, key->stored, key->stored_len);
    }

    return jwti_buf_ok(buf);
}


jwti_key_t *
jwti_key_ref(jwti_key_t *key)
{
    /* who has a reference to count from keeps the key alive: no order needed */
    atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);

    return key;
}


void
jwti_key_free(jwti_key_t *key)
{
    if (key == NULL) {
        return;
    }

    /* all that other threads did with the key happens before it goes */

    if (atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }

    jwti_sign_release(key);

    EVP_PKEY_free(key->pkey);
    OPENSSL_clear_free(key->secret, key->secret_len);
    OPENSSL_clear_free(key->stored, key->stored_len);
    OPENSSL_free(key->jwk);

    OPENSSL_clear_free(key, sizeof(jwti_key_t));
}


const jwti_alg_t *
jwti_key_alg(const jwti_key_t *key)
{
    return key->alg;
}


jwti_str_t
jwti_key_kid(const jwti_key_t *key)
{
    jwti_str_t  kid;

    kid.data = key->kid;
    kid.len = JWTI_KID_LEN;

    return kid;
}


jwti_str_t
jwti_key_jwk(const jwti_key_t *key)
{
    jwti_str_t  jwk;

    jwk.data = key->jwk;
    jwk.len = key->jwk_len;

    return jwk;
}


jwti_rc_t
jwti_key_public_pem(const jwti_key_t *key, jwti_buf_t *buf)
{
    BIO        *bio;
    char       *data;
    long        len;
    jwti_rc_t   rc;

    if (key->pkey == NULL) {
        return JWTI_INVALID;
    }

    rc = JWTI_ERROR;

    ERR_clear_error();

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL || PEM_write_bio_PUBKEY(bio, key->pkey) != 1) {
        goto failed;
    }

    len = BIO_get_mem_data(bio, &data);
    if (len <= 0) {
        goto failed;
    }

    jwti_buf_bytes(buf, data, (size_t) len);
    rc = jwti_buf_ok(buf);

failed:

    BIO_free(bio);
    ERR_clear_error();

    return rc;
}
