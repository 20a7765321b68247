
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_uri.c: parts of a URL are its text; every URL is an absolute URI; none
 * of both needs an escape in JSON.
 */


#include <stdlib.h>
#include <string.h>

#include "jwti_uri.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t       i;
    jwti_str_t   text;
    jwti_uri_t   uri;
    const char  *err;

    text.data = data;
    text.len = size;
    err = NULL;

    if (jwti_uri_parse(text, &uri, &err) == JWTI_OK) {
        fuzz_check(jwti_uri_is_absolute(text));
        fuzz_check(uri.origin.data == data);
        fuzz_check(uri.origin.len + uri.path.len == size);
        fuzz_check(uri.host.len > 0);
        fuzz_check(uri.path.len == 0 || uri.path.data[0] == '/');

    } else {
        fuzz_check(err != NULL);
    }

    if (jwti_uri_is_absolute(text)) {

        for (i = 0; i < size; i++) {
            fuzz_check(data[i] > ' ' && data[i] < 0x7f && data[i] != '"'
                       && data[i] != '\\' && data[i] != '#');
        }
    }

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}
