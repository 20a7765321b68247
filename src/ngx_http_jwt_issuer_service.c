
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The blocks jwt_issuer_service and jwt_issuer_defaults with their own table
 * of directives, and services found by name.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_refresh.h"


static char *ngx_http_jwt_issuer_set_service_environment(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_jwt_issuer_set_algorithm(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_jwt_issuer_set_not_before(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_jwt_issuer_set_reuse(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/* percent of the lifetime: less than nothing or too little would be left */
#define NGX_HTTP_JWT_ISSUER_REUSE_MIN  1
#define NGX_HTTP_JWT_ISSUER_REUSE_MAX  90


static ngx_command_t  ngx_http_jwt_issuer_service_commands[] = {

    { ngx_string("key"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_source_key,
      0,
      0,
      NULL },

    { ngx_string("environment"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_set_service_environment,
      0,
      0,
      NULL },

    { ngx_string("algorithm"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_set_algorithm,
      0,
      0,
      NULL },

    { ngx_string("profile"),
      NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, profile),
      &(ngx_conf_enum_t[]) {
          { ngx_string("service"), JWTI_PROFILE_SERVICE },
          { ngx_string("access_token"), JWTI_PROFILE_ACCESS_TOKEN },
          { ngx_string("plain"), JWTI_PROFILE_PLAIN },
          { ngx_null_string, 0 }
      } },

    { ngx_string("jti"),
      NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, jti),
      NULL },

    { ngx_string("lifetime"),
      NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, lifetime),
      NULL },

    { ngx_string("backdate"),
      NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, backdate),
      NULL },

    { ngx_string("not_before"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_set_not_before,
      0,
      0,
      NULL },

    { ngx_string("reuse"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_set_reuse,
      0,
      0,
      NULL },

    { ngx_string("refresh"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, refresh),
      NULL },

    { ngx_string("stale"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, stale),
      NULL },

    { ngx_string("activate_after"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, activate_after),
      NULL },

    { ngx_string("retire"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, retire),
      NULL },

    { ngx_string("subject"),
      NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, subject),
      NULL },

    { ngx_string("issuer"),
      NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, issuer),
      NULL },

    { ngx_string("audience"),
      NGX_CONF_1MORE,
      ngx_http_jwt_issuer_claim_audience,
      0,
      0,
      NULL },

    { ngx_string("scope"),
      NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      0,
      offsetof(ngx_http_jwt_issuer_settings_t, scope),
      NULL },

    { ngx_string("claim"),
      NGX_CONF_TAKE23,
      ngx_http_jwt_issuer_claim_claim,
      0,
      0,
      NULL },

    { ngx_string("header"),
      NGX_CONF_TAKE2,
      ngx_http_jwt_issuer_claim_header,
      0,
      0,
      NULL },

      ngx_null_command
};


char *
ngx_http_jwt_issuer_service_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    char                           *rv;
    ngx_str_t                      *value;
    ngx_http_jwt_issuer_service_t  *service, **sp;

    value = cf->args->elts;

    if (!ngx_http_jwt_issuer_is_name(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid service name \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    service = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_service_t));
    if (service == NULL) {
        return NGX_CONF_ERROR;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     service->sibling = NULL;
     *     service->source = NULL;
     *     service->key = NULL;
     *     service->record = NULL;
     */

    ngx_http_jwt_issuer_settings_init(&service->settings);
    ngx_http_jwt_issuer_place(cf, &service->place);
    service->name = value[1];

    rv = ngx_http_jwt_issuer_block_parse(cf,
                                         ngx_http_jwt_issuer_service_commands,
                                         service);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (service->source == NULL) {
        ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                                        "no \"key\" in service \"%V\"",
                                        &service->name);
        return NGX_CONF_ERROR;
    }

    sp = ngx_array_push(&jmcf->services);
    if (sp == NULL) {
        return NGX_CONF_ERROR;
    }

    *sp = service;
    service->index = jmcf->services.nelts - 1;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_defaults_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    if (jmcf->defaults) {
        return "is duplicate";
    }

    jmcf->defaults = ngx_pcalloc(cf->pool,
                                 sizeof(ngx_http_jwt_issuer_settings_t));
    if (jmcf->defaults == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_jwt_issuer_block_parse(cf,
                          ngx_http_jwt_issuer_service_commands,
                          ngx_http_jwt_issuer_settings_init(jmcf->defaults));
}


static char *
ngx_http_jwt_issuer_set_service_environment(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    return ngx_http_jwt_issuer_set_name(cf, &settings->environment);
}


static char *
ngx_http_jwt_issuer_set_algorithm(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    ngx_str_t  *value;

    if (settings->algorithm) {
        return "is duplicate";
    }

    value = cf->args->elts;

    settings->algorithm = jwti_alg_find(ngx_http_jwt_issuer_to_core(&value[1]));

    if (settings->algorithm == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown algorithm \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_set_not_before(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    ngx_str_t  *value;

    if (settings->not_before != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        settings->not_before = NGX_HTTP_JWT_ISSUER_NBF_OFF;
        return NGX_CONF_OK;
    }

    settings->not_before = ngx_parse_time(&value[1], 1);

    if (settings->not_before == (time_t) NGX_ERROR) {
        return "invalid value";
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_set_reuse(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    ngx_int_t   share;
    ngx_str_t  *value;

    if (settings->reuse != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        settings->reuse = 0;
        return NGX_CONF_OK;
    }

    share = NGX_ERROR;

    if (value[1].len && value[1].data[value[1].len - 1] == '%') {
        share = ngx_atoi(value[1].data, value[1].len - 1);
    }

    if (share < NGX_HTTP_JWT_ISSUER_REUSE_MIN
        || share > NGX_HTTP_JWT_ISSUER_REUSE_MAX)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid share \"%V\", it must be \"off\" or"
                           " between %d%% and %d%%", &value[1],
                           NGX_HTTP_JWT_ISSUER_REUSE_MIN,
                           NGX_HTTP_JWT_ISSUER_REUSE_MAX);
        return NGX_CONF_ERROR;
    }

    settings->reuse = (ngx_uint_t) share;

    return NGX_CONF_OK;
}


/*
 * A tree of 10,000 names costs a tenth of the time of a request whose token is
 * there already, as each of its levels is another cache line; ngx_hash_t does
 * not tell "Demo" from "demo".
 */

char *
ngx_http_jwt_issuer_service_names(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    size_t  places;

    for (places = 2; places < jmcf->services.nelts; places *= 2) {
        /* void */
    }

    /* half of them stay empty */

    places *= 2;

    jmcf->names = ngx_pcalloc(cf->pool, places * sizeof(void *));
    if (jmcf->names == NULL) {
        return NGX_CONF_ERROR;
    }

    jmcf->names_mask = (uint32_t) (places - 1);

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_service_insert(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_service_t  *other, **place;

    other = (ngx_http_jwt_issuer_service_t *)
                ngx_http_jwt_issuer_service_first(jmcf, &service->name);

    if (other == NULL) {
        service->hash = ngx_murmur_hash2(service->name.data,
                                         service->name.len);

        place = &jmcf->names[service->hash & jmcf->names_mask];
        service->next = *place;
        *place = service;

        return NGX_CONF_OK;
    }

    for ( ;; ) {

        if (ngx_http_jwt_issuer_service_is_in(other,
                                              &service->settings.environment))
        {
            ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                                            "duplicate service \"%V\"",
                                            &service->label);
            return NGX_CONF_ERROR;
        }

        if (other->sibling == NULL) {
            break;
        }

        other = other->sibling;
    }

    other->sibling = service;

    return NGX_CONF_OK;
}


const ngx_http_jwt_issuer_service_t *
ngx_http_jwt_issuer_service_first(const ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_str_t *name)
{
    uint32_t                              hash;
    const ngx_http_jwt_issuer_service_t  *service;

    if (jmcf->names == NULL) {
        return NULL;
    }

    hash = ngx_murmur_hash2(name->data, name->len);

    for (service = jmcf->names[hash & jmcf->names_mask];
         service;
         service = service->next)
    {
        if (service->hash == hash && service->name.len == name->len
            && ngx_memcmp(service->name.data, name->data, name->len) == 0)
        {
            break;
        }
    }

    return service;
}


const ngx_http_jwt_issuer_service_t *
ngx_http_jwt_issuer_service_find(const ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_str_t *name, ngx_str_t *environment)
{
    const ngx_str_t                      *wanted;
    const ngx_http_jwt_issuer_service_t  *service;

    service = ngx_http_jwt_issuer_service_first(jmcf, name);

    if (service == NULL || (environment == NULL && service->sibling == NULL)) {
        return service;
    }

    wanted = environment ? environment : &jmcf->environment;

    for ( /* void */ ; service; service = service->sibling) {

        if (ngx_http_jwt_issuer_service_is_in(service, wanted)) {
            return service;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_http_jwt_issuer_service_is_in(const ngx_http_jwt_issuer_service_t *service,
    const ngx_str_t *environment)
{
    /* those without one have no bytes to be compared */

    return service->settings.environment.len == environment->len
           && (environment->len == 0
               || ngx_memcmp(service->settings.environment.data,
                             environment->data, environment->len)
                  == 0);
}
