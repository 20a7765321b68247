
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What lies in the zone.  Only the files named _zone look inside; numbers,
 * bytes and pointers into the zone, which is mapped at the same address in
 * the master and all its workers.  A function whose name ends in _locked is
 * called with the zone's lock held.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_ZONE_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_ZONE_H_INCLUDED_


#include "ngx_http_jwt_issuer_mint.h"

#include <ngx_sha1.h>


#pragma GCC visibility push(hidden)


/* changed with any of the structures below */
#define NGX_HTTP_JWT_ISSUER_ZONE_LAYOUT    7


/* so many keys that an operator dropped are remembered for a service */
#define NGX_HTTP_JWT_ISSUER_STATS_DROPPED  4


/*
 * What is told of a service, and what an operator told it.  Whoever counts
 * does not take the lock: it may be somebody else's record for a moment, but
 * it is always a record.
 */
typedef struct {
    ngx_atomic_t                  counters[JWTI_COUNTERS];
    ngx_atomic_t                  times[JWTI_TIMES_BUCKETS];
    ngx_atomic_t                  time;         /* their sum, microseconds */
    int64_t                       due;          /* the source is asked again;
                                                 * NEVER: not until reload */
    ngx_uint_t                    fails;        /* of the source, in a row */
    int64_t                       error_at;
    ngx_uint_t                    error_len;
    ngx_uint_t                    asked;        /* an operator wants it */
    uint64_t                      asked_by;     /* the configuration whose
                                                 * worker has seen that; 0 */
    ngx_uint_t                    ndropped;     /* ever: the oldest ones are
                                                 * forgotten */
    u_char                        dropped[NGX_HTTP_JWT_ISSUER_STATS_DROPPED]
                                         [JWTI_KID_LEN];
    u_char                        error[NGX_HTTP_JWT_ISSUER_STATUS_ERROR];
} ngx_http_jwt_issuer_stats_t;


/* what belongs to the key of the rotation's slot of the same number */
typedef struct {
    u_char                       *stored;       /* jwti_key_store(); NULL when
                                                 * the key will not sign */
    size_t                        stored_len;
    u_char                       *jwk;          /* NULL: an HMAC secret */
    size_t                        jwk_len;
} ngx_http_jwt_issuer_zone_key_t;


struct ngx_http_jwt_issuer_record_s {
    ngx_rbtree_node_t             node;         /* first */
    ngx_queue_t                   spare;        /* while it is nobody's */
    uint64_t                      id;           /* 0: nobody's */
    u_char                        identity[NGX_HTTP_JWT_ISSUER_IDENTITY];
    int64_t                       fetched_at;   /* the source last said so */
    int64_t                       stale_at;     /* no signature from then */
    ngx_uint_t                    previous_due; /* the source has not said yet
                                                 * which key was before */
    jwti_rotate_t                 rotate;
    ngx_http_jwt_issuer_zone_key_t  keys[JWTI_ROTATE_SLOTS];
    u_char                       *constants;    /* service->constants, */
    size_t                        constants_len;
    uint64_t                      token_id;     /* and their number */
    uint64_t                      generation;   /* the last one that has it */
    ngx_http_jwt_issuer_stats_t   stats;
};


/* the token cache's memory: _zone_arena.c; what is in it: _zone_token.c */
typedef struct {
    ngx_slab_pool_t              *pool;         /* NULL: there is none */
    size_t                        size;         /* of pool */
    ngx_rbtree_t                  tree;         /* of cached tokens, by hash */
    ngx_rbtree_node_t             sentinel;
    ngx_queue_t                   used;         /* the last one used is first */
    ngx_uint_t                    tokens;       /* in the tree; claims, too */
    ngx_uint_t                    created;      /* so many were, ever */
    volatile ngx_uint_t           changing;     /* found set: torn */
} ngx_http_jwt_issuer_arena_t;


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
    ngx_uint_t                    moved;        /* arena->created then */
    int64_t                       claimed;      /* monotonic: until; 0: no */
    ngx_pid_t                     pid;          /* of the claim */
    uint32_t                      key_len;
    uint32_t                      token_len;
    u_char                       *rest;         /* the second piece, or NULL */
    uint32_t                      first;        /* bytes in data */
    u_char                        data[];       /* key, then token */
} ngx_http_jwt_issuer_cached_t;


typedef struct {
    ngx_uint_t                    layout;
    ngx_rbtree_t                  tree;         /* of records, by identity */
    ngx_rbtree_node_t             sentinel;
    ngx_queue_t                   spare;
    uint64_t                      last_id;
    uint64_t                      last_serial;
    uint64_t                      last_token_id;
    uint64_t                      generation;   /* configurations, ever */
    ngx_atomic_t                  unknown;      /* requests for no service */
    ngx_atomic_t                  asked;        /* by operators, ever */
    int64_t                       clock_skew;   /* seconds behind AWS's */
    ngx_uint_t                    clock_known;
    ngx_uint_t                    clock_wrong;
    ngx_http_jwt_issuer_arena_t   arena;
} ngx_http_jwt_issuer_zone_t;


/* zone->data, in the cycle's memory */
typedef struct {
    ngx_http_jwt_issuer_zone_t       *sh;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;
    uint64_t                          generation;
} ngx_http_jwt_issuer_zone_ctx_t;


static ngx_inline ngx_http_jwt_issuer_zone_t *
ngx_http_jwt_issuer_zone_sh(ngx_shm_zone_t *zone)
{
    return ((ngx_http_jwt_issuer_zone_ctx_t *) zone->data)->sh;
}


/* NULL: the record belongs to another service of a later configuration */
ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_record_locked(
    const ngx_http_jwt_issuer_service_t *service);

/* the slot that signs; NONE also when its key is too old to sign */
int ngx_http_jwt_issuer_zone_signer_locked(
    const ngx_http_jwt_issuer_record_t *record, int64_t now);

/* 1 when the record signs by the key or will, by whatever algorithm */
ngx_uint_t ngx_http_jwt_issuer_zone_uses_locked(
    const ngx_http_jwt_issuer_record_t *record, const u_char *kid);

/*
 * The records of the service that identity begins with, whatever their
 * definition: NULL for the first one, then the one before; NULL: no more.
 */
ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_same_locked(
    ngx_shm_zone_t *zone, const u_char *identity,
    ngx_http_jwt_issuer_record_t *record);

/* the published keys of another definition stay published, but never sign */
void ngx_http_jwt_issuer_zone_inherit_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_record_t *other, ngx_msec_t retire);

/* record->token_id is the number of these constants: the same one as before
 * when they are the same, else one that never was */
ngx_int_t ngx_http_jwt_issuer_zone_define_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, ngx_str_t *constants);

/* cleanse and free all keys of a record */
void ngx_http_jwt_issuer_zone_clear_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record);

/* as ngx_slab_alloc_locked(), but rather than none the token cache shrinks */
void *ngx_http_jwt_issuer_zone_alloc_locked(ngx_shm_zone_t *zone, size_t size);


/* the cache gets what the keys of so many services do not need */
void ngx_http_jwt_issuer_zone_arena_init_locked(ngx_shm_zone_t *zone,
    ngx_uint_t services);

/* 1 when there is a cache; one that was left torn is empty then */
ngx_uint_t ngx_http_jwt_issuer_zone_arena_check_locked(ngx_shm_zone_t *zone);


/* _zone_stats.c: a record goes on where another one of its service is */
void ngx_http_jwt_issuer_zone_stats_inherit_locked(
    ngx_http_jwt_issuer_record_t *record,
    const ngx_http_jwt_issuer_record_t *other);

/* _zone_operate.c: 1 when an operator has dropped the key */
ngx_uint_t ngx_http_jwt_issuer_zone_dropped_locked(
    const ngx_http_jwt_issuer_record_t *record, const u_char *kid);

/* _zone_key.c: all that record has of the key; 1 when it was there */
ngx_uint_t ngx_http_jwt_issuer_zone_forget_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record, const u_char *kid, int64_t retire);


/* _zone_cached.c */

/* of the tree, for ngx_rbtree_init() */
void ngx_http_jwt_issuer_zone_cached_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);

/* the place of these inputs, or NULL */
ngx_http_jwt_issuer_cached_t *ngx_http_jwt_issuer_zone_cached_lookup_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash);

/*
 * A place for these inputs, which have none, with a token or with an empty one.
 * Others may have to go for it.  NULL: there is no space all the same.
 */
ngx_http_jwt_issuer_cached_t *ngx_http_jwt_issuer_zone_cached_create_locked(
    ngx_http_jwt_issuer_arena_t *arena, const ngx_str_t *key, uint32_t hash,
    jwti_str_t token);

/* throw it out and cleanse it; or a few of no use any more */
void ngx_http_jwt_issuer_zone_cached_drop_locked(
    ngx_http_jwt_issuer_arena_t *arena, ngx_http_jwt_issuer_cached_t *cached);
void ngx_http_jwt_issuer_zone_cached_expire_locked(
    ngx_http_jwt_issuer_arena_t *arena);

/* len bytes of key and token from the one at from, which may be in either
 * piece */
void ngx_http_jwt_issuer_zone_cached_copy(u_char *p,
    const ngx_http_jwt_issuer_cached_t *cached, size_t from, size_t len);

/* milliseconds since the epoch: tokens have the times of this clock */
int64_t ngx_http_jwt_issuer_zone_cached_clock(void);


/* around each change of the tree, the queue and the pool */

static ngx_inline void
ngx_http_jwt_issuer_zone_arena_begin_locked(ngx_http_jwt_issuer_arena_t *arena)
{
    arena->changing = 1;
    ngx_memory_barrier();
}


static ngx_inline void
ngx_http_jwt_issuer_zone_arena_end_locked(ngx_http_jwt_issuer_arena_t *arena)
{
    ngx_memory_barrier();
    arena->changing = 0;
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_ZONE_H_INCLUDED_ */
