
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The way of a token, from what a request says through the zone's cache or a
 * signature back to the request: what the files on it offer to each other.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_MINT_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_MINT_H_INCLUDED_


#include "ngx_http_jwt_issuer_refresh.h"

#include "jwti_token.h"


#pragma GCC visibility push(hidden)


/* how long a request waits for signatures, in milliseconds */
#define NGX_HTTP_JWT_ISSUER_LATE  5000


/* a token that is being made; memory is the caller's */
typedef struct {
    jwti_buf_t                        buf;            /* signing input, then
                                                       * the token */
    jwti_key_t                       *key;            /* a reference */
    uint64_t                          serial;         /* of the key */
    int64_t                           issued;         /* ms since the epoch */
    int64_t                           expires;        /* exp */
    uint64_t                          spent;          /* microseconds, on the
                                                       * signature */
    const char                       *err;            /* why not signed */
} ngx_http_jwt_issuer_draft_t;


/* a token as the zone has it, copied out */
typedef struct {
    u_char                           *data;           /* size bytes of the */
    size_t                            size;           /* caller's */
    size_t                            len;            /* more than size: it was
                                                       * not copied */
    u_char                           *kid;            /* JWTI_KID_LEN bytes of
                                                       * the caller's */
    time_t                            expires;
    uint64_t                          serial;         /* of the key that signs,
                                                       * also without a token */
    ngx_pid_t                         pid;            /* BUSY: who makes it */
    unsigned                          renew:1;        /* the caller has to */
} ngx_http_jwt_issuer_token_t;


/* a parked request; see _wait.c */
struct ngx_http_jwt_issuer_waiter_s {
    ngx_queue_t                       queue;
    ngx_http_request_t               *request;
    ngx_http_jwt_issuer_ctx_t        *ctx;
    ngx_http_jwt_issuer_process_t    *process;
    ngx_msec_t                        wait;           /* jwt_issuer_wait */
    ngx_msec_t                        deadline;       /* for its key */
    ngx_msec_t                        late;           /* for signatures */
    ngx_http_jwt_issuer_sign_t       *sign;           /* NULL: waits for its
                                                       * key */
    void                            (*handler)(
                                        ngx_http_jwt_issuer_waiter_t *waiter);
    unsigned                          parked:1;
    unsigned                          waiting:1;      /* deadline is set */
    unsigned                          signing:1;      /* late is set */
    unsigned                          timed_out:1;    /* of its key */
};


/* what became of a signature that requests of this worker wait for */
typedef enum {
    NGX_HTTP_JWT_ISSUER_SIGNED,
    NGX_HTTP_JWT_ISSUER_NOT_SIGNED,
    NGX_HTTP_JWT_ISSUER_SIGN_LATE,          /* not yet: it goes on alone */
    NGX_HTTP_JWT_ISSUER_SIGN_AGAIN          /* another worker gave it up, or it
                                             * came too late to be used */
} ngx_http_jwt_issuer_sign_e;

/*
 * A signature that is made beside the event loop, by a thread or by another
 * worker.  Its memory is its own: requests come and go, it ends by itself.
 */
struct ngx_http_jwt_issuer_sign_s {
    /* ngx_add_timer()'s debug log reads ident as a connection's fd: fourth */
    void                             *dummy[3];
    ngx_int_t                         ident;

    ngx_event_t                       event;          /* timer, or posted */
    ngx_str_node_t                    node;           /* in process->signs, by
                                                       * the cache's key */
    ngx_queue_t                       queue;          /* in process->pending
                                                       * or ->signing */
    ngx_queue_t                       waiters;
    ngx_http_jwt_issuer_process_t    *process;
    const ngx_http_jwt_issuer_service_t  *service;
    ngx_http_jwt_issuer_draft_t       draft;          /* buf is in memory[] */
    u_char                            kid[JWTI_KID_LEN];
    ngx_http_jwt_issuer_sign_e        state;          /* when waiters wake */
#if (NGX_THREADS)
    ngx_thread_task_t                 task;
    jwti_rc_t                         made;           /* set by the thread, */
    volatile ngx_uint_t               finished;       /* which sets this last */
#endif
    ngx_msec_t                        poll;           /* of another worker */
    unsigned                          keyed:1;        /* has a key of the cache,
                                                       * and */
    unsigned                          shared:1;       /* is in process->signs */
    unsigned                          foreign:1;      /* another worker's */
    unsigned                          posted:1;       /* to the thread pool */
    unsigned                          pending:1;      /* will be posted */

    u_char                            memory[];       /* the cache's key, the
                                                       * draft's buffer */
};


/* _claim.c */

/*
 * What the token of this request says: evaluates all variables.  What claims
 * points to lives as long as the request's pool.  NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_claim_eval(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target, jwti_claims_t *claims);


/* _scope.c */

/*
 * What of the scopes of ctx->service the request gets: in ctx->scope.  NGX_OK;
 * NGX_DECLINED with ctx->error; NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_scope(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);


/* _answer.c: ctx->after is what the answer needs for ctx->scope */
void ngx_http_jwt_issuer_answer_scope_room(ngx_http_jwt_issuer_ctx_t *ctx);


/* _inputs.c */

/*
 * Configuration: all that the configuration says of a service's tokens as one
 * string, service->constants, and service->variable: whether a request says
 * more.
 */
ngx_int_t ngx_http_jwt_issuer_inputs_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service);

/* the cache's key, evaluating variables where there are any */
ngx_int_t ngx_http_jwt_issuer_inputs_eval(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_inputs_t *inputs);

/* inputs->claims, unless they are there already */
ngx_int_t ngx_http_jwt_issuer_inputs_claims(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_inputs_t *inputs);


/* _zone_token.c */

/*
 * Look for a token that may be handed out: made of the same inputs by the key
 * that signs now, within its share of its lifetime.
 *
 *   NGX_OK        token is set, or longer than its memory; with token->renew,
 *                 which is for FIND_RENEW, the caller shall make the next one,
 *                 nobody else will for a while
 *   NGX_DECLINED  there is none; with FIND_CLAIM the caller shall make it and
 *                 store or release it
 *   NGX_BUSY      there is none, and token->pid is making it
 *   NGX_AGAIN     the service has no key, or a stale one
 *   NGX_ABORT     the record is another configuration's
 */
ngx_int_t ngx_http_jwt_issuer_zone_token_find(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_uint_t flags, ngx_http_jwt_issuer_token_t *token);

#define NGX_HTTP_JWT_ISSUER_FIND_CLAIM  1
#define NGX_HTTP_JWT_ISSUER_FIND_RENEW  2

/*
 * Keep a token that was made, where there is space; the claim on it ends.
 * NGX_DECLINED: another key signs by now, and it must not be handed out.
 * NGX_ABORT: its share is over, and it is for those only that wait for it.
 * NGX_OK.
 */
ngx_int_t ngx_http_jwt_issuer_zone_token_store(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, const ngx_http_jwt_issuer_draft_t *draft);

/* this process is at it still, or: pid will not make it */
void ngx_http_jwt_issuer_zone_token_hold(ngx_shm_zone_t *zone,
    const ngx_str_t *key, uint32_t hash);
void ngx_http_jwt_issuer_zone_token_release(ngx_shm_zone_t *zone,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_pid_t pid);


/* _draft.c */

/*
 * The signing input of a token into memory of JWTI_TOKEN_MAX bytes.  NGX_OK:
 * draft->key is a reference that the caller gives back; NGX_AGAIN: there is no
 * key; NGX_DECLINED with *error.
 */
ngx_int_t ngx_http_jwt_issuer_draft_write(
    ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service,
    const jwti_claims_t *claims, u_char *memory,
    ngx_http_jwt_issuer_draft_t *draft, ngx_http_jwt_issuer_error_e *error,
    ngx_log_t *log);

/* sign, in any thread: nothing of nginx's is used; sets draft->spent */
jwti_rc_t ngx_http_jwt_issuer_draft_make(ngx_http_jwt_issuer_draft_t *draft);

/* sign now: microseconds, but milliseconds for RSA; NGX_OK or NGX_ERROR */
ngx_int_t ngx_http_jwt_issuer_draft_sign(
    const ngx_http_jwt_issuer_service_t *service,
    ngx_http_jwt_issuer_draft_t *draft, ngx_log_t *log);

/* 1 when the draft's signature is one for the thread pool */
ngx_uint_t ngx_http_jwt_issuer_draft_is_slow(
    const ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_draft_t *draft);


/* _sign.c */

/*
 * Sign the draft, which is copied, its key taken over: in the thread pool when
 * it is slow, else when the event loop has nothing more urgent.  key: of the
 * cache, NULL when the token is for one request only.  NULL: it cannot be
 * started, because too many others wait or memory is short.
 */
ngx_http_jwt_issuer_sign_t *ngx_http_jwt_issuer_sign_start(
    ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash, ngx_http_jwt_issuer_draft_t *draft);

/*
 * The one of this worker that is under way with that key, or NULL.  claimed:
 * the zone has it that this worker makes the token, so what waits for another
 * worker's would wait for itself.
 */
ngx_http_jwt_issuer_sign_t *ngx_http_jwt_issuer_sign_find(
    ngx_http_jwt_issuer_process_t *process, const ngx_str_t *key,
    uint32_t hash, uint64_t serial, ngx_uint_t claimed);

/* another worker makes it: wait for it to come through the zone; or NULL */
ngx_http_jwt_issuer_sign_t *ngx_http_jwt_issuer_sign_foreign(
    ngx_http_jwt_issuer_process_t *process,
    const ngx_http_jwt_issuer_service_t *service, const ngx_str_t *key,
    uint32_t hash);

/* it has ended: keep the token, tell those who wait, free it; or only that */
void ngx_http_jwt_issuer_sign_finish(ngx_http_jwt_issuer_sign_t *sign,
    ngx_http_jwt_issuer_sign_e state);
void ngx_http_jwt_issuer_sign_free(ngx_http_jwt_issuer_sign_t *sign);

ngx_int_t ngx_http_jwt_issuer_sign_init(
    ngx_http_jwt_issuer_process_t *process);
void ngx_http_jwt_issuer_sign_stop(ngx_http_jwt_issuer_process_t *process);


/* _threads.c */

/*
 * Into the thread pool, from where it ends by ngx_http_jwt_issuer_sign_finish()
 * and brings the next one that is pending.  NGX_ERROR: the pool is full.
 */
ngx_int_t ngx_http_jwt_issuer_threads_post(ngx_http_jwt_issuer_sign_t *sign);

/* what a process has for its threads, where it uses any */
void ngx_http_jwt_issuer_threads_start(ngx_http_jwt_issuer_process_t *process);

/* when the process exits: threads that nginx has told to end have ended */
void ngx_http_jwt_issuer_threads_wait(ngx_http_jwt_issuer_process_t *process);


/* _wait.c */

/*
 * Park the request until it has a key or, with sign, until that ends; then
 * handler is called, once, unless the request ends before.  NGX_AGAIN: parked;
 * NGX_BUSY: too many are, or it has waited long enough; NGX_ERROR.
 */
ngx_int_t ngx_http_jwt_issuer_wait(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_http_jwt_issuer_sign_t *sign,
    void (*handler)(ngx_http_jwt_issuer_waiter_t *waiter));

/* wake all of the queue; what handlers call may end others of them */
void ngx_http_jwt_issuer_wait_wake(ngx_queue_t *waiters);

ngx_int_t ngx_http_jwt_issuer_wait_init(
    ngx_http_jwt_issuer_process_t *process);
void ngx_http_jwt_issuer_wait_stop(ngx_http_jwt_issuer_process_t *process);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_MINT_H_INCLUDED_ */
