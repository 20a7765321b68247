
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds.h: where credentials of AWS come from and when they are
 * fetched again.  A machine that says what to read or to ask next and is
 * told the answer; it does neither itself.
 *
 * One driver runs it, in the background:
 *
 *     switch (jwti_aws_creds_next(creds, now, random, &ask)) {
 *     READY:      nothing to do before ask.until
 *     READ_FILE:  read ask.path, then jwti_aws_creds_file(), next() again
 *     HTTP:       send ask.request, then jwti_aws_creds_http(), next() again
 *     WAIT:       next() again at ask.until
 *     FAILED:     tell ask.error, next() again at ask.until
 *     }
 *
 * Everybody else calls jwti_aws_creds_get(), which never waits: while the
 * driver renews credentials, and after it failed, it gives the ones before as
 * long as they are valid.  Only when it gives NULL there is something to
 * wait for: the driver's next READY or FAILED.
 *
 * The order: the source that the configuration names; else its profile; else
 * AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE, the profile, container,
 * instance metadata.  The first that is configured is used: when it fails,
 * that is the error, no other one is tried.  Once it has worked it is kept.
 *
 * now: milliseconds since the epoch (expiry and signatures are in that time);
 * random: any 32 random bits, new for each call.  Calls for one object are
 * not to overlap.
 */


#ifndef JWTI_AWS_CREDS_H_INCLUDED
#define JWTI_AWS_CREDS_H_INCLUDED


#include "jwti_aws_settings.h"
#include "jwti_http.h"


#pragma GCC visibility push(hidden)


/* longest error text and description, with the terminating zero */
#define JWTI_AWS_CREDS_ERROR_SIZE   512
#define JWTI_AWS_CREDS_SOURCE_SIZE  320


typedef struct jwti_aws_creds_s  jwti_aws_creds_t;

typedef enum {
    JWTI_AWS_STEP_READY = 0,
    JWTI_AWS_STEP_READ_FILE,
    JWTI_AWS_STEP_HTTP,
    JWTI_AWS_STEP_WAIT,
    JWTI_AWS_STEP_FAILED
} jwti_aws_step_e;

/* pointers are valid until the next call for the object */
typedef struct {
    int64_t                     until;      /* READY, WAIT, FAILED */
    const char                 *path;       /* READ_FILE: absolute or as
                                             * configured; terminated */
    size_t                      max;        /* READ_FILE: bytes */
    const jwti_http_request_t  *request;    /* HTTP; may hold secrets */
    const char                 *error;      /* FAILED: no secret in it */
} jwti_aws_ask_t;


/*
 * conf and env outlive the object.  JWTI_OK: *creds is freed with
 * jwti_aws_creds_free().  JWTI_INVALID: the configuration is refused, *err is
 * a constant.  JWTI_ERROR: out of memory.
 */
jwti_rc_t jwti_aws_creds_create(const jwti_aws_conf_t *conf,
    const jwti_aws_env_t *env, jwti_aws_creds_t **creds, const char **err)
    JWTI_MUST_CHECK;

/* cleanses; NULL is allowed; also in the middle of anything */
void jwti_aws_creds_free(jwti_aws_creds_t *creds);

/*
 * What to do next.  The same as before until it was done: READ_FILE and HTTP
 * until the answer was given, WAIT and FAILED until ask->until.
 *
 * READY: credentials are there, renewed from ask->until on (INT64_MAX:
 * never), or sooner after jwti_aws_creds_expired().
 *
 * FAILED: as told; jwti_aws_creds_get() may still give older credentials.
 */
jwti_aws_step_e jwti_aws_creds_next(jwti_aws_creds_t *creds, int64_t now,
    uint32_t random, jwti_aws_ask_t *ask) JWTI_MUST_CHECK;

/*
 * The answer to READ_FILE: error 0 and the text, which is copied, or an error
 * of the C library's errno.h; EFBIG for a file longer than ask->max.
 * Ignored when nothing was asked.
 */
void jwti_aws_creds_file(jwti_aws_creds_t *creds, jwti_str_t text, int error);

/* the answer to HTTP; nothing of it is kept.  Ignored when nothing was asked */
void jwti_aws_creds_http(jwti_aws_creds_t *creds,
    const jwti_http_response_t *response, int64_t now);

/*
 * Credentials that are valid at now, until the next jwti_aws_creds_next(),
 * _expired() or _free(); NULL: none.  *serial, when it is not NULL: which
 * ones, for jwti_aws_creds_expired().
 */
const jwti_aws_credentials_t *jwti_aws_creds_get(
    const jwti_aws_creds_t *creds, int64_t now, uint64_t *serial);

/*
 * A service refused the credentials serial as expired or unknown.  They are
 * dropped and fetched anew by the next jwti_aws_creds_next().
 *
 * Returns 1 when asking the service again with new ones makes sense, 0 when
 * not: they had just been fetched for that reason, and are kept.
 */
int jwti_aws_creds_expired(jwti_aws_creds_t *creds, uint64_t serial,
    int64_t now) JWTI_MUST_CHECK;

/*
 * Region, endpoints and TLS, until the next _next() or _free(); NULL before
 * the files were read for the first time: they are there with the first
 * READY.  They may change when credentials are renewed.
 */
const jwti_aws_settings_t *jwti_aws_creds_settings(
    const jwti_aws_creds_t *creds);

/*
 * Where the credentials come from, for the log, such as "environment",
 * "profile \"x\", role arn:..." or "instance metadata"; "" before the first
 * READY.  Same lifetime.
 */
const char *jwti_aws_creds_source(const jwti_aws_creds_t *creds);

/*
 * A constant that the operator should read once, after READY: a temporary
 * key in the environment that nobody renews; NULL: none.
 */
const char *jwti_aws_creds_warning(const jwti_aws_creds_t *creds);


#pragma GCC visibility pop


#endif /* JWTI_AWS_CREDS_H_INCLUDED */
