
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_message.c: what gets into a log of what others wrote.
 */


#include "jwti_message.h"
#include "tap.h"


static void test_words(void);
static void test_names(void);
static void test_size(void);
static const char *test_of(jwti_str_t words);


int
main(void)
{
    test_words();
    test_names();
    test_size();

    return done();
}


static void
test_words(void)
{
    char  text[256];

    is_str(tap_str(test_of(jwti_str("Rate exceeded"))), "Rate exceeded",
           "plain words");
    is_str(tap_str(test_of(jwti_str(""))), "", "none");
    is_str(tap_str(test_of(jwti_str("a\tb\x01\x7f\xc3\xa4\x1b[0m"))),
           "a?b????" "?[0m", "control characters and bytes above ASCII");
    is_str(tap_str(test_of((jwti_str_t) { (const unsigned char *) "a\0b",
                                          3 })), "a?b", "a NUL");
    is_str(tap_str(test_of(jwti_str("one\ntwo"))), "one", "the first line");
    is_str(tap_str(test_of(jwti_str("one\rtwo"))), "one", "of any kind");
    is_str(tap_str(test_of(jwti_str("in header: 'AWS4-HMAC-SHA256 Cred..."))),
           "in header: '[...]", "nothing of Authorization");

    memset(text, 'x', sizeof(text));
    text[0] = ' ';
    text[JWTI_MESSAGE_RUN_MAX + 1] = '\0';
    is_str(tap_str(test_of(tap_str(text))), text, "the longest run");

    text[JWTI_MESSAGE_RUN_MAX + 1] = '.';
    text[JWTI_MESSAGE_RUN_MAX + 2] = ' ';
    text[JWTI_MESSAGE_RUN_MAX + 3] = 'e';
    text[JWTI_MESSAGE_RUN_MAX + 4] = '\0';
    is_str(tap_str(test_of(tap_str(text))), " [...] e",
           "a longer one could be a token");
}


static void
test_names(void)
{
    char            text[512], name[JWTI_MESSAGE_NAME_MAX + 2];
    char            want[JWTI_MESSAGE_NAME_MAX + 8];
    jwti_message_t  message;

    jwti_message_init(&message, text, sizeof(text));
    jwti_message_text(&message, "a ");
    jwti_message_name(&message, jwti_str("dev-ledger"));
    jwti_message_int(&message, -7);
    is_str(tap_str(text), "a \"dev-ledger\"-7", "a name in quotes, a number");

    jwti_message_init(&message, text, sizeof(text));
    jwti_message_name(&message, jwti_str("a\"b\nc"));
    is_str(tap_str(text), "\"a'b?c\"", "a name cannot end its quotes");

    memset(name, 'n', sizeof(name));
    name[JWTI_MESSAGE_NAME_MAX] = '\0';
    snprintf(want, sizeof(want), "\"%s\"", name);
    jwti_message_init(&message, text, sizeof(text));
    jwti_message_name(&message, tap_str(name));
    is_str(tap_str(text), want, "the longest name");

    snprintf(want, sizeof(want), "\"%s...\"", name);
    name[JWTI_MESSAGE_NAME_MAX] = 'n';
    name[JWTI_MESSAGE_NAME_MAX + 1] = '\0';
    jwti_message_init(&message, text, sizeof(text));
    jwti_message_name(&message, tap_str(name));
    is_str(tap_str(text), want, "a longer one is cut");
}


static void
test_size(void)
{
    char            text[5];
    jwti_message_t  message;

    memset(text, 'z', sizeof(text));
    jwti_message_init(&message, text, 4);
    is_str(tap_str(text), "", "terminated at once");

    jwti_message_text(&message, "ab");
    is_str(tap_str(text), "ab", "terminated after a step");

    jwti_message_words(&message, jwti_str("cdef"));
    is_str(tap_str(text), "abc", "cut at the end of the memory");
    is_int(text[4], 'z', "nothing is written behind it");

    jwti_message_init(&message, text, 1);
    jwti_message_name(&message, jwti_str("a"));
    is_str(tap_str(text), "", "room for the zero alone");
}


static const char *
test_of(jwti_str_t words)
{
    static char  text[512];

    jwti_message_t  message;

    jwti_message_init(&message, text, sizeof(text));
    jwti_message_words(&message, words);

    return text;
}
