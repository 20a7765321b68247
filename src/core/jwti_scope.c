
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_scope.c: lists of scopes.  What a client asks for chooses among the
 * tokens that it is granted; none of its bytes gets any further.
 */


#include <string.h>

#include "jwti_buf.h"
#include "jwti_scope.h"


static int jwti_scope_next(jwti_str_t text, jwti_str_t *token);
static int jwti_scope_has(jwti_str_t list, jwti_str_t token);


int
jwti_scope_is_valid(jwti_str_t text)
{
    size_t         i;
    unsigned char  ch, before;

    if (text.len > JWTI_VALUE_MAX) {
        return 0;
    }

    before = ' ';

    for (i = 0; i < text.len; i++) {
        ch = text.data[i];

        if (ch == ' ' ? before == ' '
                      : ch < 0x21 || ch > 0x7e || ch == '"' || ch == '\\')
        {
            return 0;
        }

        before = ch;
    }

    /* neither empty nor with a space at its end */

    return before != ' ';
}


jwti_rc_t
jwti_scope_narrow(jwti_str_t granted, jwti_str_t asked, unsigned char *memory,
    jwti_str_t *scope)
{
    jwti_buf_t  buf;
    jwti_str_t  token;

    if (!jwti_scope_is_valid(asked)) {
        return JWTI_INVALID;
    }

    token = jwti_str("");

    while (jwti_scope_next(asked, &token)) {

        if (!jwti_scope_has(granted, token)) {
            return JWTI_INVALID;
        }
    }

    jwti_buf_init(&buf, memory, granted.len);
    token = jwti_str("");

    while (jwti_scope_next(granted, &token)) {

        if (!jwti_scope_has(asked, token)
            || jwti_scope_has(jwti_buf_written(&buf), token))
        {
            continue;
        }

        if (jwti_buf_len(&buf) > 0) {
            jwti_buf_byte(&buf, ' ');
        }

        jwti_buf_str(&buf, token);
    }

    *scope = jwti_buf_written(&buf);

    if (scope->len == granted.len) {
        *scope = granted;
    }

    return jwti_buf_ok(&buf);
}


/* from the empty token to the first one, and so on; 0: that was the last one */

static int
jwti_scope_next(jwti_str_t text, jwti_str_t *token)
{
    const unsigned char  *p, *last;

    p = text.data;
    last = text.data + text.len;

    if (token->len > 0) {
        p = token->data + token->len;

        if (p < last) {
            p++;
        }
    }

    token->data = p;

    while (p < last && *p != ' ') {
        p++;
    }

    token->len = (size_t) (p - token->data);

    return token->len > 0;
}


static int
jwti_scope_has(jwti_str_t list, jwti_str_t token)
{
    jwti_str_t  one;

    one = jwti_str("");

    while (jwti_scope_next(list, &one)) {

        if (one.len == token.len
            && memcmp(one.data, token.data, token.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
