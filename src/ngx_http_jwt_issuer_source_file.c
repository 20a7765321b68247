
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * "key file PATH;": read by the master at start and reload, as root, like
 * ssl_certificate_key.  Where a worker may read the file too, worker 0 looks
 * at it again with every refresh: mounted secrets change in place.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_refresh.h"

#include <openssl/crypto.h>


static char *ngx_http_jwt_issuer_source_file_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args,
    ngx_uint_t nargs);
static char *ngx_http_jwt_issuer_source_file_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service);
static char *ngx_http_jwt_issuer_source_file_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory, size_t *len);
static void ngx_http_jwt_issuer_source_file_fetch(
    ngx_http_jwt_issuer_refresh_t *refresh);


const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_file = {
    ngx_string("file"),
    ngx_http_jwt_issuer_source_file_parse,
    ngx_http_jwt_issuer_source_file_complete,
    ngx_http_jwt_issuer_source_file_load,
    ngx_http_jwt_issuer_source_file_fetch,
    0
};


static char *
ngx_http_jwt_issuer_source_file_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args, ngx_uint_t nargs)
{
    ngx_str_t  *path;

    if (nargs != 1 || args[0].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key file\" takes the path of one file");
        return NGX_CONF_ERROR;
    }

    path = ngx_palloc(cf->pool, sizeof(ngx_str_t));
    if (path == NULL) {
        return NGX_CONF_ERROR;
    }

    *path = args[0];

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    service->source_conf = path;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_source_file_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service)
{
    return ngx_http_jwt_issuer_source_define(cf, service, "file",
                                             service->source_conf);
}


static char *
ngx_http_jwt_issuer_source_file_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory, size_t *len)
{
    ngx_err_t    err;
    const char  *reason;

    reason = ngx_http_jwt_issuer_file_read(service->source_conf, memory,
                                           JWTI_KEY_TEXT_MAX, len, NULL, NULL,
                                           &err);
    if (reason == NULL && *len == 0) {
        reason = "it is empty";
    }

    if (reason == NULL) {
        return NGX_CONF_OK;
    }

    ngx_http_jwt_issuer_place_error(cf, &service->place, err,
                                "cannot use key \"%V\" in service \"%V\": %s",
                                &service->definition, &service->label,
                                reason);
    return NGX_CONF_ERROR;
}


static void
ngx_http_jwt_issuer_source_file_fetch(ngx_http_jwt_issuer_refresh_t *refresh)
{
    size_t                         len;
    u_char                        *memory;
    ngx_uint_t                     same;
    ngx_http_jwt_issuer_stat_t     found, *known;
    ngx_http_jwt_issuer_result_t   result;

    ngx_memzero(&result, sizeof(ngx_http_jwt_issuer_result_t));

    memory = ngx_alloc(JWTI_KEY_TEXT_MAX, refresh->process->log);

    if (memory == NULL) {
        result.state = NGX_HTTP_JWT_ISSUER_FAILED;
        result.reason = "no memory";
        (void) ngx_http_jwt_issuer_refresh_done(refresh, &result);
        return;
    }

    known = refresh->source_state;

    if (known) {
        found = *known;

    } else {
        ngx_memzero(&found, sizeof(ngx_http_jwt_issuer_stat_t));
    }

    result.reason = ngx_http_jwt_issuer_file_read(
                                           refresh->service->source_conf,
                                           memory, JWTI_KEY_TEXT_MAX, &len,
                                           &found, &same, &result.err);

    if (result.reason == NULL && !same && len == 0) {
        result.reason = "it is empty";
    }

    if (result.reason == NULL) {
        result.state = same ? NGX_HTTP_JWT_ISSUER_UNCHANGED
                            : NGX_HTTP_JWT_ISSUER_FETCHED;

    } else if (result.err == NGX_EACCES && known == NULL) {
        result.state = NGX_HTTP_JWT_ISSUER_PINNED;

    } else {
        result.state = NGX_HTTP_JWT_ISSUER_FAILED;
    }

    result.text.data = memory;
    result.text.len = len;

    /* only what was let in is known: a bad file is read again */

    if (ngx_http_jwt_issuer_refresh_done(refresh, &result) == NGX_OK
        && result.state == NGX_HTTP_JWT_ISSUER_FETCHED)
    {
        if (known == NULL) {
            known = ngx_palloc(refresh->process->cycle->pool, sizeof(*known));
        }

        if (known) {
            *known = found;
        }

        refresh->source_state = known;
    }

    OPENSSL_cleanse(memory, len);
    ngx_free(memory);
}
