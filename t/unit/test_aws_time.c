
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_time.c: dates as AWS writes them; GNU date computed the numbers.
 */


#include "jwti_aws_time.h"
#include "tap.h"


typedef struct {
    int64_t      seconds;
    const char  *text;
} test_time_t;


static void test_write(void);
static void test_parse(void);
static void test_both(void);


static const test_time_t  test_write_table[] = {
    { 0, "19700101T000000Z" },
    { 1440938160, "20150830T123600Z" },
    { 951782399, "20000228T235959Z" },
    { 951782400, "20000229T000000Z" },
    { 951868800, "20000301T000000Z" },
    { 1735689599, "20241231T235959Z" },
    { 4107542399, "21000228T235959Z" },
    { 4107542400, "21000301T000000Z" },
    { 253402300799, "99991231T235959Z" },
    { 253402300800, NULL },
    { INT64_MAX, NULL },
    { -1, NULL },
    { INT64_MIN, NULL }
};


static const test_time_t  test_parse_table[] = {
    { 1629147173, "2021-08-16T20:52:53Z" },
    { 1629147173, "2021-08-16T20:52:53.123Z" },
    { 1629147173, "2021-08-16T20:52:53+00:00" },
    { 1629147173, "2021-08-16T22:22:53+01:30" },
    { 1629147173, "2021-08-16T19:52:53-01:00" },
    { 1629147173, "2021-08-16T20:52:53.999999999-00:00" },
    { 0, "1970-01-01T00:00:00Z" },
    { 253402300799, "9999-12-31T23:59:59Z" },
    { 951782400, "2000-02-29T00:00:00Z" },
    { 1483228800, "2016-12-31T23:59:60Z" },
    { -1, "" },
    { -1, "2021-08-16" },
    { -1, "2021-08-16T20:52:53" },
    { -1, "2021-08-16 20:52:53Z" },
    { -1, "2021-08-16T20:52:53z" },
    { -1, "2021-08-16T20:52:53.Z" },
    { -1, "2021-08-16T20:52:53.1" },
    { -1, "2021-08-16T20:52:53ZZ" },
    { -1, "2021-08-16T20:52:53+0000" },
    { -1, "2021-08-16T20:52:53+24:00" },
    { -1, "2021-08-16T20:52:53+00:60" },
    { -1, "2021-08-16T20:52:53+00:0" },
    { -1, "2021-08-16T20:52:61Z" },
    { -1, "2021-08-16T20:60:53Z" },
    { -1, "2021-08-16T24:52:53Z" },
    { -1, "2021-08-32T20:52:53Z" },
    { -1, "2021-08-00T20:52:53Z" },
    { -1, "2021-13-16T20:52:53Z" },
    { -1, "2021-00-16T20:52:53Z" },
    { -1, "2021-02-29T20:52:53Z" },
    { -1, "2100-02-29T20:52:53Z" },
    { -1, "1969-12-31T23:59:59Z" },
    { -1, "202a-08-16T20:52:53Z" },
    { -1, "-021-08-16T20:52:53Z" },
    { -1, "20210816T205253Z" }
};


int
main(void)
{
    test_write();
    test_parse();
    test_both();

    return done();
}


static void
test_write(void)
{
    char                text[JWTI_AWS_TIME_LEN + 1];
    size_t              i;
    jwti_rc_t           rc;
    const test_time_t  *test;

    for (i = 0; i < sizeof(test_write_table) / sizeof(test_time_t); i++) {
        test = &test_write_table[i];
        rc = jwti_aws_time_write(text, test->seconds);

        if (test->text == NULL) {
            is_int(rc, JWTI_INVALID, "a time out of range");

        } else if (ok(rc == JWTI_OK, test->text)) {
            is_str(tap_str(text), test->text, "its text");
        }
    }
}


static void
test_parse(void)
{
    size_t              i;
    int64_t             seconds;
    jwti_rc_t           rc;
    const test_time_t  *test;

    for (i = 0; i < sizeof(test_parse_table) / sizeof(test_time_t); i++) {
        test = &test_parse_table[i];
        seconds = -1;
        rc = jwti_aws_time_parse(&seconds, tap_str(test->text));

        is_int(rc, (test->seconds < 0) ? JWTI_INVALID : JWTI_OK, test->text);
        is_int(seconds, test->seconds, "its seconds");
    }
}


/* every day of 8029 years is written and read as itself */

static void
test_both(void)
{
    char        text[JWTI_AWS_TIME_LEN + 1], iso[32];
    int         good;
    int64_t     seconds, again;

    good = 1;

    for (seconds = 0; seconds <= 253402300799; seconds += 86399) {
        again = -1;

        if (jwti_aws_time_write(text, seconds) != JWTI_OK) {
            good = 0;
            break;
        }

        snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text,
                 text + 4, text + 6, text + 9, text + 11, text + 13);

        if (jwti_aws_time_parse(&again, tap_str(iso)) != JWTI_OK
            || again != seconds)
        {
            good = 0;
            break;
        }
    }

    ok(good, "every day is read as it was written");
}
