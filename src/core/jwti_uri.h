
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_uri.h: URIs (RFC 3986) as OAuth2 has them: what a client names as a
 * resource, and what a configuration names as issuer and endpoints.
 */


#ifndef JWTI_URI_H_INCLUDED
#define JWTI_URI_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/* 1 when text is an absolute URI (section 4.3): a scheme and no fragment */
int jwti_uri_is_absolute(jwti_str_t text);

/* parts of the text that was parsed */
typedef struct {
    jwti_str_t  origin;     /* scheme, host, port */
    jwti_str_t  host;       /* in brackets: an IPv6 address */
    jwti_str_t  path;       /* empty, or from the first slash on */
    int         https;
    int         loopback;   /* localhost, 127.0.0.0/8 or [::1] */
} jwti_uri_t;

/*
 * An http or https URL without user, query and fragment, which needs no escape
 * in JSON.  JWTI_OK; JWTI_INVALID with a constant in *err.
 */
jwti_rc_t jwti_uri_parse(jwti_str_t text, jwti_uri_t *uri, const char **err)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_URI_H_INCLUDED */
