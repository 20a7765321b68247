
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_key.h: a signing key with the one algorithm it is used for (RFC 8725,
 * 3.1), its key id and its public half.  A key never changes after it was made,
 * so any number of threads may use it at once; it is counted by references.
 */


#ifndef JWTI_KEY_H_INCLUDED
#define JWTI_KEY_H_INCLUDED


#include "jwti_alg.h"
#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


typedef struct jwti_key_s  jwti_key_t;

/* the longest public JWK that jwti_key_jwk() gives: RSA of 8192 bits */
#define JWTI_JWK_MAX  2048


/*
 * Make a key from text in any form that jwti_keytext.h lists.
 *
 * alg: what the key is for, or NULL to choose by the key: RSA RS512, P-256
 * ES256, P-384 ES384, P-521 ES512, Ed25519 EdDSA.  HMAC only when alg names
 * it: text that is no key must never become a secret.  A JWK with an "alg"
 * member is used for that algorithm only; a "use" other than "sig" and a
 * "key_ops" without "sign" are refused.  An RSA key that is restricted to PSS
 * (id-RSASSA-PSS) needs alg, one of PS* that its parameters allow.  "EdDSA" and
 * "Ed25519" are one algorithm by two names: alg decides which is written.
 *
 * JWTI_OK: *key is the caller's, one reference.  JWTI_INVALID: not a key,
 * not for alg, too short or long, or inconsistent.  JWTI_ERROR: internal.
 * On failure *err is a constant that never holds a byte of the text.
 */
jwti_rc_t jwti_key_parse(jwti_str_t text, const jwti_alg_t *alg,
    jwti_key_t **key, const char **err) JWTI_MUST_CHECK;

/*
 * The stored form: PKCS#8 DER, or the bytes of the secret for HMAC.  The
 * writer cleanses nothing: the caller owns and cleanses the buffer.
 * JWTI_OK or JWTI_NO_SPACE.  JWTI_KEY_STORED_MAX bytes always do.
 */
#define JWTI_KEY_STORED_MAX  8192

jwti_rc_t jwti_key_store(const jwti_key_t *key, jwti_buf_t *buf)
    JWTI_MUST_CHECK;

/*
 * The inverse, for bytes that jwti_key_store() wrote for a key of this alg:
 * no admission check is repeated.  Results as jwti_key_parse().
 */
jwti_rc_t jwti_key_load(jwti_str_t stored, const jwti_alg_t *alg,
    jwti_key_t **key, const char **err) JWTI_MUST_CHECK;

/* another reference to the same key; each is given back with _free */
jwti_key_t *jwti_key_ref(jwti_key_t *key);

/* give one reference back; the last one cleanses and frees; NULL is allowed */
void jwti_key_free(jwti_key_t *key);

/* live as long as the key */
const jwti_alg_t *jwti_key_alg(const jwti_key_t *key);

/* RFC 7638 thumbprint with SHA-256 as base64url, JWTI_KID_LEN characters */
jwti_str_t jwti_key_kid(const jwti_key_t *key);

/*
 * The public JWK as compact JSON: kty, the public members of its type, kid,
 * use "sig" and alg, and nothing else (RFC 7517; RFC 7518, section 6).  Empty
 * for HMAC: a secret has no public half.
 */
jwti_str_t jwti_key_jwk(const jwti_key_t *key);

/* the public half as PEM (SubjectPublicKeyInfo); JWTI_INVALID for HMAC */
jwti_rc_t jwti_key_public_pem(const jwti_key_t *key, jwti_buf_t *buf)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_KEY_H_INCLUDED */
