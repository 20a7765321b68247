
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_keyder.h: DER of a private key (PKCS#8, PKCS#1, SEC1) to OpenSSL's key.
 * Internal to jwti_keytext.c.
 */


#ifndef JWTI_KEYDER_H_INCLUDED
#define JWTI_KEYDER_H_INCLUDED


#include "jwti_keytext.h"


#pragma GCC visibility push(hidden)


/* the first byte of every DER key */
#define JWTI_KEYDER_SEQUENCE  0x30


/* as jwti_keytext_parse(), for text that is nothing but DER */
jwti_rc_t jwti_keyder_parse(jwti_keytext_t *keytext, jwti_str_t der,
    const char **err) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_KEYDER_H_INCLUDED */
