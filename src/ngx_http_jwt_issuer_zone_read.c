
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What all workers read of a record: the key that signs, and the public keys.
 */


#include "ngx_http_jwt_issuer_zone.h"


static ngx_uint_t ngx_http_jwt_issuer_zone_public_locked(
    const ngx_http_jwt_issuer_record_t *record, u_char *memory,
    ngx_http_jwt_issuer_public_t *found);


ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_record_locked(
    const ngx_http_jwt_issuer_service_t *service)
{
    if (service->record == NULL || service->record->id != service->record_id) {
        return NULL;
    }

    return service->record;
}


int
ngx_http_jwt_issuer_zone_signer_locked(
    const ngx_http_jwt_issuer_record_t *record, int64_t now)
{
    int  slot;

    if (record->stale_at <= now) {
        return JWTI_ROTATE_NONE;
    }

    slot = jwti_rotate_signer(&record->rotate, now);

    if (slot != JWTI_ROTATE_NONE && record->keys[slot].stored == NULL) {
        return JWTI_ROTATE_NONE;
    }

    return slot;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_uses_locked(
    const ngx_http_jwt_issuer_record_t *record, const u_char *kid)
{
    int      i;
    int64_t  now;

    now = ngx_http_jwt_issuer_now();

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (record->rotate.slots[i].serial
            && !jwti_rotate_is_retired(&record->rotate, i, now)
            && ngx_memcmp(record->rotate.slots[i].kid, kid, JWTI_KID_LEN) == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_has_key(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    ngx_uint_t                     rc;
    ngx_http_jwt_issuer_record_t  *record;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    rc = record
         && ngx_http_jwt_issuer_zone_signer_locked(record,
                                                   ngx_http_jwt_issuer_now())
            != JWTI_ROTATE_NONE;

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_has_serial(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, uint64_t serial)
{
    ngx_uint_t                     i, found;
    ngx_http_jwt_issuer_record_t  *record;

    found = 0;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record == NULL) {

        /* a later configuration's to know */

        found = 1;
    }

    for (i = 0; record && i < JWTI_ROTATE_SLOTS; i++) {
        if (record->rotate.slots[i].serial == serial) {
            found = 1;
            break;
        }
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return found;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_is_published(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const u_char *kid)
{
    int                            i;
    int64_t                        now;
    ngx_uint_t                     found;
    ngx_http_jwt_issuer_record_t  *record;

    now = ngx_http_jwt_issuer_now();

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                  NULL);

    found = (record == NULL);

    while (record) {

        for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

            if (jwti_rotate_is_published(&record->rotate, i, now)
                && ngx_memcmp(record->rotate.slots[i].kid, kid, JWTI_KID_LEN)
                   == 0)
            {
                found = 1;
            }
        }

        record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                      record);
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return found;
}


ngx_int_t
ngx_http_jwt_issuer_zone_signer(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, uint64_t known,
    uint64_t *serial, const jwti_alg_t **alg, jwti_buf_t *buf)
{
    int                                    slot;
    ngx_int_t                              rc;
    ngx_http_jwt_issuer_record_t          *record;
    const ngx_http_jwt_issuer_zone_key_t  *kept;

    rc = NGX_OK;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record == NULL) {
        rc = NGX_DECLINED;
        goto done;
    }

    slot = ngx_http_jwt_issuer_zone_signer_locked(record,
                                                  ngx_http_jwt_issuer_now());
    if (slot == JWTI_ROTATE_NONE) {
        rc = NGX_AGAIN;
        goto done;
    }

    *serial = record->rotate.slots[slot].serial;
    *alg = jwti_alg_at(record->rotate.slots[slot].alg);

    if (*serial != known && buf) {
        kept = &record->keys[slot];
        jwti_buf_bytes(buf, kept->stored, kept->stored_len);
    }

done:

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


/* memory: JWTI_JWK_MAX bytes for each slot.  Returns how many were found */

static ngx_uint_t
ngx_http_jwt_issuer_zone_public_locked(
    const ngx_http_jwt_issuer_record_t *record, u_char *memory,
    ngx_http_jwt_issuer_public_t *found)
{
    u_char                                *p;
    int64_t                                now;
    ngx_uint_t                             i, n;
    const ngx_http_jwt_issuer_zone_key_t  *kept;

    n = 0;
    p = memory;
    now = ngx_http_jwt_issuer_now();

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        kept = &record->keys[i];

        if (kept->jwk == NULL
            || kept->jwk_len > JWTI_JWK_MAX
            || !jwti_rotate_is_published(&record->rotate, i, now))
        {
            continue;
        }

        ngx_memcpy(found[n].kid, record->rotate.slots[i].kid, JWTI_KID_LEN);
        found[n].alg = record->rotate.slots[i].alg;
        found[n].jwk.data = p;
        found[n].jwk.len = kept->jwk_len;
        p = ngx_cpymem(p, kept->jwk, kept->jwk_len);
        n++;
    }

    return n;
}


ngx_int_t
ngx_http_jwt_issuer_zone_published(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, ngx_pool_t *pool,
    ngx_array_t *keys, int64_t *change)
{
    u_char                         memory[JWTI_ROTATE_SLOTS * JWTI_JWK_MAX];
    u_char                        *p;
    int64_t                        next;
    ngx_uint_t                     i, n;
    ngx_http_jwt_issuer_record_t  *record;
    ngx_http_jwt_issuer_public_t   found[JWTI_ROTATE_SLOTS], *key;

    /* pools are not used under the lock: copied out to the stack first */

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record == NULL) {

        /*
         * A later configuration has given the service another record, with our
         * public keys in it: an old worker publishes that one.
         */

        record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                      NULL);
    }

    n = 0;

    if (record) {
        n = ngx_http_jwt_issuer_zone_public_locked(record, memory, found);

        next = jwti_rotate_next(&record->rotate, ngx_http_jwt_issuer_now(),
                                (int64_t) service->settings.retire);
        *change = ngx_min(*change, next);
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    key = n ? ngx_array_push_n(keys, n) : NULL;

    for (i = 0; key && i < n; i++) {
        p = ngx_pnalloc(pool, found[i].jwk.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(p, found[i].jwk.data, found[i].jwk.len);

        key[i] = found[i];
        key[i].jwk.data = p;
    }

    return (n && key == NULL) ? NGX_ERROR : NGX_OK;
}


int64_t
ngx_http_jwt_issuer_zone_fetched_at(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    int64_t                        fetched;
    ngx_http_jwt_issuer_record_t  *record;

    fetched = NGX_HTTP_JWT_ISSUER_NOT_FETCHED;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record && record->stale_at) {
        fetched = record->fetched_at;

        if (ngx_http_jwt_issuer_zone_signer_locked(record,
                                                   ngx_http_jwt_issuer_now())
            == JWTI_ROTATE_NONE)
        {
            fetched = NGX_HTTP_JWT_ISSUER_NO_SIGNER;
        }
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return fetched;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_previous_due(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    ngx_uint_t                     due;
    ngx_http_jwt_issuer_record_t  *record;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);
    due = record ? record->previous_due : 0;

    ngx_http_jwt_issuer_zone_unlock(zone);

    return due;
}


void
ngx_http_jwt_issuer_zone_previous_known(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_record_t  *record;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record) {
        record->previous_due = 0;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}
