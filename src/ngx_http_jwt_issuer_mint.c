
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The way of a request: a token from the cache; else the signature that is
 * under way for it, in this worker or another one; else one of its own.  Where
 * it has to wait, for its key or a signature, it is parked and goes on from
 * here.
 */


#include "ngx_http_jwt_issuer_mint.h"


static ngx_int_t ngx_http_jwt_issuer_mint_step(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static ngx_int_t ngx_http_jwt_issuer_mint_find(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx,
    const ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_token_t *token);
static void ngx_http_jwt_issuer_mint_renew(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, uint64_t serial);
static ngx_int_t ngx_http_jwt_issuer_mint_sign(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const ngx_str_t *key);
static ngx_int_t ngx_http_jwt_issuer_mint_draft(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, u_char *memory,
    ngx_http_jwt_issuer_draft_t *draft, ngx_http_jwt_issuer_error_e *error);
static ngx_int_t ngx_http_jwt_issuer_mint_slow(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const ngx_str_t *key,
    ngx_http_jwt_issuer_draft_t *draft);
static ngx_int_t ngx_http_jwt_issuer_mint_join(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_http_jwt_issuer_sign_t *sign);
static void ngx_http_jwt_issuer_mint_signed(
    ngx_http_jwt_issuer_waiter_t *waiter);
static ngx_int_t ngx_http_jwt_issuer_mint_no_key(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static void ngx_http_jwt_issuer_mint_go_on(
    ngx_http_jwt_issuer_waiter_t *waiter);
static ngx_int_t ngx_http_jwt_issuer_mint_keep(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const u_char *token, size_t len,
    const u_char *kid, time_t expires);
static u_char *ngx_http_jwt_issuer_mint_room(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, size_t size);


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
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_http_jwt_issuer_resume_pt resume)
{
    ngx_int_t  rc;

    ngx_str_null(&ctx->token);
    ctx->target = target;
    ctx->resume = resume;
    ctx->cache = NGX_HTTP_JWT_ISSUER_CACHE_NONE;
    ctx->joined = 0;

    ctx->minting = 1;

    rc = ngx_http_jwt_issuer_inputs_eval(r, ctx->service, target,
                                         &ctx->inputs);

    ctx->minting = 0;

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_jwt_issuer_mint_step(r, ctx);
}


static ngx_int_t
ngx_http_jwt_issuer_mint_step(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t                         rc;
    const ngx_str_t                  *key;
    ngx_http_jwt_issuer_sign_t       *sign;
    ngx_http_jwt_issuer_token_t       token;
    ngx_http_jwt_issuer_inputs_t     *inputs;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    inputs = &ctx->inputs;

    if (ctx->service->settings.reuse == 0 || inputs->key.len == 0) {
        ctx->cache = NGX_HTTP_JWT_ISSUER_CACHE_BYPASS;
        return ngx_http_jwt_issuer_mint_sign(r, ctx, NULL);
    }

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    key = &inputs->key;

    rc = ngx_http_jwt_issuer_mint_find(r, ctx, jmcf, &token);

    switch (rc) {

    case NGX_OK:

        if (ctx->cache == NGX_HTTP_JWT_ISSUER_CACHE_NONE) {
            ctx->cache = NGX_HTTP_JWT_ISSUER_CACHE_HIT;
        }

        if (token.renew) {
            ngx_http_jwt_issuer_mint_renew(r, ctx, token.serial);
        }

        ngx_http_jwt_issuer_zone_count(ctx->service, JWTI_COUNT_REUSED);

        return NGX_OK;

    case NGX_ERROR:
        return NGX_ERROR;

    case NGX_AGAIN:
        return ngx_http_jwt_issuer_mint_no_key(r, ctx);

    case NGX_ABORT:

        /* a later configuration owns what is in the zone */

        ctx->cache = NGX_HTTP_JWT_ISSUER_CACHE_BYPASS;
        return ngx_http_jwt_issuer_mint_sign(r, ctx, NULL);

    default:    /* NGX_BUSY, NGX_DECLINED */
        break;
    }

    ctx->cache = NGX_HTTP_JWT_ISSUER_CACHE_MISS;

    if (ctx->resume == NULL) {
        return ngx_http_jwt_issuer_mint_sign(r, ctx, key);
    }

    sign = ngx_http_jwt_issuer_sign_find(jmcf->process, key, inputs->hash,
                                         token.serial, rc == NGX_DECLINED);

    if (sign == NULL && rc == NGX_BUSY && token.pid != ngx_pid) {
        sign = ngx_http_jwt_issuer_sign_foreign(jmcf->process, ctx->service,
                                                key, inputs->hash);
    }

    if (sign) {
        ctx->joined = 1;
        return ngx_http_jwt_issuer_mint_join(r, ctx, sign);
    }

    return ngx_http_jwt_issuer_mint_sign(r, ctx, key);
}


/*
 * From the cache into the request's memory: copied once, as tokens of a service
 * are about as long as the one before.
 */

static ngx_int_t
ngx_http_jwt_issuer_mint_find(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx,
    const ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_token_t *token)
{
    ngx_int_t                      rc;
    ngx_uint_t                     flags;
    ngx_http_jwt_issuer_parsed_t  *parsed;

    parsed = &jmcf->process->parsed[ctx->service->index];

    flags = NGX_HTTP_JWT_ISSUER_FIND_RENEW;

    if (ctx->resume) {
        flags |= NGX_HTTP_JWT_ISSUER_FIND_CLAIM;
    }

    for ( ;; ) {
        token->size = parsed->token_len;
        token->data = ngx_http_jwt_issuer_mint_room(r, ctx, token->size);

        if (token->data == NULL) {
            return NGX_ERROR;
        }

        token->kid = ctx->kid.data;

        rc = ngx_http_jwt_issuer_zone_token_find(jmcf->zone, ctx->service,
                                                 &ctx->inputs.key,
                                                 ctx->inputs.hash, flags,
                                                 token);
        if (rc == NGX_OK || rc == NGX_AGAIN) {
            parsed->unusable = (rc == NGX_AGAIN);
        }

        if (rc != NGX_OK) {
            return rc;
        }

        parsed->token_len = token->len;

        if (token->len <= token->size) {
            break;
        }
    }

    ctx->room = NULL;
    ctx->token.data = token->data;
    ctx->token.len = token->len;
    ctx->expires = token->expires;

    return NGX_OK;
}


/* the request has its token: what goes wrong here is for the next one */

static void
ngx_http_jwt_issuer_mint_renew(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, uint64_t serial)
{
    u_char                            memory[JWTI_TOKEN_MAX];
    ngx_http_jwt_issuer_draft_t       draft;
    ngx_http_jwt_issuer_error_e       error;
    ngx_http_jwt_issuer_inputs_t     *inputs;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    inputs = &ctx->inputs;
    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    if (ngx_http_jwt_issuer_sign_find(jmcf->process, &inputs->key,
                                      inputs->hash, serial, 1)
        || ngx_http_jwt_issuer_mint_draft(r, ctx, memory, &draft, &error)
           != NGX_OK)
    {
        return;
    }

    if (ngx_http_jwt_issuer_sign_start(jmcf->process, ctx->service,
                                       &inputs->key, inputs->hash, &draft)
        == NULL)
    {
        jwti_key_free(draft.key);
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "jwt issuer token is renewed ahead, jwt service: \"%V\"",
                   &ctx->service->label);
}


/* key: of the cache, in which the token has its place; or NULL */

static ngx_int_t
ngx_http_jwt_issuer_mint_sign(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const ngx_str_t *key)
{
    u_char                            memory[JWTI_TOKEN_MAX];
    uint32_t                          hash;
    ngx_int_t                         rc, stored;
    jwti_str_t                        token;
    ngx_http_jwt_issuer_draft_t       draft;
    ngx_http_jwt_issuer_error_e       error;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);
    hash = ctx->inputs.hash;

    rc = ngx_http_jwt_issuer_mint_draft(r, ctx, memory, &draft, &error);

    if (rc != NGX_OK) {
        goto failed;
    }

    if (ctx->resume
        && ngx_http_jwt_issuer_draft_is_slow(jmcf->process, &draft))
    {
        return ngx_http_jwt_issuer_mint_slow(r, ctx, key, &draft);
    }

    rc = ngx_http_jwt_issuer_draft_sign(ctx->service, &draft,
                                        r->connection->log);

    if (rc == NGX_OK) {
        stored = key ? ngx_http_jwt_issuer_zone_token_store(jmcf->zone,
                                               ctx->service, key, hash, &draft)
                     : NGX_OK;

        if (stored == NGX_DECLINED) {
            jwti_key_free(draft.key);
            return ngx_http_jwt_issuer_mint_step(r, ctx);
        }

        if (stored == NGX_ABORT && ctx->resume) {
            ngx_http_jwt_issuer_zone_token_release(jmcf->zone, ctx->service,
                                                   key, hash, ngx_pid);
        }

        token = jwti_buf_written(&draft.buf);

        rc = ngx_http_jwt_issuer_mint_keep(r, ctx, token.data, token.len,
                                           jwti_key_kid(draft.key).data,
                                           (time_t) draft.expires);
        jwti_key_free(draft.key);

        return rc;
    }

    jwti_key_free(draft.key);

    error = NGX_HTTP_JWT_ISSUER_E_SIGN;
    rc = NGX_DECLINED;

failed:

    if (key && ctx->resume) {
        ngx_http_jwt_issuer_zone_token_release(jmcf->zone, ctx->service, key,
                                               hash, ngx_pid);
    }

    switch (rc) {

    case NGX_AGAIN:
        return ngx_http_jwt_issuer_mint_no_key(r, ctx);

    case NGX_DECLINED:
        return ngx_http_jwt_issuer_fail(ctx, error, NULL);

    default:
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_http_jwt_issuer_mint_draft(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, u_char *memory,
    ngx_http_jwt_issuer_draft_t *draft, ngx_http_jwt_issuer_error_e *error)
{
    ngx_int_t                         rc;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    ctx->minting = 1;

    rc = ngx_http_jwt_issuer_inputs_claims(r, ctx->service, ctx->target,
                                           &ctx->inputs);

    ctx->minting = 0;

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_jwt_issuer_draft_write(jmcf->process, ctx->service,
                                           ctx->inputs.claims, memory, draft,
                                           error, r->connection->log);
}


/* in the thread pool; fails at once when too many wait there */

static ngx_int_t
ngx_http_jwt_issuer_mint_slow(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const ngx_str_t *key,
    ngx_http_jwt_issuer_draft_t *draft)
{
    ngx_http_jwt_issuer_sign_t       *sign;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    sign = ngx_http_jwt_issuer_sign_start(jmcf->process, ctx->service, key,
                                          ctx->inputs.hash, draft);
    if (sign) {
        return ngx_http_jwt_issuer_mint_join(r, ctx, sign);
    }

    jwti_key_free(draft->key);

    if (key) {
        ngx_http_jwt_issuer_zone_token_release(jmcf->zone, ctx->service, key,
                                               ctx->inputs.hash, ngx_pid);
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "too many signatures are waiting, jwt service: \"%V\"",
                  &ctx->service->label);

    return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_BUSY, NULL);
}


static ngx_int_t
ngx_http_jwt_issuer_mint_join(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_http_jwt_issuer_sign_t *sign)
{
    ngx_int_t  rc;

    rc = ngx_http_jwt_issuer_wait(r, ctx, sign,
                                  ngx_http_jwt_issuer_mint_signed);

    if (rc == NGX_BUSY) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_BUSY, NULL);
    }

    return rc;
}


static void
ngx_http_jwt_issuer_mint_signed(ngx_http_jwt_issuer_waiter_t *waiter)
{
    ngx_int_t                    rc;
    jwti_str_t                   token;
    ngx_http_request_t          *r;
    ngx_http_jwt_issuer_ctx_t   *ctx;
    ngx_http_jwt_issuer_sign_t  *sign;

    r = waiter->request;
    ctx = waiter->ctx;
    sign = waiter->sign;

    switch (sign->state) {

    case NGX_HTTP_JWT_ISSUER_SIGNED:
        token = jwti_buf_written(&sign->draft.buf);
        rc = ngx_http_jwt_issuer_mint_keep(r, ctx, token.data, token.len,
                                           sign->kid,
                                           (time_t) sign->draft.expires);
        if (ctx->joined) {
            ngx_http_jwt_issuer_zone_count(ctx->service, JWTI_COUNT_REUSED);
        }

        break;

    case NGX_HTTP_JWT_ISSUER_NOT_SIGNED:
        rc = ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SIGN, NULL);
        break;

    case NGX_HTTP_JWT_ISSUER_SIGN_LATE:
        rc = ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_BUSY, NULL);
        break;

    default:    /* NGX_HTTP_JWT_ISSUER_SIGN_AGAIN */
        ctx->joined = 0;
        rc = ngx_http_jwt_issuer_mint_step(r, ctx);
        break;
    }

    if (rc != NGX_AGAIN) {
        ctx->resume(r, rc);
    }
}


static ngx_int_t
ngx_http_jwt_issuer_mint_no_key(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = NGX_BUSY;

    if (ctx->resume) {
        rc = ngx_http_jwt_issuer_wait(r, ctx, NULL,
                                      ngx_http_jwt_issuer_mint_go_on);
    }

    if (rc != NGX_BUSY) {
        return rc;
    }

    /* worker 0 has told the operator, once */

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "no usable key, jwt service: \"%V\"",
                  &ctx->service->label);

    return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_NO_KEY, NULL);
}


/* the key has come, or the time to wait is over */

static void
ngx_http_jwt_issuer_mint_go_on(ngx_http_jwt_issuer_waiter_t *waiter)
{
    ngx_int_t                   rc;
    ngx_http_request_t         *r;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    r = waiter->request;
    ctx = waiter->ctx;

    rc = ngx_http_jwt_issuer_mint_step(r, ctx);

    if (rc != NGX_AGAIN) {
        ctx->resume(r, rc);
    }
}


/* what the token was copied from is gone before the request is */

static ngx_int_t
ngx_http_jwt_issuer_mint_keep(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, const u_char *token, size_t len,
    const u_char *kid, time_t expires)
{
    u_char  *p;

    p = ngx_http_jwt_issuer_mint_room(r, ctx, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, token, len);
    ngx_memcpy(ctx->kid.data, kid, JWTI_KID_LEN);

    ctx->room = NULL;
    ctx->token.data = p;
    ctx->token.len = len;
    ctx->expires = expires;

    return NGX_OK;
}


/*
 * Memory for a token of size bytes, and for its kid: the same again until there
 * is a token in it.  The room around it saves those who put the token into
 * something a copy of their own.
 */

static u_char *
ngx_http_jwt_issuer_mint_room(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, size_t size)
{
    u_char                              *p;
    size_t                               len, after;
    const ngx_http_jwt_issuer_target_t  *target;

    target = ctx->target;

    after = target->after + ctx->after;
    len = target->before + size + after + JWTI_KID_LEN;

    if (ctx->room == NULL || ctx->room_len < len) {
        ctx->room = ngx_pnalloc(r->pool, len);

        if (ctx->room == NULL) {
            return NULL;
        }

        ctx->room_len = len;
    }

    p = ctx->room + target->before;

    ctx->kid.data = p + size + after;
    ctx->kid.len = JWTI_KID_LEN;

    return p;
}
