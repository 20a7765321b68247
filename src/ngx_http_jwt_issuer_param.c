
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What the directives of all files share: name=value parameters by table,
 * names, complex values, and errors that name an earlier line.
 */


#include "ngx_http_jwt_issuer_conf.h"


char *
ngx_http_jwt_issuer_params(ngx_conf_t *cf, ngx_str_t *args, ngx_uint_t nargs,
    const ngx_http_jwt_issuer_param_t *params, void *conf)
{
    char                               *rv;
    ngx_str_t                           value;
    ngx_uint_t                          i, n, seen;
    const ngx_http_jwt_issuer_param_t  *param;

    seen = 0;

    for (i = 0; i < nargs; i++) {

        for (n = 0; params[n].name.len; n++) {
            param = &params[n];

            if (args[i].len > param->name.len
                && args[i].data[param->name.len] == '='
                && ngx_strncmp(args[i].data, param->name.data,
                               param->name.len)
                   == 0)
            {
                break;
            }
        }

        if (params[n].name.len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown parameter \"%V\"", &args[i]);
            return NGX_CONF_ERROR;
        }

        param = &params[n];

        if (seen & (1 << n)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate parameter \"%V\"", &args[i]);
            return NGX_CONF_ERROR;
        }

        seen |= 1 << n;

        value.data = args[i].data + param->name.len + 1;
        value.len = args[i].len - param->name.len - 1;

        rv = param->set(cf, conf, &value);

        if (rv == NGX_CONF_ERROR) {
            return rv;
        }

        if (rv != NGX_CONF_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\": %s", &args[i], rv);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_compile(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_complex_value_t **cv)
{
    ngx_http_compile_complex_value_t  ccv;

    if (value->len == 0) {
        return "it is empty";
    }

    *cv = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (*cv == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = *cv;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_set_name(ngx_conf_t *cf, ngx_str_t *field)
{
    ngx_str_t  *value;

    if (field->data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_http_jwt_issuer_is_name(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid environment name \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    *field = value[1];

    return NGX_CONF_OK;
}


ngx_uint_t
ngx_http_jwt_issuer_is_name(ngx_str_t *name)
{
    u_char      ch;
    ngx_uint_t  i;

    if (name->len == 0 || name->len > JWTI_NAME_MAX) {
        return 0;
    }

    for (i = 0; i < name->len; i++) {
        ch = name->data[i];

        if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
            || (ch >= '0' && ch <= '9')
            || ch == '.' || ch == '_' || ch == '-')
        {
            continue;
        }

        return 0;
    }

    return 1;
}


void
ngx_http_jwt_issuer_place(ngx_conf_t *cf, ngx_http_jwt_issuer_place_t *place)
{
    place->file = cf->conf_file->file.name;
    place->line = cf->conf_file->line;
}


void
ngx_http_jwt_issuer_place_error(ngx_conf_t *cf,
    const ngx_http_jwt_issuer_place_t *place, ngx_err_t err, const char *fmt,
    ...)
{
    u_char   errstr[NGX_MAX_CONF_ERRSTR], *p;
    va_list  args;

    va_start(args, fmt);
    p = ngx_vslprintf(errstr, errstr + NGX_MAX_CONF_ERRSTR, fmt, args);
    va_end(args);

    if (err) {
        p = ngx_log_errno(p, errstr + NGX_MAX_CONF_ERRSTR, err);
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%*s in %V:%ui",
                  (size_t) (p - errstr), errstr, &place->file, place->line);
}
