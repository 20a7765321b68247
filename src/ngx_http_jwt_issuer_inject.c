
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The precontent handler of jwt_issuer_inject: the token is put on the request
 * before any kind of upstream reads its headers.  It fails closed: whatever
 * goes wrong, the request ends here.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_status.h"


static ngx_int_t ngx_http_jwt_issuer_inject_finish(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_int_t rc);
static ngx_int_t ngx_http_jwt_issuer_inject_refuse(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static void ngx_http_jwt_issuer_inject_resume(ngx_http_request_t *r,
    ngx_int_t rc);


ngx_int_t
ngx_http_jwt_issuer_inject_handler(ngx_http_request_t *r)
{
    ngx_int_t                              rc;
    ngx_http_jwt_issuer_ctx_t             *ctx;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    /* what is answered here goes to no upstream */

    if (jlcf->inject == NULL
        || r->content_handler == ngx_http_jwt_issuer_endpoint_handler
        || r->content_handler == ngx_http_jwt_issuer_jwks_handler
        || r->content_handler == ngx_http_jwt_issuer_metadata_handler
        || r->content_handler == ngx_http_jwt_issuer_status_handler)
    {
        return NGX_DECLINED;
    }

    ctx = ngx_http_jwt_issuer_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->injected) {
        return NGX_DECLINED;
    }

    if (ngx_http_jwt_issuer_headers_hop(r, jlcf->inject)) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent \"Connection\" header that names \"%V\"",
                      &jlcf->inject->header);
        return NGX_HTTP_BAD_REQUEST;
    }

    /* a variable may have minted one for another service before */

    ngx_str_null(&ctx->token);
    ctx->error = NULL;

    rc = ngx_http_jwt_issuer_require_target(r, jlcf->inject, ctx);

    if (rc == NGX_OK) {
        rc = ngx_http_jwt_issuer_mint(r, jlcf->inject, ctx,
                                      ngx_http_jwt_issuer_inject_resume);
    }

    return ngx_http_jwt_issuer_inject_finish(r, jlcf->inject, ctx, rc);
}


static ngx_int_t
ngx_http_jwt_issuer_inject_finish(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_int_t rc)
{
    ngx_str_t  value;

    switch (rc) {

    case NGX_OK:
        break;

    case NGX_AGAIN:
        return NGX_AGAIN;

    case NGX_DECLINED:
        return ngx_http_jwt_issuer_inject_refuse(r, ctx);

    default:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    value.len = target->before + ctx->token.len;
    value.data = ctx->token.data - target->before;

    ngx_memcpy(value.data, target->scheme.data, target->scheme.len);

    /* fastcgi_param and others read it as a terminated string */

    value.data[value.len] = '\0';

    if (ngx_http_jwt_issuer_headers_replace(r, target, &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->injected = 1;
    ngx_http_jwt_issuer_zone_count(ctx->service, JWTI_COUNT_INJECTED);

    return NGX_DECLINED;
}


/*
 * Only the client's own faults are answered as such: what the upstream is to
 * get is the operator's affair.
 */

static ngx_int_t
ngx_http_jwt_issuer_inject_refuse(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    static const ngx_str_t  retry_after = ngx_string("Retry-After");
    static const ngx_str_t  seconds = ngx_string("5");

    if (ngx_http_jwt_issuer_headers_none(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->error->status == NGX_HTTP_FORBIDDEN) {
        return NGX_HTTP_FORBIDDEN;
    }

    if (ctx->error->status == NGX_HTTP_BAD_REQUEST && ctx->service) {
        return NGX_HTTP_BAD_REQUEST;
    }

    if (ngx_http_jwt_issuer_answer_header(r, &retry_after, &seconds)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


static void
ngx_http_jwt_issuer_inject_resume(ngx_http_request_t *r, ngx_int_t rc)
{
    ngx_http_jwt_issuer_ctx_t             *ctx;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);
    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    rc = ngx_http_jwt_issuer_inject_finish(r, jlcf->inject, ctx, rc);

    if (rc != NGX_DECLINED) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    /* the handler is called once more and sees that it is done */

    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}
