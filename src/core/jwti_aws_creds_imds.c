
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_imds.c: the phases that ask EC2's instance metadata service,
 * version 2 only: for the role's credentials, and for the region.
 */


#include <stdio.h>
#include <string.h>

#include "jwti_aws_creds_run.h"
#include "jwti_aws_ini.h"
#include "jwti_json.h"


#define JWTI_AWS_IMDS_IPV4  "http://169.254.169.254/"
#define JWTI_AWS_IMDS_IPV6  "http://[fd00:ec2::254]/"

#define JWTI_AWS_IMDS_ROLES  "latest/meta-data/iam/security-credentials/"

/* milliseconds: who is not on EC2 should learn it soon */
#define JWTI_AWS_IMDS_CONNECT_TIMEOUT  1000
#define JWTI_AWS_IMDS_TIMEOUT          2000

#define JWTI_AWS_IMDS_CODE_MAX         64

enum {
    JWTI_AWS_IMDS_START = 0,
    JWTI_AWS_IMDS_TOKEN,
    JWTI_AWS_IMDS_ROLE,
    JWTI_AWS_IMDS_CREDENTIALS,
    JWTI_AWS_IMDS_REGION
};

/* how one question is asked and its answer taken */
typedef struct {
    const char          *method;
    const char          *path;
    jwti_aws_verdict_e  (*take)(jwti_aws_run_t *run, jwti_str_t body);
    const char          *missing;       /* 404 */
} jwti_aws_imds_t;


static jwti_aws_verdict_e jwti_aws_imds_next(jwti_aws_run_t *run,
    int64_t now);
static jwti_aws_verdict_e jwti_aws_region_next(jwti_aws_run_t *run,
    int64_t now);
static jwti_aws_verdict_e jwti_aws_imds_ask(jwti_aws_run_t *run,
    unsigned first);
static jwti_rc_t jwti_aws_imds_base(jwti_aws_run_t *run,
    jwti_aws_endpoint_t *endpoint);
static jwti_aws_verdict_e jwti_aws_imds_http(jwti_aws_run_t *run,
    const jwti_http_response_t *response, int64_t now);
static jwti_aws_verdict_e jwti_aws_imds_transport(jwti_aws_run_t *run,
    const jwti_http_response_t *response);
static jwti_aws_verdict_e jwti_aws_imds_status(jwti_aws_run_t *run,
    const jwti_http_response_t *response);
static jwti_aws_verdict_e jwti_aws_imds_take_token(jwti_aws_run_t *run,
    jwti_str_t body);
static jwti_aws_verdict_e jwti_aws_imds_take_role(jwti_aws_run_t *run,
    jwti_str_t body);
static jwti_aws_verdict_e jwti_aws_imds_take_credentials(jwti_aws_run_t *run,
    jwti_str_t body);
static jwti_aws_verdict_e jwti_aws_imds_take_region(jwti_aws_run_t *run,
    jwti_str_t body);
static int jwti_aws_imds_is_name(jwti_str_t text, const char *others);
static const char *jwti_aws_imds_label(const jwti_aws_run_t *run);


static const jwti_aws_imds_t  jwti_aws_imds[] = {
    [JWTI_AWS_IMDS_TOKEN] =
        { "PUT", "latest/api/token", jwti_aws_imds_take_token,
          "there is no version 2 of it" },
    [JWTI_AWS_IMDS_ROLE] =
        { "GET", JWTI_AWS_IMDS_ROLES, jwti_aws_imds_take_role,
          "no role is attached to the instance" },
    [JWTI_AWS_IMDS_CREDENTIALS] =
        { "GET", JWTI_AWS_IMDS_ROLES, jwti_aws_imds_take_credentials,
          "the role has no credentials" },
    [JWTI_AWS_IMDS_REGION] =
        { "GET", "latest/meta-data/placement/region",
          jwti_aws_imds_take_region, "it knows no region" }
};

const jwti_aws_phase_t  jwti_aws_imds_phase = {
    jwti_aws_imds_next, NULL, jwti_aws_imds_http
};

const jwti_aws_phase_t  jwti_aws_region_phase = {
    jwti_aws_region_next, NULL, jwti_aws_imds_http
};


static jwti_aws_verdict_e
jwti_aws_imds_next(jwti_aws_run_t *run, int64_t now)
{
    (void) now;

    return jwti_aws_imds_ask(run, JWTI_AWS_IMDS_ROLE);
}


static jwti_aws_verdict_e
jwti_aws_region_next(jwti_aws_run_t *run, int64_t now)
{
    (void) now;

    if (jwti_aws_env_is_true(run->env, JWTI_ENV_METADATA_DISABLED)) {
        return jwti_aws_run_error(run, "no AWS region is configured, and "
                                  "instance metadata is switched off by "
                                  "AWS_EC2_METADATA_DISABLED");
    }

    return jwti_aws_imds_ask(run, JWTI_AWS_IMDS_REGION);
}


/* first: the question after the token */

static jwti_aws_verdict_e
jwti_aws_imds_ask(jwti_aws_run_t *run, unsigned first)
{
    jwti_aws_endpoint_t     *base;
    const jwti_aws_imds_t   *question;

    base = &run->endpoint;

    if (jwti_aws_imds_base(run, base) != JWTI_OK) {
        return JWTI_AWS_RUN_FAILED;
    }

    if (!run->has_token) {
        run->state = JWTI_AWS_IMDS_TOKEN;

    } else if (run->state < JWTI_AWS_IMDS_ROLE) {
        run->state = first;
    }

    question = &jwti_aws_imds[run->state];

    (void) snprintf(run->url, sizeof(run->url), "%s%s%s", base->url,
                    question->path,
                    (run->state == JWTI_AWS_IMDS_CREDENTIALS) ? run->role_name
                                                              : "");

    jwti_aws_run_request(run, question->method, JWTI_AWS_IMDS_CONNECT_TIMEOUT,
                         JWTI_AWS_IMDS_TIMEOUT);

    if (run->state == JWTI_AWS_IMDS_TOKEN) {
        run->plain.headers[0] = "x-aws-ec2-metadata-token-ttl-seconds: 21600";

    } else {
        (void) snprintf(run->header, sizeof(run->header),
                        "x-aws-ec2-metadata-token: %s", run->token);
        run->plain.headers[0] = run->header;
    }

    run->plain.nheaders = 1;

    return JWTI_AWS_RUN_HTTP;
}


static jwti_rc_t
jwti_aws_imds_base(jwti_aws_run_t *run, jwti_aws_endpoint_t *endpoint)
{
    const char  *url, *mode, *err;

    url = jwti_aws_env_get(run->env, JWTI_ENV_METADATA_ENDPOINT);

    if (url == NULL) {
        url = jwti_aws_profile_get(&run->profiles[0],
                                   JWTI_PROFILE_METADATA_ENDPOINT);
    }

    mode = jwti_aws_env_get(run->env, JWTI_ENV_METADATA_ENDPOINT_MODE);

    if (mode == NULL) {
        mode = jwti_aws_profile_get(&run->profiles[0],
                                    JWTI_PROFILE_METADATA_ENDPOINT_MODE);
    }

    if (url == NULL) {

        if (mode == NULL
            || jwti_aws_ini_is_key(jwti_aws_run_str(mode), "ipv4", 0))
        {
            url = JWTI_AWS_IMDS_IPV4;

        } else if (jwti_aws_ini_is_key(jwti_aws_run_str(mode), "ipv6", 0)) {
            url = JWTI_AWS_IMDS_IPV6;

        } else {
            (void) jwti_aws_run_error(run, "%s: its endpoint mode is neither "
                                      "IPv4 nor IPv6",
                                      jwti_aws_imds_label(run));
            return JWTI_INVALID;
        }
    }

    if (jwti_aws_endpoint_parse(endpoint, jwti_aws_run_str(url), &err)
        != JWTI_OK)
    {
        (void) jwti_aws_run_error(run, "%s: %s", jwti_aws_imds_label(run),
                                  err);
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


static jwti_aws_verdict_e
jwti_aws_imds_http(jwti_aws_run_t *run, const jwti_http_response_t *response,
    int64_t now)
{
    (void) now;

    if (response->result != JWTI_HTTP_OK) {
        return jwti_aws_imds_transport(run, response);
    }

    if (response->status != 200) {
        return jwti_aws_imds_status(run, response);
    }

    return jwti_aws_imds[run->state].take(run, response->body);
}


static jwti_aws_verdict_e
jwti_aws_imds_transport(jwti_aws_run_t *run,
    const jwti_http_response_t *response)
{
    const char         *hint;
    jwti_aws_answer_t   answer;

    jwti_aws_answer_classify(&answer, response, 0);

    /*
     * A token that does not arrive is either no EC2 or a limit of hops that
     * a container is behind: asking again would take as long again.
     */

    hint = (run->state == JWTI_AWS_IMDS_TOKEN
            && response->result == JWTI_HTTP_TIMEOUT)
           ? "; in a container on EC2 the instance's metadata hop limit has to "
             "be 2"
           : "";

    (void) jwti_aws_run_error(run, "%s: %s%s", jwti_aws_imds_label(run),
                              answer.message, hint);

    if (run->state == JWTI_AWS_IMDS_TOKEN
        && (response->result == JWTI_HTTP_TIMEOUT
            || response->result == JWTI_HTTP_CONNECT
            || response->result == JWTI_HTTP_RESOLVE))
    {
        return JWTI_AWS_RUN_FAILED;
    }

    return (answer.class == JWTI_AWS_TRANSIENT) ? JWTI_AWS_RUN_RETRY
                                                : JWTI_AWS_RUN_FAILED;
}


static jwti_aws_verdict_e
jwti_aws_imds_status(jwti_aws_run_t *run,
    const jwti_http_response_t *response)
{
    const char             *label;
    const jwti_aws_imds_t  *question;

    label = jwti_aws_imds_label(run);
    question = &jwti_aws_imds[run->state];

    run->retry_after = response->retry_after;

    if (response->status == 404) {
        return jwti_aws_run_error(run, "%s: %s", label, question->missing);
    }

    (void) jwti_aws_run_error(run, "%s: %s: HTTP status %u", label,
                              (run->state == JWTI_AWS_IMDS_TOKEN)
                              ? "no token" : "no answer", response->status);

    if (response->status == 401 && run->state != JWTI_AWS_IMDS_TOKEN) {
        /* the token has expired: another one, then the same question */

        run->has_token = 0;
        return JWTI_AWS_RUN_RETRY;
    }

    if (response->status == 429) {
        return JWTI_AWS_RUN_RETRY_LATER;
    }

    return (response->status >= 500) ? JWTI_AWS_RUN_RETRY
                                     : JWTI_AWS_RUN_FAILED;
}


static jwti_aws_verdict_e
jwti_aws_imds_take_token(jwti_aws_run_t *run, jwti_str_t body)
{
    if (jwti_aws_run_token(run, body) != JWTI_OK) {
        (void) jwti_aws_run_error(run, "%s: the token is empty, too long or "
                                  "has a character that a header cannot have",
                                  jwti_aws_imds_label(run));
        return JWTI_AWS_RUN_RETRY;
    }

    run->has_token = 1;

    return JWTI_AWS_RUN_GO;
}


static jwti_aws_verdict_e
jwti_aws_imds_take_role(jwti_aws_run_t *run, jwti_str_t body)
{
    size_t  len;

    for (len = 0; len < body.len && body.data[len] != '\n'; len++) {
        /* void */
    }

    body.len = len;
    body = jwti_aws_run_trim(body);

    if (body.len > JWTI_AWS_NAME_MAX
        || !jwti_aws_imds_is_name(body, "_+=,.@-"))
    {
        return jwti_aws_run_error(run, "%s: the answer is no role's name",
                                  run->label);
    }

    memcpy(run->role_name, body.data, body.len);
    run->role_name[body.len] = '\0';

    run->state = JWTI_AWS_IMDS_CREDENTIALS;

    return JWTI_AWS_RUN_GO;
}


static jwti_aws_verdict_e
jwti_aws_imds_take_credentials(jwti_aws_run_t *run, jwti_str_t body)
{
    char          text[JWTI_AWS_IMDS_CODE_MAX + 1];
    jwti_rc_t     rc;
    jwti_str_t    code;
    jwti_json_t  *json;

    if (jwti_json_parse(body, JWTI_AWS_RUN_BODY_MAX, &json) != JWTI_OK) {
        /* says why */
        return jwti_aws_run_json(run, body);
    }

    rc = jwti_json_get_string(json, "Code", &code);
    text[0] = '\0';

    if (rc == JWTI_OK && code.len <= JWTI_AWS_IMDS_CODE_MAX
        && jwti_aws_imds_is_name(code, "_-."))
    {
        memcpy(text, code.data, code.len);
        text[code.len] = '\0';
    }

    jwti_json_free(json);

    if (rc != JWTI_NOT_FOUND && strcmp(text, "Success") != 0) {
        return jwti_aws_run_error(run, "%s: role \"%s\": %s", run->label,
                                  run->role_name,
                                  text[0] != '\0' ? text : "no success");
    }

    return jwti_aws_run_json(run, body);
}


static jwti_aws_verdict_e
jwti_aws_imds_take_region(jwti_aws_run_t *run, jwti_str_t body)
{
    body = jwti_aws_run_trim(body);

    if (!jwti_aws_region_valid(body)) {
        return jwti_aws_run_error(run, "%s: the answer is no region",
                                  jwti_aws_imds_label(run));
    }

    memcpy(run->settings.region, body.data, body.len);
    run->settings.region[body.len] = '\0';

    return JWTI_AWS_RUN_DONE;
}


/* letters, digits and others; not empty */

static int
jwti_aws_imds_is_name(jwti_str_t text, const char *others)
{
    size_t         i;
    unsigned char  ch;

    for (i = 0; i < text.len; i++) {
        ch = text.data[i];

        if (!(ch >= '0' && ch <= '9') && !(ch >= 'A' && ch <= 'Z')
            && !(ch >= 'a' && ch <= 'z')
            && (ch == '\0' || strchr(others, ch) == NULL))
        {
            return 0;
        }
    }

    return text.len != 0;
}


/* of the phase: that which asks for the region is not asked for credentials */

static const char *
jwti_aws_imds_label(const jwti_aws_run_t *run)
{
    return (run->phase == &jwti_aws_region_phase)
           ? "no AWS region is configured, instance metadata" : run->label;
}
