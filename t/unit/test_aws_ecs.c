
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_ecs.c: valueFrom in every form that the ECS agent takes, and in
 * those that it does not.
 */


#include "jwti_aws_ecs.h"
#include "tap.h"


#define TEST_SECRET  "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
#define TEST_ARN     TEST_SECRET "core/dev-AbCdEf"
#define TEST_SSM     "arn:aws-cn:ssm:cn-north-1:123456789012:parameter"


typedef struct {
    const char          *text;
    const char          *id;            /* NULL: refused */
    jwti_aws_service_e   service;
    const char          *field;
    const char          *stage;
    const char          *version;
    const char          *region;
} test_reference_t;


static void test_references(void);
static void test_size(void);


static const test_reference_t  test_reference_table[] = {
    { TEST_ARN, TEST_ARN, JWTI_AWS_SECRETSMANAGER, "", "", "", "us-east-1" },
    { TEST_ARN ":key:AWSPENDING:v1", TEST_ARN, JWTI_AWS_SECRETSMANAGER, "key",
      "AWSPENDING", "v1", "us-east-1" },
    { TEST_ARN ":key::", TEST_ARN, JWTI_AWS_SECRETSMANAGER, "key", "", "",
      "us-east-1" },
    { TEST_ARN "::AWSPREVIOUS:", TEST_ARN, JWTI_AWS_SECRETSMANAGER, "",
      "AWSPREVIOUS", "", "us-east-1" },
    { TEST_ARN ":::v1", TEST_ARN, JWTI_AWS_SECRETSMANAGER, "", "", "v1",
      "us-east-1" },
    { TEST_ARN ":::", TEST_ARN, JWTI_AWS_SECRETSMANAGER, "", "", "",
      "us-east-1" },
    { TEST_ARN ":my key::", TEST_ARN, JWTI_AWS_SECRETSMANAGER, "my key", "",
      "", "us-east-1" },
    { TEST_SSM "/a/b", TEST_SSM "/a/b", JWTI_AWS_SSM, "", "", "",
      "cn-north-1" },
    { TEST_SSM "/a:3", TEST_SSM "/a:3", JWTI_AWS_SSM, "", "", "",
      "cn-north-1" },
    { "/svc/env/key", "/svc/env/key", JWTI_AWS_SSM, "", "", "", "" },
    { "key", "key", JWTI_AWS_SSM, "", "", "", "" },
    { "key:label", "key:label", JWTI_AWS_SSM, "", "", "", "" },
    { TEST_ARN ":key", NULL, 0, "parts", NULL, NULL, NULL },
    { TEST_ARN ":key:", NULL, 0, "parts", NULL, NULL, NULL },
    { TEST_ARN "::::", NULL, 0, "parts", NULL, NULL, NULL },
    { TEST_ARN ":a:b:c:d:e:f", NULL, 0, "parts", NULL, NULL, NULL },
    { TEST_SECRET, NULL, 0, "not of a secret", NULL, NULL, NULL },
    { TEST_SECRET ":key::", NULL, 0, "not of a secret", NULL, NULL, NULL },
    { TEST_ARN "::A B:", NULL, 0, "not of a secret", NULL, NULL, NULL },
    { TEST_SECRET "a b", NULL, 0, "not of a secret", NULL, NULL, NULL },
    { "arn:aws:secretsmanager:us-east-1:1:other:a", NULL, 0,
      "not of a secret", NULL, NULL, NULL },
    { "arn:aws:secretsmanager:us-east-1:1:secret", NULL, 0, "parts", NULL,
      NULL, NULL },
    { "arn:aws:secretsmanager::1:secret:a", NULL, 0, "no valid ARN", NULL,
      NULL, NULL },
    { "arn:aws:secretsmanager:EVIL:1:secret:a", NULL, 0, "no valid ARN", NULL,
      NULL, NULL },
    { "arn:aws:s3:us-east-1:1:secret:a", NULL, 0, "neither", NULL, NULL,
      NULL },
    { "arn:aws:ssmx:us-east-1:1:parameter/a", NULL, 0, "neither", NULL, NULL,
      NULL },
    { TEST_SSM "/", NULL, 0, "not of a parameter", NULL, NULL, NULL },
    { TEST_SSM, NULL, 0, "not of a parameter", NULL, NULL, NULL },
    { TEST_SSM "s/a", NULL, 0, "not of a parameter", NULL, NULL, NULL },
    { TEST_SSM "/a b", NULL, 0, "not of a parameter", NULL, NULL, NULL },
    { "arn:", NULL, 0, "no valid ARN", NULL, NULL, NULL },
    { "arn:aws", NULL, 0, "no valid ARN", NULL, NULL, NULL },
    { "", NULL, 0, "name", NULL, NULL, NULL },
    { "a b", NULL, 0, "name", NULL, NULL, NULL },
    { "a\n", NULL, 0, "name", NULL, NULL, NULL },
    { "\xc3\xa4", NULL, 0, "name", NULL, NULL, NULL }
};


int
main(void)
{
    test_references();
    test_size();

    return done();
}


static void
test_references(void)
{
    size_t                   i;
    jwti_rc_t                rc;
    const char              *err;
    jwti_aws_reference_t     got;
    const test_reference_t  *test;

    for (i = 0; i < sizeof(test_reference_table) / sizeof(test_reference_t);
         i++)
    {
        test = &test_reference_table[i];
        err = NULL;
        rc = jwti_aws_ecs_parse(&got, tap_str(test->text), &err);

        if (test->id == NULL) {
            is_int(rc, JWTI_INVALID, "no reference");
            ok(err != NULL && strstr(err, test->field) != NULL, test->field);
            continue;
        }

        if (!is_int(rc, JWTI_OK, test->text)) {
            continue;
        }

        is_int(got.service, test->service, "its service");
        is_str(got.id, test->id, "its id");
        is_int((long long) got.region.len, (long long) strlen(test->region),
               "the length of its region");

        ok(got.field.len == strlen(test->field)
           && (got.field.len == 0
               || memcmp(got.field.data, test->field, got.field.len) == 0),
           "its field");
        ok(got.stage.len == strlen(test->stage)
           && (got.stage.len == 0
               || memcmp(got.stage.data, test->stage, got.stage.len) == 0),
           "its stage");
        ok(got.version.len == strlen(test->version)
           && (got.version.len == 0
               || memcmp(got.version.data, test->version, got.version.len)
                  == 0),
           "its version");
    }
}


static void
test_size(void)
{
    char                  text[JWTI_AWS_ID_MAX + 2];
    const char           *err;
    jwti_aws_reference_t  got;

    memset(text, 'a', sizeof(text));
    text[JWTI_AWS_ID_MAX] = '\0';
    is_int(jwti_aws_ecs_parse(&got, tap_str(text), &err), JWTI_OK,
           "the longest name");

    text[JWTI_AWS_ID_MAX] = 'a';
    text[JWTI_AWS_ID_MAX + 1] = '\0';
    is_int(jwti_aws_ecs_parse(&got, tap_str(text), &err), JWTI_INVALID,
           "a longer one");

    memcpy(text, TEST_SECRET, sizeof(TEST_SECRET) - 1);
    is_int(jwti_aws_ecs_parse(&got, tap_str(text), &err), JWTI_INVALID,
           "a longer ARN");

    text[JWTI_AWS_ID_MAX] = '\0';
    is_int(jwti_aws_ecs_parse(&got, tap_str(text), &err), JWTI_OK,
           "the longest ARN");
}
