
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_roles.c: the plan for a profile of the shared files: keys,
 * a web identity, or a role for what another profile or source gives.
 */


#include <string.h>

#include "jwti_aws_creds_run.h"


typedef struct {
    const char         *name;       /* credential_source */
    jwti_aws_source_e   source;
} jwti_aws_roles_word_t;


static jwti_rc_t jwti_aws_roles_keys(jwti_aws_run_t *run,
    const jwti_aws_profile_t *profile, const char *name);
static jwti_rc_t jwti_aws_roles_identity(jwti_aws_run_t *run,
    const jwti_aws_profile_t *profile, const char *name);
static jwti_rc_t jwti_aws_roles_role(jwti_aws_run_t *run,
    const jwti_aws_profile_t *profile, const char *name, const char **next);
static jwti_rc_t jwti_aws_roles_word(jwti_aws_run_t *run, const char *word,
    const char *name);
static jwti_rc_t jwti_aws_roles_follow(jwti_aws_run_t *run, const char *name);
static jwti_rc_t jwti_aws_roles_settings(jwti_aws_run_t *run,
    const jwti_aws_profile_t *profile, const char *name,
    jwti_aws_run_role_t *role);


static const jwti_aws_roles_word_t  jwti_aws_roles_words[] = {
    { "Environment", JWTI_AWS_SOURCE_ENV },
    { "Ec2InstanceMetadata", JWTI_AWS_SOURCE_IMDS },
    { "EcsContainer", JWTI_AWS_SOURCE_CONTAINER }
};

#define JWTI_AWS_ROLES_WORDS                                                  \
    (sizeof(jwti_aws_roles_words) / sizeof(jwti_aws_roles_words[0]))


/* follows source_profile until one has credentials or names a source */

jwti_rc_t
jwti_aws_run_plan_profile(jwti_aws_run_t *run)
{
    jwti_rc_t            rc;
    const char          *name, *next;
    jwti_aws_profile_t  *profile;

    for ( ;; ) {
        profile = &run->profiles[run->nprofiles - 1];
        name = run->names[run->nprofiles - 1];

        if (!profile->found) {

            if (run->nprofiles == 1 && !run->explicit_profile) {
                return JWTI_NOT_FOUND;
            }

            (void) jwti_aws_run_error(run, "profile \"%s\": not found in AWS's "
                                      "shared files", name);
            return JWTI_INVALID;
        }

        if (profile->refused != NULL) {
            (void) jwti_aws_run_error(run, "profile \"%s\": %s", name,
                                      profile->refused);
            return JWTI_INVALID;
        }

        rc = jwti_aws_roles_identity(run, profile, name);

        if (rc != JWTI_NOT_FOUND) {
            return rc;
        }

        next = NULL;
        rc = jwti_aws_roles_role(run, profile, name, &next);

        if (rc == JWTI_NOT_FOUND) {
            rc = jwti_aws_roles_keys(run, profile, name);
        }

        if (rc == JWTI_NOT_FOUND && run->nprofiles > 1) {
            (void) jwti_aws_run_error(run, "profile \"%s\": it is a "
                                      "source_profile, but has no credentials",
                                      name);
            return JWTI_INVALID;
        }

        if (rc != JWTI_OK || next == NULL) {
            return rc;
        }

        if (strcmp(next, name) == 0) {
            /* the one use of a profile as its own source */

            rc = jwti_aws_roles_keys(run, profile, name);

            if (rc == JWTI_NOT_FOUND) {
                (void) jwti_aws_run_error(run, "profile \"%s\": it is its own "
                                          "source_profile, but has no keys",
                                          name);
                return JWTI_INVALID;
            }

            return rc;
        }

        if (jwti_aws_roles_follow(run, next) != JWTI_OK) {
            return JWTI_INVALID;
        }
    }
}


static jwti_rc_t
jwti_aws_roles_keys(jwti_aws_run_t *run, const jwti_aws_profile_t *profile,
    const char *name)
{
    jwti_str_t  id, secret, token;

    id = jwti_aws_run_str(jwti_aws_profile_get(profile,
                                             JWTI_PROFILE_ACCESS_KEY_ID));
    secret = jwti_aws_run_str(jwti_aws_profile_get(profile,
                                             JWTI_PROFILE_SECRET_ACCESS_KEY));
    token = jwti_aws_run_str(jwti_aws_profile_get(profile,
                                             JWTI_PROFILE_SESSION_TOKEN));

    if (id.len == 0 && secret.len == 0) {
        return JWTI_NOT_FOUND;
    }

    if (id.len == 0 || secret.len == 0) {
        (void) jwti_aws_run_error(run, "profile \"%s\": %s is set, %s is not",
                                  name,
                                  id.len != 0 ? "aws_access_key_id"
                                              : "aws_secret_access_key",
                                  id.len != 0 ? "aws_secret_access_key"
                                              : "aws_access_key_id");
        return JWTI_INVALID;
    }

    run->base = JWTI_AWS_SOURCE_PROFILE;
    run->label = "profile";

    return jwti_aws_run_take(run, run->label, id, secret, token, 0);
}


static jwti_rc_t
jwti_aws_roles_identity(jwti_aws_run_t *run,
    const jwti_aws_profile_t *profile, const char *name)
{
    run->token_file = jwti_aws_profile_get(profile,
                                         JWTI_PROFILE_WEB_IDENTITY_TOKEN_FILE);

    if (run->token_file == NULL) {
        return JWTI_NOT_FOUND;
    }

    if (jwti_aws_profile_get(profile, JWTI_PROFILE_ROLE_ARN) == NULL) {
        (void) jwti_aws_run_error(run, "profile \"%s\": "
                                  "web_identity_token_file without role_arn",
                                  name);
        return JWTI_INVALID;
    }

    run->base = JWTI_AWS_SOURCE_WEB_IDENTITY;
    run->label = "web identity";

    return jwti_aws_roles_settings(run, profile, name, &run->web);
}


/* JWTI_OK: *next is the profile to follow, or NULL: base is decided */

static jwti_rc_t
jwti_aws_roles_role(jwti_aws_run_t *run, const jwti_aws_profile_t *profile,
    const char *name, const char **next)
{
    const char  *word;

    if (jwti_aws_profile_get(profile, JWTI_PROFILE_ROLE_ARN) == NULL) {
        return JWTI_NOT_FOUND;
    }

    *next = jwti_aws_profile_get(profile, JWTI_PROFILE_SOURCE_PROFILE);
    word = jwti_aws_profile_get(profile, JWTI_PROFILE_CREDENTIAL_SOURCE);

    if ((*next == NULL) == (word == NULL)) {
        (void) jwti_aws_run_error(run, "profile \"%s\": role_arn needs "
                                  "source_profile or credential_source, and "
                                  "not both", name);
        return JWTI_INVALID;
    }

    if (profile->mfa != NULL) {
        (void) jwti_aws_run_error(run, "profile \"%s\": %s", name,
                                  profile->mfa);
        return JWTI_INVALID;
    }

    if (jwti_aws_roles_settings(run, profile, name, &run->roles[run->nroles])
        != JWTI_OK)
    {
        return JWTI_INVALID;
    }

    run->nroles++;

    return (word == NULL) ? JWTI_OK : jwti_aws_roles_word(run, word, name);
}


static jwti_rc_t
jwti_aws_roles_word(jwti_aws_run_t *run, const char *word, const char *name)
{
    size_t       i;
    jwti_rc_t    rc;
    const char  *missing;

    for (i = 0; i < JWTI_AWS_ROLES_WORDS; i++) {
        if (strcmp(word, jwti_aws_roles_words[i].name) == 0) {
            break;
        }
    }

    if (i == JWTI_AWS_ROLES_WORDS) {
        (void) jwti_aws_run_error(run, "profile \"%s\": credential_source is "
                                  "none of Environment, Ec2InstanceMetadata, "
                                  "EcsContainer", name);
        return JWTI_INVALID;
    }

    rc = jwti_aws_run_plan_source(run, jwti_aws_roles_words[i].source,
                                  &missing);

    if (rc == JWTI_NOT_FOUND) {
        (void) jwti_aws_run_error(run, "profile \"%s\": credential_source: %s",
                                  name, missing);
        return JWTI_INVALID;
    }

    /* the profile asked for it, so nothing else was looked at */

    if (rc == JWTI_OK && run->base == JWTI_AWS_SOURCE_IMDS) {
        run->label = "instance metadata";
    }

    return rc;
}


static jwti_rc_t
jwti_aws_roles_follow(jwti_aws_run_t *run, const char *name)
{
    size_t  i;

    for (i = 0; i < run->nprofiles; i++) {

        if (strcmp(run->names[i], name) == 0) {
            (void) jwti_aws_run_error(run, "profile \"%s\": source_profile "
                                      "leads back to it", name);
            return JWTI_INVALID;
        }
    }

    if (run->nprofiles == JWTI_AWS_RUN_PROFILES) {
        (void) jwti_aws_run_error(run, "profile \"%s\": more than %d profiles "
                                  "in a row", run->names[0],
                                  JWTI_AWS_RUN_PROFILES);
        return JWTI_INVALID;
    }

    return (jwti_aws_run_profile(run, name) == JWTI_OK) ? JWTI_OK
                                                        : JWTI_INVALID;
}


static jwti_rc_t
jwti_aws_roles_settings(jwti_aws_run_t *run,
    const jwti_aws_profile_t *profile, const char *name,
    jwti_aws_run_role_t *role)
{
    unsigned     n;
    const char  *text;

    role->arn = jwti_aws_profile_get(profile, JWTI_PROFILE_ROLE_ARN);
    role->external_id = jwti_aws_profile_get(profile,
                                             JWTI_PROFILE_EXTERNAL_ID);
    role->session_name = jwti_aws_profile_get(profile,
                                              JWTI_PROFILE_ROLE_SESSION_NAME);

    if (role->session_name == NULL) {
        role->session_name = JWTI_AWS_RUN_SESSION;
    }

    n = 0;
    text = jwti_aws_profile_get(profile, JWTI_PROFILE_DURATION_SECONDS);

    if (text != NULL) {

        while (*text >= '0' && *text <= '9' && n <= JWTI_AWS_DURATION_MAX) {
            n = n * 10 + (unsigned) (*text++ - '0');
        }

        if (*text != '\0' || n < JWTI_AWS_DURATION_MIN
            || n > JWTI_AWS_DURATION_MAX)
        {
            (void) jwti_aws_run_error(run, "profile \"%s\": duration_seconds "
                                      "is not 900 to 43200", name);
            return JWTI_INVALID;
        }
    }

    role->duration = n;

    return JWTI_OK;
}
