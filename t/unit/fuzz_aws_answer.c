
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_aws_answer.c: any bytes as an answer.  The first byte chooses the
 * status and the reader; what gets into messages is one line of printable
 * ASCII and never a part of a secret that was there.
 */


#include <stdlib.h>
#include <string.h>

#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static void fuzz_classify(unsigned kind, jwti_str_t body);
static void fuzz_secret(jwti_str_t body);
static void fuzz_service(jwti_str_t body);
static void fuzz_variable(jwti_str_t body, jwti_str_t container);
static void fuzz_parameter(jwti_str_t body);
static void fuzz_credentials(jwti_str_t body);
static void fuzz_result(jwti_rc_t rc);
static void fuzz_text(const char *text, size_t max, int blanks);


static jwti_aws_answer_t  fuzz_answer;
static unsigned char      fuzz_memory[JWTI_KEY_TEXT_MAX];


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    unsigned       kind;
    jwti_str_t     body;
    unsigned char *copy;

    if (size == 0) {
        return 0;
    }

    kind = data[0];

    /* of the exact size, so that a read past the end is seen */

    copy = malloc(size);
    fuzz_check(copy != NULL);
    memcpy(copy, data + 1, size - 1);

    body.data = copy;
    body.len = size - 1;

    switch (kind % 8) {

    case 0:
        fuzz_secret(body);
        break;

    case 1:
        fuzz_service(body);
        break;

    case 2:
        fuzz_variable(body, jwti_str(""));
        break;

    case 3:
        fuzz_variable(body, jwti_str("app"));
        break;

    case 4:
        fuzz_parameter(body);
        break;

    case 5:
        fuzz_credentials(body);
        break;

    default:
        fuzz_classify(kind / 8, body);
        break;
    }

    free(copy);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}


static void
fuzz_classify(unsigned kind, jwti_str_t body)
{
    jwti_http_response_t  response;

    static const unsigned  statuses[] = { 200, 400, 401, 403, 429, 500, 503 };

    memset(&response, 0, sizeof(response));
    memset(&fuzz_answer, 'x', sizeof(fuzz_answer));

    response.status = statuses[kind % 7];
    response.body = body;
    response.date = (kind & 16) ? 1440938160 + 900 : 0;

    if (kind & 8) {
        response.error_type = body;
        response.request_id = body;
    }

    jwti_aws_answer_classify(&fuzz_answer, &response, 1440938160);

    fuzz_text(fuzz_answer.code, JWTI_AWS_CODE_MAX, 1);
    fuzz_text(fuzz_answer.message, JWTI_AWS_MESSAGE_MAX, 1);
    fuzz_text(fuzz_answer.request_id, JWTI_AWS_REQUEST_ID_MAX, 1);

    fuzz_check((fuzz_answer.class == JWTI_AWS_DONE)
               == (response.status == 200));
    fuzz_check((fuzz_answer.message[0] == '\0') == (response.status == 200));
}


static void
fuzz_secret(jwti_str_t body)
{
    jwti_rc_t          rc;
    jwti_aws_secret_t  secret;

    memset(&fuzz_answer, 0, sizeof(fuzz_answer));

    rc = jwti_aws_answer_secret(&fuzz_answer, body, fuzz_memory, &secret);
    fuzz_result(rc);

    if (rc == JWTI_OK) {
        fuzz_check(secret.text.data == fuzz_memory && secret.text.len != 0);
        fuzz_check(secret.text.len <= JWTI_KEY_TEXT_MAX);
        fuzz_text(secret.version_id, JWTI_AWS_VERSION_ID_MAX, 0);
        fuzz_text(secret.arn, JWTI_AWS_ID_MAX, 0);
        fuzz_check(secret.version_id[0] != '\0');
    }
}


static void
fuzz_service(jwti_str_t body)
{
    char       arn[JWTI_AWS_ID_MAX + 1];
    jwti_rc_t  rc;

    memset(&fuzz_answer, 0, sizeof(fuzz_answer));

    rc = jwti_aws_answer_service(&fuzz_answer, body, jwti_str("dev"),
                                 jwti_str("dev"), arn);
    fuzz_result(rc);

    if (rc == JWTI_OK) {
        fuzz_text(arn, JWTI_AWS_ID_MAX, 0);
        fuzz_check(arn[0] != '\0');
    }
}


static void
fuzz_variable(jwti_str_t body, jwti_str_t container)
{
    jwti_rc_t            rc;
    jwti_aws_variable_t  variable;

    memset(&fuzz_answer, 0, sizeof(fuzz_answer));

    rc = jwti_aws_answer_variable(&fuzz_answer, body, container,
                                  jwti_str("KEY"), fuzz_memory, &variable);
    fuzz_result(rc);

    if (rc == JWTI_OK) {
        fuzz_check(variable.text.data == fuzz_memory);
        fuzz_check(variable.text.len != 0);
        fuzz_check(variable.text.len <= (variable.reference
                                         ? (size_t) JWTI_AWS_ID_MAX
                                         : (size_t) JWTI_KEY_TEXT_MAX));
    }
}


static void
fuzz_parameter(jwti_str_t body)
{
    jwti_rc_t             rc;
    jwti_aws_parameter_t  parameter;

    memset(&fuzz_answer, 0, sizeof(fuzz_answer));

    rc = jwti_aws_answer_parameter(&fuzz_answer, body, fuzz_memory,
                                   &parameter);
    fuzz_result(rc);

    if (rc == JWTI_OK) {
        fuzz_check(parameter.text.data == fuzz_memory);
        fuzz_check(parameter.text.len - 1 < JWTI_KEY_TEXT_MAX);
    }
}


static void
fuzz_credentials(jwti_str_t body)
{
    jwti_rc_t  rc;

    static jwti_aws_credentials_t  credentials;

    memset(&fuzz_answer, 0, sizeof(fuzz_answer));
    memset(&credentials, 'x', sizeof(credentials));

    rc = jwti_aws_answer_credentials(&fuzz_answer, body, &credentials);
    fuzz_result(rc);

    if (rc != JWTI_OK) {
        fuzz_check(credentials.secret_key[0] == '\0');
        return;
    }

    fuzz_text(credentials.access_key, JWTI_AWS_ACCESS_KEY_MAX, 0);
    fuzz_text(credentials.secret_key, JWTI_AWS_SECRET_KEY_MAX, 0);
    fuzz_text(credentials.session_token, JWTI_AWS_SESSION_MAX, 0);
    fuzz_check(credentials.expires > 0 && credentials.secret_key[0] != '\0');
}


static void
fuzz_result(jwti_rc_t rc)
{
    fuzz_text(fuzz_answer.message, JWTI_AWS_MESSAGE_MAX, 1);
    fuzz_check((rc == JWTI_OK) == (fuzz_answer.class == JWTI_AWS_DONE));
    fuzz_check((rc == JWTI_OK) == (fuzz_answer.message[0] == '\0'));
    fuzz_check((rc == JWTI_NOT_FOUND)
               == (fuzz_answer.class == JWTI_AWS_NOT_FOUND));
}


static void
fuzz_text(const char *text, size_t max, int blanks)
{
    size_t  i;

    for (i = 0; text[i] != '\0'; i++) {
        fuzz_check(i < max);
        fuzz_check(text[i] > (blanks ? 0x1f : 0x20) && text[i] < 0x7f);
    }
}
