
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * $jwt_issuer_token, _kid, _expires, _exp, _jti_hash, _service, _cache,
 * _error, _form_NAME, and $http_NAME of each header that is injected.
 */


#include "ngx_http_jwt_issuer.h"
#include "jwti_token.h"


static ngx_http_jwt_issuer_ctx_t *ngx_http_jwt_issuer_variable_ctx(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_jwt_issuer_variable_token(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_kid(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_expires(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_jti_hash(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_service(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_cache(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_error(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_form(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_header(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_jwt_issuer_variable_set(ngx_http_variable_value_t *v,
    const u_char *data, size_t len);


/* none is cacheable: they change when the token is minted */

static ngx_http_variable_t  ngx_http_jwt_issuer_variables[] = {

    { ngx_string("jwt_issuer_token"), NULL,
      ngx_http_jwt_issuer_variable_token, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_kid"), NULL,
      ngx_http_jwt_issuer_variable_kid, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_expires"), NULL,
      ngx_http_jwt_issuer_variable_expires, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_exp"), NULL,
      ngx_http_jwt_issuer_variable_expires, 1, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_jti_hash"), NULL,
      ngx_http_jwt_issuer_variable_jti_hash, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_service"), NULL,
      ngx_http_jwt_issuer_variable_service, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_cache"), NULL,
      ngx_http_jwt_issuer_variable_cache, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_error"), NULL,
      ngx_http_jwt_issuer_variable_error, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("jwt_issuer_form_"), NULL,
      ngx_http_jwt_issuer_variable_form, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_jwt_issuer_variables_add(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_jwt_issuer_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


/*
 * nginx evaluates $http_authorization once for a request and all of its
 * subrequests.  Read before the token was injected, it would still be the
 * client's in "proxy_set_header Authorization $http_authorization", and read
 * after, a mirror would get the token.
 */

ngx_int_t
ngx_http_jwt_issuer_variables_headers(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    u_char               *p;
    ngx_str_t            *header, *name;
    ngx_uint_t            i, k;
    ngx_http_variable_t  *var;

    header = jmcf->headers.elts;

    for (i = 0; i < jmcf->headers.nelts; i++) {
        name = ngx_palloc(cf->pool, sizeof(ngx_str_t));
        if (name == NULL) {
            return NGX_ERROR;
        }

        name->len = sizeof("http_") - 1 + header[i].len;
        name->data = ngx_pnalloc(cf->pool, name->len);
        if (name->data == NULL) {
            return NGX_ERROR;
        }

        p = ngx_cpymem(name->data, "http_", sizeof("http_") - 1);

        for (k = 0; k < header[i].len; k++) {
            *p++ = (header[i].data[k] == '-') ? '_' : header[i].data[k];
        }

        var = ngx_http_add_variable(cf, name, NGX_HTTP_VAR_CHANGEABLE
                                              |NGX_HTTP_VAR_NOCACHEABLE);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = ngx_http_jwt_issuer_variable_header;
        var->data = (uintptr_t) name;
    }

    return NGX_OK;
}


/*
 * A location that injects mints when one of the variables is read before its
 * turn: an empty value would be taken for a token.  All of them do it, so that
 * those of one string do not change while nginx puts it together.  None does
 * once there is an answer, and none waits for a key.  NULL: nothing to show.
 */

static ngx_http_jwt_issuer_ctx_t *
ngx_http_jwt_issuer_variable_ctx(ngx_http_request_t *r)
{
    ngx_int_t                              rc;
    ngx_http_jwt_issuer_ctx_t             *ctx;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);
    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    if (jlcf->inject == NULL || jlcf->inject == NGX_CONF_UNSET_PTR
        || r->headers_out.status != 0 || r->header_sent
        || (ctx && (ctx->token.data || ctx->error || ctx->minting)))
    {
        return ctx;
    }

    ctx = ngx_http_jwt_issuer_ctx(r);

    if (ctx == NULL) {
        return NULL;
    }

    rc = ngx_http_jwt_issuer_require_target(r, jlcf->inject, ctx);

    if (rc == NGX_OK) {
        rc = ngx_http_jwt_issuer_mint(r, jlcf->inject, ctx, NULL);
    }

    if (rc == NGX_ERROR) {
        (void) ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_SIGN, NULL);
    }

    return ctx;
}


static ngx_int_t
ngx_http_jwt_issuer_variable_token(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    return ngx_http_jwt_issuer_variable_set(v, ctx->token.data,
                                            ctx->token.len);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_kid(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL || ctx->token.data == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    return ngx_http_jwt_issuer_variable_set(v, ctx->kid.data, ctx->kid.len);
}


/* data 1: exp itself, 0: seconds until then */

static ngx_int_t
ngx_http_jwt_issuer_variable_expires(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    time_t                      time;
    u_char                     *p;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL || ctx->token.data == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    p = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    time = data ? ctx->expires : ngx_max(ctx->expires - ngx_time(), 0);

    return ngx_http_jwt_issuer_variable_set(v, p, ngx_sprintf(p, "%T", time)
                                                  - p);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_jti_hash(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                     *p;
    jwti_buf_t                  hash;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL || ctx->token.data == NULL || !ctx->service->settings.jti)
    {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    p = ngx_pnalloc(r->pool, JWTI_JTI_HASH_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    jwti_buf_init(&hash, p, JWTI_JTI_HASH_LEN);

    if (jwti_token_jti_hash(ngx_http_jwt_issuer_to_core(&ctx->token), &hash)
        != JWTI_OK)
    {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    return ngx_http_jwt_issuer_variable_set(v, p, jwti_buf_len(&hash));
}


/* also of a request that got no token, but not of one for no service */

static ngx_int_t
ngx_http_jwt_issuer_variable_service(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL || ctx->service == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    return ngx_http_jwt_issuer_variable_set(v, ctx->service->label.data,
                                            ctx->service->label.len);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_cache(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_str_t            *name;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    /* in the order of ngx_http_jwt_issuer_cache_e */

    static const ngx_str_t  names[] = {
        ngx_null_string,
        ngx_string("HIT"),
        ngx_string("MISS"),
        ngx_string("BYPASS")
    };

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    name = &names[ctx->cache];

    return ngx_http_jwt_issuer_variable_set(v, name->data, name->len);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_error(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_variable_ctx(r);

    if (ctx == NULL || (ctx->token.data == NULL && ctx->error == NULL)) {

        /* the page that a refused request was led to */

        ctx = ngx_http_jwt_issuer_headers_ctx(r);
    }

    if (ctx == NULL || ctx->error == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    return ngx_http_jwt_issuer_variable_set(v, ctx->error->error.data,
                                            ctx->error->error.len);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_form(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t *name = (ngx_str_t *) data;

    jwti_str_t                  field;
    const jwti_str_t           *value;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    if (ctx == NULL || ctx->form == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    field.data = name->data + sizeof("jwt_issuer_form_") - 1;
    field.len = name->len - (sizeof("jwt_issuer_form_") - 1);

    value = jwti_form_get(ctx->form, field);

    if (value == NULL) {
        return ngx_http_jwt_issuer_variable_set(v, NULL, 0);
    }

    return ngx_http_jwt_issuer_variable_set(v, value->data, value->len);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_header(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t *name = (ngx_str_t *) data;

    return ngx_http_jwt_issuer_compat_unknown_header(r, v, name,
                                                     &r->headers_in.headers,
                                                     sizeof("http_") - 1);
}


static ngx_int_t
ngx_http_jwt_issuer_variable_set(ngx_http_variable_value_t *v,
    const u_char *data, size_t len)
{
    if (data == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = (u_char *) data;
    v->len = len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
