
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_member.h: typed members, and an object that they are written into: what
 * the JOSE header and the claims set have in common.
 */


#ifndef JWTI_MEMBER_H_INCLUDED
#define JWTI_MEMBER_H_INCLUDED


#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


typedef enum {
    JWTI_TYPE_STRING,
    JWTI_TYPE_NUMBER,       /* see jwti_json_is_number() */
    JWTI_TYPE_BOOLEAN,      /* exactly "true" or "false" */
    JWTI_TYPE_JSON          /* any JSON text */
} jwti_type_e;

typedef struct {
    jwti_str_t   name;
    jwti_str_t   value;
    jwti_type_e  type;
} jwti_member_t;

/* an object being written, and where a refusal goes */
typedef struct {
    jwti_buf_t   *buf;
    jwti_str_t   *name;
    const char  **err;
    int           comma;    /* a member was written before */
} jwti_member_out_t;


/*
 * Everywhere: JWTI_OK; JWTI_INVALID with the constant reason in *err and the
 * member's name in *name; JWTI_ERROR when memory is short.  What was written
 * before a refusal stays in buf; an overflow is seen by jwti_buf_ok().
 *
 * Names that are passed beside a value are ours: text that needs no escape.
 */

/* { and } */
void jwti_member_begin(jwti_member_out_t *out, jwti_buf_t *buf,
    jwti_str_t *name, const char **err);
void jwti_member_end(jwti_member_out_t *out);

/* text that needs no escape; an integer */
void jwti_member_text(jwti_member_out_t *out, jwti_str_t name,
    const char *text);
void jwti_member_int(jwti_member_out_t *out, jwti_str_t name,
    int64_t number);

/* bytes as base64url */
void jwti_member_bytes(jwti_member_out_t *out, jwti_str_t name,
    jwti_str_t bytes);

/*
 * Strings of 1 to JWTI_VALUE_MAX bytes.  Of several: one is a string, more
 * are an array, at most JWTI_AUDIENCES_MAX.
 */
jwti_rc_t jwti_member_string(jwti_member_out_t *out, jwti_str_t name,
    jwti_str_t value) JWTI_MUST_CHECK;
jwti_rc_t jwti_member_strings(jwti_member_out_t *out, jwti_str_t name,
    const jwti_str_t *values, size_t nvalues) JWTI_MUST_CHECK;

/* typed members: values of at most JWTI_VALUE_MAX bytes; "" is a string */
jwti_rc_t jwti_member_write(jwti_member_out_t *out,
    const jwti_member_t *members, size_t nmembers) JWTI_MUST_CHECK;

/*
 * The names of typed members: at most JWTI_MEMBERS_MAX, none of them empty,
 * longer than JWTI_VALUE_MAX, repeated or in reserved, which NULL ends.
 */
jwti_rc_t jwti_member_check(jwti_member_out_t *out,
    const jwti_member_t *members, size_t nmembers,
    const char *const *reserved) JWTI_MUST_CHECK;

/* the refusal itself: always JWTI_INVALID */
jwti_rc_t jwti_member_refuse(jwti_member_out_t *out, jwti_str_t name,
    const char *reason);

/* 1 when there is a member of that name */
int jwti_member_has(const jwti_member_t *members, size_t nmembers,
    jwti_str_t name);

/* 1 when name is one of names, which NULL ends */
int jwti_member_is_one_of(jwti_str_t name, const char *const *names);


#pragma GCC visibility pop


#endif /* JWTI_MEMBER_H_INCLUDED */
