
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_request.c: the headers of a request, signed or not.  Called by
 * jwti_aws_call.c, in any thread.
 */


#include "jwti_aws_request.h"
#include "jwti_aws_sigv4.h"


#define JWTI_AWS_REQUEST_JSON  "application/x-amz-json-1.1"
#define JWTI_AWS_REQUEST_FORM                                                 \
    "application/x-www-form-urlencoded; charset=utf-8"


static jwti_rc_t jwti_aws_request_sign(jwti_aws_call_t *call, jwti_buf_t *buf,
    const jwti_aws_context_t *context, const jwti_aws_kind_t *kind,
    const char **err);
static void jwti_aws_request_header(jwti_aws_call_t *call, jwti_buf_t *buf,
    const char *name, const char *value);


jwti_rc_t
jwti_aws_request_finish(jwti_aws_call_t *call, jwti_buf_t *buf,
    const jwti_aws_context_t *context, const jwti_aws_kind_t *kind,
    const char **err)
{
    size_t                i;
    jwti_rc_t             rc;
    jwti_http_request_t  *request;

    request = &call->request;

    request->method = "POST";
    request->url = context->endpoint->url;
    request->body = jwti_buf_written(buf);
    request->connect_timeout = JWTI_AWS_CONNECT_TIMEOUT;
    request->timeout = JWTI_AWS_TIMEOUT;
    request->max = kind->max;

    for (i = 0; context->user_agent[i] != '\0'; i++) {

        if (i == JWTI_AWS_USER_AGENT_MAX || context->user_agent[i] < 0x20
            || context->user_agent[i] > 0x7e)
        {
            *err = "the user agent is too long or no text";
            rc = JWTI_INVALID;
            goto failed;
        }
    }

    jwti_aws_request_header(call, buf, "Host: ", context->endpoint->host);
    jwti_aws_request_header(call, buf, "User-Agent: ", context->user_agent);
    jwti_aws_request_header(call, buf, "Content-Type: ",
                            (kind->target != NULL) ? JWTI_AWS_REQUEST_JSON
                                                   : JWTI_AWS_REQUEST_FORM);

    if (kind->target != NULL) {
        jwti_aws_request_header(call, buf, "X-Amz-Target: ", kind->target);
    }

    rc = kind->sign ? jwti_aws_request_sign(call, buf, context, kind, err)
                    : JWTI_OK;

    if (rc == JWTI_OK && jwti_buf_ok(buf) != JWTI_OK) {
        *err = "the request is too long";
        rc = JWTI_INVALID;
    }

    if (rc == JWTI_OK) {
        *err = NULL;
        return JWTI_OK;
    }

failed:

    jwti_aws_call_cleanse(call);

    return rc;
}


static jwti_rc_t
jwti_aws_request_sign(jwti_aws_call_t *call, jwti_buf_t *buf,
    const jwti_aws_context_t *context, const jwti_aws_kind_t *kind,
    const char **err)
{
    jwti_rc_t             rc;
    jwti_aws_header_t     headers[3];
    jwti_aws_sigv4_t      sigv4;
    jwti_aws_signature_t  signature;

    headers[0].name = "host";
    headers[0].value = context->endpoint->host;
    headers[1].name = "content-type";
    headers[1].value = (kind->target != NULL) ? JWTI_AWS_REQUEST_JSON
                                              : JWTI_AWS_REQUEST_FORM;
    headers[2].name = "x-amz-target";
    headers[2].value = kind->target;

    sigv4.credentials = context->credentials;
    sigv4.region = context->region;
    sigv4.service = jwti_aws_service_name(kind->service);
    sigv4.headers = headers;
    sigv4.nheaders = (kind->target != NULL) ? 3 : 2;
    sigv4.body = call->request.body;
    sigv4.now = context->now;

    rc = jwti_aws_sigv4_sign(&signature, &sigv4);

    if (rc != JWTI_OK) {
        *err = (rc == JWTI_INVALID)
               ? "the region, the time or the credentials are not valid"
               : "HMAC() or EVP_DigestUpdate() failed";
        return rc;
    }

    jwti_aws_request_header(call, buf, "X-Amz-Date: ", signature.date);

    if (context->credentials->session_token[0] != '\0') {
        jwti_aws_request_header(call, buf, "X-Amz-Security-Token: ",
                                    context->credentials->session_token);
    }

    jwti_aws_request_header(call, buf, "Authorization: ",
                            signature.authorization);

    return JWTI_OK;
}


/* the pointer is read by others only when nothing has overflowed */

static void
jwti_aws_request_header(jwti_aws_call_t *call, jwti_buf_t *buf,
    const char *name, const char *value)
{
    jwti_http_request_t  *request;

    request = &call->request;

    request->headers[request->nheaders++] = (const char *) buf->pos;

    jwti_buf_text(buf, name);
    jwti_buf_text(buf, value);
    jwti_buf_byte(buf, '\0');
}
