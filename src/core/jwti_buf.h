
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_buf.h: a writer over the caller's memory.  It is born with its maximum
 * and remembers an overflow: write everything, then test once with
 * jwti_buf_ok().  Nothing is written past the end; after an overflow nothing is
 * written at all.
 */


#ifndef JWTI_BUF_H_INCLUDED
#define JWTI_BUF_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


typedef struct {
    unsigned char  *start;
    unsigned char  *pos;        /* next byte to write */
    unsigned char  *end;        /* one past the last byte */
    int             overflow;   /* sticky: something did not fit */
} jwti_buf_t;


/* start a writer over size bytes at memory; the memory stays the caller's */
void jwti_buf_init(jwti_buf_t *buf, void *memory, size_t size);

/* append; each is a no-op once the writer has overflowed */
void jwti_buf_byte(jwti_buf_t *buf, unsigned char byte);
void jwti_buf_bytes(jwti_buf_t *buf, const void *data, size_t len);
void jwti_buf_str(jwti_buf_t *buf, jwti_str_t str);
void jwti_buf_text(jwti_buf_t *buf, const char *text);    /* terminated */
void jwti_buf_int(jwti_buf_t *buf, int64_t number);       /* decimal */

/* how much was written so far */
size_t jwti_buf_len(const jwti_buf_t *buf);

/* the written bytes as a string of the same memory */
jwti_str_t jwti_buf_written(const jwti_buf_t *buf);

/* JWTI_OK, or JWTI_NO_SPACE when anything was left out */
jwti_rc_t jwti_buf_ok(const jwti_buf_t *buf) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_BUF_H_INCLUDED */
