
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_run.h: inside of jwti_aws_creds: one attempt to get
 * credentials, from the files to the last role.  Only jwti_aws_creds*.c
 * include it.
 *
 * A run goes through phases: files, the plan (which is no phase, as it asks
 * nothing), the region when the metadata service has to say it, the base
 * credentials, each role.  A phase is a small machine of its own: next() says
 * what to ask, file() or http() takes the answer.
 */


#ifndef JWTI_AWS_CREDS_RUN_H_INCLUDED
#define JWTI_AWS_CREDS_RUN_H_INCLUDED


#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"
#include "jwti_aws_creds.h"


#pragma GCC visibility push(hidden)


/* a profile and those it names in turn; with the role of the configuration */
#define JWTI_AWS_RUN_PROFILES    5
#define JWTI_AWS_RUN_ROLES       (JWTI_AWS_RUN_PROFILES + 1)

/* who a role is used as, in AWS's logs, when nobody says */
#define JWTI_AWS_RUN_SESSION     "jwt-issuer"

/* of one phase, the first included */
#define JWTI_AWS_RUN_ATTEMPTS    3

#define JWTI_AWS_RUN_TOKEN_MAX   JWTI_AWS_WEB_TOKEN_MAX
#define JWTI_AWS_RUN_URL_MAX     (4096 + 64)
#define JWTI_AWS_RUN_BODY_MAX    (64 * 1024)


typedef struct jwti_aws_run_s  jwti_aws_run_t;

/* what a phase says of itself, after a question or an answer */
typedef enum {
    JWTI_AWS_RUN_GO = 0,        /* call its next() again */
    JWTI_AWS_RUN_FILE,          /* next() only: path and max are set */
    JWTI_AWS_RUN_HTTP,          /* next() only: request is set */
    JWTI_AWS_RUN_DONE,
    JWTI_AWS_RUN_RETRY,         /* next() again after a short delay, if the
                                 * attempts are not used up; error is set */
    JWTI_AWS_RUN_RETRY_LATER,   /* the same after a long delay */
    JWTI_AWS_RUN_FAILED         /* error is set */
} jwti_aws_verdict_e;

typedef struct {
    jwti_aws_verdict_e  (*next)(jwti_aws_run_t *run, int64_t now);

    /* NULL when the phase never asks so */
    jwti_aws_verdict_e  (*file)(jwti_aws_run_t *run, jwti_str_t text,
                                int error);
    jwti_aws_verdict_e  (*http)(jwti_aws_run_t *run,
                                const jwti_http_response_t *response,
                                int64_t now);
} jwti_aws_phase_t;

/* strings belong to the configuration, the environment or a profile */
typedef struct {
    const char  *arn;
    const char  *external_id;   /* NULL: none */
    const char  *session_name;
    unsigned     duration;      /* seconds; 0: the service's default */
} jwti_aws_run_role_t;

struct jwti_aws_run_s {
    const jwti_aws_conf_t       *conf;
    const jwti_aws_env_t        *env;

    /* the phase */
    const jwti_aws_phase_t      *phase;
    jwti_aws_verdict_e           verdict;   /* FILE, HTTP: not answered yet */
    unsigned                     state;     /* the phase's own, 0 at first */
    unsigned                     attempts;  /* that failed */
    int64_t                      retry_after;   /* asked for; 0: not */

    /* what is asked */
    const char                  *path;
    size_t                       max;
    const jwti_http_request_t   *request;

    /* the files */
    char                        *texts[2];  /* NULL: not there */
    size_t                       lens[2];
    const char                  *note;      /* one that may not be read */
    const char                  *profile_name;
    unsigned                     explicit_profile:1;

    /* [0] is the one that was chosen, the others those it names */
    jwti_aws_profile_t           profiles[JWTI_AWS_RUN_PROFILES];
    const char                  *names[JWTI_AWS_RUN_PROFILES];
    size_t                       nprofiles;
    jwti_aws_settings_t          settings;

    /* the plan */
    jwti_aws_source_e            wanted;    /* AUTO: any */
    jwti_aws_source_e            source;    /* where the chain ended */
    jwti_aws_source_e            base;      /* what is asked for base
                                             * credentials; ENV, PROFILE: they
                                             * are there */
    const char                  *label;     /* of base, for errors */
    jwti_aws_run_role_t          web;       /* WEB_IDENTITY */
    const char                  *token_file;
    jwti_aws_run_role_t          roles[JWTI_AWS_RUN_ROLES];
    size_t                       nroles;    /* left, the last one is next */
    const char                  *warning;

    /* the result, so far */
    jwti_aws_credentials_t       credentials;
    int64_t                      skew;      /* of the service's clock */

    /* secrets of an exchange, terminated */
    char                         token[JWTI_AWS_RUN_TOKEN_MAX + 1];
    char                         header[JWTI_AWS_RUN_TOKEN_MAX + 64];
    char                         file_name[JWTI_AWS_PATH_MAX * 2 + 32];
    char                         url[JWTI_AWS_RUN_URL_MAX + 1];
    char                         role_name[JWTI_AWS_NAME_MAX + 1];
    unsigned                     has_token:1;   /* of the metadata service */
    jwti_http_request_t          plain;
    jwti_aws_endpoint_t          endpoint;
    jwti_aws_call_t              call;

    char                         error[JWTI_AWS_CREDS_ERROR_SIZE];
};


extern const jwti_aws_phase_t  jwti_aws_files_phase;
extern const jwti_aws_phase_t  jwti_aws_region_phase;
extern const jwti_aws_phase_t  jwti_aws_web_phase;
extern const jwti_aws_phase_t  jwti_aws_container_phase;
extern const jwti_aws_phase_t  jwti_aws_imds_phase;
extern const jwti_aws_phase_t  jwti_aws_role_phase;


/* jwti_aws_creds_phases.c */

/* a new run in its first phase; NULL: out of memory */
jwti_aws_run_t *jwti_aws_run_create(const jwti_aws_conf_t *conf,
    const jwti_aws_env_t *env, jwti_aws_source_e wanted);

/* cleanses; NULL is allowed */
void jwti_aws_run_free(jwti_aws_run_t *run);

/* a phase is DONE: GO: the next one began; DONE: it was the last; FAILED */
jwti_aws_verdict_e jwti_aws_run_advance(jwti_aws_run_t *run);

/*
 * Milliseconds before the next attempt, by verdict and attempts: full jitter,
 * as AWS's SDKs have it; a service may ask for more.
 */
int64_t jwti_aws_run_delay(const jwti_aws_run_t *run, uint32_t random);

/* 0 to limit, evenly; limit is below 2^31 */
int64_t jwti_aws_run_pick(int64_t limit, uint32_t random);

/* the error of a run that FAILED, and where the credentials of one come from */
void jwti_aws_run_explain(const jwti_aws_run_t *run,
    char text[JWTI_AWS_CREDS_ERROR_SIZE]);
void jwti_aws_run_describe(const jwti_aws_run_t *run,
    char text[JWTI_AWS_CREDS_SOURCE_SIZE]);


/* jwti_aws_creds_run.c */

/* sets run->error, without any secret the run knows; returns FAILED */
jwti_aws_verdict_e jwti_aws_run_error(jwti_aws_run_t *run,
    const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

jwti_str_t jwti_aws_run_str(const char *text);      /* NULL: empty */

/* without white space at its end */
jwti_str_t jwti_aws_run_trim(jwti_str_t text);

/* "~/x" with HOME; path itself, else; NULL: HOME is not set or too long */
const char *jwti_aws_run_path(jwti_aws_run_t *run, const char *path);

/* "no such file" ... */
const char *jwti_aws_run_errno(int error);

/*
 * Take over static credentials; token may be empty.  JWTI_INVALID: one cannot
 * be sent; error is set, label says whose.
 */
jwti_rc_t jwti_aws_run_take(jwti_aws_run_t *run, const char *label,
    jwti_str_t access_key, jwti_str_t secret_key, jwti_str_t token,
    int64_t expires) JWTI_MUST_CHECK;

/* the JSON that container and metadata services answer with, both the same */
jwti_aws_verdict_e jwti_aws_run_json(jwti_aws_run_t *run, jwti_str_t body);

/* the verdict on an answer that is not DONE; sets error */
jwti_aws_verdict_e jwti_aws_run_refused(jwti_aws_run_t *run,
    const char *label, const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response);

/* a token of a file or an answer; JWTI_INVALID: empty, too long, not ASCII */
jwti_rc_t jwti_aws_run_token(jwti_aws_run_t *run, jwti_str_t text)
    JWTI_MUST_CHECK;

/* start a request without a body in run->plain; url is run->url */
void jwti_aws_run_request(jwti_aws_run_t *run, const char *method,
    unsigned connect_timeout, unsigned timeout);


/* jwti_aws_creds_files.c */

/* the next profile, of the texts; JWTI_INVALID, JWTI_ERROR: error is set */
jwti_rc_t jwti_aws_run_profile(jwti_aws_run_t *run, const char *name)
    JWTI_MUST_CHECK;

/* cleanses */
void jwti_aws_run_forget_files(jwti_aws_run_t *run);


/* jwti_aws_creds_chain.c */

/* after the files: settings, base, roles.  JWTI_INVALID: error is set */
jwti_rc_t jwti_aws_run_plan(jwti_aws_run_t *run) JWTI_MUST_CHECK;

/*
 * The same for one source, not AUTO.  JWTI_NOT_FOUND: it is not configured,
 * *missing says so.
 */
jwti_rc_t jwti_aws_run_plan_source(jwti_aws_run_t *run,
    jwti_aws_source_e source, const char **missing) JWTI_MUST_CHECK;

/* 1 when the plan has requests to STS */
int jwti_aws_run_needs_sts(const jwti_aws_run_t *run);


/* jwti_aws_creds_roles.c */

/*
 * Follows source_profile until a profile has credentials or names a source.
 * JWTI_NOT_FOUND: the first profile says nothing of credentials.
 */
jwti_rc_t jwti_aws_run_plan_profile(jwti_aws_run_t *run) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_CREDS_RUN_H_INCLUDED */
