
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * creds.h: a world for the credential chain: an environment, files, a clock
 * and a script of HTTP answers in the order they are asked for.  Secrets in it
 * hold the word CANARY, which no error may.
 */


#ifndef CREDS_H_INCLUDED
#define CREDS_H_INCLUDED


#include <errno.h>

#include "jwti_aws_creds.h"
#include "tap.h"


#define NOW     INT64_C(1760000000000)          /* 2025-10-09T08:53:20Z */
#define SECOND  INT64_C(1000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)

#define SOON    "2025-10-09T14:53:20Z"          /* NOW + 6 h */
#define PAST    "2025-10-09T08:00:00Z"
#define KEY     "CANARY-secret"


typedef struct {
    const char  *path;
    const char  *text;
    int          error;
} world_file_t;

/* what must be asked next, and what comes back; with: in a header or body */
typedef struct {
    const char          *method;
    const char          *url;
    const char          *with;
    unsigned             status;
    const char          *body;
    jwti_http_result_e   result;
    int64_t              date;
    int64_t              retry_after;
} world_reply_t;

typedef struct {
    const char           *env[32];      /* name, value, ... */
    world_file_t          files[6];
    world_reply_t         replies[16];
    jwti_aws_conf_t       conf;

    /* filled by it */
    jwti_aws_env_t        snapshot;
    jwti_aws_creds_t     *creds;
    jwti_aws_ask_t        ask;
    int64_t               now;
    int64_t               waited;
    size_t                asked;        /* replies */
    size_t                reads;        /* files */
    int                   wrong;        /* asked for something else */
    uint32_t              random;
} world_t;


static const char *
world_getenv(const char *name, void *data)
{
    size_t          i;
    const world_t  *world;

    world = data;

    for (i = 0; world->env[i] != NULL; i += 2) {
        if (strcmp(world->env[i], name) == 0) {
            return world->env[i + 1];
        }
    }

    return NULL;
}


TAP_UNUSED static int
world_open(world_t *world)
{
    const char  *err;

    world->conf.user_agent = "test/1";
    world->conf.fips = -1;
    world->conf.dualstack = -1;
    world->now = NOW;
    world->random = UINT32_MAX;
    err = NULL;

    if (jwti_aws_env_init(&world->snapshot, world_getenv, world, &err)
        != JWTI_OK)
    {
        return 0;
    }

    return jwti_aws_creds_create(&world->conf, &world->snapshot,
                                 &world->creds, &err) == JWTI_OK;
}


TAP_UNUSED static void
world_close(world_t *world)
{
    jwti_aws_creds_free(world->creds);
    jwti_aws_env_free(&world->snapshot);
}


static void
world_file(world_t *world)
{
    size_t       i;
    jwti_str_t   text;

    world->reads++;

    for (i = 0; i < 6 && world->files[i].path != NULL; i++) {

        if (strcmp(world->files[i].path, world->ask.path) == 0) {
            text = tap_str(world->files[i].text);
            jwti_aws_creds_file(world->creds, text, world->files[i].error);
            return;
        }
    }

    jwti_aws_creds_file(world->creds, tap_str(NULL), ENOENT);
}


static int
world_has(const jwti_http_request_t *request, const char *with)
{
    size_t  i;
    char    body[4096];

    if (with == NULL) {
        return 1;
    }

    for (i = 0; i < request->nheaders; i++) {
        if (strstr(request->headers[i], with) != NULL) {
            return 1;
        }
    }

    i = (request->body.len < sizeof(body) - 1) ? request->body.len
                                               : sizeof(body) - 1;

    if (i != 0) {
        memcpy(body, request->body.data, i);
    }

    body[i] = '\0';

    return strstr(body, with) != NULL;
}


static void
world_http(world_t *world)
{
    jwti_http_response_t        response;
    const world_reply_t        *reply;
    const jwti_http_request_t  *request;

    memset(&response, 0, sizeof(response));
    request = world->ask.request;
    reply = (world->asked < 16) ? &world->replies[world->asked] : NULL;

    if (reply == NULL || reply->method == NULL
        || strcmp(reply->method, request->method) != 0
        || strcmp(reply->url, request->url) != 0
        || !world_has(request, reply->with))
    {
        printf("# request %zu: %s %s\n", world->asked, request->method,
               request->url);
        world->wrong = 1;
        response.result = JWTI_HTTP_FAILED;
        response.reason = "not in the script";

    } else {
        response.result = reply->result;
        response.reason = (reply->result != JWTI_HTTP_OK) ? "transport" : NULL;
        response.status = reply->status;
        response.body = tap_str(reply->body != NULL ? reply->body : "");
        response.date = reply->date;
        response.retry_after = reply->retry_after;
    }

    world->asked++;
    jwti_aws_creds_http(world->creds, &response, world->now);
}


/* until there is nothing more to do */

TAP_UNUSED static jwti_aws_step_e
world_run(world_t *world)
{
    int              i;
    jwti_aws_step_e  step;

    for (i = 0; i < 200; i++) {
        step = jwti_aws_creds_next(world->creds, world->now, world->random,
                                   &world->ask);

        switch (step) {

        case JWTI_AWS_STEP_READ_FILE:
            world_file(world);
            break;

        case JWTI_AWS_STEP_HTTP:
            world_http(world);
            break;

        case JWTI_AWS_STEP_WAIT:
            world->waited += world->ask.until - world->now;
            world->now = world->ask.until;
            break;

        default:
            return step;
        }
    }

    world->wrong = 1;

    return JWTI_AWS_STEP_WAIT;
}


/* the access key in use, or NULL */

TAP_UNUSED static const char *
world_key(const world_t *world)
{
    const jwti_aws_credentials_t  *credentials;

    credentials = jwti_aws_creds_get(world->creds, world->now, NULL);

    return (credentials == NULL) ? NULL : credentials->access_key;
}


#endif /* CREDS_H_INCLUDED */
