
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_phases.c: a run as a whole: from phase to phase, its delays
 * and its last words.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "jwti_aws_creds_run.h"
#include "jwti_buf.h"


/* milliseconds */
#define JWTI_AWS_RUN_SHORT         50                 /* delays, */
#define JWTI_AWS_RUN_LONG          1000               /* doubled */
#define JWTI_AWS_RUN_AFTER_MAX     60000              /* that is asked for */


static const jwti_aws_phase_t *jwti_aws_phases_next(
    const jwti_aws_run_t *run);


/* of a source that has to be asked; NULL: the plan has the credentials */
static const jwti_aws_phase_t  *const
    jwti_aws_phases_base[JWTI_AWS_SOURCES] =
{
    [JWTI_AWS_SOURCE_WEB_IDENTITY] = &jwti_aws_web_phase,
    [JWTI_AWS_SOURCE_CONTAINER] = &jwti_aws_container_phase,
    [JWTI_AWS_SOURCE_IMDS] = &jwti_aws_imds_phase
};


jwti_aws_run_t *
jwti_aws_run_create(const jwti_aws_conf_t *conf, const jwti_aws_env_t *env,
    jwti_aws_source_e wanted)
{
    jwti_aws_run_t  *run;

    run = calloc(1, sizeof(jwti_aws_run_t));

    if (run == NULL) {
        return NULL;
    }

    run->conf = conf;
    run->env = env;
    run->wanted = wanted;
    run->label = "";
    run->phase = &jwti_aws_files_phase;

    return run;
}


void
jwti_aws_run_free(jwti_aws_run_t *run)
{
    size_t  i;

    if (run == NULL) {
        return;
    }

    for (i = 0; i < JWTI_AWS_RUN_PROFILES; i++) {
        jwti_aws_profile_free(&run->profiles[i]);
    }

    jwti_aws_run_forget_files(run);

    OPENSSL_cleanse(run, sizeof(jwti_aws_run_t));
    free(run);
}


jwti_aws_verdict_e
jwti_aws_run_advance(jwti_aws_run_t *run)
{
    if (run->phase == &jwti_aws_files_phase) {

        if (jwti_aws_run_plan(run) != JWTI_OK) {
            return JWTI_AWS_RUN_FAILED;
        }

        jwti_aws_run_forget_files(run);
    }

    run->phase = jwti_aws_phases_next(run);
    run->state = 0;
    run->attempts = 0;

    return (run->phase == NULL) ? JWTI_AWS_RUN_DONE : JWTI_AWS_RUN_GO;
}


int64_t
jwti_aws_run_delay(const jwti_aws_run_t *run, uint32_t random)
{
    int64_t  delay, after;

    delay = (run->verdict == JWTI_AWS_RUN_RETRY_LATER) ? JWTI_AWS_RUN_LONG
                                                       : JWTI_AWS_RUN_SHORT;

    delay = jwti_aws_run_pick(delay << (run->attempts - 1), random);
    after = run->retry_after;

    if (after > JWTI_AWS_RUN_AFTER_MAX) {
        after = JWTI_AWS_RUN_AFTER_MAX;
    }

    if (after > delay + 5000) {
        after = delay + 5000;
    }

    return (after > delay) ? after : delay;
}


int64_t
jwti_aws_run_pick(int64_t limit, uint32_t random)
{
    return (int64_t) (((uint64_t) limit + 1) * random >> 32);
}


void
jwti_aws_run_explain(const jwti_aws_run_t *run,
    char text[JWTI_AWS_CREDS_ERROR_SIZE])
{
    size_t      max;
    jwti_buf_t  buf;
    jwti_str_t  error;

    error = jwti_aws_run_str(run->error);

    jwti_buf_init(&buf, text, JWTI_AWS_CREDS_ERROR_SIZE);

    if (run->note != NULL) {

        max = JWTI_AWS_CREDS_ERROR_SIZE - strlen(run->note) - 3;

        if (error.len > max) {
            error.len = max;
        }

        jwti_buf_str(&buf, error);
        jwti_buf_text(&buf, "; ");
        error = jwti_aws_run_str(run->note);
    }

    jwti_buf_str(&buf, error);
    jwti_buf_byte(&buf, '\0');
}


void
jwti_aws_run_describe(const jwti_aws_run_t *run,
    char text[JWTI_AWS_CREDS_SOURCE_SIZE])
{
    int          profile;
    char        *pos;
    const char  *role, *base;

    static const char  *const names[JWTI_AWS_SOURCES] = {
        [JWTI_AWS_SOURCE_AUTO] = "",
        [JWTI_AWS_SOURCE_ENV] = "environment",
        [JWTI_AWS_SOURCE_WEB_IDENTITY] = "web identity",
        [JWTI_AWS_SOURCE_PROFILE] = "",
        [JWTI_AWS_SOURCE_CONTAINER] = "container",
        [JWTI_AWS_SOURCE_IMDS] = "instance metadata"
    };

    profile = (run->source == JWTI_AWS_SOURCE_PROFILE);
    base = names[run->base];

    role = (run->roles[0].arn != NULL) ? run->roles[0].arn : run->web.arn;

    (void) snprintf(text, JWTI_AWS_CREDS_SOURCE_SIZE,
                    "%s%.*s%s%s%s%s%.*s%s",
                    profile ? "profile \"" : "",
                    JWTI_AWS_NAME_MAX, profile ? run->profile_name : "",
                    profile ? "\"" : "",
                    profile && base[0] != '\0' ? ", " : "", base,
                    (role != NULL) ? ", role \"" : "",
                    128, (role != NULL) ? role : "",
                    (role != NULL) ? "\"" : "");

    for (pos = text; *pos != '\0'; pos++) {
        if ((unsigned char) *pos < 0x20 || (unsigned char) *pos > 0x7e) {
            *pos = '?';
        }
    }
}


/* the one after run's; the region's and a base's come once */

static const jwti_aws_phase_t *
jwti_aws_phases_next(const jwti_aws_run_t *run)
{
    const jwti_aws_phase_t  *base;

    base = jwti_aws_phases_base[run->base];

    if (run->phase == &jwti_aws_files_phase
        && run->settings.region[0] == '\0'
        && (run->conf->need_region || jwti_aws_run_needs_sts(run)))
    {
        return &jwti_aws_region_phase;
    }

    if ((run->phase == &jwti_aws_files_phase
         || run->phase == &jwti_aws_region_phase)
        && base != NULL)
    {
        return base;
    }

    return (run->nroles != 0) ? &jwti_aws_role_phase : NULL;
}
