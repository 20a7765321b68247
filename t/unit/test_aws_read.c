
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_read.c: good answers, and good ones without what was asked for.
 */


#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"
#include "tap.h"


#define TEST_ID  "01234567-89ab-cdef-0123-456789abcdef"

#define TEST_SECRET(rest)  "{\"VersionId\":\"" TEST_ID "\"," rest "}"

#define TEST_STS(result, access, secret, token, expiration)                   \
    "<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" result ">"     \
    "<AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials>"            \
    "<AccessKeyId>" access "</AccessKeyId>"                                   \
    "<SecretAccessKey>" secret "</SecretAccessKey>"                           \
    "<SessionToken>" token "</SessionToken>"                                  \
    "<Expiration>" expiration "</Expiration></Credentials></" result "></R>"


typedef struct {
    const char        *body;
    const char        *text;            /* NULL: refused */
    jwti_aws_class_e   class;
    const char        *message;
} test_read_t;


static void test_secrets(void);
static void test_stages(void);
static void test_size(void);
static void test_services(void);
static void test_parameters(void);
static void test_credentials(void);
static void test_start(void);
static void test_refused(jwti_rc_t rc, const test_read_t *test);


static jwti_aws_answer_t  test_answer;
static unsigned char      test_memory[JWTI_KEY_TEXT_MAX];
static char               test_body[JWTI_AWS_SECRET_BODY_MAX + 64];


static const test_read_t  test_secret_table[] = {
    { TEST_SECRET("\"SecretString\":\"a\\nb\""), "a\nb", 0, NULL },
    { TEST_SECRET("\"SecretString\":\"{\\\"a\\\":\\\"b\\\"}\""),
      "{\"a\":\"b\"}", 0, NULL },
    { TEST_SECRET("\"SecretBinary\":\"YWJj\""), "abc", 0, NULL },
    { TEST_SECRET("\"SecretString\":\"s\",\"SecretBinary\":\"YWJj\""), "s", 0,
      NULL },
    { TEST_SECRET("\"SecretString\":null,\"SecretBinary\":\"YWJj\""), "abc",
      0, NULL },
    { TEST_SECRET("\"SecretString\":\"\""), NULL, JWTI_AWS_PERMANENT,
      "the secret is empty" },
    { TEST_SECRET("\"SecretBinary\":\"\""), NULL, JWTI_AWS_PERMANENT,
      "the secret is empty" },
    { TEST_SECRET("\"SecretBinary\":\"YWJ\""), NULL, JWTI_AWS_PERMANENT,
      "the SecretBinary is no base64" },
    { TEST_SECRET("\"Name\":\"a\""), NULL, JWTI_AWS_NOT_FOUND,
      "the secret's version has no value" },
    { TEST_SECRET("\"SecretString\":5"), NULL, JWTI_AWS_NOT_FOUND,
      "the secret's version has no value" },
    { "{\"SecretString\":\"geheim\"}", NULL, JWTI_AWS_PERMANENT,
      "the answer has no valid VersionId" },
    { "{\"VersionId\":\"\",\"SecretString\":\"geheim\"}", NULL,
      JWTI_AWS_PERMANENT, "the answer has no valid VersionId" },
    { "{\"VersionId\":\"a\\nb\",\"SecretString\":\"geheim\"}", NULL,
      JWTI_AWS_PERMANENT, "the answer has no valid VersionId" },
    { "{\"VersionId\":7,\"SecretString\":\"geheim\"}", NULL,
      JWTI_AWS_PERMANENT, "the answer has no valid VersionId" },
    { "", NULL, JWTI_AWS_TRANSIENT, "the answer is no JSON object" },
    { "<html></html>", NULL, JWTI_AWS_TRANSIENT,
      "the answer is no JSON object" },
    { "[]", NULL, JWTI_AWS_TRANSIENT, "the answer is no JSON object" },
    { "{\"SecretString\":\"gehe", NULL, JWTI_AWS_TRANSIENT,
      "the answer is no JSON object" },
    { TEST_SECRET("\"SecretString\":\"a\\u0000b\""), NULL,
      JWTI_AWS_TRANSIENT, "the answer is no JSON object" }
};


static const test_read_t  test_service_table[] = {
    { "{\"services\":[{\"status\":\"ACTIVE\",\"taskDefinition\":\"arn:x:8\"}],"
      "\"failures\":[]}", "arn:x:8", 0, NULL },
    { "{\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}],"
      "\"services\":[]}", NULL, JWTI_AWS_NOT_FOUND,
      "the ECS service \"dev-ledger\" in cluster \"dev\" was not found" },
    { "{\"services\":[]}", NULL, JWTI_AWS_NOT_FOUND,
      "the ECS service \"dev-ledger\" in cluster \"dev\" was not found" },
    { "{\"failures\":[{\"reason\":\"ACCESS\\nDENIED\"}],\"services\":[]}",
      NULL, JWTI_AWS_PERMANENT,
      "the ECS service \"dev-ledger\" in cluster \"dev\" failed: ACCESS" },
    { "{\"services\":[{\"status\":\"DRAINING\",\"taskDefinition\":\"a\"}]}",
      NULL, JWTI_AWS_NOT_FOUND,
      "the ECS service \"dev-ledger\" in cluster \"dev\" is DRAINING" },
    { "{\"services\":[{\"status\":\"INACTIVE\"}]}", NULL, JWTI_AWS_NOT_FOUND,
      "the ECS service \"dev-ledger\" in cluster \"dev\" is INACTIVE" },
    { "{\"services\":[{\"taskDefinition\":\"a\"}]}", NULL, JWTI_AWS_PERMANENT,
      "the ECS service \"dev-ledger\" in cluster \"dev\" has no status" },
    { "{\"services\":[{\"status\":\"ACTIVE\",\"deploymentController\":"
      "{\"type\":\"EXTERNAL\"},\"taskSets\":[{\"taskDefinition\":\"a\"}]}]}",
      NULL, JWTI_AWS_PERMANENT, "the ECS service \"dev-ledger\" in cluster "
      "\"dev\" has the deployment controller EXTERNAL, which is not "
      "supported" },
    { "{\"services\":[{\"status\":\"ACTIVE\",\"deploymentController\":"
      "{\"type\":\"ECS\"}}]}", NULL, JWTI_AWS_PERMANENT,
      "the ECS service \"dev-ledger\" in cluster \"dev\" has no valid task "
      "definition" },
    { "{\"services\":[{\"status\":\"ACTIVE\",\"taskDefinition\":\"\"}]}",
      NULL, JWTI_AWS_PERMANENT,
      "the ECS service \"dev-ledger\" in cluster \"dev\" has no valid task "
      "definition" },
    { "{\"services\":[{\"status\":\"ACTIVE\",\"taskDefinition\":\"a b\"}]}",
      NULL, JWTI_AWS_PERMANENT,
      "the ECS service \"dev-ledger\" in cluster \"dev\" has no valid task "
      "definition" },
    { "{}", NULL, JWTI_AWS_PERMANENT,
      "the ECS service \"dev-ledger\" in cluster \"dev\" is not in the "
      "answer" },
    { "{\"services\":5}", NULL, JWTI_AWS_NOT_FOUND,
      "the ECS service \"dev-ledger\" in cluster \"dev\" was not found" },
    { "x", NULL, JWTI_AWS_TRANSIENT, "the answer is no JSON object" }
};


static const test_read_t  test_parameter_table[] = {
    { "{\"Parameter\":{\"Value\":\"v\",\"Version\":3}}", "v", 0, NULL },
    { "{\"Parameter\":{\"Value\":\"v\",\"Version\":\"3\"}}", "v", 0, NULL },
    { "{\"Parameter\":{\"Value\":\"\"}}", NULL, JWTI_AWS_PERMANENT,
      "the parameter is empty" },
    { "{\"Parameter\":{\"Value\":[\"v\"]}}", NULL, JWTI_AWS_PERMANENT,
      "the answer has no Value" },
    { "{\"Parameter\":\"v\"}", NULL, JWTI_AWS_PERMANENT,
      "the answer has no Value" },
    { "{}", NULL, JWTI_AWS_PERMANENT, "the answer has no Value" },
    { "x", NULL, JWTI_AWS_TRANSIENT, "the answer is no JSON object" }
};


static const test_read_t  test_credentials_table[] = {
    { TEST_STS("AssumeRoleResult", "A", "s+/=", "t&amp;&#65;",
               "2021-08-16T20:52:53Z"), "t&A", 0, NULL },
    { TEST_STS("AssumeRoleWithWebIdentityResult", "A", "s+/=", "t",
               "2021-08-16T20:52:53.123Z"), "t", 0, NULL },
    { TEST_STS("OtherResult", "A", "s", "t", "2021-08-16T20:52:53Z"), NULL,
      JWTI_AWS_PERMANENT, "the answer has no Credentials" },
    { TEST_STS("AssumeRoleResult", "", "s", "t", "2021-08-16T20:52:53Z"),
      NULL, JWTI_AWS_PERMANENT, "part" },
    { TEST_STS("AssumeRoleResult", "A", "s&#10;", "t",
               "2021-08-16T20:52:53Z"), NULL, JWTI_AWS_PERMANENT, "part" },
    { TEST_STS("AssumeRoleResult", "A", "s", "&#228;",
               "2021-08-16T20:52:53Z"), NULL, JWTI_AWS_PERMANENT, "part" },
    { TEST_STS("AssumeRoleResult", "A", "s", "t&x;", "2021-08-16T20:52:53Z"),
      NULL, JWTI_AWS_PERMANENT, "part" },
    { TEST_STS("AssumeRoleResult", "A", "s", "t", "tomorrow"), NULL,
      JWTI_AWS_PERMANENT, "part" },
    { TEST_STS("AssumeRoleResult", "A", "s", "t", "1970-01-01T00:00:00Z"),
      NULL, JWTI_AWS_PERMANENT, "part" },
    { TEST_STS("AssumeRoleResult", "A", "s", "t<b>", "2021-08-16T20:52:53Z"),
      NULL, JWTI_AWS_PERMANENT, "part" },
    { "<AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
      "</Credentials></AssumeRoleResult>", NULL, JWTI_AWS_PERMANENT, "part" },
    { "<!DOCTYPE a>" TEST_STS("AssumeRoleResult", "A", "s", "t",
                              "2021-08-16T20:52:53Z"), NULL,
      JWTI_AWS_TRANSIENT, "the answer is no plain XML" },
    { "{}", NULL, JWTI_AWS_TRANSIENT, "the answer is no plain XML" },
    { "", NULL, JWTI_AWS_TRANSIENT, "the answer is no plain XML" }
};


int
main(void)
{
    test_secrets();
    test_stages();
    test_size();
    test_services();
    test_parameters();
    test_credentials();

    return done();
}


static void
test_secrets(void)
{
    size_t              i;
    jwti_rc_t           rc;
    jwti_aws_secret_t   secret;
    const test_read_t  *test;

    for (i = 0; i < sizeof(test_secret_table) / sizeof(test_read_t); i++) {
        test = &test_secret_table[i];
        test_start();
        rc = jwti_aws_answer_secret(&test_answer, tap_str(test->body),
                                    test_memory, &secret);

        if (test->text == NULL) {
            test_refused(rc, test);
            continue;
        }

        if (is_int(rc, JWTI_OK, "a secret")) {
            is_str(secret.text, test->text, "its text");
            is_str(tap_str(secret.version_id), TEST_ID, "its version");
            is_str(tap_str(secret.arn), "", "without an ARN");
        }
    }
}


static void
test_stages(void)
{
    jwti_aws_secret_t  secret;

    test_start();
    is_int(jwti_aws_answer_secret(&test_answer, jwti_str(TEST_SECRET(
               "\"ARN\":\"arn:aws:x\",\"Name\":\"core/dev\",\"CreatedDate\":"
               "1523477145.713,\"SecretString\":\"a\",\"VersionStages\":["
               "\"AWSCURRENT\",\"AWSPENDING\",\"mine\"]")), test_memory,
               &secret), JWTI_OK, "a whole answer");
    ok(secret.current && secret.pending && !secret.previous, "its stages");
    is_str(tap_str(secret.arn), "arn:aws:x", "its ARN");

    is_int(jwti_aws_answer_secret(&test_answer, jwti_str(TEST_SECRET(
               "\"SecretString\":\"a\",\"VersionStages\":[\"AWSPREVIOUS\"]")),
               test_memory, &secret), JWTI_OK, "another stage");
    ok(!secret.current && !secret.pending && secret.previous, "alone");

    is_int(jwti_aws_answer_secret(&test_answer, jwti_str(TEST_SECRET(
               "\"SecretString\":\"a\",\"VersionStages\":\"AWSCURRENT\"")),
               test_memory, &secret), JWTI_OK, "no array of stages");
    ok(!secret.current && !secret.pending && !secret.previous, "is none");
}


static void
test_size(void)
{
    size_t                i, len;
    jwti_rc_t             rc;
    jwti_aws_secret_t     secret;
    jwti_aws_parameter_t  parameter;

    /* the longest secret with the most escapes */

    len = (size_t) sprintf(test_body, "{\"VersionId\":\"" TEST_ID
                           "\",\"SecretString\":\"");

    for (i = 0; i < JWTI_KEY_TEXT_MAX; i++) {
        memcpy(test_body + len + i * 6, "\\u0041", 6);
    }

    strcpy(test_body + len + i * 6, "\"}");
    test_start();
    is_int(jwti_aws_answer_secret(&test_answer, tap_str(test_body),
                                  test_memory, &secret), JWTI_OK,
           "the longest secret");
    is_int((long long) secret.text.len, JWTI_KEY_TEXT_MAX, "is whole");

    strcpy(test_body + len + i * 6, "A\"}");
    rc = jwti_aws_answer_secret(&test_answer, tap_str(test_body), test_memory,
                                &secret);
    is_int(rc, JWTI_INVALID, "a longer one");
    is_str(tap_str(test_answer.message),
           "the secret is longer than 65536 bytes", "is refused");
    ok(test_memory[0] == 0 && test_memory[JWTI_KEY_TEXT_MAX - 1] == 0,
       "nothing of it is left");

    memset(test_body, ' ', sizeof(test_body));
    memcpy(test_body, TEST_SECRET("\"SecretString\":\"a\""),
           sizeof(TEST_SECRET("\"SecretString\":\"a\"")) - 1);
    is_int(jwti_aws_answer_secret(&test_answer,
               (jwti_str_t) { (unsigned char *) test_body,
                              JWTI_AWS_SECRET_BODY_MAX }, test_memory,
               &secret), JWTI_OK, "the longest answer");
    is_int(jwti_aws_answer_secret(&test_answer,
               (jwti_str_t) { (unsigned char *) test_body,
                              JWTI_AWS_SECRET_BODY_MAX + 1 }, test_memory,
               &secret), JWTI_INVALID, "a longer one");

    len = (size_t) sprintf(test_body, "{\"Parameter\":{\"Value\":\"");
    memset(test_body + len, 'a', JWTI_KEY_TEXT_MAX);
    strcpy(test_body + len + JWTI_KEY_TEXT_MAX, "\"}}");
    is_int(jwti_aws_answer_parameter(&test_answer, tap_str(test_body),
                                     test_memory, &parameter), JWTI_OK,
           "the longest parameter");

    strcpy(test_body + len + JWTI_KEY_TEXT_MAX, "a\"}}");
    is_int(jwti_aws_answer_parameter(&test_answer, tap_str(test_body),
                                     test_memory, &parameter), JWTI_INVALID,
           "a longer one");
}


static void
test_services(void)
{
    char                arn[JWTI_AWS_ID_MAX + 1];
    size_t              i;
    jwti_rc_t           rc;
    const test_read_t  *test;

    for (i = 0; i < sizeof(test_service_table) / sizeof(test_read_t); i++) {
        test = &test_service_table[i];
        test_start();
        rc = jwti_aws_answer_service(&test_answer, tap_str(test->body),
                                     jwti_str("dev"), jwti_str("dev-ledger"),
                                     arn);

        if (test->text == NULL) {
            test_refused(rc, test);

        } else if (is_int(rc, JWTI_OK, "a service")) {
            is_str(tap_str(arn), test->text, "its task definition");
            is_int(test_answer.class, JWTI_AWS_DONE, "its class");
            is_str(tap_str(test_answer.message), "", "no message");
        }
    }
}


static void
test_parameters(void)
{
    size_t                 i;
    jwti_rc_t              rc;
    const test_read_t     *test;
    jwti_aws_parameter_t   parameter;

    for (i = 0; i < sizeof(test_parameter_table) / sizeof(test_read_t); i++) {
        test = &test_parameter_table[i];
        test_start();
        rc = jwti_aws_answer_parameter(&test_answer, tap_str(test->body),
                                       test_memory, &parameter);

        if (test->text == NULL) {
            test_refused(rc, test);

        } else if (is_int(rc, JWTI_OK, "a parameter")) {
            is_str(parameter.text, test->text, "its text");
            is_int(parameter.version, (i == 0) ? 3 : 0, "its version");
        }
    }
}


static void
test_credentials(void)
{
    size_t                   i;
    jwti_rc_t                rc;
    const test_read_t       *test;
    jwti_aws_credentials_t   credentials;

    for (i = 0; i < sizeof(test_credentials_table) / sizeof(test_read_t); i++)
    {
        test = &test_credentials_table[i];
        test_start();
        memset(&credentials, 'x', sizeof(credentials));
        rc = jwti_aws_answer_credentials(&test_answer, tap_str(test->body),
                                         &credentials);

        if (test->text == NULL) {
            test_refused(rc, test);
            ok(credentials.access_key[0] == '\0'
               && credentials.secret_key[0] == '\0'
               && credentials.session_token[0] == '\0', "nothing is left");

        } else if (is_int(rc, JWTI_OK, "credentials")) {
            is_str(tap_str(credentials.access_key), "A", "the access key");
            is_str(tap_str(credentials.secret_key), "s+/=", "the secret key");
            is_str(tap_str(credentials.session_token), test->text,
                   "the session token");
            is_int(credentials.expires, 1629147173, "the expiration");
        }
    }
}


static void
test_start(void)
{
    memset(&test_answer, 0, sizeof(test_answer));
}


static void
test_refused(jwti_rc_t rc, const test_read_t *test)
{
    is_int(rc, (test->class == JWTI_AWS_NOT_FOUND) ? JWTI_NOT_FOUND
                                                   : JWTI_INVALID,
           test->message);
    is_int(test_answer.class, test->class, "its class");
    ok(strstr(test_answer.message, test->message) != NULL, "its message");
    ok(strstr(test_answer.message, "geheim") == NULL, "has no value");
}
