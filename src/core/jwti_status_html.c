
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_html.c: the status for people, as one page that loads nothing
 * and runs nothing: it works under the strictest Content-Security-Policy that
 * lets a style sheet inside the page apply.  What needs attention is first.
 */


#include "jwti_status_html.h"


/* no key, failing, all others */
#define JWTI_HTML_LEVELS  (JWTI_STATE_ROTATING - JWTI_STATE_NO_KEY + 1)


static void jwti_html_head(jwti_status_out_t *out,
    const jwti_status_t *status, const size_t states[JWTI_STATES]);
static void jwti_html_verdict(jwti_status_out_t *out,
    const jwti_status_t *status, const size_t states[JWTI_STATES]);
static void jwti_html_clock(jwti_status_out_t *out,
    const jwti_status_t *status);
static void jwti_html_skew(jwti_status_out_t *out,
    const jwti_status_t *status, const char *one, const char *more);
static void jwti_html_facts(jwti_status_out_t *out,
    const jwti_status_t *status);
static void jwti_html_fact(jwti_status_out_t *out, const char *name);
static void jwti_html_services(jwti_status_out_t *out,
    const jwti_status_t *status);
static unsigned jwti_html_level(const jwti_status_service_t *service);


/* the head, the services once for each level, the end */

int
jwti_status_unit_html(jwti_status_out_t *out, const jwti_status_t *status,
    size_t unit)
{
    size_t                        n, states[JWTI_STATES];
    const jwti_status_service_t  *service;

    n = status->nservices;

    if (unit == 0) {
        jwti_status_summary(status, states);

        jwti_html_head(out, status, states);
        jwti_html_clock(out, status);
        jwti_html_facts(out, status);

        if (n != 0) {
            jwti_html_services(out, status);
        }

        return 1;
    }

    unit--;

    if (unit < n * JWTI_HTML_LEVELS) {
        service = &status->services[unit % n];

        if (jwti_html_level(service) == unit / n) {
            jwti_html_service(out, status, service);
        }

        return 1;
    }

    jwti_status_text(out, (n != 0) ? "</table>\n</section>\n" : "");
    jwti_status_text(out, "</main>\n</body>\n</html>\n");

    return 0;
}


static void
jwti_html_head(jwti_status_out_t *out, const jwti_status_t *status,
    const size_t states[JWTI_STATES])
{
    char  date[JWTI_STATUS_DATE_LEN + 1];

    jwti_status_text(out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,"
        " initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    jwti_html_verdict(out, status, states);
    jwti_status_text(out, " - JWT issuer</title>\n<style>\n");
    jwti_status_text(out, jwti_html_style);
    jwti_status_text(out, "</style>\n</head>\n<body>\n<header>\n<p>");

    if (jwti_status_date(date, status->now)) {
        jwti_status_text(out, "<time datetime=\"");
        jwti_status_text(out, date);
        jwti_status_text(out, "\">");
        jwti_status_bytes(out, date, 10);
        jwti_status_byte(out, ' ');
        jwti_status_bytes(out, date + 11, 8);
        jwti_status_text(out, " UTC</time> ");
    }

    jwti_status_text(out, "<span>");
    jwti_html_str(out, jwti_status_str(status->server));
    jwti_status_text(out, "</span> <span>JWT issuer ");
    jwti_html_str(out, jwti_status_str(status->version));
    jwti_status_text(out, "</span></p>\n<h1>");
    jwti_html_verdict(out, status, states);
    jwti_status_text(out, "</h1>\n");

    if (states[JWTI_STATE_NO_KEY] != 0) {
        jwti_status_text(out, "<p class=\"no_key\">");
        jwti_html_many(out, states[JWTI_STATE_NO_KEY],
            " has no key that signs: its requests are answered 503.",
            " have no key that signs: their requests are answered 503.");
        jwti_status_text(out, "</p>\n");
    }

    if (states[JWTI_STATE_FAILING] != 0) {
        jwti_status_text(out, "<p class=\"failing\">");
        jwti_html_many(out, states[JWTI_STATE_FAILING],
            " cannot fetch its key again and goes on with the one it has.",
            " cannot fetch their keys again and go on with those they have.");
        jwti_status_text(out, "</p>\n");
    }

    jwti_status_text(out, "</header>\n<main>\n");
}


/* the state of all in one sentence, for the title as well */

static void
jwti_html_verdict(jwti_status_out_t *out, const jwti_status_t *status,
    const size_t states[JWTI_STATES])
{
    size_t  urgent;

    urgent = states[JWTI_STATE_NO_KEY] + states[JWTI_STATE_FAILING];

    if (status->nservices == 0) {
        jwti_status_text(out, "No service is configured");

    } else if (urgent != 0) {
        jwti_html_count(out, urgent);
        jwti_status_text(out, " of ");
        jwti_html_many(out, status->nservices, " service", " services");
        jwti_status_text(out, (urgent == 1) ? " needs attention"
                                            : " need attention");

    } else {
        jwti_html_many(out, status->nservices, " service, and it signs",
                       " services, and all of them sign");
    }
}


static void
jwti_html_clock(jwti_status_out_t *out, const jwti_status_t *status)
{
    if (status->clock_wrong) {
        jwti_status_text(out, "<p class=\"warning\"><strong>This machine's"
                              " clock is ");
        jwti_html_skew(out, status, " second ", " seconds ");
        jwti_status_text(out, ": tokens have wrong times, too.</strong>"
                              " Run NTP.</p>\n");
    }
}


static void
jwti_html_skew(jwti_status_out_t *out, const jwti_status_t *status,
    const char *one, const char *more)
{
    int64_t  skew;

    skew = status->clock_skew;

    jwti_html_many(out, (skew < 0) ? 0 - (uint64_t) skew : (uint64_t) skew,
                   one, more);
    jwti_status_text(out, (skew < 0) ? "ahead of AWS's" : "behind AWS's");
}


static void
jwti_html_facts(jwti_status_out_t *out, const jwti_status_t *status)
{
    uint64_t  used;

    jwti_status_text(out, "<dl class=\"facts\">\n");

    jwti_html_fact(out, "Tokens kept");
    jwti_html_count(out, status->tokens);

    jwti_html_fact(out, "Zone in use");
    used = (status->zone_free < status->zone_size)
           ? status->zone_size - status->zone_free : 0;
    jwti_html_size(out, used);
    jwti_status_text(out, " <small>of ");
    jwti_html_size(out, status->zone_size);
    jwti_status_text(out, "</small>");

    jwti_html_fact(out, "Requests for unknown services");
    jwti_html_count(out, status->unknown);

    jwti_html_fact(out, "Clock");

    if (!status->clock_known) {
        jwti_status_text(out, "<small>not compared: AWS was not asked</small>");

    } else if (status->clock_skew == 0) {
        jwti_status_text(out, "as AWS's");

    } else {
        jwti_html_skew(out, status, " s ", " s ");
    }

    jwti_status_text(out, "</dd></div>\n</dl>\n");
}


/* begins a fact, and ends the one before it */

static void
jwti_html_fact(jwti_status_out_t *out, const char *name)
{
    if (out->last != '\n') {
        jwti_status_text(out, "</dd></div>\n");
    }

    jwti_status_text(out, "<div><dt>");
    jwti_status_text(out, name);
    jwti_status_text(out, "</dt><dd>");
}


static void
jwti_html_services(jwti_status_out_t *out, const jwti_status_t *status)
{
    size_t  i;

    jwti_status_text(out, "<section aria-labelledby=\"services\">\n"
                          "<div class=\"bar\"><h2 id=\"services\">Services"
                          "</h2>");

    if (status->operable) {
        jwti_status_text(out,
            "<form method=\"post\"><input type=\"hidden\" name=\"action\""
            " value=\"refresh\"><button>Fetch all keys now</button></form>");
    }

    jwti_status_text(out,
        "</div>\n<table aria-labelledby=\"services\">\n<thead><tr>"
        "<th scope=\"col\">Service</th><th scope=\"col\">State</th>"
        "<th scope=\"col\">Key</th><th scope=\"col\">Next fetch</th>");

    for (i = JWTI_COUNT_MINTED; i <= JWTI_COUNT_DENIED; i++) {
        jwti_status_text(out, "<th scope=\"col\" class=\"n\">");
        jwti_status_text(out, jwti_status_counters[i].words);
        jwti_status_text(out, "</th>");
    }

    jwti_status_text(out, "<th scope=\"col\" class=\"n\">Failed</th></tr>"
                          "</thead>\n");
}


/* the worst first; those without trouble as they are configured */

static unsigned
jwti_html_level(const jwti_status_service_t *service)
{
    jwti_status_state_e  state;

    state = jwti_status_state(service);

    return (state < JWTI_STATE_ROTATING) ? state : JWTI_STATE_ROTATING;
}
