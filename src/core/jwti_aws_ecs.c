
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_ecs.c: valueFrom.  The ECS agent splits an ARN's resource at its
 * colons and takes two parts or five; names of secrets have no colon.
 */


#include <string.h>

#include "jwti_aws_ecs.h"
#include "jwti_aws_endpoint.h"


/* "secret", its name, field, stage, version */
#define JWTI_AWS_ECS_PARTS  5


static jwti_rc_t jwti_aws_ecs_secret(jwti_aws_reference_t *reference,
    const jwti_aws_arn_t *arn, jwti_str_t text, const char **err);
static int jwti_aws_ecs_is(jwti_str_t text, jwti_str_t word);
static int jwti_aws_ecs_is_token(jwti_str_t text);


jwti_rc_t
jwti_aws_ecs_parse(jwti_aws_reference_t *reference, jwti_str_t text,
    const char **err)
{
    jwti_rc_t       rc;
    jwti_aws_arn_t  arn;

    memset(reference, 0, sizeof(jwti_aws_reference_t));

    rc = jwti_aws_arn_parse(&arn, text);

    if (rc == JWTI_NOT_FOUND) {

        if (text.len > JWTI_AWS_ID_MAX || !jwti_aws_ecs_is_token(text)) {
            *err = "valueFrom is empty, too long or no name of a parameter";
            return JWTI_INVALID;
        }

        reference->service = JWTI_AWS_SSM;
        reference->id = text;

        return JWTI_OK;
    }

    if (rc != JWTI_OK || arn.region.len == 0) {
        *err = "valueFrom is no valid ARN";
        return JWTI_INVALID;
    }

    reference->region = arn.region;

    if (jwti_aws_ecs_is(arn.service, jwti_str("secretsmanager"))) {
        return jwti_aws_ecs_secret(reference, &arn, text, err);
    }

    if (!jwti_aws_ecs_is(arn.service, jwti_str("ssm"))) {
        *err = "valueFrom is an ARN of neither secretsmanager nor ssm";
        return JWTI_INVALID;
    }

    if (arn.resource.len < sizeof("parameter/")
        || memcmp(arn.resource.data, "parameter/", 10) != 0
        || !jwti_aws_ecs_is_token(text))
    {
        *err = "valueFrom is an ARN of ssm but not of a parameter";
        return JWTI_INVALID;
    }

    reference->service = JWTI_AWS_SSM;
    reference->id = text;

    return JWTI_OK;
}


static jwti_rc_t
jwti_aws_ecs_secret(jwti_aws_reference_t *reference,
    const jwti_aws_arn_t *arn, jwti_str_t text, const char **err)
{
    size_t      i, n;
    jwti_str_t  parts[JWTI_AWS_ECS_PARTS];

    memset(parts, 0, sizeof(parts));
    parts[0].data = arn->resource.data;
    n = 0;

    for (i = 0; i < arn->resource.len; i++) {

        if (arn->resource.data[i] != ':') {
            parts[n].len++;
            continue;
        }

        n++;

        if (n == JWTI_AWS_ECS_PARTS) {
            break;
        }

        parts[n].data = arn->resource.data + i + 1;
    }

    if (n != 1 && n != JWTI_AWS_ECS_PARTS - 1) {
        *err = "valueFrom has neither two nor five parts from \"secret:\" on";
        return JWTI_INVALID;
    }

    /* the ARN as it is, or without the three parts */

    reference->service = JWTI_AWS_SECRETSMANAGER;
    reference->id.data = text.data;
    reference->id.len = (size_t) (parts[1].data + parts[1].len - text.data);

    reference->field = parts[2];
    reference->stage = parts[3];
    reference->version = parts[4];

    if (!jwti_aws_ecs_is(parts[0], jwti_str("secret")) || parts[1].len == 0
        || !jwti_aws_ecs_is_token(reference->id)
        || (parts[3].len != 0 && !jwti_aws_ecs_is_token(parts[3]))
        || (parts[4].len != 0 && !jwti_aws_ecs_is_token(parts[4])))
    {
        *err = "valueFrom is an ARN of secretsmanager but not of a secret";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


static int
jwti_aws_ecs_is(jwti_str_t text, jwti_str_t word)
{
    return text.len == word.len
           && memcmp(text.data, word.data, word.len) == 0;
}


static int
jwti_aws_ecs_is_token(jwti_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] <= 0x20 || text.data[i] > 0x7e) {
            return 0;
        }
    }

    return text.len != 0;
}
