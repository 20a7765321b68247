
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Places in the token cache: found, made, and thrown out when others need
 * their memory.
 */


#include "ngx_http_jwt_issuer_zone.h"

#include <openssl/crypto.h>


/* unused tokens that each piece of a new one may push out, but a claim none */
#define NGX_HTTP_JWT_ISSUER_CACHED_EVICT  16


static int ngx_http_jwt_issuer_zone_cached_cmp(
    const ngx_http_jwt_issuer_cached_t *cached, const u_char *key, size_t len);
static ngx_http_jwt_issuer_cached_t *
    ngx_http_jwt_issuer_zone_cached_alloc_locked(
    ngx_http_jwt_issuer_arena_t *arena, size_t len, ngx_uint_t evict);
static void *ngx_http_jwt_issuer_zone_cached_piece_locked(
    ngx_http_jwt_issuer_arena_t *arena, size_t size, ngx_uint_t evict);


ngx_http_jwt_issuer_cached_t *
ngx_http_jwt_issuer_zone_cached_lookup_locked(
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

        rc = ngx_http_jwt_issuer_zone_cached_cmp(cached, key->data, key->len);
        if (rc == 0) {
            return cached;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


/* a total order: clients that find equal hashes do not unbalance the tree */

static int
ngx_http_jwt_issuer_zone_cached_cmp(const ngx_http_jwt_issuer_cached_t *cached,
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
ngx_http_jwt_issuer_zone_cached_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    u_char                         key[JWTI_TOKEN_MAX];
    ngx_rbtree_node_t            **p;
    ngx_http_jwt_issuer_cached_t  *cached, *other;

    cached = (ngx_http_jwt_issuer_cached_t *) node;

    ngx_http_jwt_issuer_zone_cached_copy(key, cached, 0, cached->key_len);

    for ( ;; ) {
        other = (ngx_http_jwt_issuer_cached_t *) temp;

        if (node->key != temp->key) {
            p = (node->key < temp->key) ? &temp->left : &temp->right;

        } else {
            p = (ngx_http_jwt_issuer_zone_cached_cmp(other, key,
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


/* len bytes from the one at from, which may be in either piece */

void
ngx_http_jwt_issuer_zone_cached_copy(u_char *p,
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


ngx_http_jwt_issuer_cached_t *
ngx_http_jwt_issuer_zone_cached_create_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash,
    jwti_str_t token)
{
    size_t                         n, from;
    ngx_uint_t                     i, evict;
    ngx_http_jwt_issuer_cached_t  *cached;

    const jwti_str_t  parts[2] = { ngx_http_jwt_issuer_to_core(key), token };

    evict = token.len ? NGX_HTTP_JWT_ISSUER_CACHED_EVICT : 0;

    cached = ngx_http_jwt_issuer_zone_cached_alloc_locked(arena,
                                                          key->len + token.len,
                                                          evict);
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
    cached->moved = ++arena->created;
    cached->claimed = 0;
    cached->pid = 0;
    cached->key_len = (uint32_t) key->len;
    cached->token_len = (uint32_t) token.len;

    from = 0;

    for (i = 0; i < 2; i++) {
        n = (from < cached->first) ? ngx_min(parts[i].len,
                                             cached->first - from) : 0;

        ngx_memcpy(cached->data + from, parts[i].data, n);

        if (cached->rest && parts[i].len > n) {
            ngx_memcpy(cached->rest + (from + n - cached->first),
                       parts[i].data + n, parts[i].len - n);
        }

        from += parts[i].len;
    }

    ngx_rbtree_insert(&arena->tree, &cached->node);
    ngx_queue_insert_head(&arena->used, &cached->queue);
    arena->tokens++;

    return cached;
}


/* sets first and rest */

static ngx_http_jwt_issuer_cached_t *
ngx_http_jwt_issuer_zone_cached_alloc_locked(
    ngx_http_jwt_issuer_arena_t *arena, size_t len, ngx_uint_t evict)
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

    cached = ngx_http_jwt_issuer_zone_cached_piece_locked(arena, size,
                                                          evict);
    if (cached == NULL) {
        return NULL;
    }

    cached->first = (uint32_t) (size - offsetof(ngx_http_jwt_issuer_cached_t,
                                                data));
    cached->rest = NULL;

    if (second) {
        cached->rest = ngx_http_jwt_issuer_zone_cached_piece_locked(arena,
                                                              second, evict);
        if (cached->rest == NULL) {
            ngx_slab_free_locked(arena->pool, cached);
            return NULL;
        }
    }

    return cached;
}


static void *
ngx_http_jwt_issuer_zone_cached_piece_locked(ngx_http_jwt_issuer_arena_t *arena,
    size_t size, ngx_uint_t evict)
{
    void         *p;
    ngx_uint_t    i;
    ngx_queue_t  *q;

    for (i = 0; /* void */ ; i++) {
        p = ngx_slab_alloc_locked(arena->pool, size);

        if (p || i == evict
            || ngx_queue_empty(&arena->used))
        {
            return p;
        }

        q = ngx_queue_last(&arena->used);

        ngx_http_jwt_issuer_zone_cached_drop_locked(arena,
                     ngx_queue_data(q, ngx_http_jwt_issuer_cached_t, queue));
    }
}


/* of those that were not used for longest, two that are of no use any more */

void
ngx_http_jwt_issuer_zone_cached_expire_locked(
    ngx_http_jwt_issuer_arena_t *arena)
{
    int64_t                        now, clock;
    ngx_uint_t                     i;
    ngx_queue_t                   *q;
    ngx_http_jwt_issuer_cached_t  *cached;

    now = ngx_http_jwt_issuer_now();
    clock = ngx_http_jwt_issuer_zone_cached_clock();

    for (i = 0; i < 2 && !ngx_queue_empty(&arena->used); i++) {
        q = ngx_queue_last(&arena->used);
        cached = ngx_queue_data(q, ngx_http_jwt_issuer_cached_t, queue);

        if (cached->reuse > clock || cached->claimed > now) {
            return;
        }

        ngx_http_jwt_issuer_zone_cached_drop_locked(arena, cached);
    }
}


void
ngx_http_jwt_issuer_zone_cached_drop_locked(ngx_http_jwt_issuer_arena_t *arena,
    ngx_http_jwt_issuer_cached_t *cached)
{
    size_t  len;

    ngx_rbtree_delete(&arena->tree, &cached->node);
    ngx_queue_remove(&cached->queue);
    arena->tokens--;

    len = (size_t) cached->key_len + cached->token_len;

    if (cached->rest) {
        OPENSSL_cleanse(cached->rest, len - cached->first);
        ngx_slab_free_locked(arena->pool, cached->rest);
    }

    OPENSSL_cleanse(cached->data, ngx_min(len, cached->first));
    ngx_slab_free_locked(arena->pool, cached);
}


int64_t
ngx_http_jwt_issuer_zone_cached_clock(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (int64_t) tp->sec * 1000 + (int64_t) tp->msec;
}
