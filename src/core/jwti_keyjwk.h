
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_keyjwk.h: a private JWK (RFC 7517; RFC 7518, section 6; RFC 8037) to
 * OpenSSL's key.  Internal to jwti_keytext.c.
 */


#ifndef JWTI_KEYJWK_H_INCLUDED
#define JWTI_KEYJWK_H_INCLUDED


#include "jwti_keytext.h"


#pragma GCC visibility push(hidden)


/*
 * As jwti_keytext_parse(), for a text that is a JWK.  An RSA key must have
 * its two prime factors with what belongs to them: RFC 7518, section 6.3.2,
 * lets a producer leave them out, but then a signature takes four times as
 * long and PKCS#8 cannot hold the key.  "oth" (more than two) is refused.
 */
jwti_rc_t jwti_keyjwk_parse(jwti_keytext_t *keytext, jwti_str_t text,
    int hmac, const char **err) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_KEYJWK_H_INCLUDED */
