
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_keytext.h: key text in every form that people keep keys in, to OpenSSL's
 * key: PEM (PKCS#8, PKCS#1, SEC1), PEM with \n written as two characters,
 * base64 of DER, base64 of PEM, DER bytes, a private JWK (RFC 7517), and for
 * HMAC the secret itself or a JWK of kty "oct".
 */


#ifndef JWTI_KEYTEXT_H_INCLUDED
#define JWTI_KEYTEXT_H_INCLUDED


#include <openssl/evp.h>

#include "jwti_alg.h"


#pragma GCC visibility push(hidden)


typedef struct {
    EVP_PKEY          *pkey;        /* NULL for HMAC */
    unsigned char     *secret;      /* NULL unless HMAC */
    size_t             secret_len;
    const jwti_alg_t  *alg;         /* a JWK's "alg", else NULL */
} jwti_keytext_t;


/*
 * Parse text of at most JWTI_KEY_TEXT_MAX bytes.  hmac: the text is a secret
 * or a JWK of kty "oct"; then one line end after the text does not count.
 * White space and a UTF-8 byte order mark around other forms are skipped.
 *
 * Encrypted PEM is refused without asking for a passphrase.  A public key, a
 * certificate, several private keys in one text and trailing bytes after DER
 * are refused; certificates beside one private key in a PEM are ignored.  An
 * RSA JWK must have its prime factors (see jwti_keyjwk.h).  PEM text and a
 * broken JWK never become an HMAC secret.
 *
 * JWTI_OK: what keytext holds is the caller's, released with _free.
 * JWTI_INVALID or JWTI_ERROR: nothing to release, *err is a constant.  No
 * entry stays in OpenSSL's error queue; every intermediate copy is cleansed.
 */
jwti_rc_t jwti_keytext_parse(jwti_keytext_t *keytext, jwti_str_t text,
    int hmac, const char **err) JWTI_MUST_CHECK;

void jwti_keytext_free(jwti_keytext_t *keytext);


#pragma GCC visibility pop


#endif /* JWTI_KEYTEXT_H_INCLUDED */
