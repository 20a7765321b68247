
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The keys of a record: let in by the master and by worker 0, read by all.
 * Which of them signs and which are published is jwti_rotate.h's to say; this
 * file keeps their bytes beside it and cleanses them when they are done.
 */


#include "ngx_http_jwt_issuer_zone.h"

#include <openssl/crypto.h>


static ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_record_locked(
    const ngx_http_jwt_issuer_service_t *service);
static int64_t ngx_http_jwt_issuer_zone_expire_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, int64_t retire);
static ngx_int_t ngx_http_jwt_issuer_zone_admit_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    jwti_str_t stored, int *fresh, int *slot);
static u_char *ngx_http_jwt_issuer_zone_copy_locked(ngx_shm_zone_t *zone,
    const u_char *data, size_t len);
static void ngx_http_jwt_issuer_zone_free_locked(ngx_shm_zone_t *zone,
    u_char **data, size_t len);
static int ngx_http_jwt_issuer_zone_signer_locked(
    const ngx_http_jwt_issuer_record_t *record, int64_t now);


int64_t
ngx_http_jwt_issuer_now(void)
{
    return (int64_t) ngx_current_msec;
}


ngx_int_t
ngx_http_jwt_issuer_zone_admit(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    uint64_t *serial, int *fresh, int64_t *activate)
{
    int                            slot;
    u_char                        *memory;
    ngx_int_t                      rc;
    jwti_buf_t                     buf;
    ngx_http_jwt_issuer_record_t  *record;

    memory = ngx_alloc(JWTI_KEY_STORED_MAX, zone->shm.log);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;
    jwti_buf_init(&buf, memory, JWTI_KEY_STORED_MAX);

    if (jwti_key_store(key, &buf) != JWTI_OK) {
        goto done;
    }

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record) {
        rc = ngx_http_jwt_issuer_zone_admit_locked(zone, record, service, key,
                                                   jwti_buf_written(&buf),
                                                   fresh, &slot);
        if (rc == NGX_OK) {
            *serial = record->rotate.slots[slot].serial;
            *activate = record->rotate.slots[slot].activate;
        }

    } else {
        rc = NGX_DECLINED;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

done:

    OPENSSL_cleanse(memory, JWTI_KEY_STORED_MAX);
    ngx_free(memory);

    return rc;
}


/* NULL: the record belongs to another service of a later configuration */

static ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_record_locked(
    const ngx_http_jwt_issuer_service_t *service)
{
    if (service->record == NULL || service->record->id != service->record_id) {
        return NULL;
    }

    return service->record;
}


static ngx_int_t
ngx_http_jwt_issuer_zone_admit_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    jwti_str_t stored, int *fresh, int *slot)
{
    u_char                          *secret, *jwk;
    jwti_str_t                       public;
    ngx_http_jwt_issuer_zone_t      *sh;
    ngx_http_jwt_issuer_zone_key_t  *kept;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;
    sh = ctx->sh;

    (void) ngx_http_jwt_issuer_zone_expire_locked(zone, record,
                                                  service->settings.retire);

    /* memory first: what the rotation says is true at every moment */

    secret = ngx_http_jwt_issuer_zone_copy_locked(zone, stored.data,
                                                  stored.len);
    if (secret == NULL) {
        return NGX_ERROR;
    }

    public = jwti_key_jwk(key);
    jwk = NULL;

    if (public.len) {
        jwk = ngx_http_jwt_issuer_zone_copy_locked(zone, public.data,
                                                   public.len);
        if (jwk == NULL) {
            goto failed;
        }
    }

    *slot = jwti_rotate_admit(&record->rotate, jwti_key_kid(key).data,
                              jwti_alg_index(jwti_key_alg(key)),
                              ngx_http_jwt_issuer_now(),
                              (int64_t) service->settings.activate_after,
                              (int64_t) service->settings.retire, fresh);

    if (*slot == JWTI_ROTATE_NONE) {
        goto failed;
    }

    kept = &record->keys[*slot];

    if (*fresh) {

        /* a worker that died here may have left some */

        ngx_http_jwt_issuer_zone_free_locked(zone, &kept->stored,
                                             kept->stored_len);
        ngx_http_jwt_issuer_zone_free_locked(zone, &kept->jwk, kept->jwk_len);

        kept->jwk = jwk;
        kept->jwk_len = public.len;
        jwk = NULL;
    }

    if (kept->stored == NULL) {
        kept->stored_len = stored.len;
        kept->stored = secret;
        secret = NULL;
    }

    if (*fresh) {
        jwti_rotate_commit(&record->rotate, *slot, ++sh->last_serial);
    }

    ngx_http_jwt_issuer_zone_free_locked(zone, &secret, stored.len);
    ngx_http_jwt_issuer_zone_free_locked(zone, &jwk, public.len);

    return NGX_OK;

failed:

    ngx_http_jwt_issuer_zone_free_locked(zone, &secret, stored.len);
    ngx_http_jwt_issuer_zone_free_locked(zone, &jwk, public.len);

    return NGX_ERROR;
}


static u_char *
ngx_http_jwt_issuer_zone_copy_locked(ngx_shm_zone_t *zone, const u_char *data,
    size_t len)
{
    u_char  *p;

    p = ngx_slab_alloc_locked((ngx_slab_pool_t *) zone->shm.addr, len);

    if (p) {
        ngx_memcpy(p, data, len);
    }

    return p;
}


static void
ngx_http_jwt_issuer_zone_free_locked(ngx_shm_zone_t *zone, u_char **data,
    size_t len)
{
    u_char  *p;

    p = *data;

    if (p == NULL) {
        return;
    }

    /* the pointer goes first: killed here, it leaks and is not freed twice */

    *data = NULL;

    OPENSSL_cleanse(p, len);
    ngx_slab_free_locked((ngx_slab_pool_t *) zone->shm.addr, p);
}


void
ngx_http_jwt_issuer_zone_clear_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record)
{
    ngx_uint_t                       i;
    ngx_http_jwt_issuer_zone_key_t  *kept;

    jwti_rotate_init(&record->rotate);

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        kept = &record->keys[i];

        ngx_http_jwt_issuer_zone_free_locked(zone, &kept->stored,
                                             kept->stored_len);
        ngx_http_jwt_issuer_zone_free_locked(zone, &kept->jwk, kept->jwk_len);
    }
}


void
ngx_http_jwt_issuer_zone_inherit_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_record_t *other, ngx_msec_t retire)
{
    int                                    slot, fresh;
    u_char                                *jwk;
    int64_t                                now;
    ngx_uint_t                             i;
    const jwti_rotate_slot_t              *from;
    ngx_http_jwt_issuer_zone_t            *sh;
    ngx_http_jwt_issuer_zone_ctx_t        *ctx;
    const ngx_http_jwt_issuer_zone_key_t  *kept;

    ctx = zone->data;
    sh = ctx->sh;
    now = ngx_http_jwt_issuer_now();

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        from = &other->rotate.slots[i];
        kept = &other->keys[i];

        if (kept->jwk == NULL
            || !jwti_rotate_is_published(&other->rotate, i, now))
        {
            continue;
        }

        /* best effort: without space the new keys are what matters */

        jwk = ngx_http_jwt_issuer_zone_copy_locked(zone, kept->jwk,
                                                   kept->jwk_len);
        if (jwk == NULL) {
            return;
        }

        slot = jwti_rotate_publish(&record->rotate, from->kid, from->alg, now,
                                   now + (int64_t) retire, &fresh);

        if (slot == JWTI_ROTATE_NONE || !fresh) {
            ngx_http_jwt_issuer_zone_free_locked(zone, &jwk, kept->jwk_len);
            continue;
        }

        record->keys[slot].jwk_len = kept->jwk_len;
        record->keys[slot].jwk = jwk;

        jwti_rotate_commit(&record->rotate, slot, ++sh->last_serial);
    }
}


void
ngx_http_jwt_issuer_zone_fetched(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, int64_t stale_at)
{
    ngx_http_jwt_issuer_record_t  *record;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record) {
        record->stale_at = stale_at;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


int64_t
ngx_http_jwt_issuer_zone_expire(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service)
{
    int64_t                        next, now;
    ngx_http_jwt_issuer_record_t  *record;

    next = JWTI_ROTATE_NEVER;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record) {
        next = ngx_http_jwt_issuer_zone_expire_locked(zone, record,
                                        (int64_t) service->settings.retire);
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    if (next == JWTI_ROTATE_NEVER) {
        return -1;
    }

    now = ngx_http_jwt_issuer_now();

    return next > now ? next - now : 0;
}


static int64_t
ngx_http_jwt_issuer_zone_expire_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, int64_t retire)
{
    int64_t                          next, now;
    unsigned                         freed;
    ngx_uint_t                       i;
    ngx_http_jwt_issuer_zone_key_t  *kept;

    now = ngx_http_jwt_issuer_now();

    next = jwti_rotate_expire(&record->rotate, now, retire, &freed);

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        kept = &record->keys[i];

        if (freed & (1u << i)) {
            ngx_http_jwt_issuer_zone_free_locked(zone, &kept->jwk,
                                                 kept->jwk_len);
            ngx_http_jwt_issuer_zone_free_locked(zone, &kept->stored,
                                                 kept->stored_len);

        } else if (jwti_rotate_is_retired(&record->rotate, i, now)) {
            ngx_http_jwt_issuer_zone_free_locked(zone, &kept->stored,
                                                 kept->stored_len);
        }
    }

    return next;
}


/* the slot that signs; NONE also when its key is too old to sign */

static int
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


ngx_int_t
ngx_http_jwt_issuer_zone_published(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, ngx_pool_t *pool,
    ngx_array_t *keys)
{
    u_char                                *memory, *p;
    int64_t                                now;
    ngx_uint_t                             i, n;
    ngx_http_jwt_issuer_record_t          *record;
    ngx_http_jwt_issuer_public_t           found[JWTI_ROTATE_SLOTS], *key;
    const ngx_http_jwt_issuer_zone_key_t  *kept;

    /* pools are not used under the lock: copied out to here first */

    memory = ngx_palloc(pool, JWTI_ROTATE_SLOTS * JWTI_JWK_MAX);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    n = 0;
    p = memory;
    now = ngx_http_jwt_issuer_now();

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    for (i = 0; record && i < JWTI_ROTATE_SLOTS; i++) {
        kept = &record->keys[i];

        if (kept->jwk == NULL
            || kept->jwk_len > JWTI_JWK_MAX
            || !jwti_rotate_is_published(&record->rotate, i, now))
        {
            continue;
        }

        ngx_memcpy(found[n].kid, record->rotate.slots[i].kid, JWTI_KID_LEN);
        found[n].jwk.data = p;
        found[n].jwk.len = kept->jwk_len;
        p = ngx_cpymem(p, kept->jwk, kept->jwk_len);
        n++;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    if (n == 0) {
        ngx_pfree(pool, memory);
        return NGX_OK;
    }

    key = ngx_array_push_n(keys, n);
    if (key == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(key, found, n * sizeof(ngx_http_jwt_issuer_public_t));

    return NGX_OK;
}
