
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_http.h: one HTTP exchange as the core describes it and reads it.  The
 * core never sends: whoever does has a request filled in here and gives the
 * response back.
 */


#ifndef JWTI_HTTP_H_INCLUDED
#define JWTI_HTTP_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


#define JWTI_HTTP_HEADERS_MAX  10


typedef struct {
    const char  *method;            /* GET, PUT, POST */
    const char  *url;               /* absolute, http or https */
    const char  *headers[JWTI_HTTP_HEADERS_MAX];    /* "Name: value" */
    size_t       nheaders;
    jwti_str_t   body;              /* len 0: none */
    unsigned     connect_timeout;   /* milliseconds */
    unsigned     timeout;           /* milliseconds, the whole exchange */
    size_t       max;               /* bytes of the response's body */
    unsigned     local:1;           /* link-local: never through a proxy */
} jwti_http_request_t;


/* what the transport said; all but OK are worth another try unless noted */
typedef enum {
    JWTI_HTTP_OK = 0,
    JWTI_HTTP_RESOLVE,              /* the name */
    JWTI_HTTP_CONNECT,
    JWTI_HTTP_TIMEOUT,
    JWTI_HTTP_CUT,                  /* the connection ended too early */
    JWTI_HTTP_TLS,                  /* handshake */
    JWTI_HTTP_VERIFY,               /* certificate or name; permanent */
    JWTI_HTTP_TOO_LARGE,            /* over request's max; permanent */
    JWTI_HTTP_FAILED                /* anything else; permanent */
} jwti_http_result_e;

typedef struct {
    jwti_http_result_e  result;
    const char         *reason;     /* of the transport; NULL with OK */
    unsigned            status;     /* 0 unless OK */
    jwti_str_t          body;
    jwti_str_t          error_type; /* x-amzn-ErrorType; empty: none */
    jwti_str_t          request_id; /* x-amzn-RequestId; empty: none */
    int64_t             date;       /* Date, seconds since the epoch; 0: none */
    int64_t             retry_after;    /* milliseconds, x-amz-retry-after or
                                         * Retry-After; 0: none */
    int64_t             token_ttl;  /* x-aws-ec2-metadata-token-ttl-seconds;
                                     * 0: none */
} jwti_http_response_t;


#pragma GCC visibility pop


#endif /* JWTI_HTTP_H_INCLUDED */
