
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_ecs.h: "valueFrom" of a container's secret, as the ECS agent takes
 * it.
 */


#ifndef JWTI_AWS_ECS_H_INCLUDED
#define JWTI_AWS_ECS_H_INCLUDED


#include "jwti_aws.h"


#pragma GCC visibility push(hidden)


/* slices of the text that was parsed; the optional ones are empty for none */
typedef struct {
    jwti_aws_service_e  service;    /* SECRETSMANAGER or SSM */
    jwti_str_t          id;         /* SecretId, or Name of a parameter */
    jwti_str_t          field;      /* of the JSON map; none: the whole text */
    jwti_str_t          stage;
    jwti_str_t          version;
    jwti_str_t          region;     /* none: the task definition's */
} jwti_aws_reference_t;


/*
 * Parse one of:
 *
 *   arn:P:secretsmanager:R:A:secret:NAME
 *   arn:P:secretsmanager:R:A:secret:NAME:FIELD:STAGE:VERSION   any of the three
 *                                                              may be empty
 *   arn:P:ssm:R:A:parameter/NAME
 *   NAME                             a parameter of the task's own region
 *
 * At most JWTI_AWS_ID_MAX printable ASCII characters without blanks, but FIELD
 * may have blanks.
 *
 * JWTI_OK; JWTI_INVALID with a constant in *err.
 */
jwti_rc_t jwti_aws_ecs_parse(jwti_aws_reference_t *reference, jwti_str_t text,
    const char **err) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_ECS_H_INCLUDED */
