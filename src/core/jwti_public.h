
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_public.h: the public half of a key as a JWK's members (RFC 7517; RFC
 * 7518, section 6; RFC 8037), apart from any private one, so that what the JWKS
 * publishes can be read back and tried.  Internal to jwti_key.c, jwti_keyjwk.c,
 * jwti_probe.c.
 */


#ifndef JWTI_PUBLIC_H_INCLUDED
#define JWTI_PUBLIC_H_INCLUDED


#include <openssl/evp.h>
#include <openssl/params.h>

#include "jwti_alg.h"
#include "jwti_buf.h"
#include "jwti_json.h"


#pragma GCC visibility push(hidden)


typedef enum {
    JWTI_KTY_RSA,
    JWTI_KTY_EC,
    JWTI_KTY_OKP
} jwti_kty_e;

typedef struct {
    size_t         len;
    unsigned char  data[JWTI_RSA_BITS_MAX / 8];
} jwti_public_member_t;

typedef struct {
    jwti_kty_e            kty;
    const jwti_alg_t     *curve;    /* EC: any algorithm of it, else NULL */
    jwti_public_member_t  first;    /* RSA n; EC, OKP x */
    jwti_public_member_t  second;   /* RSA e; EC y */
} jwti_public_t;


/* an ECDSA algorithm with the curve of OpenSSL's or JWK's name, or NULL */
const jwti_alg_t *jwti_public_curve(const char *group);
const jwti_alg_t *jwti_public_crv(jwti_str_t crv);

/*
 * The public members of pkey.  JWTI_INVALID: a type, size or curve that is
 * not supported; JWTI_ERROR.  *err is a constant.
 */
jwti_rc_t jwti_public_from_pkey(jwti_public_t *pub, const EVP_PKEY *pkey,
    const char **err) JWTI_MUST_CHECK;

/*
 * The public members of a JWK.  Numbers are not compared with anything; the
 * lengths of x and y are exact.  Results as above.
 */
jwti_rc_t jwti_public_from_json(jwti_public_t *pub, const jwti_json_t *object,
    const char **err) JWTI_MUST_CHECK;

/* a new public key, the caller's to free; results as above */
jwti_rc_t jwti_public_to_pkey(const jwti_public_t *pub, EVP_PKEY **pkey,
    const char **err) JWTI_MUST_CHECK;

/*
 * Append the members that RFC 7638 hashes, in its order, without the closing
 * brace: the thumbprint and the published JWK share this beginning.
 */
void jwti_public_write(jwti_buf_t *buf, const jwti_public_t *pub);

/* RFC 7638: the thumbprint of an object that is complete but for its "}" */
jwti_rc_t jwti_public_thumbprint(jwti_str_t object,
    unsigned char kid[JWTI_KID_LEN]) JWTI_MUST_CHECK;

/*
 * A parameter of the big-endian number in data, which is copied to native, of
 * len bytes too, in this machine's order; no other copy stays behind.
 */
jwti_rc_t jwti_public_number(OSSL_PARAM *param, const char *name,
    const unsigned char *data, size_t len, unsigned char *native)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_PUBLIC_H_INCLUDED */
