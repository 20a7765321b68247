
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_message.c: what must not get into a log stays out here.  Called where
 * answers of services and texts of secrets are refused, in any thread.
 */


#include <string.h>

#include "jwti_buf.h"
#include "jwti_message.h"


static void jwti_message_byte(jwti_message_t *message, unsigned char ch);
static size_t jwti_message_run(jwti_str_t text, size_t pos);


void
jwti_message_init(jwti_message_t *message, char *memory, size_t size)
{
    message->text = memory;
    message->size = size;
    message->len = 0;
    message->text[0] = '\0';
}


void
jwti_message_text(jwti_message_t *message, const char *text)
{
    while (*text != '\0') {
        jwti_message_byte(message, (unsigned char) *text++);
    }
}


void
jwti_message_int(jwti_message_t *message, int64_t number)
{
    char        digits[21];
    jwti_buf_t  buf;

    jwti_buf_init(&buf, digits, sizeof(digits));
    jwti_buf_int(&buf, number);
    jwti_buf_byte(&buf, '\0');

    jwti_message_text(message, digits);
}


void
jwti_message_name(jwti_message_t *message, jwti_str_t name)
{
    size_t         i;
    unsigned char  ch;

    jwti_message_byte(message, '"');

    for (i = 0; i < name.len; i++) {

        if (i == JWTI_MESSAGE_NAME_MAX) {
            jwti_message_text(message, "...");
            break;
        }

        ch = name.data[i];
        jwti_message_byte(message, (ch == '"') ? '\'' : ch);
    }

    jwti_message_byte(message, '"');
}


void
jwti_message_words(jwti_message_t *message, jwti_str_t words)
{
    size_t      i, run;
    jwti_str_t  scheme = jwti_str("AWS4-HMAC");

    i = 0;

    while (i < words.len && words.data[i] != '\n' && words.data[i] != '\r') {

        if (words.len - i >= scheme.len
            && memcmp(words.data + i, scheme.data, scheme.len) == 0)
        {
            jwti_message_text(message, "[...]");
            return;
        }

        run = jwti_message_run(words, i);

        if (run > JWTI_MESSAGE_RUN_MAX) {
            jwti_message_text(message, "[...]");
            i += run;
            continue;
        }

        /* at least the one character that starts no run */

        for (run = (run != 0) ? run : 1; run != 0; run--) {
            jwti_message_byte(message, words.data[i]);
            i++;
        }
    }
}


static void
jwti_message_byte(jwti_message_t *message, unsigned char ch)
{
    if (message->len + 1 >= message->size) {
        return;
    }

    message->text[message->len++] = (ch < 0x20 || ch > 0x7e) ? '?' : (char) ch;
    message->text[message->len] = '\0';
}


/* how many characters from pos on are those of base64, base64url or a JWT */

static size_t
jwti_message_run(jwti_str_t text, size_t pos)
{
    size_t         i;
    unsigned char  ch;

    for (i = pos; i < text.len; i++) {
        ch = text.data[i];

        if ((ch < 'a' || ch > 'z') && (ch < 'A' || ch > 'Z')
            && (ch < '0' || ch > '9') && ch != '+' && ch != '/' && ch != '='
            && ch != '-' && ch != '_' && ch != '.' && ch != '%')
        {
            break;
        }
    }

    return i - pos;
}
