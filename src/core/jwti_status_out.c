
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_out.c: bytes, texts and numbers on their way to the sink.  It
 * knows no format; whatever a text of somebody else holds ends here as UTF-8.
 */


#include <string.h>

#include "jwti_aws_time.h"
#include "jwti_buf.h"
#include "jwti_json.h"
#include "jwti_status_internal.h"


/* the longest sequence of UTF-8 */
#define JWTI_STATUS_SEQUENCE_MAX  4

/* of a fraction: microseconds */
#define JWTI_STATUS_DIGITS_MAX    6


static void jwti_status_flush(jwti_status_out_t *out);
static size_t jwti_status_sequence(jwti_str_t text, size_t pos);


void
jwti_status_out_init(jwti_status_out_t *out, jwti_status_sink_pt sink,
    void *data)
{
    out->sink = sink;
    out->data = data;
    out->rc = JWTI_OK;
    out->last = '\0';
    out->begun = 0;
    out->total = 0;
    out->len = 0;
}


jwti_rc_t
jwti_status_out_end(jwti_status_out_t *out)
{
    jwti_status_flush(out);

    return out->rc;
}


void
jwti_status_byte(jwti_status_out_t *out, unsigned char byte)
{
    jwti_status_bytes(out, &byte, 1);
}


void
jwti_status_bytes(jwti_status_out_t *out, const void *data, size_t len)
{
    size_t                room;
    const unsigned char  *bytes;

    bytes = data;

    out->total += len;

    while (len != 0) {

        if (out->len == JWTI_STATUS_PIECE) {
            jwti_status_flush(out);
        }

        room = JWTI_STATUS_PIECE - out->len;

        if (room > len) {
            room = len;
        }

        memcpy(out->memory + out->len, bytes, room);
        out->len += room;
        out->last = out->memory[out->len - 1];
        bytes += room;
        len -= room;
    }
}


void
jwti_status_text(jwti_status_out_t *out, const char *text)
{
    jwti_status_bytes(out, text, strlen(text));
}


jwti_str_t
jwti_status_str(const char *text)
{
    jwti_str_t  str;

    str.data = (const unsigned char *) text;
    str.len = strlen(text);

    return str;
}


void
jwti_status_bad(jwti_status_out_t *out)
{
    jwti_status_text(out, "\xef\xbf\xbd");
}


void
jwti_status_escaped(jwti_status_out_t *out, jwti_str_t text,
    jwti_status_escape_pt escape)
{
    size_t         pos, len;
    unsigned char  ch;

    for (pos = 0; pos < text.len; pos += len) {
        ch = text.data[pos];
        len = 1;

        if (ch == '\0') {
            jwti_status_bad(out);

        } else if (ch < 0x80) {
            escape(out, ch);

        } else {
            len = jwti_status_sequence(text, pos);

            if (len == 0 || (ch == 0xc2 && text.data[pos + 1] < 0xa0)) {
                jwti_status_bad(out);
                len = (len == 0) ? 1 : len;

            } else {
                jwti_status_bytes(out, text.data + pos, len);
            }
        }
    }
}


void
jwti_status_int(jwti_status_out_t *out, int64_t number)
{
    jwti_status_decimal(out, number, 0);
}


int64_t
jwti_status_number(uint64_t count)
{
    return (count > INT64_MAX) ? INT64_MAX : (int64_t) count;
}


void
jwti_status_count(jwti_status_out_t *out, uint64_t count)
{
    jwti_status_int(out, jwti_status_number(count));
}


void
jwti_status_decimal(jwti_status_out_t *out, int64_t number, unsigned digits)
{
    unsigned       i;
    int64_t        whole, ch;
    jwti_buf_t     buf;
    unsigned char  memory[32], fraction[JWTI_STATUS_DIGITS_MAX] = { 0 };

    whole = number;

    for (i = digits; i != 0; i--) {
        ch = whole % 10;
        whole /= 10;
        fraction[i - 1] = (unsigned char) ('0' + ((ch < 0) ? -ch : ch));
    }

    while (digits != 0 && fraction[digits - 1] == '0') {
        digits--;
    }

    jwti_buf_init(&buf, memory, sizeof(memory));

    /* 0 has no sign of its own */

    if (number < 0 && whole == 0) {
        jwti_buf_byte(&buf, '-');
    }

    jwti_buf_int(&buf, whole);

    if (digits != 0) {
        jwti_buf_byte(&buf, '.');
        jwti_buf_bytes(&buf, fraction, digits);
    }

    jwti_status_bytes(out, memory, jwti_buf_len(&buf));
}


void
jwti_status_seconds(jwti_status_out_t *out, int64_t milliseconds)
{
    jwti_status_decimal(out, milliseconds, 3);
}


int
jwti_status_date(char text[JWTI_STATUS_DATE_LEN + 1], int64_t now)
{
    const char         *pos;
    char                basic[JWTI_AWS_TIME_LEN + 1];
    static const char   form[] = "yyyy-mm-ddThh:mm:ssZ";

    *text = '\0';

    if (now < 0 || jwti_aws_time_write(basic, now / 1000) != JWTI_OK) {
        return 0;
    }

    /* "20150830T123600Z" with what RFC 3339 has between the numbers */

    pos = basic;

    memcpy(text, form, sizeof(form));

    while (*pos != '\0') {

        if (*text != '-' && *text != ':') {
            *text = *pos++;
        }

        text++;
    }

    return 1;
}


static void
jwti_status_flush(jwti_status_out_t *out)
{
    if (out->rc == JWTI_OK && out->len != 0) {
        out->rc = out->sink(out->data, out->memory, out->len);
    }

    out->len = 0;
}


/* the length of the sequence at pos, which is not ASCII; 0 when it is bad */

static size_t
jwti_status_sequence(jwti_str_t text, size_t pos)
{
    jwti_str_t  sequence;

    sequence.data = text.data + pos;

    /* the first length at which it is text: it is one character then */

    for (sequence.len = 2;
         sequence.len <= JWTI_STATUS_SEQUENCE_MAX
         && sequence.len <= text.len - pos;
         sequence.len++)
    {
        if (jwti_json_is_text(sequence)) {
            return sequence.len;
        }
    }

    return 0;
}
