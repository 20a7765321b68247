
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_metadata.h: what an issuer says about itself, as one document for both
 * RFC 8414 (section 2) and OpenID Connect Discovery 1.0 (section 3).
 */


#ifndef JWTI_METADATA_H_INCLUDED
#define JWTI_METADATA_H_INCLUDED


#include "jwti_alg.h"
#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


/* ways of client authentication that can be listed, each once */
#define JWTI_METADATA_AUTH_MAX  5

typedef struct {
    jwti_str_t   issuer;            /* these are URLs that jwti_uri_parse() */
    jwti_str_t   jwks_uri;          /* has seen */
    jwti_str_t   token_endpoint;    /* empty: there is none */
    const char  *auth[JWTI_METADATA_AUTH_MAX];
    size_t       nauth;
    uint32_t     algs;              /* of the keys that are published: bits,
                                     * jwti_alg_index() */
} jwti_metadata_t;


/*
 * A way in which clients may authenticate (RFC 8414, section 2): the registered
 * name as a constant, or NULL.  Those that need further members are not there.
 */
const char *jwti_metadata_auth(jwti_str_t name);

/* bytes that the document takes at the most */
size_t jwti_metadata_max(const jwti_metadata_t *metadata);

void jwti_metadata_write(jwti_buf_t *buf, const jwti_metadata_t *metadata);


#pragma GCC visibility pop


#endif /* JWTI_METADATA_H_INCLUDED */
