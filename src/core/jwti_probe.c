
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The admission check of a key: what the JWKS would publish must verify what
 * the key signs.  The public key is read back from the published bytes, so
 * that a fault in their making is found too.
 */


#include <errno.h>
#include <string.h>

#include <jwt.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "jwti_base64.h"
#include "jwti_json.h"
#include "jwti_key_internal.h"
#include "jwti_probe.h"
#include "jwti_public.h"
#include "jwti_sign.h"


#ifndef JWT_ALG_INVAL
#error "libjwt 1.x or 2.x is needed: libjwt 3 has another interface"
#endif


#define JWTI_PROBE_HEADER_MAX  128

/* header, claims and signature in base64url with two dots and a NUL */
#define JWTI_PROBE_TOKEN_MAX                                                  \
    (jwti_base64url_len(JWTI_PROBE_HEADER_MAX)                                \
     + jwti_base64url_len(JWTI_SIGNATURE_MAX) + 64)


/* RSA: a sequence of two integers, the longest of 1025 and 8 bytes */
#define JWTI_PROBE_BITS_MAX  (JWTI_RSA_BITS_MAX / 8 + 64)


typedef struct {
    unsigned char  token[JWTI_PROBE_TOKEN_MAX];     /* terminated */
    unsigned char  signature[JWTI_SIGNATURE_MAX];
    size_t         signature_len;
    jwti_str_t     input;                           /* a part of token */
} jwti_probe_t;


static jwti_rc_t jwti_probe_sign(jwti_probe_t *probe, const jwti_key_t *key,
    const char **err);
static jwti_rc_t jwti_probe_public(const jwti_key_t *key, jwti_public_t *pub,
    const char **err);
static jwti_rc_t jwti_probe_pem(const jwti_probe_t *probe,
    const jwti_alg_t *alg, const jwti_public_t *pub, const char **err);
static int jwti_probe_spki(BIO *bio, const jwti_public_t *pub);
static int jwti_probe_spki_set(X509_PUBKEY *spki, const jwti_public_t *pub,
    jwti_str_t bits);
static void jwti_probe_spki_rsa(jwti_buf_t *buf, const jwti_public_t *pub);
static void jwti_probe_integer(jwti_buf_t *buf,
    const jwti_public_member_t *member);
static void jwti_probe_element(jwti_buf_t *buf, unsigned char tag,
    size_t len);
static jwti_rc_t jwti_probe_libjwt(const jwti_probe_t *probe,
    const jwti_alg_t *alg, const unsigned char *data, size_t len,
    const char **err);
static jwti_rc_t jwti_probe_openssl(const jwti_probe_t *probe,
    const jwti_alg_t *alg, const jwti_public_t *pub, const char **err);


/* exp long ago: nobody can use this token, should it ever come to light */
static const char  jwti_probe_claims[] = "{\"exp\":1}";


jwti_rc_t
jwti_probe(const jwti_key_t *key, const char **err)
{
    jwti_rc_t          rc;
    jwti_probe_t       probe;
    jwti_public_t      pub;
    const jwti_alg_t  *alg;

    alg = jwti_key_alg(key);

    rc = jwti_probe_sign(&probe, key, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    if (alg->family == JWTI_HMAC) {
        rc = jwti_probe_libjwt(&probe, alg, key->secret, key->secret_len,
                               err);
        goto failed;
    }

    rc = jwti_probe_public(key, &pub, err);
    if (rc != JWTI_OK) {
        goto failed;
    }

    ERR_clear_error();

    rc = jwti_probe_is_independent(alg)
             ? jwti_probe_pem(&probe, alg, &pub, err)
             : jwti_probe_openssl(&probe, alg, &pub, err);

failed:

    OPENSSL_cleanse(&probe, sizeof(jwti_probe_t));
    ERR_clear_error();

    return rc;
}


/*
 * PS* is not asked of libjwt: its builds for OpenSSL do not have it, and its
 * names of algorithms (jwt_alg_t) count differently in the library and in its
 * users from 1.11 on.  EdDSA came with libjwt 3.
 */

int
jwti_probe_is_independent(const jwti_alg_t *alg)
{
    return alg->family == JWTI_RSA_PKCS1
           || alg->family == JWTI_ECDSA
           || alg->family == JWTI_HMAC;
}


static jwti_rc_t
jwti_probe_sign(jwti_probe_t *probe, const jwti_key_t *key, const char **err)
{
    jwti_rc_t      rc;
    jwti_buf_t     buf, part;
    jwti_str_t     claims;
    unsigned char  header[JWTI_PROBE_HEADER_MAX];

    jwti_buf_init(&part, header, sizeof(header));
    jwti_buf_text(&part, "{\"alg\":\"");
    jwti_buf_text(&part, jwti_key_alg(key)->name);
    jwti_buf_text(&part, "\",\"typ\":\"JWT\",\"kid\":\"");
    jwti_buf_str(&part, jwti_key_kid(key));
    jwti_buf_text(&part, "\"}");

    claims.data = (const unsigned char *) jwti_probe_claims;
    claims.len = sizeof(jwti_probe_claims) - 1;

    jwti_buf_init(&buf, probe->token, sizeof(probe->token));
    jwti_base64url_encode(&buf, jwti_buf_written(&part));
    jwti_buf_byte(&buf, '.');
    jwti_base64url_encode(&buf, claims);

    probe->input = jwti_buf_written(&buf);

    jwti_buf_init(&part, probe->signature, sizeof(probe->signature));

    rc = jwti_sign(key, probe->input, &part, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    probe->signature_len = jwti_buf_len(&part);

    jwti_buf_byte(&buf, '.');
    jwti_base64url_encode(&buf, jwti_buf_written(&part));
    jwti_buf_byte(&buf, '\0');

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        *err = "no space for the token";
        return JWTI_ERROR;
    }

    return JWTI_OK;
}


/* the public key as a verifier gets it: from the JWK's bytes */

static jwti_rc_t
jwti_probe_public(const jwti_key_t *key, jwti_public_t *pub, const char **err)
{
    jwti_rc_t     rc;
    jwti_json_t  *object;

    object = NULL;

    rc = jwti_json_parse(jwti_key_jwk(key), JWTI_JWK_MAX, &object);
    if (rc != JWTI_OK) {
        *err = "public JWK is not valid JSON";
        goto failed;
    }

    rc = jwti_public_from_json(pub, object, err);

failed:

    jwti_json_free(object);

    return rc;
}


static jwti_rc_t
jwti_probe_pem(const jwti_probe_t *probe, const jwti_alg_t *alg,
    const jwti_public_t *pub, const char **err)
{
    BIO        *bio;
    char       *data;
    long        len;
    jwti_rc_t   rc;

    rc = JWTI_ERROR;

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL || !jwti_probe_spki(bio, pub)) {
        *err = "PEM of the public key could not be made";
        goto failed;
    }

    len = BIO_get_mem_data(bio, &data);

    rc = jwti_probe_libjwt(probe, alg, (const unsigned char *) data,
                           (size_t) len, err);

failed:

    BIO_free(bio);

    return rc;
}


/*
 * SubjectPublicKeyInfo (RFC 5280) as PEM.  PEM_write_bio_PUBKEY() would first
 * want the JWK's numbers as a key, and then look for its encoder among all
 * that there are: a tenth of the time of an admission.
 */

static int
jwti_probe_spki(BIO *bio, const jwti_public_t *pub)
{
    int             len, ok;
    jwti_buf_t      buf;
    X509_PUBKEY    *spki;
    unsigned char  *der;
    unsigned char   bits[JWTI_PROBE_BITS_MAX];

    der = NULL;
    len = 0;

    jwti_buf_init(&buf, bits, sizeof(bits));

    if (pub->kty == JWTI_KTY_RSA) {
        jwti_probe_spki_rsa(&buf, pub);

    } else {
        jwti_buf_byte(&buf, POINT_CONVERSION_UNCOMPRESSED);
        jwti_buf_bytes(&buf, pub->first.data, pub->first.len);
        jwti_buf_bytes(&buf, pub->second.data, pub->second.len);
    }

    spki = X509_PUBKEY_new();

    if (spki != NULL && jwti_buf_ok(&buf) == JWTI_OK
        && jwti_probe_spki_set(spki, pub, jwti_buf_written(&buf)))
    {
        len = i2d_X509_PUBKEY(spki, &der);
    }

    ok = len > 0 && PEM_write_bio(bio, PEM_STRING_PUBLIC, "", der, len) > 0;

    OPENSSL_free(der);
    X509_PUBKEY_free(spki);

    return ok;
}


static int
jwti_probe_spki_set(X509_PUBKEY *spki, const jwti_public_t *pub,
    jwti_str_t bits)
{
    void           *parameters;
    unsigned char  *copy;

    copy = OPENSSL_memdup(bits.data, bits.len);
    if (copy == NULL) {
        return 0;
    }

    parameters = (pub->kty == JWTI_KTY_EC)
                     ? OBJ_nid2obj(OBJ_sn2nid(pub->curve->curve)) : NULL;

    /* it takes the copy when it succeeds; objects of its table are static */

    if (X509_PUBKEY_set0_param(spki,
                               OBJ_nid2obj((pub->kty == JWTI_KTY_EC)
                                               ? NID_X9_62_id_ecPublicKey
                                               : NID_rsaEncryption),
                               (pub->kty == JWTI_KTY_EC) ? V_ASN1_OBJECT
                                                         : V_ASN1_NULL,
                               parameters, copy, (int) bits.len)
        != 1)
    {
        OPENSSL_free(copy);
        return 0;
    }

    return 1;
}


/* RSAPublicKey (RFC 8017, A.1.1): its elements first, for their length */

static void
jwti_probe_spki_rsa(jwti_buf_t *buf, const jwti_public_t *pub)
{
    jwti_buf_t     content;
    unsigned char  memory[JWTI_PROBE_BITS_MAX];

    jwti_buf_init(&content, memory, sizeof(memory));
    jwti_probe_integer(&content, &pub->first);
    jwti_probe_integer(&content, &pub->second);

    jwti_probe_element(buf, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED,
                       jwti_buf_len(&content));
    jwti_buf_str(buf, jwti_buf_written(&content));
}


/* a JWK's numbers have no leading zeros, DER's sign is the first bit */

static void
jwti_probe_integer(jwti_buf_t *buf, const jwti_public_member_t *member)
{
    int  sign;

    sign = member->data[0] >> 7;

    jwti_probe_element(buf, V_ASN1_INTEGER, member->len + (size_t) sign);

    if (sign) {
        jwti_buf_byte(buf, 0);
    }

    jwti_buf_bytes(buf, member->data, member->len);
}


static void
jwti_probe_element(jwti_buf_t *buf, unsigned char tag, size_t len)
{
    jwti_buf_byte(buf, tag);

    if (len > 0xff) {
        jwti_buf_byte(buf, 0x82);
        jwti_buf_byte(buf, (unsigned char) (len >> 8));

    } else if (len > 0x7f) {
        jwti_buf_byte(buf, 0x81);
    }

    jwti_buf_byte(buf, (unsigned char) len);
}


static jwti_rc_t
jwti_probe_libjwt(const jwti_probe_t *probe, const jwti_alg_t *alg,
    const unsigned char *data, size_t len, const char **err)
{
    int          n;
    jwt_t       *jwt;
    jwti_rc_t    rc;
    const char  *name;

    rc = JWTI_INVALID;
    jwt = NULL;

    n = jwt_decode(&jwt, (const char *) probe->token, data, (int) len);
    if (n != 0) {
        rc = (n == ENOMEM) ? JWTI_ERROR : JWTI_INVALID;
        *err = "jwt_decode() does not verify a token of the key";
        goto failed;
    }

    name = jwt_alg_str(jwt_get_alg(jwt));

    if (name == NULL || strcmp(name, alg->name) != 0) {
        *err = "jwt_decode() sees another algorithm";
        goto failed;
    }

    rc = JWTI_OK;

failed:

    /* cleanses its copy of what it verified with */
    jwt_free(jwt);

    return rc;
}


static jwti_rc_t
jwti_probe_openssl(const jwti_probe_t *probe, const jwti_alg_t *alg,
    const jwti_public_t *pub, const char **err)
{
    EVP_PKEY      *pkey;
    jwti_rc_t      rc;
    EVP_MD_CTX    *ctx;
    EVP_PKEY_CTX  *pctx;

    rc = jwti_public_to_pkey(pub, &pkey, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = JWTI_ERROR;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL
        || EVP_DigestVerifyInit_ex(ctx, &pctx, alg->digest, NULL, NULL, pkey,
                                   NULL)
           != 1)
    {
        *err = "EVP_DigestVerifyInit_ex() failed";
        goto failed;
    }

    if (alg->family == JWTI_RSA_PSS
        && (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) != 1
            || EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, (int) alg->hash_len)
               != 1))
    {
        *err = "EVP_PKEY_CTX_set_rsa_pss_saltlen() failed";
        goto failed;
    }

    if (EVP_DigestVerify(ctx, probe->signature, probe->signature_len,
                         probe->input.data, probe->input.len)
        != 1)
    {
        rc = JWTI_INVALID;
        *err = "EVP_DigestVerify() does not verify a token of the key";
        goto failed;
    }

    rc = JWTI_OK;

failed:

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);

    return rc;
}
