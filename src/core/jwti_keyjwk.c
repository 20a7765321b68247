
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * A private JWK to OpenSSL's key.  All private numbers live in one block of
 * ours that is cleansed; OpenSSL's parameters only point into it.
 */


#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "jwti_base64.h"
#include "jwti_json.h"
#include "jwti_keyjwk.h"
#include "jwti_public.h"


/* the longest number: an RSA modulus */
#define JWTI_KEYJWK_NUMBER_MAX  (JWTI_RSA_BITS_MAX / 8)

#define JWTI_KEYJWK_RSA_NUMBERS  8

/* numbers as they are read, then each in this machine's order */
#define JWTI_KEYJWK_MEMORY                                                    \
    ((JWTI_KEYJWK_RSA_NUMBERS + 1) * JWTI_KEYJWK_NUMBER_MAX)

#define JWTI_KEYJWK_ED25519_LEN  32


typedef struct {
    const char  *member;
    const char  *param;
    const char  *err;
} jwti_keyjwk_number_t;


static jwti_rc_t jwti_keyjwk_usage(jwti_keytext_t *keytext,
    const jwti_json_t *object, const char **err);
static int jwti_keyjwk_is(const jwti_json_t *object, const char *name,
    const char *value);
static jwti_rc_t jwti_keyjwk_secret(jwti_keytext_t *keytext,
    const jwti_json_t *object, const char **err);
static jwti_rc_t jwti_keyjwk_rsa(const jwti_json_t *object,
    unsigned char *memory, EVP_PKEY **pkey, const char **err);
static jwti_rc_t jwti_keyjwk_ec(const jwti_json_t *object,
    unsigned char *memory, EVP_PKEY **pkey, const char **err);
static jwti_rc_t jwti_keyjwk_okp(const jwti_json_t *object,
    unsigned char *memory, EVP_PKEY **pkey, const char **err);
static jwti_rc_t jwti_keyjwk_decode(const jwti_json_t *object,
    const char *name, unsigned char *memory, size_t max, size_t *len);
static jwti_rc_t jwti_keyjwk_make(const char *type, OSSL_PARAM *params,
    EVP_PKEY **pkey, const char **err);


static const char  jwti_keyjwk_bad_public[] =
    "JWK has a missing or bad public member";
static const char  jwti_keyjwk_bad_d[] =
    "JWK has no private member \"d\" or a bad one";
static const char  jwti_keyjwk_bad_factor[] =
    "RSA JWK needs \"p\", \"q\", \"dp\", \"dq\" and \"qi\"";

static const jwti_keyjwk_number_t  jwti_keyjwk_numbers[] = {
    { "n",  OSSL_PKEY_PARAM_RSA_N, jwti_keyjwk_bad_public },
    { "e",  OSSL_PKEY_PARAM_RSA_E, jwti_keyjwk_bad_public },
    { "d",  OSSL_PKEY_PARAM_RSA_D, jwti_keyjwk_bad_d },
    { "p",  OSSL_PKEY_PARAM_RSA_FACTOR1, jwti_keyjwk_bad_factor },
    { "q",  OSSL_PKEY_PARAM_RSA_FACTOR2, jwti_keyjwk_bad_factor },
    { "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, jwti_keyjwk_bad_factor },
    { "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, jwti_keyjwk_bad_factor },
    { "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, jwti_keyjwk_bad_factor }
};


jwti_rc_t
jwti_keyjwk_parse(jwti_keytext_t *keytext, jwti_str_t text, int hmac,
    const char **err)
{
    jwti_rc_t       rc;
    jwti_json_t    *object;
    unsigned char  *memory;

    memory = NULL;
    object = NULL;

    rc = jwti_json_parse(text, JWTI_KEY_TEXT_MAX, &object);
    if (rc != JWTI_OK) {
        *err = (rc == JWTI_INVALID) ? "JWK is not valid JSON"
                                    : "out of memory";
        goto failed;
    }

    rc = jwti_keyjwk_usage(keytext, object, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    if (hmac) {
        rc = jwti_keyjwk_secret(keytext, object, err);
        goto failed;
    }

    memory = OPENSSL_malloc(JWTI_KEYJWK_MEMORY);
    if (memory == NULL) {
        rc = JWTI_ERROR;
        *err = "out of memory";
        goto failed;
    }

    ERR_clear_error();

    if (jwti_keyjwk_is(object, "kty", "RSA")) {
        rc = jwti_keyjwk_rsa(object, memory, &keytext->pkey, err);

    } else if (jwti_keyjwk_is(object, "kty", "EC")) {
        rc = jwti_keyjwk_ec(object, memory, &keytext->pkey, err);

    } else if (jwti_keyjwk_is(object, "kty", "OKP")) {
        rc = jwti_keyjwk_okp(object, memory, &keytext->pkey, err);

    } else if (jwti_keyjwk_is(object, "kty", "oct")) {
        rc = JWTI_INVALID;
        *err = "secret key without an HMAC algorithm";

    } else {
        rc = JWTI_INVALID;
        *err = "JWK has no known \"kty\"";
    }

    ERR_clear_error();

failed:

    OPENSSL_clear_free(memory, JWTI_KEYJWK_MEMORY);
    jwti_json_free(object);

    return rc;
}


/* what the key's owner says of its use binds us (RFC 7517, section 4) */

static jwti_rc_t
jwti_keyjwk_usage(jwti_keytext_t *keytext, const jwti_json_t *object,
    const char **err)
{
    jwti_str_t  name;

    if (jwti_json_has(object, "use") && !jwti_keyjwk_is(object, "use", "sig"))
    {
        *err = "JWK is not for signatures by its \"use\"";
        return JWTI_INVALID;
    }

    if (jwti_json_has(object, "key_ops")
        && !jwti_json_array_has(object, "key_ops", jwti_str("sign")))
    {
        *err = "JWK is not for signing by its \"key_ops\"";
        return JWTI_INVALID;
    }

    if (!jwti_json_has(object, "alg")) {
        return JWTI_OK;
    }

    if (jwti_json_get_string(object, "alg", &name) == JWTI_OK) {
        keytext->alg = jwti_alg_find(name);
    }

    if (keytext->alg == NULL) {
        *err = "JWK is for an algorithm that is not supported";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


static int
jwti_keyjwk_is(const jwti_json_t *object, const char *name, const char *value)
{
    jwti_str_t  text;

    return jwti_json_get_string(object, name, &text) == JWTI_OK
           && text.len == strlen(value)
           && memcmp(text.data, value, text.len) == 0;
}


static jwti_rc_t
jwti_keyjwk_secret(jwti_keytext_t *keytext, const jwti_json_t *object,
    const char **err)
{
    size_t          max, len;
    jwti_rc_t       rc;
    jwti_str_t      text;
    unsigned char  *memory;

    if (!jwti_keyjwk_is(object, "kty", "oct")) {
        *err = "JWK is no secret for HMAC";
        return JWTI_INVALID;
    }

    if (jwti_json_get_string(object, "k", &text) != JWTI_OK || text.len == 0) {
        *err = "JWK has no \"k\"";
        return JWTI_INVALID;
    }

    rc = JWTI_ERROR;
    max = jwti_base64_decoded_max(text.len);

    memory = OPENSSL_malloc(max);
    if (memory == NULL) {
        *err = "out of memory";
        goto failed;
    }

    rc = jwti_keyjwk_decode(object, "k", memory, max, &len);
    if (rc != JWTI_OK) {
        *err = "JWK has a bad \"k\"";
        goto failed;
    }

    keytext->secret = OPENSSL_memdup(memory, len);
    if (keytext->secret == NULL) {
        rc = JWTI_ERROR;
        *err = "out of memory";
        goto failed;
    }

    keytext->secret_len = len;

failed:

    OPENSSL_clear_free(memory, max);

    return rc;
}


static jwti_rc_t
jwti_keyjwk_rsa(const jwti_json_t *object, unsigned char *memory,
    EVP_PKEY **pkey, const char **err)
{
    size_t                       i, len;
    OSSL_PARAM                   params[JWTI_KEYJWK_RSA_NUMBERS + 1];
    unsigned char               *number;
    const jwti_keyjwk_number_t  *n;

    if (jwti_json_has(object, "oth")) {
        *err = "RSA keys of more than two primes are not supported";
        return JWTI_INVALID;
    }

    number = memory;

    for (i = 0; i < JWTI_KEYJWK_RSA_NUMBERS; i++) {
        n = &jwti_keyjwk_numbers[i];

        if (jwti_keyjwk_decode(object, n->member, memory,
                               JWTI_KEYJWK_NUMBER_MAX, &len)
            != JWTI_OK)
        {
            *err = n->err;
            return JWTI_INVALID;
        }

        number += JWTI_KEYJWK_NUMBER_MAX;

        if (jwti_public_number(&params[i], n->param, memory, len, number)
            != JWTI_OK)
        {
            *err = "BN_bn2nativepad() failed";
            return JWTI_ERROR;
        }
    }

    params[i] = OSSL_PARAM_construct_end();

    return jwti_keyjwk_make("RSA", params, pkey, err);
}


static jwti_rc_t
jwti_keyjwk_ec(const jwti_json_t *object, unsigned char *memory,
    EVP_PKEY **pkey, const char **err)
{
    char               *group;
    size_t              len;
    jwti_str_t          crv;
    OSSL_PARAM          params[4];
    unsigned char      *x, *y, *native;
    const jwti_alg_t   *curve;

    curve = NULL;

    if (jwti_json_get_string(object, "crv", &crv) == JWTI_OK) {
        curve = jwti_public_crv(crv);
    }

    if (curve == NULL) {
        *err = "unsupported elliptic curve";
        return JWTI_INVALID;
    }

    native = memory + JWTI_KEYJWK_NUMBER_MAX;
    x = native + JWTI_KEYJWK_NUMBER_MAX;
    y = x + 1 + curve->coord_len;

    x[0] = POINT_CONVERSION_UNCOMPRESSED;

    if (jwti_keyjwk_decode(object, "x", x + 1, curve->coord_len, &len)
        != JWTI_OK
        || len != curve->coord_len
        || jwti_keyjwk_decode(object, "y", y, curve->coord_len, &len)
           != JWTI_OK
        || len != curve->coord_len)
    {
        *err = jwti_keyjwk_bad_public;
        return JWTI_INVALID;
    }

    if (jwti_keyjwk_decode(object, "d", memory, curve->coord_len, &len)
        != JWTI_OK
        || len != curve->coord_len)
    {
        *err = jwti_keyjwk_bad_d;
        return JWTI_INVALID;
    }

    if (jwti_public_number(&params[0], OSSL_PKEY_PARAM_PRIV_KEY, memory, len,
                           native)
        != JWTI_OK)
    {
        *err = "BN_bn2nativepad() failed";
        return JWTI_ERROR;
    }

    /* OSSL_PARAM is for both directions: this one is only read */
    group = (char *) curve->curve;

    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  x, 1 + 2 * len);
    params[2] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 group, 0);
    params[3] = OSSL_PARAM_construct_end();

    return jwti_keyjwk_make("EC", params, pkey, err);
}


static jwti_rc_t
jwti_keyjwk_okp(const jwti_json_t *object, unsigned char *memory,
    EVP_PKEY **pkey, const char **err)
{
    size_t          len;
    unsigned char  *x, *derived;

    if (!jwti_keyjwk_is(object, "crv", "Ed25519")) {
        *err = "unsupported elliptic curve";
        return JWTI_INVALID;
    }

    x = memory + JWTI_KEYJWK_ED25519_LEN;
    derived = x + JWTI_KEYJWK_ED25519_LEN;

    if (jwti_keyjwk_decode(object, "x", x, JWTI_KEYJWK_ED25519_LEN, &len)
        != JWTI_OK
        || len != JWTI_KEYJWK_ED25519_LEN)
    {
        *err = jwti_keyjwk_bad_public;
        return JWTI_INVALID;
    }

    if (jwti_keyjwk_decode(object, "d", memory, JWTI_KEYJWK_ED25519_LEN, &len)
        != JWTI_OK
        || len != JWTI_KEYJWK_ED25519_LEN)
    {
        *err = jwti_keyjwk_bad_d;
        return JWTI_INVALID;
    }

    *pkey = EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, memory,
                                            len);

    if (*pkey == NULL
        || EVP_PKEY_get_raw_public_key(*pkey, derived, &len) != 1)
    {
        *err = "EVP_PKEY_new_raw_private_key_ex() failed";
        return JWTI_ERROR;
    }

    if (memcmp(derived, x, JWTI_KEYJWK_ED25519_LEN) != 0) {
        *err = "public key does not match the private one";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


/* a base64url member of 1 to max bytes */

static jwti_rc_t
jwti_keyjwk_decode(const jwti_json_t *object, const char *name,
    unsigned char *memory, size_t max, size_t *len)
{
    jwti_buf_t  buf;
    jwti_str_t  text;

    jwti_buf_init(&buf, memory, max);

    if (jwti_json_get_string(object, name, &text) != JWTI_OK
        || jwti_base64url_decode(&buf, text) != JWTI_OK
        || jwti_buf_ok(&buf) != JWTI_OK
        || jwti_buf_len(&buf) == 0)
    {
        return JWTI_INVALID;
    }

    *len = jwti_buf_len(&buf);

    return JWTI_OK;
}


static jwti_rc_t
jwti_keyjwk_make(const char *type, OSSL_PARAM *params, EVP_PKEY **pkey,
    const char **err)
{
    jwti_rc_t      rc;
    EVP_PKEY_CTX  *ctx;

    rc = JWTI_ERROR;

    ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1) {
        *err = "EVP_PKEY_fromdata_init() failed";
        goto failed;
    }

    if (EVP_PKEY_fromdata(ctx, pkey, EVP_PKEY_KEYPAIR, params) != 1) {
        *err = "JWK is not a valid key";
        rc = JWTI_INVALID;
        goto failed;
    }

    rc = JWTI_OK;

failed:

    EVP_PKEY_CTX_free(ctx);

    return rc;
}
