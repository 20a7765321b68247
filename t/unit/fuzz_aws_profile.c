
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_aws_profile.c: any text as either file: settings are terminated, not
 * empty, free of control characters; a second reading of the same is the same.
 */


#include <stdlib.h>
#include <string.h>

#include "jwti_aws_profile.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    int                        i;
    jwti_rc_t                  rc, again;
    jwti_str_t                 text;
    const char                *value, *other, *pos;
    jwti_aws_file_e            file;
    jwti_aws_profile_t         one, two;
    jwti_aws_profile_error_t   error;

    if (size == 0) {
        return 0;
    }

    file = (data[0] & 1) ? JWTI_AWS_CONFIG_FILE : JWTI_AWS_CREDENTIALS_FILE;
    text.data = data + 1;
    text.len = size - 1;

    jwti_aws_profile_init(&one);
    jwti_aws_profile_init(&two);

    rc = jwti_aws_profile_read(&one, (data[0] & 2) ? "default" : "x", file,
                               text, &error);
    fuzz_check(rc == JWTI_OK || (error.text != NULL && !one.found));

    again = jwti_aws_profile_read(&two, (data[0] & 2) ? "default" : "x", file,
                                  text, &error);
    fuzz_check(rc == again);

    /* onto itself */

    again = jwti_aws_profile_read(&two, (data[0] & 2) ? "default" : "x", file,
                                  text, &error);
    fuzz_check(rc == again);

    for (i = 0; i < JWTI_PROFILE_SETTINGS; i++) {
        value = jwti_aws_profile_get(&one, (jwti_aws_setting_e) i);
        other = jwti_aws_profile_get(&two, (jwti_aws_setting_e) i);

        fuzz_check((value == NULL) == (other == NULL));

        if (value == NULL) {
            continue;
        }

        fuzz_check(rc == JWTI_OK && value[0] != '\0'
                   && strcmp(value, other) == 0);

        for (pos = value; *pos != '\0'; pos++) {
            fuzz_check((unsigned char) *pos >= 0x20 && *pos != 0x7f);
        }
    }

    jwti_aws_profile_free(&one);
    jwti_aws_profile_free(&two);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}
