
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_call.h: the requests to AWS's services, complete and signed, in the
 * caller's memory.
 */


#ifndef JWTI_AWS_CALL_H_INCLUDED
#define JWTI_AWS_CALL_H_INCLUDED


#include "jwti_aws.h"
#include "jwti_aws_endpoint.h"
#include "jwti_http.h"


#pragma GCC visibility push(hidden)


/* milliseconds: this is the background, and the regions are near */
#define JWTI_AWS_CONNECT_TIMEOUT    3000
#define JWTI_AWS_TIMEOUT            10000

/* bytes of an answer's body; characters of a secret may take 6 bytes each */
#define JWTI_AWS_SECRET_BODY_MAX    (512 * 1024)
#define JWTI_AWS_SERVICES_BODY_MAX  (1024 * 1024)   /* with 100 events */
#define JWTI_AWS_TASK_BODY_MAX      (1024 * 1024)
#define JWTI_AWS_PARAM_BODY_MAX     (128 * 1024)
#define JWTI_AWS_STS_BODY_MAX       (64 * 1024)

/* limits of the services' own models */
#define JWTI_AWS_STAGE_MAX          256
#define JWTI_AWS_VERSION_MIN        32
#define JWTI_AWS_VERSION_MAX        64
#define JWTI_AWS_ROLE_ARN_MIN       20
#define JWTI_AWS_SESSION_NAME_MIN   2
#define JWTI_AWS_SESSION_NAME_MAX   64
#define JWTI_AWS_EXTERNAL_ID_MIN    2
#define JWTI_AWS_EXTERNAL_ID_MAX    1224
#define JWTI_AWS_WEB_TOKEN_MIN      4
#define JWTI_AWS_WEB_TOKEN_MAX      20000
#define JWTI_AWS_DURATION_MIN       900
#define JWTI_AWS_DURATION_MAX       43200

#define JWTI_AWS_USER_AGENT_MAX     128

/*
 * All of a request but the struct: the largest is a web identity token of
 * which every character is escaped as %XX, with the role's ARN.
 */
#define JWTI_AWS_CALL_MEMORY        (72 * 1024)


/* what all requests to one service of one region share */
typedef struct {
    const jwti_aws_endpoint_t     *endpoint;
    const jwti_aws_credentials_t  *credentials; /* NULL: web identity only */
    const char                    *region;      /* signed for */
    const char                    *user_agent;  /* "name/version" */
    int64_t                        now;         /* seconds since the epoch,
                                                 * the service's clock */
} jwti_aws_context_t;

/*
 * A request with the memory it points to, about 72 KiB: it may not be moved or
 * copied.  It holds credentials: jwti_aws_call_cleanse() before it is freed.
 * url points into the context's endpoint, which must live as long.
 */
typedef struct {
    jwti_http_request_t  request;
    unsigned char        memory[JWTI_AWS_CALL_MEMORY];
} jwti_aws_call_t;

typedef struct {
    jwti_str_t  arn;
    jwti_str_t  session_name;   /* 2 to 64 of A-Z a-z 0-9 _ + = , . @ - */
    jwti_str_t  external_id;    /* empty: none; not for web identity */
    unsigned    duration;       /* seconds, 900 to 43200; 0: the default */
} jwti_aws_role_t;


/*
 * Each writes one complete request.
 *
 * JWTI_OK: call->request is ready.  JWTI_INVALID: an argument is outside the
 * service's own limits, a constant that names it is in *err.  JWTI_ERROR:
 * OpenSSL failed, likewise with *err.  After a failure call is cleansed.
 */

/* stage, version: empty for none; without either AWSCURRENT is meant */
jwti_rc_t jwti_aws_call_get_secret_value(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t id, jwti_str_t stage,
    jwti_str_t version, const char **err) JWTI_MUST_CHECK;

jwti_rc_t jwti_aws_call_describe_services(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t cluster, jwti_str_t service,
    const char **err) JWTI_MUST_CHECK;

jwti_rc_t jwti_aws_call_describe_task_definition(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t arn, const char **err)
    JWTI_MUST_CHECK;

jwti_rc_t jwti_aws_call_get_parameter(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t name, const char **err)
    JWTI_MUST_CHECK;

/* of STS; signed */
jwti_rc_t jwti_aws_call_assume_role(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, const jwti_aws_role_t *role,
    const char **err) JWTI_MUST_CHECK;

/*
 * Of STS; not signed, context->credentials is not read.  White space after the
 * token, as the file has it, is left out.
 */
jwti_rc_t jwti_aws_call_assume_role_with_web_identity(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, const jwti_aws_role_t *role,
    jwti_str_t token, const char **err) JWTI_MUST_CHECK;

void jwti_aws_call_cleanse(jwti_aws_call_t *call);


#pragma GCC visibility pop


#endif /* JWTI_AWS_CALL_H_INCLUDED */
