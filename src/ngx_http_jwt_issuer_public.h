
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Public documents: what those who write them and the one who sends them offer
 * to each other.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_PUBLIC_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_PUBLIC_H_INCLUDED_


#include "ngx_http_jwt_issuer_refresh.h"


#pragma GCC visibility push(hidden)


/* _public.c */

/* what a document says at the moment: results as of _jwks_keys() */
typedef ngx_int_t (*ngx_http_jwt_issuer_public_pt)(ngx_http_request_t *r,
    ngx_str_t *document, time_t *max_age);

/* all that a content handler of a public JSON document does */
ngx_int_t ngx_http_jwt_issuer_public(ngx_http_request_t *r,
    ngx_http_jwt_issuer_public_pt write);


/* _jwks.c */

/*
 * The keys of services (ngx_http_jwt_issuer_public_t) that are published now,
 * and for how many seconds that may be remembered.  NGX_OK; NGX_DECLINED:
 * nothing has been fetched yet; NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_jwks_keys(ngx_http_request_t *r,
    const ngx_array_t *services, ngx_array_t *keys, time_t *max_age);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_PUBLIC_H_INCLUDED_ */
