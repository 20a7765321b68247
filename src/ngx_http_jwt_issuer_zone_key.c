
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The keys of a record, let in by the master and by worker 0.
 * Which of them signs and which are published is jwti_rotate.h's to say; this
 * file keeps their bytes beside it and cleanses them when they are done.
 */


#include "ngx_http_jwt_issuer_zone.h"

#include <openssl/crypto.h>


static int64_t ngx_http_jwt_issuer_zone_expire_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, int64_t retire);
static ngx_int_t ngx_http_jwt_issuer_zone_admit_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    jwti_str_t stored, int *fresh, int *slot);
static ngx_uint_t ngx_http_jwt_issuer_zone_evict_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record);
static void ngx_http_jwt_issuer_zone_twins_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, int slot);
static u_char *ngx_http_jwt_issuer_zone_copy_locked(ngx_shm_zone_t *zone,
    const u_char *data, size_t len);
static void ngx_http_jwt_issuer_zone_free_locked(ngx_shm_zone_t *zone,
    u_char **data, size_t len);
static void ngx_http_jwt_issuer_zone_drop_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_zone_key_t *kept);
static int ngx_http_jwt_issuer_zone_publish_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, const u_char *kid, uint32_t alg,
    jwti_str_t public, int64_t until, int *fresh);


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

    if (record == NULL) {
        rc = NGX_DECLINED;

    } else if (ngx_http_jwt_issuer_zone_dropped_locked(record,
                                                       jwti_key_kid(key).data))
    {
        rc = NGX_ABORT;

    } else {
        rc = ngx_http_jwt_issuer_zone_admit_locked(zone, record, service, key,
                                                   jwti_buf_written(&buf),
                                                   fresh, &slot);
        if (rc == NGX_OK) {
            *serial = record->rotate.slots[slot].serial;
            *activate = record->rotate.slots[slot].activate;
        }
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

done:

    OPENSSL_cleanse(memory, JWTI_KEY_STORED_MAX);
    ngx_free(memory);

    return rc;
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

    for ( ;; ) {
        *slot = jwti_rotate_admit(&record->rotate, jwti_key_kid(key).data,
                                  jwti_alg_index(jwti_key_alg(key)),
                                  ngx_http_jwt_issuer_now(),
                                  (int64_t) service->settings.activate_after,
                                  (int64_t) service->settings.retire, fresh);

        if (*slot != JWTI_ROTATE_NONE) {
            break;
        }

        /*
         * A key that a worker has fetched can wait until a published one has
         * ended; a configuration cannot.
         */

        if (ngx_process == NGX_PROCESS_WORKER
            || !ngx_http_jwt_issuer_zone_evict_locked(zone, record))
        {
            goto failed;
        }
    }

    kept = &record->keys[*slot];

    if (*fresh) {

        /* a worker that died here may have left some */

        ngx_http_jwt_issuer_zone_drop_locked(zone, kept);

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
        record->previous_due = service->source->previous;
        jwti_rotate_commit(&record->rotate, *slot, ++sh->last_serial);
        ngx_http_jwt_issuer_zone_twins_locked(zone, record, *slot);
    }

    ngx_http_jwt_issuer_zone_free_locked(zone, &secret, stored.len);
    ngx_http_jwt_issuer_zone_free_locked(zone, &jwk, public.len);

    return NGX_OK;

failed:

    ngx_http_jwt_issuer_zone_free_locked(zone, &secret, stored.len);
    ngx_http_jwt_issuer_zone_free_locked(zone, &jwk, public.len);

    return NGX_ERROR;
}


/* the published key that ends first, of those that sign no more */

static ngx_uint_t
ngx_http_jwt_issuer_zone_evict_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record)
{
    int                  i, first;
    int64_t              now;
    jwti_rotate_slot_t  *slots;

    first = JWTI_ROTATE_NONE;
    now = ngx_http_jwt_issuer_now();
    slots = record->rotate.slots;

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (jwti_rotate_is_retired(&record->rotate, i, now)
            && (first == JWTI_ROTATE_NONE
                || slots[i].retire < slots[first].retire))
        {
            first = i;
        }
    }

    if (first == JWTI_ROTATE_NONE
        || !jwti_rotate_drop(&record->rotate, first))
    {
        return 0;
    }

    ngx_http_jwt_issuer_zone_drop_locked(zone, &record->keys[first]);

    return 1;
}


/*
 * The same key under another algorithm has the same kid, and a key set has each
 * kid once: what is signed from now on is what must verify.
 */

static void
ngx_http_jwt_issuer_zone_twins_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, int slot)
{
    int                  i;
    jwti_rotate_slot_t  *slots;

    slots = record->rotate.slots;

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (i != slot && slots[i].serial
            && ngx_memcmp(slots[i].kid, slots[slot].kid, JWTI_KID_LEN) == 0
            && jwti_rotate_drop(&record->rotate, i))
        {
            ngx_http_jwt_issuer_zone_drop_locked(zone, &record->keys[i]);
        }
    }
}


ngx_uint_t
ngx_http_jwt_issuer_zone_forget_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, const u_char *kid, int64_t retire)
{
    int         i;
    ngx_uint_t  found;

    found = 0;

    (void) ngx_http_jwt_issuer_zone_expire_locked(zone, record, retire);

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (record->rotate.slots[i].serial
            && ngx_memcmp(record->rotate.slots[i].kid, kid, JWTI_KID_LEN) == 0
            && jwti_rotate_drop(&record->rotate, i))
        {
            ngx_http_jwt_issuer_zone_drop_locked(zone, &record->keys[i]);
            found = 1;
        }
    }

    return found;
}


static u_char *
ngx_http_jwt_issuer_zone_copy_locked(ngx_shm_zone_t *zone, const u_char *data,
    size_t len)
{
    u_char  *p;

    p = ngx_http_jwt_issuer_zone_alloc_locked(zone, len);

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
    ngx_uint_t  i;

    jwti_rotate_init(&record->rotate);

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        ngx_http_jwt_issuer_zone_drop_locked(zone, &record->keys[i]);
    }

    ngx_http_jwt_issuer_zone_free_locked(zone, &record->constants,
                                         record->constants_len);
}


ngx_int_t
ngx_http_jwt_issuer_zone_define_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, ngx_str_t *constants)
{
    u_char  *p;

    if (record->constants && record->constants_len == constants->len
        && ngx_memcmp(record->constants, constants->data, constants->len) == 0)
    {
        return NGX_OK;
    }

    p = ngx_http_jwt_issuer_zone_copy_locked(zone, constants->data,
                                             constants->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_http_jwt_issuer_zone_free_locked(zone, &record->constants,
                                         record->constants_len);

    record->token_id = ++ngx_http_jwt_issuer_zone_sh(zone)->last_token_id;
    record->constants_len = constants->len;
    record->constants = p;

    return NGX_OK;
}


static void
ngx_http_jwt_issuer_zone_drop_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_zone_key_t *kept)
{
    ngx_http_jwt_issuer_zone_free_locked(zone, &kept->stored,
                                         kept->stored_len);
    ngx_http_jwt_issuer_zone_free_locked(zone, &kept->jwk, kept->jwk_len);
}


void
ngx_http_jwt_issuer_zone_inherit_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_record_t *other, ngx_msec_t retire)
{
    int                                    fresh;
    int64_t                                now, until;
    jwti_str_t                             public;
    ngx_uint_t                             i;
    const jwti_rotate_slot_t              *slot;
    const ngx_http_jwt_issuer_zone_key_t  *kept;

    ngx_http_jwt_issuer_zone_stats_inherit_locked(record, other);

    now = ngx_http_jwt_issuer_now();
    until = now + (int64_t) retire;

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        kept = &other->keys[i];

        if (kept->jwk == NULL
            || !jwti_rotate_is_published(&other->rotate, i, now)
            || ngx_http_jwt_issuer_zone_uses_locked(record,
                                               other->rotate.slots[i].kid)
            || ngx_http_jwt_issuer_zone_dropped_locked(record,
                                               other->rotate.slots[i].kid))
        {
            continue;
        }

        public.data = kept->jwk;
        public.len = kept->jwk_len;

        /* best effort: without space the new keys are what matters */

        slot = &other->rotate.slots[i];

        (void) ngx_http_jwt_issuer_zone_publish_locked(zone, record,
                                               slot->kid, slot->alg, public,
                                               ngx_min(slot->retire, until),
                                               &fresh);
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
        record->fetched_at = ngx_http_jwt_issuer_now();
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


ngx_int_t
ngx_http_jwt_issuer_zone_publish(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    int64_t until, int *fresh)
{
    int                            slot;
    ngx_int_t                      rc;
    ngx_http_jwt_issuer_record_t  *record;

    *fresh = 0;

    if (jwti_key_jwk(key).len == 0) {
        return NGX_OK;
    }

    rc = NGX_DECLINED;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record && ngx_http_jwt_issuer_zone_dropped_locked(record,
                                                      jwti_key_kid(key).data))
    {
        rc = NGX_ABORT;

    } else if (record) {
        (void) ngx_http_jwt_issuer_zone_expire_locked(zone, record,
                                        (int64_t) service->settings.retire);

        slot = ngx_http_jwt_issuer_zone_publish_locked(zone, record,
                                        jwti_key_kid(key).data,
                                        jwti_alg_index(jwti_key_alg(key)),
                                        jwti_key_jwk(key), until, fresh);

        rc = (slot == JWTI_ROTATE_NONE) ? NGX_ERROR : NGX_OK;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


static int
ngx_http_jwt_issuer_zone_publish_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, const u_char *kid, uint32_t alg,
    jwti_str_t public, int64_t until, int *fresh)
{
    int                              slot;
    u_char                          *jwk;
    ngx_http_jwt_issuer_zone_t      *sh;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;
    sh = ctx->sh;

    jwk = ngx_http_jwt_issuer_zone_copy_locked(zone, public.data, public.len);
    if (jwk == NULL) {
        return JWTI_ROTATE_NONE;
    }

    slot = jwti_rotate_publish(&record->rotate, kid, alg,
                               ngx_http_jwt_issuer_now(), until, fresh);

    if (slot == JWTI_ROTATE_NONE || !*fresh) {
        ngx_http_jwt_issuer_zone_free_locked(zone, &jwk, public.len);
        return slot;
    }

    ngx_http_jwt_issuer_zone_drop_locked(zone, &record->keys[slot]);

    record->keys[slot].jwk_len = public.len;
    record->keys[slot].jwk = jwk;

    jwti_rotate_commit(&record->rotate, slot, ++sh->last_serial);

    return slot;
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
            ngx_http_jwt_issuer_zone_drop_locked(zone, kept);

        } else if (jwti_rotate_is_retired(&record->rotate, i, now)) {
            ngx_http_jwt_issuer_zone_free_locked(zone, &kept->stored,
                                                 kept->stored_len);
        }
    }

    return next;
}
