
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Which token a location means: the directives jwt_issuer_token and
 * jwt_issuer_inject.
 */


#include "ngx_http_jwt_issuer_conf.h"


static ngx_http_jwt_issuer_target_t *ngx_http_jwt_issuer_target_create(
    ngx_conf_t *cf, const ngx_http_jwt_issuer_param_t *params);
static char *ngx_http_jwt_issuer_target_environment(ngx_conf_t *cf,
    void *conf, ngx_str_t *value);
static char *ngx_http_jwt_issuer_target_subject(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_target_audience(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_target_format(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_target_header(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_target_scheme(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static ngx_uint_t ngx_http_jwt_issuer_target_is_token(ngx_str_t *text);
static char *ngx_http_jwt_issuer_target_resolve(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_target_t *target);


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_token_params[] = {
    { ngx_string("environment"), ngx_http_jwt_issuer_target_environment },
    { ngx_string("subject"), ngx_http_jwt_issuer_target_subject },
    { ngx_string("audience"), ngx_http_jwt_issuer_target_audience },
    { ngx_string("format"), ngx_http_jwt_issuer_target_format },
    { ngx_null_string, NULL }
};


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_inject_params[] =
{
    { ngx_string("environment"), ngx_http_jwt_issuer_target_environment },
    { ngx_string("subject"), ngx_http_jwt_issuer_target_subject },
    { ngx_string("audience"), ngx_http_jwt_issuer_target_audience },
    { ngx_string("header"), ngx_http_jwt_issuer_target_header },
    { ngx_string("scheme"), ngx_http_jwt_issuer_target_scheme },
    { ngx_null_string, NULL }
};


/*
 * Headers that frame a message, belong to one hop, or have fields of their
 * own in nginx that would still show what the client sent.
 */

static const ngx_str_t  ngx_http_jwt_issuer_target_no_headers[] = {
    ngx_string("connection"),
    ngx_string("content-length"),
    ngx_string("content-type"),
    ngx_string("cookie"),
    ngx_string("expect"),
    ngx_string("host"),
    ngx_string("keep-alive"),
    ngx_string("range"),
    ngx_string("referer"),
    ngx_string("te"),
    ngx_string("trailer"),
    ngx_string("transfer-encoding"),
    ngx_string("upgrade"),
    ngx_string("user-agent"),
    ngx_string("via"),
    ngx_string("x-forwarded-for"),
    ngx_null_string
};


char *
ngx_http_jwt_issuer_target_token(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    ngx_http_core_loc_conf_t         *clcf;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    if (jlcf->token) {
        return "is duplicate";
    }

    jlcf->token = ngx_http_jwt_issuer_target_create(cf,
                                            ngx_http_jwt_issuer_token_params);
    if (jlcf->token == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_issuer_answer_room(jlcf->token);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_issuer_endpoint_handler;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);
    jmcf->token = 1;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_target_inject(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    ngx_str_t                        *value, *name;
    ngx_uint_t                        i;
    ngx_http_jwt_issuer_target_t     *target;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    if (jlcf->inject != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {

        if (cf->args->nelts != 2) {
            return "takes no parameters with \"off\"";
        }

        jlcf->inject = NULL;
        return NGX_CONF_OK;
    }

    target = ngx_http_jwt_issuer_target_create(cf,
                                           ngx_http_jwt_issuer_inject_params);
    if (target == NULL) {
        return NGX_CONF_ERROR;
    }

    if (target->header.len == 0) {
        ngx_str_set(&target->header, "Authorization");
    }

    if (target->scheme.data == NULL) {
        ngx_str_set(&target->scheme, "Bearer ");
    }

    target->before = target->scheme.len;
    target->after = 1;

    target->header_lowcase = ngx_pnalloc(cf->pool, target->header.len);
    if (target->header_lowcase == NULL) {
        return NGX_CONF_ERROR;
    }

    target->header_hash = ngx_hash_strlow(target->header_lowcase,
                                          target->header.data,
                                          target->header.len);
    jlcf->inject = target;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);
    jmcf->inject = 1;

    name = jmcf->headers.elts;

    for (i = 0; i < jmcf->headers.nelts; i++) {
        if (name[i].len == target->header.len
            && ngx_strncmp(name[i].data, target->header_lowcase, name[i].len)
               == 0)
        {
            return NGX_CONF_OK;
        }
    }

    name = ngx_array_push(&jmcf->headers);
    if (name == NULL) {
        return NGX_CONF_ERROR;
    }

    name->len = target->header.len;
    name->data = target->header_lowcase;

    return NGX_CONF_OK;
}


static ngx_http_jwt_issuer_target_t *
ngx_http_jwt_issuer_target_create(ngx_conf_t *cf,
    const ngx_http_jwt_issuer_param_t *params)
{
    ngx_str_t                         *value;
    ngx_http_jwt_issuer_target_t      *target;
    ngx_http_compile_complex_value_t   ccv;

    value = cf->args->elts;

    if (value[1].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "empty service name in \"%V\" directive",
                           &value[0]);
        return NULL;
    }

    target = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_target_t));
    if (target == NULL) {
        return NULL;
    }

    ngx_http_jwt_issuer_place(cf, &target->place);

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[1];
    ccv.complex_value = &target->service;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NULL;
    }

    if (ngx_http_jwt_issuer_params(cf, &value[2], cf->args->nelts - 2, params,
                                   target)
        != NGX_CONF_OK)
    {
        return NULL;
    }

    return target;
}


static char *
ngx_http_jwt_issuer_target_environment(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_target_t *target = conf;

    return ngx_http_jwt_issuer_compile(cf, value, &target->environment);
}


static char *
ngx_http_jwt_issuer_target_subject(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_target_t *target = conf;

    return ngx_http_jwt_issuer_compile(cf, value, &target->subject);
}


static char *
ngx_http_jwt_issuer_target_audience(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_target_t *target = conf;

    return ngx_http_jwt_issuer_compile(cf, value, &target->audience);
}


static char *
ngx_http_jwt_issuer_target_format(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_target_t *target = conf;

    if (ngx_strcmp(value->data, "json") == 0) {
        target->format = NGX_HTTP_JWT_ISSUER_FORMAT_JSON;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value->data, "jwt") == 0) {
        target->format = NGX_HTTP_JWT_ISSUER_FORMAT_JWT;
        return NGX_CONF_OK;
    }

    return "it must be \"json\" or \"jwt\"";
}


static char *
ngx_http_jwt_issuer_target_header(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_target_t *target = conf;

    const ngx_str_t  *name;

    if (value->len > JWTI_NAME_MAX
        || !ngx_http_jwt_issuer_target_is_token(value))
    {
        return "it is no header name";
    }

    for (name = ngx_http_jwt_issuer_target_no_headers; name->len; name++) {

        if (name->len == value->len
            && ngx_strncasecmp(name->data, value->data, name->len) == 0)
        {
            return "this header cannot be injected";
        }
    }

    target->header = *value;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_target_scheme(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_target_t *target = conf;

    u_char  *p;

    if (value->len == 0) {
        ngx_str_set(&target->scheme, "");
        return NGX_CONF_OK;
    }

    if (!ngx_http_jwt_issuer_target_is_token(value)) {
        return "it is no authentication scheme";
    }

    p = ngx_pnalloc(cf->pool, value->len + 1);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    target->scheme.data = p;
    target->scheme.len = value->len + 1;

    p = ngx_cpymem(p, value->data, value->len);
    *p = ' ';

    return NGX_CONF_OK;
}


/* RFC 9110, 5.6.2, without what nginx does not take in a header name */

static ngx_uint_t
ngx_http_jwt_issuer_target_is_token(ngx_str_t *text)
{
    u_char      ch;
    ngx_uint_t  i;

    for (i = 0; i < text->len; i++) {
        ch = text->data[i];

        if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
            || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_')
        {
            continue;
        }

        return 0;
    }

    return text->len != 0;
}


char *
ngx_http_jwt_issuer_target_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf)
{
    char                      *rv;
    ngx_http_core_loc_conf_t  *clcf;

    /* an "if" block or "limit_except" is a location without a handler */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && clcf->handler == NULL && prev->token) {
        conf->token = prev->token;
        clcf->handler = ngx_http_jwt_issuer_endpoint_handler;
    }

    if (conf->require == NGX_CONF_UNSET_PTR) {
        conf->require = prev->require;
    }

    if (conf->token) {

        if (clcf->handler != ngx_http_jwt_issuer_endpoint_handler) {
            ngx_http_jwt_issuer_place_error(cf, &conf->token->place, 0,
                                        "\"jwt_issuer_token\" and another"
                                        " content handler in one location");
            return NGX_CONF_ERROR;
        }

        if (conf->require == NGX_CONF_UNSET_PTR) {
            ngx_http_jwt_issuer_place_error(cf, &conf->token->place, 0,
                      "\"jwt_issuer_token\" without \"jwt_issuer_require\""
                      " would give tokens to everybody");
            return NGX_CONF_ERROR;
        }

        rv = ngx_http_jwt_issuer_target_resolve(cf, jmcf, conf->token);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (conf->inject != NGX_CONF_UNSET_PTR && conf->inject != NULL) {
        return ngx_http_jwt_issuer_target_resolve(cf, jmcf, conf->inject);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_target_resolve(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_target_t *target)
{
    ngx_str_t  *environment;

    if (jmcf->services.nelts == 0) {
        ngx_http_jwt_issuer_place_error(cf, &target->place, 0,
                                        "no \"jwt_issuer_service\" is"
                                        " configured");
        return NGX_CONF_ERROR;
    }

    if (target->service.lengths
        || (target->environment && target->environment->lengths))
    {
        return NGX_CONF_OK;
    }

    environment = target->environment ? &target->environment->value : NULL;

    target->fixed = ngx_http_jwt_issuer_service_find(jmcf,
                                                     &target->service.value,
                                                     environment);
    if (target->fixed == NULL && target->environment == NULL
        && ngx_http_jwt_issuer_service_first(jmcf, &target->service.value))
    {
        ngx_http_jwt_issuer_place_error(cf, &target->place, 0,
                                        "jwt service \"%V\" is in several"
                                        " environments, \"environment=\" must"
                                        " say which", &target->service.value);
        return NGX_CONF_ERROR;
    }

    if (target->fixed == NULL) {

        if (environment == NULL) {
            environment = &jmcf->environment;
        }

        ngx_http_jwt_issuer_place_error(cf, &target->place, 0,
                                        "unknown jwt service \"%V%s%V\"",
                                        &target->service.value,
                                        environment->len ? "/" : "",
                                        environment);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
