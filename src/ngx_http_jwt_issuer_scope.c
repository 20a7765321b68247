
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What a token request gets of the scopes of its service (RFC 6749, 3.3): all
 * of them, or those it asks for, and never one more.
 */


#include "ngx_http_jwt_issuer_mint.h"
#include "jwti_scope.h"


static ngx_int_t ngx_http_jwt_issuer_scope_none(
    ngx_http_jwt_issuer_ctx_t *ctx);
static ngx_int_t ngx_http_jwt_issuer_scope_narrow(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const jwti_str_t *asked);


ngx_int_t
ngx_http_jwt_issuer_scope(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t                  rc;
    const jwti_str_t          *asked;
    ngx_http_complex_value_t  *cv;

    asked = ctx->form ? jwti_form_get(ctx->form, jwti_str("scope")) : NULL;
    cv = ctx->service->settings.scope;

    if (cv == NULL) {
        return asked ? ngx_http_jwt_issuer_scope_none(ctx) : NGX_OK;
    }

    if (ngx_http_complex_value(r, cv, &ctx->scope) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!jwti_scope_is_valid(ngx_http_jwt_issuer_to_core(&ctx->scope))) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "token is refused: value is no list of scopes: scope,"
                      " jwt service: \"%V\"", &ctx->service->label);
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SCOPE,
                                        NULL);
    }

    if (asked) {
        rc = ngx_http_jwt_issuer_scope_narrow(r, ctx, asked);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    ngx_http_jwt_issuer_answer_scope_room(ctx);

    return NGX_OK;
}


/*
 * An answer without a scope would say that the one asked for was granted; what
 * a "claim scope" says is the operator's affair.
 */

static ngx_int_t
ngx_http_jwt_issuer_scope_none(ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_uint_t                           i;
    const ngx_array_t                   *claims;
    const ngx_http_jwt_issuer_member_t  *claim;

    claims = ctx->service->settings.claims;
    claim = claims ? claims->elts : NULL;

    for (i = 0; claims && i < claims->nelts; i++) {

        if (claim[i].name.len == 5
            && ngx_strncmp(claim[i].name.data, "scope", 5) == 0)
        {
            return NGX_OK;
        }
    }

    return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SCOPE,
                                    "this service has no scopes");
}


static ngx_int_t
ngx_http_jwt_issuer_scope_narrow(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const jwti_str_t *asked)
{
    u_char      *memory;
    jwti_str_t   granted, scope;

    memory = ngx_pnalloc(r->pool, ctx->scope.len);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    granted = ngx_http_jwt_issuer_to_core(&ctx->scope);

    if (jwti_scope_narrow(granted, *asked, memory, &scope) != JWTI_OK) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SCOPE,
                                        NULL);
    }

    if (scope.data == memory) {
        ctx->scope.data = memory;
        ctx->scope.len = scope.len;
        ctx->inputs.narrowed = 1;
    }

    return NGX_OK;
}
