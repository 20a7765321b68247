
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The content handler of jwt_issuer_jwks: the public keys of all services or
 * of those that are named, in all environments or in one.  Public members
 * only: it is made of what jwti_key_jwk() allows.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_public.h"
#include "jwti_jwks.h"


static char *ngx_http_jwt_issuer_jwks_environment(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_jwks_resolve(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *conf);
static ngx_int_t ngx_http_jwt_issuer_jwks_add(
    ngx_http_jwt_issuer_loc_conf_t *conf,
    const ngx_http_jwt_issuer_service_t *service);
static ngx_int_t ngx_http_jwt_issuer_jwks_write(ngx_http_request_t *r,
    ngx_str_t *document, time_t *max_age);


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_jwks_params[] = {
    { ngx_string("environment"), ngx_http_jwt_issuer_jwks_environment },
    { ngx_null_string, NULL }
};


char *
ngx_http_jwt_issuer_jwks(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    ngx_str_t                        *value, *name;
    ngx_uint_t                        i;
    ngx_http_core_loc_conf_t         *clcf;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    if (jlcf->jwks) {
        return "is duplicate";
    }

    jlcf->jwks = ngx_array_create(cf->pool, cf->args->nelts,
                                  sizeof(ngx_str_t));
    if (jlcf->jwks == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        /* parameters follow the names, which never have this character */

        if (ngx_strchr(value[i].data, '=')) {
            break;
        }

        name = ngx_array_push(jlcf->jwks);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    if (ngx_http_jwt_issuer_params(cf, &value[i], cf->args->nelts - i,
                                   ngx_http_jwt_issuer_jwks_params, jlcf)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_issuer_place(cf, &jlcf->jwks_place);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_issuer_jwks_handler;

    /* its errors are JSON that may not be stored */

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);
    jmcf->token = 1;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_jwks_environment(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    jlcf->jwks_environment = *value;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_jwks_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && clcf->handler == NULL && prev->jwks) {
        conf->jwks = prev->jwks;
        conf->jwks_services = prev->jwks_services;
        clcf->handler = ngx_http_jwt_issuer_jwks_handler;
        return NGX_CONF_OK;
    }

    if (conf->jwks == NULL) {
        return NGX_CONF_OK;
    }

    if (clcf->handler != ngx_http_jwt_issuer_jwks_handler) {
        ngx_http_jwt_issuer_place_error(cf, &conf->jwks_place, 0,
                                        "\"jwt_issuer_jwks\" and another"
                                        " content handler in one location");
        return NGX_CONF_ERROR;
    }

    if (jmcf->services.nelts == 0) {
        ngx_http_jwt_issuer_place_error(cf, &conf->jwks_place, 0,
                                        "no \"jwt_issuer_service\" is"
                                        " configured");
        return NGX_CONF_ERROR;
    }

    return ngx_http_jwt_issuer_jwks_resolve(cf, jmcf, conf);
}


static char *
ngx_http_jwt_issuer_jwks_resolve(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *conf)
{
    ngx_str_t                             *name;
    ngx_uint_t                             i, before;
    const ngx_http_jwt_issuer_service_t   *service, **sp;

    if (conf->jwks->nelts == 0 && conf->jwks_environment.data == NULL) {
        conf->jwks_services = &jmcf->services;
        return NGX_CONF_OK;
    }

    conf->jwks_services = ngx_array_create(cf->pool, conf->jwks->nelts + 1,
                                           sizeof(void *));
    if (conf->jwks_services == NULL) {
        return NGX_CONF_ERROR;
    }

    if (conf->jwks->nelts == 0) {
        sp = jmcf->services.elts;

        for (i = 0; i < jmcf->services.nelts; i++) {
            if (ngx_http_jwt_issuer_jwks_add(conf, sp[i]) != NGX_OK) {
                return NGX_CONF_ERROR;
            }
        }

        if (conf->jwks_services->nelts == 0) {
            ngx_http_jwt_issuer_place_error(cf, &conf->jwks_place, 0,
                                            "no jwt service is in the"
                                            " environment \"%V\"",
                                            &conf->jwks_environment);
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    name = conf->jwks->elts;

    for (i = 0; i < conf->jwks->nelts; i++) {
        before = conf->jwks_services->nelts;

        service = ngx_http_jwt_issuer_service_first(jmcf, &name[i]);

        for ( /* void */ ; service; service = service->sibling) {
            if (ngx_http_jwt_issuer_jwks_add(conf, service) != NGX_OK) {
                return NGX_CONF_ERROR;
            }
        }

        if (conf->jwks_services->nelts == before) {
            ngx_http_jwt_issuer_place_error(cf, &conf->jwks_place, 0,
                                            "unknown jwt service \"%V%s%V\"",
                                            &name[i],
                                            conf->jwks_environment.len ? "/"
                                                                       : "",
                                            &conf->jwks_environment);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* one of another environment than the location's is left out */

static ngx_int_t
ngx_http_jwt_issuer_jwks_add(ngx_http_jwt_issuer_loc_conf_t *conf,
    const ngx_http_jwt_issuer_service_t *service)
{
    const ngx_http_jwt_issuer_service_t  **sp;

    if (conf->jwks_environment.data
        && !ngx_http_jwt_issuer_service_is_in(service,
                                              &conf->jwks_environment))
    {
        return NGX_OK;
    }

    sp = ngx_array_push(conf->jwks_services);
    if (sp == NULL) {
        return NGX_ERROR;
    }

    *sp = service;

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_issuer_jwks_handler(ngx_http_request_t *r)
{
    return ngx_http_jwt_issuer_public(r, ngx_http_jwt_issuer_jwks_write);
}


static ngx_int_t
ngx_http_jwt_issuer_jwks_write(ngx_http_request_t *r, ngx_str_t *document,
    time_t *max_age)
{
    u_char                                *memory;
    size_t                                 size;
    ngx_int_t                              rc;
    jwti_buf_t                             buf;
    ngx_uint_t                             i;
    ngx_array_t                            keys;
    jwti_jwks_key_t                       *listed;
    ngx_http_jwt_issuer_public_t          *key;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    rc = ngx_http_jwt_issuer_jwks_keys(r, jlcf->jwks_services, &keys, max_age);

    if (rc != NGX_OK) {
        return rc;
    }

    listed = ngx_palloc(r->pool, (keys.nelts + 1) * sizeof(jwti_jwks_key_t));
    if (listed == NULL) {
        return NGX_ERROR;
    }

    key = keys.elts;

    for (i = 0; i < keys.nelts; i++) {
        listed[i].kid.data = key[i].kid;
        listed[i].kid.len = JWTI_KID_LEN;
        listed[i].jwk = ngx_http_jwt_issuer_to_core(&key[i].jwk);
    }

    size = jwti_jwks_max(listed, keys.nelts);

    memory = ngx_pnalloc(r->pool, size);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    jwti_buf_init(&buf, memory, size);
    jwti_jwks_write(&buf, listed, keys.nelts);

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        return NGX_ERROR;
    }

    document->data = memory;
    document->len = jwti_buf_len(&buf);

    return NGX_OK;
}


/*
 * NGX_DECLINED: nothing to publish because nothing has been fetched: an empty
 * set would be remembered by those who verify.  Where a key has been dropped,
 * that is what they shall remember.
 */

ngx_int_t
ngx_http_jwt_issuer_jwks_keys(ngx_http_request_t *r,
    const ngx_array_t *services, ngx_array_t *keys, time_t *max_age)
{
    int64_t                                 now, change, fetched;
    ngx_uint_t                              i, missing, dropped;
    ngx_http_jwt_issuer_main_conf_t        *jmcf;
    const ngx_http_jwt_issuer_service_t   **sp;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    sp = services->elts;
    change = JWTI_ROTATE_NEVER;

    if (ngx_array_init(keys, r->pool, services->nelts + 1,
                       sizeof(ngx_http_jwt_issuer_public_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < services->nelts; i++) {

        if (ngx_http_jwt_issuer_zone_published(jmcf->zone, sp[i], r->pool,
                                               keys, &change)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    now = ngx_http_jwt_issuer_now();

    missing = 0;
    dropped = 0;

    for (i = 0; i < services->nelts; i++) {

        if (sp[i]->source->load) {
            continue;
        }

        fetched = ngx_http_jwt_issuer_zone_fetched_at(jmcf->zone, sp[i]);

        missing |= (fetched == NGX_HTTP_JWT_ISSUER_NOT_FETCHED);
        dropped |= (fetched == NGX_HTTP_JWT_ISSUER_NO_SIGNER);
    }

    if (missing && !dropped && keys->nelts == 0) {
        return NGX_DECLINED;
    }

    if (missing || dropped) {

        /* the missing one will sign at once: not to be remembered */

        change = now;
    }

    *max_age = jmcf->jwks_max_age;

    /* those who ask all the time would ask again at once: not below a second */

    if (change != JWTI_ROTATE_NEVER) {
        change = ngx_max((change - now) / 1000, 1);
        *max_age = (time_t) ngx_min((int64_t) *max_age, change);
    }

    return NGX_OK;
}
