
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_ini.h: the lines of AWS's shared files, one at a time:
 *
 *     [section]               # a comment
 *     name = value            ; a comment
 *     name =
 *         nested = value
 *
 * A line that is indented more than the setting before it belongs to that.
 */


#ifndef JWTI_AWS_INI_H_INCLUDED
#define JWTI_AWS_INI_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


typedef enum {
    JWTI_AWS_INI_END = 0,
    JWTI_AWS_INI_SECTION,
    JWTI_AWS_INI_SETTING,
    JWTI_AWS_INI_NESTED,        /* of the setting before, which is empty */
    JWTI_AWS_INI_CONTINUED,     /* a further line of the setting before */
    JWTI_AWS_INI_BROKEN         /* err, line; nothing more follows */
} jwti_aws_ini_e;

/* strings are slices of the text; readable as the item says */
typedef struct {
    jwti_str_t   section;       /* without brackets; empty before the first */
    jwti_str_t   name;          /* SETTING; of NESTED, CONTINUED its parent */
    jwti_str_t   nested;        /* NESTED: the name */
    jwti_str_t   value;         /* SETTING, NESTED; may be empty */
    size_t       line;          /* of the item, from 1 */
    const char  *err;           /* BROKEN: a constant */

    jwti_str_t   text;          /* private from here: what is left */
    size_t       indent;        /* of the setting */
    unsigned     in_section:1;
    unsigned     in_setting:1;
    unsigned     is_empty:1;    /* the setting had no value of its own */
} jwti_aws_ini_t;


void jwti_aws_ini_init(jwti_aws_ini_t *ini, jwti_str_t text);

/* the next item; after END or BROKEN the same again */
jwti_aws_ini_e jwti_aws_ini_next(jwti_aws_ini_t *ini);

/* 1 when a section of text is TYPE NAME, as below */
int jwti_aws_ini_has(jwti_str_t text, const char *type, const char *name);

/* 1 when text is name */
int jwti_aws_ini_is(jwti_str_t text, const char *name);

/* 1 when section is TYPE, white space, NAME, which may be quoted */
int jwti_aws_ini_is_typed(jwti_str_t section, const char *type,
    const char *name);

/*
 * 1 when text is, in any case, name, which is in lower case; with prefix not 0
 * when the first prefix characters are
 */
int jwti_aws_ini_is_key(jwti_str_t text, const char *name, size_t prefix);


#pragma GCC visibility pop


#endif /* JWTI_AWS_INI_H_INCLUDED */
