
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The settings of a service: what is not said is inherited from
 * jwt_issuer_defaults or has a default, and then all of them have to fit
 * together.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_mint.h"


static void ngx_http_jwt_issuer_settings_merge(
    ngx_http_jwt_issuer_settings_t *prev,
    ngx_http_jwt_issuer_settings_t *conf);
static char *ngx_http_jwt_issuer_settings_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service);


#define NGX_HTTP_JWT_ISSUER_LIFETIME_MAX  86400
#define NGX_HTTP_JWT_ISSUER_TIME_MAX      (30 * 24 * 3600 * (ngx_msec_t) 1000)


ngx_http_jwt_issuer_settings_t *
ngx_http_jwt_issuer_settings_init(ngx_http_jwt_issuer_settings_t *settings)
{
    /*
     * set by ngx_pcalloc():
     *
     *     settings->environment = { 0, NULL };
     *     settings->algorithm = NULL;
     *     settings->subject = NULL;
     *     settings->issuer = NULL;
     *     settings->audience = NULL;
     *     settings->scope = NULL;
     *     settings->claims = NULL;
     *     settings->headers = NULL;
     */

    settings->profile = NGX_CONF_UNSET_UINT;
    settings->jti = NGX_CONF_UNSET;
    settings->lifetime = NGX_CONF_UNSET;
    settings->backdate = NGX_CONF_UNSET;
    settings->not_before = NGX_CONF_UNSET;
    settings->reuse = NGX_CONF_UNSET_UINT;
    settings->refresh = NGX_CONF_UNSET_MSEC;
    settings->stale = NGX_CONF_UNSET_MSEC;
    settings->activate_after = NGX_CONF_UNSET_MSEC;
    settings->retire = NGX_CONF_UNSET_MSEC;

    return settings;
}


char *
ngx_http_jwt_issuer_settings_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_service_t *service)
{
    char                            *rv;
    ngx_http_jwt_issuer_settings_t   none;
    ngx_http_jwt_issuer_settings_t  *settings = &service->settings;

    ngx_memzero(&none, sizeof(ngx_http_jwt_issuer_settings_t));

    ngx_http_jwt_issuer_settings_merge(jmcf->defaults ? jmcf->defaults
                                 : ngx_http_jwt_issuer_settings_init(&none),
                                       settings);

    if (settings->environment.len == 0) {
        settings->environment = jmcf->environment;
    }

    if (settings->jti == NGX_CONF_UNSET) {
        settings->jti = (settings->profile == JWTI_PROFILE_ACCESS_TOKEN);
    }

    if (settings->activate_after == NGX_CONF_UNSET_MSEC) {

        /* until every proxy has it, at its latest, and then every verifier */

        settings->activate_after = settings->refresh + settings->refresh / 10
                                   + jmcf->jwks_max_age * 1000;
    }

    if (settings->retire == NGX_CONF_UNSET_MSEC) {

        /*
         * The last proxy to meet the new key signs with this one for longest,
         * while the first one counts.
         */

        settings->retire = (settings->lifetime + 60) * 1000
                           + ngx_max(settings->refresh + settings->refresh / 10,
                                     (ngx_msec_t) jmcf->jwks_max_age * 1000);
    }

    service->label.data = ngx_pnalloc(cf->pool, service->name.len + 1
                                                + settings->environment.len);
    if (service->label.data == NULL) {
        return NGX_CONF_ERROR;
    }

    service->label.len = ngx_sprintf(service->label.data, "%V%s%V",
                                     &service->name,
                                     settings->environment.len ? "/" : "",
                                     &settings->environment)
                         - service->label.data;

    rv = ngx_http_jwt_issuer_settings_check(cf, service);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if ((time_t) settings->reuse * settings->lifetime
        <= settings->backdate * 100)
    {
        /* that share of its lifetime is over when a token is made */

        settings->reuse = 0;
    }

    return (ngx_http_jwt_issuer_inputs_init(cf, service) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static void
ngx_http_jwt_issuer_settings_merge(ngx_http_jwt_issuer_settings_t *prev,
    ngx_http_jwt_issuer_settings_t *conf)
{
    ngx_conf_merge_str_value(conf->environment, prev->environment, "");

    if (conf->algorithm == NULL) {
        conf->algorithm = prev->algorithm;
    }

    ngx_conf_merge_uint_value(conf->profile, prev->profile,
                              JWTI_PROFILE_SERVICE);

    if (conf->jti == NGX_CONF_UNSET) {
        conf->jti = prev->jti;
    }

    ngx_conf_merge_sec_value(conf->lifetime, prev->lifetime, 600);
    ngx_conf_merge_sec_value(conf->backdate, prev->backdate, 0);
    ngx_conf_merge_sec_value(conf->not_before, prev->not_before,
                             NGX_HTTP_JWT_ISSUER_NBF_OFF);
    ngx_conf_merge_uint_value(conf->reuse, prev->reuse, 50);
    ngx_conf_merge_msec_value(conf->refresh, prev->refresh, 300000);
    ngx_conf_merge_msec_value(conf->stale, prev->stale, 24 * 3600 * 1000);

    /* their defaults depend on the values above */

    if (conf->activate_after == NGX_CONF_UNSET_MSEC) {
        conf->activate_after = prev->activate_after;
    }

    if (conf->retire == NGX_CONF_UNSET_MSEC) {
        conf->retire = prev->retire;
    }

    if (conf->subject == NULL) {
        conf->subject = prev->subject;
    }

    if (conf->issuer == NULL) {
        conf->issuer = prev->issuer;
    }

    if (conf->audience == NULL) {
        conf->audience = prev->audience;
    }

    if (conf->scope == NULL) {
        conf->scope = prev->scope;
    }

    if (conf->claims == NULL) {
        conf->claims = prev->claims;
    }

    if (conf->headers == NULL) {
        conf->headers = prev->headers;
    }
}


static char *
ngx_http_jwt_issuer_settings_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service)
{
    const char                      *err;
    ngx_http_jwt_issuer_settings_t  *settings = &service->settings;

    err = NULL;

    if (settings->lifetime < 1
        || settings->lifetime > NGX_HTTP_JWT_ISSUER_LIFETIME_MAX)
    {
        err = "\"lifetime\" must be between 1s and 1d";

    } else if (settings->backdate >= settings->lifetime) {
        err = "\"backdate\" must be less than \"lifetime\"";

    } else if (settings->not_before >= settings->lifetime) {
        err = "\"not_before\" must be less than \"lifetime\"";

    } else if (settings->refresh < 1000
               || settings->refresh > NGX_HTTP_JWT_ISSUER_TIME_MAX)
    {
        err = "\"refresh\" must be between 1s and 30d";

    } else if (settings->stale > NGX_HTTP_JWT_ISSUER_TIME_MAX
               || settings->stale < settings->refresh + settings->refresh / 5)
    {
        /* else every key would be stale before it is fetched again */
        err = "\"stale\" must be at least 1.2 times \"refresh\""
              " and at most 30d";

    } else if (settings->activate_after > NGX_HTTP_JWT_ISSUER_TIME_MAX) {
        err = "\"activate_after\" must be at most 30d";

    } else if (settings->retire > NGX_HTTP_JWT_ISSUER_TIME_MAX
               || settings->retire < (ngx_msec_t) settings->lifetime * 1000)
    {
        err = "\"retire\" must be at least \"lifetime\" and at most 30d";

    } else if (settings->profile == JWTI_PROFILE_ACCESS_TOKEN
               && (settings->issuer == NULL || settings->audience == NULL))
    {
        err = "\"profile access_token\" requires \"issuer\""
              " and \"audience\"";

    } else if (settings->profile == JWTI_PROFILE_ACCESS_TOKEN
               && !settings->jti)
    {
        err = "\"profile access_token\" requires \"jti on\"";
    }

    if (err == NULL) {
        return ngx_http_jwt_issuer_claim_check(cf, service);
    }

    ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                                    "%s in service \"%V\"", err,
                                    &service->label);
    return NGX_CONF_ERROR;
}
