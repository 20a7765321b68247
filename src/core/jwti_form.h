
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_form.h: application/x-www-form-urlencoded (WHATWG URL, section 5.1), as
 * OAuth2 requests carry it in a body or a query (RFC 6749, appendix B).
 */


#ifndef JWTI_FORM_H_INCLUDED
#define JWTI_FORM_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


typedef struct {
    jwti_str_t  name;
    jwti_str_t  value;
} jwti_form_field_t;

typedef struct {
    jwti_form_field_t  fields[JWTI_FORM_FIELDS_MAX];
    size_t             nfields;
} jwti_form_t;


/*
 * Parse text into form.  Names and values are parts of text or, where they had
 * to be decoded, of memory, which must hold text.len bytes; both must live as
 * long as form is read.  A field with an empty value counts as left out (RFC
 * 6749, section 3.1) and an empty name is skipped; both still count as
 * repetitions.
 *
 * JWTI_OK.  JWTI_INVALID with a constant in *err: a repeated name, a broken
 * percent sequence, bytes that are no UTF-8, a NUL, or more than
 * JWTI_FORM_MAX bytes or JWTI_FORM_FIELDS_MAX fields.  *err is made of the
 * characters that RFC 6749 allows in error_description.
 */
jwti_rc_t jwti_form_parse(jwti_form_t *form, jwti_str_t text,
    unsigned char *memory, const char **err) JWTI_MUST_CHECK;

/*
 * The same for a query, which others read without telling upper from lower case
 * in names: two names are one, too, when only that is different.
 */
jwti_rc_t jwti_form_parse_query(jwti_form_t *form, jwti_str_t text,
    unsigned char *memory, const char **err) JWTI_MUST_CHECK;

/* the value of name, or NULL when it was left out */
const jwti_str_t *jwti_form_get(const jwti_form_t *form, jwti_str_t name);


#pragma GCC visibility pop


#endif /* JWTI_FORM_H_INCLUDED */
