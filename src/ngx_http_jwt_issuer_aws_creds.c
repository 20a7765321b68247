
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The state of AWS in worker 0, and its credentials.  The core's machine says
 * what to read, to ask and to wait for; this file does it.
 */


#include "ngx_http_jwt_issuer_aws.h"

#include <openssl/crypto.h>


static void ngx_http_jwt_issuer_aws_cancel_all(ngx_queue_t *calls);
static ngx_int_t ngx_http_jwt_issuer_aws_step(ngx_http_jwt_issuer_aws_t *aws);
static void ngx_http_jwt_issuer_aws_ready(ngx_http_jwt_issuer_aws_t *aws);
static void ngx_http_jwt_issuer_aws_failed(ngx_http_jwt_issuer_aws_t *aws,
    const char *reason);
static void ngx_http_jwt_issuer_aws_read(ngx_http_jwt_issuer_aws_t *aws,
    const jwti_aws_ask_t *ask);
static void ngx_http_jwt_issuer_aws_until(ngx_http_jwt_issuer_aws_t *aws,
    int64_t until);
static void ngx_http_jwt_issuer_aws_event_handler(ngx_event_t *ev);
static void ngx_http_jwt_issuer_aws_creds_handler(void *data,
    const jwti_http_response_t *response);


/* seconds: from here on we sign with the services' clock, as the SDKs do */
#define NGX_HTTP_JWT_ISSUER_SKEW_SIGN  JWTI_AWS_SKEW_MAX


ngx_http_jwt_issuer_aws_t *
ngx_http_jwt_issuer_aws_create(ngx_http_jwt_issuer_process_t *process)
{
    const char                 *err;
    ngx_http_jwt_issuer_aws_t  *aws;

    aws = ngx_pcalloc(process->cycle->pool, sizeof(ngx_http_jwt_issuer_aws_t));
    if (aws == NULL) {
        return NULL;
    }

    aws->ident = -1;
    aws->process = process;
    aws->conf = process->jmcf->aws;

    ngx_queue_init(&aws->waiting);
    ngx_queue_init(&aws->active);
    ngx_queue_init(&aws->delayed);

    aws->event.handler = ngx_http_jwt_issuer_aws_event_handler;
    aws->event.data = aws;
    aws->event.log = process->log;
    aws->event.cancelable = 1;

    err = "no memory";

    if (jwti_aws_creds_create(&aws->conf->conf, &aws->conf->env, &aws->creds,
                              &err)
        != JWTI_OK)
    {
        ngx_log_error(NGX_LOG_CRIT, process->log, 0,
                      "AWS credentials cannot be used: %s", err);
        return NULL;
    }

    return aws;
}


void
ngx_http_jwt_issuer_aws_stop(ngx_http_jwt_issuer_aws_t *aws)
{
    ngx_http_jwt_issuer_aws_cancel_all(&aws->waiting);
    ngx_http_jwt_issuer_aws_cancel_all(&aws->active);
    ngx_http_jwt_issuer_aws_cancel_all(&aws->delayed);

    if (aws->fetch) {
        ngx_http_jwt_issuer_fetch_cancel(aws->fetch);
        aws->fetch = NULL;
    }

    if (aws->event.timer_set) {
        ngx_del_timer(&aws->event);
    }

    jwti_aws_creds_free(aws->creds);
    aws->creds = NULL;
}


static void
ngx_http_jwt_issuer_aws_cancel_all(ngx_queue_t *calls)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(calls)) {
        q = ngx_queue_head(calls);
        ngx_http_jwt_issuer_aws_cancel(
                      ngx_queue_data(q, ngx_http_jwt_issuer_call_t, queue));
    }
}


/* credentials */

void
ngx_http_jwt_issuer_aws_drive(ngx_http_jwt_issuer_aws_t *aws)
{
    if (aws->driving || aws->fetch) {
        return;
    }

    aws->driving = 1;

    while (ngx_http_jwt_issuer_aws_step(aws) == NGX_AGAIN) { /* void */ }

    aws->driving = 0;
}


/* NGX_AGAIN: go on at once; NGX_OK: something else will */

static ngx_int_t
ngx_http_jwt_issuer_aws_step(ngx_http_jwt_issuer_aws_t *aws)
{
    jwti_aws_ask_t                   ask;
    jwti_http_response_t             response;
    ngx_http_jwt_issuer_transport_t  transport;

    switch (jwti_aws_creds_next(aws->creds, ngx_http_jwt_issuer_aws_time(aws),
                                ngx_http_jwt_issuer_random(), &ask))
    {
    case JWTI_AWS_STEP_READY:
        ngx_http_jwt_issuer_aws_until(aws, ask.until);
        ngx_http_jwt_issuer_aws_ready(aws);
        return NGX_OK;

    case JWTI_AWS_STEP_READ_FILE:
        ngx_http_jwt_issuer_aws_read(aws, &ask);
        return NGX_AGAIN;

    case JWTI_AWS_STEP_HTTP:
        ngx_http_jwt_issuer_aws_transport(aws, &transport);

        aws->fetch = ngx_http_jwt_issuer_fetch_start(aws->process,
                                       ask.request, &transport,
                                       ngx_http_jwt_issuer_aws_creds_handler,
                                       aws);
        if (aws->fetch) {
            return NGX_OK;
        }

        ngx_memzero(&response, sizeof(jwti_http_response_t));
        response.result = JWTI_HTTP_FAILED;
        response.reason = "the request could not be started";

        jwti_aws_creds_http(aws->creds, &response,
                            ngx_http_jwt_issuer_aws_time(aws));
        return NGX_AGAIN;

    case JWTI_AWS_STEP_WAIT:
        ngx_http_jwt_issuer_aws_until(aws, ask.until);
        return NGX_OK;

    default: /* JWTI_AWS_STEP_FAILED */
        ngx_http_jwt_issuer_aws_until(aws, ask.until);
        ngx_http_jwt_issuer_aws_failed(aws, ask.error);
        return NGX_OK;
    }
}


static void
ngx_http_jwt_issuer_aws_ready(ngx_http_jwt_issuer_aws_t *aws)
{
    const char  *warning;

    if (aws->failing) {
        aws->failing = 0;

        ngx_log_error(NGX_LOG_NOTICE, aws->process->log, 0,
                      "AWS credentials are renewed again");
    }

    if (!aws->named) {
        aws->named = 1;

        ngx_log_error(NGX_LOG_NOTICE, aws->process->log, 0,
                      "AWS credentials are from %s",
                      jwti_aws_creds_source(aws->creds));

        warning = jwti_aws_creds_warning(aws->creds);

        if (warning) {
            ngx_log_error(NGX_LOG_WARN, aws->process->log, 0, "%s", warning);
        }
    }

    ngx_http_jwt_issuer_aws_next(aws);
}


static void
ngx_http_jwt_issuer_aws_failed(ngx_http_jwt_issuer_aws_t *aws,
    const char *reason)
{
    u_char       text[JWTI_AWS_CREDS_ERROR_SIZE];
    ngx_queue_t  *q, failed;

    /* older ones may still be good */

    if (jwti_aws_creds_get(aws->creds, ngx_http_jwt_issuer_aws_time(aws),
                           NULL))
    {
        if (!aws->failing) {
            aws->failing = 1;

            ngx_log_error(NGX_LOG_WARN, aws->process->log, 0,
                          "AWS credentials are not renewed: %s", reason);
        }

        ngx_http_jwt_issuer_aws_next(aws);
        return;
    }

    ngx_cpystrn(text, (u_char *) reason, sizeof(text));

    /* done() may start others: those wait for the next turn */

    ngx_queue_init(&failed);

    while (!ngx_queue_empty(&aws->waiting)) {
        q = ngx_queue_head(&aws->waiting);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&failed, q);
    }

    while (!ngx_queue_empty(&failed)) {
        q = ngx_queue_head(&failed);
        ngx_http_jwt_issuer_aws_give_up(
                      ngx_queue_data(q, ngx_http_jwt_issuer_call_t, queue),
                      (char *) text);
    }
}


static void
ngx_http_jwt_issuer_aws_read(ngx_http_jwt_issuer_aws_t *aws,
    const jwti_aws_ask_t *ask)
{
    size_t       len;
    u_char      *memory;
    ngx_err_t    err;
    ngx_str_t    path;
    jwti_str_t   text;
    const char  *reason;

    text = jwti_str("");

    memory = ngx_alloc(ask->max, aws->process->log);
    if (memory == NULL) {
        jwti_aws_creds_file(aws->creds, text, ENOMEM);
        return;
    }

    path.data = (u_char *) ask->path;
    path.len = ngx_strlen(ask->path);

    reason = ngx_http_jwt_issuer_file_read(&path, memory, ask->max, &len,
                                           NULL, NULL, &err);

    if (reason && err == 0) {

        /* not a regular file, or too long */

        err = EFBIG;
    }

    text.data = memory;
    text.len = len;

    jwti_aws_creds_file(aws->creds, text, (int) err);

    OPENSSL_cleanse(memory, len);
    ngx_free(memory);
}


static void
ngx_http_jwt_issuer_aws_until(ngx_http_jwt_issuer_aws_t *aws, int64_t until)
{
    int64_t  wait;

    if (aws->event.timer_set) {
        ngx_del_timer(&aws->event);
    }

    if (until == INT64_MAX) {
        return;
    }

    wait = until - ngx_http_jwt_issuer_aws_time(aws);

    /* the clock may be set: not asleep for ever */

    wait = ngx_max(wait, 1);
    wait = ngx_min(wait, 3600 * 1000);

    ngx_add_timer(&aws->event, (ngx_msec_t) wait);
}


static void
ngx_http_jwt_issuer_aws_event_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_aws_t *aws = ev->data;

    if (!ngx_exiting) {
        ngx_http_jwt_issuer_aws_drive(aws);
    }
}


static void
ngx_http_jwt_issuer_aws_creds_handler(void *data,
    const jwti_http_response_t *response)
{
    ngx_http_jwt_issuer_aws_t *aws = data;

    aws->fetch = NULL;

    if (ngx_exiting) {
        return;
    }

    jwti_aws_creds_http(aws->creds, response,
                        ngx_http_jwt_issuer_aws_time(aws));

    ngx_http_jwt_issuer_aws_drive(aws);
}


/* the configuration's, with a CA file that only the profile names */

void
ngx_http_jwt_issuer_aws_transport(const ngx_http_jwt_issuer_aws_t *aws,
    ngx_http_jwt_issuer_transport_t *transport)
{
    const jwti_aws_settings_t  *settings;

    *transport = aws->conf->transport;

    if (transport->ca_file) {
        return;
    }

    settings = jwti_aws_creds_settings(aws->creds);

    if (settings && settings->ca_bundle[0]) {
        transport->ca_file = settings->ca_bundle;
    }
}


/* milliseconds since the epoch, by the services' clock when ours is wrong */

int64_t
ngx_http_jwt_issuer_aws_time(const ngx_http_jwt_issuer_aws_t *aws)
{
    int64_t      now;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    now = (int64_t) tp->sec * 1000 + (int64_t) tp->msec;

    if (aws->skew > NGX_HTTP_JWT_ISSUER_SKEW_SIGN
        || aws->skew < -NGX_HTTP_JWT_ISSUER_SKEW_SIGN)
    {
        now += aws->skew * 1000;
    }

    return now;
}
