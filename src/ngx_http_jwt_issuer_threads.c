
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The thread pool for slow signatures: the directive jwt_issuer_thread_pool,
 * and a pool of our own where it is not used.
 */


#include "ngx_http_jwt_issuer_conf.h"


#if (NGX_THREADS)

static ngx_uint_t ngx_http_jwt_issuer_threads_work(ngx_cycle_t *cycle);
static char *ngx_http_jwt_issuer_threads_own(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);

/* nginx has no header for it */
extern ngx_module_t  ngx_thread_pool_module;

#endif


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
