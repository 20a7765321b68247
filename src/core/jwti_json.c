
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_json.c: strings and numbers, which need no parser.  The writer of
 * strings runs several times for every token.  jwti_jsonread.c is the other
 * half of jwti_json.h.
 */


#include <string.h>

#include "jwti_json.h"


/* 2^53 - 1: the largest that a reader with doubles tells from the next one */
#define JWTI_JSON_INTEGER_MAX      "9007199254740991"

/* what is refused beside them is never rounded to zero or to infinity */
#define JWTI_JSON_DIGITS_MAX       17
#define JWTI_JSON_ZEROS_MAX        99
#define JWTI_JSON_EXPONENT_DIGITS  2

/* classes of bytes in jwti_json_class[]; others are the letter of an escape */
#define JWTI_JSON_PLAIN            0
#define JWTI_JSON_BAD              1
#define JWTI_JSON_SEQUENCE_MAX     4


static size_t jwti_json_sequence(const unsigned char *pos,
    const unsigned char *end);
static void jwti_json_escape(jwti_buf_t *buf, unsigned char ch);
static size_t jwti_json_digits(jwti_str_t text, size_t pos);
static int jwti_json_is_safe_integer(jwti_str_t text, size_t start);
static int jwti_json_is_safe_decimal(jwti_str_t text, size_t start,
    size_t end);


/*
 * PLAIN; BAD, which never occurs in UTF-8 or is NUL; the length of a sequence
 * of bytes that starts like this; or what follows the backslash.
 */
static const unsigned char  jwti_json_class[256] = {
    1, 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
    0, 0, '"', 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, '\\', 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
};


jwti_rc_t
jwti_json_write_string(jwti_buf_t *buf, jwti_str_t text)
{
    size_t                len;
    unsigned              class;
    const unsigned char  *pos, *end, *run;

    jwti_buf_byte(buf, '"');

    pos = text.data;
    run = text.data;
    end = (text.len == 0) ? text.data : text.data + text.len;

    while (pos < end) {
        class = jwti_json_class[*pos];

        if (class == JWTI_JSON_PLAIN) {
            pos++;
            continue;
        }

        if (class > JWTI_JSON_SEQUENCE_MAX) {
            jwti_buf_bytes(buf, run, (size_t) (pos - run));
            jwti_json_escape(buf, *pos++);
            run = pos;
            continue;
        }

        len = jwti_json_sequence(pos, end);

        if (len == 0) {
            return JWTI_INVALID;
        }

        pos += len;
    }

    jwti_buf_bytes(buf, run, (size_t) (end - run));
    jwti_buf_byte(buf, '"');

    return JWTI_OK;
}


int
jwti_json_is_text(jwti_str_t text)
{
    size_t                len;
    unsigned              class;
    const unsigned char  *pos, *end;

    pos = text.data;
    end = (text.len == 0) ? text.data : text.data + text.len;

    while (pos < end) {
        class = jwti_json_class[*pos];

        if (class == JWTI_JSON_PLAIN || class > JWTI_JSON_SEQUENCE_MAX) {
            pos++;
            continue;
        }

        len = jwti_json_sequence(pos, end);

        if (len == 0) {
            return 0;
        }

        pos += len;
    }

    return 1;
}


int
jwti_json_is_number(jwti_str_t text)
{
    size_t  start, mantissa, pos, digits;

    start = (text.len != 0 && text.data[0] == '-') ? 1 : 0;

    digits = jwti_json_digits(text, start);
    pos = start + digits;

    if (digits == 0 || (digits > 1 && text.data[start] == '0')) {
        return 0;
    }

    if (pos == text.len) {
        return jwti_json_is_safe_integer(text, start);
    }

    if (text.data[pos] == '.') {
        digits = jwti_json_digits(text, pos + 1);
        pos += 1 + digits;

        if (digits == 0) {
            return 0;
        }
    }

    mantissa = pos;

    if (pos < text.len && (text.data[pos] == 'e' || text.data[pos] == 'E')) {
        pos++;

        if (pos < text.len && (text.data[pos] == '+' || text.data[pos] == '-'))
        {
            pos++;
        }

        digits = jwti_json_digits(text, pos);
        pos += digits;

        if (digits == 0 || digits > JWTI_JSON_EXPONENT_DIGITS) {
            return 0;
        }
    }

    return pos == text.len
           && jwti_json_is_safe_decimal(text, start, mantissa);
}


/* the length of the sequence at pos, which is not ASCII; 0 when it is bad */

static size_t
jwti_json_sequence(const unsigned char *pos, const unsigned char *end)
{
    size_t  i, len;

    len = jwti_json_class[*pos];

    if (len == JWTI_JSON_BAD || len > (size_t) (end - pos)) {
        return 0;
    }

    for (i = 1; i < len; i++) {
        if ((pos[i] & 0xc0) != 0x80) {
            return 0;
        }
    }

    switch (*pos) {

    case 0xe0:                          /* below U+0800: overlong */
        return (pos[1] < 0xa0) ? 0 : len;

    case 0xed:                          /* surrogates */
        return (pos[1] > 0x9f) ? 0 : len;

    case 0xf0:                          /* below U+10000: overlong */
        return (pos[1] < 0x90) ? 0 : len;

    case 0xf4:                          /* above U+10FFFF */
        return (pos[1] > 0x8f) ? 0 : len;

    default:
        return len;
    }
}


static void
jwti_json_escape(jwti_buf_t *buf, unsigned char ch)
{
    static const char  hex[] = "0123456789abcdef";

    jwti_buf_byte(buf, '\\');
    jwti_buf_byte(buf, jwti_json_class[ch]);

    if (jwti_json_class[ch] == 'u') {
        jwti_buf_text(buf, "00");
        jwti_buf_byte(buf, (unsigned char) hex[ch >> 4]);
        jwti_buf_byte(buf, (unsigned char) hex[ch & 15]);
    }
}


static size_t
jwti_json_digits(jwti_str_t text, size_t pos)
{
    size_t  digits;

    digits = 0;

    while (pos + digits < text.len
           && text.data[pos + digits] >= '0' && text.data[pos + digits] <= '9')
    {
        digits++;
    }

    return digits;
}


static int
jwti_json_is_safe_integer(jwti_str_t text, size_t start)
{
    size_t      digits;
    jwti_str_t  max = jwti_str(JWTI_JSON_INTEGER_MAX);

    digits = text.len - start;

    if (digits != max.len) {
        return digits < max.len;
    }

    /* of the same length: the order of digits is the order of numbers */

    return memcmp(text.data + start, max.data, max.len) <= 0;
}


static int
jwti_json_is_safe_decimal(jwti_str_t text, size_t start, size_t end)
{
    size_t  i, zeros, digits;

    zeros = 0;
    digits = 0;

    for (i = start; i < end; i++) {

        if (text.data[i] == '.') {
            continue;
        }

        if (digits == 0 && text.data[i] == '0') {
            zeros++;
            continue;
        }

        digits++;
    }

    return digits <= JWTI_JSON_DIGITS_MAX && zeros <= JWTI_JSON_ZEROS_MAX;
}
