
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti.h: what every file of the core shares: the string type, the result
 * codes and the limits.  The core is plain C11 over OpenSSL, jansson and
 * libjwt.  It keeps no global state, never logs, never reads a clock, a file
 * or a socket: time, random bytes and answers from the network are arguments.
 * Every function may be called from any thread unless its header says less.
 */


#ifndef JWTI_H_INCLUDED
#define JWTI_H_INCLUDED


#include <stddef.h>
#include <stdint.h>


#if defined(__GNUC__)
#define JWTI_MUST_CHECK  __attribute__((warn_unused_result))
#else
#define JWTI_MUST_CHECK
#endif


/* bytes that somebody else owns; not terminated, may hold any byte */
typedef struct {
    const unsigned char  *data;
    size_t                len;
} jwti_str_t;

#define jwti_str(literal)                                                     \
    ((jwti_str_t) { (const unsigned char *) (literal), sizeof(literal) - 1 })


typedef enum {
    JWTI_OK = 0,
    JWTI_ERROR = -1,        /* internal: out of memory, a library failed */
    JWTI_INVALID = -2,      /* the input is refused; trying again is useless */
    JWTI_NO_SPACE = -3,     /* the caller's buffer or table is full */
    JWTI_NOT_FOUND = -4     /* well-formed, but what was asked is not there */
} jwti_rc_t;


/*
 * Limits.  Each has a test at the limit and one past it.
 */

/* a secret of AWS Secrets Manager holds up to 65,536 bytes */
#define JWTI_KEY_TEXT_MAX      65536

/* RSA above 8192 bits signs for tens of milliseconds: a denial of service */
#define JWTI_RSA_BITS_MIN      2048             /* RFC 7518, section 3.3 */
#define JWTI_RSA_BITS_MAX      8192
#define JWTI_SIGNATURE_MAX     (JWTI_RSA_BITS_MAX / 8)

/* HMAC keys longer than the hash's block are hashed: more brings nothing */
#define JWTI_HMAC_SECRET_MAX   1024

#define JWTI_NAME_MAX          64               /* service, environment */
#define JWTI_KID_LEN           43               /* base64url of SHA-256 */

/* one value that a request brings into a claim or header member */
#define JWTI_VALUE_MAX         4096

/* receivers refuse longer header lines, many of them at 8k by default */
#define JWTI_TOKEN_MAX         8000

#define JWTI_MEMBERS_MAX       32               /* claims, header members */
#define JWTI_AUDIENCES_MAX     16

#define JWTI_JSON_DEPTH_MAX    16

#define JWTI_FORM_MAX          16384            /* bytes of a POSTed form */
#define JWTI_FORM_FIELDS_MAX   64


#endif /* JWTI_H_INCLUDED */
