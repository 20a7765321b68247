
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_base64.c: both alphabets, one decoder.  The encoder runs for every
 * token.
 */


#include "jwti_base64.h"


/* six bits, or what the character is instead */
#define JWTI_BASE64_BAD    0xff
#define JWTI_BASE64_SPACE  0xfe
#define JWTI_BASE64_PAD    0xfd


typedef struct {
    uint32_t  bits;             /* not yet written */
    unsigned  nbits;
} jwti_base64_state_t;


static unsigned jwti_base64_value(unsigned char ch);
static unsigned jwti_base64url_value(unsigned char ch);
static void jwti_base64_put(jwti_buf_t *buf, jwti_base64_state_t *state,
    unsigned value);
static jwti_rc_t jwti_base64_end(const jwti_buf_t *buf,
    const jwti_base64_state_t *state);


static const unsigned char  jwti_base64url_alphabet[64] =
    { 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
      'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
      'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
      'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
      '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '_' };


void
jwti_base64url_encode(jwti_buf_t *buf, jwti_str_t data)
{
    size_t                left;
    unsigned char        *dst;
    const unsigned char  *src;

    left = (size_t) (buf->end - buf->pos);

    /* the second condition keeps the length of the third from wrapping */

    if (buf->overflow || data.len > left
        || jwti_base64url_len(data.len) > left)
    {
        buf->overflow = 1;
        return;
    }

    src = data.data;
    dst = buf->pos;

    for (left = data.len; left > 2; left -= 3) {
        *dst++ = jwti_base64url_alphabet[src[0] >> 2];
        *dst++ = jwti_base64url_alphabet[(src[0] & 3) << 4 | src[1] >> 4];
        *dst++ = jwti_base64url_alphabet[(src[1] & 15) << 2 | src[2] >> 6];
        *dst++ = jwti_base64url_alphabet[src[2] & 63];
        src += 3;
    }

    if (left == 1) {
        *dst++ = jwti_base64url_alphabet[src[0] >> 2];
        *dst++ = jwti_base64url_alphabet[(src[0] & 3) << 4];
    }

    if (left == 2) {
        *dst++ = jwti_base64url_alphabet[src[0] >> 2];
        *dst++ = jwti_base64url_alphabet[(src[0] & 3) << 4 | src[1] >> 4];
        *dst++ = jwti_base64url_alphabet[(src[1] & 15) << 2];
    }

    buf->pos = dst;
}


jwti_rc_t
jwti_base64url_decode(jwti_buf_t *buf, jwti_str_t text)
{
    size_t               i;
    unsigned             value;
    jwti_base64_state_t  state = { 0, 0 };

    for (i = 0; i < text.len; i++) {
        value = jwti_base64url_value(text.data[i]);

        if (value == JWTI_BASE64_BAD) {
            return JWTI_INVALID;
        }

        jwti_base64_put(buf, &state, value);
    }

    return jwti_base64_end(buf, &state);
}


jwti_rc_t
jwti_base64_decode(jwti_buf_t *buf, jwti_str_t text)
{
    size_t               i, count, padding;
    unsigned             value;
    jwti_base64_state_t  state = { 0, 0 };

    count = 0;
    padding = 0;

    for (i = 0; i < text.len; i++) {
        value = jwti_base64_value(text.data[i]);

        if (value == JWTI_BASE64_SPACE) {
            continue;
        }

        count++;

        if (value == JWTI_BASE64_PAD) {
            padding++;
            continue;
        }

        if (value == JWTI_BASE64_BAD || padding != 0) {
            return JWTI_INVALID;
        }

        jwti_base64_put(buf, &state, value);
    }

    if (count % 4 != 0 || padding > 2) {
        return JWTI_INVALID;
    }

    return jwti_base64_end(buf, &state);
}


static unsigned
jwti_base64_value(unsigned char ch)
{
    switch (ch) {

    case '+':
        return 62;

    case '/':
        return 63;

    case '=':
        return JWTI_BASE64_PAD;

    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return JWTI_BASE64_SPACE;

    case '-':
    case '_':
        return JWTI_BASE64_BAD;

    default:
        return jwti_base64url_value(ch);
    }
}


static unsigned
jwti_base64url_value(unsigned char ch)
{
    if (ch >= 'A' && ch <= 'Z') {
        return (unsigned) (ch - 'A');
    }

    if (ch >= 'a' && ch <= 'z') {
        return (unsigned) (ch - 'a') + 26;
    }

    if (ch >= '0' && ch <= '9') {
        return (unsigned) (ch - '0') + 52;
    }

    if (ch == '-') {
        return 62;
    }

    return (ch == '_') ? 63 : JWTI_BASE64_BAD;
}


static void
jwti_base64_put(jwti_buf_t *buf, jwti_base64_state_t *state, unsigned value)
{
    state->bits = state->bits << 6 | value;
    state->nbits += 6;

    if (state->nbits >= 8) {
        state->nbits -= 8;
        jwti_buf_byte(buf, (unsigned char) (state->bits >> state->nbits));
        state->bits &= (1u << state->nbits) - 1;
    }
}


static jwti_rc_t
jwti_base64_end(const jwti_buf_t *buf, const jwti_base64_state_t *state)
{
    /*
     * Six bits over are a lone character, which holds no byte.  Other bits
     * that are over must be zero, else two texts would stand for one value.
     */

    if (state->nbits == 6 || state->bits != 0) {
        return JWTI_INVALID;
    }

    return jwti_buf_ok(buf);
}
