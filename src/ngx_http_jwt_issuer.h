
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The head of the nginx side: every type that two files share, and what each
 * file offers to the others.
 *
 * Where to start reading: the tables in _module.c; _mint.c for the way of a
 * request; _refresh.c for the way of a key; then the header of the core file
 * that is named there.
 *
 *   module      directives, configuration create and merge, handlers
 *   process     what starts and ends with a process
 *   block       blocks with directives of their own
 *   param       name=value parameters of directives, by table
 *   service     jwt_issuer_service and jwt_issuer_defaults blocks
 *   services    all of them after parsing: names, keys read by the master
 *   threads     jwt_issuer_thread_pool
 *   settings    what a service inherits, defaults, what fits together
 *   claim       claim, header, audience directives; their values per request
 *   source*     where keys come from: table of sources, one file for each
 *   zone        the shared memory: records of services, set up and swept
 *   zone_arena  its part that is the token cache's
 *   zone_token  the token cache
 *   zone_cached what it is made of
 *   zone_key    keys of a record: admitted, retired
 *   zone_read   keys of a record, for all workers
 *   zone_stats  what is counted and told of a record
 *   zone_operate  what an operator tells it
 *   keys        this process's parsed keys
 *   refresh     worker 0 fetches keys again
 *   agenda      when it does: one timer for all
 *   aws*        the jwt_issuer_aws block; signed calls, credentials
 *   file        small files read whole
 *   curl        libcurl on nginx's events
 *   fetch       HTTP exchanges from start to end
 *   exchange    one of them, to libcurl and back
 *   mint        a token for a request: cache, key, signature
 *   inputs      every input of a token, as a key of the cache
 *   draft       a token that is being made
 *   sign        signatures beside the event loop: thread pool, other worker
 *   wait        requests parked until a key or a signature is there
 *   target      jwt_issuer_token, jwt_issuer_inject: which token is meant
 *   require     jwt_issuer_require: who may have it; the service looked up
 *   endpoint    jwt_issuer_token
 *   form        a POSTed form and the query
 *   scope       what of its scopes a request gets
 *   answer      JSON answers and errors, no-store
 *   inject      jwt_issuer_inject
 *   headers     the request's header list, swapped and given back
 *   public      public documents, as caches and browsers want them
 *   jwks        jwt_issuer_jwks
 *   metadata    jwt_issuer_metadata
 *   status      jwt_issuer_status: what is known of services
 *   document    that on its way to the client
 *   operate     POST to it: keys are fetched, a key is dropped
 *   variables   $jwt_issuer_...
 *
 * Lifetimes:
 *   main_conf, loc_conf, service, target   the cycle; const once it runs
 *   process                                one worker of one cycle
 *   record                                 the zone; survives reload
 *   ctx                                    one request until it is redirected
 */


#ifndef _NGX_HTTP_JWT_ISSUER_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "jwti.h"
#include "jwti_alg.h"
#include "jwti_claims.h"
#include "jwti_form.h"
#include "jwti_http.h"
#include "jwti_key.h"
#include "jwti_rotate.h"
#include "jwti_status.h"

#include "ngx_http_jwt_issuer_compat.h"


#pragma GCC visibility push(hidden)


/* a request may be parked with so many others in one worker, more get 503 */
#define NGX_HTTP_JWT_ISSUER_WAITERS_MAX  512

/* how often parked requests look for their key */
#define NGX_HTTP_JWT_ISSUER_WAIT_POLL    50

/* of a record in the zone: a digest of the names, and one of the definition */
#define NGX_HTTP_JWT_ISSUER_IDENTITY_NAME  20
#define NGX_HTTP_JWT_ISSUER_IDENTITY       40

/* SHA-256 of a key's text, and of the algorithm that it is for */
#define NGX_HTTP_JWT_ISSUER_DIGEST       32

/* the one place that has it; tools/version.sh reads it from here */
#define NGX_HTTP_JWT_ISSUER_VERSION      "0.1.0"

#define NGX_HTTP_JWT_ISSUER_AGENT                                             \
    "nginx-jwt-issuer/" NGX_HTTP_JWT_ISSUER_VERSION


typedef struct ngx_http_jwt_issuer_source_s   ngx_http_jwt_issuer_source_t;
typedef struct ngx_http_jwt_issuer_service_s  ngx_http_jwt_issuer_service_t;
typedef struct ngx_http_jwt_issuer_record_s   ngx_http_jwt_issuer_record_t;
typedef struct ngx_http_jwt_issuer_process_s  ngx_http_jwt_issuer_process_t;
typedef struct ngx_http_jwt_issuer_curl_s     ngx_http_jwt_issuer_curl_t;
typedef struct ngx_http_jwt_issuer_aws_s      ngx_http_jwt_issuer_aws_t;
typedef struct ngx_http_jwt_issuer_aws_conf_s
    ngx_http_jwt_issuer_aws_conf_t;
typedef struct ngx_http_jwt_issuer_fetch_s    ngx_http_jwt_issuer_fetch_t;
typedef struct ngx_http_jwt_issuer_parsed_s   ngx_http_jwt_issuer_parsed_t;
typedef struct ngx_http_jwt_issuer_refresh_s  ngx_http_jwt_issuer_refresh_t;
typedef struct ngx_http_jwt_issuer_agenda_s   ngx_http_jwt_issuer_agenda_t;
typedef struct ngx_http_jwt_issuer_waiter_s   ngx_http_jwt_issuer_waiter_t;
typedef struct ngx_http_jwt_issuer_metadata_s
    ngx_http_jwt_issuer_metadata_t;
typedef struct ngx_http_jwt_issuer_sign_s     ngx_http_jwt_issuer_sign_t;


/* where a directive stands, for errors that are only seen later */
typedef struct {
    ngx_str_t                         file;
    ngx_uint_t                        line;
} ngx_http_jwt_issuer_place_t;


/* what a service inherits from jwt_issuer_defaults */
typedef struct {
    ngx_str_t                         environment;
    const jwti_alg_t                 *algorithm;      /* NULL: by the key */
    ngx_uint_t                        profile;        /* jwti_profile_e */
    ngx_flag_t                        jti;            /* unset: by profile */
    time_t                            lifetime;
    time_t                            backdate;
    time_t                            not_before;     /* -2: off */
    ngx_uint_t                        reuse;          /* percent of lifetime;
                                                       * 0: off */
    ngx_msec_t                        refresh;
    ngx_msec_t                        stale;
    ngx_msec_t                        activate_after;
    ngx_msec_t                        retire;
    ngx_http_complex_value_t         *subject;
    ngx_http_complex_value_t         *issuer;
    ngx_array_t                      *audience;       /* complex values */
    ngx_http_complex_value_t         *scope;
    ngx_array_t                      *claims;         /* _member_t */
    ngx_array_t                      *headers;        /* _member_t */
} ngx_http_jwt_issuer_settings_t;

#define NGX_HTTP_JWT_ISSUER_NBF_OFF  ((time_t) -2)


/* one "claim" or "header" directive */
typedef struct {
    ngx_str_t                         name;
    ngx_http_complex_value_t          value;
    jwti_type_e                       type;
} ngx_http_jwt_issuer_member_t;


struct ngx_http_jwt_issuer_service_s {
    ngx_http_jwt_issuer_settings_t    settings;       /* first: slots */
    ngx_str_t                         name;
    uint32_t                          hash;           /* of name */
    ngx_http_jwt_issuer_service_t    *next;           /* another name that
                                                       * shares its place */
    ngx_str_t                         label;          /* for log messages */
    ngx_http_jwt_issuer_place_t       place;
    ngx_uint_t                        index;          /* in main_conf */
    ngx_http_jwt_issuer_service_t    *sibling;        /* same name, next
                                                       * environment */

    const ngx_http_jwt_issuer_source_t  *source;
    void                             *source_conf;    /* of the source */
    ngx_str_t                         definition;     /* source, parameters
                                                       * and algorithm */

    jwti_key_t                       *key;            /* read by the master;
                                                       * NULL: fetched later */
    uint64_t                          key_serial;     /* key's in the zone */

    u_char                            identity[NGX_HTTP_JWT_ISSUER_IDENTITY];
    ngx_http_jwt_issuer_record_t     *record;         /* in the zone, and */
    uint64_t                          record_id;      /* its id: another id
                                                       * there, and the record
                                                       * is somebody else's */

    ngx_str_t                         constants;      /* _inputs.c */
    uint64_t                          token_id;       /* theirs in the zone, */
    uint32_t                          token_hash;     /* and its hash */
    unsigned                          variable:1;     /* tokens differ from
                                                       * request to request */

    u_char                            key_digest[NGX_HTTP_JWT_ISSUER_DIGEST];
                                                      /* while key is set: of
                                                       * its text */
};


/* which token a location means: jwt_issuer_token, jwt_issuer_inject */
typedef struct {
    ngx_http_complex_value_t          service;
    ngx_http_complex_value_t         *environment;    /* NULL: not said */
    ngx_http_complex_value_t         *subject;
    ngx_http_complex_value_t         *audience;
    const ngx_http_jwt_issuer_service_t  *fixed;      /* no variable: found
                                                       * once */
    ngx_http_jwt_issuer_place_t       place;

    ngx_uint_t                        format;         /* token */
    size_t                            before;         /* room that is left */
    size_t                            after;          /* around the token */

    ngx_str_t                         header;         /* inject: name, */
    u_char                           *header_lowcase;
    ngx_uint_t                        header_hash;
    ngx_str_t                         scheme;         /* "Bearer ", or "" */
} ngx_http_jwt_issuer_target_t;

#define NGX_HTTP_JWT_ISSUER_FORMAT_JSON  0
#define NGX_HTTP_JWT_ISSUER_FORMAT_JWT   1


typedef struct {
    ngx_str_t                         environment;
    ngx_shm_zone_t                   *zone;
    ngx_str_t                         zone_name;
    size_t                            zone_size;
    time_t                            jwks_max_age;
    ngx_flag_t                        core_dump;

    ngx_http_jwt_issuer_settings_t   *defaults;       /* NULL: no block */
    ngx_http_jwt_issuer_aws_conf_t   *aws;            /* NULL: no source
                                                       * is there */
    ngx_array_t                       services;       /* of pointers */
    ngx_http_jwt_issuer_service_t   **names;          /* places by hash; NULL:
                                                       * no service */
    uint32_t                          names_mask;

    ngx_array_t                       headers;        /* names injected, for
                                                       * $http_ variables */
    unsigned                          token:1;        /* some location has */
    unsigned                          inject:1;       /* the directive */
    unsigned                          status:1;
    unsigned                          no_threads:1;   /* thread_pool off */

#if (NGX_THREADS)
    ngx_thread_pool_t                *thread_pool;    /* NULL: inline */
    ngx_uint_t                        threads;        /* of it, for one worker
                                                       * at one time; 0: as if
                                                       * there were none */
#endif

    ngx_http_jwt_issuer_process_t    *process;        /* set in init_process;
                                                       * NULL in the master */
} ngx_http_jwt_issuer_main_conf_t;


typedef struct {
    ngx_http_jwt_issuer_target_t     *token;
    ngx_http_jwt_issuer_target_t     *inject;         /* NULL: off */
    ngx_array_t                      *require;        /* complex values;
                                                       * NULL: off */
    ngx_msec_t                        wait;
    ngx_array_t                      *jwks;           /* names; empty: all;
                                                       * NULL: no key set */
    ngx_str_t                         jwks_environment;
                                                      /* no data: all */
    ngx_array_t                      *jwks_services;  /* what they mean */
    ngx_http_jwt_issuer_place_t       jwks_place;
    ngx_uint_t                        status;         /* jwti_status_format_e,
                                                       * or: */
    ngx_http_jwt_issuer_place_t       status_place;
    ngx_http_jwt_issuer_metadata_t   *metadata;       /* NULL: none */
} ngx_http_jwt_issuer_loc_conf_t;

#define NGX_HTTP_JWT_ISSUER_STATUS_NONE  ((ngx_uint_t) -1)
#define NGX_HTTP_JWT_ISSUER_STATUS_ANY   ((ngx_uint_t) -2)


/* why there is no token: one row of the table in _answer.c */
typedef struct {
    ngx_uint_t                        status;
    ngx_str_t                         error;          /* RFC 6749, 5.2 */
    const char                       *description;
    ngx_str_t                         header;         /* Allow, Retry-After */
    ngx_str_t                         value;
} ngx_http_jwt_issuer_error_t;

typedef enum {
    NGX_HTTP_JWT_ISSUER_E_METHOD = 0,
    NGX_HTTP_JWT_ISSUER_E_DOCUMENT_METHOD,
    NGX_HTTP_JWT_ISSUER_E_READ_METHOD,
    NGX_HTTP_JWT_ISSUER_E_REQUEST,
    NGX_HTTP_JWT_ISSUER_E_TOO_LARGE,
    NGX_HTTP_JWT_ISSUER_E_GRANT,
    NGX_HTTP_JWT_ISSUER_E_TARGET,
    NGX_HTTP_JWT_ISSUER_E_SCOPE,
    NGX_HTTP_JWT_ISSUER_E_DENIED,
    NGX_HTTP_JWT_ISSUER_E_VALUE,
    NGX_HTTP_JWT_ISSUER_E_NO_KEY,
    NGX_HTTP_JWT_ISSUER_E_SIGN,
    NGX_HTTP_JWT_ISSUER_E_BUSY
} ngx_http_jwt_issuer_error_e;


/*
 * Every input of a token but the key that signs, the time and random bytes.
 * All of it lives as long as the request.
 */
typedef struct {
    /*
     * The cache's key: service->token_id, which stands for all that the
     * configuration says, then what it does not say.  Empty: too long.
     */
    ngx_str_t                         key;
    uint32_t                          hash;           /* of key */
    jwti_claims_t                    *claims;         /* NULL: not needed yet */
    unsigned                          narrowed:1;     /* not all scopes */
} ngx_http_jwt_issuer_inputs_t;


/* $jwt_issuer_cache: what of the last token of a request */
typedef enum {
    NGX_HTTP_JWT_ISSUER_CACHE_NONE = 0,
    NGX_HTTP_JWT_ISSUER_CACHE_HIT,
    NGX_HTTP_JWT_ISSUER_CACHE_MISS,
    NGX_HTTP_JWT_ISSUER_CACHE_BYPASS
} ngx_http_jwt_issuer_cache_e;

/* how minting ends: rc as ngx_http_jwt_issuer_mint() returns it */
typedef void (*ngx_http_jwt_issuer_resume_pt)(ngx_http_request_t *r,
    ngx_int_t rc);


typedef struct {
    const ngx_http_jwt_issuer_service_t  *service;
    ngx_str_t                         token;          /* data NULL: none */
    ngx_str_t                         kid;
    time_t                            expires;        /* exp */
    const ngx_http_jwt_issuer_error_t  *error;
    const char                       *detail;         /* instead of error's
                                                       * description */
    jwti_form_t                      *form;           /* POSTed */
    ngx_str_t                         scope;          /* granted */
    size_t                            after;          /* room in the answer */
    ngx_http_jwt_issuer_waiter_t     *waiter;

    const ngx_http_jwt_issuer_target_t  *target;      /* while it is minted */
    ngx_http_jwt_issuer_resume_pt     resume;         /* NULL: never parks */
    ngx_http_jwt_issuer_inputs_t      inputs;
    ngx_http_jwt_issuer_cache_e       cache;
    u_char                           *room;           /* for the token, while
                                                       * there is none in it */
    size_t                            room_len;

    void                             *document;       /* of a status */

    ngx_str_t                         cache_control;  /* for the filter, */
    unsigned                          no_store:1;     /* or this */
    unsigned                          minting:1;      /* a claim may not ask
                                                       * for the token */
    unsigned                          injected:1;
    unsigned                          joined:1;       /* waits for a token that
                                                       * others asked for */
} ngx_http_jwt_issuer_ctx_t;


/* the data of a timer of the process */
typedef struct {
    /* ngx_add_timer()'s debug log reads ident as a connection's fd: fourth */
    void                             *dummy[3];
    ngx_int_t                         ident;
    ngx_http_jwt_issuer_process_t    *process;
} ngx_http_jwt_issuer_wait_t;


/* what one worker of one cycle has; made in init_process */
struct ngx_http_jwt_issuer_process_s {
    const ngx_http_jwt_issuer_main_conf_t  *jmcf;
    ngx_cycle_t                      *cycle;
    ngx_log_t                        *log;
    ngx_http_jwt_issuer_parsed_t     *parsed;         /* by service->index */
    ngx_http_jwt_issuer_refresh_t    *refresh;        /* NULL: not worker 0 */
    ngx_http_jwt_issuer_agenda_t     *agenda;         /* likewise */
    ngx_http_jwt_issuer_curl_t       *curl;           /* NULL: no network */
    ngx_http_jwt_issuer_aws_t        *aws;

    ngx_http_jwt_issuer_wait_t        wait;
    ngx_event_t                       wait_event;
    ngx_queue_t                       waiters;        /* for a key */
    ngx_uint_t                        nwaiters;

    ngx_http_jwt_issuer_wait_t        ask;            /* worker 0 looks if */
    ngx_event_t                       ask_event;      /* an operator asked */
    uint64_t                          asks;           /* as it saw last */
    ngx_uint_t                        ask_next;       /* service to look at;
                                                       * 0: all were */

    ngx_rbtree_t                      signs;          /* under way, by key of
                                                       * the cache */
    ngx_rbtree_node_t                 sentinel;
    ngx_queue_t                       signing;        /* all of this worker */
    ngx_queue_t                       pending;        /* not yet in the pool */
    ngx_uint_t                        npending;
    ngx_uint_t                        nposted;        /* in the pool, */
    ngx_uint_t                        max_posted;     /* at most; 0: no pool */
#if (NGX_THREADS)
    pthread_key_t                     thread_mark;    /* a thread that signed */
    ngx_uint_t                        thread_marks;   /* there is such a key */
    ngx_atomic_t                      marked;         /* threads */
#endif
};


/* _process.c: hooks of the module's table */

ngx_int_t ngx_http_jwt_issuer_process_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_jwt_issuer_process_init(ngx_cycle_t *cycle);
void ngx_http_jwt_issuer_process_exit(ngx_cycle_t *cycle);

/* may the kernel write a core dump of this process? */
void ngx_http_jwt_issuer_process_core_dump(ngx_log_t *log, ngx_uint_t on);

/*
 * NULL: no http block, or no service in it, or the cycle was made by another
 * image of the module
 */
ngx_http_jwt_issuer_main_conf_t *ngx_http_jwt_issuer_process_conf(
    ngx_cycle_t *cycle);

/* no more fetches, and none of their owners is called */
void ngx_http_jwt_issuer_process_idle(ngx_http_jwt_issuer_process_t *process);


/* _service.c */

/* the first one of that name in any environment; its siblings follow */
const ngx_http_jwt_issuer_service_t *ngx_http_jwt_issuer_service_first(
    const ngx_http_jwt_issuer_main_conf_t *jmcf, ngx_str_t *name);

/*
 * The service of that name; environment NULL: not said.  NULL when there is
 * none, or several and none of them in jwt_issuer_environment.
 */
const ngx_http_jwt_issuer_service_t *ngx_http_jwt_issuer_service_find(
    const ngx_http_jwt_issuer_main_conf_t *jmcf, ngx_str_t *name,
    ngx_str_t *environment);
ngx_uint_t ngx_http_jwt_issuer_service_is_in(
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *environment);


/* _require.c */

/*
 * May this request have a token (jwt_issuer_require), and whose?  NGX_OK with
 * ctx->service, NGX_DECLINED with ctx->error, or NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_require_target(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx);


/* only the first half: NGX_OK, NGX_DECLINED or NGX_ERROR */
ngx_int_t ngx_http_jwt_issuer_require_allowed(ngx_http_request_t *r);


/* _mint.c */

/* this request's context in this location, made when there is none, or NULL */
ngx_http_jwt_issuer_ctx_t *ngx_http_jwt_issuer_ctx(ngx_http_request_t *r);

/*
 * A token for ctx->service in ctx->token.  NGX_OK; NGX_AGAIN: the request is
 * parked and resume will be called with one of the others, once, unless the
 * request ends before; NGX_DECLINED with ctx->error; NGX_ERROR.  resume NULL:
 * never parks, and signs inline.
 */
ngx_int_t ngx_http_jwt_issuer_mint(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_http_jwt_issuer_resume_pt resume);


/* _zone_stats.c: one more of them; a signature that took so long */

void ngx_http_jwt_issuer_zone_count(
    const ngx_http_jwt_issuer_service_t *service, jwti_count_e what);
void ngx_http_jwt_issuer_zone_signed(
    const ngx_http_jwt_issuer_service_t *service, uint64_t microseconds);
void ngx_http_jwt_issuer_zone_unknown(ngx_shm_zone_t *zone);


/* _endpoint.c: a content handler; those of others are in headers of theirs */

ngx_int_t ngx_http_jwt_issuer_endpoint_handler(ngx_http_request_t *r);


/* _form.c */

/*
 * Reads the body that nginx has buffered.  NGX_OK with ctx->form; NGX_DECLINED
 * with ctx->error; NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_form_read(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);

/* the same checks for a query, which nginx's own $arg_ variables read */
ngx_int_t ngx_http_jwt_issuer_form_query(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);


/* _answer.c */

/* sets ctx->error; always NGX_DECLINED */
ngx_int_t ngx_http_jwt_issuer_fail(ngx_http_jwt_issuer_ctx_t *ctx,
    ngx_http_jwt_issuer_error_e error, const char *detail);

/* what answers of the location have around the token */
void ngx_http_jwt_issuer_answer_room(ngx_http_jwt_issuer_target_t *target);

ngx_int_t ngx_http_jwt_issuer_answer_error(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
ngx_int_t ngx_http_jwt_issuer_answer_token(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx,
    const ngx_http_jwt_issuer_target_t *target);

/* header and one buffer of body, of the request's memory; NULL: no body */
ngx_int_t ngx_http_jwt_issuer_answer_send(ngx_http_request_t *r,
    ngx_uint_t status, const ngx_str_t *type, u_char *body, size_t len);

/* name and value live as long as the request */
ngx_int_t ngx_http_jwt_issuer_answer_header(ngx_http_request_t *r,
    const ngx_str_t *name, const ngx_str_t *value);

void ngx_http_jwt_issuer_answer_init(void);


/* _inject.c */

ngx_int_t ngx_http_jwt_issuer_inject_handler(ngx_http_request_t *r);


/* _headers.c */

/*
 * Give the request a header list of its own, without any header of that name
 * and with this one instead.  What the client sent stays unchanged beside it.
 */
ngx_int_t ngx_http_jwt_issuer_headers_replace(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target, ngx_str_t *value);

/* there is no token: an access log after a redirect tells why; or NGX_ERROR */
ngx_int_t ngx_http_jwt_issuer_headers_none(ngx_http_request_t *r);

/* the context of the last location of this request that injected, or failed
 * to; NULL when there was none */
ngx_http_jwt_issuer_ctx_t *ngx_http_jwt_issuer_headers_ctx(
    ngx_http_request_t *r);

/* 1 when a Connection header names the header: the next hop would drop it */
ngx_uint_t ngx_http_jwt_issuer_headers_hop(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target);

/* handlers of the rewrite and log phases: back to what the client sent */
ngx_int_t ngx_http_jwt_issuer_headers_rewrite_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_jwt_issuer_headers_log_handler(ngx_http_request_t *r);


/* _variables.c */

ngx_int_t ngx_http_jwt_issuer_variables_add(ngx_conf_t *cf);
ngx_int_t ngx_http_jwt_issuer_variables_headers(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);


extern ngx_module_t  ngx_http_jwt_issuer_module;


/* the core's strings and nginx's, which the core does not know */

static ngx_inline jwti_str_t
ngx_http_jwt_issuer_to_core(const ngx_str_t *str)
{
    return (jwti_str_t) { str->data, str->len };
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_H_INCLUDED_ */
