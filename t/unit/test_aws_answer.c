
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_answer.c: what is made of every error that the services document,
 * of emulators' and of things in between.
 */


#include "jwti_aws_answer.h"
#include "tap.h"


#define TEST_SIGNED  1440938160

/* the code in a JSON body */
#define TEST_JSON(code)  "{\"__type\":\"" code "\",\"message\":\"m\"}"


typedef struct {
    unsigned           status;
    const char        *error_type;      /* NULL: no such header */
    const char        *body;
    int64_t            date;            /* of the service, from TEST_SIGNED */
    jwti_aws_class_e   class;
    const char        *code;
    const char        *message;
} test_error_t;

typedef struct {
    jwti_http_result_e   result;
    const char          *reason;
    jwti_aws_class_e     class;
    const char          *message;
} test_transport_t;


static void test_transports(void);
static void test_errors(void);
static void test_codes(void);
static void test_done(void);
static void test_signed(void);
static void test_hidden(void);
static void test_limits(void);
static void test_start(unsigned status, const char *body);


static jwti_aws_answer_t     test_answer;
static jwti_http_response_t  test_response;


static const test_transport_t  test_transport_table[] = {
    { JWTI_HTTP_RESOLVE, "no such host", JWTI_AWS_TRANSIENT,
      "the host could not be resolved: no such host" },
    { JWTI_HTTP_CONNECT, "refused", JWTI_AWS_TRANSIENT,
      "no connection: refused" },
    { JWTI_HTTP_TIMEOUT, NULL, JWTI_AWS_TRANSIENT, "timed out" },
    { JWTI_HTTP_CUT, "a\nb", JWTI_AWS_TRANSIENT,
      "the connection was closed too early: a" },
    { JWTI_HTTP_TLS, "alert", JWTI_AWS_TRANSIENT,
      "the TLS handshake failed: alert" },
    { JWTI_HTTP_VERIFY, "self-signed", JWTI_AWS_PERMANENT,
      "the certificate was refused: self-signed" },
    { JWTI_HTTP_TOO_LARGE, "over 5", JWTI_AWS_PERMANENT,
      "the answer is too long: over 5" },
    { JWTI_HTTP_FAILED, "x", JWTI_AWS_PERMANENT, "the request failed: x" }
};


static const test_error_t  test_error_table[] = {
    { 400, NULL, "{\"__type\":\"ResourceNotFoundException\",\"Message\":"
      "\"Secrets Manager can't find the specified secret.\"}", 0,
      JWTI_AWS_NOT_FOUND, "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret." },
    { 400, NULL, "{\"__type\":\"InvalidRequestException\",\"message\":\"You "
      "can't perform this operation on the secret because it was currently "
      "marked deleted.\"}", 0, JWTI_AWS_NOT_FOUND, "InvalidRequestException",
      "You can't perform this operation on the secret because it was "
      "currently marked deleted." },
    { 400, NULL, "{\"__type\":\"InvalidRequestException\",\"message\":"
      "\"because it was marked for deletion.\"}", 0, JWTI_AWS_NOT_FOUND,
      "InvalidRequestException", "because it was marked for deletion." },
    { 400, NULL, "{\"__type\":\"InvalidRequestException\",\"message\":\"You "
      "provided a VersionStage\"}", 0, JWTI_AWS_PERMANENT,
      "InvalidRequestException", "You provided a VersionStage" },
    { 400, NULL, "{\"__type\":\"ClientException\",\"message\":\"Unable to "
      "describe task definition.\"}", 0, JWTI_AWS_NOT_FOUND,
      "ClientException", "Unable to describe task definition." },
    { 400, NULL, "{\"__type\":\"ClientException\",\"message\":\"User x is not "
      "authorized to y\"}", 0, JWTI_AWS_DENIED, "ClientException",
      "User x is not authorized to y" },
    { 400, NULL, TEST_JSON("ClientException"), 0, JWTI_AWS_PERMANENT,
      "ClientException", "m" },

    /* where the code and the message are taken from */

    { 400, "FooException", TEST_JSON("ThrottlingException"), 0,
      JWTI_AWS_PERMANENT, "FooException", "m" },
    { 400, "ThrottlingException:http://internal.amazon.com/coral/", "{}", 0,
      JWTI_AWS_THROTTLED, "ThrottlingException", "HTTP status 400" },
    { 400, NULL, TEST_JSON("com.amazonaws.x#AccessDeniedException"), 0,
      JWTI_AWS_DENIED, "AccessDeniedException", "m" },
    { 400, NULL, TEST_JSON("a#AccessDeniedException:b#c"), 0, JWTI_AWS_DENIED,
      "AccessDeniedException", "m" },
    { 400, NULL, "{\"code\":\"SlowDown\",\"Message\":\"n\"}", 0,
      JWTI_AWS_THROTTLED, "SlowDown", "n" },
    { 400, NULL, "{\"__type\":5,\"message\":{}}", 0, JWTI_AWS_PERMANENT, "",
      "HTTP status 400" },
    { 400, NULL, "  {\"__type\":\"SlowDown\"}", 0, JWTI_AWS_THROTTLED,
      "SlowDown", "HTTP status 400" },
    { 503, NULL, TEST_JSON("SlowDown"), 0, JWTI_AWS_THROTTLED, "SlowDown",
      "m" },
    { 500, NULL, TEST_JSON("AccessDeniedException"), 0, JWTI_AWS_DENIED,
      "AccessDeniedException", "m" },
    { 500, NULL, TEST_JSON("FooException"), 0, JWTI_AWS_TRANSIENT,
      "FooException", "m" },

    /* XML: STS, and moto for the others */

    { 400, NULL, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06"
      "-15/\"><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code>"
      "<Message>No &quot;x&quot;</Message></Error><RequestId>r</RequestId>"
      "</ErrorResponse>", 0, JWTI_AWS_EXPIRED, "InvalidIdentityToken",
      "No \"x\"" },
    { 403, NULL, "<?xml version=\"1.0\"?>\n<ErrorResponse><Errors><Error><Code>"
      "SignatureDoesNotMatch</Code><Message>a\nThe Canonical String</Message>"
      "</Error></Errors></ErrorResponse>", 0, JWTI_AWS_DENIED,
      "SignatureDoesNotMatch", "a" },
    { 403, NULL, "<!DOCTYPE x><Error><Code>SlowDown</Code></Error>", 0,
      JWTI_AWS_DENIED, "",
      "HTTP status 403: <!DOCTYPE x><Error><Code>SlowDown</Code></Error>" },
    { 400, NULL, "<a><Code>SlowDown</Code></a>", 0, JWTI_AWS_PERMANENT, "",
      "HTTP status 400: <a><Code>SlowDown</Code></a>" },
    { 400, NULL, "<Error><Code>SlowDown</Code><Message>&bad;</Message>"
      "</Error>", 0, JWTI_AWS_THROTTLED, "SlowDown", "HTTP status 400" },

    /* neither */

    { 503, NULL, "<html>\r\n\t<h1>503  down</h1>\n</html>", 0,
      JWTI_AWS_TRANSIENT, "",
      "HTTP status 503: <html> <h1>503 down</h1> </html>" },
    { 404, NULL, "", 0, JWTI_AWS_PERMANENT, "", "HTTP status 404" },
    { 401, NULL, "no", 0, JWTI_AWS_DENIED, "", "HTTP status 401: no" },
    { 403, NULL, "{\"__type\":", 0, JWTI_AWS_DENIED, "",
      "HTTP status 403: {\"__type\":" },
    { 429, NULL, "", 0, JWTI_AWS_THROTTLED, "", "HTTP status 429" },
    { 500, NULL, "", 0, JWTI_AWS_TRANSIENT, "", "HTTP status 500" },
    { 501, NULL, "", 0, JWTI_AWS_PERMANENT, "", "HTTP status 501" },
    { 502, NULL, "", 0, JWTI_AWS_TRANSIENT, "", "HTTP status 502" },
    { 504, NULL, "", 0, JWTI_AWS_TRANSIENT, "", "HTTP status 504" },
    { 301, NULL, "", 0, JWTI_AWS_PERMANENT, "", "HTTP status 301" },
    { 204, NULL, "", 0, JWTI_AWS_PERMANENT, "", "HTTP status 204" },
    { 0, NULL, "", 0, JWTI_AWS_PERMANENT, "", "HTTP status 0" },

    /* clocks */

    { 400, NULL, TEST_JSON("InvalidSignatureException"), JWTI_AWS_SKEW_MAX,
      JWTI_AWS_DENIED, "InvalidSignatureException", "m" },
    { 400, NULL, TEST_JSON("InvalidSignatureException"),
      JWTI_AWS_SKEW_MAX + 1, JWTI_AWS_SKEWED, "InvalidSignatureException",
      "m" },
    { 400, NULL, TEST_JSON("InvalidSignatureException"),
      -JWTI_AWS_SKEW_MAX, JWTI_AWS_DENIED, "InvalidSignatureException", "m" },
    { 400, NULL, TEST_JSON("InvalidSignatureException"),
      -JWTI_AWS_SKEW_MAX - 1, JWTI_AWS_SKEWED, "InvalidSignatureException",
      "m" },
    { 400, NULL, "{\"__type\":\"InvalidSignatureException\",\"message\":"
      "\"Signature not yet current: 20201002T065532Z is still later\"}", 0,
      JWTI_AWS_SKEWED, "InvalidSignatureException",
      "Signature not yet current: 20201002T065532Z is still later" },
    { 403, NULL, "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature "
      "expired: A is now earlier</Message></Error>", 0, JWTI_AWS_SKEWED,
      "SignatureDoesNotMatch", "Signature expired: A is now earlier" },
    { 403, NULL, TEST_JSON("SignatureDoesNotMatch"), 900, JWTI_AWS_SKEWED,
      "SignatureDoesNotMatch", "m" },
    { 403, NULL, TEST_JSON("AuthFailure"), 900, JWTI_AWS_SKEWED,
      "AuthFailure", "m" },
    { 403, NULL, TEST_JSON("AuthFailure"), 1, JWTI_AWS_DENIED, "AuthFailure",
      "m" },
    { 400, NULL, TEST_JSON("RequestExpired"), 900, JWTI_AWS_SKEWED,
      "RequestExpired", "m" },
    { 400, NULL, TEST_JSON("RequestExpired"), 1, JWTI_AWS_EXPIRED,
      "RequestExpired", "m" },
    { 403, NULL, TEST_JSON("RequestTimeTooSkewed"), 1, JWTI_AWS_SKEWED,
      "RequestTimeTooSkewed", "m" },
    { 403, NULL, TEST_JSON("RequestInTheFuture"), 1, JWTI_AWS_SKEWED,
      "RequestInTheFuture", "m" },
    { 400, NULL, TEST_JSON("AccessDeniedException"), 900, JWTI_AWS_DENIED,
      "AccessDeniedException", "m" }
};


int
main(void)
{
    test_transports();
    test_errors();
    test_codes();
    test_done();
    test_signed();
    test_hidden();
    test_limits();

    return done();
}


static void
test_transports(void)
{
    size_t                   i;
    const test_transport_t  *test;

    for (i = 0;
         i < sizeof(test_transport_table) / sizeof(test_transport_t); i++)
    {
        test = &test_transport_table[i];

        test_start(0, "");
        test_response.result = test->result;
        test_response.reason = test->reason;

        jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);

        is_int(test_answer.class, test->class, "a failure of the transport");
        is_str(tap_str(test_answer.message), test->message, "its message");
        is_str(tap_str(test_answer.code), "", "has no code");
    }
}


static void
test_errors(void)
{
    size_t               i;
    const test_error_t  *test;

    for (i = 0; i < sizeof(test_error_table) / sizeof(test_error_t); i++) {
        test = &test_error_table[i];

        test_start(test->status, test->body);
        test_response.date = (test->date == 0) ? 0 : TEST_SIGNED + test->date;
        test_response.error_type = tap_str(test->error_type);

        jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);

        is_int(test_answer.class, test->class, test->message);
        is_str(tap_str(test_answer.code), test->code, "its code");
        is_str(tap_str(test_answer.message), test->message, "its message");
        is_str(tap_str(test_answer.request_id), "id-1", "its request");
    }
}


static void
test_codes(void)
{
    char    body[128];
    size_t  i;

    static const struct {
        const char        *code;
        jwti_aws_class_e   class;
    } table[] = {
        { "Throttling", JWTI_AWS_THROTTLED },
        { "ThrottlingException", JWTI_AWS_THROTTLED },
        { "ThrottledException", JWTI_AWS_THROTTLED },
        { "RequestThrottledException", JWTI_AWS_THROTTLED },
        { "TooManyRequestsException", JWTI_AWS_THROTTLED },
        { "ProvisionedThroughputExceededException", JWTI_AWS_THROTTLED },
        { "TransactionInProgressException", JWTI_AWS_THROTTLED },
        { "RequestLimitExceeded", JWTI_AWS_THROTTLED },
        { "BandwidthLimitExceeded", JWTI_AWS_THROTTLED },
        { "LimitExceededException", JWTI_AWS_THROTTLED },
        { "RequestThrottled", JWTI_AWS_THROTTLED },
        { "PriorRequestNotComplete", JWTI_AWS_THROTTLED },
        { "EC2ThrottledException", JWTI_AWS_THROTTLED },
        { "RequestTimeout", JWTI_AWS_TRANSIENT },
        { "RequestTimeoutException", JWTI_AWS_TRANSIENT },
        { "IDPCommunicationError", JWTI_AWS_TRANSIENT },
        { "InternalServiceError", JWTI_AWS_TRANSIENT },
        { "InternalServerError", JWTI_AWS_TRANSIENT },
        { "InternalFailure", JWTI_AWS_TRANSIENT },
        { "ServerException", JWTI_AWS_TRANSIENT },
        { "ServiceUnavailable", JWTI_AWS_TRANSIENT },
        { "ExpiredToken", JWTI_AWS_EXPIRED },
        { "ExpiredTokenException", JWTI_AWS_EXPIRED },
        { "UnrecognizedClientException", JWTI_AWS_EXPIRED },
        { "InvalidClientTokenId", JWTI_AWS_EXPIRED },
        { "AccessDenied", JWTI_AWS_DENIED },
        { "IDPRejectedClaim", JWTI_AWS_DENIED },
        { "RegionDisabledException", JWTI_AWS_DENIED },
        { "ParameterNotFound", JWTI_AWS_NOT_FOUND },
        { "ParameterVersionNotFound", JWTI_AWS_NOT_FOUND },
        { "ClusterNotFoundException", JWTI_AWS_NOT_FOUND },
        { "DecryptionFailure", JWTI_AWS_PERMANENT },
        { "InvalidParameterException", JWTI_AWS_PERMANENT },
        { "IncompleteSignatureException", JWTI_AWS_PERMANENT },
        { "MissingAuthenticationTokenException", JWTI_AWS_PERMANENT },
        { "SerializationException", JWTI_AWS_PERMANENT },
        { "throttling", JWTI_AWS_PERMANENT }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        snprintf(body, sizeof(body), TEST_JSON("%s"), table[i].code);
        test_start(400, body);
        jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
        is_int(test_answer.class, table[i].class, table[i].code);
    }
}


static void
test_done(void)
{
    test_start(200, TEST_JSON("SlowDown"));
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);

    is_int(test_answer.class, JWTI_AWS_DONE, "a good answer");
    is_str(tap_str(test_answer.code), "", "has no code");
    is_str(tap_str(test_answer.message), "", "and no message");
    is_str(tap_str(test_answer.request_id), "id-1", "but an id");
}


static void
test_signed(void)
{
    test_start(400, TEST_JSON("InvalidSignatureException"));
    test_response.date = 5000;
    jwti_aws_answer_classify(&test_answer, &test_response, 0);
    is_int(test_answer.class, JWTI_AWS_DENIED, "what was not signed");

    test_response.date = INT64_MAX;
    jwti_aws_answer_classify(&test_answer, &test_response, -1);
    is_int(test_answer.class, JWTI_AWS_DENIED, "a time that is none");

    jwti_aws_answer_classify(&test_answer, &test_response, 1);
    is_int(test_answer.class, JWTI_AWS_SKEWED, "a Date far away");

    test_response.date = INT64_MIN;
    jwti_aws_answer_classify(&test_answer, &test_response, INT64_MAX);
    is_int(test_answer.class, JWTI_AWS_DENIED, "a Date that is none");
}


/* what a service says of a signature may quote the request */

static void
test_hidden(void)
{
    char  body[1024], token[401];

    memset(token, 'T', sizeof(token));
    token[400] = '\0';

    snprintf(body, sizeof(body), "{\"__type\":\"IncompleteSignatureException\""
             ",\"message\":\"x-amz-security-token:%s end\"}", token);
    test_start(400, body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_str(tap_str(test_answer.message), "x-amz-security-token:[...] end",
           "no token in a message");

    snprintf(body, sizeof(body), "proxy says %s", token);
    test_start(502, body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_str(tap_str(test_answer.message),
           "HTTP status 502: proxy says [...]", "nor of a proxy");

    snprintf(body, sizeof(body), "{\"__type\":\"%s\"}", token);
    test_start(400, body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_str(tap_str(test_answer.code), "[...]", "nor in a code");

    test_start(400, "{\"__type\":\"a\\nb\xc3\xa4\",\"message\":\"\\u001b[0m"
               "\"}");
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_str(tap_str(test_answer.code), "a", "one line");
    is_str(tap_str(test_answer.message), "?[0m", "no control characters");
}


static void
test_limits(void)
{
    static char  body[70000];

    size_t  len;

    len = (size_t) sprintf(body, "{\"message\":\"");
    memset(body + len, ' ', 600);
    strcpy(body + len + 600, "\"}");

    test_start(400, body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_int((long long) strlen(test_answer.message), JWTI_AWS_MESSAGE_MAX,
           "a long message is cut");

    len = (size_t) sprintf(body, "{\"__type\":\"SlowDown\",\"x\":\"");
    memset(body + len, 'x', sizeof(body) - len);
    strcpy(body + 65536 - 2, "\"}");

    test_start(400, body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_int(test_answer.class, JWTI_AWS_THROTTLED, "the longest body");

    body[65536 - 2] = 'x';
    strcpy(body + 65536 - 1, "\"}");
    test_start(400, body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_int(test_answer.class, JWTI_AWS_PERMANENT, "a longer one is not read");

    memset(body, 'i', 100);
    body[100] = '\0';
    test_start(200, "");
    test_response.request_id = tap_str(body);
    jwti_aws_answer_classify(&test_answer, &test_response, TEST_SIGNED);
    is_int((long long) strlen(test_answer.request_id),
           JWTI_AWS_REQUEST_ID_MAX, "a long id is cut");
}


static void
test_start(unsigned status, const char *body)
{
    memset(&test_answer, 'x', sizeof(test_answer));
    memset(&test_response, 0, sizeof(test_response));

    test_response.status = status;
    test_response.body = tap_str(body);
    test_response.request_id = jwti_str("id-1");
}
