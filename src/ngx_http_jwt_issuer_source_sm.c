
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * "key secretsmanager;": a secret of AWS Secrets Manager.  Its version with
 * the stage AWSCURRENT signs.  AWSPENDING, where there is one, is published
 * ahead, and AWSPREVIOUS is published for as long as its tokens may live.  A
 * version never changes, so one that is in use is not parsed again.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_aws.h"
#include "jwti_secret.h"

#include <openssl/crypto.h>


typedef struct {
    ngx_str_t                        secret;
    ngx_str_t                        field;
} ngx_http_jwt_issuer_sm_conf_t;


typedef enum {
    NGX_HTTP_JWT_ISSUER_SM_CURRENT = 0,
    NGX_HTTP_JWT_ISSUER_SM_PENDING,
    NGX_HTTP_JWT_ISSUER_SM_PREVIOUS,
    NGX_HTTP_JWT_ISSUER_SM_STAGES
} ngx_http_jwt_issuer_sm_stage_e;


/* of one service, in worker 0 */
typedef struct {
    ngx_http_jwt_issuer_call_t       call;
    ngx_http_jwt_issuer_refresh_t   *refresh;
    ngx_uint_t                       stage;
    char                             region[JWTI_AWS_REGION_MAX + 1];
    /* what was let in of each stage; "": nothing yet */
    char                             versions[NGX_HTTP_JWT_ISSUER_SM_STAGES]
                                             [JWTI_AWS_VERSION_ID_MAX + 1];
} ngx_http_jwt_issuer_sm_t;


static char *ngx_http_jwt_issuer_sm_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args,
    ngx_uint_t nargs);
static char *ngx_http_jwt_issuer_sm_secret(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_sm_field(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_sm_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service);
static void ngx_http_jwt_issuer_sm_fetch(
    ngx_http_jwt_issuer_refresh_t *refresh);
static void ngx_http_jwt_issuer_sm_start(ngx_http_jwt_issuer_sm_t *sm,
    ngx_uint_t stage);
static jwti_rc_t ngx_http_jwt_issuer_sm_build(void *data,
    jwti_aws_call_t *call, const jwti_aws_context_t *context,
    const char **err);
static void ngx_http_jwt_issuer_sm_done(void *data, jwti_aws_answer_t *answer,
    jwti_str_t body);
static const char *ngx_http_jwt_issuer_sm_read(ngx_http_jwt_issuer_sm_t *sm,
    jwti_aws_answer_t *answer, jwti_str_t body, char *err);
static const char *ngx_http_jwt_issuer_sm_use(ngx_http_jwt_issuer_sm_t *sm,
    const jwti_aws_secret_t *secret, char *err);


const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_sm = {
    ngx_string("secretsmanager"),
    ngx_http_jwt_issuer_sm_parse,
    ngx_http_jwt_issuer_sm_complete,
    NULL,
    ngx_http_jwt_issuer_sm_fetch,
    1
};


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_sm_params[] = {
    { ngx_string("secret"), ngx_http_jwt_issuer_sm_secret },
    { ngx_string("field"), ngx_http_jwt_issuer_sm_field },
    { ngx_null_string, NULL }
};


static const jwti_str_t  ngx_http_jwt_issuer_sm_stages[] = {
    { (const u_char *) "AWSCURRENT", sizeof("AWSCURRENT") - 1 },
    { (const u_char *) "AWSPENDING", sizeof("AWSPENDING") - 1 },
    { (const u_char *) "AWSPREVIOUS", sizeof("AWSPREVIOUS") - 1 }
};


static char *
ngx_http_jwt_issuer_sm_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args, ngx_uint_t nargs)
{
    ngx_http_jwt_issuer_sm_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_sm_conf_t));
    if (conf == NULL) {
        return NGX_CONF_ERROR;
    }

    service->source_conf = conf;

    return ngx_http_jwt_issuer_params(cf, args, nargs,
                                      ngx_http_jwt_issuer_sm_params, conf);
}


static char *
ngx_http_jwt_issuer_sm_secret(ngx_conf_t *cf, void *conf, ngx_str_t *value)
{
    ngx_http_jwt_issuer_sm_conf_t *sm = conf;

    u_char          *p, *last;
    jwti_aws_arn_t   arn;

    if (value->len == 0 || value->len > JWTI_AWS_ID_MAX) {
        return "it is empty or too long";
    }

    switch (jwti_aws_arn_parse(&arn, ngx_http_jwt_issuer_to_core(value))) {

    case JWTI_OK:
    case JWTI_NOT_FOUND:
        break;

    default:
        return "it is no ARN";
    }

    last = value->data + value->len;

    for (p = value->data; p < last; p++) {

        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
            || (*p >= '0' && *p <= '9')
            || ngx_strchr("/_+=.@-!:", *p))
        {
            continue;
        }

        return "a secret's name has no such character";
    }

    sm->secret = *value;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_sm_field(ngx_conf_t *cf, void *conf, ngx_str_t *value)
{
    ngx_http_jwt_issuer_sm_conf_t *sm = conf;

    if (value->len == 0) {
        return "it is empty";
    }

    sm->field = *value;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_sm_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_sm_conf_t *conf = service->source_conf;

    ngx_str_t  *environment = &service->settings.environment;

    if (conf->secret.len == 0) {

        if (environment->len == 0) {
            ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                         "\"key secretsmanager\" needs \"secret=\" or an"
                         " \"environment\" in service \"%V\"",
                         &service->label);
            return NGX_CONF_ERROR;
        }

        /* the convention, <service>/<environment>, is that of the label */

        conf->secret = service->label;
    }

    service->definition.data = ngx_pnalloc(cf->pool,
                                       sizeof("secretsmanager  field=") - 1
                                       + conf->secret.len + conf->field.len);
    if (service->definition.data == NULL) {
        return NGX_CONF_ERROR;
    }

    service->definition.len = ngx_sprintf(service->definition.data,
                                          "secretsmanager %V%s%V",
                                          &conf->secret,
                                          conf->field.len ? " field=" : "",
                                          &conf->field)
                              - service->definition.data;

    return NGX_CONF_OK;
}


static void
ngx_http_jwt_issuer_sm_fetch(ngx_http_jwt_issuer_refresh_t *refresh)
{
    ngx_http_jwt_issuer_sm_t       *sm;
    ngx_http_jwt_issuer_sm_conf_t  *conf;

    sm = refresh->source_state;

    if (sm == NULL) {
        sm = ngx_pcalloc(refresh->process->cycle->pool,
                         sizeof(ngx_http_jwt_issuer_sm_t));
        if (sm == NULL) {
            ngx_http_jwt_issuer_refresh_fail(refresh, "no memory");
            return;
        }

        sm->refresh = refresh;
        refresh->source_state = sm;
    }

    if (refresh->process->aws == NULL) {
        ngx_http_jwt_issuer_refresh_fail(refresh, "AWS cannot be used");
        return;
    }

    conf = refresh->service->source_conf;

    sm->call.region = jwti_str("");

    if (jwti_aws_arn_region(sm->region,
                            ngx_http_jwt_issuer_to_core(&conf->secret))
        == JWTI_OK)
    {
        sm->call.region.data = (u_char *) sm->region;
        sm->call.region.len = ngx_strlen(sm->region);
    }

    ngx_http_jwt_issuer_sm_start(sm, NGX_HTTP_JWT_ISSUER_SM_CURRENT);
}


static void
ngx_http_jwt_issuer_sm_start(ngx_http_jwt_issuer_sm_t *sm, ngx_uint_t stage)
{
    sm->stage = stage;

    sm->call.aws = sm->refresh->process->aws;
    sm->call.service = JWTI_AWS_SECRETSMANAGER;
    sm->call.build = ngx_http_jwt_issuer_sm_build;
    sm->call.done = ngx_http_jwt_issuer_sm_done;
    sm->call.data = sm;

    ngx_http_jwt_issuer_aws_start(&sm->call);
}


static jwti_rc_t
ngx_http_jwt_issuer_sm_build(void *data, jwti_aws_call_t *call,
    const jwti_aws_context_t *context, const char **err)
{
    ngx_http_jwt_issuer_sm_t *sm = data;

    ngx_http_jwt_issuer_sm_conf_t *conf = sm->refresh->service->source_conf;

    return jwti_aws_call_get_secret_value(call, context,
                                  ngx_http_jwt_issuer_to_core(&conf->secret),
                                  ngx_http_jwt_issuer_sm_stages[sm->stage],
                                  jwti_str(""), err);
}


static void
ngx_http_jwt_issuer_sm_done(void *data, jwti_aws_answer_t *answer,
    jwti_str_t body)
{
    ngx_http_jwt_issuer_sm_t *sm = data;

    char                            err[JWTI_SECRET_ERR_MAX + 1];
    const char                     *reason;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_issuer_result_t    result;
    ngx_http_jwt_issuer_refresh_t  *refresh;

    refresh = sm->refresh;
    zone = refresh->process->jmcf->zone;

    reason = ngx_http_jwt_issuer_sm_read(sm, answer, body, err);

    if (sm->stage == NGX_HTTP_JWT_ISSUER_SM_CURRENT) {

        if (reason) {
            ngx_http_jwt_issuer_refresh_answer(refresh, answer, reason);
            return;
        }

        ngx_http_jwt_issuer_sm_start(sm, NGX_HTTP_JWT_ISSUER_SM_PENDING);
        return;
    }

    /* the other stages may be missing, empty, or not for us to see */

    if (reason) {
        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, refresh->process->log, 0,
                       "jwt issuer stage %s is not used: %s",
                       ngx_http_jwt_issuer_sm_stages[sm->stage].data, reason);
    }

    if (sm->stage == NGX_HTTP_JWT_ISSUER_SM_PENDING
        && ngx_http_jwt_issuer_zone_previous_due(zone, refresh->service))
    {
        ngx_http_jwt_issuer_sm_start(sm, NGX_HTTP_JWT_ISSUER_SM_PREVIOUS);
        return;
    }

    /* once, but until there was an answer to it */

    if (sm->stage == NGX_HTTP_JWT_ISSUER_SM_PREVIOUS
        && answer->class != JWTI_AWS_TRANSIENT
        && answer->class != JWTI_AWS_THROTTLED
        && answer->class != JWTI_AWS_EXPIRED
        && answer->class != JWTI_AWS_SKEWED)
    {
        ngx_http_jwt_issuer_zone_previous_known(zone, refresh->service);
    }

    ngx_memzero(&result, sizeof(ngx_http_jwt_issuer_result_t));
    result.state = NGX_HTTP_JWT_ISSUER_UNCHANGED;

    (void) ngx_http_jwt_issuer_refresh_done(refresh, &result);
}


/* NULL, or why this stage's key is not in use */

static const char *
ngx_http_jwt_issuer_sm_read(ngx_http_jwt_issuer_sm_t *sm,
    jwti_aws_answer_t *answer, jwti_str_t body, char *err)
{
    u_char             *memory;
    const char         *reason;
    jwti_aws_secret_t   secret;

    if (answer->class != JWTI_AWS_DONE) {
        return answer->message;
    }

    memory = ngx_alloc(JWTI_KEY_TEXT_MAX, sm->refresh->process->log);
    if (memory == NULL) {
        return "no memory";
    }

    if (jwti_aws_answer_secret(answer, body, memory, &secret) == JWTI_OK) {
        reason = ngx_http_jwt_issuer_sm_use(sm, &secret, err);

    } else {
        reason = answer->message;
    }

    OPENSSL_cleanse(memory, JWTI_KEY_TEXT_MAX);
    ngx_free(memory);

    return reason;
}


static const char *
ngx_http_jwt_issuer_sm_use(ngx_http_jwt_issuer_sm_t *sm,
    const jwti_aws_secret_t *secret, char *err)
{
    char                                  *known;
    u_char                                *memory;
    int64_t                                until;
    jwti_buf_t                             buf;
    const char                            *reason;
    ngx_http_jwt_issuer_refresh_t         *refresh;
    ngx_http_jwt_issuer_sm_conf_t         *conf;
    const ngx_http_jwt_issuer_settings_t  *settings;

    refresh = sm->refresh;
    settings = &refresh->service->settings;
    conf = refresh->service->source_conf;
    known = sm->versions[sm->stage];

    /* a rotation that is over may leave AWSPENDING where AWSCURRENT is */

    if (sm->stage != NGX_HTTP_JWT_ISSUER_SM_CURRENT
        && ngx_strcmp(secret->version_id,
                      sm->versions[NGX_HTTP_JWT_ISSUER_SM_CURRENT])
           == 0)
    {
        return NULL;
    }

    if (sm->stage != NGX_HTTP_JWT_ISSUER_SM_PENDING && secret->version_id[0]
        && ngx_strcmp(secret->version_id, known) == 0)
    {
        return NULL;
    }

    memory = ngx_alloc(JWTI_KEY_TEXT_MAX, refresh->process->log);
    if (memory == NULL) {
        return "no memory";
    }

    jwti_buf_init(&buf, memory, JWTI_KEY_TEXT_MAX);

    if (jwti_secret_key(&buf, secret->text,
                        ngx_http_jwt_issuer_to_core(&conf->field), err)
        != JWTI_OK)
    {
        reason = err;

    } else if (sm->stage == NGX_HTTP_JWT_ISSUER_SM_CURRENT) {
        reason = ngx_http_jwt_issuer_refresh_admit(refresh,
                                                   jwti_buf_written(&buf));

    } else {

        /*
         * What is pending is published as long as it is found so: two missed
         * fetches are borne.  The previous one as long as its tokens live.
         */

        until = (sm->stage == NGX_HTTP_JWT_ISSUER_SM_PENDING)
                ? (int64_t) settings->refresh * 3 : (int64_t) settings->retire;

        reason = ngx_http_jwt_issuer_refresh_publish(refresh,
                                        jwti_buf_written(&buf),
                                        ngx_http_jwt_issuer_now() + until);
    }

    if (reason == NULL) {

        ngx_memcpy(known, secret->version_id, sizeof(secret->version_id));
    }

    OPENSSL_cleanse(memory, JWTI_KEY_TEXT_MAX);
    ngx_free(memory);

    return reason;
}
