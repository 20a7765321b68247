
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * All services once the http block was read, so that the order of its blocks
 * does not matter: settings completed, names entered, and the keys that the
 * master can read parsed and tried.  Errors name the line of the block.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_refresh.h"
#include "jwti_probe.h"

#include <openssl/crypto.h>


static char *ngx_http_jwt_issuer_service_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory);
static void ngx_http_jwt_issuer_service_key_cleanup(void *data);
static char *ngx_http_jwt_issuer_services_check_kids(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);
static int ngx_libc_cdecl ngx_http_jwt_issuer_service_cmp_kid(const void *one,
    const void *two);


char *
ngx_http_jwt_issuer_services_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    char                            *rv;
    u_char                          *memory;
    ngx_uint_t                       i;
    ngx_http_jwt_issuer_service_t  **services;

    rv = NGX_CONF_OK;
    services = jmcf->services.elts;

    memory = ngx_alloc(JWTI_KEY_TEXT_MAX, cf->log);
    if (memory == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < jmcf->services.nelts && rv == NGX_CONF_OK; i++) {

        rv = ngx_http_jwt_issuer_settings_complete(cf, jmcf, services[i]);

        if (rv == NGX_CONF_OK) {
            rv = ngx_http_jwt_issuer_service_insert(cf, jmcf, services[i]);
        }

        if (rv == NGX_CONF_OK) {
            rv = services[i]->source->complete(cf, services[i]);
        }

        if (rv == NGX_CONF_OK) {
            rv = ngx_http_jwt_issuer_service_load(cf, services[i], memory);
        }
    }

    OPENSSL_cleanse(memory, JWTI_KEY_TEXT_MAX);
    ngx_free(memory);

    if (rv == NGX_CONF_OK) {
        rv = ngx_http_jwt_issuer_aws_complete(cf, jmcf);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_services_check_kids(cf, jmcf);
}


static char *
ngx_http_jwt_issuer_service_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory)
{
    char                *rv;
    size_t               len;
    jwti_str_t           text;
    const char          *err;
    ngx_pool_cleanup_t  *cln;

    /*
     * The process that only sends a signal to the master has the operator's
     * environment and files, not the master's.
     */

    if (service->source->load == NULL
        || ngx_process == NGX_PROCESS_SIGNALLER)
    {
        return NGX_CONF_OK;
    }

    rv = service->source->load(cf, service, memory, &len);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    text.data = memory;
    text.len = len;

    if (jwti_key_parse(text, service->settings.algorithm, &service->key, &err)
        != JWTI_OK)
    {
        service->key = NULL;
        goto failed;
    }

    cln->handler = ngx_http_jwt_issuer_service_key_cleanup;
    cln->data = service;

    if (jwti_probe(service->key, &err) != JWTI_OK) {
        goto failed;
    }

    return NGX_CONF_OK;

failed:

    ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                                    "cannot use key \"%V\""
                                    " in service \"%V\": %s",
                                    &service->definition, &service->label,
                                    err);
    return NGX_CONF_ERROR;
}


static void
ngx_http_jwt_issuer_service_key_cleanup(void *data)
{
    ngx_http_jwt_issuer_service_t *service = data;

    jwti_key_free(service->key);
    service->key = NULL;
}


/* one key, one algorithm (RFC 8725, 3.1): verifiers find it by its kid */

static char *
ngx_http_jwt_issuer_services_check_kids(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    ngx_uint_t                       i, n;
    ngx_http_jwt_issuer_service_t  **services, **sorted;

    sorted = ngx_palloc(cf->temp_pool,
                        jmcf->services.nelts * sizeof(void *));
    if (sorted == NULL) {
        return NGX_CONF_ERROR;
    }

    n = 0;
    services = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts; i++) {
        if (services[i]->key) {
            sorted[n++] = services[i];
        }
    }

    ngx_qsort(sorted, n, sizeof(void *), ngx_http_jwt_issuer_service_cmp_kid);

    for (i = 1; i < n; i++) {

        if (ngx_http_jwt_issuer_service_cmp_kid(&sorted[i - 1], &sorted[i])
            == 0
            && jwti_key_alg(sorted[i - 1]->key)
               != jwti_key_alg(sorted[i]->key))
        {
            ngx_http_jwt_issuer_place_error(cf, &sorted[i]->place, 0,
                     "key of service \"%V\" is used with another algorithm"
                     " by service \"%V\"",
                     &sorted[i]->label, &sorted[i - 1]->label);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static int ngx_libc_cdecl
ngx_http_jwt_issuer_service_cmp_kid(const void *one, const void *two)
{
    ngx_http_jwt_issuer_service_t *const *first = one;
    ngx_http_jwt_issuer_service_t *const *second = two;

    return ngx_memcmp(jwti_key_kid((*first)->key).data,
                      jwti_key_kid((*second)->key).data, JWTI_KID_LEN);
}
