
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * "key ecs;": a variable of a container in the task definition that an ECS
 * service runs.  The variable is in the definition itself, or there is a
 * reference to a secret of Secrets Manager or a parameter of SSM, which is
 * followed.  A task definition never changes, so one that is in use is not
 * asked for again, unlike what it refers to.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_aws.h"
#include "jwti_secret.h"

#include <openssl/crypto.h>


typedef struct {
    ngx_str_t                        cluster;
    ngx_str_t                        service;
    ngx_str_t                        container;
    ngx_str_t                        variable;
} ngx_http_jwt_issuer_ecs_conf_t;


typedef enum {
    NGX_HTTP_JWT_ISSUER_ECS_SERVICE = 0,
    NGX_HTTP_JWT_ISSUER_ECS_TASK,
    NGX_HTTP_JWT_ISSUER_ECS_SECRET,
    NGX_HTTP_JWT_ISSUER_ECS_PARAMETER
} ngx_http_jwt_issuer_ecs_step_e;


/* of one service, in worker 0 */
typedef struct {
    ngx_http_jwt_issuer_call_t       call;
    ngx_http_jwt_issuer_refresh_t   *refresh;
    ngx_uint_t                       step;
    ngx_uint_t                       warned;
    char                             arn[JWTI_AWS_ID_MAX + 1];
    char                             used[JWTI_AWS_ID_MAX + 1];  /* its key is
                                                                  * let in */
    char                             reference[JWTI_AWS_ID_MAX + 1];  /* ""  */
    jwti_aws_reference_t             parsed;                  /* reference */
} ngx_http_jwt_issuer_ecs_t;


static char *ngx_http_jwt_issuer_ecs_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args,
    ngx_uint_t nargs);
static char *ngx_http_jwt_issuer_ecs_set(ngx_str_t *field, ngx_str_t *value);
static char *ngx_http_jwt_issuer_ecs_cluster(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_ecs_service(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_ecs_container(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_ecs_variable(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_ecs_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service);
static void ngx_http_jwt_issuer_ecs_fetch(
    ngx_http_jwt_issuer_refresh_t *refresh);
static void ngx_http_jwt_issuer_ecs_start(ngx_http_jwt_issuer_ecs_t *ecs,
    ngx_uint_t step);
static jwti_rc_t ngx_http_jwt_issuer_ecs_build(void *data,
    jwti_aws_call_t *call, const jwti_aws_context_t *context,
    const char **err);
static void ngx_http_jwt_issuer_ecs_done(void *data,
    jwti_aws_answer_t *answer, jwti_str_t body);
static const char *ngx_http_jwt_issuer_ecs_next(
    ngx_http_jwt_issuer_ecs_t *ecs, jwti_aws_answer_t *answer,
    jwti_str_t body, u_char *memory, char *err, ngx_uint_t *more);
static const char *ngx_http_jwt_issuer_ecs_task(
    ngx_http_jwt_issuer_ecs_t *ecs, jwti_aws_answer_t *answer,
    jwti_str_t body, u_char *memory, ngx_uint_t *more);
static const char *ngx_http_jwt_issuer_ecs_follow(
    ngx_http_jwt_issuer_ecs_t *ecs, ngx_uint_t *more);
static const char *ngx_http_jwt_issuer_ecs_secret(
    ngx_http_jwt_issuer_ecs_t *ecs, jwti_str_t text, char *err);


const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_ecs = {
    ngx_string("ecs"),
    ngx_http_jwt_issuer_ecs_parse,
    ngx_http_jwt_issuer_ecs_complete,
    NULL,
    ngx_http_jwt_issuer_ecs_fetch,
    0
};


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_ecs_params[] = {
    { ngx_string("cluster"), ngx_http_jwt_issuer_ecs_cluster },
    { ngx_string("service"), ngx_http_jwt_issuer_ecs_service },
    { ngx_string("container"), ngx_http_jwt_issuer_ecs_container },
    { ngx_string("variable"), ngx_http_jwt_issuer_ecs_variable },
    { ngx_null_string, NULL }
};


static char *
ngx_http_jwt_issuer_ecs_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args, ngx_uint_t nargs)
{
    ngx_http_jwt_issuer_ecs_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_ecs_conf_t));
    if (conf == NULL) {
        return NGX_CONF_ERROR;
    }

    service->source_conf = conf;

    return ngx_http_jwt_issuer_params(cf, args, nargs,
                                      ngx_http_jwt_issuer_ecs_params, conf);
}


/* names of ECS, or ARNs of them */

static char *
ngx_http_jwt_issuer_ecs_set(ngx_str_t *field, ngx_str_t *value)
{
    u_char  *p, *last;

    if (value->len == 0 || value->len > JWTI_AWS_ID_MAX) {
        return "it is empty or too long";
    }

    last = value->data + value->len;

    for (p = value->data; p < last; p++) {

        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')
            || (*p >= '0' && *p <= '9') || ngx_strchr("_-.:/", *p))
        {
            continue;
        }

        return "it has no such character";
    }

    *field = *value;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_ecs_cluster(ngx_conf_t *cf, void *conf, ngx_str_t *value)
{
    ngx_http_jwt_issuer_ecs_conf_t *ecs = conf;

    return ngx_http_jwt_issuer_ecs_set(&ecs->cluster, value);
}


static char *
ngx_http_jwt_issuer_ecs_service(ngx_conf_t *cf, void *conf, ngx_str_t *value)
{
    ngx_http_jwt_issuer_ecs_conf_t *ecs = conf;

    return ngx_http_jwt_issuer_ecs_set(&ecs->service, value);
}


static char *
ngx_http_jwt_issuer_ecs_container(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_ecs_conf_t *ecs = conf;

    return ngx_http_jwt_issuer_ecs_set(&ecs->container, value);
}


static char *
ngx_http_jwt_issuer_ecs_variable(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_ecs_conf_t *ecs = conf;

    return ngx_http_jwt_issuer_ecs_set(&ecs->variable, value);
}


static char *
ngx_http_jwt_issuer_ecs_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_ecs_conf_t *conf = service->source_conf;

    size_t      len;
    ngx_str_t   name, *environment;

    environment = &service->settings.environment;

    if (conf->variable.len == 0) {
        ngx_str_set(&conf->variable, "PRIVATE_KEY");
    }

    if (conf->cluster.len == 0 || conf->service.len == 0) {

        if (environment->len == 0) {
            ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                         "\"key ecs\" needs \"cluster=\" and \"service=\" or"
                         " an \"environment\" in service \"%V\"",
                         &service->label);
            return NGX_CONF_ERROR;
        }

        /* the convention: <environment>-<service> */

        len = environment->len + 1 + service->name.len;

        name.data = ngx_pnalloc(cf->pool, len);
        if (name.data == NULL) {
            return NGX_CONF_ERROR;
        }

        name.len = ngx_sprintf(name.data, "%V-%V", environment, &service->name)
                   - name.data;

        if (conf->cluster.len == 0) {
            conf->cluster = name;
        }

        if (conf->service.len == 0) {
            conf->service = name;
        }
    }

    len = sizeof("ecs / container= variable=") - 1 + conf->cluster.len
          + conf->service.len + conf->container.len + conf->variable.len;

    service->definition.data = ngx_pnalloc(cf->pool, len);
    if (service->definition.data == NULL) {
        return NGX_CONF_ERROR;
    }

    service->definition.len = ngx_sprintf(service->definition.data,
                                          "ecs %V/%V%s%V variable=%V",
                                          &conf->cluster, &conf->service,
                                          conf->container.len ? " container="
                                                              : "",
                                          &conf->container, &conf->variable)
                              - service->definition.data;

    return NGX_CONF_OK;
}


static void
ngx_http_jwt_issuer_ecs_fetch(ngx_http_jwt_issuer_refresh_t *refresh)
{
    ngx_http_jwt_issuer_ecs_t  *ecs;

    ecs = refresh->source_state;

    if (ecs == NULL) {
        ecs = ngx_pcalloc(refresh->process->cycle->pool,
                          sizeof(ngx_http_jwt_issuer_ecs_t));
        if (ecs == NULL) {
            ngx_http_jwt_issuer_refresh_fail(refresh, "no memory");
            return;
        }

        ecs->refresh = refresh;
        refresh->source_state = ecs;
    }

    if (refresh->process->aws == NULL) {
        ngx_http_jwt_issuer_refresh_fail(refresh, "AWS cannot be used");
        return;
    }

    ngx_http_jwt_issuer_ecs_start(ecs, NGX_HTTP_JWT_ISSUER_ECS_SERVICE);
}


static void
ngx_http_jwt_issuer_ecs_start(ngx_http_jwt_issuer_ecs_t *ecs, ngx_uint_t step)
{
    ngx_http_jwt_issuer_call_t  *call;

    ecs->step = step;
    call = &ecs->call;

    call->aws = ecs->refresh->process->aws;
    call->build = ngx_http_jwt_issuer_ecs_build;
    call->done = ngx_http_jwt_issuer_ecs_done;
    call->data = ecs;

    if (step == NGX_HTTP_JWT_ISSUER_ECS_SERVICE
        || step == NGX_HTTP_JWT_ISSUER_ECS_TASK)
    {
        call->service = JWTI_AWS_ECS;
        call->region = jwti_str("");

    } else {
        call->service = ecs->parsed.service;
        call->region = ecs->parsed.region;
    }

    ngx_http_jwt_issuer_aws_start(call);
}


static jwti_rc_t
ngx_http_jwt_issuer_ecs_build(void *data, jwti_aws_call_t *call,
    const jwti_aws_context_t *context, const char **err)
{
    ngx_http_jwt_issuer_ecs_t *ecs = data;

    jwti_str_t                       arn;
    ngx_http_jwt_issuer_ecs_conf_t  *conf;

    conf = ecs->refresh->service->source_conf;

    switch (ecs->step) {

    case NGX_HTTP_JWT_ISSUER_ECS_SERVICE:
        return jwti_aws_call_describe_services(call, context,
                                 ngx_http_jwt_issuer_to_core(&conf->cluster),
                                 ngx_http_jwt_issuer_to_core(&conf->service),
                                 err);

    case NGX_HTTP_JWT_ISSUER_ECS_TASK:
        arn.data = (u_char *) ecs->arn;
        arn.len = ngx_strlen(ecs->arn);

        return jwti_aws_call_describe_task_definition(call, context, arn, err);

    case NGX_HTTP_JWT_ISSUER_ECS_SECRET:
        return jwti_aws_call_get_secret_value(call, context, ecs->parsed.id,
                                              ecs->parsed.stage,
                                              ecs->parsed.version, err);

    default: /* NGX_HTTP_JWT_ISSUER_ECS_PARAMETER */
        return jwti_aws_call_get_parameter(call, context, ecs->parsed.id, err);
    }
}


static void
ngx_http_jwt_issuer_ecs_done(void *data, jwti_aws_answer_t *answer,
    jwti_str_t body)
{
    ngx_http_jwt_issuer_ecs_t *ecs = data;

    char                           err[JWTI_SECRET_ERR_MAX + 1];
    u_char                        *memory;
    const char                    *reason;
    ngx_uint_t                     more;
    ngx_http_jwt_issuer_result_t   result;

    more = 0;
    memory = NULL;

    if (answer->class != JWTI_AWS_DONE) {
        reason = answer->message;

    } else {
        memory = ngx_alloc(JWTI_KEY_TEXT_MAX, ecs->refresh->process->log);
        reason = memory ? ngx_http_jwt_issuer_ecs_next(ecs, answer, body,
                                                       memory, err, &more)
                        : "no memory";
    }

    if (memory) {
        OPENSSL_cleanse(memory, JWTI_KEY_TEXT_MAX);
        ngx_free(memory);
    }

    if (reason) {
        ngx_http_jwt_issuer_refresh_answer(ecs->refresh, answer, reason);
        return;
    }

    if (more) {
        return;
    }

    ngx_memcpy(ecs->used, ecs->arn, sizeof(ecs->used));

    ngx_memzero(&result, sizeof(ngx_http_jwt_issuer_result_t));
    result.state = NGX_HTTP_JWT_ISSUER_UNCHANGED;

    (void) ngx_http_jwt_issuer_refresh_done(ecs->refresh, &result);
}


/* NULL and *more: another call was started; NULL: the key is in use */

static const char *
ngx_http_jwt_issuer_ecs_next(ngx_http_jwt_issuer_ecs_t *ecs,
    jwti_aws_answer_t *answer, jwti_str_t body, u_char *memory, char *err,
    ngx_uint_t *more)
{
    jwti_aws_secret_t                secret;
    jwti_aws_parameter_t             parameter;
    ngx_http_jwt_issuer_ecs_conf_t  *conf;

    conf = ecs->refresh->service->source_conf;

    switch (ecs->step) {

    case NGX_HTTP_JWT_ISSUER_ECS_SERVICE:

        if (jwti_aws_answer_service(answer, body,
                                 ngx_http_jwt_issuer_to_core(&conf->cluster),
                                 ngx_http_jwt_issuer_to_core(&conf->service),
                                 ecs->arn)
            != JWTI_OK)
        {
            return answer->message;
        }

        if (ngx_strcmp(ecs->arn, ecs->used) != 0) {
            *more = 1;
            ngx_http_jwt_issuer_ecs_start(ecs, NGX_HTTP_JWT_ISSUER_ECS_TASK);
            return NULL;
        }

        return ecs->reference[0] ? ngx_http_jwt_issuer_ecs_follow(ecs, more)
                                 : NULL;

    case NGX_HTTP_JWT_ISSUER_ECS_TASK:
        return ngx_http_jwt_issuer_ecs_task(ecs, answer, body, memory, more);

    case NGX_HTTP_JWT_ISSUER_ECS_SECRET:

        if (jwti_aws_answer_secret(answer, body, memory, &secret) != JWTI_OK) {
            return answer->message;
        }

        return ngx_http_jwt_issuer_ecs_secret(ecs, secret.text, err);

    default: /* NGX_HTTP_JWT_ISSUER_ECS_PARAMETER */

        if (jwti_aws_answer_parameter(answer, body, memory, &parameter)
            != JWTI_OK)
        {
            return answer->message;
        }

        return ngx_http_jwt_issuer_ecs_secret(ecs, parameter.text, err);
    }
}


static const char *
ngx_http_jwt_issuer_ecs_task(ngx_http_jwt_issuer_ecs_t *ecs,
    jwti_aws_answer_t *answer, jwti_str_t body, u_char *memory,
    ngx_uint_t *more)
{
    jwti_aws_variable_t                   variable;
    ngx_http_jwt_issuer_ecs_conf_t       *conf;
    const ngx_http_jwt_issuer_service_t  *service;

    service = ecs->refresh->service;
    conf = service->source_conf;

    if (jwti_aws_answer_variable(answer, body,
                                 ngx_http_jwt_issuer_to_core(&conf->container),
                                 ngx_http_jwt_issuer_to_core(&conf->variable),
                                 memory, &variable)
        != JWTI_OK)
    {
        return answer->message;
    }

    /* it belongs to this definition: no other one is known from here on */

    ecs->used[0] = '\0';
    ecs->reference[0] = '\0';

    if (variable.reference) {

        if (variable.text.len > JWTI_AWS_ID_MAX) {
            return "the reference of the variable is too long";
        }

        ngx_memcpy(ecs->reference, variable.text.data, variable.text.len);
        ecs->reference[variable.text.len] = '\0';

        return ngx_http_jwt_issuer_ecs_follow(ecs, more);
    }

    if (!ecs->warned) {
        ecs->warned = 1;

        ngx_log_error(NGX_LOG_WARN, ecs->refresh->process->log, 0,
                      "variable \"%V\" of the task definition can be read by"
                      " everybody with ecs:DescribeTaskDefinition: prefer a"
                      " reference to a secret, jwt service: \"%V\","
                      " key source: \"%V\"",
                      &conf->variable, &service->label, &service->definition);
    }

    return ngx_http_jwt_issuer_refresh_admit(ecs->refresh, variable.text);
}


static const char *
ngx_http_jwt_issuer_ecs_follow(ngx_http_jwt_issuer_ecs_t *ecs,
    ngx_uint_t *more)
{
    jwti_str_t   text;
    const char  *err;

    text.data = (u_char *) ecs->reference;
    text.len = ngx_strlen(ecs->reference);

    if (jwti_aws_ecs_parse(&ecs->parsed, text, &err) != JWTI_OK) {
        return err;
    }

    *more = 1;

    ngx_http_jwt_issuer_ecs_start(ecs,
                          (ecs->parsed.service == JWTI_AWS_SSM)
                          ? NGX_HTTP_JWT_ISSUER_ECS_PARAMETER
                          : NGX_HTTP_JWT_ISSUER_ECS_SECRET);
    return NULL;
}


static const char *
ngx_http_jwt_issuer_ecs_secret(ngx_http_jwt_issuer_ecs_t *ecs,
    jwti_str_t text, char *err)
{
    u_char      *memory;
    jwti_buf_t   buf;
    const char  *reason;

    /* as a task gets it: the whole text, unless a member of it is named */

    if (ecs->parsed.field.len == 0) {
        return ngx_http_jwt_issuer_refresh_admit(ecs->refresh, text);
    }

    memory = ngx_alloc(JWTI_KEY_TEXT_MAX, ecs->refresh->process->log);
    if (memory == NULL) {
        return "no memory";
    }

    jwti_buf_init(&buf, memory, JWTI_KEY_TEXT_MAX);

    reason = err;

    if (jwti_secret_key(&buf, text, ecs->parsed.field, err) == JWTI_OK) {
        reason = ngx_http_jwt_issuer_refresh_admit(ecs->refresh,
                                                   jwti_buf_written(&buf));
    }

    OPENSSL_cleanse(memory, JWTI_KEY_TEXT_MAX);
    ngx_free(memory);

    return reason;
}
