
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * status_check.h: judges of HTML and of Prometheus text that are stricter than
 * readers are.  Each returns a digest of the document's structure, which no
 * text inside of it may change, or 0: it is malformed.
 */


#ifndef STATUS_CHECK_H_INCLUDED
#define STATUS_CHECK_H_INCLUDED


#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tap.h"


#define CHECK_DEPTH  32


typedef struct {
    const char  *pos;
    const char  *end;
    uint64_t     digest;
} check_t;


static void
check_add(check_t *check, const char *data, size_t len)
{
    while (len-- != 0) {
        check->digest = (check->digest ^ (unsigned char) *data++)
                        * 0x100000001b3;
    }

    check->digest = (check->digest ^ 0x100) * 0x100000001b3;
}


/* 1 when text is next; it is stepped over */

static int
check_next(check_t *check, const char *text)
{
    size_t  len;

    len = strlen(text);

    if ((size_t) (check->end - check->pos) < len
        || memcmp(check->pos, text, len) != 0)
    {
        return 0;
    }

    check->pos += len;

    return 1;
}


/* the length of a name, which is stepped over */

static size_t
check_name(check_t *check)
{
    const char  *start;

    start = check->pos;

    while (check->pos < check->end
           && ((*check->pos >= 'a' && *check->pos <= 'z')
               || (*check->pos >= '0' && *check->pos <= '9')
               || *check->pos == '-' || *check->pos == '_'))
    {
        check->pos++;
    }

    return (size_t) (check->pos - start);
}


/* in a list of words, with a space around each */

static int
check_is_one_of(const char *words, const char *name, size_t len)
{
    const char  *pos;

    for (pos = strchr(words, ' '); pos != NULL; pos = strchr(pos + 1, ' ')) {
        if (strncmp(pos + 1, name, len) == 0 && pos[1 + len] == ' ') {
            return 1;
        }
    }

    return 0;
}


/* a character of a text or of an attribute's value */

static int
check_html_char(check_t *check)
{
    unsigned char  ch;

    ch = (unsigned char) *check->pos;

    if (ch == '&') {
        return check_next(check, "&amp;") || check_next(check, "&lt;")
               || check_next(check, "&gt;") || check_next(check, "&quot;")
               || check_next(check, "&#39;");
    }

    if (ch == '<' || ch == '>' || ch == 0x7f
        || (ch < ' ' && ch != '\n' && ch != '\t' && ch != '\r'))
    {
        return 0;
    }

    check->pos++;

    return 1;
}


static int
check_html_attributes(check_t *check)
{
    size_t  len;

    while (check_next(check, " ")) {
        len = check_name(check);

        if (!check_is_one_of(" aria-hidden aria-labelledby charset class"
                             " colspan content data-label datetime id lang"
                             " method name rowspan scope type value ",
                             check->pos - len, len))
        {
            return 0;
        }

        check_add(check, check->pos - len, len);

        if (!check_next(check, "=\"")) {
            return 0;
        }

        while (!check_next(check, "\"")) {
            if (check->pos == check->end || !check_html_char(check)) {
                return 0;
            }
        }
    }

    return check_next(check, ">");
}


/* the style sheet is ours, but nothing may end it before its time */

static int
check_html_style(check_t *check)
{
    while (check->pos < check->end && *check->pos != '<') {
        check->pos++;
    }

    return check_next(check, "</style>");
}


TAP_UNUSED static uint64_t
check_html(const unsigned char *data, size_t size)
{
    size_t       len, depth;
    check_t      check;
    size_t       lens[CHECK_DEPTH];
    const char  *open[CHECK_DEPTH];

    check.pos = (const char *) data;
    check.end = check.pos + size;
    check.digest = 0xcbf29ce484222325;
    depth = 0;

    if (!check_next(&check, "<!DOCTYPE html>\n")) {
        return 0;
    }

    while (check.pos < check.end) {

        if (*check.pos != '<') {
            if (!check_html_char(&check)) {
                return 0;
            }

            continue;
        }

        if (check_next(&check, "</")) {
            len = check_name(&check);

            if (depth == 0 || lens[--depth] != len
                || memcmp(open[depth], check.pos - len, len) != 0
                || !check_next(&check, ">"))
            {
                return 0;
            }

            check_add(&check, "/", 1);
            continue;
        }

        check.pos++;
        len = check_name(&check);
        open[depth] = check.pos - len;
        lens[depth] = len;
        check_add(&check, open[depth], len);

        if (!check_is_one_of(" b bdi body button code dd details div dl dt"
                             " form h1 h2 head header html i input main meta"
                             " p section small span strong style summary table"
                             " tbody td th thead time title tr ",
                             open[depth], len)
            || !check_html_attributes(&check))
        {
            return 0;
        }

        if (check_is_one_of(" style ", open[depth], len)) {
            if (!check_html_style(&check)) {
                return 0;
            }

        } else if (!check_is_one_of(" meta input ", open[depth], len)
                   && ++depth == CHECK_DEPTH)
        {
            return 0;
        }
    }

    return (depth == 0) ? check.digest : 0;
}


static int
check_metrics_labels(check_t *check)
{
    size_t  len;

    do {
        len = check_name(check);
        check_add(check, check->pos - len, len);

        if (len == 0 || !check_next(check, "=\"")) {
            return 0;
        }

        while (!check_next(check, "\"")) {

            if (check->pos == check->end || *check->pos == '\n'
                || *check->pos == '\0')
            {
                return 0;
            }

            if (!check_next(check, "\\\\") && !check_next(check, "\\\"")
                && !check_next(check, "\\n"))
            {
                if (*check->pos++ == '\\') {
                    return 0;
                }
            }
        }

    } while (check_next(check, ","));

    return check_next(check, "}");
}


static int
check_metrics_number(check_t *check)
{
    size_t  digits;

    (void) check_next(check, "-");

    for (digits = 0; check->pos < check->end; check->pos++) {

        if (*check->pos >= '0' && *check->pos <= '9') {
            digits++;

        } else if (*check->pos != '.' || digits == 0) {
            break;
        }
    }

    return digits != 0;
}


TAP_UNUSED static uint64_t
check_metrics(const unsigned char *data, size_t size)
{
    size_t   len;
    check_t  check;

    check.pos = (const char *) data;
    check.end = check.pos + size;
    check.digest = 0xcbf29ce484222325;

    while (check.pos < check.end) {

        if (check_next(&check, "# HELP ") || check_next(&check, "# TYPE ")) {
            while (check.pos < check.end && *check.pos != '\n') {
                check_add(&check, check.pos++, 1);
            }

        } else {
            len = check_name(&check);
            check_add(&check, check.pos - len, len);

            if (len == 0
                || (check_next(&check, "{") && !check_metrics_labels(&check))
                || !check_next(&check, " ") || !check_metrics_number(&check))
            {
                return 0;
            }
        }

        if (!check_next(&check, "\n")) {
            return 0;
        }
    }

    return check.digest;
}


#endif /* STATUS_CHECK_H_INCLUDED */
