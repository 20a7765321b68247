
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_container.c: the phase that asks the agent of ECS, Fargate
 * or EKS Pod Identity.  The address comes from the environment: without TLS
 * only the few that such agents have are asked, or a token would go anywhere.
 */


#include <stdio.h>
#include <string.h>

#include "jwti_aws_creds_run.h"


#define JWTI_AWS_CONTAINER_HOST             "http://169.254.170.2"

/* milliseconds: agents ask others and are slow when many containers start */
#define JWTI_AWS_CONTAINER_CONNECT_TIMEOUT  2000
#define JWTI_AWS_CONTAINER_TIMEOUT          5000


enum {
    JWTI_AWS_CONTAINER_START = 0,
    JWTI_AWS_CONTAINER_ASK
};


static jwti_aws_verdict_e jwti_aws_container_next(jwti_aws_run_t *run,
    int64_t now);
static jwti_aws_verdict_e jwti_aws_container_file(jwti_aws_run_t *run,
    jwti_str_t text, int error);
static jwti_aws_verdict_e jwti_aws_container_http(jwti_aws_run_t *run,
    const jwti_http_response_t *response, int64_t now);
static jwti_aws_verdict_e jwti_aws_container_ask(jwti_aws_run_t *run);
static jwti_rc_t jwti_aws_container_url(jwti_aws_run_t *run, int *local);
static int jwti_aws_container_is_agent(const char *host);
static int jwti_aws_container_is_loopback(const char *host);
static int jwti_aws_container_is_path(const char *path);


/* literals: of a name nobody knows where it will lead */
static const char  *const jwti_aws_container_hosts[] = {
    "localhost",
    "169.254.170.2",            /* ECS */
    "169.254.170.23",           /* EKS Pod Identity */
    "[fd00:ec2::23]",
    "[::1]",
    NULL
};

const jwti_aws_phase_t  jwti_aws_container_phase = {
    jwti_aws_container_next, jwti_aws_container_file, jwti_aws_container_http
};


static jwti_aws_verdict_e
jwti_aws_container_next(jwti_aws_run_t *run, int64_t now)
{
    const char  *name;

    (void) now;

    if (run->state == JWTI_AWS_CONTAINER_ASK) {
        return jwti_aws_container_ask(run);
    }

    run->token[0] = '\0';
    run->has_token = 0;

    name = jwti_aws_env_get(run->env, JWTI_ENV_CONTAINER_TOKEN_FILE);

    if (name != NULL) {
        run->path = jwti_aws_run_path(run, name);
        run->max = JWTI_AWS_RUN_TOKEN_MAX;

        if (run->path == NULL) {
            return jwti_aws_run_error(run, "%s: HOME is not set or too long",
                                      run->label);
        }

        return JWTI_AWS_RUN_FILE;
    }

    name = jwti_aws_env_get(run->env, JWTI_ENV_CONTAINER_TOKEN);

    if (name != NULL
        && jwti_aws_run_token(run, jwti_aws_run_str(name)) != JWTI_OK)
    {
        return jwti_aws_run_error(run, "%s: AWS_CONTAINER_AUTHORIZATION_TOKEN "
                                  "is too long or has a character that a "
                                  "header cannot have", run->label);
    }

    run->state = JWTI_AWS_CONTAINER_ASK;

    return JWTI_AWS_RUN_GO;
}


static jwti_aws_verdict_e
jwti_aws_container_file(jwti_aws_run_t *run, jwti_str_t text, int error)
{
    if (error != 0) {
        return jwti_aws_run_error(run, "%s: token file \"%s\": %s", run->label,
                                  run->path, jwti_aws_run_errno(error));
    }

    if (jwti_aws_run_token(run, text) != JWTI_OK) {
        /* it may just be written */

        (void) jwti_aws_run_error(run, "%s: token file \"%s\": it is empty, "
                                  "too long or has a character that a header "
                                  "cannot have", run->label, run->path);

        return JWTI_AWS_RUN_RETRY_LATER;
    }

    run->state = JWTI_AWS_CONTAINER_ASK;

    return JWTI_AWS_RUN_GO;
}


static jwti_aws_verdict_e
jwti_aws_container_http(jwti_aws_run_t *run,
    const jwti_http_response_t *response, int64_t now)
{
    jwti_aws_answer_t   answer;
    jwti_aws_verdict_e  verdict;

    (void) now;

    /* the token of the file may be another one by the next attempt */
    run->state = JWTI_AWS_CONTAINER_START;

    jwti_aws_answer_classify(&answer, response, 0);

    if (answer.class != JWTI_AWS_DONE) {
        verdict = jwti_aws_run_refused(run, run->label, &answer, response);

        /* an agent that has just started needs more than milliseconds */

        return (verdict == JWTI_AWS_RUN_RETRY) ? JWTI_AWS_RUN_RETRY_LATER
                                               : verdict;
    }

    return jwti_aws_run_json(run, response->body);
}


static jwti_aws_verdict_e
jwti_aws_container_ask(jwti_aws_run_t *run)
{
    int  local;

    if (jwti_aws_container_url(run, &local) != JWTI_OK) {
        return JWTI_AWS_RUN_FAILED;
    }

    jwti_aws_run_request(run, "GET", JWTI_AWS_CONTAINER_CONNECT_TIMEOUT,
                         JWTI_AWS_CONTAINER_TIMEOUT);

    run->plain.local = (local != 0);
    run->plain.headers[run->plain.nheaders++] = "Accept: application/json";

    if (run->token[0] != '\0') {
        (void) snprintf(run->header, sizeof(run->header), "Authorization: %s",
                        run->token);
        run->plain.headers[run->plain.nheaders++] = run->header;
    }

    return JWTI_AWS_RUN_HTTP;
}


static jwti_rc_t
jwti_aws_container_url(jwti_aws_run_t *run, int *local)
{
    size_t       len;
    jwti_str_t   origin;
    const char  *url, *path, *err;

    *local = 1;

    url = jwti_aws_env_get(run->env, JWTI_ENV_CONTAINER_RELATIVE_URI);

    if (url != NULL) {

        if (url[0] != '/' || !jwti_aws_container_is_path(url)) {
            (void) jwti_aws_run_error(run, "%s: "
                                      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI "
                                      "is no path", run->label);
            return JWTI_INVALID;
        }

        (void) snprintf(run->url, sizeof(run->url), "%s%s",
                        JWTI_AWS_CONTAINER_HOST, url);

        return JWTI_OK;
    }

    url = jwti_aws_env_get(run->env, JWTI_ENV_CONTAINER_FULL_URI);

    /* up to the slash, the query or the end */

    path = (url == NULL) ? NULL : strstr(url, "://");

    if (path != NULL) {
        len = (size_t) (path - url) + 3;
        len += strcspn(url + len, "/?");
        path = url + len;

        origin.data = (const unsigned char *) url;
        origin.len = len;
    }

    if (path == NULL || !jwti_aws_container_is_path(path)
        || jwti_aws_endpoint_parse(&run->endpoint, origin, &err) != JWTI_OK)
    {
        (void) jwti_aws_run_error(run, "%s: AWS_CONTAINER_CREDENTIALS_FULL_URI "
                                  "is no http or https URL", run->label);
        return JWTI_INVALID;
    }

    *local = jwti_aws_container_is_agent(run->endpoint.host);

    if (!*local && url[4] != 's') {
        (void) jwti_aws_run_error(run, "%s: AWS_CONTAINER_CREDENTIALS_FULL_URI "
                                  "names a host that is asked by https only",
                                  run->label);
        return JWTI_INVALID;
    }

    (void) snprintf(run->url, sizeof(run->url), "%s%s", run->endpoint.url,
                    (path[0] == '/') ? path + 1 : path);

    return JWTI_OK;
}


/* host: of an endpoint that was parsed, with its port */

static int
jwti_aws_container_is_agent(const char *host)
{
    size_t                i, len;
    char                  name[JWTI_AWS_ENDPOINT_MAX + 1];
    const char           *end;

    end = (host[0] == '[') ? strchr(host, ']') : NULL;
    len = (end != NULL) ? (size_t) (end - host) + 1 : strcspn(host, ":");

    memcpy(name, host, len);
    name[len] = '\0';

    for (i = 0; jwti_aws_container_hosts[i] != NULL; i++) {
        if (strcmp(name, jwti_aws_container_hosts[i]) == 0) {
            return 1;
        }
    }

    return jwti_aws_container_is_loopback(name);
}


/* 127.0.0.0/8 written as four decimal numbers, as nothing reads otherwise */

static int
jwti_aws_container_is_loopback(const char *host)
{
    size_t    digits, dots;
    unsigned  number;

    if (strncmp(host, "127.", 4) != 0) {
        return 0;
    }

    digits = 0;
    number = 0;
    dots = 0;

    for (host += 4; /* void */; host++) {

        if (*host >= '0' && *host <= '9' && digits < 3) {

            if (digits == 1 && number == 0) {
                return 0;       /* "01" is octal for some */
            }

            number = number * 10 + (unsigned) (*host - '0');
            digits++;

        } else if ((*host == '.' || *host == '\0') && digits != 0
                   && number <= 255)
        {
            if (*host == '\0') {
                return dots == 2;
            }

            dots++;
            digits = 0;
            number = 0;

        } else {
            return 0;
        }
    }
}


/* what may follow a host in a URL as it is; also nothing */

static int
jwti_aws_container_is_path(const char *path)
{
    for (/* void */; *path != '\0'; path++) {
        if (*path <= 0x20 || *path > 0x7e || strchr("\\\"<>#@", *path)) {
            return 0;
        }
    }

    return 1;
}
