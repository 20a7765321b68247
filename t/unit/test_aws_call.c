
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_call.c: whole requests; the signatures are botocore 1.43.11's.
 */


#include "jwti_aws_call.h"
#include "tap.h"


#define TEST_NOW   1440938160           /* 20150830T123600Z */
#define TEST_ROLE  "arn:aws:iam::123456789012:role/demo"


typedef struct {
    const char  *name;
    const char  *value;
} test_header_t;


static void test_secret(void);
static void test_ecs(void);
static void test_parameter(void);
static void test_assume(void);
static void test_web_identity(void);
static void test_names(void);
static void test_role(void);
static void test_context(void);
static void test_longest(void);
static void test_start(jwti_aws_service_e service);
static void test_headers(const test_header_t *want, const char *title);
static jwti_rc_t test_get(jwti_str_t id, jwti_str_t stage,
    jwti_str_t version);
static int test_is_clean(void);
static jwti_str_t test_fill(size_t len);


static jwti_aws_call_t         test_call;
static jwti_aws_endpoint_t     test_endpoint;
static jwti_aws_credentials_t  test_keys;
static jwti_aws_context_t      test_shared;
static jwti_aws_role_t         test_demo;
static const char             *test_err;
static unsigned char           test_memory[JWTI_AWS_WEB_TOKEN_MAX + 1];


int
main(void)
{
    test_secret();
    test_ecs();
    test_parameter();
    test_assume();
    test_web_identity();
    test_names();
    test_role();
    test_context();
    test_longest();

    return done();
}


static void
test_secret(void)
{
    static const test_header_t  plain[] = {
        { "Host: ", "secretsmanager.us-east-1.amazonaws.com" },
        { "User-Agent: ", "name/1.0" },
        { "Content-Type: ", "application/x-amz-json-1.1" },
        { "X-Amz-Target: ", "secretsmanager.GetSecretValue" },
        { "X-Amz-Date: ", "20150830T123600Z" },
        { "Authorization: ", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830"
          "/us-east-1/secretsmanager/aws4_request, SignedHeaders=content-type;"
          "host;x-amz-date;x-amz-target, Signature=c884ea088d5a98cb952b069474b"
          "3b8c5a86ec000d86f8fb96d5d7cbd9b1377ea" },
        { NULL, NULL }
    };

    static const test_header_t  session[] = {
        { "Host: ", "secretsmanager.us-east-1.amazonaws.com" },
        { "User-Agent: ", "name/1.0" },
        { "Content-Type: ", "application/x-amz-json-1.1" },
        { "X-Amz-Target: ", "secretsmanager.GetSecretValue" },
        { "X-Amz-Date: ", "20150830T123600Z" },
        { "X-Amz-Security-Token: ", "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzL"
          "WVhc3QtMSJ==" },
        { "Authorization: ", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830"
          "/us-east-1/secretsmanager/aws4_request, SignedHeaders=content-type;"
          "host;x-amz-date;x-amz-security-token;x-amz-target, Signature=209a0d"
          "955d9b9bd75d97db070b645e36660462ef88a0b6a67d20637e495651e2" },
        { NULL, NULL }
    };

    jwti_http_request_t  *request;

    request = &test_call.request;

    test_start(JWTI_AWS_SECRETSMANAGER);

    is_int(test_get(jwti_str("svc/env"), jwti_str(""), jwti_str("")), JWTI_OK,
           "GetSecretValue");
    is_str(request->body, "{\"SecretId\":\"svc/env\"}", "its body");
    is_str(tap_str(request->method), "POST", "its method");
    is_str(tap_str(request->url),
           "https://secretsmanager.us-east-1.amazonaws.com/", "its URL");
    is_int(request->connect_timeout, 3000, "its time to connect");
    is_int(request->timeout, 10000, "its time");
    is_int((long long) request->max, 524288, "its maximum");
    is_int(request->local, 0, "may go through a proxy");
    ok(test_err == NULL, "no error");
    test_headers(plain, "its headers");

    strcpy(test_keys.session_token,
           "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ==");

    is_int(test_get(jwti_str("svc/env"), jwti_str(""), jwti_str("")), JWTI_OK,
           "with a session token");
    test_headers(session, "its headers");

    jwti_aws_call_cleanse(&test_call);
    ok(test_is_clean(), "nothing is left when it is cleansed");

    test_start(JWTI_AWS_SECRETSMANAGER);
    is_int(test_get(jwti_str("a\"b\\c"), jwti_str("AWSPENDING"),
                    jwti_str("01234567-89ab-cdef-0123-456789abcdef")),
           JWTI_OK, "with a stage and a version");
    is_str(request->body,
           "{\"SecretId\":\"a\\\"b\\\\c\",\"VersionStage\":\"AWSPENDING\","
           "\"VersionId\":\"01234567-89ab-cdef-0123-456789abcdef\"}",
           "its body");
}


static void
test_ecs(void)
{
    jwti_http_request_t  *request;

    request = &test_call.request;

    test_start(JWTI_AWS_ECS);

    is_int(jwti_aws_call_describe_services(&test_call, &test_shared,
                                           jwti_str("dev-ledger"),
                                           jwti_str("dev-ledger"), &test_err),
           JWTI_OK, "DescribeServices");
    is_str(request->body,
           "{\"cluster\":\"dev-ledger\",\"services\":[\"dev-ledger\"]}",
           "its body");
    is_int((long long) request->max, 1048576, "its maximum");
    is_str(tap_str(request->headers[3]), "X-Amz-Target: "
           "AmazonEC2ContainerServiceV20141113.DescribeServices",
           "its target");

    is_int(jwti_aws_call_describe_task_definition(&test_call, &test_shared,
                                                  jwti_str("arn:x:8"),
                                                  &test_err),
           JWTI_OK, "DescribeTaskDefinition");
    is_str(request->body, "{\"taskDefinition\":\"arn:x:8\"}", "its body");
    is_int((long long) request->max, 1048576, "its maximum");
    is_str(tap_str(request->headers[3]), "X-Amz-Target: "
           "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
           "its target");
}


static void
test_parameter(void)
{
    test_start(JWTI_AWS_SSM);

    is_int(jwti_aws_call_get_parameter(&test_call, &test_shared,
                                       jwti_str("/svc/key"), &test_err),
           JWTI_OK, "GetParameter");
    is_str(test_call.request.body,
           "{\"Name\":\"/svc/key\",\"WithDecryption\":true}", "its body");
    is_int((long long) test_call.request.max, 131072, "its maximum");
    is_str(tap_str(test_call.request.headers[3]),
           "X-Amz-Target: AmazonSSM.GetParameter", "its target");
}


static void
test_assume(void)
{
    static const test_header_t  headers[] = {
        { "Host: ", "sts.us-east-1.amazonaws.com" },
        { "User-Agent: ", "name/1.0" },
        { "Content-Type: ",
          "application/x-www-form-urlencoded; charset=utf-8" },
        { "X-Amz-Date: ", "20150830T123600Z" },
        { "Authorization: ", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830"
          "/us-east-1/sts/aws4_request, SignedHeaders=content-type;host;"
          "x-amz-date, Signature=4a6d0959335636dcc40e282d0ca3a8cf4323dabe38bd9"
          "8bede3e8373eed92356" },
        { NULL, NULL }
    };

    test_start(JWTI_AWS_STS);
    test_demo.duration = 3600;

    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_OK, "AssumeRole");
    is_str(test_call.request.body, "Action=AssumeRole&Version=2011-06-15"
           "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo"
           "&RoleSessionName=ngx&DurationSeconds=3600", "its body");
    is_int((long long) test_call.request.max, 65536, "its maximum");
    test_headers(headers, "its headers");

    test_demo.duration = 0;
    test_demo.external_id = jwti_str("a b");
    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_INVALID,
           "a blank in the external id");

    test_demo.external_id = jwti_str("a/~+=");
    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_OK, "an external id");
    is_str(test_call.request.body, "Action=AssumeRole&Version=2011-06-15"
           "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo"
           "&RoleSessionName=ngx&ExternalId=a%2F~%2B%3D", "its body");
}


static void
test_web_identity(void)
{
    size_t  i;

    static const test_header_t  headers[] = {
        { "Host: ", "sts.us-east-1.amazonaws.com" },
        { "User-Agent: ", "name/1.0" },
        { "Content-Type: ",
          "application/x-www-form-urlencoded; charset=utf-8" },
        { NULL, NULL }
    };

    static const char *const  bad[] = { "", "eyJ", " \n", "eyJ a", "eyJ\na",
                                        "\neyJa", "eyJ\x01" };

    test_start(JWTI_AWS_STS);
    test_shared.credentials = NULL;

    is_int(jwti_aws_call_assume_role_with_web_identity(&test_call,
               &test_shared, &test_demo, jwti_str("eyJ.a_-~=.b \r\n\t\n"),
               &test_err), JWTI_OK, "AssumeRoleWithWebIdentity");
    is_str(test_call.request.body, "Action=AssumeRoleWithWebIdentity"
           "&Version=2011-06-15"
           "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo"
           "&RoleSessionName=ngx&WebIdentityToken=eyJ.a_-~%3D.b",
           "without the white space after the token");
    test_headers(headers, "and without a signature");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        is_int(jwti_aws_call_assume_role_with_web_identity(&test_call,
                   &test_shared, &test_demo, tap_str(bad[i]), &test_err),
               JWTI_INVALID, "no token");
        ok(test_is_clean(), "nothing is left");
    }

    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_INVALID,
           "AssumeRole needs credentials");
    ok(test_is_clean(), "nothing is left");
}


/* each at its limit and one past it */

static void
test_names(void)
{
    size_t  i;

    static const struct {
        size_t     id, stage, version;
        jwti_rc_t  rc;
    } table[] = {
        { 1, 0, 0, JWTI_OK },
        { 0, 0, 0, JWTI_INVALID },
        { JWTI_AWS_ID_MAX, 0, 0, JWTI_OK },
        { JWTI_AWS_ID_MAX + 1, 0, 0, JWTI_INVALID },
        { 1, 1, 0, JWTI_OK },
        { 1, JWTI_AWS_STAGE_MAX, 0, JWTI_OK },
        { 1, JWTI_AWS_STAGE_MAX + 1, 0, JWTI_INVALID },
        { 1, 0, JWTI_AWS_VERSION_MIN, JWTI_OK },
        { 1, 0, JWTI_AWS_VERSION_MIN - 1, JWTI_INVALID },
        { 1, 0, JWTI_AWS_VERSION_MAX, JWTI_OK },
        { 1, 0, JWTI_AWS_VERSION_MAX + 1, JWTI_INVALID }
    };

    test_start(JWTI_AWS_SECRETSMANAGER);

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        is_int(test_get(test_fill(table[i].id), test_fill(table[i].stage),
                        test_fill(table[i].version)),
               table[i].rc, "lengths of id, stage and version");
        ok((test_err == NULL) == (table[i].rc == JWTI_OK), "and its error");
    }

    is_int(test_get(jwti_str("\xff"), jwti_str(""), jwti_str("")),
           JWTI_INVALID, "an id that is no UTF-8");
    ok(test_is_clean(), "nothing is left");
    is_int(test_get(jwti_str("a"), jwti_str("\xff"), jwti_str("")),
           JWTI_INVALID, "a stage that is no UTF-8");

    is_int(jwti_aws_call_describe_services(&test_call, &test_shared,
                                           jwti_str(""), jwti_str("a"),
                                           &test_err),
           JWTI_INVALID, "no cluster");
    ok(strstr(test_err, "cluster") != NULL, "is the error");
    is_int(jwti_aws_call_describe_services(&test_call, &test_shared,
                                           jwti_str("a"), jwti_str(""),
                                           &test_err),
           JWTI_INVALID, "no service");
    ok(strstr(test_err, "service") != NULL, "is the error");
    is_int(jwti_aws_call_describe_task_definition(&test_call, &test_shared,
                                                  jwti_str(""), &test_err),
           JWTI_INVALID, "no task definition");
    ok(strstr(test_err, "task definition") != NULL, "is the error");
    is_int(jwti_aws_call_get_parameter(&test_call, &test_shared,
                                       test_fill(JWTI_AWS_ID_MAX + 1),
                                       &test_err),
           JWTI_INVALID, "a long parameter");
    ok(strstr(test_err, "parameter") != NULL, "is the error");
}


static void
test_role(void)
{
    size_t  i;

    static const struct {
        size_t       arn, name, id;
        unsigned     duration;
        const char  *err;
    } table[] = {
        { JWTI_AWS_ROLE_ARN_MIN, 2, 0, 0, NULL },
        { JWTI_AWS_ROLE_ARN_MIN - 1, 2, 0, 0, "ARN" },
        { JWTI_AWS_ID_MAX, 2, 0, 0, NULL },
        { JWTI_AWS_ID_MAX + 1, 2, 0, 0, "ARN" },
        { 20, JWTI_AWS_SESSION_NAME_MIN - 1, 0, 0, "session name" },
        { 20, JWTI_AWS_SESSION_NAME_MAX, 0, 0, NULL },
        { 20, JWTI_AWS_SESSION_NAME_MAX + 1, 0, 0, "session name" },
        { 20, 2, JWTI_AWS_EXTERNAL_ID_MIN, 0, NULL },
        { 20, 2, JWTI_AWS_EXTERNAL_ID_MIN - 1, 0, "external id" },
        { 20, 2, JWTI_AWS_EXTERNAL_ID_MAX, 0, NULL },
        { 20, 2, JWTI_AWS_EXTERNAL_ID_MAX + 1, 0, "external id" },
        { 20, 2, 0, JWTI_AWS_DURATION_MIN, NULL },
        { 20, 2, 0, JWTI_AWS_DURATION_MIN - 1, "duration" },
        { 20, 2, 0, JWTI_AWS_DURATION_MAX, NULL },
        { 20, 2, 0, JWTI_AWS_DURATION_MAX + 1, "duration" }
    };

    static const char *const  bad[] = { "a b", "a/b", "a~b", "a:b", "a\n",
                                        "a\xc3\xa4" };

    test_start(JWTI_AWS_STS);

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        test_demo.arn = test_fill(table[i].arn);
        test_demo.session_name = test_fill(table[i].name);
        test_demo.external_id = test_fill(table[i].id);
        test_demo.duration = table[i].duration;

        is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                         &test_err),
               (table[i].err == NULL) ? JWTI_OK : JWTI_INVALID,
               "a role at a limit or past it");

        if (table[i].err == NULL) {
            ok(test_err == NULL, "has no error");

        } else {
            ok(strstr(test_err, table[i].err) != NULL, "names what is wrong");
            ok(test_is_clean(), "nothing is left");
        }
    }

    test_start(JWTI_AWS_STS);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        test_demo.session_name = tap_str(bad[i]);
        is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                         &test_err), JWTI_INVALID,
               "no session name");
    }

    test_demo.session_name = jwti_str("aZ09_+=,.@-");
    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_OK,
           "all characters of a session name");

    test_demo.arn = jwti_str("arn:aws:iam::123456789012:role/de mo");
    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_INVALID,
           "a blank in the role's ARN");
}


static void
test_context(void)
{
    char  agent[JWTI_AWS_USER_AGENT_MAX + 2];

    test_start(JWTI_AWS_SECRETSMANAGER);

    memset(agent, 'a', sizeof(agent));
    agent[JWTI_AWS_USER_AGENT_MAX] = '\0';
    test_shared.user_agent = agent;
    is_int(test_get(jwti_str("a"), jwti_str(""), jwti_str("")), JWTI_OK,
           "the longest user agent");

    agent[JWTI_AWS_USER_AGENT_MAX] = 'a';
    agent[JWTI_AWS_USER_AGENT_MAX + 1] = '\0';
    is_int(test_get(jwti_str("a"), jwti_str(""), jwti_str("")), JWTI_INVALID,
           "a longer one");
    ok(strstr(test_err, "user agent") != NULL, "is the error");
    ok(test_is_clean(), "nothing is left");

    test_shared.user_agent = "a\r\nX: y";
    is_int(test_get(jwti_str("a"), jwti_str(""), jwti_str("")), JWTI_INVALID,
           "a line end in it");

    test_start(JWTI_AWS_SECRETSMANAGER);
    test_shared.region = "US";
    is_int(test_get(jwti_str("a"), jwti_str(""), jwti_str("")), JWTI_INVALID,
           "no region");

    test_start(JWTI_AWS_SECRETSMANAGER);
    strcpy(test_keys.session_token, "a\r\nX-Evil: y");
    is_int(test_get(jwti_str("a"), jwti_str(""), jwti_str("")), JWTI_INVALID,
           "a session token with a line end");
    ok(strstr(test_err, "Evil") == NULL, "is not told");
    ok(test_is_clean(), "nothing is left");
}


static void
test_longest(void)
{
    test_start(JWTI_AWS_STS);

    memset(test_endpoint.host, 'h', JWTI_AWS_ENDPOINT_MAX);
    memset(test_keys.access_key, 'A', JWTI_AWS_ACCESS_KEY_MAX);
    memset(test_keys.secret_key, 's', JWTI_AWS_SECRET_KEY_MAX);
    memset(test_keys.session_token, 't', JWTI_AWS_SESSION_MAX);
    memset(test_memory, '%', sizeof(test_memory));

    test_demo.duration = JWTI_AWS_DURATION_MAX;
    test_demo.arn.data = test_memory;
    test_demo.arn.len = JWTI_AWS_ID_MAX;

    is_int(jwti_aws_call_assume_role_with_web_identity(&test_call,
               &test_shared, &test_demo,
               (jwti_str_t) { test_memory, JWTI_AWS_WEB_TOKEN_MAX },
               &test_err), JWTI_OK, "the longest token, all of it escaped");

    is_int(jwti_aws_call_assume_role_with_web_identity(&test_call,
               &test_shared, &test_demo,
               (jwti_str_t) { test_memory, JWTI_AWS_WEB_TOKEN_MAX + 1 },
               &test_err), JWTI_INVALID, "a longer one");

    test_demo.external_id.data = test_memory;
    test_demo.external_id.len = JWTI_AWS_EXTERNAL_ID_MAX;
    is_int(jwti_aws_call_assume_role(&test_call, &test_shared, &test_demo,
                                     &test_err), JWTI_OK,
           "the longest AssumeRole");

    memset(test_memory, 1, sizeof(test_memory));
    is_int(jwti_aws_call_describe_services(&test_call, &test_shared,
               (jwti_str_t) { test_memory, JWTI_AWS_ID_MAX },
               (jwti_str_t) { test_memory, JWTI_AWS_ID_MAX }, &test_err),
           JWTI_OK, "the longest JSON body, all of it escaped");
}


static void
test_start(jwti_aws_service_e service)
{
    memset(&test_keys, 0, sizeof(test_keys));
    memset(&test_endpoint, 0, sizeof(test_endpoint));

    strcpy(test_keys.access_key, "AKIDEXAMPLE");
    strcpy(test_keys.secret_key, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    if (jwti_aws_endpoint_default(&test_endpoint, service,
                                  jwti_str("us-east-1"), 0, 0) != JWTI_OK)
    {
        abort();
    }

    test_shared.endpoint = &test_endpoint;
    test_shared.credentials = &test_keys;
    test_shared.region = "us-east-1";
    test_shared.user_agent = "name/1.0";
    test_shared.now = TEST_NOW;

    test_demo.arn = jwti_str(TEST_ROLE);
    test_demo.session_name = jwti_str("ngx");
    test_demo.external_id = jwti_str("");
    test_demo.duration = 0;

    test_err = "unset";
}


static void
test_headers(const test_header_t *want, const char *title)
{
    size_t  i, len;

    for (i = 0; want[i].name != NULL; i++) {

        if (!ok(i < test_call.request.nheaders, title)) {
            return;
        }

        len = strlen(want[i].name);

        ok(strncmp(test_call.request.headers[i], want[i].name, len) == 0,
           want[i].name);
        is_str(tap_str(test_call.request.headers[i] + len), want[i].value,
               "its value");
    }

    is_int((long long) test_call.request.nheaders, (long long) i,
           "and no other");
}


static jwti_rc_t
test_get(jwti_str_t id, jwti_str_t stage, jwti_str_t version)
{
    test_err = "unset";

    return jwti_aws_call_get_secret_value(&test_call, &test_shared, id, stage,
                                          version, &test_err);
}


static int
test_is_clean(void)
{
    size_t                i;
    const unsigned char  *bytes;

    bytes = (const unsigned char *) &test_call;

    for (i = 0; i < sizeof(test_call); i++) {

        if (bytes[i] != 0) {
            return 0;
        }
    }

    return 1;
}


static jwti_str_t
test_fill(size_t len)
{
    memset(test_memory, 'a', sizeof(test_memory));

    return (jwti_str_t) { test_memory, len };
}
