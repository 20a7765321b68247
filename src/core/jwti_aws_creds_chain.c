
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_chain.c: which source is used and what is to be asked for it.
 * Nothing is asked here.  Each source is a line of a table: configured or not,
 * and if it is, what follows from it.
 */


#include <string.h>

#include "jwti_aws_creds_run.h"
#include "jwti_aws_time.h"


/*
 * JWTI_NOT_FOUND: it is not configured.  JWTI_INVALID: it is, but not so that
 * it can work; error is set.
 */
typedef jwti_rc_t (*jwti_aws_chain_pt)(jwti_aws_run_t *run);

typedef struct {
    jwti_aws_source_e   source;
    jwti_aws_chain_pt   plan;
    unsigned            before;     /* asked before a profile that the
                                     * configuration names */
    const char         *missing;    /* when only this source may be used */
} jwti_aws_chain_t;


static jwti_rc_t jwti_aws_chain_choose(jwti_aws_run_t *run);
static jwti_rc_t jwti_aws_chain_env(jwti_aws_run_t *run);
static jwti_rc_t jwti_aws_chain_web(jwti_aws_run_t *run);
static jwti_rc_t jwti_aws_chain_container(jwti_aws_run_t *run);
static jwti_rc_t jwti_aws_chain_imds(jwti_aws_run_t *run);


static const jwti_aws_chain_t  jwti_aws_chain[] = {
    { JWTI_AWS_SOURCE_ENV, jwti_aws_chain_env, 1,
      "AWS_ACCESS_KEY_ID is not set" },
    { JWTI_AWS_SOURCE_WEB_IDENTITY, jwti_aws_chain_web, 1,
      "AWS_WEB_IDENTITY_TOKEN_FILE is not set" },
    { JWTI_AWS_SOURCE_PROFILE, jwti_aws_run_plan_profile, 0,
      "the profile has no credentials" },
    { JWTI_AWS_SOURCE_CONTAINER, jwti_aws_chain_container, 0,
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set" },
    { JWTI_AWS_SOURCE_IMDS, jwti_aws_chain_imds, 0,
      "instance metadata is switched off by AWS_EC2_METADATA_DISABLED" }
};

#define JWTI_AWS_CHAIN_LEN                                                    \
    (sizeof(jwti_aws_chain) / sizeof(jwti_aws_chain[0]))


jwti_rc_t
jwti_aws_run_plan(jwti_aws_run_t *run)
{
    const char           *name, *err;
    jwti_aws_run_role_t  *role;

    if (jwti_aws_settings_resolve(&run->settings, run->conf, run->env,
                                  &run->profiles[0], &name, &err)
        != JWTI_OK)
    {
        (void) jwti_aws_run_error(run, "%s: %s", name, err);
        return JWTI_INVALID;
    }

    if (run->conf->role_arn != NULL) {
        /* the first one that is put in is the last one that is assumed */

        role = &run->roles[run->nroles++];
        role->arn = run->conf->role_arn;
        role->external_id = run->conf->external_id;
        role->session_name = (run->conf->role_session_name != NULL)
                             ? run->conf->role_session_name
                             : JWTI_AWS_RUN_SESSION;
    }

    return jwti_aws_chain_choose(run);
}


jwti_rc_t
jwti_aws_run_plan_source(jwti_aws_run_t *run, jwti_aws_source_e source,
    const char **missing)
{
    size_t  i;

    for (i = 0; jwti_aws_chain[i].source != source; i++) {
        /* void */
    }

    *missing = jwti_aws_chain[i].missing;

    return jwti_aws_chain[i].plan(run);
}


int
jwti_aws_run_needs_sts(const jwti_aws_run_t *run)
{
    return run->nroles != 0 || run->base == JWTI_AWS_SOURCE_WEB_IDENTITY;
}


static jwti_rc_t
jwti_aws_chain_choose(jwti_aws_run_t *run)
{
    size_t                   i;
    jwti_rc_t                rc;
    const jwti_aws_chain_t  *chain;

    for (i = 0; i < JWTI_AWS_CHAIN_LEN; i++) {
        chain = &jwti_aws_chain[i];

        if (run->wanted != JWTI_AWS_SOURCE_AUTO
            ? chain->source != run->wanted
            : chain->before && run->conf->profile != NULL)
        {
            continue;
        }

        rc = chain->plan(run);

        if (rc == JWTI_OK) {
            run->source = chain->source;
        }

        if (rc != JWTI_NOT_FOUND) {
            return rc;
        }

        if (run->wanted != JWTI_AWS_SOURCE_AUTO) {
            (void) jwti_aws_run_error(run, "AWS credentials: %s",
                                      chain->missing);
            return JWTI_INVALID;
        }
    }

    (void) jwti_aws_run_error(run, "no source of AWS credentials is "
                              "configured, and instance metadata is switched "
                              "off by AWS_EC2_METADATA_DISABLED");

    return JWTI_INVALID;
}


static jwti_rc_t
jwti_aws_chain_env(jwti_aws_run_t *run)
{
    int64_t     expires;
    jwti_str_t  id, secret, token, end;

    id = jwti_aws_run_str(jwti_aws_env_get(run->env, JWTI_ENV_ACCESS_KEY_ID));
    secret = jwti_aws_run_str(jwti_aws_env_get(run->env,
                                               JWTI_ENV_SECRET_ACCESS_KEY));
    token = jwti_aws_run_str(jwti_aws_env_get(run->env,
                                              JWTI_ENV_SESSION_TOKEN));
    end = jwti_aws_run_str(jwti_aws_env_get(run->env,
                                            JWTI_ENV_CREDENTIAL_EXPIRATION));

    if (id.len == 0 && secret.len == 0) {
        return JWTI_NOT_FOUND;
    }

    if (id.len == 0 || secret.len == 0) {
        (void) jwti_aws_run_error(run, "environment: %s is set, %s is not",
                                  id.len != 0 ? "AWS_ACCESS_KEY_ID"
                                              : "AWS_SECRET_ACCESS_KEY",
                                  id.len != 0 ? "AWS_SECRET_ACCESS_KEY"
                                              : "AWS_ACCESS_KEY_ID");
        return JWTI_INVALID;
    }

    expires = 0;

    if (end.len != 0
        && (jwti_aws_time_parse(&expires, end) != JWTI_OK || expires <= 0))
    {
        (void) jwti_aws_run_error(run, "environment: "
                                  "AWS_CREDENTIAL_EXPIRATION is no time");
        return JWTI_INVALID;
    }

    if (token.len != 0) {
        run->warning = "the credentials of the environment are temporary, and "
                       "nobody renews them there";
    }

    run->base = JWTI_AWS_SOURCE_ENV;
    run->label = "environment";

    return jwti_aws_run_take(run, run->label, id, secret, token, expires);
}


static jwti_rc_t
jwti_aws_chain_web(jwti_aws_run_t *run)
{
    const char  *name;

    run->token_file = jwti_aws_env_get(run->env,
                                       JWTI_ENV_WEB_IDENTITY_TOKEN_FILE);

    if (run->token_file == NULL) {
        return JWTI_NOT_FOUND;
    }

    run->web.arn = jwti_aws_env_get(run->env, JWTI_ENV_ROLE_ARN);

    if (run->web.arn == NULL) {
        (void) jwti_aws_run_error(run, "web identity: "
                                  "AWS_WEB_IDENTITY_TOKEN_FILE is set, "
                                  "AWS_ROLE_ARN is not");
        return JWTI_INVALID;
    }

    name = jwti_aws_env_get(run->env, JWTI_ENV_ROLE_SESSION_NAME);
    run->web.session_name = (name != NULL) ? name : JWTI_AWS_RUN_SESSION;

    run->base = JWTI_AWS_SOURCE_WEB_IDENTITY;
    run->label = "web identity";

    return JWTI_OK;
}


static jwti_rc_t
jwti_aws_chain_container(jwti_aws_run_t *run)
{
    if (jwti_aws_env_get(run->env, JWTI_ENV_CONTAINER_RELATIVE_URI) == NULL
        && jwti_aws_env_get(run->env, JWTI_ENV_CONTAINER_FULL_URI) == NULL)
    {
        return JWTI_NOT_FOUND;
    }

    run->base = JWTI_AWS_SOURCE_CONTAINER;
    run->label = "container credentials";

    return JWTI_OK;
}


static jwti_rc_t
jwti_aws_chain_imds(jwti_aws_run_t *run)
{
    if (jwti_aws_env_is_true(run->env, JWTI_ENV_METADATA_DISABLED)) {
        return JWTI_NOT_FOUND;
    }

    run->base = JWTI_AWS_SOURCE_IMDS;
    run->label = (run->wanted == JWTI_AWS_SOURCE_AUTO)
                 ? "no other source of AWS credentials is configured, "
                   "instance metadata"
                 : "instance metadata";

    return JWTI_OK;
}
