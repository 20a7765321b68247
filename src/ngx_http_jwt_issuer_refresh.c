
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The way of a key, in worker 0: each service has a time, when its source is
 * asked; what comes back is parsed, tried and let into the zone, or the key in
 * use goes on.  Rotations are carried out at that time, too, which is when the
 * first of both is due.  Each change of state is logged once.
 */


#include "ngx_http_jwt_issuer_refresh.h"
#include "jwti_probe.h"
#include "jwti_schedule.h"


static ngx_msec_t ngx_http_jwt_issuer_refresh_first(
    ngx_http_jwt_issuer_refresh_t *refresh);
static void ngx_http_jwt_issuer_refresh_arm(
    ngx_http_jwt_issuer_refresh_t *refresh);
static void ngx_http_jwt_issuer_refresh_signer(
    ngx_http_jwt_issuer_refresh_t *refresh);
static const char *ngx_http_jwt_issuer_refresh_key(
    ngx_http_jwt_issuer_refresh_t *refresh, jwti_str_t text,
    jwti_key_t **key);
static const char *ngx_http_jwt_issuer_refresh_refused(ngx_int_t rc);
static void ngx_http_jwt_issuer_refresh_fresh(
    ngx_http_jwt_issuer_refresh_t *refresh);
static void ngx_http_jwt_issuer_refresh_failed(
    ngx_http_jwt_issuer_refresh_t *refresh, const char *reason,
    ngx_err_t err);
static ngx_int_t ngx_http_jwt_issuer_refresh_result(
    ngx_http_jwt_issuer_refresh_t *refresh,
    const ngx_http_jwt_issuer_result_t *result);
static void ngx_http_jwt_issuer_refresh_good(
    ngx_http_jwt_issuer_refresh_t *refresh);
static void ngx_http_jwt_issuer_refresh_plan(
    ngx_http_jwt_issuer_refresh_t *refresh);


/* a rotation that is due and could not be carried out is tried again */
#define NGX_HTTP_JWT_ISSUER_REFRESH_MIN  100


ngx_int_t
ngx_http_jwt_issuer_refresh_init(ngx_http_jwt_issuer_process_t *process)
{
    ngx_uint_t                       i, n;
    const jwti_alg_t                *alg;
    ngx_http_jwt_issuer_refresh_t   *refresh;
    ngx_http_jwt_issuer_service_t  **services;

    n = process->jmcf->services.nelts;
    services = process->jmcf->services.elts;

    refresh = ngx_pcalloc(process->cycle->pool,
                          n * sizeof(ngx_http_jwt_issuer_refresh_t));
    if (refresh == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_jwt_issuer_agenda_init(process) != NGX_OK) {
        return NGX_ERROR;
    }

    process->refresh = refresh;

    for (i = 0; i < n; i++) {
        refresh[i].service = services[i];
        refresh[i].process = process;
        refresh[i].pinned = (services[i]->source->fetch == NULL);

        /* what is in the zone already is no news */

        if (ngx_http_jwt_issuer_zone_signer(process->jmcf->zone, services[i],
                                            0, &refresh[i].serial, &alg, NULL)
            != NGX_OK)
        {
            refresh[i].serial = 0;
        }

        refresh[i].due = ngx_http_jwt_issuer_refresh_first(&refresh[i]);

        ngx_http_jwt_issuer_refresh_plan(&refresh[i]);
        ngx_http_jwt_issuer_refresh_arm(&refresh[i]);
    }

    return NGX_OK;
}


/*
 * What the master has just read, or another worker has fetched before a
 * reload, is not fetched again before its time; nothing yet, at once, as what a
 * worker has not come to the end of.
 */

static ngx_msec_t
ngx_http_jwt_issuer_refresh_first(ngx_http_jwt_issuer_refresh_t *refresh)
{
    int64_t                               fetched, due;
    const ngx_http_jwt_issuer_settings_t  *settings;

    settings = &refresh->service->settings;

    fetched = ngx_http_jwt_issuer_zone_fetched_at(
                                           refresh->process->jmcf->zone,
                                           refresh->service);
    if (fetched < 0) {
        return ngx_current_msec;
    }

    refresh->stale_at = fetched + (int64_t) settings->stale;

    if (ngx_http_jwt_issuer_zone_asked(refresh->process->jmcf->zone,
                                       refresh->service, 1)
        || ngx_http_jwt_issuer_zone_previous_due(refresh->process->jmcf->zone,
                                                 refresh->service))
    {
        return ngx_current_msec;
    }

    due = fetched + jwti_schedule_next((int64_t) settings->refresh, 0,
                                       ngx_http_jwt_issuer_random());

    return (ngx_msec_t) ngx_max(due, ngx_http_jwt_issuer_now());
}


void
ngx_http_jwt_issuer_refresh_stop(ngx_http_jwt_issuer_process_t *process)
{
    ngx_http_jwt_issuer_agenda_stop(process);

    process->refresh = NULL;
}


void
ngx_http_jwt_issuer_refresh_look(ngx_http_jwt_issuer_refresh_t *refresh)
{
    if (!refresh->pinned && !refresh->fetching
        && (ngx_msec_int_t) (refresh->due - ngx_current_msec) <= 0)
    {
        /* it ends in ngx_http_jwt_issuer_refresh_done(), maybe at once */

        refresh->fetching = 1;
        refresh->service->source->fetch(refresh);
    }

    ngx_http_jwt_issuer_refresh_arm(refresh);
}


void
ngx_http_jwt_issuer_refresh_now(ngx_http_jwt_issuer_refresh_t *refresh)
{
    if (refresh->pinned) {
        return;
    }

    if (refresh->fetching) {

        /* it may have seen what was there before */

        refresh->again = 1;
        return;
    }

    refresh->due = ngx_current_msec;

    ngx_http_jwt_issuer_refresh_arm(refresh);
}


/* for the next fetch or the next step of a rotation, whichever is first */

static void
ngx_http_jwt_issuer_refresh_arm(ngx_http_jwt_issuer_refresh_t *refresh)
{
    int64_t  wait, due;

    wait = ngx_http_jwt_issuer_zone_expire(refresh->process->jmcf->zone,
                                           refresh->service);
    ngx_http_jwt_issuer_refresh_signer(refresh);

    if (wait >= 0 && wait < NGX_HTTP_JWT_ISSUER_REFRESH_MIN) {
        wait = NGX_HTTP_JWT_ISSUER_REFRESH_MIN;
    }

    if (!refresh->pinned && !refresh->fetching) {
        due = (ngx_msec_int_t) (refresh->due - ngx_current_msec);
        due = ngx_max(due, 1);

        if (wait < 0 || due < wait) {
            wait = due;
        }
    }

    if (wait < 0) {

        /* pinned and nothing to rotate: only a reload brings another key */

        return;
    }

    ngx_http_jwt_issuer_agenda_set(refresh, (ngx_msec_t) wait);
}


/* a rotation that has come to its end is worth a line */

static void
ngx_http_jwt_issuer_refresh_signer(ngx_http_jwt_issuer_refresh_t *refresh)
{
    uint64_t           serial;
    const jwti_alg_t  *alg;

    if (ngx_http_jwt_issuer_zone_signer(refresh->process->jmcf->zone,
                                        refresh->service, 0, &serial, &alg,
                                        NULL)
        != NGX_OK
        || serial == refresh->signer)
    {
        return;
    }

    if (refresh->signer) {
        ngx_log_error(NGX_LOG_NOTICE, refresh->process->log, 0,
                      "another key signs from now on, jwt service: \"%V\"",
                      &refresh->service->label);
    }

    refresh->signer = serial;
}


ngx_int_t
ngx_http_jwt_issuer_refresh_done(ngx_http_jwt_issuer_refresh_t *refresh,
    const ngx_http_jwt_issuer_result_t *result)
{
    ngx_int_t  rc;

    refresh->fetching = 0;

    rc = ngx_http_jwt_issuer_refresh_result(refresh, result);

    if (refresh->again) {
        refresh->again = 0;
        refresh->due = ngx_current_msec;

    } else {
        ngx_http_jwt_issuer_zone_ask_done(refresh->process->jmcf->zone,
                                          refresh->service);
    }

    ngx_http_jwt_issuer_refresh_arm(refresh);

    return rc;
}


static ngx_int_t
ngx_http_jwt_issuer_refresh_result(ngx_http_jwt_issuer_refresh_t *refresh,
    const ngx_http_jwt_issuer_result_t *result)
{
    const char                           *reason;
    ngx_shm_zone_t                       *zone;
    const ngx_http_jwt_issuer_service_t  *service;

    service = refresh->service;
    zone = refresh->process->jmcf->zone;

    switch (result->state) {

    case NGX_HTTP_JWT_ISSUER_PINNED:

        refresh->pinned = 1;
        ngx_http_jwt_issuer_zone_fetched(zone, service, JWTI_ROTATE_NEVER);
        ngx_http_jwt_issuer_refresh_plan(refresh);

        ngx_log_error(NGX_LOG_NOTICE, refresh->process->log, result->err,
                      "key \"%V\" cannot be read by a worker,"
                      " a change is seen at reload only,"
                      " jwt service: \"%V\"",
                      &service->definition, &service->label);
        return NGX_OK;

    case NGX_HTTP_JWT_ISSUER_FAILED:

        ngx_http_jwt_issuer_refresh_failed(refresh, result->reason,
                                           result->err);
        return NGX_ERROR;

    case NGX_HTTP_JWT_ISSUER_FETCHED:

        reason = ngx_http_jwt_issuer_refresh_admit(refresh, result->text);

        if (reason) {
            ngx_http_jwt_issuer_refresh_failed(refresh, reason, 0);
            return NGX_ERROR;
        }

        break;

    case NGX_HTTP_JWT_ISSUER_UNCHANGED:

        if (refresh->serial
            && !ngx_http_jwt_issuer_zone_has_serial(zone, service,
                                                    refresh->serial))
        {
            ngx_http_jwt_issuer_refresh_failed(refresh,
                               ngx_http_jwt_issuer_refresh_refused(NGX_ABORT),
                               0);
            return NGX_ERROR;
        }

        break;
    }

    ngx_http_jwt_issuer_refresh_good(refresh);

    return NGX_OK;
}


const char *
ngx_http_jwt_issuer_refresh_admit(ngx_http_jwt_issuer_refresh_t *refresh,
    jwti_str_t text)
{
    int                                   fresh;
    int64_t                               activate;
    uint64_t                              serial;
    ngx_int_t                             rc;
    jwti_key_t                           *key;
    const char                           *reason;
    const ngx_http_jwt_issuer_service_t  *service;

    service = refresh->service;

    reason = ngx_http_jwt_issuer_refresh_key(refresh, text, &key);
    if (reason) {
        return reason;
    }

    rc = ngx_http_jwt_issuer_zone_admit(refresh->process->jmcf->zone, service,
                                        key, &serial, &fresh, &activate);

    if (rc == NGX_OK) {

        /* it may sign from now on, whatever else the source has to fetch */

        ngx_http_jwt_issuer_refresh_fresh(refresh);
    }

    if (rc == NGX_OK && serial != refresh->serial) {
        refresh->serial = serial;
        activate -= ngx_http_jwt_issuer_now();

        ngx_log_error(NGX_LOG_NOTICE, refresh->process->log, 0,
                      "key \"%*s\" is the current one and signs in %L seconds,"
                      " jwt service: \"%V\", key source: \"%V\"",
                      (size_t) JWTI_KID_LEN, jwti_key_kid(key).data,
                      (activate > 0) ? (activate + 999) / 1000 : 0,
                      &service->label, &service->definition);
    }

    jwti_key_free(key);

    return ngx_http_jwt_issuer_refresh_refused(rc);
}


const char *
ngx_http_jwt_issuer_refresh_publish(ngx_http_jwt_issuer_refresh_t *refresh,
    jwti_str_t text, int64_t until)
{
    int                                   fresh;
    ngx_int_t                             rc;
    jwti_key_t                           *key;
    const char                           *reason;
    const ngx_http_jwt_issuer_service_t  *service;

    service = refresh->service;

    reason = ngx_http_jwt_issuer_refresh_key(refresh, text, &key);
    if (reason) {
        return reason;
    }

    rc = ngx_http_jwt_issuer_zone_publish(refresh->process->jmcf->zone,
                                          service, key, until, &fresh);

    if (rc == NGX_OK && fresh) {
        ngx_log_error(NGX_LOG_NOTICE, refresh->process->log, 0,
                      "key \"%*s\" is published and does not sign,"
                      " jwt service: \"%V\", key source: \"%V\"",
                      (size_t) JWTI_KID_LEN, jwti_key_kid(key).data,
                      &service->label, &service->definition);
    }

    jwti_key_free(key);

    return ngx_http_jwt_issuer_refresh_refused(rc);
}


/* why the zone does not take a key: NULL when it did */

static const char *
ngx_http_jwt_issuer_refresh_refused(ngx_int_t rc)
{
    switch (rc) {

    case NGX_OK:
        return NULL;

    case NGX_ABORT:
        return "an operator has dropped this key";

    default:
        return "the zone is full or too many keys are published";
    }
}


static const char *
ngx_http_jwt_issuer_refresh_key(ngx_http_jwt_issuer_refresh_t *refresh,
    jwti_str_t text, jwti_key_t **key)
{
    const char  *err;

    if (jwti_key_parse(text, refresh->service->settings.algorithm, key, &err)
        != JWTI_OK)
    {
        return err;
    }

    if (jwti_probe(*key, &err) != JWTI_OK) {
        jwti_key_free(*key);
        return err;
    }

    return NULL;
}


static void
ngx_http_jwt_issuer_refresh_fresh(ngx_http_jwt_issuer_refresh_t *refresh)
{
    refresh->stale = 0;
    refresh->stale_at = ngx_http_jwt_issuer_now()
                        + (int64_t) refresh->service->settings.stale;

    ngx_http_jwt_issuer_zone_fetched(refresh->process->jmcf->zone,
                                     refresh->service, refresh->stale_at);
}


static void
ngx_http_jwt_issuer_refresh_good(ngx_http_jwt_issuer_refresh_t *refresh)
{
    const ngx_http_jwt_issuer_service_t  *service;

    service = refresh->service;

    ngx_http_jwt_issuer_refresh_fresh(refresh);

    if (refresh->fails) {
        ngx_log_error(NGX_LOG_NOTICE, refresh->process->log, 0,
                      "key is fetched again after %ui failures,"
                      " jwt service: \"%V\", key source: \"%V\"",
                      refresh->fails, &service->label, &service->definition);
    }

    refresh->fails = 0;
    refresh->due = ngx_current_msec
                   + (ngx_msec_t) jwti_schedule_next(
                                                service->settings.refresh, 0,
                                                ngx_http_jwt_issuer_random());

    ngx_http_jwt_issuer_refresh_plan(refresh);
    ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_FETCHED);
}


/* for the status */

static void
ngx_http_jwt_issuer_refresh_plan(ngx_http_jwt_issuer_refresh_t *refresh)
{
    ngx_http_jwt_issuer_zone_plan(refresh->process->jmcf->zone,
                                  refresh->service,
                                  refresh->pinned ? JWTI_ROTATE_NEVER
                                                  : (int64_t) refresh->due,
                                  refresh->fails);
}


void
ngx_http_jwt_issuer_refresh_fail(ngx_http_jwt_issuer_refresh_t *refresh,
    const char *reason)
{
    ngx_http_jwt_issuer_result_t  result;

    ngx_memzero(&result, sizeof(ngx_http_jwt_issuer_result_t));

    result.state = NGX_HTTP_JWT_ISSUER_FAILED;
    result.reason = reason;

    (void) ngx_http_jwt_issuer_refresh_done(refresh, &result);
}


void
ngx_http_jwt_issuer_refresh_answer(ngx_http_jwt_issuer_refresh_t *refresh,
    const jwti_aws_answer_t *answer, const char *reason)
{
    u_char  text[NGX_MAX_ERROR_STR], *p;

    p = ngx_snprintf(text, sizeof(text) - 1, "%s%s%s%s%s%s",
                     answer->code, answer->code[0] ? ": " : "", reason,
                     answer->request_id[0] ? " (request " : "",
                     answer->request_id,
                     answer->request_id[0] ? ")" : "");
    *p = '\0';

    ngx_http_jwt_issuer_refresh_fail(refresh, (char *) text);
}


static void
ngx_http_jwt_issuer_refresh_failed(ngx_http_jwt_issuer_refresh_t *refresh,
    const char *reason, ngx_err_t err)
{
    int64_t                               wait;
    const ngx_http_jwt_issuer_service_t  *service;

    service = refresh->service;

    refresh->fails++;

    wait = jwti_schedule_next(service->settings.refresh,
                              (unsigned) refresh->fails,
                              ngx_http_jwt_issuer_random());

    refresh->due = ngx_current_msec + (ngx_msec_t) wait;

    ngx_http_jwt_issuer_refresh_plan(refresh);
    ngx_http_jwt_issuer_zone_error(refresh->process->jmcf->zone, service,
                                   reason, err);
    ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_NOT_FETCHED);

    if (refresh->fails > 1) {
        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, refresh->process->log, err,
                       "jwt issuer refresh failed %ui times: %s",
                       refresh->fails, reason);

    } else {
        ngx_log_error(NGX_LOG_ERR, refresh->process->log, err,
                      "key is not fetched: %s, next try in %L ms,"
                      " jwt service: \"%V\", key source: \"%V\"",
                      reason, wait, &service->label, &service->definition);
    }

    if (!refresh->stale && refresh->stale_at <= ngx_http_jwt_issuer_now()
        && !ngx_http_jwt_issuer_zone_has_key(refresh->process->jmcf->zone,
                                             service))
    {
        refresh->stale = 1;

        ngx_log_error(NGX_LOG_ERR, refresh->process->log, 0,
                      "there is no usable key, requests are answered 503,"
                      " jwt service: \"%V\", key source: \"%V\"",
                      &service->label, &service->definition);
    }
}
