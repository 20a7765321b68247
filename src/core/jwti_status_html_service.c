
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_html_service.c: a service in the table of the page.  One row
 * has what every service has; a second one says in sentences what is wrong or
 * under way, and has the buttons.
 */


#include "jwti_status_html.h"


/* what a state is called, and a shape: colour alone would not do */
typedef struct {
    const char  *mark;
    const char  *words;
} jwti_html_state_t;


static void jwti_html_name(jwti_status_out_t *out,
    const jwti_status_service_t *service, int more);
static void jwti_html_state(jwti_status_out_t *out,
    jwti_status_state_e state);
static void jwti_html_key(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_next(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_counters(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_cell(jwti_status_out_t *out, const char *label,
    const char *class);
static void jwti_html_trouble(jwti_status_out_t *out,
    const jwti_status_service_t *service, jwti_status_state_e state);
static void jwti_html_no_key(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_failures(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_error(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_other_key(jwti_status_out_t *out,
    const jwti_status_key_t *key);
static void jwti_html_kid(jwti_status_out_t *out,
    const jwti_status_key_t *key);
static void jwti_html_buttons(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_html_form(jwti_status_out_t *out,
    const jwti_status_service_t *service, const char *action);


static const jwti_html_state_t  jwti_html_states[JWTI_STATES] = {
    { "\xe2\x9c\x95", "No key" },               /* a cross */
    { "\xe2\x96\xb2", "Source fails" },         /* a triangle */
    { "\xe2\x97\x90", "Rotating" },             /* a half circle */
    { "\xe2\x97\x8f", "Signs" }                 /* a full one */
};


void
jwti_html_service(jwti_status_out_t *out, const jwti_status_t *status,
    const jwti_status_service_t *service)
{
    int                  more;
    unsigned             i;
    jwti_status_state_e  state;

    state = jwti_status_state(service);
    more = (state != JWTI_STATE_OK || service->error.len != 0
            || service->nkeys > 1 || status->operable);

    jwti_status_text(out, "<tbody class=\"");
    jwti_status_text(out, jwti_status_states[state]);
    jwti_status_text(out, "\">\n<tr>");
    jwti_html_name(out, service, more);
    jwti_html_state(out, state);
    jwti_html_key(out, service);
    jwti_html_next(out, service);
    jwti_html_counters(out, service);
    jwti_status_text(out, "</tr>\n");

    if (more) {
        jwti_status_text(out, "<tr class=\"more\"><td colspan=\""
                              JWTI_HTML_COLUMNS "\">");
        jwti_html_trouble(out, service, state);

        for (i = 0; i < service->nkeys; i++) {
            jwti_html_other_key(out, &service->keys[i]);
        }

        if (status->operable) {
            jwti_html_buttons(out, service);
        }

        jwti_status_text(out, "</td></tr>\n");
    }

    jwti_status_text(out, "</tbody>\n");
}


static void
jwti_html_name(jwti_status_out_t *out, const jwti_status_service_t *service,
    int more)
{
    jwti_status_text(out, "<th scope=\"row\"");
    jwti_status_text(out, more ? " rowspan=\"2\"><b>" : "><b>");
    jwti_html_str(out, service->name);
    jwti_status_text(out, "</b>");

    if (service->environment.len != 0) {
        jwti_status_text(out, " <span>");
        jwti_html_str(out, service->environment);
        jwti_status_text(out, "</span>");
    }

    jwti_status_text(out, "<small>");
    jwti_html_str(out, service->source);
    jwti_status_text(out, "</small></th>");
}


static void
jwti_html_state(jwti_status_out_t *out, jwti_status_state_e state)
{
    jwti_html_cell(out, "State", "state");
    jwti_status_text(out, "<span><i aria-hidden=\"true\">");
    jwti_status_text(out, jwti_html_states[state].mark);
    jwti_status_text(out, "</i> ");
    jwti_status_text(out, jwti_html_states[state].words);
    jwti_status_text(out, "</span></td>");
}


static void
jwti_html_key(jwti_status_out_t *out, const jwti_status_service_t *service)
{
    const jwti_status_key_t  *key;

    key = jwti_status_signing(service);
    jwti_html_cell(out, "Key", "key");

    if (key == NULL) {
        jwti_status_text(out, "no key</td>");
        return;
    }

    jwti_html_kid(out, key);
    jwti_status_text(out, "<small>");
    jwti_html_str(out, jwti_status_str(key->alg));
    jwti_status_text(out, ", here for ");
    jwti_html_span(out, key->published_ago);
    jwti_status_text(out, "</small></td>");
}


static void
jwti_html_next(jwti_status_out_t *out, const jwti_status_service_t *service)
{
    jwti_html_cell(out, "Next fetch", "next");

    if (service->refresh_in < 0) {
        jwti_status_text(out, "at reload");

    } else if (service->refresh_in == 0) {
        jwti_status_text(out, "now");

    } else {
        jwti_status_text(out, "in ");
        jwti_html_span(out, service->refresh_in);
    }

    jwti_status_text(out, "<small>");

    if (service->fetched_ago < 0) {
        jwti_status_text(out, "never answered");

    } else {
        jwti_status_text(out, "answered ");
        jwti_html_span(out, service->fetched_ago);
        jwti_status_text(out, " ago");
    }

    jwti_status_text(out, "</small></td>");
}


static void
jwti_html_counters(jwti_status_out_t *out,
    const jwti_status_service_t *service)
{
    unsigned  i;
    uint64_t  failed;

    for (i = JWTI_COUNT_MINTED; i <= JWTI_COUNT_DENIED; i++) {
        jwti_html_cell(out, jwti_status_counters[i].words, "n");
        jwti_html_count(out, service->counters[i]);
        jwti_status_text(out, "</td>");
    }

    failed = 0;

    for (i = JWTI_COUNT_NO_KEY; i <= JWTI_COUNT_NOT_SIGNED; i++) {
        failed += service->counters[i];
    }

    jwti_html_cell(out, "Failed", "n");
    jwti_html_count(out, failed);

    for (i = JWTI_COUNT_NO_KEY; i <= JWTI_COUNT_NOT_SIGNED; i++) {

        if (service->counters[i] != 0) {
            jwti_status_text(out, "<small>");
            jwti_html_count(out, service->counters[i]);
            jwti_status_byte(out, ' ');
            jwti_status_text(out, jwti_status_counters[i].words);
            jwti_status_text(out, "</small>");
        }
    }

    jwti_status_text(out, "</td>");
}


/* the label is what stands at the head of the column, where there is room */

static void
jwti_html_cell(jwti_status_out_t *out, const char *label, const char *class)
{
    jwti_status_text(out, "<td class=\"");
    jwti_status_text(out, class);
    jwti_status_text(out, "\" data-label=\"");
    jwti_status_text(out, label);
    jwti_status_text(out, "\">");
}


static void
jwti_html_trouble(jwti_status_out_t *out,
    const jwti_status_service_t *service, jwti_status_state_e state)
{
    if (state == JWTI_STATE_NO_KEY) {
        jwti_html_no_key(out, service);

    } else if (state == JWTI_STATE_FAILING) {
        jwti_status_text(out, "<p>");
        jwti_html_failures(out, service);
        jwti_status_text(out, " The key it gave before goes on signing");

        if (jwti_status_ends(service)) {
            jwti_status_text(out, " for ");
            jwti_html_span(out, service->stale_in);
            jwti_status_text(out, " at most");
        }

        jwti_status_text(out, ".</p>");
    }

    if (service->error.len != 0) {
        jwti_html_error(out, service);
    }
}


static void
jwti_html_no_key(jwti_status_out_t *out, const jwti_status_service_t *service)
{
    jwti_status_text(out, "<p>");

    if (jwti_status_signing(service) != NULL) {
        jwti_status_text(out, "The key has been stale for ");
        jwti_html_span(out, 0 - service->stale_in);
        jwti_status_text(out, ": requests are answered 503 until its source"
                              " answers again.");

    } else if (service->fetched_ago < 0 && service->fails == 0
               && service->refresh_in >= 0)
    {
        jwti_status_text(out, "The first key is being fetched. Requests wait"
                              " for it a while, then they are answered 503.");

    } else {
        jwti_status_text(out, "Requests are answered 503.");
    }

    if (service->fails != 0) {
        jwti_status_byte(out, ' ');
        jwti_html_failures(out, service);
    }

    jwti_status_text(out, "</p>");
}


static void
jwti_html_failures(jwti_status_out_t *out,
    const jwti_status_service_t *service)
{
    if (service->fails == 1) {
        jwti_status_text(out, "The source has failed once.");
        return;
    }

    jwti_status_text(out, "The source has failed ");
    jwti_html_count(out, service->fails);
    jwti_status_text(out, " times in a row.");
}


static void
jwti_html_error(jwti_status_out_t *out, const jwti_status_service_t *service)
{
    jwti_status_text(out, "<p class=\"error\">");
    jwti_status_text(out, (service->fails != 0)
                          ? "Last error, " : "Mended since: the error of ");
    jwti_html_span(out, service->error_ago);
    jwti_status_text(out, " ago: <bdi>");
    jwti_html_str(out, service->error);
    jwti_status_text(out, "</bdi></p>");
}


/* one that is published and does not sign */

static void
jwti_html_other_key(jwti_status_out_t *out, const jwti_status_key_t *key)
{
    if (key->state == JWTI_KEY_SIGNING) {
        return;
    }

    jwti_status_text(out, (key->state == JWTI_KEY_NEXT) ? "<p>Next key "
                          : (key->state == JWTI_KEY_PREVIOUS)
                            ? "<p>Previous key " : "<p>Other version ");
    jwti_html_kid(out, key);
    jwti_status_text(out, " (");
    jwti_html_str(out, jwti_status_str(key->alg));
    jwti_status_text(out, ") ");

    if (key->state == JWTI_KEY_NEXT && key->signs_in >= 0) {
        jwti_status_text(out, "signs in ");
        jwti_html_span(out, key->signs_in);

    } else if (key->retires_in >= 0) {
        jwti_status_text(out, "stays published for ");
        jwti_html_span(out, key->retires_in);

    } else {
        jwti_status_text(out, "is published and does not sign");
    }

    jwti_status_text(out, ".</p>");
}


static void
jwti_html_kid(jwti_status_out_t *out, const jwti_status_key_t *key)
{
    jwti_status_text(out, "<code>");
    jwti_html_str(out, jwti_status_kid(key));
    jwti_status_text(out, "</code>");
}


static void
jwti_html_buttons(jwti_status_out_t *out, const jwti_status_service_t *service)
{
    unsigned                  i;
    const jwti_status_key_t  *key;

    jwti_status_text(out, "<div class=\"bar\">");

    if (service->refresh_in >= 0) {
        jwti_html_form(out, service, "refresh");
        jwti_status_text(out, "<button>Fetch now</button></form>");
    }

    if (service->nkeys != 0) {
        jwti_status_text(out,
            "<details><summary>Drop a key\xe2\x80\xa6</summary>\n"
            "<p>Its tokens are not handed out any more, and it leaves the key"
            " set at once: receivers refuse what it has signed as soon as they"
            " have read the set again. It does not come back. Without another"
            " key to follow it, requests are answered 503 until the source has"
            " one: put that there and fetch it first.</p>");

        for (i = 0; i < service->nkeys; i++) {
            key = &service->keys[i];

            jwti_html_form(out, service, "drop");
            jwti_status_text(out, "<input type=\"hidden\" name=\"kid\""
                                  " value=\"");
            jwti_html_str(out, jwti_status_kid(key));
            jwti_status_text(out, "\"><button>Drop</button> ");
            jwti_html_kid(out, key);
            jwti_status_text(out, "<small>");
            jwti_status_text(out, jwti_status_key_states[key->state]);
            jwti_status_text(out, "</small></form>");
        }

        jwti_status_text(out, "</details>");
    }

    jwti_status_text(out, "</div>");
}


/* its beginning: what the action is about */

static void
jwti_html_form(jwti_status_out_t *out, const jwti_status_service_t *service,
    const char *action)
{
    jwti_status_text(out, "<form method=\"post\"><input type=\"hidden\""
                          " name=\"action\" value=\"");
    jwti_status_text(out, action);
    jwti_status_text(out, "\"><input type=\"hidden\" name=\"service\""
                          " value=\"");
    jwti_html_str(out, service->name);
    jwti_status_text(out, "\"><input type=\"hidden\" name=\"environment\""
                          " value=\"");
    jwti_html_str(out, service->environment);
    jwti_status_text(out, "\">");
}
