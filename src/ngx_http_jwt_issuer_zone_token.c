
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The token cache of all workers.  A token is found by every input that it was
 * made of, compared in full, and is handed out only while the key that made it
 * is the one that signs.  So the tokens of a key that was replaced are gone in
 * all workers at once, and what is left of them is thrown out as unused.
 *
 * A place without a token is a claim: its worker makes the token, others wait
 * for it.  A claim ends by itself, its worker may be killed.  A full cache
 * costs signatures, nothing else.
 */


#include "ngx_http_jwt_issuer_zone.h"


/* how long others wait for the worker that makes a token */
#define NGX_HTTP_JWT_ISSUER_CLAIM        2000

/* a token that was used less than so long ago is as good as just used */
#define NGX_HTTP_JWT_ISSUER_TOKEN_TOUCH  1000

/* clocks of workers may differ so much, in milliseconds, but not more */
#define NGX_HTTP_JWT_ISSUER_TOKEN_SKEW   1000


static ngx_uint_t ngx_http_jwt_issuer_zone_token_take_locked(
    ngx_shm_zone_t *zone, ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_record_t *record, int slot,
    ngx_http_jwt_issuer_token_t *token);
static ngx_int_t ngx_http_jwt_issuer_zone_token_claim_locked(
    ngx_http_jwt_issuer_arena_t *arena, ngx_http_jwt_issuer_cached_t *cached,
    const ngx_str_t *key, uint32_t hash, ngx_pid_t *pid);
static void ngx_http_jwt_issuer_zone_token_times(
    ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_settings_t *settings,
    const ngx_http_jwt_issuer_draft_t *draft);


ngx_int_t
ngx_http_jwt_issuer_zone_token_find(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_uint_t claim, ngx_http_jwt_issuer_token_t *token)
{
    int                            slot;
    ngx_int_t                      rc;
    ngx_http_jwt_issuer_arena_t   *arena;
    ngx_http_jwt_issuer_cached_t  *cached;
    ngx_http_jwt_issuer_record_t  *record;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record == NULL) {
        rc = NGX_ABORT;
        goto done;
    }

    slot = ngx_http_jwt_issuer_zone_signer_locked(record,
                                                  ngx_http_jwt_issuer_now());
    if (slot == JWTI_ROTATE_NONE) {
        rc = NGX_AGAIN;
        goto done;
    }

    rc = NGX_DECLINED;

    if (!ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        goto done;
    }

    cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key, hash);

    if (cached
        && ngx_http_jwt_issuer_zone_token_take_locked(zone, cached, record,
                                                      slot, token))
    {
        rc = NGX_OK;

    } else if (claim || cached) {
        rc = ngx_http_jwt_issuer_zone_token_claim_locked(arena, cached,
                                                         claim ? key : NULL,
                                                         hash, &token->pid);
    }

done:

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


/* 0: it may not be handed out (any more) */

static ngx_uint_t
ngx_http_jwt_issuer_zone_token_take_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_record_t *record, int slot,
    ngx_http_jwt_issuer_token_t *token)
{
    int64_t                       now, clock;
    ngx_http_jwt_issuer_arena_t  *arena;

    clock = ngx_http_jwt_issuer_zone_cached_clock();

    if (cached->serial != record->rotate.slots[slot].serial
        || cached->reuse <= clock
        || cached->issued > clock + NGX_HTTP_JWT_ISSUER_TOKEN_SKEW)
    {
        return 0;
    }

    now = ngx_http_jwt_issuer_now();
    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    if (now - cached->touched >= NGX_HTTP_JWT_ISSUER_TOKEN_TOUCH) {
        cached->touched = now;

        ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

        ngx_queue_remove(&cached->queue);
        ngx_queue_insert_head(&arena->used, &cached->queue);

        ngx_http_jwt_issuer_zone_arena_end_locked(arena);
    }

    token->renew = 0;
    token->len = cached->token_len;

    if (token->len > token->size) {
        return 1;
    }

    if (cached->renew <= clock && cached->claimed <= now) {
        cached->claimed = now + NGX_HTTP_JWT_ISSUER_CLAIM;
        cached->pid = ngx_pid;
        token->renew = 1;
    }

    ngx_http_jwt_issuer_zone_cached_copy(token->data, cached, cached->key_len,
                                         cached->token_len);
    token->expires = (time_t) cached->expires;
    ngx_memcpy(token->kid, record->rotate.slots[slot].kid, JWTI_KID_LEN);

    return 1;
}


/* key NULL: only look at the claim that is there */

static ngx_int_t
ngx_http_jwt_issuer_zone_token_claim_locked(ngx_http_jwt_issuer_arena_t *arena,
    ngx_http_jwt_issuer_cached_t *cached, const ngx_str_t *key, uint32_t hash,
    ngx_pid_t *pid)
{
    int64_t  now;

    now = ngx_http_jwt_issuer_now();

    if (cached && cached->claimed > now) {
        *pid = cached->pid;
        return NGX_BUSY;
    }

    if (key == NULL) {
        return NGX_DECLINED;
    }

    if (cached == NULL) {
        ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

        cached = ngx_http_jwt_issuer_zone_cached_create_locked(arena, key, hash,
                                                              jwti_str(""));

        ngx_http_jwt_issuer_zone_arena_end_locked(arena);
    }

    if (cached) {
        cached->claimed = now + NGX_HTTP_JWT_ISSUER_CLAIM;
        cached->pid = ngx_pid;
    }

    return NGX_DECLINED;
}


void
ngx_http_jwt_issuer_zone_token_release(ngx_shm_zone_t *zone,
    const ngx_str_t *key, uint32_t hash, ngx_pid_t pid)
{
    ngx_http_jwt_issuer_arena_t   *arena;
    ngx_http_jwt_issuer_cached_t  *cached;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    ngx_http_jwt_issuer_zone_lock(zone);

    if (ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key,
                                                              hash);

        /* a token that is there is renewed by a later try, not by the next */

        if (cached && cached->pid == pid && cached->serial == 0) {
            cached->claimed = 0;
        }
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


void
ngx_http_jwt_issuer_zone_token_store(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, const ngx_http_jwt_issuer_draft_t *draft)
{
    int                            slot;
    ngx_http_jwt_issuer_arena_t   *arena;
    ngx_http_jwt_issuer_cached_t  *cached;
    ngx_http_jwt_issuer_record_t  *record;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    slot = record ? ngx_http_jwt_issuer_zone_signer_locked(record,
                                                  ngx_http_jwt_issuer_now())
                  : JWTI_ROTATE_NONE;

    if (!ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        goto done;
    }

    ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

    cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key, hash);

    if (cached) {
        ngx_http_jwt_issuer_zone_cached_drop_locked(arena, cached);
    }

    ngx_http_jwt_issuer_zone_cached_expire_locked(arena);

    if (slot != JWTI_ROTATE_NONE
        && record->rotate.slots[slot].serial == draft->serial)
    {
        cached = ngx_http_jwt_issuer_zone_cached_create_locked(arena, key, hash,
                                             jwti_buf_written(&draft->buf));
        if (cached) {
            ngx_http_jwt_issuer_zone_token_times(cached, &service->settings,
                                                 draft);
        }
    }

    ngx_http_jwt_issuer_zone_arena_end_locked(arena);

done:

    ngx_http_jwt_issuer_zone_unlock(zone);
}


/*
 * The last fifth of the time in which a token is handed out is for making the
 * next one.  Tokens that were made together are not all renewed together.
 */

static void
ngx_http_jwt_issuer_zone_token_times(ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_settings_t *settings,
    const ngx_http_jwt_issuer_draft_t *draft)
{
    int64_t  span;

    span = (int64_t) settings->lifetime * 10 * (int64_t) settings->reuse
           - (int64_t) settings->backdate * 1000;

    cached->serial = draft->serial;
    cached->issued = draft->issued;
    cached->expires = draft->expires;
    cached->reuse = draft->issued + span;
    cached->renew = cached->reuse - span / 5;

    if (span > 0) {
        cached->renew += (int64_t) (ngx_random() % (span / 10 + 1));
    }
}
