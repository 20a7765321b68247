
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_base64.c: what is encoded decodes to itself; a url text that decodes is
 * the only one of its value.
 */


#include <stdlib.h>
#include <string.h>

#include "jwti_base64.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static void fuzz_encode(jwti_str_t data);
static void fuzz_decode(jwti_str_t text);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    jwti_str_t  str;

    str.data = data;
    str.len = size;

    fuzz_encode(str);
    fuzz_decode(str);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}


static void
fuzz_encode(jwti_str_t data)
{
    size_t          len;
    jwti_buf_t      encoded, decoded;
    unsigned char  *text, *back;

    len = jwti_base64url_len(data.len);
    text = malloc(len + 1);
    back = malloc(data.len + 1);
    fuzz_check(text != NULL && back != NULL);

    jwti_buf_init(&encoded, text, len);
    jwti_base64url_encode(&encoded, data);
    fuzz_check(jwti_buf_ok(&encoded) == JWTI_OK && encoded.pos == encoded.end);

    jwti_buf_init(&decoded, back, data.len);
    fuzz_check(jwti_base64url_decode(&decoded, jwti_buf_written(&encoded))
               == JWTI_OK);
    fuzz_check(decoded.pos == decoded.end);
    fuzz_check(data.len == 0 || memcmp(back, data.data, data.len) == 0);

    free(text);
    free(back);
}


static void
fuzz_decode(jwti_str_t text)
{
    size_t          max;
    jwti_buf_t      decoded, encoded;
    unsigned char  *memory, *back;

    max = jwti_base64_decoded_max(text.len);
    memory = malloc(max + 1);
    back = malloc(text.len + 1);
    fuzz_check(memory != NULL && back != NULL);

    jwti_buf_init(&decoded, memory, max);

    if (jwti_base64url_decode(&decoded, text) == JWTI_OK) {
        jwti_buf_init(&encoded, back, text.len);
        jwti_base64url_encode(&encoded, jwti_buf_written(&decoded));

        fuzz_check(jwti_buf_ok(&encoded) == JWTI_OK);
        fuzz_check(encoded.pos == encoded.end);
        fuzz_check(text.len == 0 || memcmp(back, text.data, text.len) == 0);
    }

    /* the maximum leaves room for every text: never JWTI_NO_SPACE */

    jwti_buf_init(&decoded, memory, max);
    fuzz_check(jwti_base64_decode(&decoded, text) != JWTI_NO_SPACE);

    free(memory);
    free(back);
}
