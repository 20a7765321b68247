
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_time.h: the two forms of time that AWS writes, UTC, years 1970 to
 * 9999, without the C library's calendar, which knows the local zone.
 */


#ifndef JWTI_AWS_TIME_H_INCLUDED
#define JWTI_AWS_TIME_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/* "20150830T123600Z", without the terminating zero */
#define JWTI_AWS_TIME_LEN  16


/*
 * Write seconds since the epoch as X-Amz-Date has them, terminated.
 * JWTI_INVALID: before 1970 or after 9999.
 */
jwti_rc_t jwti_aws_time_write(char text[JWTI_AWS_TIME_LEN + 1],
    int64_t seconds) JWTI_MUST_CHECK;

/*
 * Read "2021-08-16T20:52:53Z" (ISO 8601; also with a fraction, which is left
 * out, and with an offset +hh:mm instead of Z).  JWTI_INVALID: anything else.
 */
jwti_rc_t jwti_aws_time_parse(int64_t *seconds, jwti_str_t text)
    JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_TIME_H_INCLUDED */
