
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What an operator tells a record, in any worker: its source shall be asked
 * now, which worker 0 sees; a key shall be gone, which is done at once.  A
 * dropped key is remembered, or the next fetch would bring it back.
 */


#include "ngx_http_jwt_issuer_zone.h"


static void ngx_http_jwt_issuer_zone_operate_remember_locked(
    ngx_http_jwt_issuer_record_t *record, const u_char *kid);


ngx_int_t
ngx_http_jwt_issuer_zone_ask(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    ngx_int_t                      rc;
    ngx_http_jwt_issuer_record_t  *record;

    rc = NGX_DECLINED;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record && record->stats.due != JWTI_ROTATE_NEVER) {
        record->stats.asked = 1;
        record->stats.asked_by = 0;
        ngx_http_jwt_issuer_zone_sh(zone)->asked++;
        rc = NGX_OK;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


/* without the lock: a number that has changed is read at the next look */

uint64_t
ngx_http_jwt_issuer_zone_asks(ngx_shm_zone_t *zone)
{
    return ngx_http_jwt_issuer_zone_sh(zone)->asked;
}


/* what a worker of an earlier configuration has seen ends with that one */

ngx_uint_t
ngx_http_jwt_issuer_zone_asked(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, ngx_uint_t first)
{
    ngx_uint_t                       asked;
    ngx_http_jwt_issuer_record_t    *record;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;
    asked = 0;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record && record->stats.asked
        && (record->stats.asked_by < ctx->generation || first))
    {
        record->stats.asked_by = ctx->generation;
        asked = 1;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return asked;
}


void
ngx_http_jwt_issuer_zone_ask_done(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_record_t    *record;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record && record->stats.asked_by == ctx->generation) {
        record->stats.asked = 0;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


ngx_int_t
ngx_http_jwt_issuer_zone_drop(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const u_char *kid)
{
    ngx_int_t                      rc;
    ngx_http_jwt_issuer_record_t  *record;

    rc = NGX_DECLINED;

    ngx_http_jwt_issuer_zone_lock(zone);

    /* what an old worker still signs by is another record of the service */

    for (record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                       NULL);
         record;
         record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                       record))
    {
        if (ngx_http_jwt_issuer_zone_forget_locked(zone, record, kid,
                                        (int64_t) service->settings.retire))
        {
            rc = NGX_OK;
        }
    }

    for (record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                       NULL);
         rc == NGX_OK && record;
         record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                       record))
    {
        ngx_http_jwt_issuer_zone_operate_remember_locked(record, kid);
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


static void
ngx_http_jwt_issuer_zone_operate_remember_locked(
    ngx_http_jwt_issuer_record_t *record, const u_char *kid)
{
    ngx_uint_t                    i;
    ngx_http_jwt_issuer_stats_t  *stats;

    if (ngx_http_jwt_issuer_zone_dropped_locked(record, kid)) {
        return;
    }

    stats = &record->stats;
    i = stats->ndropped % NGX_HTTP_JWT_ISSUER_STATS_DROPPED;

    ngx_memcpy(stats->dropped[i], kid, JWTI_KID_LEN);
    stats->ndropped++;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_dropped_locked(
    const ngx_http_jwt_issuer_record_t *record, const u_char *kid)
{
    ngx_uint_t                          i, n;
    const ngx_http_jwt_issuer_stats_t  *stats;

    stats = &record->stats;
    n = ngx_min(stats->ndropped, NGX_HTTP_JWT_ISSUER_STATS_DROPPED);

    for (i = 0; i < n; i++) {
        if (ngx_memcmp(stats->dropped[i], kid, JWTI_KID_LEN) == 0) {
            return 1;
        }
    }

    return 0;
}
