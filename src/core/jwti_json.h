
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_json.h: bounded JSON.  Writing is by hand into a jwti_buf_t, as tokens
 * are written for every request (jwti_json.c); reading is jansson's, and no
 * other file than jwti_jsonread.c includes its header.
 */


#ifndef JWTI_JSON_H_INCLUDED
#define JWTI_JSON_H_INCLUDED


#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


/*
 * Append text as a quoted JSON string (RFC 8259, section 7): ", \ and control
 * characters escaped, all else as it is.
 *
 * JWTI_OK; JWTI_INVALID when text is no valid UTF-8 (RFC 3629: no overlong
 * form, surrogate or value above U+10FFFF) or holds a NUL.  An overflow is
 * seen by jwti_buf_ok().
 */
jwti_rc_t jwti_json_write_string(jwti_buf_t *buf, jwti_str_t text)
    JWTI_MUST_CHECK;

/* 1 when text is valid UTF-8 without NUL, else 0 */
int jwti_json_is_text(jwti_str_t text);

/*
 * 1 when text is exactly one JSON number (RFC 8259, section 6) that every
 * reader takes for the same value: an integer within +/-(2^53 - 1), or a
 * decimal of at most 17 significant digits and a two-digit exponent; else 0.
 */
int jwti_json_is_number(jwti_str_t text);

/*
 * Append a JSON text of any type in its compact form: at most JWTI_VALUE_MAX
 * bytes, JWTI_JSON_DEPTH_MAX levels, no duplicate member, no NUL in a string,
 * no integer beyond 64 bits, no number beyond a double.  It is read by jansson
 * and copied without its white space, so that member order, numbers and
 * escapes stay as they are.
 *
 * JWTI_OK, JWTI_INVALID (no such text) or JWTI_ERROR (out of memory).
 */
jwti_rc_t jwti_json_write_json(jwti_buf_t *buf, jwti_str_t text)
    JWTI_MUST_CHECK;


/* a parsed JSON object; freed with jwti_json_free() */
typedef struct jwti_json_s  jwti_json_t;

/*
 * Parse an object: at most max bytes and JWTI_JSON_DEPTH_MAX levels, duplicate
 * members refused, strings may not hold NUL.
 *
 * JWTI_OK: *object is the caller's to free.  JWTI_INVALID: no such object;
 * jansson says the same when it has no memory for a string.  JWTI_ERROR: out
 * of memory otherwise.
 */
jwti_rc_t jwti_json_parse(jwti_str_t text, size_t max, jwti_json_t **object)
    JWTI_MUST_CHECK;

/* cleanses the strings of the object before they are freed; NULL is allowed */
void jwti_json_free(jwti_json_t *object);

/*
 * The string member name.  JWTI_OK: *value lives as long as object.
 * JWTI_NOT_FOUND: no such member.  JWTI_INVALID: the member is no string.
 */
jwti_rc_t jwti_json_get_string(const jwti_json_t *object, const char *name,
    jwti_str_t *value) JWTI_MUST_CHECK;

/* 1 when the member is there, whatever its type */
int jwti_json_has(const jwti_json_t *object, const char *name);

/* 1 when the member is an array that holds the string value */
int jwti_json_array_has(const jwti_json_t *object, const char *name,
    jwti_str_t value);


/*
 * A value inside a parsed object, which it must not outlive.  There may be
 * none: then every function below says so, and steps can follow each other
 * without a test in between.
 */
typedef struct {
    void  *value;               /* NULL: none */
} jwti_json_node_t;

jwti_json_node_t jwti_json_root(const jwti_json_t *object);

/* the member of an object, the item of an array; else none */
jwti_json_node_t jwti_json_member(jwti_json_node_t node, jwti_str_t name);
jwti_json_node_t jwti_json_item(jwti_json_node_t node, size_t i);

/* the items of an array or the members of an object; else 0 */
size_t jwti_json_count(jwti_json_node_t node);

/* the name of an object's member in the order of the text; else empty */
jwti_str_t jwti_json_name(jwti_json_node_t node, size_t i);

/* JWTI_OK; JWTI_NOT_FOUND: none or null; JWTI_INVALID: of another type */
jwti_rc_t jwti_json_text(jwti_json_node_t node, jwti_str_t *text)
    JWTI_MUST_CHECK;
jwti_rc_t jwti_json_integer(jwti_json_node_t node, int64_t *integer)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_JSON_H_INCLUDED */
