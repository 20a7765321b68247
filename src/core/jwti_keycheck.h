
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_keycheck.h: do the numbers of a private key belong together?  Internal
 * to jwti_key.c.
 */


#ifndef JWTI_KEYCHECK_H_INCLUDED
#define JWTI_KEYCHECK_H_INCLUDED


#include <openssl/evp.h>

#include "jwti.h"


#pragma GCC visibility push(hidden)


/*
 * RSA: e is odd, at least 3 and at most 64 bits, n = pq, d, dp, dq and qi
 * belong to p, q and e.  Whether p and q are primes is not tested, which
 * takes hundreds of milliseconds: jwti_probe() finds such a key out, as its
 * signatures do not verify.  EC: d is in range and gives the public point.
 * Ed25519: nothing, the public key is derived.
 *
 * JWTI_OK, JWTI_INVALID or JWTI_ERROR; *err is a constant.
 */
jwti_rc_t jwti_keycheck(EVP_PKEY *pkey, const char **err) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_KEYCHECK_H_INCLUDED */
