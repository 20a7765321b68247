
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


/* how long others wait for a worker that does not say that it is at it still */
#define NGX_HTTP_JWT_ISSUER_CLAIM        2000

/*
 * A token that was used less than so long ago is as good as just used, unless
 * a quarter of the cache has been made since: a flood is quicker.
 */
#define NGX_HTTP_JWT_ISSUER_TOKEN_TOUCH  1000

/* clocks of workers may differ so much, in milliseconds, but not more */
#define NGX_HTTP_JWT_ISSUER_TOKEN_SKEW   1000


static const jwti_rotate_slot_t *ngx_http_jwt_issuer_zone_token_signer_locked(
    const ngx_http_jwt_issuer_record_t *record);
static ngx_uint_t ngx_http_jwt_issuer_zone_token_is_good(
    const ngx_http_jwt_issuer_cached_t *cached,
    const jwti_rotate_slot_t *signer);
static void ngx_http_jwt_issuer_zone_token_take_locked(
    ngx_http_jwt_issuer_arena_t *arena, ngx_http_jwt_issuer_cached_t *cached,
    ngx_uint_t renew, ngx_http_jwt_issuer_token_t *token);
static ngx_int_t ngx_http_jwt_issuer_zone_token_claim_locked(
    ngx_http_jwt_issuer_arena_t *arena, ngx_http_jwt_issuer_cached_t *cached,
    const ngx_str_t *key, uint32_t hash, ngx_pid_t *pid);
static ngx_uint_t ngx_http_jwt_issuer_zone_token_is_newer(
    const ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_draft_t *draft);
static void ngx_http_jwt_issuer_zone_token_times(
    ngx_http_jwt_issuer_cached_t *cached, int64_t span,
    const ngx_http_jwt_issuer_draft_t *draft);


ngx_int_t
ngx_http_jwt_issuer_zone_token_find(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_uint_t flags, ngx_http_jwt_issuer_token_t *token)
{
    ngx_int_t                      rc;
    const jwti_rotate_slot_t      *signer;
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

    signer = ngx_http_jwt_issuer_zone_token_signer_locked(record);

    if (signer == NULL) {
        rc = NGX_AGAIN;
        goto done;
    }

    token->serial = signer->serial;
    rc = NGX_DECLINED;

    if (!ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        goto done;
    }

    cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key, hash);

    if (cached && ngx_http_jwt_issuer_zone_token_is_good(cached, signer)) {
        ngx_memcpy(token->kid, signer->kid, JWTI_KID_LEN);

        ngx_http_jwt_issuer_zone_token_take_locked(arena, cached,
                              flags & NGX_HTTP_JWT_ISSUER_FIND_RENEW, token);
        rc = NGX_OK;
        goto done;
    }

    if (!(flags & NGX_HTTP_JWT_ISSUER_FIND_CLAIM)) {
        key = NULL;
    }

    rc = ngx_http_jwt_issuer_zone_token_claim_locked(arena, cached, key, hash,
                                                     &token->pid);

done:

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


/* NULL: no key signs now */

static const jwti_rotate_slot_t *
ngx_http_jwt_issuer_zone_token_signer_locked(
    const ngx_http_jwt_issuer_record_t *record)
{
    int  slot;

    slot = ngx_http_jwt_issuer_zone_signer_locked(record,
                                                  ngx_http_jwt_issuer_now());

    return (slot == JWTI_ROTATE_NONE) ? NULL : &record->rotate.slots[slot];
}


/* it may be handed out (still), also when the clock was set */

static ngx_uint_t
ngx_http_jwt_issuer_zone_token_is_good(
    const ngx_http_jwt_issuer_cached_t *cached,
    const jwti_rotate_slot_t *signer)
{
    int64_t  clock;

    clock = ngx_http_jwt_issuer_zone_cached_clock();

    return signer && cached->serial == signer->serial
           && cached->reuse > clock
           && cached->issued <= clock + NGX_HTTP_JWT_ISSUER_TOKEN_SKEW;
}


static void
ngx_http_jwt_issuer_zone_token_take_locked(ngx_http_jwt_issuer_arena_t *arena,
    ngx_http_jwt_issuer_cached_t *cached, ngx_uint_t renew,
    ngx_http_jwt_issuer_token_t *token)
{
    int64_t  now;

    token->renew = 0;
    token->len = cached->token_len;

    if (token->len > token->size) {
        return;
    }

    now = ngx_http_jwt_issuer_now();

    if (now - cached->touched >= NGX_HTTP_JWT_ISSUER_TOKEN_TOUCH
        || arena->created - cached->moved > arena->tokens / 4)
    {
        cached->touched = now;
        cached->moved = arena->created;

        ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

        ngx_queue_remove(&cached->queue);
        ngx_queue_insert_head(&arena->used, &cached->queue);

        ngx_http_jwt_issuer_zone_arena_end_locked(arena);
    }

    if (renew && cached->claimed <= now
        && cached->renew <= ngx_http_jwt_issuer_zone_cached_clock())
    {
        cached->claimed = now + NGX_HTTP_JWT_ISSUER_CLAIM;
        cached->pid = ngx_pid;
        token->renew = 1;
    }

    ngx_http_jwt_issuer_zone_cached_copy(token->data, cached, cached->key_len,
                                         cached->token_len);
    token->expires = (time_t) cached->expires;
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
ngx_http_jwt_issuer_zone_token_hold(ngx_shm_zone_t *zone, const ngx_str_t *key,
    uint32_t hash)
{
    ngx_http_jwt_issuer_arena_t   *arena;
    ngx_http_jwt_issuer_cached_t  *cached;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    ngx_http_jwt_issuer_zone_lock(zone);

    if (ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key,
                                                               hash);

        if (cached && cached->pid == ngx_pid && cached->claimed) {
            cached->claimed = ngx_http_jwt_issuer_now()
                              + NGX_HTTP_JWT_ISSUER_CLAIM;
        }
    }

    ngx_http_jwt_issuer_zone_unlock(zone);
}


void
ngx_http_jwt_issuer_zone_token_release(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_pid_t pid)
{
    const jwti_rotate_slot_t      *signer;
    ngx_http_jwt_issuer_arena_t   *arena;
    ngx_http_jwt_issuer_cached_t  *cached;
    ngx_http_jwt_issuer_record_t  *record;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);
    signer = record ? ngx_http_jwt_issuer_zone_token_signer_locked(record)
                    : NULL;

    if (!ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        goto done;
    }

    cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key, hash);

    /* a token that is good still is renewed by a later try, not by the next */

    if (cached && cached->pid == pid
        && !ngx_http_jwt_issuer_zone_token_is_good(cached, signer))
    {
        ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

        ngx_http_jwt_issuer_zone_cached_drop_locked(arena, cached);

        ngx_http_jwt_issuer_zone_arena_end_locked(arena);
    }

done:

    ngx_http_jwt_issuer_zone_unlock(zone);
}


ngx_int_t
ngx_http_jwt_issuer_zone_token_store(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, const ngx_http_jwt_issuer_draft_t *draft)
{
    int64_t                                span;
    ngx_int_t                              rc;
    const jwti_rotate_slot_t              *signer;
    ngx_http_jwt_issuer_arena_t           *arena;
    ngx_http_jwt_issuer_cached_t          *cached;
    ngx_http_jwt_issuer_record_t          *record;
    const ngx_http_jwt_issuer_settings_t  *settings;

    rc = NGX_OK;
    settings = &service->settings;
    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    span = (int64_t) settings->lifetime * 10 * (int64_t) settings->reuse
           - (int64_t) settings->backdate * 1000;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_record_locked(service);

    if (record == NULL) {
        goto done;
    }

    signer = ngx_http_jwt_issuer_zone_token_signer_locked(record);

    if (signer == NULL || signer->serial != draft->serial) {
        rc = NGX_DECLINED;
        goto done;
    }

    if (draft->issued + span <= ngx_http_jwt_issuer_zone_cached_clock()) {
        rc = NGX_ABORT;
        goto done;
    }

    if (!ngx_http_jwt_issuer_zone_arena_check_locked(zone)) {
        goto done;
    }

    ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

    cached = ngx_http_jwt_issuer_zone_cached_lookup_locked(arena, key, hash);

    if (cached == NULL
        || !ngx_http_jwt_issuer_zone_token_is_newer(cached, draft))
    {
        if (cached) {
            ngx_http_jwt_issuer_zone_cached_drop_locked(arena, cached);
        }

        ngx_http_jwt_issuer_zone_cached_expire_locked(arena);

        cached = ngx_http_jwt_issuer_zone_cached_create_locked(arena, key, hash,
                                             jwti_buf_written(&draft->buf));
        if (cached) {
            ngx_http_jwt_issuer_zone_token_times(cached, span, draft);
        }
    }

    ngx_http_jwt_issuer_zone_arena_end_locked(arena);

done:

    ngx_http_jwt_issuer_zone_unlock(zone);

    return rc;
}


/* another worker was faster, or took over and began later; not a later clock */

static ngx_uint_t
ngx_http_jwt_issuer_zone_token_is_newer(
    const ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_draft_t *draft)
{
    return cached->serial == draft->serial && cached->issued >= draft->issued
           && cached->issued <= ngx_http_jwt_issuer_zone_cached_clock()
                                + NGX_HTTP_JWT_ISSUER_TOKEN_SKEW;
}


/*
 * The last fifth of the time in which a token is handed out is for making the
 * next one.  Tokens that were made together are not all renewed together.
 */

static void
ngx_http_jwt_issuer_zone_token_times(ngx_http_jwt_issuer_cached_t *cached,
    int64_t span, const ngx_http_jwt_issuer_draft_t *draft)
{
    cached->serial = draft->serial;
    cached->issued = draft->issued;
    cached->expires = draft->expires;
    cached->reuse = draft->issued + span;
    cached->renew = cached->reuse - span / 5
                    + (int64_t) (ngx_random() % (span / 10 + 1));
}
