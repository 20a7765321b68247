
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_scope.h: lists of scopes as OAuth2 writes them (RFC 6749, section 3.3).
 */


#ifndef JWTI_SCOPE_H_INCLUDED
#define JWTI_SCOPE_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/*
 * 1 when text is one or more scope tokens with one space between two, at most
 * JWTI_VALUE_MAX bytes.  Such a text needs no escape in JSON.
 */
int jwti_scope_is_valid(jwti_str_t text);

/*
 * What of granted is asked for: the tokens of asked in granted's order, each
 * once, whatever order and repetitions asked has.  granted is valid; memory
 * holds granted.len bytes.
 *
 * JWTI_OK: *scope is in memory, or granted itself when all of it is asked for.
 * JWTI_INVALID: asked is not valid or more than granted.
 */
jwti_rc_t jwti_scope_narrow(jwti_str_t granted, jwti_str_t asked,
    unsigned char *memory, jwti_str_t *scope) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_SCOPE_H_INCLUDED */
