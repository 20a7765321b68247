
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_base64.h: base64 (RFC 4648, section 4) and base64url without padding
 * (section 5; RFC 7515, appendix C), strict.
 */


#ifndef JWTI_BASE64_H_INCLUDED
#define JWTI_BASE64_H_INCLUDED


#include "jwti_buf.h"


#pragma GCC visibility push(hidden)


/* characters that len bytes take as base64url without padding */
#define jwti_base64url_len(len)  ((len) / 3 * 4 + ((len) % 3 * 4 + 2) / 3)

/* the most bytes that len characters of either alphabet can hold */
#define jwti_base64_decoded_max(len)  (((len) + 3) / 4 * 3)


/* append data as base64url without padding */
void jwti_base64url_encode(jwti_buf_t *buf, jwti_str_t data);

/*
 * Append the bytes that text stands for.
 *
 * base64url: the url alphabet, no padding, no white space, unused bits zero.
 * base64: the standard alphabet with right padding; blanks, tabs and line
 * ends between characters are skipped, as tools wrap lines.
 *
 * JWTI_OK; JWTI_INVALID for any other character, a bad length or set unused
 * bits; JWTI_NO_SPACE when buf is too small.  After a failure what was
 * written is undefined: the caller cleanses it where it may be a secret.
 */
jwti_rc_t jwti_base64url_decode(jwti_buf_t *buf, jwti_str_t text)
    JWTI_MUST_CHECK;
jwti_rc_t jwti_base64_decode(jwti_buf_t *buf, jwti_str_t text)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_BASE64_H_INCLUDED */
