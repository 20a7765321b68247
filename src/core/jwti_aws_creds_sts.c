
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_sts.c: the phases that ask STS: a role for a web identity
 * token, and a role for the credentials the run has.
 */


#include <stdio.h>

#include "jwti_aws_creds_run.h"


enum {
    JWTI_AWS_STS_START = 0,
    JWTI_AWS_STS_ASK
};


static jwti_aws_verdict_e jwti_aws_web_next(jwti_aws_run_t *run,
    int64_t now);
static jwti_aws_verdict_e jwti_aws_web_file(jwti_aws_run_t *run,
    jwti_str_t text, int error);
static jwti_aws_verdict_e jwti_aws_web_http(jwti_aws_run_t *run,
    const jwti_http_response_t *response, int64_t now);
static jwti_aws_verdict_e jwti_aws_role_next(jwti_aws_run_t *run,
    int64_t now);
static jwti_aws_verdict_e jwti_aws_role_http(jwti_aws_run_t *run,
    const jwti_http_response_t *response, int64_t now);
static jwti_aws_verdict_e jwti_aws_sts_ask(jwti_aws_run_t *run,
    const jwti_aws_run_role_t *role, int64_t now, int web);
static jwti_aws_verdict_e jwti_aws_sts_take(jwti_aws_run_t *run,
    const char *label, const jwti_http_response_t *response);
static void jwti_aws_sts_label(const jwti_aws_run_t *run, const char *arn,
    char *label);


/* "web identity, role \"...\"" */
#define JWTI_AWS_STS_LABEL_SIZE  256

const jwti_aws_phase_t  jwti_aws_web_phase = {
    jwti_aws_web_next, jwti_aws_web_file, jwti_aws_web_http
};

const jwti_aws_phase_t  jwti_aws_role_phase = {
    jwti_aws_role_next, NULL, jwti_aws_role_http
};


static jwti_aws_verdict_e
jwti_aws_web_next(jwti_aws_run_t *run, int64_t now)
{
    if (run->state == JWTI_AWS_STS_ASK) {
        return jwti_aws_sts_ask(run, &run->web, now, 1);
    }

    /* each time: whoever issues the token replaces it before it expires */

    run->path = jwti_aws_run_path(run, run->token_file);
    run->max = JWTI_AWS_FILE_MAX;

    if (run->path == NULL) {
        return jwti_aws_run_error(run, "%s: token file: HOME is not set or too "
                                  "long", run->label);
    }

    return JWTI_AWS_RUN_FILE;
}


static jwti_aws_verdict_e
jwti_aws_web_file(jwti_aws_run_t *run, jwti_str_t text, int error)
{
    if (error != 0) {
        return jwti_aws_run_error(run, "%s: token file \"%s\": %s", run->label,
                                  run->path, jwti_aws_run_errno(error));
    }

    if (jwti_aws_run_token(run, text) != JWTI_OK) {
        /* it may just be written */

        (void) jwti_aws_run_error(run, "%s: token file \"%s\": it is empty, "
                                  "too long or no token", run->label,
                                  run->path);

        return JWTI_AWS_RUN_RETRY_LATER;
    }

    run->state = JWTI_AWS_STS_ASK;

    return JWTI_AWS_RUN_GO;
}


static jwti_aws_verdict_e
jwti_aws_web_http(jwti_aws_run_t *run, const jwti_http_response_t *response,
    int64_t now)
{
    char                label[JWTI_AWS_STS_LABEL_SIZE];
    jwti_aws_answer_t   answer;
    jwti_aws_verdict_e  verdict;

    (void) now;

    /* with the token that is in the file then */
    run->state = JWTI_AWS_STS_START;

    jwti_aws_sts_label(run, run->web.arn, label);
    jwti_aws_answer_classify(&answer, response, 0);

    if (answer.class == JWTI_AWS_DONE) {
        return jwti_aws_sts_take(run, label, response);
    }

    verdict = jwti_aws_run_refused(run, label, &answer, response);

    /* the token was too old or unknown: another one may be in the file */

    return (answer.class == JWTI_AWS_EXPIRED) ? JWTI_AWS_RUN_RETRY_LATER
                                              : verdict;
}


static jwti_aws_verdict_e
jwti_aws_role_next(jwti_aws_run_t *run, int64_t now)
{
    return jwti_aws_sts_ask(run, &run->roles[run->nroles - 1], now, 0);
}


static jwti_aws_verdict_e
jwti_aws_role_http(jwti_aws_run_t *run, const jwti_http_response_t *response,
    int64_t now)
{
    char                label[JWTI_AWS_STS_LABEL_SIZE];
    jwti_aws_answer_t   answer;
    jwti_aws_verdict_e  verdict;

    jwti_aws_sts_label(run, run->roles[run->nroles - 1].arn, label);
    jwti_aws_answer_classify(&answer, response, now / 1000 + run->skew);

    if (answer.class == JWTI_AWS_DONE) {
        verdict = jwti_aws_sts_take(run, label, response);

        if (verdict == JWTI_AWS_RUN_DONE) {
            run->nroles--;
        }

        return verdict;
    }

    verdict = jwti_aws_run_refused(run, label, &answer, response);

    if (answer.class == JWTI_AWS_SKEWED && run->skew == 0
        && response->date != 0)
    {
        run->skew = response->date - now / 1000;

        return JWTI_AWS_RUN_RETRY;
    }

    return verdict;
}


static jwti_aws_verdict_e
jwti_aws_sts_ask(jwti_aws_run_t *run, const jwti_aws_run_role_t *role,
    int64_t now, int web)
{
    char                 label[JWTI_AWS_STS_LABEL_SIZE];
    jwti_rc_t            rc;
    jwti_str_t           none;
    const char          *err;
    jwti_aws_role_t      target;
    jwti_aws_context_t   context;

    jwti_aws_sts_label(run, role->arn, label);

    none = jwti_aws_run_str(NULL);

    if (jwti_aws_settings_endpoint(&run->settings, JWTI_AWS_STS, none,
                                   &run->endpoint)
        != JWTI_OK)
    {
        return jwti_aws_run_error(run, "%s: no AWS region is known", label);
    }

    context.endpoint = &run->endpoint;
    context.credentials = web ? NULL : &run->credentials;
    context.region = run->settings.region;
    context.user_agent = run->conf->user_agent;
    context.now = now / 1000 + run->skew;

    target.arn = jwti_aws_run_str(role->arn);
    target.session_name = jwti_aws_run_str(role->session_name);
    target.external_id = web ? none : jwti_aws_run_str(role->external_id);
    target.duration = role->duration;

    err = "";

    if (web) {
        rc = jwti_aws_call_assume_role_with_web_identity(&run->call, &context,
                                       &target, jwti_aws_run_str(run->token),
                                       &err);
    } else {
        rc = jwti_aws_call_assume_role(&run->call, &context, &target, &err);
    }

    if (rc != JWTI_OK) {
        return jwti_aws_run_error(run, "%s: %s", label, err);
    }

    run->request = &run->call.request;

    return JWTI_AWS_RUN_HTTP;
}


static jwti_aws_verdict_e
jwti_aws_sts_take(jwti_aws_run_t *run, const char *label,
    const jwti_http_response_t *response)
{
    jwti_aws_answer_t  answer;

    jwti_aws_answer_classify(&answer, response, 0);

    if (jwti_aws_answer_credentials(&answer, response->body,
                                    &run->credentials)
        != JWTI_OK)
    {
        return jwti_aws_run_refused(run, label, &answer, response);
    }

    if (run->credentials.access_key[0] == '\0'
        || run->credentials.secret_key[0] == '\0'
        || run->credentials.expires <= 0)
    {
        return jwti_aws_run_error(run, "%s: the answer's credentials are not "
                                  "complete", label);
    }

    return JWTI_AWS_RUN_DONE;
}


static void
jwti_aws_sts_label(const jwti_aws_run_t *run, const char *arn, char *label)
{
    (void) snprintf(label, JWTI_AWS_STS_LABEL_SIZE, "%s, role \"%.180s\"",
                    (run->phase == &jwti_aws_web_phase) ? "web identity"
                                                        : "AWS STS", arn);
}
