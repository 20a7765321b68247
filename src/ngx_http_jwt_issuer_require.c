
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Who may have which token: the directive jwt_issuer_require, and the service
 * that a request asks for, which is looked up only after that.
 */


#include "ngx_http_jwt_issuer_conf.h"


static ngx_int_t ngx_http_jwt_issuer_require_find(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target, ngx_str_t *name,
    const ngx_http_jwt_issuer_service_t **service);
static ngx_int_t ngx_http_jwt_issuer_require_name(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target, ngx_str_t *name);


char *
ngx_http_jwt_issuer_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    char                       *rv;
    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_complex_value_t  **cv;

    if (jlcf->require != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        jlcf->require = NULL;
        return NGX_CONF_OK;
    }

    jlcf->require = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                     sizeof(void *));
    if (jlcf->require == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "off") == 0) {
            return "takes no values with \"off\"";
        }

        cv = ngx_array_push(jlcf->require);
        if (cv == NULL) {
            return NGX_CONF_ERROR;
        }

        rv = ngx_http_jwt_issuer_compile(cf, &value[i], cv);

        if (rv != NGX_CONF_OK) {
            return (rv == NGX_CONF_ERROR) ? rv : "has an empty value";
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_jwt_issuer_require_target(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t                             rc;
    ngx_str_t                             name;
    ngx_http_jwt_issuer_main_conf_t      *jmcf;
    const ngx_http_jwt_issuer_service_t  *service;

    ctx->service = NULL;

    rc = ngx_http_jwt_issuer_require_name(r, target, &name);
    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    /* whatever the service is: a stranger learns no names */

    switch (ngx_http_jwt_issuer_require_allowed(r)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "access forbidden by jwt_issuer_require,"
                      " jwt service: \"%V\"", &name);

        if (rc == NGX_OK
            && ngx_http_jwt_issuer_require_find(r, target, &name, &service)
               == NGX_OK)
        {
            ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_DENIED);
        }

        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_DENIED,
                                        NULL);

    default:
        return NGX_ERROR;
    }

    if (rc == NGX_OK) {
        rc = ngx_http_jwt_issuer_require_find(r, target, &name, &service);
    }

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "unknown jwt service: \"%V\"", &name);

        jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);
        ngx_http_jwt_issuer_zone_unknown(jmcf->zone);

        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_TARGET,
                                        NULL);
    }

    ctx->service = service;

    return NGX_OK;
}


/* NGX_DECLINED: there is no such service */

static ngx_int_t
ngx_http_jwt_issuer_require_find(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target, ngx_str_t *name,
    const ngx_http_jwt_issuer_service_t **service)
{
    ngx_str_t                         environment;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    if (target->fixed) {
        *service = target->fixed;
        return NGX_OK;
    }

    if (target->environment
        && ngx_http_complex_value(r, target->environment, &environment)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    *service = ngx_http_jwt_issuer_service_find(jmcf, name,
                                 target->environment ? &environment : NULL);

    return *service ? NGX_OK : NGX_DECLINED;
}


/*
 * NGX_DECLINED: what was asked for cannot be a service's name.  Then name is
 * something else: bytes of a client do not go into the log unchecked.
 */

static ngx_int_t
ngx_http_jwt_issuer_require_name(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target, ngx_str_t *name)
{
    if (target->fixed) {
        *name = target->fixed->name;
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, (ngx_http_complex_value_t *)
                               &target->service, name)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!ngx_http_jwt_issuer_is_name(name)) {
        ngx_str_set(name, "(no valid name)");
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_issuer_require_allowed(ngx_http_request_t *r)
{
    ngx_str_t                              value;
    ngx_uint_t                             i;
    ngx_http_complex_value_t             **cv;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    if (jlcf->require == NULL || jlcf->require == NGX_CONF_UNSET_PTR) {
        return NGX_OK;
    }

    cv = jlcf->require->elts;

    for (i = 0; i < jlcf->require->nelts; i++) {

        if (ngx_http_complex_value(r, cv[i], &value) != NGX_OK) {
            return NGX_ERROR;
        }

        if (value.len == 0 || (value.len == 1 && value.data[0] == '0')) {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}
