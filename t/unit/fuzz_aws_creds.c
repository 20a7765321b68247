
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_aws_creds.c: any configuration, any answer to each question: it ends
 * within so many steps, READY only with keys, an error has only printable
 * text, and what is sent has no line end in it.
 */


#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "jwti_aws_creds.h"


/* 2 files, 6 phases of at most 3 attempts with 2 files or 3 requests each,
 * and delays */
#define STEPS  100

typedef struct {
    const unsigned char  *data;
    size_t                len;
    const char           *values[JWTI_ENV_NAMES];
} input_t;


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static unsigned fuzz_byte(input_t *input);
static jwti_str_t fuzz_text(input_t *input);
static const char *fuzz_env(const char *name, void *data);
static void fuzz_run(input_t *input, jwti_aws_creds_t *creds, int64_t *now);
static void fuzz_file(input_t *input, jwti_aws_creds_t *creds);
static void fuzz_http(input_t *input, jwti_aws_creds_t *creds,
    const jwti_http_request_t *request, int64_t now);
static int fuzz_has_secret(const input_t *input);
static void fuzz_check(int condition);


/* what a mutation does not find soon */
static const char  *const fuzz_words[] = {
    "", "AKID", "CANARY-secret", "true", "/v2/x", "http://127.0.0.1/x",
    "https://x/", "/token", "~/x", "arn:aws:iam::123456789012:role/demo",
    "eu-west-1", "2025-10-09T14:53:20Z", "ipv6", "default", "name",
    "{\"Code\":\"Success\",\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\","
    "\"Token\":\"C\",\"Expiration\":\"2025-10-09T14:53:20Z\"}",
    "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A"
    "</AccessKeyId><SecretAccessKey>B</SecretAccessKey><SessionToken>C"
    "</SessionToken><Expiration>2025-10-09T14:53:20Z</Expiration>"
    "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
    "[default]\nrole_arn = arn:aws:iam::123456789012:role/demo\n"
    "source_profile = b\n[profile b]\naws_access_key_id = A\n"
    "aws_secret_access_key = B\nregion = x\n",
    "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/demo\n"
    "source_profile = default\n",
    "{\"code\":\"CredentialsUninitialized\",\"message\":\"x\"}",
    "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>",
    "[default]\naws_access_key_id = A\naws_secret_access_key = B\n"
};

#define WORDS  (sizeof(fuzz_words) / sizeof(fuzz_words[0]))


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    int                i;
    int64_t            now;
    uint64_t           serial;
    input_t            input;
    const char        *name, *err;
    unsigned           flags;
    jwti_aws_env_t     env;
    jwti_aws_conf_t    conf;
    jwti_aws_creds_t  *creds;

    memset(&input, 0, sizeof(input));
    memset(&conf, 0, sizeof(conf));

    input.data = data;
    input.len = size;

    conf.user_agent = "fuzz/1";
    conf.fips = -1;
    conf.dualstack = -1;

    flags = fuzz_byte(&input);
    conf.need_region = flags & 1;
    conf.role_arn = (flags & 2) ? fuzz_words[9] : NULL;
    conf.profile = (flags & 4) ? "b" : NULL;
    conf.source = (jwti_aws_source_e) (fuzz_byte(&input) % JWTI_AWS_SOURCES);

    for (i = fuzz_byte(&input) & 7; i > 0; i--) {
        flags = fuzz_byte(&input) % JWTI_ENV_NAMES;
        input.values[flags] = fuzz_words[fuzz_byte(&input) % 15];

        if (!jwti_aws_env_is_secret((jwti_aws_env_e) flags)
            && input.values[flags] == fuzz_words[2])
        {
            input.values[flags] = "b";
        }
    }

    if (jwti_aws_env_init(&env, fuzz_env, &input, &name) != JWTI_OK) {
        return 0;
    }

    if (jwti_aws_creds_create(&conf, &env, &creds, &err) == JWTI_OK) {
        now = INT64_C(1760000000000);

        for (i = 0; i < 4; i++) {
            fuzz_run(&input, creds, &now);

            if (jwti_aws_creds_get(creds, now, &serial) != NULL
                && (fuzz_byte(&input) & 1))
            {
                (void) !jwti_aws_creds_expired(creds, serial, now);
            }
        }

        jwti_aws_creds_free(creds);
    }

    jwti_aws_env_free(&env);

    return 0;
}


static void
fuzz_run(input_t *input, jwti_aws_creds_t *creds, int64_t *now)
{
    int                             i;
    const char                     *pos;
    jwti_aws_ask_t                  ask;
    jwti_aws_step_e                 step;
    const jwti_aws_credentials_t   *credentials;

    for (i = 0; i < STEPS; i++) {
        step = jwti_aws_creds_next(creds, *now, fuzz_byte(input) << 24, &ask);
        credentials = jwti_aws_creds_get(creds, *now, NULL);

        fuzz_check(credentials == NULL
                   || (credentials->access_key[0] != '\0'
                       && credentials->secret_key[0] != '\0'));

        switch (step) {

        case JWTI_AWS_STEP_READY:
            fuzz_check(credentials != NULL && ask.until > *now);
            fuzz_check(jwti_aws_creds_settings(creds) != NULL);
            fuzz_check(jwti_aws_creds_source(creds)[0] != '\0');
            *now = (ask.until == INT64_MAX) ? *now + 1000 : ask.until;
            return;

        case JWTI_AWS_STEP_READ_FILE:
            fuzz_check(ask.path != NULL && ask.path[0] != '\0');
            fuzz_file(input, creds);
            break;

        case JWTI_AWS_STEP_HTTP:
            fuzz_http(input, creds, ask.request, *now);
            break;

        case JWTI_AWS_STEP_WAIT:
            fuzz_check(ask.until > *now && ask.until <= *now + 20000);
            *now = ask.until;
            break;

        case JWTI_AWS_STEP_FAILED:
            fuzz_check(ask.until > *now && ask.error[0] != '\0');
            fuzz_check(strlen(ask.error) < JWTI_AWS_CREDS_ERROR_SIZE);

            for (pos = ask.error; *pos != '\0'; pos++) {
                fuzz_check((unsigned char) *pos >= 0x20 && *pos <= 0x7e);
            }

            fuzz_check(!fuzz_has_secret(input)
                       || strstr(ask.error, fuzz_words[2]) == NULL);
            *now = ask.until;
            return;
        }
    }

    /* too many steps */
    fuzz_check(0);
}


static void
fuzz_file(input_t *input, jwti_aws_creds_t *creds)
{
    static const int  errors[] = { ENOENT, EACCES, EFBIG, EIO };

    unsigned    byte;

    byte = fuzz_byte(input);

    if ((byte & 3) == 0) {
        jwti_aws_creds_file(creds, (jwti_str_t) { NULL, 0 },
                            errors[(byte >> 2) & 3]);
    } else {
        jwti_aws_creds_file(creds, fuzz_text(input), 0);
    }
}


static void
fuzz_http(input_t *input, jwti_aws_creds_t *creds,
    const jwti_http_request_t *request, int64_t now)
{
    static const unsigned  status[] = {
        200, 200, 200, 200, 400, 401, 403, 404, 429, 500, 503, 302
    };

    size_t                 i;
    jwti_http_response_t   response;

    fuzz_check(strncmp(request->url, "http", 4) == 0);
    fuzz_check(strpbrk(request->url, "\r\n \t") == NULL);
    fuzz_check(request->timeout != 0 && request->connect_timeout != 0);
    fuzz_check(request->max != 0);

    for (i = 0; i < request->nheaders; i++) {
        fuzz_check(strpbrk(request->headers[i], "\r\n") == NULL);
    }

    memset(&response, 0, sizeof(response));
    response.result = (jwti_http_result_e) (fuzz_byte(input) & 15);

    if (response.result > JWTI_HTTP_FAILED) {
        response.result = JWTI_HTTP_OK;
    }

    response.reason = "reason";

    if (response.result == JWTI_HTTP_OK) {
        i = fuzz_byte(input);
        response.status = status[i % 12];
        response.body = fuzz_text(input);
        response.date = (i & 16) ? now / 1000 + 9000 : 0;
        response.retry_after = (i & 32) ? INT64_MAX : 0;
    }

    jwti_aws_creds_http(creds, &response, now);
}


static unsigned
fuzz_byte(input_t *input)
{
    if (input->len == 0) {
        return 0;
    }

    input->len--;

    return *input->data++;
}


/* a word of the list, or bytes of the input */

static jwti_str_t
fuzz_text(input_t *input)
{
    size_t       len;
    unsigned     byte;
    jwti_str_t   text;

    byte = fuzz_byte(input);

    if (byte & 0x80) {
        text.data = (const unsigned char *) fuzz_words[byte % WORDS];
        text.len = strlen(fuzz_words[byte % WORDS]);
        return text;
    }

    len = (byte < input->len) ? byte : input->len;
    text.data = input->data;
    text.len = len;
    input->data += len;
    input->len -= len;

    return text;
}


static const char *
fuzz_env(const char *name, void *data)
{
    unsigned        i;
    const input_t  *input;

    input = data;

    for (i = 0; i < JWTI_ENV_NAMES; i++) {
        if (strcmp(name, jwti_aws_env_name((jwti_aws_env_e) i)) == 0) {
            return input->values[i];
        }
    }

    return NULL;
}


/* else the word is but what an answer says */

static int
fuzz_has_secret(const input_t *input)
{
    return input->values[JWTI_ENV_SECRET_ACCESS_KEY] == fuzz_words[2]
           || input->values[JWTI_ENV_SESSION_TOKEN] == fuzz_words[2]
           || input->values[JWTI_ENV_CONTAINER_TOKEN] == fuzz_words[2];
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}
