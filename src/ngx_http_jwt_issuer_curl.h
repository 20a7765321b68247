
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What _curl.c, _fetch.c and _exchange.c share: the multi handle of a worker,
 * its sockets as nginx's connections, and its exchanges.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_CURL_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_CURL_H_INCLUDED_


#include "ngx_http_jwt_issuer_refresh.h"

/* behind nginx's: they say which extensions of the system are wanted */
#include <curl/curl.h>


#pragma GCC visibility push(hidden)


/* exchanges at once in a worker; further ones wait for their turn */
#define NGX_HTTP_JWT_ISSUER_TRANSFERS_MAX  16


struct ngx_http_jwt_issuer_curl_s {
    void                           *dummy[3];       /* as the data of other */
    ngx_int_t                       ident;          /* timers: see _wait_t */
    ngx_event_t                     timer;
    ngx_http_jwt_issuer_process_t  *process;
    CURLM                          *multi;
    ngx_queue_t                     sockets;
    ngx_queue_t                     running;        /* fetches */
    ngx_queue_t                     pending;
    ngx_uint_t                      nrunning;
};


typedef struct {
    ngx_queue_t                     queue;
    curl_socket_t                   fd;             /* libcurl's */
    ngx_connection_t               *connection;     /* of a dup of it */
    ngx_http_jwt_issuer_curl_t     *curl;
} ngx_http_jwt_issuer_socket_t;


struct ngx_http_jwt_issuer_fetch_s {
    ngx_queue_t                         queue;      /* running or pending */
    ngx_http_jwt_issuer_curl_t         *curl;
    CURL                               *easy;
    struct curl_slist                  *headers;
    u_char                             *sent;       /* the request's body */
    size_t                              sent_len;
    u_char                             *body;
    size_t                              size;       /* allocated */
    size_t                              max;
    jwti_http_response_t                response;
    char                                error[CURL_ERROR_SIZE];
    char                                error_type[128];
    char                                request_id[64];
    ngx_http_jwt_issuer_fetch_handler_pt  handler;
    void                               *data;
    unsigned                            running:1;
    unsigned                            too_large:1;
};


/* all that libcurl has to know of it; NGX_OK or NGX_ERROR */
ngx_int_t ngx_http_jwt_issuer_fetch_setup(ngx_http_jwt_issuer_fetch_t *fetch,
    const jwti_http_request_t *request,
    const ngx_http_jwt_issuer_transport_t *transport);

/* give ended exchanges to their owners and start those that wait */
void ngx_http_jwt_issuer_fetch_finish(ngx_http_jwt_issuer_curl_t *curl);

/* nginx cannot watch its socket: fetch_finish() ends it */
void ngx_http_jwt_issuer_fetch_refuse(CURL *easy);

/* end all of them without a word to their owners */
void ngx_http_jwt_issuer_fetch_stop(ngx_http_jwt_issuer_curl_t *curl);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_CURL_H_INCLUDED_ */
