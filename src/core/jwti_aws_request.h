
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_request.h: what all requests to AWS's services have in common; for
 * jwti_aws_call.c.
 */


#ifndef JWTI_AWS_REQUEST_H_INCLUDED
#define JWTI_AWS_REQUEST_H_INCLUDED


#include "jwti_aws_call.h"
#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


typedef struct {
    jwti_aws_service_e  service;
    const char         *target;         /* NULL: the query protocol of STS */
    size_t              max;            /* bytes of the answer's body */
    unsigned            sign:1;
} jwti_aws_kind_t;


/*
 * Complete call: all of buf so far, over call->memory, is the body; the
 * headers follow it.  Results as in jwti_aws_call.h.
 */
jwti_rc_t jwti_aws_request_finish(jwti_aws_call_t *call, jwti_buf_t *buf,
    const jwti_aws_context_t *context, const jwti_aws_kind_t *kind,
    const char **err) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_REQUEST_H_INCLUDED */
