
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds.c: the credentials that are in use, when they are renewed,
 * and the run that renews them, which it takes from phase to phase.
 */


#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "jwti_aws_creds_run.h"
#include "jwti_schedule.h"


/* milliseconds */
#define JWTI_AWS_CREDS_AHEAD         (15 * 60 * 1000)   /* of the expiry */
#define JWTI_AWS_CREDS_REREAD        (5 * 60 * 1000)    /* keys in files */
#define JWTI_AWS_CREDS_STABLE        (10 * 60 * 1000)   /* of expired ones of
                                                         * the metadata
                                                         * service */
#define JWTI_AWS_CREDS_FRESH         (60 * 1000)
#define JWTI_AWS_CREDS_LEAST         5000
#define JWTI_AWS_CREDS_BACKOFF       (5 * 60 * 1000)


struct jwti_aws_creds_s {
    const jwti_aws_conf_t   *conf;
    const jwti_aws_env_t    *env;

    jwti_aws_credentials_t   current;
    jwti_aws_settings_t      settings;
    jwti_aws_source_e        source;    /* AUTO: none has worked yet */
    int64_t                  renew;     /* of current */
    int64_t                  got;       /* when current came */
    uint64_t                 serial;    /* of current; 0: never any */
    const char              *warning;

    jwti_aws_run_t          *run;       /* NULL: none is under way */
    int64_t                  since;     /* when until was set */
    int64_t                  until;     /* of a failure, or of run's delay */
    unsigned                 fails;     /* runs in a row */

    unsigned                 have:1;    /* current */
    unsigned                 stable:1;  /* current counts past its expiry */
    unsigned                 dropped:1; /* a service refused current */
    unsigned                 forced:1;  /* current came because of that */
    unsigned                 failed:1;  /* error holds until */
    unsigned                 waiting:1; /* run is in a delay */

    char                     error[JWTI_AWS_CREDS_ERROR_SIZE];
    char                     name[JWTI_AWS_CREDS_SOURCE_SIZE];
};


static jwti_aws_step_e jwti_aws_creds_idle(const jwti_aws_creds_t *creds,
    jwti_aws_ask_t *ask);
static jwti_aws_step_e jwti_aws_creds_step(jwti_aws_creds_t *creds,
    int64_t now, uint32_t random, jwti_aws_ask_t *ask);
static void jwti_aws_creds_stop(jwti_aws_creds_t *creds);
static jwti_aws_verdict_e jwti_aws_creds_admit(jwti_aws_creds_t *creds,
    int64_t now, uint32_t random);
static int64_t jwti_aws_creds_renew(const jwti_aws_creds_t *creds,
    int64_t now, uint32_t random);
static int jwti_aws_creds_is_waiting(const jwti_aws_creds_t *creds,
    int64_t now);


jwti_rc_t
jwti_aws_creds_create(const jwti_aws_conf_t *conf, const jwti_aws_env_t *env,
    jwti_aws_creds_t **creds, const char **err)
{
    *creds = NULL;

    if (jwti_aws_conf_check(conf, err) != JWTI_OK) {
        return JWTI_INVALID;
    }

    *creds = calloc(1, sizeof(jwti_aws_creds_t));

    if (*creds == NULL) {
        *err = "out of memory";
        return JWTI_ERROR;
    }

    (*creds)->conf = conf;
    (*creds)->env = env;
    (*creds)->source = conf->source;

    return JWTI_OK;
}


void
jwti_aws_creds_free(jwti_aws_creds_t *creds)
{
    if (creds == NULL) {
        return;
    }

    jwti_aws_creds_stop(creds);

    OPENSSL_cleanse(creds, sizeof(jwti_aws_creds_t));
    free(creds);
}


jwti_aws_step_e
jwti_aws_creds_next(jwti_aws_creds_t *creds, int64_t now, uint32_t random,
    jwti_aws_ask_t *ask)
{
    int              usable;
    jwti_aws_step_e  step;

    memset(ask, 0, sizeof(jwti_aws_ask_t));

    if (creds->run == NULL) {
        usable = (jwti_aws_creds_get(creds, now, NULL) != NULL);

        if ((creds->failed && jwti_aws_creds_is_waiting(creds, now))
            || (!creds->failed && usable && now < creds->renew))
        {
            return jwti_aws_creds_idle(creds, ask);
        }

        creds->failed = 0;
        creds->run = jwti_aws_run_create(creds->conf, creds->env,
                                         creds->source);
    }

    if (creds->run == NULL) {
        (void) snprintf(creds->error, sizeof(creds->error), "out of memory");

    } else {
        step = jwti_aws_creds_step(creds, now, random, ask);

        if (step != JWTI_AWS_STEP_FAILED) {
            return step;
        }
    }

    jwti_aws_creds_stop(creds);

    if (creds->fails < UINT16_MAX) {
        creds->fails++;
    }

    creds->failed = 1;
    creds->since = now;
    creds->until = now + jwti_schedule_next(JWTI_AWS_CREDS_BACKOFF,
                                            creds->fails, random);

    return jwti_aws_creds_idle(creds, ask);
}


void
jwti_aws_creds_file(jwti_aws_creds_t *creds, jwti_str_t text, int error)
{
    jwti_aws_run_t  *run;

    run = creds->run;

    if (run != NULL && run->verdict == JWTI_AWS_RUN_FILE) {
        run->verdict = run->phase->file(run, text, error);
    }
}


void
jwti_aws_creds_http(jwti_aws_creds_t *creds,
    const jwti_http_response_t *response, int64_t now)
{
    jwti_aws_run_t  *run;

    run = creds->run;

    if (run != NULL && run->verdict == JWTI_AWS_RUN_HTTP) {
        run->verdict = run->phase->http(run, response, now);
    }
}


const jwti_aws_credentials_t *
jwti_aws_creds_get(const jwti_aws_creds_t *creds, int64_t now,
    uint64_t *serial)
{
    if (!creds->have
        || (!creds->stable && creds->current.expires != 0
            && now / 1000 >= creds->current.expires))
    {
        return NULL;
    }

    if (serial != NULL) {
        *serial = creds->serial;
    }

    return &creds->current;
}


int
jwti_aws_creds_expired(jwti_aws_creds_t *creds, uint64_t serial, int64_t now)
{
    if (!creds->have || serial != creds->serial) {
        /* others have come, or are being fetched */
        return 1;
    }

    if (creds->forced && now >= creds->got
        && now - creds->got < JWTI_AWS_CREDS_FRESH)
    {
        return 0;
    }

    OPENSSL_cleanse(&creds->current, sizeof(jwti_aws_credentials_t));

    creds->have = 0;
    creds->dropped = 1;
    creds->failed = 0;

    return 1;
}


const jwti_aws_settings_t *
jwti_aws_creds_settings(const jwti_aws_creds_t *creds)
{
    return (creds->serial != 0) ? &creds->settings : NULL;
}


const char *
jwti_aws_creds_source(const jwti_aws_creds_t *creds)
{
    return creds->name;
}


const char *
jwti_aws_creds_warning(const jwti_aws_creds_t *creds)
{
    return creds->warning;
}


static void
jwti_aws_creds_stop(jwti_aws_creds_t *creds)
{
    jwti_aws_run_free(creds->run);

    creds->run = NULL;
    creds->waiting = 0;
}


/* no run is under way, and none is due */

static jwti_aws_step_e
jwti_aws_creds_idle(const jwti_aws_creds_t *creds, jwti_aws_ask_t *ask)
{
    if (creds->failed) {
        ask->error = creds->error;
        ask->until = creds->until;
        return JWTI_AWS_STEP_FAILED;
    }

    ask->until = creds->renew;

    /* sooner than that they may end */

    if (!creds->stable && creds->current.expires != 0
        && ask->until / 1000 >= creds->current.expires)
    {
        ask->until = creds->current.expires * 1000;
    }

    return JWTI_AWS_STEP_READY;
}


static jwti_aws_step_e
jwti_aws_creds_step(jwti_aws_creds_t *creds, int64_t now, uint32_t random,
    jwti_aws_ask_t *ask)
{
    jwti_aws_run_t  *run;

    run = creds->run;

    for ( ;; ) {

        switch (run->verdict) {

        case JWTI_AWS_RUN_GO:

            if (creds->waiting && jwti_aws_creds_is_waiting(creds, now)) {
                ask->until = creds->until;
                return JWTI_AWS_STEP_WAIT;
            }

            creds->waiting = 0;
            run->verdict = run->phase->next(run, now);
            break;

        case JWTI_AWS_RUN_FILE:
            ask->path = run->path;
            ask->max = run->max;
            return JWTI_AWS_STEP_READ_FILE;

        case JWTI_AWS_RUN_HTTP:
            ask->request = run->request;
            return JWTI_AWS_STEP_HTTP;

        case JWTI_AWS_RUN_DONE:
            run->verdict = jwti_aws_run_advance(run);

            if (run->verdict != JWTI_AWS_RUN_DONE) {
                break;
            }

            run->verdict = jwti_aws_creds_admit(creds, now, random);

            if (run->verdict != JWTI_AWS_RUN_DONE) {
                break;
            }

            jwti_aws_creds_stop(creds);

            return jwti_aws_creds_idle(creds, ask);

        case JWTI_AWS_RUN_RETRY:
        case JWTI_AWS_RUN_RETRY_LATER:

            if (++run->attempts == JWTI_AWS_RUN_ATTEMPTS) {
                run->verdict = JWTI_AWS_RUN_FAILED;
                break;
            }

            creds->waiting = 1;
            creds->since = now;
            creds->until = now + jwti_aws_run_delay(run, random);

            run->retry_after = 0;
            run->verdict = JWTI_AWS_RUN_GO;
            break;

        case JWTI_AWS_RUN_FAILED:
            jwti_aws_run_explain(run, creds->error);
            return JWTI_AWS_STEP_FAILED;
        }
    }
}


static jwti_aws_verdict_e
jwti_aws_creds_admit(jwti_aws_creds_t *creds, int64_t now, uint32_t random)
{
    int              stable;
    jwti_aws_run_t  *run;

    run = creds->run;
    stable = (run->base == JWTI_AWS_SOURCE_IMDS && run->roles[0].arn == NULL);

    if (run->credentials.expires != 0 && !stable
        && now / 1000 >= run->credentials.expires)
    {
        return jwti_aws_run_error(run, "%s: the credentials have expired "
                                  "already, or the clock is wrong",
                                  run->label);
    }

    creds->current = run->credentials;
    creds->settings = run->settings;
    creds->source = run->source;
    creds->warning = run->warning;
    creds->stable = stable ? 1 : 0;
    creds->forced = creds->dropped;
    creds->dropped = 0;
    creds->have = 1;
    creds->failed = 0;
    creds->fails = 0;
    creds->got = now;
    creds->serial++;
    creds->renew = jwti_aws_creds_renew(creds, now, random);

    jwti_aws_run_describe(run, creds->name);

    return JWTI_AWS_RUN_DONE;
}


static int64_t
jwti_aws_creds_renew(const jwti_aws_creds_t *creds, int64_t now,
    uint32_t random)
{
    int64_t  left, ahead;

    if (creds->current.expires == 0) {

        if (creds->source != JWTI_AWS_SOURCE_PROFILE) {
            return INT64_MAX;
        }

        return now + JWTI_AWS_CREDS_REREAD
               + jwti_aws_run_pick(JWTI_AWS_CREDS_REREAD / 10, random);
    }

    left = creds->current.expires * 1000 - now;

    if (left <= 0) {
        /* the metadata service has no better ones for now */

        return now + JWTI_AWS_CREDS_STABLE
               + jwti_aws_run_pick(JWTI_AWS_CREDS_STABLE / 2, random);
    }

    ahead = (left / 3 < JWTI_AWS_CREDS_AHEAD) ? left / 3
                                              : JWTI_AWS_CREDS_AHEAD;

    left -= ahead - ahead / 10 + jwti_aws_run_pick(ahead / 5, random);

    return now + (left > JWTI_AWS_CREDS_LEAST ? left : JWTI_AWS_CREDS_LEAST);
}


/* a clock that was set back must not make a delay of hours */

static int
jwti_aws_creds_is_waiting(const jwti_aws_creds_t *creds, int64_t now)
{
    return now >= creds->since && now < creds->until;
}
