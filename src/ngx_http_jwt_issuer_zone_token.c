
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

#include <openssl/crypto.h>


/* how long others wait for the worker that makes a token */
#define NGX_HTTP_JWT_ISSUER_CLAIM        2000

/* a token that was used less than so long ago is as good as just used */
#define NGX_HTTP_JWT_ISSUER_TOKEN_TOUCH  1000

/* unused tokens that one new token may push out */
#define NGX_HTTP_JWT_ISSUER_TOKEN_EVICT  64

/* clocks of workers may differ so much, in milliseconds, but not more */
#define NGX_HTTP_JWT_ISSUER_TOKEN_SKEW   1000


/*
 * A place in the cache.  Its memory is one piece of a power of two, or two of
 * them where that wastes less, as the slab pool knows no others.
 */
typedef struct {
    ngx_rbtree_node_t             node;         /* first; key: the hash */
    ngx_queue_t                   queue;        /* arena->used */
    uint64_t                      serial;       /* of the key; 0: no token */
    int64_t                       issued;       /* ms since the epoch */
    int64_t                       renew;        /* likewise: make another one */
    int64_t                       reuse;        /* likewise: the share's end */
    int64_t                       expires;      /* exp */
    int64_t                       touched;      /* monotonic: last used */
    int64_t                       claimed;      /* monotonic: until; 0: no */
    ngx_pid_t                     pid;          /* of the claim */
    uint32_t                      key_len;
    uint32_t                      token_len;
    u_char                       *rest;         /* the second piece, or NULL */
    uint32_t                      first;        /* bytes in data */
    u_char                        data[];       /* key, then token */
} ngx_http_jwt_issuer_cached_t;


static ngx_http_jwt_issuer_cached_t *
    ngx_http_jwt_issuer_zone_token_lookup_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash);
static int ngx_http_jwt_issuer_zone_token_cmp(
    const ngx_http_jwt_issuer_cached_t *cached, const u_char *key, size_t len);
static ngx_uint_t ngx_http_jwt_issuer_zone_token_take_locked(
    ngx_shm_zone_t *zone, ngx_http_jwt_issuer_cached_t *cached,
    const ngx_http_jwt_issuer_record_t *record, int slot,
    ngx_http_jwt_issuer_token_t *token);
static void ngx_http_jwt_issuer_zone_token_copy(u_char *p,
    const ngx_http_jwt_issuer_cached_t *cached, size_t from, size_t len);
static ngx_int_t ngx_http_jwt_issuer_zone_token_claim_locked(
    ngx_http_jwt_issuer_arena_t *arena, ngx_http_jwt_issuer_cached_t *cached,
    const ngx_str_t *key, uint32_t hash, ngx_pid_t *pid);
static ngx_http_jwt_issuer_cached_t *
    ngx_http_jwt_issuer_zone_token_create_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash,
    jwti_str_t token);
static ngx_http_jwt_issuer_cached_t *
    ngx_http_jwt_issuer_zone_token_alloc_locked(
    ngx_http_jwt_issuer_arena_t *arena, size_t len);
static void *ngx_http_jwt_issuer_zone_token_piece_locked(
    ngx_http_jwt_issuer_arena_t *arena, size_t size);
static void ngx_http_jwt_issuer_zone_token_expire_locked(
    ngx_http_jwt_issuer_arena_t *arena);
static void ngx_http_jwt_issuer_zone_token_drop_locked(
    ngx_http_jwt_issuer_arena_t *arena, ngx_http_jwt_issuer_cached_t *cached);
static int64_t ngx_http_jwt_issuer_zone_token_clock(void);
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

    cached = ngx_http_jwt_issuer_zone_token_lookup_locked(arena, key, hash);

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


static ngx_http_jwt_issuer_cached_t *
ngx_http_jwt_issuer_zone_token_lookup_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash)
{
    int                            rc;
    ngx_rbtree_node_t             *node, *sentinel;
    ngx_http_jwt_issuer_cached_t  *cached;

    node = arena->tree.root;
    sentinel = arena->tree.sentinel;

    while (node != sentinel) {

        if (hash != node->key) {
            node = (hash < node->key) ? node->left : node->right;
            continue;
        }

        cached = (ngx_http_jwt_issuer_cached_t *) node;

        rc = ngx_http_jwt_issuer_zone_token_cmp(cached, key->data, key->len);
        if (rc == 0) {
            return cached;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


/* a total order: clients that find equal hashes do not unbalance the tree */

static int
ngx_http_jwt_issuer_zone_token_cmp(const ngx_http_jwt_issuer_cached_t *cached,
    const u_char *key, size_t len)
{
    int     rc;
    size_t  n;

    if (len != cached->key_len) {
        return (len < cached->key_len) ? -1 : 1;
    }

    n = ngx_min(len, cached->first);

    rc = ngx_memcmp(key, cached->data, n);

    if (rc == 0 && len > n) {
        rc = ngx_memcmp(key + n, cached->rest, len - n);
    }

    return rc;
}


void
ngx_http_jwt_issuer_zone_token_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    u_char                         key[JWTI_TOKEN_MAX];
    ngx_rbtree_node_t            **p;
    ngx_http_jwt_issuer_cached_t  *cached, *other;

    cached = (ngx_http_jwt_issuer_cached_t *) node;

    ngx_http_jwt_issuer_zone_token_copy(key, cached, 0, cached->key_len);

    for ( ;; ) {
        other = (ngx_http_jwt_issuer_cached_t *) temp;

        if (node->key != temp->key) {
            p = (node->key < temp->key) ? &temp->left : &temp->right;

        } else {
            p = (ngx_http_jwt_issuer_zone_token_cmp(other, key,
                                                    cached->key_len)
                 < 0)
                ? &temp->left : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
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

    clock = ngx_http_jwt_issuer_zone_token_clock();

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

    if (cached->renew <= clock && cached->claimed <= now) {
        cached->claimed = now + NGX_HTTP_JWT_ISSUER_CLAIM;
        cached->pid = ngx_pid;
        token->renew = 1;
    }

    ngx_http_jwt_issuer_zone_token_copy(token->data, cached, cached->key_len,
                                        cached->token_len);
    token->len = cached->token_len;
    token->expires = (time_t) cached->expires;
    ngx_memcpy(token->kid, record->rotate.slots[slot].kid, JWTI_KID_LEN);

    return 1;
}


/* len bytes from the one at from, which may be in either piece */

static void
ngx_http_jwt_issuer_zone_token_copy(u_char *p,
    const ngx_http_jwt_issuer_cached_t *cached, size_t from, size_t len)
{
    size_t  n;

    if (from < cached->first) {
        n = ngx_min(len, cached->first - from);
        p = ngx_cpymem(p, cached->data + from, n);

        from += n;
        len -= n;
    }

    if (len) {
        ngx_memcpy(p, cached->rest + (from - cached->first), len);
    }
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

        cached = ngx_http_jwt_issuer_zone_token_create_locked(arena, key, hash,
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
        cached = ngx_http_jwt_issuer_zone_token_lookup_locked(arena, key,
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

    cached = ngx_http_jwt_issuer_zone_token_lookup_locked(arena, key, hash);

    if (cached) {
        ngx_http_jwt_issuer_zone_token_drop_locked(arena, cached);
    }

    ngx_http_jwt_issuer_zone_token_expire_locked(arena);

    if (slot != JWTI_ROTATE_NONE
        && record->rotate.slots[slot].serial == draft->serial)
    {
        cached = ngx_http_jwt_issuer_zone_token_create_locked(arena, key, hash,
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


static ngx_http_jwt_issuer_cached_t *
ngx_http_jwt_issuer_zone_token_create_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash,
    jwti_str_t token)
{
    size_t                         n, from;
    ngx_uint_t                     i;
    ngx_http_jwt_issuer_cached_t  *cached;

    const jwti_str_t  parts[2] = { ngx_http_jwt_issuer_to_core(key), token };

    cached = ngx_http_jwt_issuer_zone_token_alloc_locked(arena, key->len
                                                                + token.len);
    if (cached == NULL) {
        return NULL;
    }

    cached->node.key = hash;
    cached->serial = 0;
    cached->issued = 0;
    cached->renew = 0;
    cached->reuse = 0;
    cached->expires = 0;
    cached->touched = ngx_http_jwt_issuer_now();
    cached->claimed = 0;
    cached->pid = 0;
    cached->key_len = (uint32_t) key->len;
    cached->token_len = (uint32_t) token.len;

    from = 0;

    for (i = 0; i < 2; i++) {
        n = (from < cached->first) ? ngx_min(parts[i].len,
                                             cached->first - from) : 0;

        ngx_memcpy(cached->data + from, parts[i].data, n);

        if (parts[i].len > n) {
            ngx_memcpy(cached->rest + (from + n - cached->first),
                       parts[i].data + n, parts[i].len - n);
        }

        from += parts[i].len;
    }

    ngx_rbtree_insert(&arena->tree, &cached->node);
    ngx_queue_insert_head(&arena->used, &cached->queue);

    return cached;
}


/* sets first and rest */

static ngx_http_jwt_issuer_cached_t *
ngx_http_jwt_issuer_zone_token_alloc_locked(
    ngx_http_jwt_issuer_arena_t *arena, size_t len)
{
    size_t                         size, piece, second;
    ngx_http_jwt_issuer_cached_t  *cached;

    size = offsetof(ngx_http_jwt_issuer_cached_t, data) + len;

    for (piece = 1; piece < size; piece *= 2) { /* void */ }

    second = 0;

    if (piece >= 1024 && size <= piece / 2 + piece / 4) {
        second = size - piece / 2;
        size = piece / 2;
    }

    cached = ngx_http_jwt_issuer_zone_token_piece_locked(arena, size);
    if (cached == NULL) {
        return NULL;
    }

    cached->first = (uint32_t) (size - offsetof(ngx_http_jwt_issuer_cached_t,
                                                data));
    cached->rest = NULL;

    if (second) {
        cached->rest = ngx_http_jwt_issuer_zone_token_piece_locked(arena,
                                                                   second);
        if (cached->rest == NULL) {
            ngx_slab_free_locked(arena->pool, cached);
            return NULL;
        }
    }

    return cached;
}


static void *
ngx_http_jwt_issuer_zone_token_piece_locked(ngx_http_jwt_issuer_arena_t *arena,
    size_t size)
{
    void         *p;
    ngx_uint_t    i;
    ngx_queue_t  *q;

    for (i = 0; /* void */ ; i++) {
        p = ngx_slab_alloc_locked(arena->pool, size);

        if (p || i == NGX_HTTP_JWT_ISSUER_TOKEN_EVICT
            || ngx_queue_empty(&arena->used))
        {
            return p;
        }

        q = ngx_queue_last(&arena->used);

        ngx_http_jwt_issuer_zone_token_drop_locked(arena,
                     ngx_queue_data(q, ngx_http_jwt_issuer_cached_t, queue));
    }
}


/* of those that were not used for longest, two that are of no use any more */

static void
ngx_http_jwt_issuer_zone_token_expire_locked(
    ngx_http_jwt_issuer_arena_t *arena)
{
    int64_t                        now, clock;
    ngx_uint_t                     i;
    ngx_queue_t                   *q;
    ngx_http_jwt_issuer_cached_t  *cached;

    now = ngx_http_jwt_issuer_now();
    clock = ngx_http_jwt_issuer_zone_token_clock();

    for (i = 0; i < 2 && !ngx_queue_empty(&arena->used); i++) {
        q = ngx_queue_last(&arena->used);
        cached = ngx_queue_data(q, ngx_http_jwt_issuer_cached_t, queue);

        if (cached->reuse > clock || cached->claimed > now) {
            return;
        }

        ngx_http_jwt_issuer_zone_token_drop_locked(arena, cached);
    }
}


static void
ngx_http_jwt_issuer_zone_token_drop_locked(ngx_http_jwt_issuer_arena_t *arena,
    ngx_http_jwt_issuer_cached_t *cached)
{
    size_t  len;

    ngx_rbtree_delete(&arena->tree, &cached->node);
    ngx_queue_remove(&cached->queue);

    len = (size_t) cached->key_len + cached->token_len;

    if (cached->rest) {
        OPENSSL_cleanse(cached->rest, len - cached->first);
        ngx_slab_free_locked(arena->pool, cached->rest);
    }

    OPENSSL_cleanse(cached->data, ngx_min(len, cached->first));
    ngx_slab_free_locked(arena->pool, cached);
}


static int64_t
ngx_http_jwt_issuer_zone_token_clock(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + (int64_t) tp->msec;
}
