
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_buf.c: nothing past the end, nothing after an overflow.
 */


#include "jwti_buf.h"
#include "tap.h"


typedef struct {
    int64_t      number;
    const char  *want;
} test_int_t;


static void test_limits(void);
static void test_sticky(void);
static void test_ints(void);
static void test_empty(void);


static const test_int_t  test_numbers[] = {
    { 0, "0" },
    { 7, "7" },
    { -1, "-1" },
    { 10, "10" },
    { 1753000000123, "1753000000123" },
    { INT64_MAX, "9223372036854775807" },
    { INT64_MIN, "-9223372036854775808" }
};


int
main(void)
{
    test_limits();
    test_sticky();
    test_ints();
    test_empty();

    return done();
}


static void
test_limits(void)
{
    char        memory[9];
    jwti_buf_t  buf;

    memset(memory, '#', sizeof(memory));
    jwti_buf_init(&buf, memory, 8);

    jwti_buf_byte(&buf, 'a');
    jwti_buf_bytes(&buf, "bc", 2);
    jwti_buf_str(&buf, jwti_str("de"));
    jwti_buf_text(&buf, "fgh");

    is_str(jwti_buf_written(&buf), "abcdefgh", "a buffer is filled to its end");
    is_int((long long) jwti_buf_len(&buf), 8, "its length is what was written");
    ok(jwti_buf_ok(&buf) == JWTI_OK, "a full buffer has not overflowed");

    jwti_buf_bytes(&buf, NULL, 0);
    ok(jwti_buf_ok(&buf) == JWTI_OK, "nothing fits into a full buffer");

    jwti_buf_byte(&buf, 'i');
    ok(jwti_buf_ok(&buf) == JWTI_NO_SPACE, "one byte more is an overflow");
    is_int(memory[8], '#', "the byte behind the end is untouched");
    is_str(jwti_buf_written(&buf), "abcdefgh", "what was written stays");
}


static void
test_sticky(void)
{
    char        memory[8];
    jwti_buf_t  buf;

    memset(memory, '#', sizeof(memory));
    jwti_buf_init(&buf, memory, 4);

    jwti_buf_text(&buf, "ab");
    jwti_buf_text(&buf, "cde");
    is_str(jwti_buf_written(&buf), "ab", "what does not fit is not cut");

    jwti_buf_byte(&buf, 'x');
    jwti_buf_text(&buf, "x");
    jwti_buf_str(&buf, jwti_str("x"));
    jwti_buf_int(&buf, 1);
    is_str(jwti_buf_written(&buf), "ab", "nothing is written after that");
    ok(jwti_buf_ok(&buf) == JWTI_NO_SPACE, "the overflow is remembered");
    ok(memcmp(memory, "ab######", 8) == 0, "the memory behind is untouched");

    jwti_buf_init(&buf, memory, 4);
    jwti_buf_bytes(&buf, memory, SIZE_MAX);
    ok(jwti_buf_ok(&buf) == JWTI_NO_SPACE, "a huge length does not wrap");

    jwti_buf_init(&buf, memory, 4);
    ok(jwti_buf_ok(&buf) == JWTI_OK, "a new start forgets the overflow");
}


static void
test_ints(void)
{
    char        memory[32];
    size_t      i;
    jwti_buf_t  buf;

    for (i = 0; i < sizeof(test_numbers) / sizeof(test_numbers[0]); i++) {
        jwti_buf_init(&buf, memory, sizeof(memory));
        jwti_buf_int(&buf, test_numbers[i].number);
        is_str(jwti_buf_written(&buf), test_numbers[i].want,
               "a number is written in decimal");
    }

    jwti_buf_init(&buf, memory, 20);
    jwti_buf_int(&buf, INT64_MIN);
    ok(jwti_buf_ok(&buf) == JWTI_OK, "the longest number takes 20 bytes");

    jwti_buf_init(&buf, memory, 19);
    jwti_buf_int(&buf, INT64_MIN);
    ok(jwti_buf_ok(&buf) == JWTI_NO_SPACE, "and does not fit into 19");
    is_int((long long) jwti_buf_len(&buf), 0, "a number is not cut");
}


static void
test_empty(void)
{
    jwti_buf_t  buf;

    jwti_buf_init(&buf, NULL, 0);
    is_int((long long) jwti_buf_len(&buf), 0, "no memory holds nothing");

    jwti_buf_text(&buf, "");
    jwti_buf_str(&buf, tap_str(NULL));
    ok(jwti_buf_ok(&buf) == JWTI_OK, "and nothing fits into it");

    jwti_buf_byte(&buf, 'a');
    ok(jwti_buf_ok(&buf) == JWTI_NO_SPACE, "but no byte");
}
