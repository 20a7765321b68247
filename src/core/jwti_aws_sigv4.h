
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_sigv4.h: AWS Signature Version 4 for the only kind of request that
 * is ever sent to a service: "POST /" without a query.  The rules for escaping
 * paths and queries, where signers differ, are out of reach.
 */


#ifndef JWTI_AWS_SIGV4_H_INCLUDED
#define JWTI_AWS_SIGV4_H_INCLUDED


#include "jwti_aws.h"
#include "jwti_aws_time.h"


#pragma GCC visibility push(hidden)


/* beside x-amz-date and x-amz-security-token */
#define JWTI_AWS_SIGV4_HEADERS_MAX  6
#define JWTI_AWS_SIGV4_NAME_MAX     32
#define JWTI_AWS_SIGV4_SERVICE_MAX  32

/*
 * The longest value of Authorization: its fixed words, the access key, the
 * scope, eight names of signed headers, the signature in hexadecimal.
 */
#define JWTI_AWS_AUTHORIZATION_MAX                                            \
    (160 + JWTI_AWS_ACCESS_KEY_MAX + JWTI_AWS_REGION_MAX                      \
     + JWTI_AWS_SIGV4_SERVICE_MAX                                             \
     + (JWTI_AWS_SIGV4_HEADERS_MAX + 2) * (JWTI_AWS_SIGV4_NAME_MAX + 1))


typedef struct {
    const char  *name;          /* lower case */
    const char  *value;
} jwti_aws_header_t;

typedef struct {
    const jwti_aws_credentials_t  *credentials;
    const char                    *region;
    const char                    *service;     /* the signing name */
    const jwti_aws_header_t       *headers;     /* in any order, none twice */
    size_t                         nheaders;    /* host is one of them */
    jwti_str_t                     body;
    int64_t                        now;         /* seconds since the epoch */
} jwti_aws_sigv4_t;

/* values of X-Amz-Date and Authorization, terminated */
typedef struct {
    char  date[JWTI_AWS_TIME_LEN + 1];
    char  authorization[JWTI_AWS_AUTHORIZATION_MAX + 1];
} jwti_aws_signature_t;


/*
 * Sign: the headers given, x-amz-date and, when the credentials have a session
 * token, x-amz-security-token, which the caller sends as well.  Runs of blanks
 * in a value count as one and those at its ends not at all.
 *
 * JWTI_OK.  JWTI_INVALID: no host, a name twice, a name that is none in lower
 * case, a value with control characters, a region, service, access key or time
 * that is none; NULL or "" for the keys of the credentials.  JWTI_ERROR:
 * OpenSSL failed.  What was derived from the secret key is cleansed either way.
 */
jwti_rc_t jwti_aws_sigv4_sign(jwti_aws_signature_t *signature,
    const jwti_aws_sigv4_t *request) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_SIGV4_H_INCLUDED */
