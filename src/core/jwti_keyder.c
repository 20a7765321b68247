
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * DER of a private key.  A look at the first two elements says what it is;
 * OpenSSL's decoder is told that, as it takes four times as long when it has
 * to try every type.
 */


#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "jwti_keyder.h"


/* the other tags of DER (X.690) that are looked at */
#define JWTI_KEYDER_INTEGER  0x02
#define JWTI_KEYDER_BITS     0x03
#define JWTI_KEYDER_OCTETS   0x04


static jwti_rc_t jwti_keyder_pkcs8(jwti_keytext_t *keytext, jwti_str_t der,
    const char **err);
static jwti_rc_t jwti_keyder_decode(jwti_keytext_t *keytext, jwti_str_t der,
    const char *type, const char *structure, const char **err);
static const unsigned char *jwti_keyder_element(const unsigned char *p,
    const unsigned char *end, size_t *len);


/*
 * What the first two elements are tells the structures apart:
 *
 *     PKCS#8         INTEGER   SEQUENCE      encrypted    SEQUENCE  OCTETS
 *     PKCS#1         INTEGER   INTEGER       public key   SEQUENCE  BITS
 *     SEC1           INTEGER   OCTETS        certificate  SEQUENCE  SEQUENCE
 */

jwti_rc_t
jwti_keyder_parse(jwti_keytext_t *keytext, jwti_str_t der, const char **err)
{
    size_t                len;
    const unsigned char  *p, *end, *first, *second;

    end = der.data + der.len;
    p = jwti_keyder_element(der.data, end, &len);

    if (p == NULL || der.data[0] != JWTI_KEYDER_SEQUENCE) {
        *err = "DER of the key is truncated or broken";
        return JWTI_INVALID;
    }

    if (p + len != end) {
        *err = "bytes follow the DER of the key";
        return JWTI_INVALID;
    }

    first = p;
    p = jwti_keyder_element(first, end, &len);
    second = (p != NULL) ? p + len : end;

    if (second == end) {
        *err = "DER is not a key";
        return JWTI_INVALID;
    }

    if (*first == JWTI_KEYDER_INTEGER) {

        switch (*second) {

        case JWTI_KEYDER_SEQUENCE:
            return jwti_keyder_pkcs8(keytext, der, err);

        case JWTI_KEYDER_INTEGER:
            return jwti_keyder_decode(keytext, der, "RSA", "type-specific",
                                      err);

        case JWTI_KEYDER_OCTETS:
            return jwti_keyder_decode(keytext, der, "EC", "type-specific",
                                      err);

        default:
            *err = "DER is not a key";
        }

    } else if (*first != JWTI_KEYDER_SEQUENCE) {
        *err = "DER is not a key";

    } else if (*second == JWTI_KEYDER_OCTETS) {
        *err = "encrypted keys are not supported";

    } else if (*second == JWTI_KEYDER_BITS) {
        *err = "DER holds a public key, not a private one";

    } else {
        *err = "DER holds a certificate or something else, not a key";
    }

    return JWTI_INVALID;
}


static jwti_rc_t
jwti_keyder_pkcs8(jwti_keytext_t *keytext, jwti_str_t der, const char **err)
{
    const char           *type;
    const ASN1_OBJECT    *oid;
    PKCS8_PRIV_KEY_INFO  *info;
    const unsigned char  *p;

    p = der.data;

    info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long) der.len);

    if (info == NULL || PKCS8_pkey_get0(&oid, NULL, NULL, NULL, info) != 1) {
        PKCS8_PRIV_KEY_INFO_free(info);
        *err = "PKCS#8 key is not valid";
        return JWTI_INVALID;
    }

    switch (OBJ_obj2nid(oid)) {

    case NID_rsaEncryption:
        type = "RSA";
        break;

    case NID_rsassaPss:
        type = "RSA-PSS";
        break;

    case NID_X9_62_id_ecPublicKey:
        type = "EC";
        break;

    case NID_ED25519:
        type = "ED25519";
        break;

    default:
        type = NULL;
    }

    /* cleanses its copy of the key */
    PKCS8_PRIV_KEY_INFO_free(info);

    if (type == NULL) {
        *err = "unsupported key type";
        return JWTI_INVALID;
    }

    return jwti_keyder_decode(keytext, der, type, "PrivateKeyInfo", err);
}


static jwti_rc_t
jwti_keyder_decode(jwti_keytext_t *keytext, jwti_str_t der, const char *type,
    const char *structure, const char **err)
{
    size_t                len;
    jwti_rc_t             rc;
    OSSL_DECODER_CTX     *ctx;
    const unsigned char  *p;

    rc = JWTI_ERROR;

    /* no passphrase callback is set: nothing encrypted can be decoded */

    ctx = OSSL_DECODER_CTX_new_for_pkey(&keytext->pkey, "DER", structure,
                                        type, EVP_PKEY_KEYPAIR, NULL, NULL);

    if (ctx == NULL || OSSL_DECODER_CTX_get_num_decoders(ctx) == 0) {
        *err = "OSSL_DECODER_CTX_new_for_pkey() failed";
        goto failed;
    }

    p = der.data;
    len = der.len;

    if (OSSL_DECODER_from_data(ctx, &p, &len) != 1 || keytext->pkey == NULL) {
        *err = "DER of the key is not valid";
        rc = JWTI_INVALID;
        goto failed;
    }

    rc = JWTI_OK;

failed:

    OSSL_DECODER_CTX_free(ctx);

    return rc;
}


/* the content of the DER element at p; NULL when it passes the end */

static const unsigned char *
jwti_keyder_element(const unsigned char *p, const unsigned char *end,
    size_t *len)
{
    size_t  n;

    if (end - p < 2) {
        return NULL;
    }

    n = p[1];
    p += 2;

    if (n == 0x81 || n == 0x82) {
        if (end - p < (ptrdiff_t) (n & 0x0f)) {
            return NULL;
        }

        if (n == 0x81) {
            n = p[0];
            p += 1;

        } else {
            n = ((size_t) p[0] << 8) | p[1];
            p += 2;
        }

    } else if (n >= 0x80) {
        return NULL;
    }

    if ((size_t) (end - p) < n) {
        return NULL;
    }

    *len = n;

    return p;
}
