
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_aws_ecs.c: any bytes as valueFrom, as an ARN and as an endpoint.  What
 * was taken apart gives the text again when it is put together.
 */


#include <stdlib.h>
#include <string.h>

#include "jwti_aws_ecs.h"
#include "jwti_aws_endpoint.h"
#include "jwti_buf.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static void fuzz_reference(jwti_str_t text);
static void fuzz_arn(jwti_str_t text);
static void fuzz_endpoint(jwti_str_t text);
static int fuzz_same(jwti_str_t one, jwti_str_t two);
static jwti_str_t fuzz_str(const char *text);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    jwti_str_t      text;
    unsigned char  *copy;

    copy = malloc(size + (size == 0));
    fuzz_check(copy != NULL);

    if (size != 0) {
        memcpy(copy, data, size);
    }

    text.data = copy;
    text.len = size;

    fuzz_reference(text);
    fuzz_arn(text);
    fuzz_endpoint(text);

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
fuzz_reference(jwti_str_t text)
{
    jwti_buf_t            buf;
    const char           *err;
    unsigned char         memory[JWTI_AWS_ID_MAX + 8];
    jwti_aws_reference_t  reference;

    err = NULL;

    if (jwti_aws_ecs_parse(&reference, text, &err) != JWTI_OK) {
        fuzz_check(err != NULL);
        return;
    }

    fuzz_check(reference.id.len != 0 && reference.id.data == text.data);
    fuzz_check(reference.region.len == 0
               || jwti_aws_region_valid(reference.region));

    if (reference.service == JWTI_AWS_SSM) {
        fuzz_check(fuzz_same(reference.id, text));
        fuzz_check(reference.field.len == 0 && reference.stage.len == 0
                   && reference.version.len == 0);
        return;
    }

    fuzz_check(reference.service == JWTI_AWS_SECRETSMANAGER);

    if (reference.id.len == text.len) {
        return;
    }

    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_buf_str(&buf, reference.id);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, reference.field);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, reference.stage);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, reference.version);

    fuzz_check(jwti_buf_ok(&buf) == JWTI_OK);
    fuzz_check(fuzz_same(jwti_buf_written(&buf), text));
}


static void
fuzz_arn(jwti_str_t text)
{
    char            region[JWTI_AWS_REGION_MAX + 1];
    jwti_rc_t       rc;
    jwti_buf_t      buf;
    jwti_aws_arn_t  arn;
    unsigned char   memory[JWTI_AWS_ID_MAX];

    rc = jwti_aws_arn_parse(&arn, text);

    if (rc != JWTI_OK) {
        fuzz_check(jwti_aws_arn_region(region, text) == rc);
        return;
    }

    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_buf_text(&buf, "arn:");
    jwti_buf_str(&buf, arn.partition);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, arn.service);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, arn.region);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, arn.account);
    jwti_buf_byte(&buf, ':');
    jwti_buf_str(&buf, arn.resource);

    fuzz_check(jwti_buf_ok(&buf) == JWTI_OK);
    fuzz_check(fuzz_same(jwti_buf_written(&buf), text));

    if (jwti_aws_arn_region(region, text) == JWTI_OK) {
        fuzz_check(fuzz_same(fuzz_str(region), arn.region));
    }
}


static void
fuzz_endpoint(jwti_str_t text)
{
    const char           *err;
    jwti_aws_endpoint_t   one, two;

    err = NULL;

    if (jwti_aws_endpoint_parse(&one, text, &err) != JWTI_OK) {
        fuzz_check(err != NULL);
        return;
    }

    fuzz_check(strcspn(one.host, "/?#@ \r\n") == strlen(one.host));
    fuzz_check(strstr(one.url, one.host) != NULL);

    fuzz_check(jwti_aws_endpoint_parse(&two, fuzz_str(one.url), &err)
               == JWTI_OK);
    fuzz_check(strcmp(one.url, two.url) == 0);
    fuzz_check(strcmp(one.host, two.host) == 0);
}


static int
fuzz_same(jwti_str_t one, jwti_str_t two)
{
    return one.len == two.len
           && (one.len == 0 || memcmp(one.data, two.data, one.len) == 0);
}


static jwti_str_t
fuzz_str(const char *text)
{
    return (jwti_str_t) { (const unsigned char *) text, strlen(text) };
}
