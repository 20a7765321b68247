
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_endpoint.h: where a service of a region is, and what the parts of
 * an ARN say about that.
 */


#ifndef JWTI_AWS_ENDPOINT_H_INCLUDED
#define JWTI_AWS_ENDPOINT_H_INCLUDED


#include "jwti_aws.h"


#pragma GCC visibility push(hidden)


typedef struct {
    char  url[JWTI_AWS_ENDPOINT_MAX + 1];       /* ends in "/" */
    char  host[JWTI_AWS_ENDPOINT_MAX + 1];      /* what the header Host says:
                                                 * without a default port */
} jwti_aws_endpoint_t;

/* slices of the text that was parsed */
typedef struct {
    jwti_str_t  partition;
    jwti_str_t  service;
    jwti_str_t  region;         /* may be empty, as IAM's are */
    jwti_str_t  account;        /* may be empty */
    jwti_str_t  resource;       /* all the rest, colons included */
} jwti_aws_arn_t;


/*
 * "secretsmanager", "ecs", "ssm", "sts": the signing name, the prefix of the
 * host, and in upper case nearly the suffix of AWS_ENDPOINT_URL_ (where Secrets
 * Manager is SECRETS_MANAGER).  Never NULL for a service of the enumeration.
 */
const char *jwti_aws_service_name(jwti_aws_service_e service);

/* "SECRETS_MANAGER", "ECS", "SSM", "STS" */
const char *jwti_aws_service_env(jwti_aws_service_e service);

/* 1 when text is 1 to JWTI_AWS_REGION_MAX of a-z, 0-9 and inner "-", else 0 */
int jwti_aws_region_valid(jwti_str_t text);

/*
 * The public endpoint, https.  A region of no known partition counts as one of
 * "aws".  JWTI_OK; JWTI_INVALID when the region is none.
 */
jwti_rc_t jwti_aws_endpoint_default(jwti_aws_endpoint_t *endpoint,
    jwti_aws_service_e service, jwti_str_t region, int fips, int dualstack)
    JWTI_MUST_CHECK;

/*
 * An endpoint that somebody configured: http or https, a name, an IPv4 address
 * or an IPv6 address in brackets, a port or none; one "/" may follow, nothing
 * else.
 *
 * JWTI_OK; JWTI_INVALID with a constant in *err.
 */
jwti_rc_t jwti_aws_endpoint_parse(jwti_aws_endpoint_t *endpoint,
    jwti_str_t url, const char **err) JWTI_MUST_CHECK;

/*
 * Parse arn:partition:service:region:account:resource of at most
 * JWTI_AWS_ID_MAX printable ASCII characters.
 *
 * JWTI_OK.  JWTI_NOT_FOUND: text does not begin with "arn:".  JWTI_INVALID: it
 * does but is no ARN: too few parts, partition, service or resource empty, a
 * region that is none.
 */
jwti_rc_t jwti_aws_arn_parse(jwti_aws_arn_t *arn, jwti_str_t text)
    JWTI_MUST_CHECK;

/*
 * The region that an id names: of an ARN its region, terminated.
 *
 * JWTI_OK.  JWTI_NOT_FOUND: no ARN, or one without a region: the configured
 * region holds.  JWTI_INVALID: begins with "arn:" but is no ARN.
 */
jwti_rc_t jwti_aws_arn_region(char region[JWTI_AWS_REGION_MAX + 1],
    jwti_str_t id) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_ENDPOINT_H_INCLUDED */
