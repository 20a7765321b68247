
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The thread pool for slow signatures: the directive jwt_issuer_thread_pool, a
 * pool of our own where it is not used, and the signatures that are in it.
 *
 * A thread has the key, of which it holds a reference, and the bytes; it calls
 * OpenSSL and nothing else.  A worker has only a few of them in the pool at one
 * time, since event loops need processors, too, and a pool may be others' as
 * well; the rest wait in the worker.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_mint.h"


#if (NGX_THREADS)

static ngx_uint_t ngx_http_jwt_issuer_threads_work(ngx_cycle_t *cycle);
static char *ngx_http_jwt_issuer_threads_own(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);

static void ngx_http_jwt_issuer_threads_ends(void *data);
static void ngx_http_jwt_issuer_threads_task(void *data, ngx_log_t *log);
static void ngx_http_jwt_issuer_threads_done(ngx_event_t *ev);
static void ngx_http_jwt_issuer_threads_next(
    ngx_http_jwt_issuer_process_t *process);

/* nginx has no header for it */
extern ngx_module_t  ngx_thread_pool_module;

#endif


/* the longest time that a process which exits waits for them, milliseconds */
#define NGX_HTTP_JWT_ISSUER_THREADS_EXIT  1000


/* more would be of use only where all workers sign all the time */
#define NGX_HTTP_JWT_ISSUER_THREADS_MAX  4


char *
ngx_http_jwt_issuer_threads_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    ngx_str_t  *value;

    if (jmcf->no_threads) {
        return "is duplicate";
    }

#if (NGX_THREADS)

    if (jmcf->thread_pool) {
        return "is duplicate";
    }

#endif

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        jmcf->no_threads = 1;
        return NGX_CONF_OK;
    }

#if (NGX_THREADS)

    jmcf->thread_pool = ngx_thread_pool_add(cf, &value[1]);
    if (jmcf->thread_pool == NULL) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;

#else

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"jwt_issuer_thread_pool\" requires nginx built"
                       " with threads");
    return NGX_CONF_ERROR;

#endif
}


char *
ngx_http_jwt_issuer_threads_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
#if (NGX_THREADS)

    ngx_uint_t                             i;
    const jwti_alg_t                      *alg;
    const ngx_http_jwt_issuer_service_t  **services;

    if (jmcf->no_threads || !ngx_http_jwt_issuer_threads_work(cf->cycle)) {
        return NGX_CONF_OK;
    }

    jmcf->threads = ngx_max(ngx_ncpu - 1, 1);

    if (jmcf->thread_pool) {
        return NGX_CONF_OK;
    }

    services = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts; i++) {
        alg = services[i]->settings.algorithm;

        /* without a name, the next key may be an RSA key */

        if (alg == NULL || jwti_alg_is_slow(alg)) {
            return ngx_http_jwt_issuer_threads_own(cf, jmcf);
        }
    }

#endif

    return NGX_CONF_OK;
}


#if (NGX_THREADS)

/*
 * As "thread_pool jwt_issuer threads=N" does it.  The pool "default" has 32
 * threads, each of which takes memory as soon as it has signed, and is for
 * files, whose reading would have to wait for signatures.
 */

static char *
ngx_http_jwt_issuer_threads_own(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    char           *rv;
    u_char          threads[sizeof("threads=") + NGX_INT_T_LEN];
    ngx_str_t       words[3];
    ngx_conf_t      save;
    ngx_array_t     args;
    ngx_command_t  *cmd;

    static ngx_str_t  name = ngx_string("jwt_issuer");

    jmcf->threads = ngx_min(jmcf->threads, NGX_HTTP_JWT_ISSUER_THREADS_MAX);

    jmcf->thread_pool = ngx_thread_pool_get(cf->cycle, &name);

    if (jmcf->thread_pool) {
        return NGX_CONF_OK;
    }

    ngx_str_set(&words[0], "thread_pool");
    words[1] = name;
    words[2].data = threads;
    words[2].len = ngx_sprintf(threads, "threads=%ui", jmcf->threads)
                   - threads;

    ngx_memzero(&args, sizeof(ngx_array_t));
    args.elts = words;
    args.nelts = 3;

    cmd = ngx_thread_pool_module.commands;

    save = *cf;
    /* it is read no longer than the setter runs: cf is restored */
    /* cppcheck-suppress autoVariables */
    cf->args = &args;

    rv = cmd->set(cf, cmd, NULL);

    *cf = save;

    jmcf->thread_pool = ngx_thread_pool_get(cf->cycle, &name);

    return rv;
}


/*
 * A thread cannot tell poll and select that it is done.  And in single-process
 * mode nginx never starts the pools of a configuration that it reloads, but
 * ends them.
 */

static ngx_uint_t
ngx_http_jwt_issuer_threads_work(ngx_cycle_t *cycle)
{
    ngx_uint_t           i;
    ngx_module_t        *module;
    ngx_core_conf_t     *ccf;
    ngx_event_conf_t    *ecf;
    ngx_event_module_t  *method;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (ccf->master == 0) {
        return 0;
    }

    if (ngx_get_conf(cycle->conf_ctx, ngx_events_module) == NULL) {

        /* "events" comes later in the file: the system's own method */

        return 1;
    }

    ecf = ngx_event_get_conf(cycle->conf_ctx, ngx_event_core_module);

    for (i = 0; cycle->modules[i]; i++) {
        module = cycle->modules[i];

        if (module->type == NGX_EVENT_MODULE
            && module->ctx_index == ecf->use)
        {
            method = module->ctx;
            return method->actions.notify != NULL;
        }
    }

    return 0;
}

#endif


void
ngx_http_jwt_issuer_threads_start(ngx_http_jwt_issuer_process_t *process)
{
#if (NGX_THREADS)

    /*
     * In single-process mode a reload starts no threads, and those of the old
     * cycle go on in memory that is freed with it.
     */

    if (process->jmcf->thread_pool == NULL
        || ngx_process != NGX_PROCESS_WORKER)
    {
        return;
    }

    process->max_posted = process->jmcf->threads;

    /* without a key there are no marks, and nobody is waited for */

    process->thread_marks =
        (pthread_key_create(&process->thread_mark,
                            ngx_http_jwt_issuer_threads_ends)
         == 0);

#endif
}


ngx_int_t
ngx_http_jwt_issuer_threads_post(ngx_http_jwt_issuer_sign_t *sign)
{
#if (NGX_THREADS)

    ngx_http_jwt_issuer_process_t  *process;

    process = sign->process;

    sign->task.ctx = sign;
    sign->task.handler = ngx_http_jwt_issuer_threads_task;
    sign->task.event.handler = ngx_http_jwt_issuer_threads_done;
    sign->task.event.data = sign;
    sign->task.event.log = process->log;

    if (ngx_thread_task_post(process->jmcf->thread_pool, &sign->task)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    sign->posted = 1;
    process->nposted++;

    return NGX_OK;

#else

    return NGX_ERROR;

#endif
}


#if (NGX_THREADS)

/*
 * A thread ends, and gives back what it has by keys: in the first round, or in
 * one of those that follow when there is anything left.  OpenSSL's is gone in
 * the second one, of which the lowest bit of the pointer tells.
 */

static void
ngx_http_jwt_issuer_threads_ends(void *data)
{
    ngx_http_jwt_issuer_process_t  *process;

    process = (ngx_http_jwt_issuer_process_t *) ((uintptr_t) data
                                                 & ~(uintptr_t) 1);

    if (process == data
        && pthread_setspecific(process->thread_mark, (u_char *) data + 1) == 0)
    {
        return;
    }

    (void) ngx_atomic_fetch_add(&process->marked, -1);
}


/* in a thread: nothing of nginx's, no log */

static void
ngx_http_jwt_issuer_threads_task(void *data, ngx_log_t *log)
{
    ngx_http_jwt_issuer_sign_t *sign = data;

    ngx_http_jwt_issuer_process_t  *process;

    process = sign->process;

    if (process->thread_marks
        && pthread_getspecific(process->thread_mark) == NULL
        && pthread_setspecific(process->thread_mark, process) == 0)
    {
        (void) ngx_atomic_fetch_add(&process->marked, 1);
    }

    sign->made = ngx_http_jwt_issuer_draft_make(&sign->draft);

    ngx_memory_barrier();

    sign->finished = 1;
}


static void
ngx_http_jwt_issuer_threads_done(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_sign_t *sign = ev->data;

    ngx_http_jwt_issuer_process_t  *process;

    process = sign->process;
    process->nposted--;

    if (sign->made == JWTI_OK) {
        ngx_http_jwt_issuer_zone_signed(sign->service, sign->draft.spent);

        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, process->log, 0,
                       "jwt issuer signature made, jwt service: \"%V\"",
                       &sign->service->label);

    } else {
        ngx_log_error(NGX_LOG_ERR, process->log, 0,
                      "token is not signed: %s, jwt service: \"%V\"",
                      sign->draft.err ? sign->draft.err : "internal error",
                      &sign->service->label);
    }

    /* first the thread has its next task */

    ngx_http_jwt_issuer_threads_next(process);

    ngx_http_jwt_issuer_sign_finish(sign, (sign->made == JWTI_OK)
                                          ? NGX_HTTP_JWT_ISSUER_SIGNED
                                          : NGX_HTTP_JWT_ISSUER_NOT_SIGNED);
}


static void
ngx_http_jwt_issuer_threads_next(ngx_http_jwt_issuer_process_t *process)
{
    ngx_queue_t                 *q;
    ngx_http_jwt_issuer_sign_t  *sign;

    while (process->nposted < process->max_posted
           && !ngx_queue_empty(&process->pending))
    {
        q = ngx_queue_head(&process->pending);
        sign = ngx_queue_data(q, ngx_http_jwt_issuer_sign_t, queue);

        if (!sign->keyed && ngx_queue_empty(&sign->waiters)) {

            /* a token for a client that is gone */

            process->npending--;
            ngx_http_jwt_issuer_sign_free(sign);
            continue;
        }

        if (ngx_http_jwt_issuer_threads_post(sign) != NGX_OK
            && process->nposted)
        {
            /* others fill the pool: ours that is in it comes back here */

            return;
        }

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&process->signing, q);
        sign->pending = 0;
        process->npending--;

        if (!sign->posted) {
            ngx_http_jwt_issuer_sign_finish(sign,
                                            NGX_HTTP_JWT_ISSUER_SIGN_LATE);
        }
    }
}

#endif


/*
 * nginx lets go of its threads before they have ended.  What OpenSSL has for
 * each of them must not be freed by the thread and by exit() at once.
 */

void
ngx_http_jwt_issuer_threads_wait(ngx_http_jwt_issuer_process_t *process)
{
#if (NGX_THREADS)

    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_JWT_ISSUER_THREADS_EXIT; i++) {

        if (ngx_atomic_fetch_add(&process->marked, 0) == 0) {
            return;
        }

        ngx_msleep(1);
    }

#endif
}
