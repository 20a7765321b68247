
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_json.c: the status for programs.  Member names are documented
 * and stay; times are seconds, null where there is none.
 */


#include "jwti_json.h"
#include "jwti_status_internal.h"


static void jwti_status_json_head(jwti_status_out_t *out,
    const jwti_status_t *status);
static void jwti_status_json_service(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_status_json_key(jwti_status_out_t *out,
    const jwti_status_key_t *key);
static void jwti_status_json_fetch(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_status_json_times(jwti_status_out_t *out,
    const jwti_times_t *times);
static void jwti_status_json_open(jwti_status_out_t *out, const char *name,
    unsigned char bracket);
static void jwti_status_json_name(jwti_status_out_t *out, const char *name);
static void jwti_status_json_next(jwti_status_out_t *out);
static void jwti_status_json_text(jwti_status_out_t *out, const char *name,
    const char *text);
static void jwti_status_json_str(jwti_status_out_t *out, const char *name,
    jwti_str_t str);
static void jwti_status_json_count(jwti_status_out_t *out, const char *name,
    uint64_t count);
static void jwti_status_json_null(jwti_status_out_t *out, const char *name);
static void jwti_status_json_flag(jwti_status_out_t *out, const char *name,
    int flag);
static void jwti_status_json_span(jwti_status_out_t *out, const char *name,
    int64_t milliseconds, int known);
static void jwti_status_json_escape(jwti_status_out_t *out, unsigned char ch);


/* the head, the services, the end */

int
jwti_status_unit_json(jwti_status_out_t *out, const jwti_status_t *status,
    size_t unit)
{
    if (unit == 0) {
        jwti_status_json_head(out, status);
        return 1;
    }

    if (unit <= status->nservices) {
        jwti_status_json_service(out, &status->services[unit - 1]);
        return 1;
    }

    jwti_status_text(out, "]}\n");

    return 0;
}


static void
jwti_status_json_head(jwti_status_out_t *out, const jwti_status_t *status)
{
    size_t  i, states[JWTI_STATES];
    char    date[JWTI_STATUS_DATE_LEN + 1];

    jwti_status_json_open(out, NULL, '{');
    jwti_status_json_text(out, "version", status->version);
    jwti_status_json_text(out, "server", status->server);

    if (jwti_status_date(date, status->now)) {
        jwti_status_json_text(out, "now", date);

    } else {
        jwti_status_json_null(out, "now");
    }

    jwti_status_json_span(out, "now_epoch", status->now, 1);

    jwti_status_json_open(out, "clock", '{');

    if (status->clock_known) {
        jwti_status_json_name(out, "behind");
        jwti_status_int(out, status->clock_skew);

    } else {
        jwti_status_json_null(out, "behind");
    }

    jwti_status_json_flag(out, "wrong", status->clock_wrong);
    jwti_status_byte(out, '}');

    jwti_status_json_open(out, "zone", '{');
    jwti_status_json_count(out, "size", status->zone_size);
    jwti_status_json_count(out, "free", status->zone_free);
    jwti_status_byte(out, '}');

    jwti_status_json_count(out, "cached_tokens", status->tokens);
    jwti_status_json_count(out, "unknown_service", status->unknown);

    jwti_status_summary(status, states);
    jwti_status_json_open(out, "summary", '{');
    jwti_status_json_count(out, "services", status->nservices);

    for (i = 0; i < JWTI_STATES; i++) {
        jwti_status_json_count(out, jwti_status_states[i], states[i]);
    }

    jwti_status_byte(out, '}');

    jwti_status_json_open(out, "services", '[');
}


static void
jwti_status_json_service(jwti_status_out_t *out,
    const jwti_status_service_t *service)
{
    unsigned  i;

    jwti_status_json_open(out, NULL, '{');
    jwti_status_json_str(out, "name", service->name);
    jwti_status_json_str(out, "environment", service->environment);
    jwti_status_json_str(out, "source", service->source);
    jwti_status_json_text(out, "state",
                          jwti_status_states[jwti_status_state(service)]);

    jwti_status_json_open(out, "keys", '[');

    for (i = 0; i < service->nkeys; i++) {
        jwti_status_json_key(out, &service->keys[i]);
    }

    jwti_status_byte(out, ']');

    jwti_status_json_span(out, "stale_in", service->stale_in,
                          jwti_status_ends(service));
    jwti_status_json_fetch(out, service);

    jwti_status_json_open(out, "counters", '{');

    for (i = 0; i < JWTI_COUNTERS; i++) {
        jwti_status_json_count(out, jwti_status_counters[i].member,
                               service->counters[i]);
    }

    jwti_status_byte(out, '}');

    jwti_status_json_times(out, &service->times);
    jwti_status_byte(out, '}');
}


static void
jwti_status_json_key(jwti_status_out_t *out, const jwti_status_key_t *key)
{
    jwti_status_json_open(out, NULL, '{');
    jwti_status_json_str(out, "kid", jwti_status_kid(key));
    jwti_status_json_text(out, "alg", key->alg);
    jwti_status_json_text(out, "state", jwti_status_key_states[key->state]);
    jwti_status_json_span(out, "published_ago", key->published_ago, 1);
    jwti_status_json_span(out, "signs_in", key->signs_in, key->signs_in >= 0);
    jwti_status_json_span(out, "retires_in", key->retires_in,
                          key->retires_in >= 0);
    jwti_status_byte(out, '}');
}


static void
jwti_status_json_fetch(jwti_status_out_t *out,
    const jwti_status_service_t *service)
{
    jwti_status_json_open(out, "fetch", '{');
    jwti_status_json_span(out, "success_ago", service->fetched_ago,
                          service->fetched_ago >= 0);
    jwti_status_json_span(out, "next_in", service->refresh_in,
                          service->refresh_in >= 0);
    jwti_status_json_count(out, "failures", service->fails);

    if (service->error.len != 0) {
        jwti_status_json_str(out, "error", service->error);

    } else {
        jwti_status_json_null(out, "error");
    }

    jwti_status_json_span(out, "error_ago", service->error_ago,
                          service->error.len != 0);
    jwti_status_byte(out, '}');
}


static void
jwti_status_json_times(jwti_status_out_t *out, const jwti_times_t *times)
{
    unsigned  i;
    uint64_t  count;

    jwti_status_json_open(out, "sign_duration", '{');
    jwti_status_json_count(out, "count", jwti_status_times(times));
    jwti_status_json_name(out, "sum");
    jwti_status_decimal(out, jwti_status_number(times->sum), 6);
    jwti_status_json_open(out, "buckets", '[');

    count = 0;

    for (i = 0; i < JWTI_TIMES_BUCKETS; i++) {
        count += times->bucket[i];

        jwti_status_json_open(out, NULL, '{');

        if (i < JWTI_TIMES_BUCKETS - 1) {
            jwti_status_json_name(out, "le");
            jwti_status_decimal(out, jwti_times_bounds[i], 6);

        } else {
            jwti_status_json_null(out, "le");
        }

        jwti_status_json_count(out, "count", count);
        jwti_status_byte(out, '}');
    }

    jwti_status_text(out, "]}");
}


/* a member, or without a name an item, that is an object or an array */

static void
jwti_status_json_open(jwti_status_out_t *out, const char *name,
    unsigned char bracket)
{
    if (name != NULL) {
        jwti_status_json_name(out, name);

    } else {
        jwti_status_json_next(out);
    }

    jwti_status_byte(out, bracket);
}


static void
jwti_status_json_name(jwti_status_out_t *out, const char *name)
{
    jwti_status_json_next(out);
    jwti_status_byte(out, '"');
    jwti_status_text(out, name);
    jwti_status_text(out, "\":");
}


/* a comma, but before the first of an object, an array or the document */

static void
jwti_status_json_next(jwti_status_out_t *out)
{
    if (out->last != '\0' && out->last != '{' && out->last != '[') {
        jwti_status_byte(out, ',');
    }
}


static void
jwti_status_json_text(jwti_status_out_t *out, const char *name,
    const char *text)
{
    jwti_status_json_str(out, name, jwti_status_str(text));
}


static void
jwti_status_json_str(jwti_status_out_t *out, const char *name, jwti_str_t str)
{
    jwti_status_json_name(out, name);
    jwti_status_byte(out, '"');
    jwti_status_escaped(out, str, jwti_status_json_escape);
    jwti_status_byte(out, '"');
}


static void
jwti_status_json_count(jwti_status_out_t *out, const char *name,
    uint64_t count)
{
    jwti_status_json_name(out, name);
    jwti_status_count(out, count);
}


static void
jwti_status_json_null(jwti_status_out_t *out, const char *name)
{
    jwti_status_json_name(out, name);
    jwti_status_text(out, "null");
}


static void
jwti_status_json_flag(jwti_status_out_t *out, const char *name, int flag)
{
    jwti_status_json_name(out, name);
    jwti_status_text(out, flag ? "true" : "false");
}


static void
jwti_status_json_span(jwti_status_out_t *out, const char *name,
    int64_t milliseconds, int known)
{
    if (!known) {
        jwti_status_json_null(out, name);
        return;
    }

    jwti_status_json_name(out, name);
    jwti_status_seconds(out, milliseconds);
}


static void
jwti_status_json_escape(jwti_status_out_t *out, unsigned char ch)
{
    jwti_buf_t     buf;
    jwti_str_t     one;
    unsigned char  quoted[sizeof("\"\\u0000\"") - 1];

    one.data = &ch;
    one.len = 1;
    jwti_buf_init(&buf, quoted, sizeof(quoted));

    if (jwti_json_write_string(&buf, one) == JWTI_OK) {
        jwti_status_bytes(out, quoted + 1, jwti_buf_len(&buf) - 2);
    }
}
