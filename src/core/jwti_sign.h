
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_sign.h: JWS signatures (RFC 7515, section 5.1; RFC 7518, section 3).
 */


#ifndef JWTI_SIGN_H_INCLUDED
#define JWTI_SIGN_H_INCLUDED


#include "jwti_key.h"


#pragma GCC visibility push(hidden)


/* the exact length of the signatures of key in bytes */
size_t jwti_sign_len(const jwti_key_t *key);

/*
 * Sign input and append the signature in its JWS form: ECDSA as R || S of
 * fixed length, PSS with a salt of the hash's length and MGF1 of the same
 * hash.  Appends exactly jwti_sign_len() bytes or, on failure, none.
 *
 * Takes from microseconds (HMAC, Ed25519, P-256) to milliseconds (RSA 4096);
 * see jwti_alg_is_slow().  Any thread; leaves no entry in OpenSSL's error
 * queue.
 *
 * JWTI_OK; JWTI_NO_SPACE; JWTI_ERROR with the failed call's name in *err.
 */
jwti_rc_t jwti_sign(const jwti_key_t *key, jwti_str_t input, jwti_buf_t *buf,
    const char **err) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_SIGN_H_INCLUDED */
