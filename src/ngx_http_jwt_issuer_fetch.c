
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * HTTP exchanges of worker 0, from start to end: so many at once, the others
 * wait for their turn.  Everything that may be a secret is cleansed: the
 * request's headers (session tokens, signatures), the answer's body (keys).
 */


#include "ngx_http_jwt_issuer_curl.h"

#include <openssl/crypto.h>


static void ngx_http_jwt_issuer_fetch_begin(
    ngx_http_jwt_issuer_fetch_t *fetch);
static void ngx_http_jwt_issuer_fetch_result(
    ngx_http_jwt_issuer_fetch_t *fetch, CURLcode code);
static void ngx_http_jwt_issuer_fetch_cancel_all(ngx_queue_t *fetches);
static void ngx_http_jwt_issuer_fetch_free(
    ngx_http_jwt_issuer_fetch_t *fetch);


/* libcurl's results to ours; those not listed are JWTI_HTTP_FAILED */

typedef struct {
    CURLcode            code;
    jwti_http_result_e  result;
} ngx_http_jwt_issuer_curlcode_t;

static const ngx_http_jwt_issuer_curlcode_t  ngx_http_jwt_issuer_curlcodes[] =
{
    { CURLE_COULDNT_RESOLVE_PROXY, JWTI_HTTP_RESOLVE },
    { CURLE_COULDNT_RESOLVE_HOST, JWTI_HTTP_RESOLVE },
    { CURLE_COULDNT_CONNECT, JWTI_HTTP_CONNECT },
    { CURLE_OPERATION_TIMEDOUT, JWTI_HTTP_TIMEOUT },
    { CURLE_PARTIAL_FILE, JWTI_HTTP_CUT },
    { CURLE_GOT_NOTHING, JWTI_HTTP_CUT },
    { CURLE_SEND_ERROR, JWTI_HTTP_CUT },
    { CURLE_RECV_ERROR, JWTI_HTTP_CUT },
    { CURLE_HTTP2, JWTI_HTTP_CUT },
    { CURLE_SSL_CONNECT_ERROR, JWTI_HTTP_TLS },
    { CURLE_PEER_FAILED_VERIFICATION, JWTI_HTTP_VERIFY },
    { CURLE_SSL_CACERT_BADFILE, JWTI_HTTP_VERIFY }
};


ngx_http_jwt_issuer_fetch_t *
ngx_http_jwt_issuer_fetch_start(ngx_http_jwt_issuer_process_t *process,
    const jwti_http_request_t *request,
    const ngx_http_jwt_issuer_transport_t *transport,
    ngx_http_jwt_issuer_fetch_handler_pt handler, void *data)
{
    ngx_http_jwt_issuer_curl_t   *curl;
    ngx_http_jwt_issuer_fetch_t  *fetch;

    curl = process->curl;

    if (curl == NULL) {
        return NULL;
    }

    fetch = ngx_calloc(sizeof(ngx_http_jwt_issuer_fetch_t), process->log);
    if (fetch == NULL) {
        return NULL;
    }

    fetch->curl = curl;
    fetch->handler = handler;
    fetch->data = data;
    fetch->max = request->max;

    ngx_queue_init(&fetch->queue);

    if (ngx_http_jwt_issuer_fetch_setup(fetch, request, transport) != NGX_OK) {
        ngx_http_jwt_issuer_fetch_free(fetch);
        return NULL;
    }

    if (curl->nrunning < NGX_HTTP_JWT_ISSUER_TRANSFERS_MAX) {
        ngx_http_jwt_issuer_fetch_begin(fetch);

    } else {
        ngx_queue_insert_tail(&curl->pending, &fetch->queue);
    }

    return fetch;
}


static void
ngx_http_jwt_issuer_fetch_begin(ngx_http_jwt_issuer_fetch_t *fetch)
{
    CURLMcode                    rc;
    ngx_http_jwt_issuer_curl_t  *curl;

    curl = fetch->curl;

    ngx_queue_insert_tail(&curl->running, &fetch->queue);
    curl->nrunning++;
    fetch->running = 1;

    /* it only sets a timer: nothing is called back from here */

    rc = curl_multi_add_handle(curl->multi, fetch->easy);

    if (rc != CURLM_OK) {
        ngx_log_error(NGX_LOG_ERR, curl->process->log, 0,
                      "curl_multi_add_handle() failed (%d: %s)",
                      (int) rc, curl_multi_strerror(rc));

        /* ended by the next call of fetch_finish() */

        ngx_http_jwt_issuer_fetch_result(fetch, CURLE_FAILED_INIT);
        fetch->response.reason = "curl_multi_add_handle() failed";

        if (!curl->timer.timer_set) {
            ngx_add_timer(&curl->timer, 1);
        }
    }
}


void
ngx_http_jwt_issuer_fetch_finish(ngx_http_jwt_issuer_curl_t *curl)
{
    int                             left;
    char                           *private;
    CURLMsg                        *message;
    CURLcode                        code;
    ngx_queue_t                    *q, *next, ended;
    ngx_http_jwt_issuer_fetch_t    *fetch;
    ngx_http_jwt_issuer_process_t  *process;

    process = curl->process;
    ngx_queue_init(&ended);

    for ( ;; ) {
        message = curl_multi_info_read(curl->multi, &left);

        if (message == NULL) {
            break;
        }

        if (message->msg != CURLMSG_DONE) {
            continue;
        }

        /* the message is gone with the handle */

        code = message->data.result;

        if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private)
            == CURLE_OK)
        {
            ngx_http_jwt_issuer_fetch_result(
                             (ngx_http_jwt_issuer_fetch_t *) private, code);
        }
    }

    for (q = ngx_queue_head(&curl->running);
         q != ngx_queue_sentinel(&curl->running);
         q = next)
    {
        next = ngx_queue_next(q);
        fetch = ngx_queue_data(q, ngx_http_jwt_issuer_fetch_t, queue);

        if (fetch->response.reason || fetch->response.status) {
            (void) curl_multi_remove_handle(curl->multi, fetch->easy);
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&ended, q);
            curl->nrunning--;
            fetch->running = 0;
        }
    }

    while (curl->nrunning < NGX_HTTP_JWT_ISSUER_TRANSFERS_MAX
           && !ngx_queue_empty(&curl->pending))
    {
        q = ngx_queue_head(&curl->pending);
        ngx_queue_remove(q);
        ngx_http_jwt_issuer_fetch_begin(
                     ngx_queue_data(q, ngx_http_jwt_issuer_fetch_t, queue));
    }

    /* an owner may start or cancel others */

    while (!ngx_queue_empty(&ended)) {
        q = ngx_queue_head(&ended);
        ngx_queue_remove(q);
        ngx_queue_init(q);

        fetch = ngx_queue_data(q, ngx_http_jwt_issuer_fetch_t, queue);

        fetch->handler(fetch->data, &fetch->response);

        ngx_http_jwt_issuer_fetch_free(fetch);

        if (process->curl == NULL) {
            return;
        }
    }
}


static void
ngx_http_jwt_issuer_fetch_result(ngx_http_jwt_issuer_fetch_t *fetch,
    CURLcode code)
{
    long                   status;
    ngx_uint_t             i;
    jwti_http_response_t  *response;

    response = &fetch->response;

    if (code == CURLE_OK
        && curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status)
           == CURLE_OK
        && status > 0)
    {
        response->result = JWTI_HTTP_OK;
        response->status = (unsigned) status;
        return;
    }

    response->result = JWTI_HTTP_FAILED;
    response->reason = fetch->error[0] ? fetch->error
                                       : curl_easy_strerror(code);

    if (fetch->too_large) {
        response->result = JWTI_HTTP_TOO_LARGE;
        response->reason = "the answer is too large";
        return;
    }

    for (i = 0; i < sizeof(ngx_http_jwt_issuer_curlcodes)
                    / sizeof(ngx_http_jwt_issuer_curlcode_t); i++)
    {
        if (ngx_http_jwt_issuer_curlcodes[i].code == code) {
            response->result = ngx_http_jwt_issuer_curlcodes[i].result;
            return;
        }
    }
}


void
ngx_http_jwt_issuer_fetch_refuse(CURL *easy)
{
    char                         *private;
    ngx_http_jwt_issuer_fetch_t  *fetch;

    /* libcurl has handles of its own, too */

    if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private) != CURLE_OK
        || private == NULL)
    {
        return;
    }

    fetch = (ngx_http_jwt_issuer_fetch_t *) private;

    fetch->response.result = JWTI_HTTP_FAILED;
    fetch->response.reason = "no connection of nginx is free";
}


void
ngx_http_jwt_issuer_fetch_cancel(ngx_http_jwt_issuer_fetch_t *fetch)
{
    ngx_queue_remove(&fetch->queue);

    if (fetch->running) {
        fetch->curl->nrunning--;
        (void) curl_multi_remove_handle(fetch->curl->multi, fetch->easy);
    }

    ngx_http_jwt_issuer_fetch_free(fetch);
}


void
ngx_http_jwt_issuer_fetch_stop(ngx_http_jwt_issuer_curl_t *curl)
{
    ngx_http_jwt_issuer_fetch_cancel_all(&curl->running);
    ngx_http_jwt_issuer_fetch_cancel_all(&curl->pending);
}


static void
ngx_http_jwt_issuer_fetch_cancel_all(ngx_queue_t *fetches)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(fetches)) {
        q = ngx_queue_head(fetches);

        /* it takes itself off the queue, which the analyzer loses sight of */
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        ngx_http_jwt_issuer_fetch_cancel(
                     ngx_queue_data(q, ngx_http_jwt_issuer_fetch_t, queue));
    }
}


static void
ngx_http_jwt_issuer_fetch_free(ngx_http_jwt_issuer_fetch_t *fetch)
{
    struct curl_slist  *h;

    if (fetch->easy) {
        curl_easy_cleanup(fetch->easy);
    }

    for (h = fetch->headers; h; h = h->next) {
        OPENSSL_cleanse(h->data, ngx_strlen(h->data));
    }

    curl_slist_free_all(fetch->headers);

    if (fetch->sent) {
        OPENSSL_cleanse(fetch->sent, fetch->sent_len);
        ngx_free(fetch->sent);
    }

    if (fetch->body) {
        OPENSSL_cleanse(fetch->body, fetch->response.body.len);
        ngx_free(fetch->body);
    }

    ngx_free(fetch);
}
