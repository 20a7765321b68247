
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * tap.h: the unit tests' output, as the Test Anything Protocol.  Each test
 * program includes it once, checks with ok(), is_str() and is_int() and ends
 * main() with "return done();".
 */


#ifndef TAP_H_INCLUDED
#define TAP_H_INCLUDED


/* jwti.h hides what is declared after it: not the C library */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC visibility pop
#define TAP_UNUSED  __attribute__((unused))
#else
#define TAP_UNUSED
#endif

#include "jwti.h"


/* each prints one line, "ok N - name" or "not ok N - name", and is 1 or 0 */
#define ok(condition, name)                                                   \
    tap_ok((condition) ? 1 : 0, (name), #condition, __FILE__, __LINE__)

/* want: terminated, or NULL for a string whose data is NULL */
#define is_str(got, want, name)                                               \
    tap_is_str((got), (want), (name), __FILE__, __LINE__)

#define is_int(got, want, name)                                               \
    tap_is_int((got), (want), (name), __FILE__, __LINE__)


static int  tap_total;
static int  tap_failed;


TAP_UNUSED static int
tap_result(int passed, const char *name, const char *file, int line)
{
    tap_total++;

    printf("%s %d - %s\n", passed ? "ok" : "not ok", tap_total, name);

    if (!passed) {
        tap_failed++;
        printf("# failed at %s:%d\n", file, line);
    }

    /* what was printed must survive a crash in the next check */
    fflush(stdout);

    return passed;
}


TAP_UNUSED static void
tap_print(const char *label, const unsigned char *data, size_t len)
{
    size_t  i;

    printf("# %s %zu \"", label, len);

    for (i = 0; i < len; i++) {

        if (data[i] >= 0x20 && data[i] < 0x7f && data[i] != '\\') {
            putchar(data[i]);

        } else {
            printf("\\x%02x", data[i]);
        }
    }

    printf("\"\n");
}


TAP_UNUSED static int
tap_ok(int passed, const char *name, const char *condition, const char *file,
    int line)
{
    tap_result(passed, name, file, line);

    if (!passed) {
        printf("# false: %s\n", condition);
    }

    return passed;
}


TAP_UNUSED static int
tap_is_str(jwti_str_t got, const char *want, const char *name,
    const char *file, int line)
{
    int     passed;
    size_t  len;

    len = (want == NULL) ? 0 : strlen(want);

    if (want == NULL) {
        passed = (got.data == NULL);

    } else {
        passed = (got.data != NULL && got.len == len
                  && memcmp(got.data, want, len) == 0);
    }

    tap_result(passed, name, file, line);

    if (!passed) {

        if (got.data == NULL) {
            printf("# got    NULL\n");

        } else {
            tap_print("got   ", got.data, got.len);
        }

        if (want == NULL) {
            printf("# wanted NULL\n");

        } else {
            tap_print("wanted", (const unsigned char *) want, len);
        }
    }

    return passed;
}


TAP_UNUSED static int
tap_is_int(long long got, long long want, const char *name, const char *file,
    int line)
{
    tap_result(got == want, name, file, line);

    if (got != want) {
        printf("# got    %lld\n# wanted %lld\n", got, want);
    }

    return got == want;
}


/* terminated text as a string; NULL gives a string whose data is NULL */

TAP_UNUSED static jwti_str_t
tap_str(const char *text)
{
    jwti_str_t  str;

    str.data = (const unsigned char *) text;
    str.len = (text == NULL) ? 0 : strlen(text);

    return str;
}


/* the same numbers in every run: a failure can be repeated */

TAP_UNUSED static uint32_t
tap_random(void)
{
    static uint64_t  state = 20250520;

    state = state * 6364136223846793005u + 1442695040888963407u;

    return (uint32_t) (state >> 32);
}


TAP_UNUSED static int
done(void)
{
    printf("1..%d\n", tap_total);

    if (tap_failed != 0) {
        printf("# failed %d of %d\n", tap_failed, tap_total);
    }

    return (tap_failed != 0 || tap_total == 0) ? EXIT_FAILURE : EXIT_SUCCESS;
}


#endif /* TAP_H_INCLUDED */
