
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_buf.c: the one place that writes into memory of a fixed size.  Called by
 * every writer of the core, in any thread.
 */


#include <string.h>

#include "jwti_buf.h"


/* "-9223372036854775808" */
#define JWTI_BUF_INT_LEN  20


static int jwti_buf_fits(jwti_buf_t *buf, size_t len);


void
jwti_buf_init(jwti_buf_t *buf, void *memory, size_t size)
{
    buf->start = memory;
    buf->pos = memory;
    buf->end = memory;
    buf->overflow = 0;

    /* a NULL pointer may come with size 0, and may not even have 0 added */

    if (size != 0) {
        buf->end += size;
    }
}


void
jwti_buf_byte(jwti_buf_t *buf, unsigned char byte)
{
    if (jwti_buf_fits(buf, 1)) {
        *buf->pos++ = byte;
    }
}


void
jwti_buf_bytes(jwti_buf_t *buf, const void *data, size_t len)
{
    if (len == 0 || !jwti_buf_fits(buf, len)) {
        return;
    }

    memcpy(buf->pos, data, len);
    buf->pos += len;
}


void
jwti_buf_str(jwti_buf_t *buf, jwti_str_t str)
{
    jwti_buf_bytes(buf, str.data, str.len);
}


void
jwti_buf_text(jwti_buf_t *buf, const char *text)
{
    jwti_buf_bytes(buf, text, strlen(text));
}


void
jwti_buf_int(jwti_buf_t *buf, int64_t number)
{
    uint64_t        rest;
    unsigned char   digits[JWTI_BUF_INT_LEN];
    unsigned char  *pos;

    pos = digits + JWTI_BUF_INT_LEN;

    /* unsigned, as the least number has no positive twin */

    rest = (number < 0) ? 0 - (uint64_t) number : (uint64_t) number;

    do {
        *--pos = (unsigned char) ('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);

    if (number < 0) {
        *--pos = '-';
    }

    jwti_buf_bytes(buf, pos, (size_t) (digits + JWTI_BUF_INT_LEN - pos));
}


size_t
jwti_buf_len(const jwti_buf_t *buf)
{
    return (size_t) (buf->pos - buf->start);
}


jwti_str_t
jwti_buf_written(const jwti_buf_t *buf)
{
    jwti_str_t  written;

    written.data = buf->start;
    written.len = jwti_buf_len(buf);

    return written;
}


jwti_rc_t
jwti_buf_ok(const jwti_buf_t *buf)
{
    return buf->overflow ? JWTI_NO_SPACE : JWTI_OK;
}


static int
jwti_buf_fits(jwti_buf_t *buf, size_t len)
{
    if (buf->overflow) {
        return 0;
    }

    if (len > (size_t) (buf->end - buf->pos)) {
        buf->overflow = 1;
        return 0;
    }

    return 1;
}
