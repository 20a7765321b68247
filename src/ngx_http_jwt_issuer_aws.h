
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * AWS for the sources: the jwt_issuer_aws block, and calls to its services
 * with credentials that are fetched and renewed beside them.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_AWS_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_AWS_H_INCLUDED_


#include "ngx_http_jwt_issuer_refresh.h"

#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"
#include "jwti_aws_creds.h"
#include "jwti_aws_ecs.h"


#pragma GCC visibility push(hidden)


/* calls at once in a worker; further ones wait, and are signed when they go */
#define NGX_HTTP_JWT_ISSUER_CALLS_MAX     12

#define NGX_HTTP_JWT_ISSUER_ATTEMPTS_MAX  3


/* jwt_issuer_aws and the environment at the time it was read */
struct ngx_http_jwt_issuer_aws_conf_s {
    jwti_aws_conf_t                   conf;
    jwti_aws_env_t                    env;
    ngx_str_t                         ca_file;
    ngx_msec_t                        connect_timeout;
    ngx_msec_t                        timeout;
    ngx_http_jwt_issuer_transport_t   transport;
    ngx_http_jwt_issuer_place_t       place;
};


typedef struct ngx_http_jwt_issuer_call_s  ngx_http_jwt_issuer_call_t;

/*
 * One call of a source.  The source embeds it, sets the first part and keeps
 * it until done() was called or it was cancelled.
 */
struct ngx_http_jwt_issuer_call_s {
    ngx_http_jwt_issuer_aws_t        *aws;
    jwti_aws_service_e                service;
    jwti_str_t                        region;     /* empty: the configured */

    /* writes the request; may be called again for another attempt */
    jwti_rc_t                       (*build)(void *data, jwti_aws_call_t *call,
                                        const jwti_aws_context_t *context,
                                        const char **err);

    /*
     * Called once, later, from the event loop.  With class DONE body is the
     * answer's, cleansed when done() returns.
     */
    void                            (*done)(void *data,
                                        jwti_aws_answer_t *answer,
                                        jwti_str_t body);
    void                             *data;

    /* what follows is _aws.c's own */

    void                             *dummy[3];   /* as the data of other */
    ngx_int_t                         ident;      /* timers: see _wait_t */
    ngx_event_t                       event;
    ngx_queue_t                       queue;
    ngx_http_jwt_issuer_fetch_t      *fetch;
    uint64_t                          serial;     /* of the credentials */
    int64_t                           signed_at;
    ngx_uint_t                        attempts;
    unsigned                          queued:1;
    unsigned                          active:1;
    unsigned                          renewed:1;
    unsigned                          corrected:1;
};


struct ngx_http_jwt_issuer_aws_s {
    void                                  *dummy[3];
    ngx_int_t                              ident;
    ngx_event_t                            event;     /* credentials */
    ngx_http_jwt_issuer_process_t         *process;
    const ngx_http_jwt_issuer_aws_conf_t  *conf;
    jwti_aws_creds_t                      *creds;
    ngx_http_jwt_issuer_fetch_t           *fetch;     /* of credentials */
    ngx_queue_t                            waiting;   /* calls */
    ngx_queue_t                            active;
    ngx_queue_t                            delayed;   /* till another try */
    ngx_uint_t                             nactive;
    int64_t                                skew;
    unsigned                               skewed:1;  /* said in the log */
    unsigned                               named:1;   /* source in the log */
    unsigned                               failing:1; /* to renew, likewise */
    unsigned                               driving:1;
};


/* worker 0; NULL when it could not be made, which is logged */
ngx_http_jwt_issuer_aws_t *ngx_http_jwt_issuer_aws_create(
    ngx_http_jwt_issuer_process_t *process);
void ngx_http_jwt_issuer_aws_stop(ngx_http_jwt_issuer_aws_t *aws);

void ngx_http_jwt_issuer_aws_start(ngx_http_jwt_issuer_call_t *call);
void ngx_http_jwt_issuer_aws_cancel(ngx_http_jwt_issuer_call_t *call);

/* calls that wait, as many as may go; fetches credentials first */
void ngx_http_jwt_issuer_aws_next(ngx_http_jwt_issuer_aws_t *aws);

/* ends a call without having made it */
void ngx_http_jwt_issuer_aws_give_up(ngx_http_jwt_issuer_call_t *call,
    const char *reason);

/* do what the credentials need next, until there is something to wait for */
void ngx_http_jwt_issuer_aws_drive(ngx_http_jwt_issuer_aws_t *aws);

/* 1 for https, and for http that does not leave the machine */
ngx_uint_t ngx_http_jwt_issuer_aws_is_private(
    const jwti_aws_endpoint_t *endpoint);

/* how exchanges go out now; valid until the credentials' next step */
void ngx_http_jwt_issuer_aws_transport(const ngx_http_jwt_issuer_aws_t *aws,
    ngx_http_jwt_issuer_transport_t *transport);

/* milliseconds since the epoch, by the services' clock when ours is wrong */
int64_t ngx_http_jwt_issuer_aws_time(const ngx_http_jwt_issuer_aws_t *aws);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_AWS_H_INCLUDED_ */
