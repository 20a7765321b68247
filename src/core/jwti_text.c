
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_text.c: see jwti_text.h.
 */


#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "jwti_text.h"


jwti_rc_t
jwti_text_set(char **place, jwti_str_t value)
{
    char  *copy;

    copy = NULL;

    if (value.len != 0) {
        copy = malloc(value.len + 1);

        if (copy == NULL) {
            return JWTI_ERROR;
        }

        memcpy(copy, value.data, value.len);
        copy[value.len] = '\0';
    }

    jwti_text_drop(place);
    *place = copy;

    return JWTI_OK;
}


void
jwti_text_drop(char **place)
{
    if (*place == NULL) {
        return;
    }

    OPENSSL_cleanse(*place, strlen(*place));
    free(*place);
    *place = NULL;
}
