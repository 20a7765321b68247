
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The parsed keys of this process.  A key is parsed when it signs here for the
 * first time and kept until the zone has another one; the master's own, which
 * workers inherit by fork, are used as long as they are the right ones.
 */


#include "ngx_http_jwt_issuer_refresh.h"

#include <openssl/crypto.h>


static ngx_int_t ngx_http_jwt_issuer_keys_load(
    ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const jwti_alg_t *alg,
    jwti_str_t stored, jwti_key_t **key);


ngx_int_t
ngx_http_jwt_issuer_keys_get(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, jwti_key_t **key,
    uint64_t *serial)
{
    u_char                         memory[JWTI_KEY_STORED_MAX];
    ngx_int_t                      rc;
    jwti_buf_t                     buf;
    jwti_key_t                    *loaded;
    const jwti_alg_t              *alg;
    ngx_http_jwt_issuer_parsed_t  *parsed;

    parsed = &process->parsed[service->index];

    if (parsed->key == NULL && service->key) {
        parsed->key = jwti_key_ref(service->key);
        parsed->serial = service->key_serial;
    }

    jwti_buf_init(&buf, memory, JWTI_KEY_STORED_MAX);

    rc = ngx_http_jwt_issuer_zone_signer(process->jmcf->zone, service,
                                         parsed->serial, serial, &alg, &buf);

    if (rc == NGX_DECLINED && parsed->key && !parsed->unusable
        && ngx_http_jwt_issuer_zone_is_published(process->jmcf->zone, service,
                                              jwti_key_kid(parsed->key).data))
    {
        /*
         * A later configuration has dropped the record; a request that this
         * worker still has to end is served with the key it had, but not with
         * one that was dropped, or retired, or too old.
         */

        *key = jwti_key_ref(parsed->key);
        *serial = parsed->serial;
        return NGX_OK;
    }

    parsed->unusable = (rc != NGX_OK);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_AGAIN : rc;
    }

    if (*serial != parsed->serial || parsed->key == NULL) {
        rc = ngx_http_jwt_issuer_keys_load(process, service, alg,
                                           jwti_buf_written(&buf), &loaded);

        OPENSSL_cleanse(memory, jwti_buf_len(&buf));

        if (rc != NGX_OK) {
            return rc;
        }

        jwti_key_free(parsed->key);

        parsed->key = loaded;
        parsed->serial = *serial;
    }

    *key = jwti_key_ref(parsed->key);

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_issuer_keys_load(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const jwti_alg_t *alg,
    jwti_str_t stored, jwti_key_t **key)
{
    const char  *err;

    err = "unknown algorithm";

    if (alg == NULL || jwti_key_load(stored, alg, key, &err) != JWTI_OK) {
        ngx_log_error(NGX_LOG_ALERT, process->log, 0,
                      "key in the zone cannot be used: %s,"
                      " jwt service: \"%V\"", err, &service->label);
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_http_jwt_issuer_keys_free(ngx_http_jwt_issuer_process_t *process)
{
    ngx_uint_t  i;

    for (i = 0; i < process->jmcf->services.nelts; i++) {
        jwti_key_free(process->parsed[i].key);
        process->parsed[i].key = NULL;
        process->parsed[i].serial = 0;
    }
}
