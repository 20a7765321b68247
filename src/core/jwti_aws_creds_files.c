
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_files.c: the phase that reads AWS's shared files.  Their
 * texts are kept until the plan is made: profiles name each other.
 */


#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "jwti_aws_creds_run.h"


typedef struct {
    jwti_aws_env_e  env;
    const char     *path;       /* when the variable is not set */
    const char     *note;
} jwti_aws_files_t;


static jwti_aws_verdict_e jwti_aws_files_next(jwti_aws_run_t *run,
    int64_t now);
static jwti_aws_verdict_e jwti_aws_files_file(jwti_aws_run_t *run,
    jwti_str_t text, int error);
static jwti_aws_verdict_e jwti_aws_files_missing(jwti_aws_run_t *run,
    int error);
static void jwti_aws_files_name(jwti_aws_run_t *run);
static void jwti_aws_files_broken(jwti_aws_run_t *run, const char *file,
    const jwti_aws_profile_error_t *error);


/* by jwti_aws_file_e: the config file first */
static const jwti_aws_files_t  jwti_aws_files[2] = {
    [JWTI_AWS_CONFIG_FILE] = {
        JWTI_ENV_CONFIG_FILE, "~/.aws/config",
        "~/.aws/config was left out: an unprivileged process reads it, and "
        "may not"
    },
    [JWTI_AWS_CREDENTIALS_FILE] = {
        JWTI_ENV_SHARED_CREDENTIALS_FILE, "~/.aws/credentials",
        "~/.aws/credentials was left out: an unprivileged process reads it, "
        "and may not"
    }
};

const jwti_aws_phase_t  jwti_aws_files_phase = {
    jwti_aws_files_next, jwti_aws_files_file, NULL
};


/* state: the file */

static jwti_aws_verdict_e
jwti_aws_files_next(jwti_aws_run_t *run, int64_t now)
{
    const char              *path;
    const jwti_aws_files_t  *file;

    (void) now;

    jwti_aws_files_name(run);

    while (run->state < 2) {
        file = &jwti_aws_files[run->state];
        path = jwti_aws_env_get(run->env, file->env);

        run->path = jwti_aws_run_path(run, (path != NULL) ? path : file->path);
        run->max = JWTI_AWS_FILE_MAX;

        if (run->path != NULL) {
            return JWTI_AWS_RUN_FILE;
        }

        if (path != NULL) {
            return jwti_aws_run_error(run, "%s: HOME is not set or too long",
                                      jwti_aws_env_name(file->env));
        }

        run->state++;
    }

    if (jwti_aws_run_profile(run, run->profile_name) != JWTI_OK) {
        return JWTI_AWS_RUN_FAILED;
    }

    return JWTI_AWS_RUN_DONE;
}


static jwti_aws_verdict_e
jwti_aws_files_file(jwti_aws_run_t *run, jwti_str_t text, int error)
{
    char  *copy;

    if (error == 0 && text.len > run->max) {
        error = EFBIG;
    }

    if (error != 0) {
        return jwti_aws_files_missing(run, error);
    }

    copy = malloc(text.len + 1);

    if (copy == NULL) {
        return jwti_aws_run_error(run, "out of memory");
    }

    if (text.len != 0) {
        memcpy(copy, text.data, text.len);
    }

    run->texts[run->state] = copy;
    run->lens[run->state] = text.len;
    run->state++;

    return JWTI_AWS_RUN_GO;
}


static jwti_aws_verdict_e
jwti_aws_files_missing(jwti_aws_run_t *run, int error)
{
    const jwti_aws_files_t  *file;

    file = &jwti_aws_files[run->state];

    if (jwti_aws_env_get(run->env, file->env) != NULL) {
        return jwti_aws_run_error(run, "%s \"%s\": %s",
                                  jwti_aws_env_name(file->env), run->path,
                                  jwti_aws_run_errno(error));
    }

    if (error == ENOENT || error == ENOTDIR) {
        run->state++;
        return JWTI_AWS_RUN_GO;
    }

    /*
     * The home directory of the superuser says EACCES whatever is in it.  It
     * is no error where nobody asked for a profile, but it is told when no
     * other source is found.
     */

    if ((error == EACCES || error == EPERM) && !run->explicit_profile) {
        run->note = file->note;
        run->state++;
        return JWTI_AWS_RUN_GO;
    }

    return jwti_aws_run_error(run, "\"%s\": %s", run->path,
                              jwti_aws_run_errno(error));
}


static void
jwti_aws_files_name(jwti_aws_run_t *run)
{
    run->profile_name = run->conf->profile;

    if (run->profile_name == NULL) {
        run->profile_name = jwti_aws_env_get(run->env, JWTI_ENV_PROFILE);
    }

    run->explicit_profile = run->profile_name != NULL
                            || run->wanted == JWTI_AWS_SOURCE_PROFILE;

    if (run->profile_name == NULL) {
        run->profile_name = "default";
    }
}


jwti_rc_t
jwti_aws_run_profile(jwti_aws_run_t *run, const char *name)
{
    unsigned                   i;
    jwti_rc_t                  rc;
    jwti_str_t                 text;
    jwti_aws_profile_t        *profile;
    jwti_aws_profile_error_t   error;

    profile = &run->profiles[run->nprofiles];
    run->names[run->nprofiles] = name;
    run->nprofiles++;

    for (i = 0; i < 2; i++) {

        if (run->texts[i] == NULL) {
            continue;
        }

        text.data = (const unsigned char *) run->texts[i];
        text.len = run->lens[i];

        rc = jwti_aws_profile_read(profile, name, (jwti_aws_file_e) i, text,
                                   &error);

        if (rc != JWTI_OK) {
            jwti_aws_files_broken(run, (i == 0) ? "config file"
                                                : "credentials file", &error);
            return rc;
        }
    }

    return JWTI_OK;
}


static void
jwti_aws_files_broken(jwti_aws_run_t *run, const char *file,
    const jwti_aws_profile_error_t *error)
{
    const char  *name;

    name = (error->key != NULL) ? error->key : "";

    if (error->line == 0) {
        (void) jwti_aws_run_error(run, "AWS %s: %s", file, error->text);

    } else {
        (void) jwti_aws_run_error(run, "AWS %s, line %zu: %s%s%s", file,
                                  error->line, name, *name ? ": " : "",
                                  error->text);
    }
}


void
jwti_aws_run_forget_files(jwti_aws_run_t *run)
{
    unsigned  i;

    for (i = 0; i < 2; i++) {

        if (run->texts[i] != NULL) {
            OPENSSL_cleanse(run->texts[i], run->lens[i]);
            free(run->texts[i]);
            run->texts[i] = NULL;
            run->lens[i] = 0;
        }
    }
}
