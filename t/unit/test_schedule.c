
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_schedule.c: the bounds of the next fetch, both of them reached.
 */


#include "jwti_schedule.h"
#include "tap.h"


#define RANDOMS  1000


typedef struct {
    const char  *name;
    int64_t      refresh;
    unsigned     fails;
    int64_t      least;         /* with random 0 or all ones */
    int64_t      most;
} bound_t;


static const bound_t  bounds[] = {
    { "5 minutes", 300000, 0, 270000, 330000 },
    { "1 second", 1000, 0, 900, 1100 },
    { "11 ms", 11, 0, 10, 12 },
    { "1 ms", 1, 0, 1, 1 },
    { "0", 0, 0, 1, 1 },
    { "negative", -5, 0, 1, 1 },
    { "a year", 31536000000, 0, 28382400000, 34689600000 },
    { "1 failure", 300000, 1, 500, 1000 },
    { "2 failures", 300000, 2, 1000, 2000 },
    { "3 failures", 300000, 3, 2000, 4000 },
    { "6 failures", 300000, 6, 16000, 32000 },
    { "7 failures", 300000, 7, 30000, 60000 },
    { "8 failures", 300000, 8, 30000, 60000 },
    { "40 failures", 300000, 40, 30000, 60000 },
    { "4294967295 failures", 300000, UINT32_MAX, 30000, 60000 },
    { "refresh 5 s, 3 failures", 5000, 3, 2000, 4000 },
    { "refresh 5 s, 4 failures", 5000, 4, 2500, 5000 },
    { "refresh 5 s, 40 failures", 5000, 40, 2500, 5000 },
    { "refresh 1 s, 9 failures", 1000, 9, 500, 1000 },
    { "refresh 1 ms, 1 failure", 1, 1, 500, 1000 },
    { "refresh 1 ms, 9 failures", 1, 9, 500, 1000 }
};


static void
test_bounds(void)
{
    int            within;
    char           name[128];
    size_t         i, k;
    int64_t        got, low, high;
    uint32_t       random;
    const bound_t  *bound;

    random = 1;

    for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        bound = &bounds[i];

        low = jwti_schedule_next(bound->refresh, bound->fails, 0);
        high = jwti_schedule_next(bound->refresh, bound->fails, UINT32_MAX);

        if (bound->fails > 0) {
            /* the random part is taken off */
            got = low;
            low = high;
            high = got;
        }

        snprintf(name, sizeof(name), "%s: least", bound->name);
        ok(low == bound->least
           || (low == bound->least + 1 && bound->least > UINT32_MAX), name);

        snprintf(name, sizeof(name), "%s: most", bound->name);
        ok(high == bound->most
           || (high == bound->most - 1 && bound->most > UINT32_MAX), name);

        within = 1;

        for (k = 0; k < RANDOMS; k++) {
            random = random * 1664525u + 1013904223u;
            got = jwti_schedule_next(bound->refresh, bound->fails, random);

            if (got < bound->least || got > bound->most) {
                within = 0;
            }
        }

        snprintf(name, sizeof(name), "%s: others in between", bound->name);
        ok(within, name);
    }
}


/* each value of a short range comes, and about as often */

static void
test_even(void)
{
    int       i, least, most, count[21];
    int64_t   got;
    uint32_t  random;

    memset(count, 0, sizeof(count));
    random = 7;

    for (i = 0; i < 21000; i++) {
        random = random * 1664525u + 1013904223u;
        got = jwti_schedule_next(100, 0, random);

        if (got >= 90 && got <= 110) {
            count[got - 90]++;
        }
    }

    least = count[0];
    most = count[0];

    for (i = 1; i < 21; i++) {
        least = count[i] < least ? count[i] : least;
        most = count[i] > most ? count[i] : most;
    }

    ok(least > 800 && most < 1200, "jitter: evenly spread");
}


static void
test_huge(void)
{
    int64_t   got;
    unsigned  fails;

    got = jwti_schedule_next(INT64_MAX, 0, 0);
    ok(got > INT64_MAX / 4, "huge: least");

    got = jwti_schedule_next(INT64_MAX, 0, UINT32_MAX);
    ok(got > INT64_MAX / 2, "huge: most");

    for (fails = 1; fails <= 40; fails++) {
        got = jwti_schedule_next(INT64_MAX, fails, UINT32_MAX);

        if (got < 500 || got > 60000) {
            break;
        }
    }

    is_int(fails, 41, "huge: failures are as with any refresh");
}


int
main(void)
{
    test_bounds();
    test_even();
    test_huge();

    return done();
}
