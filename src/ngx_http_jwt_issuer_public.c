
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Public JSON documents, for anybody: how they are asked for, and what is said
 * to caches and browsers.  The bytes alone make the entity tag, so workers and
 * proxies with the same keys agree on it.
 */


#include "ngx_http_jwt_issuer_public.h"
#include "jwti_jwks.h"


static ngx_int_t ngx_http_jwt_issuer_public_preflight(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static ngx_int_t ngx_http_jwt_issuer_public_headers(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const ngx_str_t *document,
    time_t max_age);
static ngx_int_t ngx_http_jwt_issuer_public_fields(ngx_http_request_t *r,
    const ngx_keyval_t *field);


/* any script may read it, and its tag */

static const ngx_keyval_t  ngx_http_jwt_issuer_public_cors[] = {
    { ngx_string("Access-Control-Allow-Origin"), ngx_string("*") },
    { ngx_string("Access-Control-Expose-Headers"), ngx_string("ETag") },
    { ngx_null_string, ngx_null_string }
};

/* browsers ask first when a script sends such as If-None-Match */

static const ngx_keyval_t  ngx_http_jwt_issuer_public_options[] = {
    { ngx_string("Access-Control-Allow-Origin"), ngx_string("*") },
    { ngx_string("Access-Control-Allow-Methods"), ngx_string("GET, HEAD") },
    { ngx_string("Access-Control-Allow-Headers"), ngx_string("*") },
    { ngx_string("Access-Control-Max-Age"), ngx_string("86400") },
    { ngx_string("Allow"), ngx_string("GET, HEAD, OPTIONS") },
    { ngx_null_string, ngx_null_string }
};


ngx_int_t
ngx_http_jwt_issuer_public(ngx_http_request_t *r,
    ngx_http_jwt_issuer_public_pt write)
{
    time_t                      max_age;
    ngx_int_t                   rc;
    ngx_str_t                   document;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    static const ngx_str_t  type = ngx_string("application/json");

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ctx = ngx_http_jwt_issuer_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method == NGX_HTTP_OPTIONS) {
        return ngx_http_jwt_issuer_public_preflight(r, ctx);
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        ctx->no_store = 1;
        ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_DOCUMENT_METHOD,
                                 NULL);

        return ngx_http_jwt_issuer_answer_error(r, ctx);
    }

    rc = write(r, &document, &max_age);

    if (rc == NGX_DECLINED) {
        ctx->no_store = 1;
        ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_NO_KEY,
                                 "no key has been fetched yet");

        return ngx_http_jwt_issuer_answer_error(r, ctx);
    }

    if (rc != NGX_OK
        || ngx_http_jwt_issuer_public_headers(r, ctx, &document, max_age)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_jwt_issuer_answer_send(r, NGX_HTTP_OK, &type,
                                           document.data, document.len);
}


static ngx_int_t
ngx_http_jwt_issuer_public_preflight(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    static const ngx_str_t  type = ngx_null_string;

    ctx->no_store = 1;

    if (ngx_http_jwt_issuer_public_fields(r,
                                      ngx_http_jwt_issuer_public_options)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_jwt_issuer_answer_send(r, NGX_HTTP_NO_CONTENT, &type, NULL,
                                           0);
}


static ngx_int_t
ngx_http_jwt_issuer_public_headers(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const ngx_str_t *document, time_t max_age)
{
    u_char           *tag, *p;
    ngx_table_elt_t  *etag;

    p = ngx_pnalloc(r->pool, sizeof("public, max-age=") + NGX_TIME_T_LEN);
    tag = ngx_pnalloc(r->pool, JWTI_ETAG_LEN);

    if (p == NULL || tag == NULL) {
        return NGX_ERROR;
    }

    ctx->cache_control.data = p;
    ctx->cache_control.len = ngx_sprintf(p, "public, max-age=%T", max_age) - p;

    if (ngx_http_jwt_issuer_public_fields(r,
                                         ngx_http_jwt_issuer_public_cors)
        != NGX_OK
        || jwti_jwks_etag(ngx_http_jwt_issuer_to_core(document), tag)
           != JWTI_OK)
    {
        return NGX_ERROR;
    }

    etag = ngx_list_push(&r->headers_out.headers);
    if (etag == NULL) {
        return NGX_ERROR;
    }

    etag->hash = 1;
    ngx_str_set(&etag->key, "ETag");
    etag->value.data = tag;
    etag->value.len = JWTI_ETAG_LEN;
    etag->lowcase_key = NULL;
    ngx_http_jwt_issuer_compat_unlink(etag);

    /* nginx's own filter answers 304 by it */

    r->headers_out.etag = etag;

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_issuer_public_fields(ngx_http_request_t *r,
    const ngx_keyval_t *field)
{
    for ( /* void */ ; field->key.len; field++) {

        if (ngx_http_jwt_issuer_answer_header(r, &field->key, &field->value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
