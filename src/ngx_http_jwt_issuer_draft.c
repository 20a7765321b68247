
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * A token that is being made: its key, what it says, its signature.
 */


#include "ngx_http_jwt_issuer_mint.h"

#include <openssl/err.h>
#include <openssl/rand.h>


static uint64_t ngx_http_jwt_issuer_draft_clock(void);


ngx_int_t
ngx_http_jwt_issuer_draft_write(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const jwti_claims_t *claims,
    u_char *memory, ngx_http_jwt_issuer_draft_t *draft,
    ngx_http_jwt_issuer_error_e *error, ngx_log_t *log)
{
    u_char       jti[JWTI_JTI_BYTES];
    ngx_int_t    rc;
    jwti_rc_t    written;
    jwti_str_t   name;
    ngx_time_t  *tp;

    rc = ngx_http_jwt_issuer_keys_get(process, service, &draft->key,
                                      &draft->serial);
    if (rc != NGX_OK) {
        *error = NGX_HTTP_JWT_ISSUER_E_NO_KEY;
        return (rc == NGX_AGAIN) ? NGX_AGAIN : NGX_DECLINED;
    }

    *error = NGX_HTTP_JWT_ISSUER_E_SIGN;

    if (claims->jti && RAND_bytes(jti, JWTI_JTI_BYTES) != 1) {
        ERR_clear_error();
        ngx_log_error(NGX_LOG_CRIT, log, 0, "RAND_bytes() failed");
        goto failed;
    }

    draft->err = NULL;
    name = jwti_str("");
    tp = ngx_timeofday();
    draft->issued = (int64_t) tp->sec * 1000 + (int64_t) tp->msec;

    jwti_buf_init(&draft->buf, memory, JWTI_TOKEN_MAX);

    written = jwti_token_input(&draft->buf, claims, draft->key, draft->issued,
                               jti, &draft->expires, &name, &draft->err);

    if (written == JWTI_OK) {
        return NGX_OK;
    }

    if (written == JWTI_INVALID) {
        /* name is the configuration's, err a constant: no byte of a client */

        ngx_log_error(NGX_LOG_INFO, log, 0,
                      "token is refused: %s%s%*s, jwt service: \"%V\"",
                      draft->err, name.len ? ": " : "", name.len, name.data,
                      &service->label);

        *error = NGX_HTTP_JWT_ISSUER_E_VALUE;

    } else {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "token is not written: %s, jwt service: \"%V\"",
                      draft->err ? draft->err : "internal error",
                      &service->label);
    }

failed:

    jwti_key_free(draft->key);

    return NGX_DECLINED;
}


jwti_rc_t
ngx_http_jwt_issuer_draft_make(ngx_http_jwt_issuer_draft_t *draft)
{
    uint64_t   start;
    jwti_rc_t  rc;

    start = ngx_http_jwt_issuer_draft_clock();

    rc = jwti_token_sign(&draft->buf, draft->key, &draft->err);

    draft->spent = ngx_http_jwt_issuer_draft_clock() - start;

    return rc;
}


/* nginx's own clock stands still while an event is handled */

static uint64_t
ngx_http_jwt_issuer_draft_clock(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


ngx_int_t
ngx_http_jwt_issuer_draft_sign(const ngx_http_jwt_issuer_service_t *service,
    ngx_http_jwt_issuer_draft_t *draft, ngx_log_t *log)
{
    if (ngx_http_jwt_issuer_draft_make(draft) == JWTI_OK) {
        ngx_http_jwt_issuer_zone_signed(service, draft->spent);

        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, log, 0,
                       "jwt issuer signature made, jwt service: \"%V\"",
                       &service->label);
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "token is not signed: %s, jwt service: \"%V\"",
                  draft->err ? draft->err : "internal error",
                  &service->label);

    return NGX_ERROR;
}


ngx_uint_t
ngx_http_jwt_issuer_draft_is_slow(const ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_draft_t *draft)
{
    return process->max_posted && jwti_alg_is_slow(jwti_key_alg(draft->key));
}
