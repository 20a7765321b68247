
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_endpoint.c: hosts of services in all partitions, as botocore
 * 1.43.11's rule sets give them; endpoints of users; ARNs.
 */


#include "jwti_aws_endpoint.h"
#include "tap.h"


typedef struct {
    jwti_aws_service_e   service;
    const char          *region;
    const char          *hosts[4];      /* plain, FIPS, dual-stack, both */
} test_host_t;

typedef struct {
    const char          *text;
    const char          *url;           /* NULL: refused */
    const char          *host;          /* or the reason in the error */
} test_endpoint_t;

typedef struct {
    const char          *text;
    jwti_rc_t            rc;
    const char          *parts[5];
} test_arn_t;


static void test_services(void);
static void test_hosts(void);
static void test_regions(void);
static void test_endpoints(void);
static void test_endpoint_size(void);
static void test_arns(void);
static void test_arn_region(void);


static const test_host_t  test_host_table[] = {
    { JWTI_AWS_SECRETSMANAGER, "us-east-1",
      { "secretsmanager.us-east-1.amazonaws.com",
        "secretsmanager-fips.us-east-1.amazonaws.com",
        "secretsmanager.us-east-1.amazonaws.com",
        "secretsmanager-fips.us-east-1.amazonaws.com" } },
    { JWTI_AWS_SECRETSMANAGER, "mx-central-1",
      { "secretsmanager.mx-central-1.amazonaws.com",
        "secretsmanager-fips.mx-central-1.amazonaws.com",
        "secretsmanager.mx-central-1.amazonaws.com",
        "secretsmanager-fips.mx-central-1.amazonaws.com" } },
    { JWTI_AWS_SECRETSMANAGER, "xx-new-1",
      { "secretsmanager.xx-new-1.amazonaws.com",
        "secretsmanager-fips.xx-new-1.amazonaws.com",
        "secretsmanager.xx-new-1.amazonaws.com",
        "secretsmanager-fips.xx-new-1.amazonaws.com" } },
    { JWTI_AWS_SECRETSMANAGER, "cn-north-1",
      { "secretsmanager.cn-north-1.amazonaws.com.cn",
        "secretsmanager-fips.cn-north-1.amazonaws.com.cn",
        "secretsmanager.cn-north-1.amazonaws.com.cn",
        "secretsmanager-fips.cn-north-1.api.amazonwebservices.com.cn" } },
    { JWTI_AWS_SECRETSMANAGER, "us-gov-west-1",
      { "secretsmanager.us-gov-west-1.amazonaws.com",
        "secretsmanager-fips.us-gov-west-1.amazonaws.com",
        "secretsmanager.us-gov-west-1.amazonaws.com",
        "secretsmanager-fips.us-gov-west-1.amazonaws.com" } },
    { JWTI_AWS_SECRETSMANAGER, "eusc-de-east-1",
      { "secretsmanager.eusc-de-east-1.amazonaws.eu",
        "secretsmanager-fips.eusc-de-east-1.amazonaws.eu",
        "secretsmanager.eusc-de-east-1.api.amazonwebservices.eu",
        "secretsmanager-fips.eusc-de-east-1.api.amazonwebservices.eu" } },
    { JWTI_AWS_SECRETSMANAGER, "us-iso-east-1",
      { "secretsmanager.us-iso-east-1.c2s.ic.gov",
        "secretsmanager-fips.us-iso-east-1.c2s.ic.gov",
        "secretsmanager.us-iso-east-1.api.aws.ic.gov",
        "secretsmanager-fips.us-iso-east-1.api.aws.ic.gov" } },
    { JWTI_AWS_SECRETSMANAGER, "us-isob-east-1",
      { "secretsmanager.us-isob-east-1.sc2s.sgov.gov",
        "secretsmanager-fips.us-isob-east-1.sc2s.sgov.gov",
        "secretsmanager.us-isob-east-1.api.aws.scloud",
        "secretsmanager-fips.us-isob-east-1.api.aws.scloud" } },
    { JWTI_AWS_SECRETSMANAGER, "eu-isoe-west-1",
      { "secretsmanager.eu-isoe-west-1.cloud.adc-e.uk",
        "secretsmanager-fips.eu-isoe-west-1.cloud.adc-e.uk",
        "secretsmanager.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
        "secretsmanager-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk" } },
    { JWTI_AWS_SECRETSMANAGER, "us-isof-south-1",
      { "secretsmanager.us-isof-south-1.csp.hci.ic.gov",
        "secretsmanager-fips.us-isof-south-1.csp.hci.ic.gov",
        "secretsmanager.us-isof-south-1.api.aws.hci.ic.gov",
        "secretsmanager-fips.us-isof-south-1.api.aws.hci.ic.gov" } },
    { JWTI_AWS_ECS, "us-east-1",
      { "ecs.us-east-1.amazonaws.com",
        "ecs-fips.us-east-1.amazonaws.com",
        "ecs.us-east-1.api.aws",
        "ecs-fips.us-east-1.api.aws" } },
    { JWTI_AWS_ECS, "mx-central-1",
      { "ecs.mx-central-1.amazonaws.com",
        "ecs-fips.mx-central-1.amazonaws.com",
        "ecs.mx-central-1.api.aws",
        "ecs-fips.mx-central-1.api.aws" } },
    { JWTI_AWS_ECS, "xx-new-1",
      { "ecs.xx-new-1.amazonaws.com",
        "ecs-fips.xx-new-1.amazonaws.com",
        "ecs.xx-new-1.api.aws",
        "ecs-fips.xx-new-1.api.aws" } },
    { JWTI_AWS_ECS, "cn-north-1",
      { "ecs.cn-north-1.amazonaws.com.cn",
        "ecs-fips.cn-north-1.amazonaws.com.cn",
        "ecs.cn-north-1.api.amazonwebservices.com.cn",
        "ecs-fips.cn-north-1.api.amazonwebservices.com.cn" } },
    { JWTI_AWS_ECS, "us-gov-west-1",
      { "ecs.us-gov-west-1.amazonaws.com",
        "ecs-fips.us-gov-west-1.amazonaws.com",
        "ecs.us-gov-west-1.api.aws",
        "ecs-fips.us-gov-west-1.api.aws" } },
    { JWTI_AWS_ECS, "eusc-de-east-1",
      { "ecs.eusc-de-east-1.amazonaws.eu",
        "ecs-fips.eusc-de-east-1.amazonaws.eu",
        "ecs.eusc-de-east-1.api.amazonwebservices.eu",
        "ecs-fips.eusc-de-east-1.api.amazonwebservices.eu" } },
    { JWTI_AWS_ECS, "us-iso-east-1",
      { "ecs.us-iso-east-1.c2s.ic.gov",
        "ecs-fips.us-iso-east-1.c2s.ic.gov",
        "ecs.us-iso-east-1.api.aws.ic.gov",
        "ecs-fips.us-iso-east-1.api.aws.ic.gov" } },
    { JWTI_AWS_ECS, "us-isob-east-1",
      { "ecs.us-isob-east-1.sc2s.sgov.gov",
        "ecs-fips.us-isob-east-1.sc2s.sgov.gov",
        "ecs.us-isob-east-1.api.aws.scloud",
        "ecs-fips.us-isob-east-1.api.aws.scloud" } },
    { JWTI_AWS_ECS, "eu-isoe-west-1",
      { "ecs.eu-isoe-west-1.cloud.adc-e.uk",
        "ecs-fips.eu-isoe-west-1.cloud.adc-e.uk",
        "ecs.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
        "ecs-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk" } },
    { JWTI_AWS_ECS, "us-isof-south-1",
      { "ecs.us-isof-south-1.csp.hci.ic.gov",
        "ecs-fips.us-isof-south-1.csp.hci.ic.gov",
        "ecs.us-isof-south-1.api.aws.hci.ic.gov",
        "ecs-fips.us-isof-south-1.api.aws.hci.ic.gov" } },
    { JWTI_AWS_SSM, "us-east-1",
      { "ssm.us-east-1.amazonaws.com",
        "ssm-fips.us-east-1.amazonaws.com",
        "ssm.us-east-1.api.aws",
        "ssm-fips.us-east-1.api.aws" } },
    { JWTI_AWS_SSM, "mx-central-1",
      { "ssm.mx-central-1.amazonaws.com",
        "ssm-fips.mx-central-1.amazonaws.com",
        "ssm.mx-central-1.api.aws",
        "ssm-fips.mx-central-1.api.aws" } },
    { JWTI_AWS_SSM, "xx-new-1",
      { "ssm.xx-new-1.amazonaws.com",
        "ssm-fips.xx-new-1.amazonaws.com",
        "ssm.xx-new-1.api.aws",
        "ssm-fips.xx-new-1.api.aws" } },
    { JWTI_AWS_SSM, "cn-north-1",
      { "ssm.cn-north-1.amazonaws.com.cn",
        "ssm-fips.cn-north-1.amazonaws.com.cn",
        "ssm.cn-north-1.api.amazonwebservices.com.cn",
        "ssm-fips.cn-north-1.api.amazonwebservices.com.cn" } },
    { JWTI_AWS_SSM, "us-gov-west-1",
      { "ssm.us-gov-west-1.amazonaws.com",
        "ssm.us-gov-west-1.amazonaws.com",
        "ssm.us-gov-west-1.api.aws",
        "ssm-fips.us-gov-west-1.api.aws" } },
    { JWTI_AWS_SSM, "eusc-de-east-1",
      { "ssm.eusc-de-east-1.amazonaws.eu",
        "ssm-fips.eusc-de-east-1.amazonaws.eu",
        "ssm.eusc-de-east-1.api.amazonwebservices.eu",
        "ssm-fips.eusc-de-east-1.api.amazonwebservices.eu" } },
    { JWTI_AWS_SSM, "us-iso-east-1",
      { "ssm.us-iso-east-1.c2s.ic.gov",
        "ssm-fips.us-iso-east-1.c2s.ic.gov",
        "ssm.us-iso-east-1.api.aws.ic.gov",
        "ssm-fips.us-iso-east-1.api.aws.ic.gov" } },
    { JWTI_AWS_SSM, "us-isob-east-1",
      { "ssm.us-isob-east-1.sc2s.sgov.gov",
        "ssm-fips.us-isob-east-1.sc2s.sgov.gov",
        "ssm.us-isob-east-1.api.aws.scloud",
        "ssm-fips.us-isob-east-1.api.aws.scloud" } },
    { JWTI_AWS_SSM, "eu-isoe-west-1",
      { "ssm.eu-isoe-west-1.cloud.adc-e.uk",
        "ssm-fips.eu-isoe-west-1.cloud.adc-e.uk",
        "ssm.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
        "ssm-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk" } },
    { JWTI_AWS_SSM, "us-isof-south-1",
      { "ssm.us-isof-south-1.csp.hci.ic.gov",
        "ssm-fips.us-isof-south-1.csp.hci.ic.gov",
        "ssm.us-isof-south-1.api.aws.hci.ic.gov",
        "ssm-fips.us-isof-south-1.api.aws.hci.ic.gov" } },
    { JWTI_AWS_STS, "us-east-1",
      { "sts.us-east-1.amazonaws.com",
        "sts-fips.us-east-1.amazonaws.com",
        "sts.us-east-1.api.aws",
        "sts-fips.us-east-1.api.aws" } },
    { JWTI_AWS_STS, "mx-central-1",
      { "sts.mx-central-1.amazonaws.com",
        "sts-fips.mx-central-1.amazonaws.com",
        "sts.mx-central-1.api.aws",
        "sts-fips.mx-central-1.api.aws" } },
    { JWTI_AWS_STS, "xx-new-1",
      { "sts.xx-new-1.amazonaws.com",
        "sts-fips.xx-new-1.amazonaws.com",
        "sts.xx-new-1.api.aws",
        "sts-fips.xx-new-1.api.aws" } },
    { JWTI_AWS_STS, "cn-north-1",
      { "sts.cn-north-1.amazonaws.com.cn",
        "sts-fips.cn-north-1.amazonaws.com.cn",
        "sts.cn-north-1.api.amazonwebservices.com.cn",
        "sts-fips.cn-north-1.api.amazonwebservices.com.cn" } },
    { JWTI_AWS_STS, "us-gov-west-1",
      { "sts.us-gov-west-1.amazonaws.com",
        "sts.us-gov-west-1.amazonaws.com",
        "sts.us-gov-west-1.api.aws",
        "sts-fips.us-gov-west-1.api.aws" } },
    { JWTI_AWS_STS, "eusc-de-east-1",
      { "sts.eusc-de-east-1.amazonaws.eu",
        "sts-fips.eusc-de-east-1.amazonaws.eu",
        "sts.eusc-de-east-1.api.amazonwebservices.eu",
        "sts-fips.eusc-de-east-1.api.amazonwebservices.eu" } },
    { JWTI_AWS_STS, "us-iso-east-1",
      { "sts.us-iso-east-1.c2s.ic.gov",
        "sts-fips.us-iso-east-1.c2s.ic.gov",
        "sts.us-iso-east-1.api.aws.ic.gov",
        "sts-fips.us-iso-east-1.api.aws.ic.gov" } },
    { JWTI_AWS_STS, "us-isob-east-1",
      { "sts.us-isob-east-1.sc2s.sgov.gov",
        "sts-fips.us-isob-east-1.sc2s.sgov.gov",
        "sts.us-isob-east-1.api.aws.scloud",
        "sts-fips.us-isob-east-1.api.aws.scloud" } },
    { JWTI_AWS_STS, "eu-isoe-west-1",
      { "sts.eu-isoe-west-1.cloud.adc-e.uk",
        "sts-fips.eu-isoe-west-1.cloud.adc-e.uk",
        "sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
        "sts-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk" } },
    { JWTI_AWS_STS, "us-isof-south-1",
      { "sts.us-isof-south-1.csp.hci.ic.gov",
        "sts-fips.us-isof-south-1.csp.hci.ic.gov",
        "sts.us-isof-south-1.api.aws.hci.ic.gov",
        "sts-fips.us-isof-south-1.api.aws.hci.ic.gov" } }
};


static const test_endpoint_t  test_endpoint_table[] = {
    { "https://a.example", "https://a.example/", "a.example" },
    { "https://a.example/", "https://a.example/", "a.example" },
    { "http://a.example", "http://a.example/", "a.example" },
    { "https://a.example:443", "https://a.example/", "a.example" },
    { "http://a.example:80/", "http://a.example/", "a.example" },
    { "http://a.example:443", "http://a.example:443/", "a.example:443" },
    { "https://a.example:80", "https://a.example:80/", "a.example:80" },
    { "http://127.0.0.1:4566", "http://127.0.0.1:4566/", "127.0.0.1:4566" },
    { "http://[::1]:4566/", "http://[::1]:4566/", "[::1]:4566" },
    { "https://[fd00:ec2::23]", "https://[fd00:ec2::23]/", "[fd00:ec2::23]" },
    { "http://local_stack:65535", "http://local_stack:65535/",
      "local_stack:65535" },
    { "http://a:08080", "http://a:8080/", "a:8080" },
    { "https://vpce-1.secretsmanager.us-east-1.vpce.amazonaws.com",
      "https://vpce-1.secretsmanager.us-east-1.vpce.amazonaws.com/",
      "vpce-1.secretsmanager.us-east-1.vpce.amazonaws.com" },
    { "", NULL, "begin" },
    { "a.example", NULL, "begin" },
    { "ftp://a.example", NULL, "begin" },
    { "HTTPS://a.example", NULL, "begin" },
    { "file:///etc/passwd", NULL, "begin" },
    { "https:/a.example", NULL, "begin" },
    { "https://", NULL, "host" },
    { "https:///", NULL, "host" },
    { "https://:443", NULL, "host" },
    { "https://-a", NULL, "host" },
    { "https://.a", NULL, "host" },
    { "https://a b", NULL, "host" },
    { "https://a\r\nX: y", NULL, "port" },
    { "https://a\r\n", NULL, "host" },
    { "https://\xc3\xa4", NULL, "host" },
    { "https://a%41", NULL, "host" },
    { "https://[::1", NULL, "host" },
    { "https://[]", NULL, "host" },
    { "https://[::1]x:80", NULL, "host" },
    { "https://[fe80::1%eth0]", NULL, "host" },
    { "https://::1", NULL, "port" },
    { "https://a:", NULL, "port" },
    { "https://a:0", NULL, "port" },
    { "https://a:65536", NULL, "port" },
    { "https://a:99999999999999999999", NULL, "port" },
    { "https://a:-1", NULL, "port" },
    { "https://a:80:80", NULL, "port" },
    { "https://a:80x", NULL, "port" },
    { "https://u@a", NULL, "user" },
    { "https://u:p@a", NULL, "user" },
    { "https://a/b", NULL, "path" },
    { "https://a//", NULL, "path" },
    { "https://a?b", NULL, "path" },
    { "https://a/?b", NULL, "path" },
    { "https://a#b", NULL, "path" }
};


static const test_arn_t  test_arn_table[] = {
    { "arn:aws:secretsmanager:us-east-1:123456789012:secret:core/dev-AbCdEf",
      JWTI_OK, { "aws", "secretsmanager", "us-east-1", "123456789012",
                 "secret:core/dev-AbCdEf" } },
    { "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a/b", JWTI_OK,
      { "aws-cn", "ssm", "cn-north-1", "123456789012", "parameter/a/b" } },
    { "arn:aws:iam::123456789012:role/demo", JWTI_OK,
      { "aws", "iam", "", "123456789012", "role/demo" } },
    { "arn:aws:s3:::bucket/key:with:colons", JWTI_OK,
      { "aws", "s3", "", "", "bucket/key:with:colons" } },
    { "core/dev", JWTI_NOT_FOUND, { NULL } },
    { "", JWTI_NOT_FOUND, { NULL } },
    { "arn", JWTI_NOT_FOUND, { NULL } },
    { "ARN:aws:s3:::b", JWTI_NOT_FOUND, { NULL } },
    { "arn:", JWTI_INVALID, { NULL } },
    { "arn:aws:s3::b", JWTI_INVALID, { NULL } },
    { "arn:aws:s3:::", JWTI_INVALID, { NULL } },
    { "arn::s3:::b", JWTI_INVALID, { NULL } },
    { "arn:aws::us-east-1::b", JWTI_INVALID, { NULL } },
    { "arn:aws:ssm:US-EAST-1:1:b", JWTI_INVALID, { NULL } },
    { "arn:aws:ssm:evil.example/:1:b", JWTI_INVALID, { NULL } },
    { "arn:aws:ssm:us-east-1:1:b\n", JWTI_INVALID, { NULL } },
    { "arn:aws:ssm:us-east-1:1:\xc3\xa4", JWTI_INVALID, { NULL } }
};


int
main(void)
{
    test_services();
    test_hosts();
    test_regions();
    test_endpoints();
    test_endpoint_size();
    test_arns();
    test_arn_region();

    return done();
}


static void
test_services(void)
{
    int  i;

    for (i = 0; i < JWTI_AWS_SERVICES; i++) {
        ok(jwti_aws_service_name((jwti_aws_service_e) i) != NULL
           && jwti_aws_service_env((jwti_aws_service_e) i) != NULL,
           "a service has its names");
    }

    is_str(tap_str(jwti_aws_service_name(JWTI_AWS_SSM)), "ssm", "SSM");
    is_str(tap_str(jwti_aws_service_env(JWTI_AWS_SECRETSMANAGER)),
           "SECRETS_MANAGER", "Secrets Manager in the environment");
}


static void
test_hosts(void)
{
    char                  url[JWTI_AWS_ENDPOINT_MAX + 1];
    size_t                i, n;
    const test_host_t    *test;
    jwti_aws_endpoint_t   endpoint;

    for (i = 0; i < sizeof(test_host_table) / sizeof(test_host_t); i++) {
        test = &test_host_table[i];

        for (n = 0; n < 4; n++) {
            is_int(jwti_aws_endpoint_default(&endpoint, test->service,
                                             tap_str(test->region), n & 1,
                                             n & 2),
                   JWTI_OK, test->region);
            is_str(tap_str(endpoint.host), test->hosts[n], test->hosts[n]);

            snprintf(url, sizeof(url), "https://%s/", test->hosts[n]);
            is_str(tap_str(endpoint.url), url, "its URL");
        }
    }
}


static void
test_regions(void)
{
    char                 text[JWTI_AWS_REGION_MAX + 2];
    size_t               i;
    jwti_aws_endpoint_t  endpoint;

    static const char *const  bad[] = {
        "", "-", "us-", "-us", "US-EAST-1", "us_east", "us.east", "us east",
        "a/b", "a:1", "a@b", "a#", "a\n", "\xc3\xa4"
    };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!jwti_aws_region_valid(tap_str(bad[i])), "no region");
        is_int(jwti_aws_endpoint_default(&endpoint, JWTI_AWS_ECS,
                                         tap_str(bad[i]), 0, 0),
               JWTI_INVALID, "no endpoint");
    }

    ok(!jwti_aws_region_valid((jwti_str_t) { (const unsigned char *) "a\0b",
                                             3 }), "a NUL in a region");

    memset(text, 'a', sizeof(text));
    text[JWTI_AWS_REGION_MAX] = '\0';
    ok(jwti_aws_region_valid(tap_str(text)), "the longest region");

    text[JWTI_AWS_REGION_MAX] = 'a';
    text[JWTI_AWS_REGION_MAX + 1] = '\0';
    ok(!jwti_aws_region_valid(tap_str(text)), "a longer one");
}


static void
test_endpoints(void)
{
    size_t                  i;
    jwti_rc_t               rc;
    const char             *err;
    jwti_aws_endpoint_t     endpoint;
    const test_endpoint_t  *test;

    for (i = 0; i < sizeof(test_endpoint_table) / sizeof(test_endpoint_t);
         i++)
    {
        test = &test_endpoint_table[i];
        err = NULL;
        rc = jwti_aws_endpoint_parse(&endpoint, tap_str(test->text), &err);

        if (test->url == NULL) {
            is_int(rc, JWTI_INVALID, "a bad endpoint");
            ok(err != NULL && strstr(err, test->host) != NULL, test->host);
            continue;
        }

        if (is_int(rc, JWTI_OK, test->text)) {
            is_str(tap_str(endpoint.url), test->url, "its URL");
            is_str(tap_str(endpoint.host), test->host, "its host");
        }
    }
}


static void
test_endpoint_size(void)
{
    char                 text[JWTI_AWS_ENDPOINT_MAX + 2];
    const char          *err;
    jwti_aws_endpoint_t  endpoint;

    /* the URL is one "/" longer than the text */

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://", 8);
    text[JWTI_AWS_ENDPOINT_MAX - 1] = '\0';
    is_int(jwti_aws_endpoint_parse(&endpoint, tap_str(text), &err), JWTI_OK,
           "the longest endpoint");
    is_int((long long) strlen(endpoint.url), JWTI_AWS_ENDPOINT_MAX,
           "has the longest URL");

    text[JWTI_AWS_ENDPOINT_MAX - 1] = 'a';
    text[JWTI_AWS_ENDPOINT_MAX] = '\0';
    is_int(jwti_aws_endpoint_parse(&endpoint, tap_str(text), &err),
           JWTI_INVALID, "a longer one");
    ok(strstr(err, "long") != NULL, "is too long");
}


static void
test_arns(void)
{
    size_t             i;
    char               text[JWTI_AWS_ID_MAX + 2];
    jwti_aws_arn_t     arn;
    const test_arn_t  *test;

    for (i = 0; i < sizeof(test_arn_table) / sizeof(test_arn_t); i++) {
        test = &test_arn_table[i];
        memset(&arn, 0, sizeof(arn));

        if (!is_int(jwti_aws_arn_parse(&arn, tap_str(test->text)), test->rc,
                    (test->rc == JWTI_OK) ? test->text : "no ARN")
            || test->rc != JWTI_OK)
        {
            continue;
        }

        is_str(arn.partition, test->parts[0], "its partition");
        is_str(arn.service, test->parts[1], "its service");
        is_str(arn.region, test->parts[2], "its region");
        is_str(arn.account, test->parts[3], "its account");
        is_str(arn.resource, test->parts[4], "its resource");
    }

    memset(text, 'a', sizeof(text));
    memcpy(text, "arn:aws:ssm:::", 14);
    text[JWTI_AWS_ID_MAX] = '\0';
    is_int(jwti_aws_arn_parse(&arn, tap_str(text)), JWTI_OK,
           "the longest ARN");

    text[JWTI_AWS_ID_MAX] = 'a';
    text[JWTI_AWS_ID_MAX + 1] = '\0';
    is_int(jwti_aws_arn_parse(&arn, tap_str(text)), JWTI_INVALID,
           "a longer one");
}


static void
test_arn_region(void)
{
    char  region[JWTI_AWS_REGION_MAX + 1];

    is_int(jwti_aws_arn_region(region,
                               jwti_str("arn:aws:ssm:eu-west-1:1:parameter/a")),
           JWTI_OK, "an ARN with a region");
    is_str(tap_str(region), "eu-west-1", "its region");

    is_int(jwti_aws_arn_region(region, jwti_str("arn:aws:iam::1:role/a")),
           JWTI_NOT_FOUND, "an ARN without");
    is_int(jwti_aws_arn_region(region, jwti_str("core/dev")), JWTI_NOT_FOUND,
           "a name");
    is_int(jwti_aws_arn_region(region, jwti_str("arn:aws:ssm:eu-west-1")),
           JWTI_INVALID, "half an ARN");
}
