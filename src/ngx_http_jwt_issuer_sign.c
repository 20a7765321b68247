
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Signatures that are made beside the event loop: RSA, which takes up to tens
 * of milliseconds, in nginx's thread pool; what another worker makes; and a
 * renewal, for which no request waits, when the answer is on its way.
 *
 * Such a signature has memory of its own and ends by itself, whatever becomes
 * of the requests: they take themselves off its list.
 */


#include "ngx_http_jwt_issuer_mint.h"
#include "jwti_base64.h"
#include "jwti_sign.h"


/* more would have to wait for so long that they had better come again */
#define NGX_HTTP_JWT_ISSUER_PENDING_MAX   1024

/* the longest time between two looks for another worker's token */
#define NGX_HTTP_JWT_ISSUER_POLL_MAX      50

/* how often one that takes long says so, and looks for who has waited enough */
#define NGX_HTTP_JWT_ISSUER_SIGN_TICK     1000


static ngx_http_jwt_issuer_sign_t *ngx_http_jwt_issuer_sign_create(
    ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, size_t size);
static void ngx_http_jwt_issuer_sign_handler(ngx_event_t *ev);
static void ngx_http_jwt_issuer_sign_tick(ngx_http_jwt_issuer_sign_t *sign);
static void ngx_http_jwt_issuer_sign_late(ngx_http_jwt_issuer_sign_t *sign);
static ngx_http_jwt_issuer_sign_e ngx_http_jwt_issuer_sign_store(
    ngx_http_jwt_issuer_sign_t *sign, ngx_http_jwt_issuer_sign_e state);
static void ngx_http_jwt_issuer_sign_look(ngx_http_jwt_issuer_sign_t *sign);
static void ngx_http_jwt_issuer_sign_wake(ngx_http_jwt_issuer_sign_t *sign,
    ngx_http_jwt_issuer_sign_e state);


ngx_int_t
ngx_http_jwt_issuer_sign_init(ngx_http_jwt_issuer_process_t *process)
{
    ngx_rbtree_init(&process->signs, &process->sentinel,
                    ngx_str_rbtree_insert_value);
    ngx_queue_init(&process->signing);
    ngx_queue_init(&process->pending);

    ngx_http_jwt_issuer_threads_start(process);

    return NGX_OK;
}


/* size: of the draft's buffer */

static ngx_http_jwt_issuer_sign_t *
ngx_http_jwt_issuer_sign_create(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, size_t size)
{
    u_char                      *p;
    size_t                       key_len;
    ngx_http_jwt_issuer_sign_t  *sign;

    key_len = key ? key->len : 0;

    sign = ngx_alloc(sizeof(ngx_http_jwt_issuer_sign_t) + key_len + size,
                     process->log);
    if (sign == NULL) {
        return NULL;
    }

    ngx_memzero(sign, sizeof(ngx_http_jwt_issuer_sign_t));

    sign->ident = -1;
    sign->process = process;
    sign->service = service;
    sign->event.handler = ngx_http_jwt_issuer_sign_handler;
    sign->event.data = sign;
    sign->event.log = process->log;

    ngx_queue_init(&sign->waiters);

    p = sign->memory;

    if (key) {
        sign->node.str.data = p;
        sign->node.str.len = key_len;
        sign->node.node.key = hash;
        sign->keyed = 1;
        sign->shared = 1;

        p = ngx_cpymem(p, key->data, key_len);

        ngx_rbtree_insert(&process->signs, &sign->node.node);
    }

    jwti_buf_init(&sign->draft.buf, p, size);

    ngx_queue_insert_tail(&process->signing, &sign->queue);

    return sign;
}


ngx_http_jwt_issuer_sign_t *
ngx_http_jwt_issuer_sign_start(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_http_jwt_issuer_draft_t *draft)
{
    jwti_buf_t                   buf;
    ngx_uint_t                   slow;
    ngx_http_jwt_issuer_sign_t  *sign;

    slow = ngx_http_jwt_issuer_draft_is_slow(process, draft);

    if (slow && process->npending >= NGX_HTTP_JWT_ISSUER_PENDING_MAX) {
        return NULL;
    }

    sign = ngx_http_jwt_issuer_sign_create(process, service, key, hash,
                        jwti_buf_len(&draft->buf) + 1
                        + jwti_base64url_len(jwti_sign_len(draft->key)));
    if (sign == NULL) {
        return NULL;
    }

    buf = sign->draft.buf;
    jwti_buf_str(&buf, jwti_buf_written(&draft->buf));

    sign->draft = *draft;
    sign->draft.buf = buf;

    ngx_memcpy(sign->kid, jwti_key_kid(draft->key).data, JWTI_KID_LEN);

    if (!slow) {

        /* events that are here already come first, the answer among them */

        ngx_post_event(&sign->event, &ngx_posted_events);
        return sign;
    }

    if (process->nposted >= process->max_posted
        || ngx_http_jwt_issuer_threads_post(sign) != NGX_OK)
    {
        if (process->nposted == 0) {

            /* others fill the pool; the caller still has the key */

            sign->draft.key = NULL;
            ngx_http_jwt_issuer_sign_free(sign);
            return NULL;
        }

        ngx_queue_remove(&sign->queue);
        ngx_queue_insert_tail(&process->pending, &sign->queue);
        sign->pending = 1;
        process->npending++;
    }

    /* also keeps a worker that is exiting from leaving before it is done */

    ngx_add_timer(&sign->event, NGX_HTTP_JWT_ISSUER_SIGN_TICK);

    return sign;
}


ngx_http_jwt_issuer_sign_t *
ngx_http_jwt_issuer_sign_find(ngx_http_jwt_issuer_process_t *process,
    const ngx_str_t *key, uint32_t hash, uint64_t serial, ngx_uint_t claimed)
{
    ngx_str_node_t              *node;
    ngx_http_jwt_issuer_sign_t  *sign;

    node = ngx_str_rbtree_lookup(&process->signs, (ngx_str_t *) key, hash);

    if (node == NULL) {
        return NULL;
    }

    sign = (ngx_http_jwt_issuer_sign_t *)
               ((u_char *) node
                - offsetof(ngx_http_jwt_issuer_sign_t, node));

    if (sign->foreign ? !claimed : sign->draft.serial == serial) {
        return sign;
    }

    /* it waits for what nobody makes, or another key signs by now */

    ngx_rbtree_delete(&process->signs, &sign->node.node);
    sign->shared = 0;

    return NULL;
}


ngx_http_jwt_issuer_sign_t *
ngx_http_jwt_issuer_sign_foreign(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash)
{
    ngx_http_jwt_issuer_sign_t  *sign;

    sign = ngx_http_jwt_issuer_sign_create(process, service, key, hash,
                                           JWTI_TOKEN_MAX);
    if (sign == NULL) {
        return NULL;
    }

    sign->foreign = 1;
    sign->poll = 1;

    ngx_add_timer(&sign->event, sign->poll);

    return sign;
}


/* a timer, or for a fast signature its turn */

static void
ngx_http_jwt_issuer_sign_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_sign_t *sign = ev->data;

    ngx_int_t  rc;

    if (sign->foreign) {
        ngx_http_jwt_issuer_sign_look(sign);
        return;
    }

    if (sign->posted || sign->pending) {
        ngx_http_jwt_issuer_sign_tick(sign);
        return;
    }

    rc = ngx_http_jwt_issuer_draft_sign(sign->service, &sign->draft, ev->log);

    ngx_http_jwt_issuer_sign_finish(sign, (rc == NGX_OK)
                                          ? NGX_HTTP_JWT_ISSUER_SIGNED
                                          : NGX_HTTP_JWT_ISSUER_NOT_SIGNED);
}


static void
ngx_http_jwt_issuer_sign_tick(ngx_http_jwt_issuer_sign_t *sign)
{
    ngx_add_timer(&sign->event, NGX_HTTP_JWT_ISSUER_SIGN_TICK);

    if (sign->keyed) {
        ngx_http_jwt_issuer_zone_token_hold(sign->process->jmcf->zone,
                                            &sign->node.str,
                                            (uint32_t) sign->node.node.key);
    }

    ngx_http_jwt_issuer_sign_late(sign);
}


/* who has waited long enough waits no more, the signature goes on */

static void
ngx_http_jwt_issuer_sign_late(ngx_http_jwt_issuer_sign_t *sign)
{
    ngx_queue_t                   *q, *next, late;
    ngx_http_jwt_issuer_waiter_t  *waiter;

    ngx_queue_init(&late);

    for (q = ngx_queue_head(&sign->waiters);
         q != ngx_queue_sentinel(&sign->waiters);
         q = next)
    {
        next = ngx_queue_next(q);
        waiter = ngx_queue_data(q, ngx_http_jwt_issuer_waiter_t, queue);

        if ((ngx_msec_int_t) (waiter->late - ngx_current_msec) <= 0) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&late, q);
        }
    }

    sign->state = NGX_HTTP_JWT_ISSUER_SIGN_LATE;

    ngx_http_jwt_issuer_wait_wake(&late);
}


/* has another worker's token come? */

static void
ngx_http_jwt_issuer_sign_look(ngx_http_jwt_issuer_sign_t *sign)
{
    ngx_int_t                     rc;
    ngx_shm_zone_t               *zone;
    ngx_http_jwt_issuer_token_t   token;

    ngx_http_jwt_issuer_sign_late(sign);

    zone = sign->process->jmcf->zone;
    token.data = sign->draft.buf.start;
    token.size = JWTI_TOKEN_MAX;
    token.kid = sign->kid;

    rc = ngx_http_jwt_issuer_zone_token_find(zone, sign->service,
                                             &sign->node.str,
                                             (uint32_t) sign->node.node.key, 0,
                                             &token);
    if (rc == NGX_OK) {
        sign->draft.buf.pos = sign->draft.buf.start + token.len;
        sign->draft.expires = token.expires;

        ngx_http_jwt_issuer_sign_finish(sign, NGX_HTTP_JWT_ISSUER_SIGNED);
        return;
    }

    if (rc == NGX_BUSY) {

        if (kill(token.pid, 0) != -1 || ngx_errno != NGX_ESRCH) {
            sign->poll = ngx_min(sign->poll * 2, NGX_HTTP_JWT_ISSUER_POLL_MAX);
            ngx_add_timer(&sign->event, sign->poll);
            return;
        }

        ngx_http_jwt_issuer_zone_token_release(zone, sign->service,
                                               &sign->node.str,
                                              (uint32_t) sign->node.node.key,
                                               token.pid);
    }

    ngx_http_jwt_issuer_sign_finish(sign, NGX_HTTP_JWT_ISSUER_SIGN_AGAIN);
}


void
ngx_http_jwt_issuer_sign_finish(ngx_http_jwt_issuer_sign_t *sign,
    ngx_http_jwt_issuer_sign_e state)
{
    if (!sign->foreign) {
        state = ngx_http_jwt_issuer_sign_store(sign, state);
    }

    /* who is woken may ask for the same token: this one is found no more */

    if (sign->shared) {
        ngx_rbtree_delete(&sign->process->signs, &sign->node.node);
        sign->shared = 0;
    }

    ngx_http_jwt_issuer_sign_wake(sign, state);
    ngx_http_jwt_issuer_sign_free(sign);
}


/*
 * What waited for its turn too long, or whose key signs no more, is not handed
 * out, but made once more.
 */

static ngx_http_jwt_issuer_sign_e
ngx_http_jwt_issuer_sign_store(ngx_http_jwt_issuer_sign_t *sign,
    ngx_http_jwt_issuer_sign_e state)
{
    ngx_int_t        rc;
    ngx_shm_zone_t  *zone;

    zone = sign->process->jmcf->zone;

    if (state == NGX_HTTP_JWT_ISSUER_SIGNED) {

        if (sign->keyed) {
            rc = ngx_http_jwt_issuer_zone_token_store(zone, sign->service,
                                             &sign->node.str,
                                             (uint32_t) sign->node.node.key,
                                             &sign->draft);
            if (rc == NGX_OK) {
                return NGX_HTTP_JWT_ISSUER_SIGNED;
            }

        } else {
            rc = ngx_http_jwt_issuer_zone_has_serial(zone, sign->service,
                                                     sign->draft.serial)
                 ? NGX_ABORT : NGX_DECLINED;
        }

        if (rc != NGX_ABORT || sign->draft.expires <= (int64_t) ngx_time()) {
            state = NGX_HTTP_JWT_ISSUER_SIGN_AGAIN;
        }
    }

    if (sign->keyed) {
        ngx_http_jwt_issuer_zone_token_release(zone, sign->service,
                                             &sign->node.str,
                                             (uint32_t) sign->node.node.key,
                                             ngx_pid);
    }

    return state;
}


static void
ngx_http_jwt_issuer_sign_wake(ngx_http_jwt_issuer_sign_t *sign,
    ngx_http_jwt_issuer_sign_e state)
{
    ngx_queue_t  waiters;

    if (ngx_queue_empty(&sign->waiters)) {
        return;
    }

    /* those that come meanwhile are not among those that are woken */

    ngx_queue_init(&waiters);
    ngx_queue_add(&waiters, &sign->waiters);
    ngx_queue_init(&sign->waiters);

    sign->state = state;

    ngx_http_jwt_issuer_wait_wake(&waiters);
}


void
ngx_http_jwt_issuer_sign_free(ngx_http_jwt_issuer_sign_t *sign)
{
    if (sign->event.timer_set) {
        ngx_del_timer(&sign->event);
    }

    if (sign->event.posted) {
        ngx_delete_posted_event(&sign->event);
    }

    if (sign->shared) {
        ngx_rbtree_delete(&sign->process->signs, &sign->node.node);
    }

    ngx_queue_remove(&sign->queue);

    jwti_key_free(sign->draft.key);
    ngx_free(sign);
}


/*
 * The process ends, and its requests are gone.  The threads ended before, but
 * for those that were kept busy by others: theirs is left to them.
 */

void
ngx_http_jwt_issuer_sign_stop(ngx_http_jwt_issuer_process_t *process)
{
    ngx_queue_t                 *q, *next;
    ngx_http_jwt_issuer_sign_t  *sign;

    ngx_queue_add(&process->signing, &process->pending);
    ngx_queue_init(&process->pending);

    for (q = ngx_queue_head(&process->signing);
         q != ngx_queue_sentinel(&process->signing);
         q = next)
    {
        next = ngx_queue_next(q);
        sign = ngx_queue_data(q, ngx_http_jwt_issuer_sign_t, queue);

#if (NGX_THREADS)

        if (sign->posted && !sign->finished) {
            continue;
        }

#endif

        ngx_http_jwt_issuer_sign_free(sign);
    }
}
