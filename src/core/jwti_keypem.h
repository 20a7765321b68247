
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_keypem.h: the private key in a PEM text.  OpenSSL's PEM functions are
 * not used: they may ask for a passphrase on a terminal and leave lines of the
 * key in freed memory.  Internal to jwti_keytext.c.
 */


#ifndef JWTI_KEYPEM_H_INCLUDED
#define JWTI_KEYPEM_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/*
 * The text between BEGIN and END of the only private key; it may still hold
 * RFC 1421 headers, or line ends written as \n in two characters.  body points
 * into text.  Other text and certificates around it are skipped.
 *
 * JWTI_OK, or JWTI_INVALID with a constant in *err.
 */
jwti_rc_t jwti_keypem_body(jwti_str_t text, jwti_str_t *body,
    const char **err) JWTI_MUST_CHECK;

/* where what begins in text, or NULL; what is not empty */
const unsigned char *jwti_keypem_find(jwti_str_t text, jwti_str_t what);


#pragma GCC visibility pop


#endif /* JWTI_KEYPEM_H_INCLUDED */
