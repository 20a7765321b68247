
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Requests that wait: for a key, or for a signature that is made beside the
 * event loop.  A key comes through the zone, from another worker as a rule, so
 * the waiting ones of this worker look for theirs by one timer that runs while
 * there are any.  A signature wakes its own.  A request that ends while it
 * waits takes itself off the list by its pool's cleanup.
 */


#include "ngx_http_jwt_issuer_mint.h"


static ngx_http_jwt_issuer_waiter_t *ngx_http_jwt_issuer_wait_create(
    ngx_http_request_t *r, ngx_http_jwt_issuer_ctx_t *ctx);
static ngx_uint_t ngx_http_jwt_issuer_wait_may(
    ngx_http_jwt_issuer_waiter_t *waiter, ngx_http_jwt_issuer_sign_t *sign);
static void ngx_http_jwt_issuer_wait_handler(ngx_event_t *ev);
static void ngx_http_jwt_issuer_wait_leave(
    ngx_http_jwt_issuer_waiter_t *waiter);
static void ngx_http_jwt_issuer_wait_cleanup(void *data);


ngx_int_t
ngx_http_jwt_issuer_wait(ngx_http_request_t *r, ngx_http_jwt_issuer_ctx_t *ctx,
    ngx_http_jwt_issuer_sign_t *sign,
    void (*handler)(ngx_http_jwt_issuer_waiter_t *waiter))
{
    ngx_queue_t                    *queue;
    ngx_http_jwt_issuer_waiter_t   *waiter;
    ngx_http_jwt_issuer_process_t  *process;

    waiter = ctx->waiter;

    if (waiter == NULL) {
        waiter = ngx_http_jwt_issuer_wait_create(r, ctx);

        if (waiter == NULL) {
            return NGX_ERROR;
        }
    }

    if (!ngx_http_jwt_issuer_wait_may(waiter, sign)) {
        return NGX_BUSY;
    }

    waiter->sign = sign;
    waiter->handler = handler;

    /* so that a client that goes away is seen */

    if (r->connection->read->ready) {

        /* it may have gone already, and no further event would tell */

        ngx_post_event(r->connection->read, &ngx_posted_events);

    } else if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;

    process = waiter->process;
    queue = sign ? &sign->waiters : &process->waiters;

    ngx_queue_insert_tail(queue, &waiter->queue);
    waiter->parked = 1;

    if (sign) {
        return NGX_AGAIN;
    }

    process->nwaiters++;

    if (!process->wait_event.timer_set) {
        ngx_add_timer(&process->wait_event, NGX_HTTP_JWT_ISSUER_WAIT_POLL);
    }

    return NGX_AGAIN;
}


static ngx_http_jwt_issuer_waiter_t *
ngx_http_jwt_issuer_wait_create(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_pool_cleanup_t                    *cln;
    ngx_http_jwt_issuer_waiter_t          *waiter;
    ngx_http_jwt_issuer_main_conf_t       *jmcf;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);
    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_jwt_issuer_waiter_t));
    if (cln == NULL) {
        return NULL;
    }

    waiter = cln->data;
    ngx_memzero(waiter, sizeof(ngx_http_jwt_issuer_waiter_t));

    waiter->request = r;
    waiter->ctx = ctx;
    waiter->process = jmcf->process;
    waiter->wait = jlcf->wait;

    cln->handler = ngx_http_jwt_issuer_wait_cleanup;
    ctx->waiter = waiter;

    return waiter;
}


/*
 * For a key as long as it is configured, and no more requests than leave
 * connections for fetching it; for signatures a time of their own.
 */

static ngx_uint_t
ngx_http_jwt_issuer_wait_may(ngx_http_jwt_issuer_waiter_t *waiter,
    ngx_http_jwt_issuer_sign_t *sign)
{
    if (sign) {

        if (!waiter->signing) {
            waiter->signing = 1;
            waiter->late = ngx_current_msec + NGX_HTTP_JWT_ISSUER_LATE;
        }

        return (ngx_msec_int_t) (waiter->late - ngx_current_msec) > 0;
    }

    if (waiter->timed_out || waiter->wait == 0
        || waiter->process->nwaiters >= NGX_HTTP_JWT_ISSUER_WAITERS_MAX)
    {
        return 0;
    }

    if (!waiter->waiting) {
        waiter->waiting = 1;
        waiter->deadline = ngx_current_msec + waiter->wait;
    }

    return 1;
}


ngx_int_t
ngx_http_jwt_issuer_wait_init(ngx_http_jwt_issuer_process_t *process)
{
    process->wait.ident = -1;
    process->wait.process = process;

    process->wait_event.handler = ngx_http_jwt_issuer_wait_handler;
    process->wait_event.data = &process->wait;
    process->wait_event.log = process->log;

    /* not cancelable: an exiting worker still answers those that wait */

    ngx_queue_init(&process->waiters);

    return NGX_OK;
}


void
ngx_http_jwt_issuer_wait_stop(ngx_http_jwt_issuer_process_t *process)
{
    if (process->wait_event.timer_set) {
        ngx_del_timer(&process->wait_event);
    }
}


static void
ngx_http_jwt_issuer_wait_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_wait_t *wait = ev->data;

    ngx_queue_t                    *q, *next, ready;
    ngx_http_jwt_issuer_waiter_t   *waiter;
    ngx_http_jwt_issuer_process_t  *process;

    process = wait->process;
    ngx_queue_init(&ready);

    for (q = ngx_queue_head(&process->waiters);
         q != ngx_queue_sentinel(&process->waiters);
         q = next)
    {
        next = ngx_queue_next(q);
        waiter = ngx_queue_data(q, ngx_http_jwt_issuer_waiter_t, queue);

        if ((ngx_msec_int_t) (waiter->deadline - ngx_current_msec) <= 0) {
            waiter->timed_out = 1;

        } else if (!ngx_http_jwt_issuer_zone_has_key(process->jmcf->zone,
                                                     waiter->ctx->service))
        {
            continue;
        }

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&ready, q);
    }

    ngx_http_jwt_issuer_wait_wake(&ready);

    if (!ngx_queue_empty(&process->waiters) && !ev->timer_set) {
        ngx_add_timer(ev, NGX_HTTP_JWT_ISSUER_WAIT_POLL);
    }
}


void
ngx_http_jwt_issuer_wait_wake(ngx_queue_t *waiters)
{
    ngx_queue_t                   *q;
    ngx_connection_t              *c;
    ngx_http_request_t            *r;
    ngx_http_jwt_issuer_ctx_t     *ctx;
    ngx_http_jwt_issuer_waiter_t  *waiter;

    /*
     * A resumed request may end others, on the same connection or by a
     * callback, and their cleanups take them off this list as well.
     */

    while (!ngx_queue_empty(waiters)) {
        q = ngx_queue_head(waiters);
        waiter = ngx_queue_data(q, ngx_http_jwt_issuer_waiter_t, queue);

        ngx_http_jwt_issuer_wait_leave(waiter);

        r = waiter->request;
        c = r->connection;

        /* post_action has redirected it: it is parked no more */

        ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

        if (ctx == NULL || ctx->waiter != waiter) {
            continue;
        }

        ngx_http_set_log_request(c->log, r);

        r->read_event_handler = ngx_http_block_reading;

        waiter->handler(waiter);

        ngx_http_run_posted_requests(c);
    }
}


static void
ngx_http_jwt_issuer_wait_leave(ngx_http_jwt_issuer_waiter_t *waiter)
{
    ngx_queue_remove(&waiter->queue);

    if (waiter->sign == NULL) {
        waiter->process->nwaiters--;
    }

    waiter->parked = 0;
}


static void
ngx_http_jwt_issuer_wait_cleanup(void *data)
{
    ngx_http_jwt_issuer_waiter_t *waiter = data;

    if (waiter->parked) {
        ngx_http_jwt_issuer_wait_leave(waiter);
    }
}
