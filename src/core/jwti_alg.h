
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_alg.h: the one table of signature algorithms (RFC 7518, section 3.1;
 * RFC 8037; RFC 9864).  "none" is not in it and cannot be (RFC 8725, 3.2).
 */


#ifndef JWTI_ALG_H_INCLUDED
#define JWTI_ALG_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


typedef enum {
    JWTI_RSA_PKCS1,
    JWTI_RSA_PSS,
    JWTI_ECDSA,
    JWTI_EDDSA,
    JWTI_HMAC
} jwti_family_e;

typedef struct {
    const char     *name;       /* the "alg" member, case-sensitive */
    jwti_family_e   family;
    const char     *digest;     /* OpenSSL's name; NULL for EdDSA */
    size_t          hash_len;   /* bytes; PSS salt, least HMAC secret */
    const char     *curve;      /* OpenSSL's group name; NULL where none */
    const char     *crv;        /* the JWK's "crv"; NULL where none */
    size_t          coord_len;  /* bytes of x, y, R and S; 0 where none */
} jwti_alg_t;


/* by its exact name; NULL when there is none */
const jwti_alg_t *jwti_alg_find(jwti_str_t name);

/* 1 when a signature takes so long (RSA) that it belongs off the event loop */
int jwti_alg_is_slow(const jwti_alg_t *alg);

/*
 * Position in the table, stable within a process and its siblings of the same
 * build, so that shared memory can hold it; jwti_alg_at() is the inverse and
 * gives NULL out of range.
 */
unsigned jwti_alg_index(const jwti_alg_t *alg);
const jwti_alg_t *jwti_alg_at(unsigned index);


#pragma GCC visibility pop


#endif /* JWTI_ALG_H_INCLUDED */
