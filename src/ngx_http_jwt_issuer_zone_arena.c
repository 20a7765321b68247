
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The memory of the token cache: a slab pool of its own inside the zone.
 *
 * Keys come first: a zone that has no space for one more key takes it from the
 * cache, which starts anew at half its size.  And whatever happens to the
 * cache, keys are not touched by it: all workers change it all the time, and
 * one that is killed in the middle of a change leaves it torn.  The mark that
 * stands during each change tells the next one, who starts it anew as well.
 */


#include "ngx_http_jwt_issuer_zone.h"


/* of each service, for its key, the key's history and a next one */
#define NGX_HTTP_JWT_ISSUER_ARENA_RESERVE  8192

/* smaller ones are not worth their overhead */
#define NGX_HTTP_JWT_ISSUER_ARENA_PAGES    4


static ngx_uint_t ngx_http_jwt_issuer_zone_arena_create_locked(
    ngx_shm_zone_t *zone, size_t size);
static void ngx_http_jwt_issuer_zone_arena_reset_locked(
    ngx_http_jwt_issuer_arena_t *arena);


void
ngx_http_jwt_issuer_zone_arena_init_locked(ngx_shm_zone_t *zone,
    ngx_uint_t services)
{
    size_t            size, reserve, least;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    size = shpool->pfree * ngx_pagesize;
    reserve = services * NGX_HTTP_JWT_ISSUER_ARENA_RESERVE;

    /* less than all keys need: they will not all have a history at once */

    size -= ngx_min(reserve, size / 2);
    size -= size % ngx_pagesize;

    least = NGX_HTTP_JWT_ISSUER_ARENA_PAGES * ngx_pagesize;

    while (size >= least
           && !ngx_http_jwt_issuer_zone_arena_create_locked(zone, size))
    {
        /* what is free is in pieces */
        size -= size / 4;
        size -= size % ngx_pagesize;
    }
}


static ngx_uint_t
ngx_http_jwt_issuer_zone_arena_create_locked(ngx_shm_zone_t *zone, size_t size)
{
    ngx_slab_pool_t              *shpool, *pool;
    ngx_http_jwt_issuer_arena_t  *arena;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    pool = ngx_slab_alloc_locked(shpool, size);

    if (pool == NULL) {
        return 0;
    }

    /* the tree is still that of an earlier pool */

    ngx_http_jwt_issuer_zone_arena_begin_locked(arena);

    arena->size = size;
    arena->pool = pool;

    ngx_http_jwt_issuer_zone_arena_reset_locked(arena);

    return 1;
}


static void
ngx_http_jwt_issuer_zone_arena_reset_locked(ngx_http_jwt_issuer_arena_t *arena)
{
    ngx_slab_pool_t  *pool;

    pool = arena->pool;

    /* as ngx_init_zone_pool() does; the lock is the zone's */

    ngx_memzero(pool, sizeof(ngx_slab_pool_t));

    pool->addr = pool;
    pool->end = (u_char *) pool + arena->size;
    pool->min_shift = 3;

    ngx_slab_init(pool);
    pool->log_nomem = 0;

    ngx_rbtree_init(&arena->tree, &arena->sentinel,
                    ngx_http_jwt_issuer_zone_cached_insert);
    ngx_queue_init(&arena->used);
    arena->tokens = 0;

    ngx_memory_barrier();
    arena->changing = 0;
}


ngx_uint_t
ngx_http_jwt_issuer_zone_arena_check_locked(ngx_shm_zone_t *zone)
{
    ngx_http_jwt_issuer_arena_t  *arena;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;

    if (arena->pool == NULL) {
        return 0;
    }

    if (arena->changing) {
        ngx_http_jwt_issuer_zone_arena_reset_locked(arena);
    }

    return 1;
}


/* 1 when there is more space than before */

static ngx_uint_t
ngx_http_jwt_issuer_zone_arena_shrink_locked(ngx_shm_zone_t *zone)
{
    size_t                        size;
    ngx_slab_pool_t              *pool;
    ngx_http_jwt_issuer_arena_t  *arena;

    arena = &ngx_http_jwt_issuer_zone_sh(zone)->arena;
    pool = arena->pool;

    if (pool == NULL) {
        return 0;
    }

    size = arena->size / 2;
    size -= size % ngx_pagesize;

    /* whoever is killed in here leaves a zone without a cache until reload */

    arena->pool = NULL;
    ngx_memory_barrier();

    ngx_memzero(pool, arena->size);
    ngx_slab_free_locked((ngx_slab_pool_t *) zone->shm.addr, pool);

    if (size >= NGX_HTTP_JWT_ISSUER_ARENA_PAGES * ngx_pagesize) {
        (void) ngx_http_jwt_issuer_zone_arena_create_locked(zone, size);
    }

    return 1;
}


void *
ngx_http_jwt_issuer_zone_alloc_locked(ngx_shm_zone_t *zone, size_t size)
{
    void             *p;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    do {
        p = ngx_slab_alloc_locked(shpool, size);
    } while (p == NULL && ngx_http_jwt_issuer_zone_arena_shrink_locked(zone));

    return p;
}
