
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What starts and ends with a process: a worker's state, and in worker 0 the
 * refreshing of keys; and who may look into its memory.
 */


#include "ngx_http_jwt_issuer_aws.h"
#include "ngx_http_jwt_issuer_mint.h"


static ngx_int_t ngx_http_jwt_issuer_process_start(ngx_cycle_t *cycle,
    ngx_http_jwt_issuer_main_conf_t *jmcf);
static void ngx_http_jwt_issuer_process_stop(void *data);


ngx_int_t
ngx_http_jwt_issuer_process_module(ngx_cycle_t *cycle)
{
    ngx_http_jwt_issuer_main_conf_t  *old, *jmcf;
#if (NGX_HAVE_PR_SET_DUMPABLE)
    ngx_core_conf_t                  *ccf;
#endif

    jmcf = ngx_http_jwt_issuer_process_conf(cycle);

#if (NGX_HAVE_PR_SET_DUMPABLE)

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    if (jmcf && !jmcf->core_dump && ccf->rlimit_core > 0) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "\"worker_rlimit_core\" has no effect without "
                      "\"jwt_issuer_core_dump on\"");
    }

#endif

    if (ngx_test_config) {
        return NGX_OK;
    }

    /* allowed only by a configuration that is in use */

    if (jmcf && jmcf->core_dump) {
        ngx_http_jwt_issuer_process_core_dump(cycle->log, 1);
    }

    if (ngx_process != NGX_PROCESS_SINGLE
        || ngx_is_init_cycle(cycle->old_cycle))
    {
        return NGX_OK;
    }

    /*
     * In single-process mode a reload starts no process: what the old
     * configuration runs is stopped here and the new one is started.
     */

    old = ngx_http_jwt_issuer_process_conf(cycle->old_cycle);

    if (old && old->process) {
        ngx_http_jwt_issuer_process_idle(old->process);
    }

    if (jmcf == NULL) {
        return NGX_OK;
    }

    return ngx_http_jwt_issuer_process_start(cycle, jmcf);
}


ngx_int_t
ngx_http_jwt_issuer_process_init(ngx_cycle_t *cycle)
{
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_jwt_issuer_process_conf(cycle);

    if (jmcf == NULL) {
        return NGX_OK;
    }

    /* nginx has just allowed it, after setuid() */

    ngx_http_jwt_issuer_process_core_dump(cycle->log, jmcf->core_dump);

    /* it also runs in the cache manager and loader, which serve nothing */

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    return ngx_http_jwt_issuer_process_start(cycle, jmcf);
}


void
ngx_http_jwt_issuer_process_exit(ngx_cycle_t *cycle)
{
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_jwt_issuer_process_conf(cycle);

    if (jmcf && jmcf->process) {
        ngx_http_jwt_issuer_process_stop(jmcf->process);
        ngx_http_jwt_issuer_threads_wait(jmcf->process);
    }
}


ngx_http_jwt_issuer_main_conf_t *
ngx_http_jwt_issuer_process_conf(ngx_cycle_t *cycle)
{
    ngx_uint_t                        i;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    if (cycle->conf_ctx == NULL || cycle->modules == NULL) {
        return NULL;
    }

    /* a cycle that did not load the module has no place for it */

    for (i = 0; cycle->modules[i] != &ngx_http_jwt_issuer_module; i++) {
        if (cycle->modules[i] == NULL) {
            return NULL;
        }
    }

    jmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_jwt_issuer_module);

    if (jmcf == NULL || jmcf->services.nelts == 0) {
        return NULL;
    }

    return jmcf;
}


/*
 * Keys that OpenSSL has parsed are in the memory of the process, beside the
 * zone.  A process that is not dumpable leaves no core dump, whatever the
 * limits are, and only root may trace it or read its memory.
 */

void
ngx_http_jwt_issuer_process_core_dump(ngx_log_t *log, ngx_uint_t on)
{
#if (NGX_HAVE_PR_SET_DUMPABLE)

    if (prctl(PR_SET_DUMPABLE, on, 0, 0, 0) == -1) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "prctl(PR_SET_DUMPABLE) failed");
    }

#endif
}


static ngx_int_t
ngx_http_jwt_issuer_process_start(ngx_cycle_t *cycle,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    ngx_pool_cleanup_t             *cln;
    ngx_http_jwt_issuer_process_t  *process;

    cln = ngx_pool_cleanup_add(cycle->pool,
                               sizeof(ngx_http_jwt_issuer_process_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    process = cln->data;
    ngx_memzero(process, sizeof(ngx_http_jwt_issuer_process_t));

    process->jmcf = jmcf;
    process->cycle = cycle;
    process->log = cycle->log;

    process->parsed = ngx_pcalloc(cycle->pool, jmcf->services.nelts
                                     * sizeof(ngx_http_jwt_issuer_parsed_t));
    if (process->parsed == NULL) {
        return NGX_ERROR;
    }

    ngx_http_jwt_issuer_wait_init(process);
    ngx_http_jwt_issuer_sign_init(process);

    cln->handler = ngx_http_jwt_issuer_process_stop;
    jmcf->process = process;

    if (ngx_process == NGX_PROCESS_WORKER && ngx_worker != 0) {
        return NGX_OK;
    }

    ngx_http_jwt_issuer_zone_sweep(process);

    if (jmcf->aws == NULL) {
        ngx_http_jwt_issuer_zone_clock(jmcf->zone, 0, 0, 0);
    }

    /*
     * A worker that cannot fetch serves the keys that are in the zone; an
     * error here would end it, and nginx with it.
     */

    if (jmcf->aws && ngx_http_jwt_issuer_curl_init(process) == NGX_OK) {
        process->aws = ngx_http_jwt_issuer_aws_create(process);
    }

    if (ngx_http_jwt_issuer_refresh_init(process) != NGX_OK) {
        return NGX_ERROR;
    }

    if (jmcf->status) {
        ngx_http_jwt_issuer_operate_init(process);
    }

    return NGX_OK;
}


/* called twice: when the process exits, and with the cycle's pool */

static void
ngx_http_jwt_issuer_process_stop(void *data)
{
    ngx_http_jwt_issuer_process_t *process = data;

    ngx_http_jwt_issuer_process_idle(process);
    ngx_http_jwt_issuer_wait_stop(process);
    ngx_http_jwt_issuer_sign_stop(process);
    ngx_http_jwt_issuer_keys_free(process);
}


/* requests that an old configuration still serves go on without it */

void
ngx_http_jwt_issuer_process_idle(ngx_http_jwt_issuer_process_t *process)
{
    ngx_http_jwt_issuer_operate_stop(process);
    ngx_http_jwt_issuer_refresh_stop(process);

    if (process->aws) {
        ngx_http_jwt_issuer_aws_stop(process->aws);
        process->aws = NULL;
    }

    ngx_http_jwt_issuer_curl_stop(process);
}
