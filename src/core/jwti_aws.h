
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws.h: what the files of the AWS part share.
 */


#ifndef JWTI_AWS_H_INCLUDED
#define JWTI_AWS_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


#define JWTI_AWS_REGION_MAX       63
#define JWTI_AWS_ENDPOINT_MAX     512
#define JWTI_AWS_ID_MAX           2048      /* secret id, ARN, parameter name */
#define JWTI_AWS_ACCESS_KEY_MAX   128
#define JWTI_AWS_SECRET_KEY_MAX   256
#define JWTI_AWS_SESSION_MAX      16384


typedef enum {
    JWTI_AWS_SECRETSMANAGER = 0,
    JWTI_AWS_ECS,
    JWTI_AWS_SSM,
    JWTI_AWS_STS,
    JWTI_AWS_SERVICES
} jwti_aws_service_e;


/* strings are terminated; the holder cleanses the whole struct when done */
typedef struct {
    char     access_key[JWTI_AWS_ACCESS_KEY_MAX + 1];
    char     secret_key[JWTI_AWS_SECRET_KEY_MAX + 1];
    char     session_token[JWTI_AWS_SESSION_MAX + 1];   /* "": none */
    int64_t  expires;           /* seconds since the epoch; 0: never */
} jwti_aws_credentials_t;


/* how an answer of a service is to be taken */
typedef enum {
    JWTI_AWS_DONE = 0,
    JWTI_AWS_TRANSIENT,         /* transport, 5xx: again, short delay */
    JWTI_AWS_THROTTLED,         /* again, long delay */
    JWTI_AWS_EXPIRED,           /* credentials: get new ones, once more */
    JWTI_AWS_SKEWED,            /* clock: sign with the service's, once more */
    JWTI_AWS_NOT_FOUND,         /* the thing asked for is not there */
    JWTI_AWS_DENIED,
    JWTI_AWS_PERMANENT          /* anything else */
} jwti_aws_class_e;


#pragma GCC visibility pop


#endif /* JWTI_AWS_H_INCLUDED */
