
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_answer.c: errors of services and of the way to them.  Client errors
 * are nearly all 400, throttling and denial among them, so the code decides
 * before the status does.  Called for every response, in any thread;
 * jwti_aws_read.c is the other half of jwti_aws_answer.h.
 */


#include <string.h>

#include "jwti_aws_answer.h"
#include "jwti_aws_xml.h"
#include "jwti_json.h"
#include "jwti_message.h"


/* more of an error's body is not read */
#define JWTI_AWS_ANSWER_BODY_MAX  65536

/* of a body that has no code, from a proxy perhaps */
#define JWTI_AWS_ANSWER_RAW_MAX   200


typedef struct {
    const char        *code;
    jwti_aws_class_e   class;
    unsigned           clock:1;     /* SKEWED when the clocks differ */
} jwti_aws_answer_code_t;

typedef struct {
    const char        *code;
    const char        *words;       /* in its message */
    jwti_aws_class_e   class;
} jwti_aws_answer_words_t;


static void jwti_aws_answer_transport(jwti_aws_answer_t *answer,
    const jwti_http_response_t *response);
static void jwti_aws_answer_error(jwti_aws_answer_t *answer,
    const jwti_http_response_t *response);
static int jwti_aws_answer_json(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_message_t *message);
static int jwti_aws_answer_xml(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_message_t *message);
static void jwti_aws_answer_raw(jwti_str_t body, jwti_message_t *message);
static void jwti_aws_answer_code(jwti_aws_answer_t *answer, jwti_str_t code);
static jwti_aws_class_e jwti_aws_answer_class(const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response, int64_t signed_at);
static jwti_aws_class_e jwti_aws_answer_status(unsigned status);
static int jwti_aws_answer_is_skewed(const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response, int64_t signed_at);


static const jwti_aws_answer_code_t  jwti_aws_answer_codes[] = {
    { "Throttling", JWTI_AWS_THROTTLED, 0 },
    { "ThrottlingException", JWTI_AWS_THROTTLED, 0 },
    { "ThrottledException", JWTI_AWS_THROTTLED, 0 },
    { "RequestThrottledException", JWTI_AWS_THROTTLED, 0 },
    { "TooManyRequestsException", JWTI_AWS_THROTTLED, 0 },
    { "ProvisionedThroughputExceededException", JWTI_AWS_THROTTLED, 0 },
    { "TransactionInProgressException", JWTI_AWS_THROTTLED, 0 },
    { "RequestLimitExceeded", JWTI_AWS_THROTTLED, 0 },
    { "BandwidthLimitExceeded", JWTI_AWS_THROTTLED, 0 },
    { "LimitExceededException", JWTI_AWS_THROTTLED, 0 },
    { "RequestThrottled", JWTI_AWS_THROTTLED, 0 },
    { "SlowDown", JWTI_AWS_THROTTLED, 0 },
    { "PriorRequestNotComplete", JWTI_AWS_THROTTLED, 0 },
    { "EC2ThrottledException", JWTI_AWS_THROTTLED, 0 },

    { "RequestTimeout", JWTI_AWS_TRANSIENT, 0 },
    { "RequestTimeoutException", JWTI_AWS_TRANSIENT, 0 },
    { "IDPCommunicationError", JWTI_AWS_TRANSIENT, 0 },
    { "InternalServiceError", JWTI_AWS_TRANSIENT, 0 },
    { "InternalServiceErrorException", JWTI_AWS_TRANSIENT, 0 },
    { "InternalServerError", JWTI_AWS_TRANSIENT, 0 },
    { "InternalFailure", JWTI_AWS_TRANSIENT, 0 },
    { "ServerException", JWTI_AWS_TRANSIENT, 0 },
    { "ServiceUnavailable", JWTI_AWS_TRANSIENT, 0 },
    { "ServiceUnavailableException", JWTI_AWS_TRANSIENT, 0 },

    { "ExpiredToken", JWTI_AWS_EXPIRED, 0 },
    { "ExpiredTokenException", JWTI_AWS_EXPIRED, 0 },
    { "UnrecognizedClientException", JWTI_AWS_EXPIRED, 0 },
    { "InvalidClientTokenId", JWTI_AWS_EXPIRED, 0 },
    { "InvalidAccessKeyId", JWTI_AWS_EXPIRED, 0 },
    { "InvalidToken", JWTI_AWS_EXPIRED, 0 },
    { "TokenRefreshRequired", JWTI_AWS_EXPIRED, 0 },
    { "InvalidIdentityToken", JWTI_AWS_EXPIRED, 0 },    /* read it again */
    { "RequestExpired", JWTI_AWS_EXPIRED, 1 },

    { "RequestTimeTooSkewed", JWTI_AWS_SKEWED, 0 },
    { "RequestInTheFuture", JWTI_AWS_SKEWED, 0 },
    { "InvalidSignatureException", JWTI_AWS_DENIED, 1 },
    { "SignatureDoesNotMatch", JWTI_AWS_DENIED, 1 },
    { "AuthFailure", JWTI_AWS_DENIED, 1 },

    { "AccessDenied", JWTI_AWS_DENIED, 0 },
    { "AccessDeniedException", JWTI_AWS_DENIED, 0 },
    { "UnauthorizedOperation", JWTI_AWS_DENIED, 0 },
    { "NotAuthorized", JWTI_AWS_DENIED, 0 },
    { "OptInRequired", JWTI_AWS_DENIED, 0 },
    { "IDPRejectedClaim", JWTI_AWS_DENIED, 0 },
    { "RegionDisabledException", JWTI_AWS_DENIED, 0 },

    { "ResourceNotFoundException", JWTI_AWS_NOT_FOUND, 0 },
    { "ParameterNotFound", JWTI_AWS_NOT_FOUND, 0 },
    { "ParameterVersionNotFound", JWTI_AWS_NOT_FOUND, 0 },
    { "ClusterNotFoundException", JWTI_AWS_NOT_FOUND, 0 },
    { "ServiceNotFoundException", JWTI_AWS_NOT_FOUND, 0 }
};


/* codes that say little: what was meant is in the message only */

static const jwti_aws_answer_words_t  jwti_aws_answer_words[] = {
    { "InvalidRequestException", "marked deleted", JWTI_AWS_NOT_FOUND },
    { "InvalidRequestException", "marked for deletion", JWTI_AWS_NOT_FOUND },
    { "ClientException", "Unable to describe task definition",
      JWTI_AWS_NOT_FOUND },
    { "ClientException", "not authorized", JWTI_AWS_DENIED }
};


void
jwti_aws_answer_classify(jwti_aws_answer_t *answer,
    const jwti_http_response_t *response, int64_t signed_at)
{
    jwti_message_t  id;

    answer->class = JWTI_AWS_DONE;
    answer->code[0] = '\0';
    answer->message[0] = '\0';

    jwti_message_init(&id, answer->request_id, sizeof(answer->request_id));

    if (response->result != JWTI_HTTP_OK) {
        jwti_aws_answer_transport(answer, response);
        return;
    }

    jwti_message_words(&id, response->request_id);

    if (response->status == 200) {
        return;
    }

    jwti_aws_answer_error(answer, response);
    answer->class = jwti_aws_answer_class(answer, response, signed_at);
}


static void
jwti_aws_answer_transport(jwti_aws_answer_t *answer,
    const jwti_http_response_t *response)
{
    jwti_str_t      reason;
    const char     *what;
    jwti_message_t  message;

    answer->class = JWTI_AWS_TRANSIENT;

    switch (response->result) {

    case JWTI_HTTP_RESOLVE:
        what = "the host could not be resolved";
        break;

    case JWTI_HTTP_CONNECT:
        what = "no connection";
        break;

    case JWTI_HTTP_TIMEOUT:
        what = "timed out";
        break;

    case JWTI_HTTP_CUT:
        what = "the connection was closed too early";
        break;

    case JWTI_HTTP_TLS:
        what = "the TLS handshake failed";
        break;

    case JWTI_HTTP_VERIFY:
        what = "the certificate was refused";
        answer->class = JWTI_AWS_PERMANENT;
        break;

    case JWTI_HTTP_TOO_LARGE:
        what = "the answer is too long";
        answer->class = JWTI_AWS_PERMANENT;
        break;

    default:
        what = "the request failed";
        answer->class = JWTI_AWS_PERMANENT;
        break;
    }

    jwti_message_init(&message, answer->message, sizeof(answer->message));
    jwti_message_text(&message, what);

    if (response->reason != NULL) {
        reason.data = (const unsigned char *) response->reason;
        reason.len = strlen(response->reason);

        jwti_message_text(&message, ": ");
        jwti_message_words(&message, reason);
    }
}


/* code and message: the header, then the body, then the status */

static void
jwti_aws_answer_error(jwti_aws_answer_t *answer,
    const jwti_http_response_t *response)
{
    int             known;
    jwti_str_t      body;
    jwti_message_t  message;

    body = response->body;

    while (body.len != 0 && (body.data[0] == ' ' || body.data[0] == '\n'
                             || body.data[0] == '\r' || body.data[0] == '\t'))
    {
        body.data++;
        body.len--;
    }

    jwti_message_init(&message, answer->message, sizeof(answer->message));
    jwti_aws_answer_code(answer, response->error_type);

    known = jwti_aws_answer_json(answer, body, &message)
            || jwti_aws_answer_xml(answer, body, &message);

    if (message.len == 0) {
        jwti_message_text(&message, "HTTP status ");
        jwti_message_int(&message, (int64_t) response->status);

        if (!known && body.len != 0) {
            jwti_message_text(&message, ": ");
            jwti_aws_answer_raw(body, &message);
        }
    }
}


/* 1 when the body is a JSON object, whatever is in it */

static int
jwti_aws_answer_json(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_message_t *message)
{
    jwti_str_t    text;
    jwti_json_t  *json;

    if (body.len == 0 || body.data[0] != '{'
        || jwti_json_parse(body, JWTI_AWS_ANSWER_BODY_MAX, &json) != JWTI_OK)
    {
        return 0;
    }

    if (answer->code[0] == '\0'
        && (jwti_json_get_string(json, "__type", &text) == JWTI_OK
            || jwti_json_get_string(json, "code", &text) == JWTI_OK))
    {
        jwti_aws_answer_code(answer, text);
    }

    if (jwti_json_get_string(json, "message", &text) == JWTI_OK
        || jwti_json_get_string(json, "Message", &text) == JWTI_OK)
    {
        jwti_message_words(message, text);
    }

    jwti_json_free(json);

    return 1;
}


/* STS, and emulators of other services: 1 when there is an element Error */

static int
jwti_aws_answer_xml(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_message_t *message)
{
    jwti_buf_t     buf;
    jwti_str_t     error, content;
    unsigned char  text[JWTI_AWS_MESSAGE_MAX];

    if (!jwti_aws_xml_is_plain(body)
        || jwti_aws_xml_element(body, "Error", &error) != JWTI_OK)
    {
        return 0;
    }

    if (answer->code[0] == '\0'
        && jwti_aws_xml_element(error, "Code", &content) == JWTI_OK)
    {
        jwti_aws_answer_code(answer, content);
    }

    if (jwti_aws_xml_element(error, "Message", &content) == JWTI_OK) {
        jwti_buf_init(&buf, text, sizeof(text));

        /* as much as fits: the rest of a long one is not worth more */

        if (jwti_aws_xml_text(&buf, content) != JWTI_INVALID) {
            jwti_message_words(message, jwti_buf_written(&buf));
        }
    }

    return 1;
}


/* one line of a page, with single blanks */

static void
jwti_aws_answer_raw(jwti_str_t body, jwti_message_t *message)
{
    size_t          i;
    jwti_buf_t      buf;
    unsigned char   ch, last, text[JWTI_AWS_ANSWER_RAW_MAX];

    jwti_buf_init(&buf, text, sizeof(text));
    last = '\0';

    for (i = 0; i < body.len; i++) {
        ch = (body.data[i] <= 0x20) ? ' ' : body.data[i];

        if (ch != ' ' || last != ' ') {
            jwti_buf_byte(&buf, ch);
        }

        last = ch;
    }

    jwti_message_words(message, jwti_buf_written(&buf));
}


/* "com.amazonaws.x#FooException:http://..." is FooException */

static void
jwti_aws_answer_code(jwti_aws_answer_t *answer, jwti_str_t code)
{
    size_t          i;
    jwti_message_t  message;

    for (i = 0; i < code.len && code.data[i] != ':'; i++) { /* void */ }

    code.len = i;

    for (i = 0; i < code.len; i++) {

        if (code.data[i] == '#') {
            code.data += i + 1;
            code.len -= i + 1;
            break;
        }
    }

    jwti_message_init(&message, answer->code, sizeof(answer->code));
    jwti_message_words(&message, code);
}


static jwti_aws_class_e
jwti_aws_answer_class(const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response, int64_t signed_at)
{
    size_t                          i, count;
    const jwti_aws_answer_code_t   *code;
    const jwti_aws_answer_words_t  *words;

    count = sizeof(jwti_aws_answer_codes) / sizeof(jwti_aws_answer_codes[0]);

    for (i = 0; i < count; i++) {
        code = &jwti_aws_answer_codes[i];

        if (strcmp(code->code, answer->code) != 0) {
            continue;
        }

        if (code->clock
            && jwti_aws_answer_is_skewed(answer, response, signed_at))
        {
            return JWTI_AWS_SKEWED;
        }

        return code->class;
    }

    count = sizeof(jwti_aws_answer_words) / sizeof(jwti_aws_answer_words[0]);

    for (i = 0; i < count; i++) {
        words = &jwti_aws_answer_words[i];

        if (strcmp(words->code, answer->code) == 0
            && strstr(answer->message, words->words) != NULL)
        {
            return words->class;
        }
    }

    return jwti_aws_answer_status(response->status);
}


static jwti_aws_class_e
jwti_aws_answer_status(unsigned status)
{
    switch (status) {

    case 401:
    case 403:
        return JWTI_AWS_DENIED;

    case 429:
        return JWTI_AWS_THROTTLED;

    case 500:
    case 502:
    case 503:
    case 504:
        return JWTI_AWS_TRANSIENT;

    default:
        return JWTI_AWS_PERMANENT;
    }
}


static int
jwti_aws_answer_is_skewed(const jwti_aws_answer_t *answer,
    const jwti_http_response_t *response, int64_t signed_at)
{
    int64_t  skew;

    if (signed_at <= 0) {
        return 0;
    }

    if (strncmp(answer->message, "Signature expired", 17) == 0
        || strncmp(answer->message, "Signature not yet current", 25) == 0)
    {
        return 1;
    }

    if (response->date <= 0) {
        return 0;
    }

    skew = response->date - signed_at;

    return skew > JWTI_AWS_SKEW_MAX || skew < -JWTI_AWS_SKEW_MAX;
}
