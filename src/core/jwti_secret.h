
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_secret.h: the key's text in the value of a secret, which may be the
 * text itself or a JSON map with it in one field.
 */


#ifndef JWTI_SECRET_H_INCLUDED
#define JWTI_SECRET_H_INCLUDED


#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


/* where the key is in a map when nobody said */
#define JWTI_SECRET_FIELD      "private_key"

/* what a message lists of the names that are there */
#define JWTI_SECRET_NAMES_MAX  16

#define JWTI_SECRET_ERR_MAX    511


/*
 * Append the key's text to key: with a field, that member of the JSON object
 * that text is.  With field empty: a JSON object without "kty" has it in
 * JWTI_SECRET_FIELD; any other text, a JWK among them, is the key itself.
 *
 * JWTI_OK: at least one byte was appended; the caller cleanses it.
 * JWTI_NOT_FOUND: no such field.  JWTI_INVALID: text is empty, longer than
 * JWTI_KEY_TEXT_MAX, no JSON object though one is needed, or in braces and
 * none; the field is no string or is empty.  JWTI_NO_SPACE: key is too small.
 * JWTI_ERROR: out of memory.  Of a failure err has the reason: terminated,
 * printable ASCII, with names of fields, never a value.
 */
jwti_rc_t jwti_secret_key(jwti_buf_t *key, jwti_str_t text, jwti_str_t field,
    char err[JWTI_SECRET_ERR_MAX + 1]) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_SECRET_H_INCLUDED */
