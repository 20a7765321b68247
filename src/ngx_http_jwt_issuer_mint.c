
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The way of a request: the service's key, what the token says, the
 * signature.
 */


#include "ngx_http_jwt_issuer_refresh.h"
#include "jwti_token.h"

#include <openssl/err.h>
#include <openssl/rand.h>


static ngx_int_t ngx_http_jwt_issuer_mint_sign(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx, const jwti_key_t *key);
static ngx_int_t ngx_http_jwt_issuer_mint_keep(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const jwti_key_t *key, jwti_str_t token);


ngx_http_jwt_issuer_ctx_t *
ngx_http_jwt_issuer_ctx(ngx_http_request_t *r)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_jwt_issuer_ctx_t));
        if (ctx == NULL) {
            return NULL;
        }

        ngx_http_set_ctx(r, ctx, ngx_http_jwt_issuer_module);
    }

    return ctx;
}


ngx_int_t
ngx_http_jwt_issuer_mint(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx, void (*resume)(ngx_http_request_t *r))
{
    ngx_int_t                         rc;
    jwti_key_t                       *key;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    rc = ngx_http_jwt_issuer_keys_get(jmcf->process, ctx->service, &key);

    if (rc == NGX_AGAIN && resume) {
        rc = ngx_http_jwt_issuer_wait(r, ctx, resume);

        if (rc == NGX_AGAIN) {
            return NGX_AGAIN;
        }
    }

    if (rc != NGX_OK) {
        /* worker 0 has told the operator, once */

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "no usable key, jwt service: \"%V\"",
                      &ctx->service->label);

        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_NO_KEY,
                                        NULL);
    }

    ctx->minting = 1;

    rc = ngx_http_jwt_issuer_mint_sign(r, target, ctx, key);

    ctx->minting = 0;

    jwti_key_free(key);

    return rc;
}


static ngx_int_t
ngx_http_jwt_issuer_mint_sign(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx, const jwti_key_t *key)
{
    u_char          memory[JWTI_TOKEN_MAX], jti[JWTI_JTI_BYTES];
    int64_t         expires;
    jwti_rc_t       rc;
    ngx_time_t     *tp;
    jwti_buf_t      buf;
    jwti_str_t      name;
    const char     *err;
    jwti_claims_t   claims;

    if (ngx_http_jwt_issuer_claim_eval(r, ctx->service, target, &claims)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (claims.jti && RAND_bytes(jti, JWTI_JTI_BYTES) != 1) {
        ERR_clear_error();
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      "RAND_bytes() failed");
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SIGN,
                                        NULL);
    }

    jwti_buf_init(&buf, memory, JWTI_TOKEN_MAX);

    err = NULL;
    name = jwti_str("");
    tp = ngx_timeofday();

    rc = jwti_token_input(&buf, &claims, key,
                          (int64_t) tp->sec * 1000 + (int64_t) tp->msec, jti,
                          &expires, &name, &err);

    if (rc == JWTI_INVALID) {
        /* name is the configuration's, err a constant: no byte of a client */

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "token is refused: %s%s%*s, jwt service: \"%V\"",
                      err, name.len ? ": " : "", name.len, name.data,
                      &ctx->service->label);

        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_VALUE,
                                        NULL);
    }

    if (rc == JWTI_OK) {
        rc = jwti_token_sign(&buf, key, &err);
    }

    if (rc != JWTI_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "token is not signed: %s, jwt service: \"%V\"",
                      err ? err : "internal error", &ctx->service->label);

        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SIGN,
                                        NULL);
    }

    ctx->expires = (time_t) expires;

    return ngx_http_jwt_issuer_mint_keep(r, ctx, key, jwti_buf_written(&buf));
}


/* key may be gone before the request is */

static ngx_int_t
ngx_http_jwt_issuer_mint_keep(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const jwti_key_t *key, jwti_str_t token)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, token.len + JWTI_KID_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->token.data = p;
    ctx->token.len = token.len;
    p = ngx_cpymem(p, token.data, token.len);

    ctx->kid.data = p;
    ctx->kid.len = JWTI_KID_LEN;
    ngx_memcpy(p, jwti_key_kid(key).data, JWTI_KID_LEN);

    return NGX_OK;
}
