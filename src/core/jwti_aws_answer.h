
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_answer.h: what came back from a service: first what to make of it,
 * then, of a good answer, the parts that are needed.
 */


#ifndef JWTI_AWS_ANSWER_H_INCLUDED
#define JWTI_AWS_ANSWER_H_INCLUDED


#include "jwti_aws.h"
#include "jwti_http.h"


#pragma GCC visibility push(hidden)


#define JWTI_AWS_CODE_MAX        64
#define JWTI_AWS_MESSAGE_MAX     511
#define JWTI_AWS_REQUEST_ID_MAX  64
#define JWTI_AWS_VERSION_ID_MAX  64

/* seconds; services allow 300 */
#define JWTI_AWS_SKEW_MAX        240

/* what a message lists of the names that are there */
#define JWTI_AWS_NAMES_MAX       16


/*
 * For a log as it is: texts are terminated, printable ASCII, of one line, and
 * hold nothing of a good answer but names of containers and variables and the
 * status of a service.  Runs of more than 100 characters that could be a token
 * are replaced by "[...]".
 */
typedef struct {
    jwti_aws_class_e  class;
    char              code[JWTI_AWS_CODE_MAX + 1];      /* "": none */
    char              message[JWTI_AWS_MESSAGE_MAX + 1];    /* "" with DONE */
    char              request_id[JWTI_AWS_REQUEST_ID_MAX + 1];
} jwti_aws_answer_t;

/* GetSecretValue */
typedef struct {
    char        version_id[JWTI_AWS_VERSION_ID_MAX + 1];
    char        arn[JWTI_AWS_ID_MAX + 1];   /* "" when left out */
    jwti_str_t  text;           /* in the caller's memory; a secret */
    unsigned    current:1;      /* the stages of this version */
    unsigned    previous:1;
    unsigned    pending:1;
} jwti_aws_secret_t;

/* of a container in a task definition */
typedef struct {
    jwti_str_t  text;           /* in the caller's memory; a secret unless
                                 * it is a reference */
    unsigned    reference:1;    /* text is a valueFrom: jwti_aws_ecs.h */
} jwti_aws_variable_t;

/* GetParameter */
typedef struct {
    jwti_str_t  text;           /* in the caller's memory; a secret */
    int64_t     version;        /* 0 when left out */
} jwti_aws_parameter_t;


/*
 * What to make of a response.  signed_at: the time that the request was signed
 * with (0: not signed), in seconds since the epoch.  A code that may mean a
 * wrong clock is SKEWED only when the service's Date is more than
 * JWTI_AWS_SKEW_MAX away from it, or its message says so.  With DONE one of
 * the functions below reads response->body.
 */
void jwti_aws_answer_classify(jwti_aws_answer_t *answer,
    const jwti_http_response_t *response, int64_t signed_at);

/*
 * Read the body of a good answer; answer is as jwti_aws_answer_classify() left
 * it.  memory: JWTI_KEY_TEXT_MAX bytes for the texts of the result, which the
 * caller cleanses.
 *
 * JWTI_OK: answer is as it was.  Otherwise its class and message say why, and
 * nothing of a secret is left in memory: JWTI_NOT_FOUND (what was asked is not
 * there: class NOT_FOUND), JWTI_INVALID (a body that is none: TRANSIENT when it
 * is not even JSON or XML, else PERMANENT) or JWTI_ERROR (out of memory:
 * TRANSIENT).
 */

jwti_rc_t jwti_aws_answer_secret(jwti_aws_answer_t *answer, jwti_str_t body,
    unsigned char *memory, jwti_aws_secret_t *secret) JWTI_MUST_CHECK;

/*
 * DescribeServices.  arn: the task definition's.  cluster and service, as they
 * were asked for, are named in messages.
 */
jwti_rc_t jwti_aws_answer_service(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_str_t cluster, jwti_str_t service, char arn[JWTI_AWS_ID_MAX + 1])
    JWTI_MUST_CHECK;

/*
 * DescribeTaskDefinition.  container: empty for the first.  The variable is
 * looked for in the container's "secrets", then in its "environment".
 */
jwti_rc_t jwti_aws_answer_variable(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_str_t container, jwti_str_t name, unsigned char *memory,
    jwti_aws_variable_t *variable) JWTI_MUST_CHECK;

jwti_rc_t jwti_aws_answer_parameter(jwti_aws_answer_t *answer,
    jwti_str_t body, unsigned char *memory, jwti_aws_parameter_t *parameter)
    JWTI_MUST_CHECK;

/* AssumeRole and AssumeRoleWithWebIdentity: XML */
jwti_rc_t jwti_aws_answer_credentials(jwti_aws_answer_t *answer,
    jwti_str_t body, jwti_aws_credentials_t *credentials) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_ANSWER_H_INCLUDED */
