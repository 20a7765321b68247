
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_creds_run.c: what the phases of a run share: error texts, the
 * result, tokens, the verdict on an answer.
 */


#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "jwti_aws_creds_run.h"
#include "jwti_aws_time.h"
#include "jwti_json.h"


/* shorter ones would blot out ordinary words */
#define JWTI_AWS_RUN_SECRET_MIN   6
#define JWTI_AWS_RUN_SECRET_PART  8


static void jwti_aws_run_blot(char *text, const char *secret);
static int jwti_aws_run_is_plain(jwti_str_t text, size_t max);
static jwti_aws_verdict_e jwti_aws_run_members(jwti_aws_run_t *run,
    const jwti_json_t *json);


static const jwti_aws_env_e  jwti_aws_run_secrets[] = {
    JWTI_ENV_SECRET_ACCESS_KEY,
    JWTI_ENV_SESSION_TOKEN,
    JWTI_ENV_CONTAINER_TOKEN
};


jwti_aws_verdict_e
jwti_aws_run_error(jwti_aws_run_t *run, const char *format, ...)
{
    char     *pos;
    size_t    i;
    va_list   args;

    va_start(args, format);

    if (vsnprintf(run->error, sizeof(run->error), format, args) < 0) {
        run->error[0] = '\0';
    }

    va_end(args);

    /* names and messages are others' texts: one line, as it can be logged */

    for (pos = run->error; *pos != '\0'; pos++) {
        if ((unsigned char) *pos < 0x20 || (unsigned char) *pos > 0x7e) {
            *pos = '?';
        }
    }

    jwti_aws_run_blot(run->error, run->token);
    jwti_aws_run_blot(run->error, run->credentials.secret_key);
    jwti_aws_run_blot(run->error, run->credentials.session_token);

    for (i = 0; i < sizeof(jwti_aws_run_secrets) / sizeof(jwti_aws_env_e);
         i++)
    {
        jwti_aws_run_blot(run->error,
                          jwti_aws_env_get(run->env,
                                           jwti_aws_run_secrets[i]));
    }

    return JWTI_AWS_RUN_FAILED;
}


jwti_str_t
jwti_aws_run_str(const char *text)
{
    jwti_str_t  str;

    str.data = (const unsigned char *) text;
    str.len = (text == NULL) ? 0 : strlen(text);

    return str;
}


jwti_str_t
jwti_aws_run_trim(jwti_str_t text)
{
    unsigned char  ch;

    while (text.len > 0) {
        ch = text.data[text.len - 1];

        if (ch != ' ' && ch != '\t' && ch != '\r' && ch != '\n') {
            break;
        }

        text.len--;
    }

    return text;
}


const char *
jwti_aws_run_path(jwti_aws_run_t *run, const char *path)
{
    int          len;
    const char  *home;

    if (path[0] != '~' || path[1] != '/') {
        return path;
    }

    home = jwti_aws_env_get(run->env, JWTI_ENV_HOME);

    if (home == NULL) {
        return NULL;
    }

    len = snprintf(run->file_name, sizeof(run->file_name), "%s%s", home,
                   path + 1);

    return (len > 0 && (size_t) len < sizeof(run->file_name)) ? run->file_name
                                                              : NULL;
}


const char *
jwti_aws_run_errno(int error)
{
    switch (error) {

    case ENOENT:
    case ENOTDIR:
        return "no such file";

    case EACCES:
    case EPERM:
        return "permission denied (it is read by an unprivileged process)";

    case EFBIG:
        return "too long";

    case EISDIR:
        return "a directory";

    case ENOMEM:
        return "out of memory";

    default:
        return "it cannot be read";
    }
}


jwti_rc_t
jwti_aws_run_take(jwti_aws_run_t *run, const char *label,
    jwti_str_t access_key, jwti_str_t secret_key, jwti_str_t token,
    int64_t expires)
{
    const char              *what;
    jwti_aws_credentials_t  *credentials;

    what = NULL;

    if (!jwti_aws_run_is_plain(access_key, JWTI_AWS_ACCESS_KEY_MAX)) {
        what = "access key id";

    } else if (!jwti_aws_run_is_plain(secret_key, JWTI_AWS_SECRET_KEY_MAX)) {
        what = "secret access key";

    } else if (token.len != 0
               && !jwti_aws_run_is_plain(token, JWTI_AWS_SESSION_MAX))
    {
        what = "session token";
    }

    if (what != NULL) {
        (void) jwti_aws_run_error(run, "%s: the %s is empty, too long or has "
                                  "a character that none can have", label,
                                  what);
        return JWTI_INVALID;
    }

    credentials = &run->credentials;
    OPENSSL_cleanse(credentials, sizeof(jwti_aws_credentials_t));
    memset(credentials, 0, sizeof(jwti_aws_credentials_t));

    memcpy(credentials->access_key, access_key.data, access_key.len);
    memcpy(credentials->secret_key, secret_key.data, secret_key.len);

    if (token.len != 0) {
        memcpy(credentials->session_token, token.data, token.len);
    }

    credentials->expires = expires;

    return JWTI_OK;
}


jwti_aws_verdict_e
jwti_aws_run_json(jwti_aws_run_t *run, jwti_str_t body)
{
    jwti_rc_t            rc;
    jwti_json_t         *json;
    jwti_aws_verdict_e   verdict;

    rc = jwti_json_parse(body, JWTI_AWS_RUN_BODY_MAX, &json);

    if (rc != JWTI_OK) {
        (void) jwti_aws_run_error(run, "%s: %s", run->label,
                                  (rc == JWTI_ERROR)
                                  ? "out of memory"
                                  : "the answer is no JSON object");

        return JWTI_AWS_RUN_RETRY_LATER;
    }

    verdict = jwti_aws_run_members(run, json);
    jwti_json_free(json);

    return verdict;
}


jwti_aws_verdict_e
jwti_aws_run_refused(jwti_aws_run_t *run, const char *label,
    const jwti_aws_answer_t *answer, const jwti_http_response_t *response)
{
    (void) jwti_aws_run_error(run, "%s: %s%s%s", label, answer->code,
                              (answer->code[0] != '\0'
                               && answer->message[0] != '\0') ? ": " : "",
                              answer->message);

    run->retry_after = response->retry_after;

    switch (answer->class) {

    case JWTI_AWS_TRANSIENT:
        return JWTI_AWS_RUN_RETRY;

    case JWTI_AWS_THROTTLED:
        return JWTI_AWS_RUN_RETRY_LATER;

    default:
        return JWTI_AWS_RUN_FAILED;
    }
}


jwti_rc_t
jwti_aws_run_token(jwti_aws_run_t *run, jwti_str_t text)
{
    text = jwti_aws_run_trim(text);

    OPENSSL_cleanse(run->token, sizeof(run->token));
    run->token[0] = '\0';
    run->has_token = 0;

    if (!jwti_aws_run_is_plain(text, JWTI_AWS_RUN_TOKEN_MAX)) {
        return JWTI_INVALID;
    }

    memcpy(run->token, text.data, text.len);
    run->token[text.len] = '\0';

    return JWTI_OK;
}


void
jwti_aws_run_request(jwti_aws_run_t *run, const char *method,
    unsigned connect_timeout, unsigned timeout)
{
    memset(&run->plain, 0, sizeof(jwti_http_request_t));

    run->plain.method = method;
    run->plain.url = run->url;
    run->plain.connect_timeout = connect_timeout;
    run->plain.timeout = timeout;
    run->plain.max = JWTI_AWS_RUN_BODY_MAX;
    run->plain.local = 1;

    run->request = &run->plain;
}


/* a service may tell what it was told; the end may have been cut off */

static void
jwti_aws_run_blot(char *text, const char *secret)
{
    size_t  len, least, hide;

    len = (secret == NULL) ? 0 : strlen(secret);

    if (len < JWTI_AWS_RUN_SECRET_MIN) {
        return;
    }

    least = (len < JWTI_AWS_RUN_SECRET_PART) ? len : JWTI_AWS_RUN_SECRET_PART;

    hide = 0;

    for ( /* void */ ; *text != '\0'; text++) {

        for (len = 0; text[len] != '\0' && text[len] == secret[len]; len++) {
            /* void */
        }

        if (len >= least && len > hide) {
            hide = len;
        }

        if (hide != 0) {
            *text = '*';
            hide--;
        }
    }
}


/* goes into a header as it is: visible ASCII, at most max characters */

static int
jwti_aws_run_is_plain(jwti_str_t text, size_t max)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] <= 0x20 || text.data[i] > 0x7e) {
            return 0;
        }
    }

    return text.len != 0 && text.len <= max;
}


static jwti_aws_verdict_e
jwti_aws_run_members(jwti_aws_run_t *run, const jwti_json_t *json)
{
    size_t   i;
    int64_t  expires;

    enum { ID, SECRET, TOKEN, EXPIRATION, MEMBERS };

    static const char  *const names[MEMBERS] = {
        [ID] = "AccessKeyId",
        [SECRET] = "SecretAccessKey",
        [TOKEN] = "Token",
        [EXPIRATION] = "Expiration"
    };

    jwti_str_t  values[MEMBERS];

    for (i = 0; i < MEMBERS; i++) {

        if (jwti_json_get_string(json, names[i], &values[i]) != JWTI_OK) {
            return jwti_aws_run_error(run, "%s: the answer has no text \"%s\"",
                                      run->label, names[i]);
        }
    }

    if (jwti_aws_time_parse(&expires, values[EXPIRATION]) != JWTI_OK
        || expires <= 0)
    {
        return jwti_aws_run_error(run, "%s: the answer's \"Expiration\" is no "
                                  "time", run->label);
    }

    if (jwti_aws_run_take(run, run->label, values[ID], values[SECRET],
                          values[TOKEN], expires)
        != JWTI_OK)
    {
        return JWTI_AWS_RUN_FAILED;
    }

    return JWTI_AWS_RUN_DONE;
}
