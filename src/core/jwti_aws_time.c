
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_time.c: days to dates and back, by the calendar of 400 years.
 * Called by the signer and by whoever reads an Expiration, in any thread.
 */


#include "jwti_aws_time.h"


#define JWTI_AWS_TIME_DAY       86400
#define JWTI_AWS_TIME_YEAR_MAX  9999

/* 9999-12-31T23:59:59Z */
#define JWTI_AWS_TIME_MAX       253402300799

/* "2021-08-16T20:52:53", what precedes a fraction and the zone */
#define JWTI_AWS_TIME_ISO_LEN   19


static int jwti_aws_time_is_leap(int64_t year);
static int64_t jwti_aws_time_month_days(int64_t year, int64_t month);
static int64_t jwti_aws_time_year_start(int64_t year);
static void jwti_aws_time_digits(char *text, int64_t number, size_t len);
static int jwti_aws_time_number(jwti_str_t text, size_t pos, size_t len,
    int64_t min, int64_t max, int64_t *number);
static jwti_rc_t jwti_aws_time_zone(jwti_str_t text, size_t pos,
    int64_t *offset);


static const unsigned char  jwti_aws_time_days[] = {
    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
};


jwti_rc_t
jwti_aws_time_write(char text[JWTI_AWS_TIME_LEN + 1], int64_t seconds)
{
    int64_t  day, rest, year, month;

    if (seconds < 0 || seconds > JWTI_AWS_TIME_MAX) {
        return JWTI_INVALID;
    }

    day = seconds / JWTI_AWS_TIME_DAY;
    rest = seconds % JWTI_AWS_TIME_DAY;

    /* a lower bound, as no year is longer than 366 days */

    year = 1970 + day / 366;

    while (jwti_aws_time_year_start(year + 1) <= day) {
        year++;
    }

    day -= jwti_aws_time_year_start(year);

    for (month = 1; day >= jwti_aws_time_month_days(year, month); month++) {
        day -= jwti_aws_time_month_days(year, month);
    }

    jwti_aws_time_digits(text, year, 4);
    jwti_aws_time_digits(text + 4, month, 2);
    jwti_aws_time_digits(text + 6, day + 1, 2);
    text[8] = 'T';
    jwti_aws_time_digits(text + 9, rest / 3600, 2);
    jwti_aws_time_digits(text + 11, rest / 60 % 60, 2);
    jwti_aws_time_digits(text + 13, rest % 60, 2);
    text[15] = 'Z';
    text[16] = '\0';

    return JWTI_OK;
}


jwti_rc_t
jwti_aws_time_parse(int64_t *seconds, jwti_str_t text)
{
    size_t   pos;
    int64_t  year, month, day, hour, minute, second, offset;

    if (text.len <= JWTI_AWS_TIME_ISO_LEN
        || text.data[4] != '-' || text.data[7] != '-' || text.data[10] != 'T'
        || text.data[13] != ':' || text.data[16] != ':'
        || !jwti_aws_time_number(text, 0, 4, 1970, JWTI_AWS_TIME_YEAR_MAX,
                                 &year)
        || !jwti_aws_time_number(text, 5, 2, 1, 12, &month)
        || !jwti_aws_time_number(text, 8, 2, 1,
                                 jwti_aws_time_month_days(year, month), &day)
        || !jwti_aws_time_number(text, 11, 2, 0, 23, &hour)
        || !jwti_aws_time_number(text, 14, 2, 0, 59, &minute)
        || !jwti_aws_time_number(text, 17, 2, 0, 60, &second))
    {
        return JWTI_INVALID;
    }

    pos = JWTI_AWS_TIME_ISO_LEN;

    if (text.data[pos] == '.') {
        pos++;

        while (pos < text.len
               && text.data[pos] >= '0' && text.data[pos] <= '9')
        {
            pos++;
        }

        if (pos == JWTI_AWS_TIME_ISO_LEN + 1) {
            return JWTI_INVALID;
        }
    }

    if (jwti_aws_time_zone(text, pos, &offset) != JWTI_OK) {
        return JWTI_INVALID;
    }

    day += jwti_aws_time_year_start(year) - 1;

    while (--month > 0) {
        day += jwti_aws_time_month_days(year, month);
    }

    *seconds = day * JWTI_AWS_TIME_DAY + hour * 3600 + minute * 60 + second
               - offset;

    return JWTI_OK;
}


static int
jwti_aws_time_is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}


static int64_t
jwti_aws_time_month_days(int64_t year, int64_t month)
{
    return jwti_aws_time_days[month - 1]
           + ((month == 2 && jwti_aws_time_is_leap(year)) ? 1 : 0);
}


/* days from the epoch to the first of January; 719162 from the year 1 */

static int64_t
jwti_aws_time_year_start(int64_t year)
{
    year--;

    return year * 365 + year / 4 - year / 100 + year / 400 - 719162;
}


static void
jwti_aws_time_digits(char *text, int64_t number, size_t len)
{
    while (len != 0) {
        text[--len] = (char) ('0' + number % 10);
        number /= 10;
    }
}


static int
jwti_aws_time_number(jwti_str_t text, size_t pos, size_t len, int64_t min,
    int64_t max, int64_t *number)
{
    size_t  i;

    *number = 0;

    for (i = pos; i < pos + len; i++) {

        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }

        *number = *number * 10 + (text.data[i] - '0');
    }

    return *number >= min && *number <= max;
}


static jwti_rc_t
jwti_aws_time_zone(jwti_str_t text, size_t pos, int64_t *offset)
{
    int64_t  hour, minute;

    *offset = 0;

    if (text.len == pos + 1 && text.data[pos] == 'Z') {
        return JWTI_OK;
    }

    if (text.len != pos + 6
        || (text.data[pos] != '+' && text.data[pos] != '-')
        || text.data[pos + 3] != ':'
        || !jwti_aws_time_number(text, pos + 1, 2, 0, 23, &hour)
        || !jwti_aws_time_number(text, pos + 4, 2, 0, 59, &minute))
    {
        return JWTI_INVALID;
    }

    *offset = hour * 3600 + minute * 60;

    if (text.data[pos] == '-') {
        *offset = -*offset;
    }

    return JWTI_OK;
}
