
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The public half of a key: OpenSSL's key or a JWK in, a JWK or OpenSSL's key
 * out.  Nothing here is secret.  Any thread.
 */


#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/params.h>

#include "jwti_base64.h"
#include "jwti_public.h"


#define JWTI_PUBLIC_ED25519_LEN  32


static int jwti_public_nid(const char *group);
static jwti_rc_t jwti_public_get_bn(jwti_public_member_t *member,
    const EVP_PKEY *pkey, const char *name, size_t len);
static jwti_rc_t jwti_public_get_rsa(jwti_public_t *pub, const EVP_PKEY *pkey,
    const char **err);
static jwti_rc_t jwti_public_get_ec(jwti_public_t *pub, const EVP_PKEY *pkey,
    const char **err);
static jwti_rc_t jwti_public_decode(jwti_public_member_t *member,
    const jwti_json_t *object, const char *name, size_t len,
    const char **err);
static jwti_rc_t jwti_public_read_crv(jwti_public_t *pub,
    const jwti_json_t *object, size_t *len, const char **err);
static jwti_rc_t jwti_public_params(const jwti_public_t *pub,
    OSSL_PARAM params[3], unsigned char *memory);
static void jwti_public_write_member(jwti_buf_t *buf, const char *name,
    const jwti_public_member_t *member);


const jwti_alg_t *
jwti_public_curve(const char *group)
{
    int                nid;
    unsigned           i;
    const jwti_alg_t  *alg;

    nid = jwti_public_nid(group);
    if (nid == NID_undef) {
        return NULL;
    }

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {
        if (alg->family == JWTI_ECDSA && jwti_public_nid(alg->curve) == nid) {
            return alg;
        }
    }

    return NULL;
}


static int
jwti_public_nid(const char *group)
{
    int  nid;

    /* OpenSSL says prime256v1 or P-256, as it learned of the curve */

    nid = OBJ_sn2nid(group);

    return (nid != NID_undef) ? nid : EC_curve_nist2nid(group);
}


const jwti_alg_t *
jwti_public_crv(jwti_str_t crv)
{
    unsigned           i;
    const jwti_alg_t  *alg;

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {
        if (alg->family == JWTI_ECDSA && strlen(alg->crv) == crv.len
            && memcmp(alg->crv, crv.data, crv.len) == 0)
        {
            return alg;
        }
    }

    return NULL;
}


jwti_rc_t
jwti_public_from_pkey(jwti_public_t *pub, const EVP_PKEY *pkey,
    const char **err)
{
    size_t  len;

    memset(pub, 0, sizeof(jwti_public_t));

    if (EVP_PKEY_is_a(pkey, "RSA") || EVP_PKEY_is_a(pkey, "RSA-PSS")) {
        return jwti_public_get_rsa(pub, pkey, err);
    }

    if (EVP_PKEY_is_a(pkey, "EC")) {
        return jwti_public_get_ec(pub, pkey, err);
    }

    if (EVP_PKEY_is_a(pkey, "ED25519")) {
        pub->kty = JWTI_KTY_OKP;
        len = JWTI_PUBLIC_ED25519_LEN;

        if (EVP_PKEY_get_raw_public_key(pkey, pub->first.data, &len) != 1) {
            *err = "EVP_PKEY_get_raw_public_key() failed";
            return JWTI_ERROR;
        }

        pub->first.len = len;

        return JWTI_OK;
    }

    *err = "unsupported key type";
    return JWTI_INVALID;
}


static jwti_rc_t
jwti_public_get_rsa(jwti_public_t *pub, const EVP_PKEY *pkey,
    const char **err)
{
    int  bits;

    pub->kty = JWTI_KTY_RSA;
    bits = EVP_PKEY_get_bits(pkey);

    if (bits < JWTI_RSA_BITS_MIN) {
        *err = "RSA key is shorter than 2048 bits";
        return JWTI_INVALID;
    }

    if (bits > JWTI_RSA_BITS_MAX) {
        *err = "RSA key is longer than 8192 bits";
        return JWTI_INVALID;
    }

    if (jwti_public_get_bn(&pub->first, pkey, OSSL_PKEY_PARAM_RSA_N, 0)
        != JWTI_OK
        || jwti_public_get_bn(&pub->second, pkey, OSSL_PKEY_PARAM_RSA_E, 0)
           != JWTI_OK)
    {
        *err = "EVP_PKEY_get_bn_param() failed";
        return JWTI_ERROR;
    }

    return JWTI_OK;
}


static jwti_rc_t
jwti_public_get_ec(jwti_public_t *pub, const EVP_PKEY *pkey,
    const char **err)
{
    char  group[64];

    pub->kty = JWTI_KTY_EC;

    /* there is no name for a curve by parameters that nobody knows */

    if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1) {
        pub->curve = jwti_public_curve(group);
    }

    if (pub->curve == NULL) {
        *err = "unsupported elliptic curve";
        return JWTI_INVALID;
    }

    if (jwti_public_get_bn(&pub->first, pkey, OSSL_PKEY_PARAM_EC_PUB_X,
                           pub->curve->coord_len)
        != JWTI_OK
        || jwti_public_get_bn(&pub->second, pkey, OSSL_PKEY_PARAM_EC_PUB_Y,
                              pub->curve->coord_len)
           != JWTI_OK)
    {
        *err = "EVP_PKEY_get_bn_param() failed";
        return JWTI_ERROR;
    }

    return JWTI_OK;
}


/* len 0: as short as the number is, else padded to len bytes */

static jwti_rc_t
jwti_public_get_bn(jwti_public_member_t *member, const EVP_PKEY *pkey,
    const char *name, size_t len)
{
    BIGNUM     *bn;
    jwti_rc_t   rc;

    rc = JWTI_ERROR;
    bn = NULL;

    if (EVP_PKEY_get_bn_param(pkey, name, &bn) != 1) {
        goto failed;
    }

    if (len == 0) {
        len = (size_t) BN_num_bytes(bn);
    }

    if (len > sizeof(member->data)
        || BN_bn2binpad(bn, member->data, (int) len) != (int) len)
    {
        goto failed;
    }

    member->len = len;
    rc = JWTI_OK;

failed:

    BN_free(bn);

    return rc;
}


jwti_rc_t
jwti_public_from_json(jwti_public_t *pub, const jwti_json_t *object,
    const char **err)
{
    size_t      len;
    jwti_rc_t   rc;
    jwti_str_t  kty;

    memset(pub, 0, sizeof(jwti_public_t));
    len = 0;

    if (jwti_json_get_string(object, "kty", &kty) != JWTI_OK) {
        *err = "JWK has no \"kty\"";
        return JWTI_INVALID;
    }

    if (kty.len == 3 && memcmp(kty.data, "RSA", 3) == 0) {
        pub->kty = JWTI_KTY_RSA;

    } else if (kty.len == 2 && memcmp(kty.data, "EC", 2) == 0) {
        pub->kty = JWTI_KTY_EC;

    } else if (kty.len == 3 && memcmp(kty.data, "OKP", 3) == 0) {
        pub->kty = JWTI_KTY_OKP;

    } else {
        *err = "unsupported key type";
        return JWTI_INVALID;
    }

    if (pub->kty != JWTI_KTY_RSA) {
        rc = jwti_public_read_crv(pub, object, &len, err);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    rc = jwti_public_decode(&pub->first, object,
                            (pub->kty == JWTI_KTY_RSA) ? "n" : "x", len, err);
    if (rc != JWTI_OK || pub->kty == JWTI_KTY_OKP) {
        return rc;
    }

    return jwti_public_decode(&pub->second, object,
                              (pub->kty == JWTI_KTY_RSA) ? "e" : "y", len,
                              err);
}


/* *len: what x and y are padded to */

static jwti_rc_t
jwti_public_read_crv(jwti_public_t *pub, const jwti_json_t *object,
    size_t *len, const char **err)
{
    jwti_str_t  crv;

    if (jwti_json_get_string(object, "crv", &crv) != JWTI_OK) {
        *err = "JWK has no \"crv\"";
        return JWTI_INVALID;
    }

    if (pub->kty == JWTI_KTY_EC) {
        pub->curve = jwti_public_crv(crv);
        if (pub->curve != NULL) {
            *len = pub->curve->coord_len;
            return JWTI_OK;
        }

    } else if (crv.len == 7 && memcmp(crv.data, "Ed25519", 7) == 0) {
        *len = JWTI_PUBLIC_ED25519_LEN;
        return JWTI_OK;
    }

    *err = "unsupported elliptic curve";
    return JWTI_INVALID;
}


/* len 0: any length, else exactly that many bytes */

static jwti_rc_t
jwti_public_decode(jwti_public_member_t *member, const jwti_json_t *object,
    const char *name, size_t len, const char **err)
{
    jwti_buf_t  buf;
    jwti_str_t  text;

    jwti_buf_init(&buf, member->data, sizeof(member->data));

    if (jwti_json_get_string(object, name, &text) != JWTI_OK
        || jwti_base64url_decode(&buf, text) != JWTI_OK
        || jwti_buf_ok(&buf) != JWTI_OK
        || jwti_buf_len(&buf) == 0
        || (len != 0 && jwti_buf_len(&buf) != len))
    {
        *err = "JWK has a missing or bad public member";
        return JWTI_INVALID;
    }

    member->len = jwti_buf_len(&buf);

    return JWTI_OK;
}


jwti_rc_t
jwti_public_to_pkey(const jwti_public_t *pub, EVP_PKEY **pkey,
    const char **err)
{
    jwti_rc_t       rc;
    OSSL_PARAM      params[3];
    EVP_PKEY_CTX   *ctx;
    unsigned char   memory[2 * sizeof(pub->first.data)];

    *pkey = NULL;
    ctx = NULL;
    rc = JWTI_ERROR;

    ERR_clear_error();

    if (pub->kty == JWTI_KTY_OKP) {
        *pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL,
                                               pub->first.data,
                                               pub->first.len);
        if (*pkey == NULL) {
            *err = "EVP_PKEY_new_raw_public_key_ex() failed";
            goto failed;
        }

        rc = JWTI_OK;
        goto failed;
    }

    if (jwti_public_params(pub, params, memory) != JWTI_OK) {
        *err = "out of memory";
        goto failed;
    }

    ctx = EVP_PKEY_CTX_new_from_name(NULL,
                              (pub->kty == JWTI_KTY_RSA) ? "RSA" : "EC", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1) {
        *err = "EVP_PKEY_fromdata_init() failed";
        goto failed;
    }

    if (EVP_PKEY_fromdata(ctx, pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
        *err = "public key is not valid";
        rc = JWTI_INVALID;
        goto failed;
    }

    rc = JWTI_OK;

failed:

    EVP_PKEY_CTX_free(ctx);
    ERR_clear_error();

    return rc;
}


/* params refer to memory, which is to live as long */

static jwti_rc_t
jwti_public_params(const jwti_public_t *pub, OSSL_PARAM params[3],
    unsigned char *memory)
{
    size_t  len;

    if (pub->kty == JWTI_KTY_RSA) {
        params[2] = OSSL_PARAM_construct_end();

        if (jwti_public_number(&params[0], OSSL_PKEY_PARAM_RSA_N,
                               pub->first.data, pub->first.len, memory)
            != JWTI_OK)
        {
            return JWTI_ERROR;
        }

        memory += pub->first.len;

        return jwti_public_number(&params[1], OSSL_PKEY_PARAM_RSA_E,
                                  pub->second.data, pub->second.len, memory);
    }

    len = pub->curve->coord_len;

    memory[0] = POINT_CONVERSION_UNCOMPRESSED;
    memcpy(memory + 1, pub->first.data, len);
    memcpy(memory + 1 + len, pub->second.data, len);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 (char *) pub->curve->curve,
                                                 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  memory, 1 + 2 * len);
    params[2] = OSSL_PARAM_construct_end();

    return JWTI_OK;
}


jwti_rc_t
jwti_public_number(OSSL_PARAM *param, const char *name,
    const unsigned char *data, size_t len, unsigned char *native)
{
    int      n;
    BIGNUM  *bn;

    bn = BN_bin2bn(data, (int) len, NULL);
    if (bn == NULL) {
        return JWTI_ERROR;
    }

    n = BN_bn2nativepad(bn, native, (int) len);

    BN_clear_free(bn);

    if (n != (int) len) {
        return JWTI_ERROR;
    }

    *param = OSSL_PARAM_construct_BN(name, native, len);

    return JWTI_OK;
}


void
jwti_public_write(jwti_buf_t *buf, const jwti_public_t *pub)
{
    switch (pub->kty) {

    case JWTI_KTY_RSA:
        jwti_buf_byte(buf, '{');
        jwti_public_write_member(buf, "e", &pub->second);
        jwti_buf_text(buf, ",\"kty\":\"RSA\",");
        jwti_public_write_member(buf, "n", &pub->first);
        break;

    case JWTI_KTY_EC:
        jwti_buf_text(buf, "{\"crv\":\"");
        jwti_buf_text(buf, pub->curve->crv);
        jwti_buf_text(buf, "\",\"kty\":\"EC\",");
        jwti_public_write_member(buf, "x", &pub->first);
        jwti_buf_byte(buf, ',');
        jwti_public_write_member(buf, "y", &pub->second);
        break;

    case JWTI_KTY_OKP:
        jwti_buf_text(buf, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",");
        jwti_public_write_member(buf, "x", &pub->first);
        break;
    }
}


static void
jwti_public_write_member(jwti_buf_t *buf, const char *name,
    const jwti_public_member_t *member)
{
    jwti_str_t  data;

    data.data = member->data;
    data.len = member->len;

    jwti_buf_byte(buf, '"');
    jwti_buf_text(buf, name);
    jwti_buf_text(buf, "\":\"");
    jwti_base64url_encode(buf, data);
    jwti_buf_byte(buf, '"');
}


jwti_rc_t
jwti_public_thumbprint(jwti_str_t object, unsigned char kid[JWTI_KID_LEN])
{
    int            ok;
    EVP_MD        *md;
    jwti_buf_t     buf;
    jwti_str_t     hash;
    EVP_MD_CTX    *ctx;
    unsigned char  digest[EVP_MAX_MD_SIZE];
    unsigned int   len;

    md = EVP_MD_fetch(NULL, "SHA256", NULL);
    ctx = EVP_MD_CTX_new();

    ok = md != NULL && ctx != NULL
         && EVP_DigestInit_ex(ctx, md, NULL) == 1
         && EVP_DigestUpdate(ctx, object.data, object.len) == 1
         && EVP_DigestUpdate(ctx, "}", 1) == 1
         && EVP_DigestFinal_ex(ctx, digest, &len) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_MD_free(md);

    if (!ok) {
        return JWTI_ERROR;
    }

    hash.data = digest;
    hash.len = len;

    jwti_buf_init(&buf, kid, JWTI_KID_LEN);
    jwti_base64url_encode(&buf, hash);

    return jwti_buf_ok(&buf);
}
