
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * libcurl's multi interface on nginx's events: one multi handle and one timer
 * for each worker that fetches, made after fork.  With _fetch.c the only file
 * that knows libcurl.
 *
 * nginx watches a dup() of libcurl's socket: libcurl closes a socket that is
 * still connecting before it says so, and epoll would be asked about a closed
 * or, worse, a reused descriptor.  The dup is taken out of epoll by name
 * before it is closed, as the entry lives as long as any descriptor of the
 * socket does.
 */


#include "ngx_http_jwt_issuer_curl.h"

#include <openssl/err.h>


static int ngx_http_jwt_issuer_curl_socket(CURL *easy, curl_socket_t fd,
    int what, void *data, void *socket_data);
static ngx_http_jwt_issuer_socket_t *ngx_http_jwt_issuer_curl_open(
    ngx_http_jwt_issuer_curl_t *curl, curl_socket_t fd);
static void ngx_http_jwt_issuer_curl_close(
    ngx_http_jwt_issuer_socket_t *sock);
static ngx_int_t ngx_http_jwt_issuer_curl_watch(ngx_event_t *ev,
    ngx_int_t event, ngx_uint_t wanted);
static void ngx_http_jwt_issuer_curl_event_handler(ngx_event_t *ev);
static int ngx_http_jwt_issuer_curl_timer(CURLM *multi, long ms, void *data);
static void ngx_http_jwt_issuer_curl_timer_handler(ngx_event_t *ev);
static void ngx_http_jwt_issuer_curl_act(ngx_http_jwt_issuer_curl_t *curl,
    curl_socket_t fd, int action);


ngx_int_t
ngx_http_jwt_issuer_curl_init(ngx_http_jwt_issuer_process_t *process)
{
    ngx_http_jwt_issuer_curl_t  *curl;

    curl = ngx_pcalloc(process->cycle->pool,
                       sizeof(ngx_http_jwt_issuer_curl_t));
    if (curl == NULL) {
        return NGX_ERROR;
    }

    curl->ident = -1;
    curl->process = process;

    ngx_queue_init(&curl->sockets);
    ngx_queue_init(&curl->running);
    ngx_queue_init(&curl->pending);

    curl->timer.handler = ngx_http_jwt_issuer_curl_timer_handler;
    curl->timer.data = curl;
    curl->timer.log = process->log;
    curl->timer.cancelable = 1;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        ngx_log_error(NGX_LOG_EMERG, process->log, 0,
                      "curl_global_init() failed");
        return NGX_ERROR;
    }

    curl->multi = curl_multi_init();

    if (curl->multi == NULL) {
        ngx_log_error(NGX_LOG_EMERG, process->log, 0,
                      "curl_multi_init() failed");
        curl_global_cleanup();
        return NGX_ERROR;
    }

    (void) curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION,
                             ngx_http_jwt_issuer_curl_socket);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION,
                             ngx_http_jwt_issuer_curl_timer);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
    (void) curl_multi_setopt(curl->multi, CURLMOPT_MAXCONNECTS,
                             (long) NGX_HTTP_JWT_ISSUER_TRANSFERS_MAX);

    /*
     * Resolver threads are the multi handle's since 8.20: without this a
     * worker's exit waits for them, whatever CURLOPT_QUICK_EXIT says
     */

#if (LIBCURL_VERSION_NUM >= 0x081400)
    (void) curl_multi_setopt(curl->multi, CURLMOPT_QUICK_EXIT, 1L);
#endif

    process->curl = curl;

    return NGX_OK;
}


/* before nginx looks for open sockets; nothing here waits */

void
ngx_http_jwt_issuer_curl_stop(ngx_http_jwt_issuer_process_t *process)
{
    ngx_queue_t                 *q;
    ngx_http_jwt_issuer_curl_t  *curl;

    curl = process->curl;

    if (curl == NULL) {
        return;
    }

    process->curl = NULL;

    ngx_http_jwt_issuer_fetch_stop(curl);

    (void) curl_multi_cleanup(curl->multi);
    curl->multi = NULL;

    while (!ngx_queue_empty(&curl->sockets)) {
        q = ngx_queue_head(&curl->sockets);

        /* it takes itself off the queue, which the analyzer loses sight of */
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        ngx_http_jwt_issuer_curl_close(
                 ngx_queue_data(q, ngx_http_jwt_issuer_socket_t, queue));
    }

    if (curl->timer.timer_set) {
        ngx_del_timer(&curl->timer);
    }

    curl_global_cleanup();
}


/* libcurl's: from now on this socket is, or is no more, to be watched so */

static int
ngx_http_jwt_issuer_curl_socket(CURL *easy, curl_socket_t fd, int what,
    void *data, void *socket_data)
{
    ngx_http_jwt_issuer_curl_t *curl = data;
    ngx_http_jwt_issuer_socket_t *sock = socket_data;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, curl->process->log, 0,
                   "jwt issuer curl socket fd:%d what:%d", (int) fd, what);

    if (what == CURL_POLL_REMOVE) {
        if (sock) {
            (void) curl_multi_assign(curl->multi, fd, NULL);
            ngx_http_jwt_issuer_curl_close(sock);
        }

        return 0;
    }

    if (sock == NULL) {
        sock = ngx_http_jwt_issuer_curl_open(curl, fd);
        if (sock == NULL) {
            goto failed;
        }
    }

    if (ngx_http_jwt_issuer_curl_watch(sock->connection->read, NGX_READ_EVENT,
                                       what & CURL_POLL_IN)
        != NGX_OK
        || ngx_http_jwt_issuer_curl_watch(sock->connection->write,
                                          NGX_WRITE_EVENT,
                                          what & CURL_POLL_OUT)
           != NGX_OK)
    {
        goto failed;
    }

    return 0;

failed:

    /*
     * Not -1: the multi handle would be dead, without a timer, and none of
     * its exchanges would ever end.  Only this one does, after this call.
     */

    ngx_http_jwt_issuer_fetch_refuse(easy);

    return 0;
}


static ngx_http_jwt_issuer_socket_t *
ngx_http_jwt_issuer_curl_open(ngx_http_jwt_issuer_curl_t *curl,
    curl_socket_t fd)
{
    int                            copy;
    ngx_log_t                     *log;
    ngx_connection_t              *c;
    ngx_http_jwt_issuer_socket_t  *sock;

    log = curl->process->log;

    sock = ngx_alloc(sizeof(ngx_http_jwt_issuer_socket_t), log);
    if (sock == NULL) {
        return NULL;
    }

    copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    if (copy == -1) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "fcntl(F_DUPFD_CLOEXEC) failed");
        ngx_free(sock);
        return NULL;
    }

    c = ngx_get_connection(copy, log);

    if (c == NULL) {
        (void) close(copy);
        ngx_free(sock);
        return NULL;
    }

    c->log = log;
    c->read->log = log;
    c->write->log = log;

    /* both: a shutdown timer calls the read handler of every connection */

    c->read->handler = ngx_http_jwt_issuer_curl_event_handler;
    c->write->handler = ngx_http_jwt_issuer_curl_event_handler;
    c->data = sock;

    sock->fd = fd;
    sock->curl = curl;
    sock->connection = c;

    ngx_queue_insert_tail(&curl->sockets, &sock->queue);
    (void) curl_multi_assign(curl->multi, fd, sock);

    return sock;
}


static void
ngx_http_jwt_issuer_curl_close(ngx_http_jwt_issuer_socket_t *sock)
{
    ngx_connection_t  *c;

    c = sock->connection;

    /* without NGX_CLOSE_EVENT: libcurl's descriptor may stay open */

    if (ngx_del_conn) {
        if (c->read->active || c->write->active) {
            (void) ngx_del_conn(c, 0);
        }

    } else {
        (void) ngx_http_jwt_issuer_curl_watch(c->read, NGX_READ_EVENT, 0);
        (void) ngx_http_jwt_issuer_curl_watch(c->write, NGX_WRITE_EVENT, 0);
    }

    ngx_close_connection(c);

    ngx_queue_remove(&sock->queue);
    ngx_free(sock);
}


/* level-triggered: libcurl does not read until there is nothing left */

static ngx_int_t
ngx_http_jwt_issuer_curl_watch(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted)
{
    if (wanted && !ev->active) {
        return ngx_add_event(ev, event, 0);
    }

    if (!wanted && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


static void
ngx_http_jwt_issuer_curl_event_handler(ngx_event_t *ev)
{
    int                            action;
    ngx_connection_t              *c;
    ngx_http_jwt_issuer_curl_t    *curl;
    ngx_http_jwt_issuer_socket_t  *sock;

    c = ev->data;
    sock = c->data;
    curl = sock->curl;

    if (c->close) {

        /* worker_shutdown_timeout */

        ngx_http_jwt_issuer_process_idle(curl->process);
        return;
    }

    ev->ready = 0;

    action = ev->write ? CURL_CSELECT_OUT : CURL_CSELECT_IN;

    if (ev->error) {
        action |= CURL_CSELECT_ERR;
    }

    /* sock may be gone after this */

    ngx_http_jwt_issuer_curl_act(curl, sock->fd, action);
}


static int
ngx_http_jwt_issuer_curl_timer(CURLM *multi, long ms, void *data)
{
    ngx_http_jwt_issuer_curl_t *curl = data;

    /* first: ngx_add_timer() keeps a time that is nearly the same */

    if (curl->timer.timer_set) {
        ngx_del_timer(&curl->timer);
    }

    if (ms >= 0) {

        /* also for 0: libcurl may not be called from its own callback */

        ngx_add_timer(&curl->timer, (ngx_msec_t) ms);
    }

    return 0;
}


static void
ngx_http_jwt_issuer_curl_timer_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_curl_t *curl = ev->data;

    ngx_http_jwt_issuer_curl_act(curl, CURL_SOCKET_TIMEOUT, 0);
}


static void
ngx_http_jwt_issuer_curl_act(ngx_http_jwt_issuer_curl_t *curl,
    curl_socket_t fd, int action)
{
    int         running;
    CURLMcode   rc;

    rc = curl_multi_socket_action(curl->multi, fd, action, &running);

    if (rc != CURLM_OK) {
        ngx_log_error(NGX_LOG_ERR, curl->process->log, 0,
                      "curl_multi_socket_action() failed (%d: %s)",
                      (int) rc, curl_multi_strerror(rc));
    }

    ngx_http_jwt_issuer_fetch_finish(curl);

    /* nginx alerts of what libcurl leaves there */

    ERR_clear_error();
}
