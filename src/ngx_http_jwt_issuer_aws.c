
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Calls to AWS's services, in worker 0: signed, so many at once, and tried
 * again as the SDKs do.
 */


#include "ngx_http_jwt_issuer_aws.h"


static void ngx_http_jwt_issuer_aws_send(ngx_http_jwt_issuer_call_t *call,
    const jwti_aws_credentials_t *credentials);
static const char *ngx_http_jwt_issuer_aws_endpoint(
    ngx_http_jwt_issuer_call_t *call, jwti_aws_endpoint_t *endpoint,
    char *region);
static void ngx_http_jwt_issuer_aws_call_handler(void *data,
    const jwti_http_response_t *response);
static ngx_uint_t ngx_http_jwt_issuer_aws_again(
    ngx_http_jwt_issuer_call_t *call, const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response);
static ngx_msec_t ngx_http_jwt_issuer_aws_delay(
    ngx_http_jwt_issuer_call_t *call, const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response);
static void ngx_http_jwt_issuer_aws_retry_handler(ngx_event_t *ev);
static void ngx_http_jwt_issuer_aws_wait(ngx_http_jwt_issuer_call_t *call);
static void ngx_http_jwt_issuer_aws_leave(ngx_http_jwt_issuer_call_t *call);
static void ngx_http_jwt_issuer_aws_measure(ngx_http_jwt_issuer_aws_t *aws,
    const jwti_http_response_t *response);


/* seconds: a clock that is wrong for those who verify our tokens */
#define NGX_HTTP_JWT_ISSUER_SKEW_WARN  60


void
ngx_http_jwt_issuer_aws_start(ngx_http_jwt_issuer_call_t *call)
{
    ngx_memzero(call->dummy, sizeof(ngx_http_jwt_issuer_call_t)
                             - offsetof(ngx_http_jwt_issuer_call_t, dummy));

    call->ident = -1;

    call->event.handler = ngx_http_jwt_issuer_aws_retry_handler;
    call->event.data = call->dummy;
    call->event.log = call->aws->process->log;
    call->event.cancelable = 1;

    ngx_http_jwt_issuer_aws_wait(call);

    /* from the timer, so that done() is not called before this returns */

    if (call->aws->event.timer_set) {
        ngx_del_timer(&call->aws->event);
    }

    ngx_add_timer(&call->aws->event, 1);
}


void
ngx_http_jwt_issuer_aws_cancel(ngx_http_jwt_issuer_call_t *call)
{
    if (call->fetch) {
        ngx_http_jwt_issuer_fetch_cancel(call->fetch);
        call->fetch = NULL;
    }

    ngx_http_jwt_issuer_aws_leave(call);
}


/* as many of those that wait as may go */

void
ngx_http_jwt_issuer_aws_next(ngx_http_jwt_issuer_aws_t *aws)
{
    uint64_t                       serial;
    ngx_queue_t                   *q;
    ngx_http_jwt_issuer_call_t    *call;
    const jwti_aws_credentials_t  *credentials;

    while (aws->nactive < NGX_HTTP_JWT_ISSUER_CALLS_MAX
           && !ngx_queue_empty(&aws->waiting))
    {
        credentials = jwti_aws_creds_get(aws->creds,
                                         ngx_http_jwt_issuer_aws_time(aws),
                                         &serial);
        if (credentials == NULL) {
            ngx_http_jwt_issuer_aws_drive(aws);
            return;
        }

        q = ngx_queue_head(&aws->waiting);
        call = ngx_queue_data(q, ngx_http_jwt_issuer_call_t, queue);

        /* the analyzer takes an entry that has left for the next one */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&aws->active, q);

        call->active = 1;
        call->serial = serial;
        aws->nactive++;

        ngx_http_jwt_issuer_aws_send(call, credentials);
    }
}


static void
ngx_http_jwt_issuer_aws_send(ngx_http_jwt_issuer_call_t *call,
    const jwti_aws_credentials_t *credentials)
{
    char                        region[JWTI_AWS_REGION_MAX + 1];
    const char                 *err;
    jwti_aws_call_t            *request;
    jwti_aws_context_t          context;
    jwti_aws_endpoint_t         endpoint;
    ngx_http_jwt_issuer_aws_t  *aws;

    ngx_http_jwt_issuer_transport_t  transport;

    aws = call->aws;

    err = ngx_http_jwt_issuer_aws_endpoint(call, &endpoint, region);
    if (err) {
        ngx_http_jwt_issuer_aws_give_up(call, err);
        return;
    }

    request = ngx_alloc(sizeof(jwti_aws_call_t), aws->process->log);
    if (request == NULL) {
        ngx_http_jwt_issuer_aws_give_up(call, "no memory");
        return;
    }

    call->signed_at = ngx_http_jwt_issuer_aws_time(aws) / 1000;

    context.endpoint = &endpoint;
    context.credentials = credentials;
    context.region = region;
    context.user_agent = NGX_HTTP_JWT_ISSUER_AGENT;
    context.now = call->signed_at;

    if (call->build(call->data, request, &context, &err) != JWTI_OK) {
        ngx_free(request);
        ngx_http_jwt_issuer_aws_give_up(call, err);
        return;
    }

    ngx_http_jwt_issuer_aws_transport(aws, &transport);

    request->request.connect_timeout = (unsigned) aws->conf->connect_timeout;
    request->request.timeout = (unsigned) aws->conf->timeout;

    call->attempts++;
    call->fetch = ngx_http_jwt_issuer_fetch_start(aws->process,
                                        &request->request, &transport,
                                        ngx_http_jwt_issuer_aws_call_handler,
                                        call);
    jwti_aws_call_cleanse(request);
    ngx_free(request);

    if (call->fetch == NULL) {
        ngx_http_jwt_issuer_aws_give_up(call,
                                        "the request could not be started");
    }
}


static const char *
ngx_http_jwt_issuer_aws_endpoint(ngx_http_jwt_issuer_call_t *call,
    jwti_aws_endpoint_t *endpoint, char *region)
{
    jwti_str_t                  text;
    const jwti_aws_settings_t  *settings;

    settings = jwti_aws_creds_settings(call->aws->creds);

    if (settings == NULL) {
        return "no AWS settings";
    }

    text.data = (u_char *) settings->region;
    text.len = ngx_strlen(settings->region);

    if (call->region.len) {
        text = call->region;
    }

    if (text.len == 0) {
        return "no AWS region is configured or found";
    }

    if (text.len > JWTI_AWS_REGION_MAX) {
        return "invalid AWS region";
    }

    ngx_memcpy(region, text.data, text.len);
    region[text.len] = '\0';

    if (settings->overrides[call->service].url[0]) {
        *endpoint = settings->overrides[call->service];

        return ngx_http_jwt_issuer_aws_is_private(endpoint) ? NULL
               : "the endpoint must be https, keys would be seen on their way";
    }

    if (jwti_aws_endpoint_default(endpoint, call->service, text,
                                  settings->fips, settings->dualstack)
        != JWTI_OK)
    {
        return "invalid AWS region";
    }

    return NULL;
}


static void
ngx_http_jwt_issuer_aws_call_handler(void *data,
    const jwti_http_response_t *response)
{
    ngx_http_jwt_issuer_call_t *call = data;

    jwti_aws_answer_t           answer;
    ngx_http_jwt_issuer_aws_t  *aws;

    aws = call->aws;
    call->fetch = NULL;

    jwti_aws_answer_classify(&answer, response, call->signed_at);
    ngx_http_jwt_issuer_aws_measure(aws, response);

    ngx_http_jwt_issuer_aws_leave(call);

    if (ngx_exiting) {

        /* a new worker fetches now: what it has found may be newer */

        return;
    }

    if (!ngx_http_jwt_issuer_aws_again(call, &answer, response)) {
        call->done(call->data, &answer, response->body);
    }

    /* call may be gone */

    ngx_http_jwt_issuer_aws_next(aws);
}


/* 1: the call has another attempt before it */

static ngx_uint_t
ngx_http_jwt_issuer_aws_again(ngx_http_jwt_issuer_call_t *call,
    const jwti_aws_answer_t *answer, const jwti_http_response_t *response)
{
    ngx_http_jwt_issuer_aws_t  *aws;

    aws = call->aws;

    switch (answer->class) {

    case JWTI_AWS_EXPIRED:

        if (call->renewed
            || !jwti_aws_creds_expired(aws->creds, call->serial,
                                       ngx_http_jwt_issuer_aws_time(aws)))
        {
            return 0;
        }

        call->renewed = 1;
        ngx_http_jwt_issuer_aws_wait(call);
        return 1;

    case JWTI_AWS_SKEWED:

        if (call->corrected) {
            return 0;
        }

        call->corrected = 1;
        ngx_http_jwt_issuer_aws_wait(call);
        return 1;

    case JWTI_AWS_TRANSIENT:
    case JWTI_AWS_THROTTLED:

        if (call->attempts >= NGX_HTTP_JWT_ISSUER_ATTEMPTS_MAX) {
            return 0;
        }

        ngx_queue_insert_tail(&aws->delayed, &call->queue);
        call->queued = 1;

        ngx_add_timer(&call->event,
                      ngx_http_jwt_issuer_aws_delay(call, answer, response));
        return 1;

    default:
        return 0;
    }
}


/* standard mode of the SDKs in its revision of 2026 */

static ngx_msec_t
ngx_http_jwt_issuer_aws_delay(ngx_http_jwt_issuer_call_t *call,
    const jwti_aws_answer_t *answer, const jwti_http_response_t *response)
{
    ngx_msec_t  base, delay, asked;

    base = (answer->class == JWTI_AWS_THROTTLED) ? 1000 : 50;
    base <<= call->attempts - 1;

    delay = (ngx_msec_t) ngx_random() % (base + 1);

    /* what the service asks for, within reason */

    if (response->retry_after > 0) {
        asked = (ngx_msec_t) ngx_min(response->retry_after, 3600 * 1000);
        delay = ngx_min(ngx_max(asked, delay), delay + 5000);
    }

    return ngx_max(delay, 1);
}


static void
ngx_http_jwt_issuer_aws_retry_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_call_t  *call;

    call = (ngx_http_jwt_issuer_call_t *)
               ((u_char *) ev->data
                - offsetof(ngx_http_jwt_issuer_call_t, dummy));

    if (ngx_exiting) {
        return;
    }

    ngx_http_jwt_issuer_aws_leave(call);
    ngx_http_jwt_issuer_aws_wait(call);
    ngx_http_jwt_issuer_aws_next(call->aws);
}


static void
ngx_http_jwt_issuer_aws_wait(ngx_http_jwt_issuer_call_t *call)
{
    ngx_queue_insert_tail(&call->aws->waiting, &call->queue);
    call->queued = 1;
}


void
ngx_http_jwt_issuer_aws_give_up(ngx_http_jwt_issuer_call_t *call,
    const char *reason)
{
    jwti_aws_answer_t  answer;

    ngx_memzero(&answer, sizeof(jwti_aws_answer_t));

    /* nothing was answered */

    answer.class = JWTI_AWS_TRANSIENT;
    ngx_cpystrn((u_char *) answer.message, (u_char *) reason,
                sizeof(answer.message));

    ngx_http_jwt_issuer_aws_leave(call);

    call->done(call->data, &answer, jwti_str(""));
}


static void
ngx_http_jwt_issuer_aws_leave(ngx_http_jwt_issuer_call_t *call)
{
    if (call->queued) {
        ngx_queue_remove(&call->queue);
        call->queued = 0;
    }

    if (call->active) {
        call->active = 0;
        call->aws->nactive--;
    }

    if (call->event.timer_set) {
        ngx_del_timer(&call->event);
    }
}


/* a wrong clock makes wrong tokens as well, so the operator is told */

static void
ngx_http_jwt_issuer_aws_measure(ngx_http_jwt_issuer_aws_t *aws,
    const jwti_http_response_t *response)
{
    int64_t     skew;
    ngx_uint_t  wrong;

    if (response->date == 0) {
        return;
    }

    skew = response->date - (int64_t) ngx_time();
    wrong = (skew > NGX_HTTP_JWT_ISSUER_SKEW_WARN
             || skew < -NGX_HTTP_JWT_ISSUER_SKEW_WARN);

    aws->skew = skew;

    ngx_http_jwt_issuer_zone_clock(aws->process->jmcf->zone, 1, skew, wrong);

    if (wrong) {
        if (!aws->skewed) {
            aws->skewed = 1;

            ngx_log_error(NGX_LOG_ERR, aws->process->log, 0,
                          "the clock is %L seconds %s the one of AWS:"
                          " tokens have wrong times",
                          skew > 0 ? skew : -skew,
                          skew > 0 ? "behind" : "ahead of");
        }

    } else if (aws->skewed) {
        aws->skewed = 0;

        ngx_log_error(NGX_LOG_NOTICE, aws->process->log, 0,
                      "the clock is right again");
    }
}
