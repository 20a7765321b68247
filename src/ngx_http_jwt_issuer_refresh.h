
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The way of a key, from its source through the zone to a worker: what the
 * files on it offer to each other and to the request's side.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_REFRESH_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_REFRESH_H_INCLUDED_


#include "ngx_http_jwt_issuer.h"

#include "jwti_aws_answer.h"


#pragma GCC visibility push(hidden)


/*
 * A key as a worker has it parsed.  Reloaded from the zone when the serial
 * there is another one.
 */
struct ngx_http_jwt_issuer_parsed_s {
    uint64_t                          serial;
    jwti_key_t                       *key;
    size_t                            token_len;      /* of its last token that
                                                       * was in the cache */
    unsigned                          unusable:1;     /* as last seen: dropped
                                                       * or stale */
};


/* the state of one service's refreshing, in worker 0 */
struct ngx_http_jwt_issuer_refresh_s {
    ngx_rbtree_node_t                 node;           /* when it is looked at */
    const ngx_http_jwt_issuer_service_t  *service;
    ngx_http_jwt_issuer_process_t    *process;
    void                             *source_state;   /* the source's own */
    uint64_t                          serial;         /* of the current key */
    uint64_t                          signer;         /* of the one that signs,
                                                       * as last logged */
    ngx_msec_t                        due;            /* next fetch */
    ngx_uint_t                        fails;          /* in a row */
    int64_t                           stale_at;       /* as in the zone */
    unsigned                          stale:1;        /* said so in the log */
    unsigned                          fetching:1;
    unsigned                          again:1;        /* an operator has asked
                                                       * meanwhile */
    unsigned                          planned:1;      /* node is in the tree */
    unsigned                          pinned:1;       /* cannot be fetched by
                                                       * a worker: no more
                                                       * tries until reload */
};


/*
 * How a fetch of a source ends.  text is the source's own and is read before
 * ngx_http_jwt_issuer_refresh_done() returns; the source cleanses it.
 */
typedef enum {
    NGX_HTTP_JWT_ISSUER_FETCHED,        /* text is the current key */
    NGX_HTTP_JWT_ISSUER_UNCHANGED,      /* looked, and it is the same */
    NGX_HTTP_JWT_ISSUER_FAILED,         /* try again later */
    NGX_HTTP_JWT_ISSUER_PINNED          /* a worker may not: only reload */
} ngx_http_jwt_issuer_fetch_e;

typedef struct {
    ngx_http_jwt_issuer_fetch_e       state;
    jwti_str_t                        text;
    const char                       *reason;         /* FAILED, PINNED */
    ngx_err_t                         err;            /* errno, or 0 */
} ngx_http_jwt_issuer_result_t;


/* what tells that a file is another one */
typedef struct {
    dev_t                             dev;
    ino_t                             ino;
    off_t                             size;
    struct timespec                   mtime;
    struct timespec                   ctime;
} ngx_http_jwt_issuer_stat_t;


/* a kind of place that keys come from: one row of the table in _source.c */
struct ngx_http_jwt_issuer_source_s {
    ngx_str_t                         name;

    /*
     * Configuration: args are what follows the name in "key NAME ...".  Sets
     * service->source_conf.  NGX_CONF_OK, NGX_CONF_ERROR when it has logged,
     * or a constant for nginx to log.
     */
    char                           *(*parse)(ngx_conf_t *cf,
                                        ngx_http_jwt_issuer_service_t *service,
                                        ngx_str_t *args, ngx_uint_t nargs);

    /*
     * Configuration, once the settings are complete: what follows from the
     * names of service and environment.  Sets service->definition.
     */
    char                           *(*complete)(ngx_conf_t *cf,
                                        ngx_http_jwt_issuer_service_t *service);

    /*
     * Configuration, as the master: the key's text into memory of
     * JWTI_KEY_TEXT_MAX bytes, which the caller cleanses.  The same results.
     * NULL where keys come over the network, so that only workers can fetch.
     */
    char                           *(*load)(ngx_conf_t *cf,
                                        ngx_http_jwt_issuer_service_t *service,
                                        u_char *memory, size_t *len);

    /*
     * Worker 0: start a fetch that ends, at once or later, in one call of
     * ngx_http_jwt_issuer_refresh_done().  NULL: never fetched again.
     */
    void                            (*fetch)(
                                        ngx_http_jwt_issuer_refresh_t *refresh);

    ngx_uint_t                        previous;       /* it knows which key was
                                                       * before a new one */
};


/* _source.c */

/* the "key" directive */
char *ngx_http_jwt_issuer_source_key(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* sets service->definition to both words */
char *ngx_http_jwt_issuer_source_define(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, const char *kind, ngx_str_t *what);

extern const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_file;
extern const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_env;
extern const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_sm;
extern const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_ecs;


/* _file.c */

/*
 * Read a regular file of at most max bytes into memory.  stat, unless NULL: the
 * file as it was known; when it is the same still, *same is 1 and nothing is
 * read, else stat is the one that was found.  NULL, or the reason as a constant
 * with errno or 0 in *err.
 */
const char *ngx_http_jwt_issuer_file_read(ngx_str_t *path, u_char *memory,
    size_t max, size_t *len, ngx_http_jwt_issuer_stat_t *stat,
    ngx_uint_t *same, ngx_err_t *err);


/* _zone.c */

char *ngx_http_jwt_issuer_zone_add(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);

/* worker 0: records that no service of this configuration has */
void ngx_http_jwt_issuer_zone_sweep(ngx_http_jwt_issuer_process_t *process);

void ngx_http_jwt_issuer_zone_lock(ngx_shm_zone_t *zone);
void ngx_http_jwt_issuer_zone_unlock(ngx_shm_zone_t *zone);


/* _zone_key.c */

/* the clock of rotate: monotonic milliseconds, the same in all processes */
int64_t ngx_http_jwt_issuer_now(void);

/*
 * Let a key in as the current one of service: published at once, signing when
 * its time has come.  *serial is the key's; *fresh is 1 when it was not there
 * before; *activate is when it signs.  NGX_OK; NGX_DECLINED: the record is
 * another configuration's; NGX_ERROR: no space in the zone, or all slots hold
 * keys that are still published.
 */
ngx_int_t ngx_http_jwt_issuer_zone_admit(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    uint64_t *serial, int *fresh, int64_t *activate);

/*
 * The key that signs for service now, parsed, with a reference that the
 * caller gives back, and its serial in the zone.  NGX_OK; NGX_AGAIN: there is
 * none (yet), or it is stale; NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_keys_get(ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, jwti_key_t **key,
    uint64_t *serial);

void ngx_http_jwt_issuer_keys_free(ngx_http_jwt_issuer_process_t *process);

/* 1 when ngx_http_jwt_issuer_keys_get() would find a key */
ngx_uint_t ngx_http_jwt_issuer_zone_has_key(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);

/*
 * 1 when the service still publishes the key, under whatever definition, or
 * when there is no such service any more
 */
ngx_uint_t ngx_http_jwt_issuer_zone_is_published(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const u_char *kid);

/* 1 when the service has the key of that serial still */
ngx_uint_t ngx_http_jwt_issuer_zone_has_serial(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, uint64_t serial);

/*
 * The signing key's serial and, when it is not known, its stored bytes in
 * buf.  NGX_OK; NGX_AGAIN as above; NGX_DECLINED: the record is another's.
 */
ngx_int_t ngx_http_jwt_issuer_zone_signer(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, uint64_t known,
    uint64_t *serial, const jwti_alg_t **alg, jwti_buf_t *buf);

/* the source has just said which key it has; until stale_at it may sign */
void ngx_http_jwt_issuer_zone_fetched(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, int64_t stale_at);

#define NGX_HTTP_JWT_ISSUER_NOT_FETCHED  (-1)
#define NGX_HTTP_JWT_ISSUER_NO_SIGNER    (-2)   /* dropped or stale */

/* when that was, or one of these */
int64_t ngx_http_jwt_issuer_zone_fetched_at(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);

/*
 * Whether the source has still to be asked for the key before the current one:
 * said with a new key, and kept in the zone, as the worker that was to ask may
 * end before its answer.
 */
ngx_uint_t ngx_http_jwt_issuer_zone_previous_due(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);
void ngx_http_jwt_issuer_zone_previous_known(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);

/*
 * Publish a key that does not sign, until the time until unless it is in use.
 * Results as ngx_http_jwt_issuer_zone_admit().
 */
ngx_int_t ngx_http_jwt_issuer_zone_publish(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const jwti_key_t *key,
    int64_t until, int *fresh);

/*
 * Carry out what has come due.  Returns when to call again, in milliseconds
 * from now, or -1: nothing to come.
 */
int64_t ngx_http_jwt_issuer_zone_expire(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);

/* one public key: bytes in the caller's pool */
typedef struct {
    u_char                            kid[JWTI_KID_LEN];
    uint32_t                          alg;            /* jwti_alg_index() */
    ngx_str_t                         jwk;
} ngx_http_jwt_issuer_public_t;

/*
 * Append the published keys of service to keys; NGX_OK or NGX_ERROR.  *change
 * becomes the time of its next planned change where that is earlier.
 */
ngx_int_t ngx_http_jwt_issuer_zone_published(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, ngx_pool_t *pool,
    ngx_array_t *keys, int64_t *change);


/* _zone_stats.c */

/* when the source is asked again, NEVER: not until reload; failures in a row */
void ngx_http_jwt_issuer_zone_plan(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, int64_t due,
    ngx_uint_t fails);

/* why the source failed: words that may be shown, and errno or 0 */
void ngx_http_jwt_issuer_zone_error(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const char *reason,
    ngx_err_t err);

/* seconds that this clock is behind AWS's; known 0: nobody asks AWS */
void ngx_http_jwt_issuer_zone_clock(ngx_shm_zone_t *zone, ngx_uint_t known,
    int64_t skew, ngx_uint_t wrong);

/* all of status but services, server and now */
void ngx_http_jwt_issuer_zone_status(ngx_shm_zone_t *zone,
    jwti_status_t *status);

/* error: NGX_HTTP_JWT_ISSUER_STATUS_ERROR bytes for status->error */
void ngx_http_jwt_issuer_zone_status_service(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service,
    jwti_status_service_t *status, u_char *error);

#define NGX_HTTP_JWT_ISSUER_STATUS_ERROR  300


/* _zone_operate.c */

/*
 * The source of service shall be asked now.  NGX_OK: worker 0 will see it;
 * NGX_DECLINED: it is asked at reload only.
 */
ngx_int_t ngx_http_jwt_issuer_zone_ask(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);

/* worker 0: how often that was said for any service */
uint64_t ngx_http_jwt_issuer_zone_asks(ngx_shm_zone_t *zone);

/*
 * Worker 0: 1 when it was said for this one since the last look, or was seen
 * by an earlier configuration's worker, which has not done it.  first, when
 * the worker starts: or by one of the same configuration.
 */
ngx_uint_t ngx_http_jwt_issuer_zone_asked(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, ngx_uint_t first);

/* the source has been asked since this configuration's worker has seen that,
 * and has answered or failed */
void ngx_http_jwt_issuer_zone_ask_done(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service);

/*
 * The key is gone at once, from all workers, the cache and the JWK set, and
 * does not come back from the source until the zone is a new one.  NGX_OK;
 * NGX_DECLINED: the service has no such key.
 */
ngx_int_t ngx_http_jwt_issuer_zone_drop(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const u_char *kid);


/* _agenda.c */

ngx_int_t ngx_http_jwt_issuer_agenda_init(
    ngx_http_jwt_issuer_process_t *process);

/* refresh_look() is called in so many milliseconds, and not at a time before */
void ngx_http_jwt_issuer_agenda_set(ngx_http_jwt_issuer_refresh_t *refresh,
    ngx_msec_t wait);

void ngx_http_jwt_issuer_agenda_stop(ngx_http_jwt_issuer_process_t *process);


/* _refresh.c */

ngx_int_t ngx_http_jwt_issuer_refresh_init(
    ngx_http_jwt_issuer_process_t *process);

/* do what is due, and plan what comes: ngx_http_jwt_issuer_agenda_set() */
void ngx_http_jwt_issuer_refresh_look(ngx_http_jwt_issuer_refresh_t *refresh);

/* ask the source at once, unless it is being asked */
void ngx_http_jwt_issuer_refresh_now(ngx_http_jwt_issuer_refresh_t *refresh);

void ngx_http_jwt_issuer_refresh_stop(ngx_http_jwt_issuer_process_t *process);
/*
 * Let the text's key in as the current one, or publish it only, until the time
 * until.  NULL, or the constant reason why not: the key in use goes on.
 */
const char *ngx_http_jwt_issuer_refresh_admit(
    ngx_http_jwt_issuer_refresh_t *refresh, jwti_str_t text);
const char *ngx_http_jwt_issuer_refresh_publish(
    ngx_http_jwt_issuer_refresh_t *refresh, jwti_str_t text, int64_t until);

/* NGX_OK: what was fetched is in use or will be; else it was refused */
ngx_int_t ngx_http_jwt_issuer_refresh_done(
    ngx_http_jwt_issuer_refresh_t *refresh,
    const ngx_http_jwt_issuer_result_t *result);


/* _operate.c: what operators ask for is seen by worker 0 */
void ngx_http_jwt_issuer_operate_init(ngx_http_jwt_issuer_process_t *process);
void ngx_http_jwt_issuer_operate_stop(ngx_http_jwt_issuer_process_t *process);


/* _refresh.c */

/* ends a fetch: nothing was asked, or the answer of AWS is no good */
void ngx_http_jwt_issuer_refresh_fail(ngx_http_jwt_issuer_refresh_t *refresh,
    const char *reason);
void ngx_http_jwt_issuer_refresh_answer(ngx_http_jwt_issuer_refresh_t *refresh,
    const jwti_aws_answer_t *answer, const char *reason);


/* _curl.c */

ngx_int_t ngx_http_jwt_issuer_curl_init(
    ngx_http_jwt_issuer_process_t *process);
void ngx_http_jwt_issuer_curl_stop(ngx_http_jwt_issuer_process_t *process);


/* _fetch.c */

/* how all exchanges of a configuration go out; strings are the cycle's */
typedef struct {
    const char                       *ca_file;        /* NULL: libcurl's */
    const char                       *proxy;          /* NULL: none */
    const char                       *no_proxy;
} ngx_http_jwt_issuer_transport_t;

/* the response is read and cleansed when the handler returns */
typedef void (*ngx_http_jwt_issuer_fetch_handler_pt)(void *data,
    const jwti_http_response_t *response);

/*
 * Start an exchange.  The request is copied.  The handler is called once,
 * later, from the event loop; never after a cancel or the process's end.
 * NULL: it could not be started, and the handler is not called.
 */
ngx_http_jwt_issuer_fetch_t *ngx_http_jwt_issuer_fetch_start(
    ngx_http_jwt_issuer_process_t *process,
    const jwti_http_request_t *request,
    const ngx_http_jwt_issuer_transport_t *transport,
    ngx_http_jwt_issuer_fetch_handler_pt handler, void *data);

void ngx_http_jwt_issuer_fetch_cancel(ngx_http_jwt_issuer_fetch_t *fetch);


/*
 * For the core, which takes random numbers of 32 bits: ngx_random() has 31, and
 * a spread that is counted from it would end in its middle.
 */

static ngx_inline uint32_t
ngx_http_jwt_issuer_random(void)
{
    return (uint32_t) ngx_random() << 1;
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_REFRESH_H_INCLUDED_ */
