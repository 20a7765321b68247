
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_schedule.c: the time to the next fetch of a key.  The jitter spreads a
 * thousand services, and a fleet of proxies, over the interval.
 */


#include "jwti_schedule.h"


static int64_t jwti_schedule_pick(int64_t limit, uint32_t random);


int64_t
jwti_schedule_next(int64_t refresh, unsigned fails, uint32_t random)
{
    int64_t   span, wait;
    unsigned  i;

    if (refresh < 1) {
        refresh = 1;
    }

    if (refresh > INT64_MAX / 2) {
        /* room for the jitter */
        refresh = INT64_MAX / 2;
    }

    if (fails == 0) {
        span = refresh / 10;

        return refresh - span + jwti_schedule_pick(2 * span, random);
    }

    wait = JWTI_SCHEDULE_BACKOFF_MIN;

    for (i = 1; i < fails && wait < JWTI_SCHEDULE_BACKOFF_MAX; i++) {
        wait *= 2;
    }

    if (wait > JWTI_SCHEDULE_BACKOFF_MAX) {
        wait = JWTI_SCHEDULE_BACKOFF_MAX;
    }

    if (wait > refresh) {
        wait = refresh > JWTI_SCHEDULE_BACKOFF_MIN ? refresh
                                                   : JWTI_SCHEDULE_BACKOFF_MIN;
    }

    return wait - jwti_schedule_pick(wait / 2, random);
}


/* 0 to limit, both included, evenly; limit is not negative */

static int64_t
jwti_schedule_pick(int64_t limit, uint32_t random)
{
    uint64_t  n, high, low;

    n = (uint64_t) limit + 1;

    /* n * random / 2^32 without a product of 96 bits */
    high = (n >> 32) * random;
    low = ((n & UINT32_MAX) * random) >> 32;

    return (int64_t) (high + low);
}
