
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_html_words.c: texts, numbers and spans of time as people read
 * them.
 */


#include "jwti_buf.h"
#include "jwti_status_html.h"


typedef struct {
    int64_t      milliseconds;
    const char  *name;
} jwti_html_unit_t;


static void jwti_html_escape(jwti_status_out_t *out, unsigned char ch);


/* the largest first; each is a multiple of the next one */
static const jwti_html_unit_t  jwti_html_units[] = {
    { 86400000, " d" },
    { 3600000, " h" },
    { 60000, " min" },
    { 1000, " s" },
    { 0, NULL }
};


void
jwti_html_str(jwti_status_out_t *out, jwti_str_t str)
{
    jwti_status_escaped(out, str, jwti_html_escape);
}


void
jwti_html_count(jwti_status_out_t *out, uint64_t count)
{
    size_t         i, len;
    jwti_buf_t     buf;
    unsigned char  digits[20];

    jwti_buf_init(&buf, digits, sizeof(digits));
    jwti_buf_int(&buf, jwti_status_number(count));
    len = jwti_buf_len(&buf);

    for (i = 0; i < len; i++) {

        if (i != 0 && (len - i) % 3 == 0) {
            jwti_status_byte(out, ',');
        }

        jwti_status_byte(out, digits[i]);
    }
}


void
jwti_html_many(jwti_status_out_t *out, uint64_t count, const char *one,
    const char *more)
{
    jwti_html_count(out, count);
    jwti_status_text(out, (count == 1) ? one : more);
}


/* two units at most, the second only when the first is not the smallest */

void
jwti_html_span(jwti_status_out_t *out, int64_t milliseconds)
{
    const jwti_html_unit_t  *unit;

    if (milliseconds < 1000) {
        jwti_status_text(out, (milliseconds <= 0) ? "0 s" : "1 s");
        return;
    }

    for (unit = jwti_html_units; milliseconds < unit->milliseconds; unit++) {
        /* void */
    }

    jwti_html_count(out, (uint64_t) (milliseconds / unit->milliseconds));
    jwti_status_text(out, unit->name);

    milliseconds %= unit->milliseconds;
    unit++;

    if (unit->name != NULL && milliseconds >= unit->milliseconds) {
        jwti_status_byte(out, ' ');
        jwti_status_int(out, milliseconds / unit->milliseconds);
        jwti_status_text(out, unit->name);
    }
}


void
jwti_html_size(jwti_status_out_t *out, uint64_t bytes)
{
    uint64_t     unit;
    const char  *name;

    unit = 1024;
    name = " KiB";

    if (bytes >= 1024 * 1024) {
        unit = 1024 * 1024;
        name = " MiB";
    }

    jwti_html_count(out, bytes / unit);

    /* a tenth, where it still says something */

    if (bytes / unit < 10 && bytes % unit * 10 / unit != 0) {
        jwti_status_byte(out, '.');
        jwti_status_count(out, bytes % unit * 10 / unit);
    }

    jwti_status_text(out, name);
}


static void
jwti_html_escape(jwti_status_out_t *out, unsigned char ch)
{
    switch (ch) {

    case '&':
        jwti_status_text(out, "&amp;");
        return;

    case '<':
        jwti_status_text(out, "&lt;");
        return;

    case '>':
        jwti_status_text(out, "&gt;");
        return;

    case '"':
        jwti_status_text(out, "&quot;");
        return;

    case '\'':
        jwti_status_text(out, "&#39;");
        return;

    case '\t':
    case '\n':
    case '\r':
        jwti_status_byte(out, ch);
        return;

    default:
        if (ch < ' ' || ch == 0x7f) {
            jwti_status_bad(out);

        } else {
            jwti_status_byte(out, ch);
        }
    }
}
