
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_probe.h: the admission check.  A key is let in only after a token that
 * it signed verifies with the public key that the JWKS would publish, by
 * libjwt, which shares no code with our signing path; no other file includes
 * its header.
 */


#ifndef JWTI_PROBE_H_INCLUDED
#define JWTI_PROBE_H_INCLUDED


#include "jwti_key.h"


#pragma GCC visibility push(hidden)


/*
 * Sign a token with key and verify it with the public key read back from
 * jwti_key_jwk(): by libjwt where this libjwt knows the algorithm, else by
 * OpenSSL's EVP_DigestVerify().  A few signatures' time; not for the hot path.
 *
 * JWTI_OK; JWTI_INVALID: it does not verify; JWTI_ERROR: internal.  *err is a
 * constant.
 */
jwti_rc_t jwti_probe(const jwti_key_t *key, const char **err)
    JWTI_MUST_CHECK;

/* 1 when this build's libjwt verifies alg itself */
int jwti_probe_is_independent(const jwti_alg_t *alg);


#pragma GCC visibility pop


#endif /* JWTI_PROBE_H_INCLUDED */
