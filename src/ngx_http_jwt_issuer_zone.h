
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What lies in the zone.  Only _zone.c and _zone_key.c look inside; numbers,
 * bytes and pointers into the zone, which is mapped at the same address in
 * the master and all its workers.  A function whose name ends in _locked is
 * called with the zone's lock held.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_ZONE_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_ZONE_H_INCLUDED_


#include "ngx_http_jwt_issuer_refresh.h"

#include <ngx_sha1.h>


#pragma GCC visibility push(hidden)


/* changed with any of the structures below */
#define NGX_HTTP_JWT_ISSUER_ZONE_LAYOUT    1


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
    jwti_rotate_t                 rotate;
    ngx_http_jwt_issuer_zone_key_t  keys[JWTI_ROTATE_SLOTS];
};


typedef struct {
    ngx_uint_t                    layout;
    ngx_rbtree_t                  tree;         /* of records, by identity */
    ngx_rbtree_node_t             sentinel;
    ngx_queue_t                   spare;
    uint64_t                      last_id;
    uint64_t                      last_serial;
} ngx_http_jwt_issuer_zone_t;


/* zone->data, in the cycle's memory */
typedef struct {
    ngx_http_jwt_issuer_zone_t       *sh;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;
} ngx_http_jwt_issuer_zone_ctx_t;


/* NULL: the record belongs to another service of a later configuration */
ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_record_locked(
    const ngx_http_jwt_issuer_service_t *service);

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

/* cleanse and free all keys of a record */
void ngx_http_jwt_issuer_zone_clear_locked(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_record_t *record);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_ZONE_H_INCLUDED_ */
