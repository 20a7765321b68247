
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What is counted and told of a record.  Counters belong to a service's name:
 * a reload that changes the definition goes on with them.  What an operator
 * said goes on likewise.
 */


#include "ngx_http_jwt_issuer_zone.h"


static ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_stats_record(
    const ngx_http_jwt_issuer_service_t *service);
static void ngx_http_jwt_issuer_zone_stats_keys_locked(
    const ngx_http_jwt_issuer_record_t *record,
    jwti_status_service_t *status);
static void ngx_http_jwt_issuer_zone_stats_source_locked(
    const ngx_http_jwt_issuer_record_t *record, jwti_status_service_t *status,
    u_char *error);


/* without the lock: its id may change, its memory is a record's for ever */

static ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_stats_record(
    const ngx_http_jwt_issuer_service_t *service)
{
    return ngx_http_jwt_issuer_zone_record_locked(service);
}


void
ngx_http_jwt_issuer_zone_count(const ngx_http_jwt_issuer_service_t *service,
    jwti_count_e what)
{
    ngx_http_jwt_issuer_record_t  *record;

    record = ngx_http_jwt_issuer_zone_stats_record(service);

    if (record) {
        (void) ngx_atomic_fetch_add(&record->stats.counters[what], 1);
    }
}


void
ngx_http_jwt_issuer_zone_unknown(ngx_shm_zone_t *zone)
{
    (void) ngx_atomic_fetch_add(&ngx_http_jwt_issuer_zone_sh(zone)->unknown,
                                1);
}


void
ngx_http_jwt_issuer_zone_signed(const ngx_http_jwt_issuer_service_t *service,
    uint64_t microseconds)
{
    ngx_http_jwt_issuer_stats_t   *stats;
    ngx_http_jwt_issuer_record_t  *record;

    record = ngx_http_jwt_issuer_zone_stats_record(service);

    if (record == NULL) {
        return;
    }

    stats = &record->stats;

    (void) ngx_atomic_fetch_add(&stats->counters[JWTI_COUNT_MINTED], 1);
    (void) ngx_atomic_fetch_add(&stats->times[jwti_times_bucket(microseconds)],
                                1);
    (void) ngx_atomic_fetch_add(&stats->time, (ngx_atomic_int_t) microseconds);
}


void
ngx_http_jwt_issuer_zone_plan(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, int64_t due,
    ngx_uint_t fails)
{
    ngx_http_jwt_issuer_record_t  *record;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record) {
        record->stats.due = due;
        record->stats.fails = fails;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


void
ngx_http_jwt_issuer_zone_error(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const char *reason,
    ngx_err_t err)
{
    u_char                         text[NGX_HTTP_JWT_ISSUER_STATUS_ERROR], *p;
    u_char                        *last;
    ngx_http_jwt_issuer_stats_t   *stats;
    ngx_http_jwt_issuer_record_t  *record;

    last = text + sizeof(text);
    p = ngx_slprintf(text, last, "%s", reason);

    if (err) {
        p = ngx_slprintf(p, last, " (%d: ", err);
        p = ngx_strerror(err, p, last - p);
        p = ngx_slprintf(p, last, ")");
    }

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record) {
        stats = &record->stats;

        ngx_memcpy(stats->error, text, p - text);
        stats->error_len = p - text;
        stats->error_at = ngx_http_jwt_issuer_now();
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


void
ngx_http_jwt_issuer_zone_clock(ngx_shm_zone_t *zone, ngx_uint_t known,
    int64_t skew, ngx_uint_t wrong)
{
    ngx_http_jwt_issuer_zone_t  *sh;

    sh = ngx_http_jwt_issuer_zone_sh(zone);

    ngx_http_jwt_issuer_zone_lock(zone);

    sh->clock_known = known;
    sh->clock_skew = skew;
    sh->clock_wrong = wrong;

    ngx_http_jwt_issuer_zone_unlock(zone);
}


/*
 * The other one may count on for a while, or this record was made by a reload
 * that failed: the larger number is the later one.
 */

void
ngx_http_jwt_issuer_zone_stats_inherit_locked(
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_record_t *other)
{
    ngx_uint_t                          i;
    ngx_http_jwt_issuer_stats_t        *to;
    const ngx_http_jwt_issuer_stats_t  *from;

    to = &record->stats;
    from = &other->stats;

    for (i = 0; i < JWTI_COUNTERS; i++) {
        to->counters[i] = ngx_max(to->counters[i], from->counters[i]);
    }

    for (i = 0; i < JWTI_TIMES_BUCKETS; i++) {
        to->times[i] = ngx_max(to->times[i], from->times[i]);
    }

    to->time = ngx_max(to->time, from->time);

    if (from->ndropped > to->ndropped) {
        to->ndropped = from->ndropped;
        ngx_memcpy(to->dropped, from->dropped, sizeof(to->dropped));
    }
}


void
ngx_http_jwt_issuer_zone_status(ngx_shm_zone_t *zone, jwti_status_t *status)
{
    ngx_slab_pool_t             *shpool;
    ngx_http_jwt_issuer_zone_t  *sh;

    sh = ngx_http_jwt_issuer_zone_sh(zone);
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    ngx_http_jwt_issuer_zone_lock(zone);

    status->clock_known = (int) sh->clock_known;
    status->clock_skew = sh->clock_skew;
    status->clock_wrong = (int) sh->clock_wrong;
    status->unknown = sh->unknown;

    status->zone_size = zone->shm.size;
    status->zone_free = (uint64_t) shpool->pfree * ngx_pagesize;

    if (ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        status->tokens = sh->arena.tokens;
        status->zone_free += sh->arena.size;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


void
ngx_http_jwt_issuer_zone_status_service(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service,
    jwti_status_service_t *status, u_char *error)
{
    ngx_uint_t                     i;
    ngx_http_jwt_issuer_record_t  *record;

    status->name = ngx_http_jwt_issuer_to_core(&service->name);
    status->environment = ngx_http_jwt_issuer_to_core(
                                            &service->settings.environment);
    status->source = ngx_http_jwt_issuer_to_core(&service->definition);
    status->fetched_ago = -1;
    status->refresh_in = -1;
    status->stale_in = -1;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record == NULL) {

        /* as an old worker's JWK set: a later configuration's record */

        record = ngx_http_jwt_issuer_zone_same_locked(zone, service->identity,
                                                      NULL);
    }

    if (record) {
        ngx_http_jwt_issuer_zone_stats_keys_locked(record, status);
        ngx_http_jwt_issuer_zone_stats_source_locked(record, status, error);

        for (i = 0; i < JWTI_COUNTERS; i++) {
            status->counters[i] = record->stats.counters[i];
        }

        for (i = 0; i < JWTI_TIMES_BUCKETS; i++) {
            status->times.bucket[i] = record->stats.times[i];
        }

        status->times.sum = record->stats.time;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


static void
ngx_http_jwt_issuer_zone_stats_keys_locked(
    const ngx_http_jwt_issuer_record_t *record, jwti_status_service_t *status)
{
    int                        signer;
    int64_t                    now;
    ngx_uint_t                 i;
    jwti_status_key_t         *key;
    const jwti_rotate_slot_t  *slot;

    now = ngx_http_jwt_issuer_now();
    signer = jwti_rotate_signer(&record->rotate, now);

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (!jwti_rotate_is_published(&record->rotate, (int) i, now)) {
            continue;
        }

        slot = &record->rotate.slots[i];
        key = &status->keys[status->nkeys++];

        ngx_memcpy(key->kid, slot->kid, JWTI_KID_LEN);
        key->alg = jwti_alg_at(slot->alg)->name;
        key->published_ago = now - slot->published;
        key->signs_in = -1;
        key->retires_in = -1;

        if ((int) i == signer) {
            key->state = JWTI_KEY_SIGNING;
            continue;
        }

        if ((int) i == record->rotate.wanted) {
            key->state = JWTI_KEY_NEXT;
            key->signs_in = ngx_max(slot->activate - now, 0);
            continue;
        }

        key->state = jwti_rotate_has_signed(&record->rotate, (int) i)
                     ? JWTI_KEY_PREVIOUS : JWTI_KEY_PUBLISHED;

        if (slot->retire != JWTI_ROTATE_NEVER) {
            key->retires_in = ngx_max(slot->retire - now, 0);
        }
    }
}


static void
ngx_http_jwt_issuer_zone_stats_source_locked(
    const ngx_http_jwt_issuer_record_t *record, jwti_status_service_t *status,
    u_char *error)
{
    int64_t                             now;
    const ngx_http_jwt_issuer_stats_t  *stats;

    now = ngx_http_jwt_issuer_now();
    stats = &record->stats;

    if (record->stale_at) {
        status->fetched_ago = now - record->fetched_at;
        status->stale_in = (record->stale_at == JWTI_ROTATE_NEVER)
                           ? JWTI_ROTATE_NEVER : record->stale_at - now;
    }

    if (stats->due != JWTI_ROTATE_NEVER) {
        status->refresh_in = ngx_max(stats->due - now, 0);
    }

    status->fails = (unsigned) stats->fails;

    if (stats->error_len) {
        ngx_memcpy(error, stats->error, stats->error_len);
        status->error.data = error;
        status->error.len = stats->error_len;
        status->error_ago = now - stats->error_at;
    }
}
