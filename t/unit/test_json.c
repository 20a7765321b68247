
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_json.c: strings and numbers, each with what is refused.  What is
 * written is read back by jansson.
 */


#include <jansson.h>

#include "json_text.h"
#include "jwti_json.h"
#include "tap.h"


typedef struct {
    const char  *text;
    int          want;
} test_number_t;


static void test_strings(void);
static void test_every_byte(void);
static void test_string_space(void);
static void test_is_text(void);
static void test_random_strings(void);
static int test_reads_back(jwti_str_t text, jwti_str_t written);
static void test_number_table(void);
static void test_number_limits(void);


static const test_text_t  test_string_table[] = {
    { "", "\"\"", "an empty string" },
    { "abc", "\"abc\"", "plain text stays" },
    { "a\"b", "\"a\\\"b\"", "a quote is escaped" },
    { "a\\b", "\"a\\\\b\"", "a backslash is escaped" },
    { "a/b", "\"a/b\"", "a slash is not" },
    { "\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\"", "short escapes" },
    { "\x01\x1f", "\"\\u0001\\u001f\"", "other control characters" },
    { "\x7f", "\"\x7f\"", "DEL stays" },
    { "\"\"", "\"\\\"\\\"\"", "escapes side by side" },
    { "\xc3\xa4\xe2\x82\xac", "\"\xc3\xa4\xe2\x82\xac\"", "UTF-8 stays" },
    { "\xe2\x80\xa8\xe2\x80\xa9", "\"\xe2\x80\xa8\xe2\x80\xa9\"",
      "U+2028 and U+2029 stay" },
    { "\xf0\x9f\x94\x91", "\"\xf0\x9f\x94\x91\"", "four bytes stay" },
    { "\xc2\x80", "\"\xc2\x80\"", "the least of two bytes" },
    { "\xdf\xbf", "\"\xdf\xbf\"", "the greatest of two bytes" },
    { "\xe0\xa0\x80", "\"\xe0\xa0\x80\"", "the least of three bytes" },
    { "\xed\x9f\xbf", "\"\xed\x9f\xbf\"", "U+D7FF, before surrogates" },
    { "\xee\x80\x80", "\"\xee\x80\x80\"", "U+E000, after surrogates" },
    { "\xef\xbf\xbf", "\"\xef\xbf\xbf\"", "the greatest of three bytes" },
    { "\xf0\x90\x80\x80", "\"\xf0\x90\x80\x80\"", "the least of four bytes" },
    { "\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"", "U+10FFFF" },

    { "\xc0\x80", NULL, "NUL in two bytes is overlong" },
    { "\xc1\xbf", NULL, "ASCII in two bytes is overlong" },
    { "\xe0\x9f\xbf", NULL, "three bytes for two are overlong" },
    { "\xf0\x8f\xbf\xbf", NULL, "four bytes for three are overlong" },
    { "\xed\xa0\x80", NULL, "the first surrogate" },
    { "\xed\xbf\xbf", NULL, "the last surrogate" },
    { "\xf4\x90\x80\x80", NULL, "U+110000" },
    { "\xf5\x80\x80\x80", NULL, "a sequence that starts above" },
    { "\xf8\x88\x80\x80\x80", NULL, "five bytes" },
    { "\xff", NULL, "0xff" },
    { "\x80", NULL, "a continuation alone" },
    { "a\xbf", NULL, "a continuation after ASCII" },
    { "\xc3", NULL, "one byte of two" },
    { "\xe2\x82", NULL, "two bytes of three" },
    { "\xf0\x9f\x94", NULL, "three bytes of four" },
    { "\xc3(", NULL, "no continuation" },
    { "\xe2(\xac", NULL, "no second byte of three" },
    { "\xe2\x82(", NULL, "no third byte of three" },
    { "\xf0\x9f\x94(", NULL, "no fourth byte of four" }
};


static const test_number_t  test_numbers[] = {
    { "0", 1 }, { "-0", 1 }, { "1", 1 }, { "-1", 1 }, { "10", 1 },
    { "0.5", 1 }, { "-0.5", 1 }, { "1.50", 1 }, { "1e5", 1 }, { "1E5", 1 },
    { "1e+5", 1 }, { "1e-5", 1 }, { "1.5e10", 1 }, { "0e0", 1 },
    { "0.0", 1 }, { "1e99", 1 }, { "1e-99", 1 }, { "1e05", 1 },

    { "", 0 }, { "-", 0 }, { "+1", 0 }, { "01", 0 }, { "-01", 0 },
    { "00", 0 }, { ".5", 0 }, { "5.", 0 }, { "-.5", 0 }, { "1.e5", 0 },
    { "1e", 0 }, { "1e+", 0 }, { "1e-", 0 }, { "e5", 0 }, { "1.5.5", 0 },
    { "1e5e5", 0 }, { "1e5.5", 0 }, { "--1", 0 }, { "1-", 0 }, { " 1", 0 },
    { "1 ", 0 }, { "1\n", 0 }, { "0x10", 0 }, { "1_000", 0 }, { "1,5", 0 },
    { "NaN", 0 }, { "Infinity", 0 }, { "-Infinity", 0 }, { "inf", 0 },
    { "true", 0 }, { "null", 0 }, { "\"1\"", 0 }, { "1f", 0 }, { "1L", 0 },
    { "\xd9\xa1", 0 }
};


int
main(void)
{
    test_strings();
    test_every_byte();
    test_string_space();
    test_is_text();
    test_random_strings();
    test_number_table();
    test_number_limits();

    return done();
}


static void
test_strings(void)
{
    char                memory[64];
    size_t              i;
    jwti_rc_t           rc;
    jwti_buf_t          buf;
    const test_text_t  *t;

    for (i = 0; i < sizeof(test_string_table) / sizeof(test_string_table[0]);
         i++)
    {
        t = &test_string_table[i];

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_json_write_string(&buf, tap_str(t->text));

        is_int(rc, t->want == NULL ? JWTI_INVALID : JWTI_OK, t->name);
        is_int(jwti_json_is_text(tap_str(t->text)), t->want != NULL, t->name);

        if (t->want != NULL) {
            is_str(jwti_buf_written(&buf), t->want, t->name);
            ok(test_reads_back(tap_str(t->text), jwti_buf_written(&buf)),
               "a reader sees the text again");
        }
    }
}


static void
test_every_byte(void)
{
    char           memory[16], want[16], name[64];
    unsigned       i;
    jwti_rc_t      rc;
    jwti_buf_t     buf;
    jwti_str_t     text;
    unsigned char  byte;

    text.data = &byte;
    text.len = 1;

    for (i = 0; i < 128; i++) {
        byte = (unsigned char) i;
        snprintf(name, sizeof(name), "U+%04X alone", i);

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_json_write_string(&buf, text);

        if (i == 0) {
            is_int(rc, JWTI_INVALID, "a NUL is refused");
            continue;
        }

        if (i >= 0x20 && i != '"' && i != '\\') {
            snprintf(want, sizeof(want), "\"%c\"", (int) i);
            is_str(jwti_buf_written(&buf), want, name);
            continue;
        }

        ok(rc == JWTI_OK && memory[1] == '\\' && test_reads_back(text,
           jwti_buf_written(&buf)), name);

        if (memory[2] == 'u') {
            snprintf(want, sizeof(want), "\"\\u%04x\"", i);
            is_str(jwti_buf_written(&buf), want, name);
        }
    }

    ok(!jwti_json_is_text(jwti_str("a\0b")), "a NUL inside is no text");
    ok(jwti_json_write_string(&buf, jwti_str("a\0b")) == JWTI_INVALID,
       "a NUL inside is refused");
}


static void
test_string_space(void)
{
    char        memory[16];
    jwti_buf_t  buf;

    memset(memory, '#', sizeof(memory));

    jwti_buf_init(&buf, memory, 10);
    ok(jwti_json_write_string(&buf, jwti_str("a\x01" "b")) == JWTI_OK
       && jwti_buf_ok(&buf) == JWTI_OK, "a string into its exact length");

    jwti_buf_init(&buf, memory, 9);
    ok(jwti_json_write_string(&buf, jwti_str("a\x01" "b")) == JWTI_OK
       && jwti_buf_ok(&buf) == JWTI_NO_SPACE, "one byte short overflows");

    is_int(memory[10], '#', "the byte behind the end is untouched");

    jwti_buf_init(&buf, memory, 2);
    ok(jwti_json_write_string(&buf, tap_str(NULL)) == JWTI_OK,
       "no bytes are an empty string");
    is_str(jwti_buf_written(&buf), "\"\"", "an empty string");
}


static void
test_is_text(void)
{
    ok(jwti_json_is_text(tap_str(NULL)), "no bytes are text");
    ok(jwti_json_is_text(jwti_str("a\n\"\\")), "what is escaped is text");

    /* the length counts, not what is in memory behind it */

    ok(!jwti_json_is_text((jwti_str_t) { (const unsigned char *)
       "\xe2\x82\xac", 2 }), "a sequence ends with its string");
}


static void
test_random_strings(void)
{
    size_t         i, len, round, texts, bad;
    jwti_buf_t     buf;
    jwti_str_t     text;
    unsigned char  bytes[40], memory[6 * 40 + 2];

    static const unsigned char  pieces[] = "a\"\\\n\x01\x80\xbf\xc3\xa4\xe2"
                                           "\x82\xac\xf0\x9f\x94\x91\xed";

    texts = 0;
    bad = 0;

    for (round = 0; round < 200000; round++) {
        len = tap_random() % (round % 2 ? 6 : sizeof(bytes));

        for (i = 0; i < len; i++) {
            bytes[i] = (round % 4 < 2)
                       ? pieces[tap_random() % (sizeof(pieces) - 1)]
                       : (unsigned char) (tap_random() % 128);
        }

        text.data = bytes;
        text.len = len;

        jwti_buf_init(&buf, memory, sizeof(memory));

        if (jwti_json_write_string(&buf, text) != JWTI_OK) {
            bad += jwti_json_is_text(text) != 0;
            continue;
        }

        texts++;
        bad += jwti_json_is_text(text) != 1
               || jwti_buf_ok(&buf) != JWTI_OK
               || !test_reads_back(text, jwti_buf_written(&buf));
    }

    is_int((long long) bad, 0, "each random string is refused or read back");
    ok(texts > 50000 && texts < 190000, "many of each");
}


/* 1 when jansson reads text from written; its own check agrees with ours */

static int
test_reads_back(jwti_str_t text, jwti_str_t written)
{
    int      same;
    json_t  *value;

    value = json_loadb((const char *) written.data, written.len,
                       JSON_DECODE_ANY, NULL);

    same = value != NULL && json_string_length(value) == text.len
           && memcmp(json_string_value(value), text.data, text.len) == 0;

    json_decref(value);

    return same;
}


static void
test_number_table(void)
{
    size_t  i;

    for (i = 0; i < sizeof(test_numbers) / sizeof(test_numbers[0]); i++) {
        is_int(jwti_json_is_number(tap_str(test_numbers[i].text)),
               test_numbers[i].want,
               test_numbers[i].want ? "a number" : "no number");
    }

    is_int(jwti_json_is_number(jwti_str("1\0")), 0, "a NUL after a number");
    is_int(jwti_json_is_number(tap_str(NULL)), 0, "no bytes");
    is_int(jwti_json_is_number((jwti_str_t) { (const unsigned char *) "1.5",
           2 }), 0, "a number ends with its string");
}


static void
test_number_limits(void)
{
    char    text[256];
    size_t  i;

    static const test_number_t  table[] = {
        { "9007199254740991", 1 }, { "9007199254740992", 0 },
        { "-9007199254740991", 1 }, { "-9007199254740992", 0 },
        { "9999999999999999", 0 }, { "1000000000000000", 1 },
        { "10000000000000000", 0 }, { "12345678901234567890", 0 },
        { "1.2345678901234567", 1 }, { "1.23456789012345678", 0 },
        { "0.12345678901234567", 1 }, { "0.123456789012345678", 0 },
        { "12345678901234567.0", 0 }, { "1234567890123456.7", 1 },
        { "0.050000000000000003", 1 }, { "1.00000000000000000", 0 },
        { "1e99", 1 }, { "1e100", 0 }, { "1e-100", 0 }, { "1e400", 0 },
        { "1e-400", 0 }, { "1e001", 0 }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        is_int(jwti_json_is_number(tap_str(table[i].text)), table[i].want,
               table[i].text);
    }

    /* zeros before the first digit: "0." and 98 more, then 99 */

    memset(text, '0', sizeof(text));
    text[1] = '.';
    memcpy(text + 100, "1", sizeof("1"));
    is_int(jwti_json_is_number(tap_str(text)), 1, "99 zeros in front");

    text[100] = '0';
    memcpy(text + 101, "1", sizeof("1"));
    is_int(jwti_json_is_number(tap_str(text)), 0, "100 zeros in front");
}
