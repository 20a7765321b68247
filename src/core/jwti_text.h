
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_text.h: settings as C strings of their own, which may be secret.
 */


#ifndef JWTI_TEXT_H_INCLUDED
#define JWTI_TEXT_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/*
 * *place becomes a copy of value, or NULL where value is empty; what it was is
 * cleansed and freed.  JWTI_ERROR, without memory, leaves it as it was.
 */
jwti_rc_t jwti_text_set(char **place, jwti_str_t value)
    JWTI_MUST_CHECK;

/* cleanses and frees *place, which may be NULL and then is */
void jwti_text_drop(char **place);


#pragma GCC visibility pop


#endif /* JWTI_TEXT_H_INCLUDED */
