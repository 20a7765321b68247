
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * "key env NAME;": a variable of the environment that nginx was started in,
 * read by the master at start and reload.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_refresh.h"


static char *ngx_http_jwt_issuer_source_env_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args,
    ngx_uint_t nargs);
static char *ngx_http_jwt_issuer_source_env_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service);
static char *ngx_http_jwt_issuer_source_env_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory, size_t *len);


const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_env = {
    ngx_string("env"),
    ngx_http_jwt_issuer_source_env_parse,
    ngx_http_jwt_issuer_source_env_complete,
    ngx_http_jwt_issuer_source_env_load,
    NULL,
    0
};


static char *
ngx_http_jwt_issuer_source_env_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args, ngx_uint_t nargs)
{
    u_char            ch;
    ngx_str_t        *name, *var;
    ngx_uint_t        i;
    ngx_core_conf_t  *ccf;

    if (nargs != 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key env\" takes the name of one variable");
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < args[0].len; i++) {
        ch = args[0].data[i] | 0x20;

        if ((ch >= 'a' && ch <= 'z') || args[0].data[i] == '_'
            || (i && ch >= '0' && ch <= '9'))
        {
            continue;
        }

        break;
    }

    if (args[0].len == 0 || i != args[0].len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid variable name \"%V\"", &args[0]);
        return NGX_CONF_ERROR;
    }

    name = ngx_palloc(cf->pool, sizeof(ngx_str_t));
    if (name == NULL) {
        return NGX_CONF_ERROR;
    }

    *name = args[0];
    service->source_conf = name;

    /*
     * As "env NAME;" does: else a new master after a binary upgrade, or a
     * reload in single-process mode, would find the variable gone.
     */

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);

    var = ngx_array_push(&ccf->env);
    if (var == NULL) {
        return NGX_CONF_ERROR;
    }

    *var = *name;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_source_env_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service)
{
    return ngx_http_jwt_issuer_source_define(cf, service, "env",
                                             service->source_conf);
}


static char *
ngx_http_jwt_issuer_source_env_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory, size_t *len)
{
    char       *value;
    ngx_str_t  *name = service->source_conf;

    value = getenv((char *) name->data);

    if (value == NULL || *value == '\0') {
        ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                    "environment variable \"%V\" is not set in service \"%V\"",
                    name, &service->label);
        return NGX_CONF_ERROR;
    }

    *len = ngx_strlen(value);

    if (*len > JWTI_KEY_TEXT_MAX) {
        ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                    "environment variable \"%V\" is too long in service \"%V\"",
                    name, &service->label);
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(memory, value, *len);

    return NGX_CONF_OK;
}
