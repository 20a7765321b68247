
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The kinds of places that keys come from, and the directive that names one.
 * A new kind is a file of its own and a line in the list.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_refresh.h"


static const ngx_http_jwt_issuer_source_t *const
    ngx_http_jwt_issuer_sources[] =
{
    &ngx_http_jwt_issuer_source_file,
    &ngx_http_jwt_issuer_source_env,
    &ngx_http_jwt_issuer_source_sm,
    &ngx_http_jwt_issuer_source_ecs
};


char *
ngx_http_jwt_issuer_source_key(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_service_t *service = conf;

    char                                *rv;
    ngx_str_t                           *value;
    ngx_uint_t                           i;
    const ngx_http_jwt_issuer_source_t  *source;
    ngx_http_jwt_issuer_main_conf_t     *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);

    if (conf == (void *) jmcf->defaults) {
        return "is not allowed here: each service has a key of its own";
    }

    if (service->source) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < sizeof(ngx_http_jwt_issuer_sources) / sizeof(void *); i++)
    {
        source = ngx_http_jwt_issuer_sources[i];

        if (source->name.len == value[1].len
            && ngx_strcmp(source->name.data, value[1].data) == 0)
        {
            rv = source->parse(cf, service, &value[2], cf->args->nelts - 2);

            if (rv == NGX_CONF_OK) {
                service->source = source;
            }

            return rv;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "unknown key source \"%V\"", &value[1]);

    return NGX_CONF_ERROR;
}


char *
ngx_http_jwt_issuer_source_define(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, const char *kind, ngx_str_t *what)
{
    ngx_str_t  *definition = &service->definition;

    definition->data = ngx_pnalloc(cf->pool, ngx_strlen(kind) + 1 + what->len);
    if (definition->data == NULL) {
        return NGX_CONF_ERROR;
    }

    definition->len = ngx_sprintf(definition->data, "%s %V", kind, what)
                      - definition->data;

    return NGX_CONF_OK;
}
