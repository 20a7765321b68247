
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_keytext.c: any bytes as a key, in whatever form they may be in.
 */


#include "fuzz_key.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_keys((jwti_str_t) { data, size });

    return 0;
}
