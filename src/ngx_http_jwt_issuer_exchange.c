
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What libcurl is told about one exchange, and what it gives back: the body,
 * bounded, and the few headers that matter.
 */


#include "ngx_http_jwt_issuer_curl.h"

#include <openssl/crypto.h>


static ngx_int_t ngx_http_jwt_issuer_fetch_request(
    ngx_http_jwt_issuer_fetch_t *fetch, const jwti_http_request_t *request);
static size_t ngx_http_jwt_issuer_fetch_body(char *data, size_t size,
    size_t n, void *arg);
static size_t ngx_http_jwt_issuer_fetch_header(char *data, size_t size,
    size_t n, void *arg);
static void ngx_http_jwt_issuer_fetch_keep(char *memory, size_t size,
    jwti_str_t *str, const u_char *value, size_t len);


#define NGX_HTTP_JWT_ISSUER_FETCH_BODY  4096

/*
 * Seconds that an address is remembered: for the many fetches of a start.  A
 * try after one that failed asks again, and as addresses come in any order
 * begins with another one: libcurl 7.88 never gets to the one behind an
 * address that does not answer.
 */
#define NGX_HTTP_JWT_ISSUER_FETCH_DNS   1L


ngx_int_t
ngx_http_jwt_issuer_fetch_setup(ngx_http_jwt_issuer_fetch_t *fetch,
    const jwti_http_request_t *request,
    const ngx_http_jwt_issuer_transport_t *transport)
{
    CURL        *easy;
    CURLcode     rc;
    const char  *ca_file;

    easy = curl_easy_init();
    if (easy == NULL) {
        return NGX_ERROR;
    }

    fetch->easy = easy;

    /* a worker's signals and redirects are not libcurl's affair */

    (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void) curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT,
                            NGX_HTTP_JWT_ISSUER_FETCH_DNS);
    (void) curl_easy_setopt(easy, CURLOPT_DNS_SHUFFLE_ADDRESSES, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                            (long) CURL_HTTP_VERSION_1_1);

    rc = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");

    /* else the end of an exchange waits for its resolver's thread */

    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    }

    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSLVERSION,
                              (long) CURL_SSLVERSION_TLSv1_2);
    }

    /* with a directory of certificates libcurl would read it every time */

    ca_file = transport->ca_file;

    if (rc == CURLE_OK && ca_file) {
        rc = curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    }

    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }

    /* always said: libcurl would look into the environment */

    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_PROXY,
                              (request->local || transport->proxy == NULL)
                              ? "" : transport->proxy);
    }

    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_NOPROXY,
                              transport->no_proxy ? transport->no_proxy : "");
    }

    if (rc != CURLE_OK) {
        ngx_log_error(NGX_LOG_ERR, fetch->curl->process->log, 0,
                      "curl_easy_setopt() failed (%d: %s)",
                      (int) rc, curl_easy_strerror(rc));
        return NGX_ERROR;
    }

    return ngx_http_jwt_issuer_fetch_request(fetch, request);
}


static ngx_int_t
ngx_http_jwt_issuer_fetch_request(ngx_http_jwt_issuer_fetch_t *fetch,
    const jwti_http_request_t *request)
{
    CURL               *easy;
    size_t              i;
    struct curl_slist  *headers;

    easy = fetch->easy;

    for (i = 0; i < request->nheaders; i++) {
        headers = curl_slist_append(fetch->headers, request->headers[i]);
        if (headers == NULL) {
            return NGX_ERROR;
        }

        fetch->headers = headers;
    }

    if (request->body.len) {
        fetch->sent = ngx_alloc(request->body.len, fetch->curl->process->log);
        if (fetch->sent == NULL) {
            return NGX_ERROR;
        }

        fetch->sent_len = request->body.len;
        ngx_memcpy(fetch->sent, request->body.data, request->body.len);

        (void) curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t) fetch->sent_len);
        (void) curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->sent);
    }

    if (curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK
        || curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method)
           != CURLE_OK)
    {
        return NGX_ERROR;
    }

    (void) curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers);
    (void) curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            (long) request->connect_timeout);
    (void) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                            (long) request->timeout);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION,
                            ngx_http_jwt_issuer_fetch_body);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION,
                            ngx_http_jwt_issuer_fetch_header);
    (void) curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch);
    (void) curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
    (void) curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);

    return NGX_OK;
}


static size_t
ngx_http_jwt_issuer_fetch_body(char *data, size_t size, size_t n, void *arg)
{
    ngx_http_jwt_issuer_fetch_t *fetch = arg;

    u_char  *body;
    size_t   len, grown;

    len = fetch->response.body.len;

    /* size is always 1 */

    if (n > fetch->max - len) {
        fetch->too_large = 1;
        return 0;
    }

    if (n > fetch->size - len) {
        grown = ngx_max(fetch->size * 2, NGX_HTTP_JWT_ISSUER_FETCH_BODY);
        grown = ngx_min(ngx_max(grown, len + n), fetch->max);

        body = ngx_alloc(grown, fetch->curl->process->log);
        if (body == NULL) {
            return 0;
        }

        if (fetch->body) {
            ngx_memcpy(body, fetch->body, len);
            OPENSSL_cleanse(fetch->body, len);
            ngx_free(fetch->body);
        }

        fetch->body = body;
        fetch->size = grown;
    }

    ngx_memcpy(fetch->body + len, data, n);

    fetch->response.body.data = fetch->body;
    fetch->response.body.len = len + n;

    return size * n;
}


static size_t
ngx_http_jwt_issuer_fetch_header(char *data, size_t size, size_t n, void *arg)
{
    ngx_http_jwt_issuer_fetch_t *fetch = arg;

    size_t                 len;
    u_char                *p, *name, *last;
    time_t                 t;
    ngx_int_t              number;
    jwti_http_response_t  *response;

    response = &fetch->response;

    name = (u_char *) data;
    last = name + n;

    p = ngx_strlchr(name, last, ':');

    if (p == NULL) {
        return size * n;
    }

    len = p++ - name;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (p < last && (last[-1] == CR || last[-1] == LF || last[-1] == ' ')) {
        last--;
    }

    number = ngx_atoi(p, last - p);

#define ngx_http_jwt_issuer_fetch_is(literal)                                 \
    (len == sizeof(literal) - 1                                               \
     && ngx_strncasecmp(name, (u_char *) literal, len) == 0)

    if (ngx_http_jwt_issuer_fetch_is("Date")) {
        t = ngx_parse_http_time(p, last - p);
        response->date = (t == (time_t) NGX_ERROR) ? 0 : (int64_t) t;

    } else if (ngx_http_jwt_issuer_fetch_is("x-amzn-ErrorType")) {
        ngx_http_jwt_issuer_fetch_keep(fetch->error_type,
                                       sizeof(fetch->error_type),
                                       &response->error_type, p, last - p);

    } else if (ngx_http_jwt_issuer_fetch_is("x-amzn-RequestId")) {
        ngx_http_jwt_issuer_fetch_keep(fetch->request_id,
                                       sizeof(fetch->request_id),
                                       &response->request_id, p, last - p);

    } else if (number == NGX_ERROR) {
        return size * n;

    } else if (ngx_http_jwt_issuer_fetch_is("x-amz-retry-after")) {
        response->retry_after = number;

    } else if (ngx_http_jwt_issuer_fetch_is("Retry-After")) {

        if (response->retry_after == 0 && number < 3600) {
            response->retry_after = (int64_t) number * 1000;
        }

    } else if (ngx_http_jwt_issuer_fetch_is(
                                  "x-aws-ec2-metadata-token-ttl-seconds"))
    {
        response->token_ttl = number;
    }

    return size * n;
}


/* a longer one is nothing that we know */

static void
ngx_http_jwt_issuer_fetch_keep(char *memory, size_t size, jwti_str_t *str,
    const u_char *value, size_t len)
{
    if (len > size) {
        return;
    }

    ngx_memcpy(memory, value, len);

    str->data = (u_char *) memory;
    str->len = len;
}
