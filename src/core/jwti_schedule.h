
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_schedule.h: when a key is fetched next.  Pure; all times in
 * milliseconds.
 */


#ifndef JWTI_SCHEDULE_H_INCLUDED
#define JWTI_SCHEDULE_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


#define JWTI_SCHEDULE_BACKOFF_MIN   1000
#define JWTI_SCHEDULE_BACKOFF_MAX   60000

/*
 * After a good fetch: refresh +/- 10 %.  After fails consecutive failures
 * (1 and up): 1 s doubled each time, at most 60 s, of which a random half is
 * taken off, never later than refresh would be unless that is under 1 s.
 *
 * random: any 32 random bits.  Returns milliseconds from now, at least 1.
 */
int64_t jwti_schedule_next(int64_t refresh, unsigned fails, uint32_t random)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_SCHEDULE_H_INCLUDED */
