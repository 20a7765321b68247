
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_sigv4.c: the signer against published vectors: those of
 * awslabs/aws-c-auth (Apache-2.0), tests/aws-signing-test-suite/v4, that are
 * "POST /" without a query, by their names there; and three requests of ours
 * that botocore 1.29.27 and 1.43.11 signed.
 */


#include "jwti_aws_sigv4.h"
#include "tap.h"


#define TEST_NOW  1440938160            /* 20150830T123600Z */

#define TEST_TOKEN                                                            \
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsK" \
    "WHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeeh" \
    "M4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q" \
    "6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypN" \
    "C9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

#define TEST_HASH                                                             \
    "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"

#define TEST_FORM   "application/x-www-form-urlencoded"
#define TEST_JSON   "application/x-amz-json-1.1"
#define TEST_HOST   "secretsmanager.us-east-1.amazonaws.com"

#define TEST_ASSUME                                                           \
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"      \
    "123456789012%3Arole%2Fdemo&RoleSessionName=ngx&DurationSeconds=3600"


typedef struct {
    const char         *name;
    const char         *service;
    const char         *token;
    jwti_aws_header_t   headers[JWTI_AWS_SIGV4_HEADERS_MAX];
    const char         *body;
    const char         *names;
    const char         *signature;
} test_vector_t;


static void test_vectors(void);
static void test_blanks(void);
static void test_order(void);
static void test_refused(void);
static void test_credentials(void);
static void test_longest(void);
static void test_start(jwti_aws_sigv4_t *request);


static jwti_aws_credentials_t  test_keys;
static jwti_aws_header_t       test_headers[JWTI_AWS_SIGV4_HEADERS_MAX + 1];


static const test_vector_t  test_vector_table[] = {
    { "post-vanilla", "service", "",
      { { "host", "example.amazonaws.com" } }, "", "host;x-amz-date",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
    { "post-header-key-case", "service", "",
      { { "host", "example.amazonaws.com" } }, "", "host;x-amz-date",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
    { "post-header-key-sort", "service", "",
      { { "my-header1", "value1" }, { "host", "example.amazonaws.com" } }, "",
      "host;my-header1;x-amz-date",
      "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c" },
    { "post-header-value-case", "service", "",
      { { "host", "example.amazonaws.com" }, { "my-header1", "VALUE1" } }, "",
      "host;my-header1;x-amz-date",
      "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d" },
    { "post-sts-header-before", "service", TEST_TOKEN,
      { { "host", "example.amazonaws.com" } }, "",
      "host;x-amz-date;x-amz-security-token",
      "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead" },
    { "post-sts-header-after", "service", "",
      { { "host", "example.amazonaws.com" } }, "", "host;x-amz-date",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
    { "post-x-www-form-urlencoded", "service", "",
      { { "content-length", "13" }, { "content-type", TEST_FORM },
        { "host", "example.amazonaws.com" },
        { "x-amz-content-sha256", TEST_HASH } },
      "Param1=value1",
      "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
      "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b" },
    { "post-x-www-form-urlencoded-parameters", "service", "",
      { { "content-length", "13" },
        { "content-type", TEST_FORM "; charset=utf-8" },
        { "host", "example.amazonaws.com" },
        { "x-amz-content-sha256", TEST_HASH } },
      "Param1=value1",
      "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
      "328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422" },
    { "GetSecretValue", "secretsmanager", "",
      { { "host", TEST_HOST }, { "content-type", TEST_JSON },
        { "x-amz-target", "secretsmanager.GetSecretValue" } },
      "{\"SecretId\":\"svc/env\"}",
      "content-type;host;x-amz-date;x-amz-target",
      "c884ea088d5a98cb952b069474b3b8c5a86ec000d86f8fb96d5d7cbd9b1377ea" },
    { "GetSecretValue with a session token", "secretsmanager",
      "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ==",
      { { "host", TEST_HOST }, { "content-type", TEST_JSON },
        { "x-amz-target", "secretsmanager.GetSecretValue" } },
      "{\"SecretId\":\"svc/env\"}",
      "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
      "209a0d955d9b9bd75d97db070b645e36660462ef88a0b6a67d20637e495651e2" },
    { "AssumeRole", "sts", "",
      { { "host", "sts.us-east-1.amazonaws.com" },
        { "content-type", TEST_FORM "; charset=utf-8" } },
      TEST_ASSUME, "content-type;host;x-amz-date",
      "4a6d0959335636dcc40e282d0ca3a8cf4323dabe38bd98bede3e8373eed92356" }
};


int
main(void)
{
    test_vectors();
    test_blanks();
    test_order();
    test_refused();
    test_credentials();
    test_longest();

    return done();
}


static void
test_vectors(void)
{
    char                   want[1024];
    size_t                 i, n;
    jwti_aws_sigv4_t       request;
    const test_vector_t   *test;
    jwti_aws_signature_t   signature;

    for (i = 0; i < sizeof(test_vector_table) / sizeof(test_vector_t); i++) {
        test = &test_vector_table[i];

        test_start(&request);
        strcpy(test_keys.session_token, test->token);

        for (n = 0; n < JWTI_AWS_SIGV4_HEADERS_MAX
                    && test->headers[n].name != NULL; n++) { /* void */ }

        request.service = test->service;
        request.headers = test->headers;
        request.nheaders = n;
        request.body = tap_str(test->body);

        is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_OK,
               test->name);
        is_str(tap_str(signature.date), "20150830T123600Z", "its date");

        snprintf(want, sizeof(want), "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"
                 "20150830/us-east-1/%s/aws4_request, SignedHeaders=%s, "
                 "Signature=%s", test->service, test->names, test->signature);
        is_str(tap_str(signature.authorization), want, "its Authorization");
    }
}


static void
test_blanks(void)
{
    jwti_aws_sigv4_t      request;
    jwti_aws_signature_t  one, two;

    test_start(&request);
    test_headers[1].name = "my-header1";
    test_headers[1].value = "\"a b c\"";
    request.nheaders = 2;

    is_int(jwti_aws_sigv4_sign(&one, &request), JWTI_OK, "single blanks");

    test_headers[1].value = "   \"a   b  c\" ";

    is_int(jwti_aws_sigv4_sign(&two, &request), JWTI_OK, "many blanks");
    is_str(tap_str(two.authorization), one.authorization,
           "count as one, or not at all at the ends");

    test_headers[1].value = "  ";

    is_int(jwti_aws_sigv4_sign(&one, &request), JWTI_OK, "only blanks");

    test_headers[1].value = "";

    is_int(jwti_aws_sigv4_sign(&two, &request), JWTI_OK, "no value");
    is_str(tap_str(two.authorization), one.authorization, "are the same");
}


static void
test_order(void)
{
    size_t                i;
    jwti_aws_header_t     reverse[6];
    jwti_aws_sigv4_t      request;
    jwti_aws_signature_t  one, two;

    static const jwti_aws_header_t  headers[6] = {
        { "a", "1" }, { "host", "h" }, { "x-amz-d", "2" },
        { "x-amz-date-", "3" }, { "x-amz-security-token-", "4" },
        { "z", "5" }
    };

    test_start(&request);
    strcpy(test_keys.session_token, "token");

    for (i = 0; i < 6; i++) {
        reverse[i] = headers[5 - i];
    }

    request.headers = headers;
    request.nheaders = 6;

    is_int(jwti_aws_sigv4_sign(&one, &request), JWTI_OK, "all headers");
    ok(strstr(one.authorization,
              "SignedHeaders=a;host;x-amz-d;x-amz-date;x-amz-date-;"
              "x-amz-security-token;x-amz-security-token-;z,") != NULL,
       "are sorted with those of the signer");

    request.headers = reverse;

    is_int(jwti_aws_sigv4_sign(&two, &request), JWTI_OK, "in reverse");
    is_str(tap_str(two.authorization), one.authorization, "are the same");
}


static void
test_refused(void)
{
    char                  text[80];
    jwti_aws_sigv4_t      request;
    jwti_aws_signature_t  signature;

    test_start(&request);
    request.now = -1;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID, "no time");

    test_start(&request);
    request.nheaders = 0;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID, "no host");

    test_start(&request);
    test_headers[0].value = "";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "an empty host");

    test_start(&request);
    test_headers[0].value = "a\r\nb";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a line end in a value");

    test_start(&request);
    test_headers[0].value = "a\xc3\xa4";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a value that is not ASCII");

    test_start(&request);
    test_headers[0].name = "Host";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a name in upper case");

    test_start(&request);
    test_headers[1] = test_headers[0];
    request.nheaders = 2;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a name twice");

    test_start(&request);
    test_headers[1].name = "x-amz-date";
    test_headers[1].value = "";
    request.nheaders = 2;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "the date of somebody else");

    test_headers[1].name = "";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "an empty name");

    memset(text, 'a', sizeof(text));
    text[JWTI_AWS_SIGV4_NAME_MAX] = '\0';
    test_headers[1].name = text;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_OK,
           "a name of the longest");

    text[JWTI_AWS_SIGV4_NAME_MAX] = 'a';
    text[JWTI_AWS_SIGV4_NAME_MAX + 1] = '\0';
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a longer name");

    test_start(&request);
    request.nheaders = JWTI_AWS_SIGV4_HEADERS_MAX + 1;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "too many headers");

    test_start(&request);
    request.region = "us/east";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "no region");

    test_start(&request);
    request.service = "";
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "no service");

    request.service = text;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a long service");
}


static void
test_credentials(void)
{
    size_t                i;
    jwti_aws_sigv4_t      request;
    jwti_aws_signature_t  signature;

    static const char *const  bad[] = { "", "AK ID", "AK/ID", "AK,ID",
                                        "AK\nID", "AK\x7f" };

    test_start(&request);
    request.credentials = NULL;
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "no credentials");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        test_start(&request);
        strcpy(test_keys.access_key, bad[i]);
        is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
               "no access key");
    }

    test_start(&request);
    test_keys.secret_key[0] = '\0';
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "no secret key");

    test_start(&request);
    strcpy(test_keys.session_token, "a\nb");
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a line end in the session token");
}


static void
test_longest(void)
{
    char                  region[JWTI_AWS_REGION_MAX + 2];
    char                  service[JWTI_AWS_SIGV4_SERVICE_MAX + 1];
    char                  names[6][JWTI_AWS_SIGV4_NAME_MAX + 1];
    size_t                i;
    jwti_aws_sigv4_t      request;
    jwti_aws_signature_t  signature;

    test_start(&request);

    memset(test_keys.access_key, 'A', JWTI_AWS_ACCESS_KEY_MAX);
    memset(test_keys.secret_key, 's', JWTI_AWS_SECRET_KEY_MAX);
    memset(test_keys.session_token, 't', JWTI_AWS_SESSION_MAX);
    memset(region, 'r', sizeof(region));
    memset(service, 's', sizeof(service));
    region[JWTI_AWS_REGION_MAX] = '\0';
    service[JWTI_AWS_SIGV4_SERVICE_MAX] = '\0';

    for (i = 1; i < 6; i++) {
        memset(names[i], 'a' + (int) i, sizeof(names[i]));
        names[i][JWTI_AWS_SIGV4_NAME_MAX] = '\0';
        test_headers[i].name = names[i];
        test_headers[i].value = "v";
    }

    request.region = region;
    request.service = service;
    request.nheaders = 6;

    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_OK,
           "the longest of everything");
    ok(strlen(signature.authorization) <= JWTI_AWS_AUTHORIZATION_MAX
       && strlen(signature.authorization) > 500, "fits");

    region[JWTI_AWS_REGION_MAX] = 'r';
    region[JWTI_AWS_REGION_MAX + 1] = '\0';
    is_int(jwti_aws_sigv4_sign(&signature, &request), JWTI_INVALID,
           "a longer region");
}


static void
test_start(jwti_aws_sigv4_t *request)
{
    memset(&test_keys, 0, sizeof(test_keys));
    memset(test_headers, 0, sizeof(test_headers));

    strcpy(test_keys.access_key, "AKIDEXAMPLE");
    strcpy(test_keys.secret_key, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    test_headers[0].name = "host";
    test_headers[0].value = "example.amazonaws.com";

    request->credentials = &test_keys;
    request->region = "us-east-1";
    request->service = "service";
    request->headers = test_headers;
    request->nheaders = 1;
    request->body = jwti_str("");
    request->now = TEST_NOW;
}
