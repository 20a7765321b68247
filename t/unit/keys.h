
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * keys.h: keys made at test time, written in the forms that people keep keys
 * in.  Include before tap.h.
 */


#ifndef KEYS_H_INCLUDED
#define KEYS_H_INCLUDED


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "jwti_base64.h"
#include "tap.h"


typedef enum {
    KEYS_PKCS8,
    KEYS_TRADITIONAL,           /* PKCS#1 or SEC1 */
    KEYS_PUBLIC,
    KEYS_PKCS8_ENCRYPTED,
    KEYS_TRADITIONAL_ENCRYPTED,
    KEYS_CERTIFICATE,
    KEYS_PKCS8_DER,
    KEYS_TRADITIONAL_DER,
    KEYS_PUBLIC_DER,
    KEYS_PKCS8_ENCRYPTED_DER,
    KEYS_CERTIFICATE_DER
} keys_form_e;

typedef struct {
    unsigned char  data[16384];
    size_t         len;
} keys_text_t;


/* name: "RSA" with bits, a curve or an EVP_PKEY type */

TAP_UNUSED static EVP_PKEY *
keys_make(const char *name, size_t bits)
{
    EVP_PKEY  *pkey;

    if (bits != 0) {
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits);

    } else if (OBJ_sn2nid(name) != NID_undef
               && strncmp(name, "ED", 2) != 0
               && strncmp(name, "X", 1) != 0)
    {
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", name);

    } else {
        pkey = EVP_PKEY_Q_keygen(NULL, NULL, name);
    }

    if (pkey == NULL) {
        printf("Bail out! no key of type %s\n", name);
        exit(1);
    }

    return pkey;
}


TAP_UNUSED static X509 *
keys_certificate(EVP_PKEY *pkey)
{
    X509  *x509;

    x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, pkey);
    X509_sign(x509, pkey,
              EVP_PKEY_is_a(pkey, "ED25519") ? NULL : EVP_sha256());

    return x509;
}


TAP_UNUSED static void
keys_write(keys_text_t *text, EVP_PKEY *pkey, keys_form_e form)
{
    BIO                  *bio;
    X509                 *x509;
    char                 *data, password[] = "secret";
    long                  len;
    const EVP_CIPHER     *cipher;
    PKCS8_PRIV_KEY_INFO  *info;

    bio = BIO_new(BIO_s_mem());
    cipher = EVP_aes_128_cbc();

    switch (form) {

    case KEYS_PKCS8:
        PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
        break;

    case KEYS_TRADITIONAL:
        PEM_write_bio_PrivateKey_traditional(bio, pkey, NULL, NULL, 0, NULL,
                                             NULL);
        break;

    case KEYS_PUBLIC:
        PEM_write_bio_PUBKEY(bio, pkey);
        break;

    case KEYS_PKCS8_ENCRYPTED:
        PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, password, 6, NULL,
                                      NULL);
        break;

    case KEYS_TRADITIONAL_ENCRYPTED:
        PEM_write_bio_PrivateKey_traditional(bio, pkey, cipher,
                                             (unsigned char *) password, 6,
                                             NULL, NULL);
        break;

    case KEYS_CERTIFICATE:
    case KEYS_CERTIFICATE_DER:
        x509 = keys_certificate(pkey);

        if (form == KEYS_CERTIFICATE) {
            PEM_write_bio_X509(bio, x509);

        } else {
            i2d_X509_bio(bio, x509);
        }

        X509_free(x509);
        break;

    case KEYS_PKCS8_DER:
        info = EVP_PKEY2PKCS8(pkey);
        i2d_PKCS8_PRIV_KEY_INFO_bio(bio, info);
        PKCS8_PRIV_KEY_INFO_free(info);
        break;

    case KEYS_TRADITIONAL_DER:
        i2d_PrivateKey_bio(bio, pkey);
        break;

    case KEYS_PUBLIC_DER:
        i2d_PUBKEY_bio(bio, pkey);
        break;

    case KEYS_PKCS8_ENCRYPTED_DER:
        i2d_PKCS8PrivateKey_bio(bio, pkey, cipher, password, 6, NULL, NULL);
        break;
    }

    len = BIO_get_mem_data(bio, &data);

    if (len <= 0 || (size_t) len > sizeof(text->data)) {
        printf("Bail out! no key text of form %d\n", (int) form);
        exit(1);
    }

    memcpy(text->data, data, (size_t) len);
    text->len = (size_t) len;

    BIO_free(bio);
}


TAP_UNUSED static jwti_str_t
keys_str(const keys_text_t *text)
{
    jwti_str_t  str;

    str.data = text->data;
    str.len = text->len;

    return str;
}


TAP_UNUSED static void
keys_append(keys_text_t *text, const void *data, size_t len)
{
    memcpy(text->data + text->len, data, len);
    text->len += len;
}


TAP_UNUSED static void
keys_prepend(keys_text_t *text, const void *data, size_t len)
{
    memmove(text->data + len, text->data, text->len);
    memcpy(text->data, data, len);
    text->len += len;
}


/* every from becomes to */

TAP_UNUSED static void
keys_replace(keys_text_t *text, const char *from, const char *to)
{
    size_t               i, len;
    static keys_text_t   out;

    out.len = 0;
    len = strlen(from);

    for (i = 0; i < text->len; /* void */ ) {

        if (text->len - i >= len && memcmp(text->data + i, from, len) == 0) {
            keys_append(&out, to, strlen(to));
            i += len;
            continue;
        }

        out.data[out.len++] = text->data[i++];
    }

    *text = out;
}


/* base64 with padding, in lines of 64 as PEM has them */

TAP_UNUSED static void
keys_base64(keys_text_t *text)
{
    BIO   *b64, *bio;
    char  *data;

    b64 = BIO_new(BIO_f_base64());
    bio = BIO_push(b64, BIO_new(BIO_s_mem()));

    BIO_write(bio, text->data, (int) text->len);
    (void) BIO_flush(bio);

    text->len = (size_t) BIO_get_mem_data(bio, &data);
    memcpy(text->data, data, text->len);

    BIO_free_all(bio);
}


/* one JWK member; len 0: as short as the number is */

TAP_UNUSED static void
keys_member(jwti_buf_t *buf, EVP_PKEY *pkey, const char *name,
    const char *param, int len)
{
    BIGNUM         *bn;
    jwti_str_t      str;
    unsigned char   data[2048];

    bn = NULL;

    if (EVP_PKEY_get_bn_param(pkey, param, &bn) != 1) {
        printf("Bail out! no %s\n", param);
        exit(1);
    }

    str.data = data;
    str.len = (size_t) BN_bn2binpad(bn, data,
                                    (len != 0) ? len : BN_num_bytes(bn));
    BN_free(bn);

    jwti_buf_text(buf, ",\"");
    jwti_buf_text(buf, name);
    jwti_buf_text(buf, "\":\"");
    jwti_base64url_encode(buf, str);
    jwti_buf_text(buf, "\"");
}


TAP_UNUSED static void
keys_raw(jwti_buf_t *buf, const char *name, const unsigned char *data)
{
    jwti_str_t  str;

    str.data = data;
    str.len = 32;

    jwti_buf_text(buf, ",\"");
    jwti_buf_text(buf, name);
    jwti_buf_text(buf, "\":\"");
    jwti_base64url_encode(buf, str);
    jwti_buf_text(buf, "\"");
}


/* a private JWK, and in it the further members in more, like ,"use":"sig" */

TAP_UNUSED static void
keys_jwk(keys_text_t *text, EVP_PKEY *pkey, const char *more)
{
    int             len;
    size_t          n;
    jwti_buf_t      buf;
    unsigned char   data[32];

    jwti_buf_init(&buf, text->data, sizeof(text->data));

    if (EVP_PKEY_is_a(pkey, "RSA")) {
        jwti_buf_text(&buf, "{\"kty\":\"RSA\"");
        keys_member(&buf, pkey, "n", OSSL_PKEY_PARAM_RSA_N, 0);
        keys_member(&buf, pkey, "e", OSSL_PKEY_PARAM_RSA_E, 0);
        keys_member(&buf, pkey, "d", OSSL_PKEY_PARAM_RSA_D, 0);
        keys_member(&buf, pkey, "p", OSSL_PKEY_PARAM_RSA_FACTOR1, 0);
        keys_member(&buf, pkey, "q", OSSL_PKEY_PARAM_RSA_FACTOR2, 0);
        keys_member(&buf, pkey, "dp", OSSL_PKEY_PARAM_RSA_EXPONENT1, 0);
        keys_member(&buf, pkey, "dq", OSSL_PKEY_PARAM_RSA_EXPONENT2, 0);
        keys_member(&buf, pkey, "qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1, 0);

    } else if (EVP_PKEY_is_a(pkey, "EC")) {
        len = (EVP_PKEY_get_bits(pkey) + 7) / 8;

        jwti_buf_text(&buf, "{\"kty\":\"EC\",\"crv\":\"P-");
        jwti_buf_int(&buf, EVP_PKEY_get_bits(pkey));
        jwti_buf_text(&buf, "\"");
        keys_member(&buf, pkey, "x", OSSL_PKEY_PARAM_EC_PUB_X, len);
        keys_member(&buf, pkey, "y", OSSL_PKEY_PARAM_EC_PUB_Y, len);
        keys_member(&buf, pkey, "d", OSSL_PKEY_PARAM_PRIV_KEY, len);

    } else {
        jwti_buf_text(&buf, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"");
        n = sizeof(data);
        EVP_PKEY_get_raw_public_key(pkey, data, &n);
        keys_raw(&buf, "x", data);
        EVP_PKEY_get_raw_private_key(pkey, data, &n);
        keys_raw(&buf, "d", data);
    }

    jwti_buf_text(&buf, more);
    jwti_buf_text(&buf, "}");

    text->len = jwti_buf_len(&buf);
}


#endif /* KEYS_H_INCLUDED */
