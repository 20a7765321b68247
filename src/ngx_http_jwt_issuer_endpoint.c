
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The content handler of jwt_issuer_token: GET, HEAD and POST of a form.
 */


#include "ngx_http_jwt_issuer_mint.h"


static ngx_int_t ngx_http_jwt_issuer_endpoint_post(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static void ngx_http_jwt_issuer_endpoint_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_jwt_issuer_endpoint_process(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static ngx_int_t ngx_http_jwt_issuer_endpoint_answer(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_int_t rc);
static void ngx_http_jwt_issuer_endpoint_resume(ngx_http_request_t *r,
    ngx_int_t rc);


ngx_int_t
ngx_http_jwt_issuer_endpoint_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->no_store = 1;

    if (r->method == NGX_HTTP_POST) {
        return ngx_http_jwt_issuer_endpoint_post(r, ctx);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        rc = ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_METHOD, NULL);

    } else {
        rc = ngx_http_jwt_issuer_endpoint_process(r, ctx);
    }

    if (rc == NGX_AGAIN) {
        r->main->count++;
        return NGX_DONE;
    }

    return ngx_http_jwt_issuer_endpoint_answer(r, ctx, rc);
}


static ngx_int_t
ngx_http_jwt_issuer_endpoint_post(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (r->headers_in.content_length_n > JWTI_FORM_MAX) {

        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }

        rc = ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_TOO_LARGE,
                                      NULL);

        return ngx_http_jwt_issuer_endpoint_answer(r, ctx, rc);
    }

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r,
                                 ngx_http_jwt_issuer_endpoint_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;
}


static void
ngx_http_jwt_issuer_endpoint_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    rc = ngx_http_jwt_issuer_form_read(r, ctx);

    if (rc == NGX_OK) {
        rc = ngx_http_jwt_issuer_endpoint_process(r, ctx);
    }

    if (rc == NGX_AGAIN) {

        /* the reference that reading the body took is kept until resumed */

        return;
    }

    ngx_http_finalize_request(r,
                              ngx_http_jwt_issuer_endpoint_answer(r, ctx, rc));
}


static ngx_int_t
ngx_http_jwt_issuer_endpoint_process(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t                              rc;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    rc = ngx_http_jwt_issuer_form_query(r, ctx);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_jwt_issuer_require_target(r, jlcf->token, ctx);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_jwt_issuer_scope(r, ctx);
    if (rc != NGX_OK) {
        return rc;
    }

    if (r->method == NGX_HTTP_HEAD) {
        return NGX_OK;
    }

    return ngx_http_jwt_issuer_mint(r, jlcf->token, ctx,
                                    ngx_http_jwt_issuer_endpoint_resume);
}


static ngx_int_t
ngx_http_jwt_issuer_endpoint_answer(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_int_t rc)
{
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    switch (rc) {

    case NGX_OK:
        jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);
        return ngx_http_jwt_issuer_answer_token(r, ctx, jlcf->token);

    case NGX_DECLINED:
        return ngx_http_jwt_issuer_answer_error(r, ctx);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


/* it was parked, and this is how that ended */

static void
ngx_http_jwt_issuer_endpoint_resume(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    ngx_http_finalize_request(r,
                              ngx_http_jwt_issuer_endpoint_answer(r, ctx, rc));
}
