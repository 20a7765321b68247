
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_jwks.h: the key set document (RFC 7517, section 5), the same bytes for
 * the same keys wherever it is written.
 */


#ifndef JWTI_JWKS_H_INCLUDED
#define JWTI_JWKS_H_INCLUDED


#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


typedef struct {
    jwti_str_t  kid;
    jwti_str_t  jwk;        /* as jwti_key_jwk() gives it; empty: skipped */
} jwti_jwks_key_t;

/* bytes that the document for these keys takes at the most */
size_t jwti_jwks_max(const jwti_jwks_key_t *keys, size_t nkeys);

/*
 * Append {"keys":[…]}: sorted by kid, each kid once.  Sorts keys in place.
 */
void jwti_jwks_write(jwti_buf_t *buf, jwti_jwks_key_t *keys, size_t nkeys);

/* a strong entity tag with its quotes: half of SHA-256, in hex */
#define JWTI_ETAG_LEN  34

jwti_rc_t jwti_jwks_etag(jwti_str_t document,
    unsigned char etag[JWTI_ETAG_LEN]) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_JWKS_H_INCLUDED */
