
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_prometheus.c: the status for Prometheus, text format 0.0.4.  All
 * samples of a family stand together under its HELP and TYPE; one without
 * samples is left out.
 *
 * What changes in a key's life, its state, is a label of key_info only, so that
 * no other series ends when a key begins to sign.
 */


#include <string.h>

#include "jwti_status_internal.h"


#define JWTI_PROMETHEUS_PREFIX  "jwt_issuer_"


/* what is known in one place of the snapshot */
typedef struct {
    const jwti_status_t          *status;
    const jwti_status_service_t  *service;      /* NULL: of all */
    const jwti_status_key_t      *key;          /* NULL: of none */
} jwti_prometheus_place_t;

typedef enum {
    JWTI_PROMETHEUS_ONE,
    JWTI_PROMETHEUS_SERVICES,
    JWTI_PROMETHEUS_KEYS
} jwti_prometheus_each_e;

typedef enum {
    JWTI_PROMETHEUS_INFO,
    JWTI_PROMETHEUS_CLOCK,
    JWTI_PROMETHEUS_ZONE_SIZE,
    JWTI_PROMETHEUS_ZONE_FREE,
    JWTI_PROMETHEUS_TOKENS,
    JWTI_PROMETHEUS_UNKNOWN,
    JWTI_PROMETHEUS_USABLE,
    JWTI_PROMETHEUS_STALE,
    JWTI_PROMETHEUS_FETCHED,
    JWTI_PROMETHEUS_NEXT,
    JWTI_PROMETHEUS_FAILS,
    JWTI_PROMETHEUS_AGE,
    JWTI_PROMETHEUS_SIGNS,
    JWTI_PROMETHEUS_RETIRES
} jwti_prometheus_value_e;

typedef struct {
    const char                *name;
    const char                *type;
    const char                *help;
    jwti_prometheus_each_e     each;
    jwti_prometheus_value_e    value;
    int                        milliseconds;    /* 1: written as seconds */
} jwti_prometheus_family_t;


static void jwti_prometheus_family(jwti_status_out_t *out,
    const jwti_prometheus_family_t *family, const jwti_status_t *status,
    size_t unit);
static void jwti_prometheus_sample(jwti_status_out_t *out,
    const jwti_prometheus_family_t *family,
    const jwti_prometheus_place_t *place);
static void jwti_prometheus_counter(jwti_status_out_t *out, unsigned row,
    const jwti_status_t *status, size_t unit);
static void jwti_prometheus_histogram(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_prometheus_head(jwti_status_out_t *out, const char *name,
    const char *type, const char *help);
static void jwti_prometheus_name(jwti_status_out_t *out, const char *name,
    const char *suffix);
static void jwti_prometheus_service(jwti_status_out_t *out,
    const jwti_status_service_t *service);
static void jwti_prometheus_key(jwti_status_out_t *out,
    const jwti_status_key_t *key, int info);
static void jwti_prometheus_label(jwti_status_out_t *out, const char *name,
    jwti_str_t value);
static void jwti_prometheus_label_text(jwti_status_out_t *out,
    const char *name, const char *value);
static void jwti_prometheus_escape(jwti_status_out_t *out, unsigned char ch);

static int jwti_prometheus_value(const jwti_prometheus_place_t *place,
    jwti_prometheus_value_e what, int64_t *value);
static int jwti_prometheus_value_one(const jwti_status_t *status,
    jwti_prometheus_value_e what, int64_t *value);
static int jwti_prometheus_value_service(const jwti_prometheus_place_t *place,
    jwti_prometheus_value_e what, int64_t *value);
static int jwti_prometheus_value_key(const jwti_status_key_t *key,
    jwti_prometheus_value_e what, int64_t *value);


static const jwti_prometheus_family_t  jwti_prometheus_families[] = {
    { "build_info", "gauge",
      "Versions of the module and of its server; always 1.",
      JWTI_PROMETHEUS_ONE, JWTI_PROMETHEUS_INFO, 0 },
    { "clock_skew_seconds", "gauge",
      "How far this machine's clock is behind that of AWS; negative: ahead.",
      JWTI_PROMETHEUS_ONE, JWTI_PROMETHEUS_CLOCK, 0 },
    { "zone_size_bytes", "gauge", "Shared memory of the zone.",
      JWTI_PROMETHEUS_ONE, JWTI_PROMETHEUS_ZONE_SIZE, 0 },
    { "zone_free_bytes", "gauge", "Shared memory that is free for keys.",
      JWTI_PROMETHEUS_ONE, JWTI_PROMETHEUS_ZONE_FREE, 0 },
    { "cached_tokens", "gauge", "Tokens that wait to be handed out again.",
      JWTI_PROMETHEUS_ONE, JWTI_PROMETHEUS_TOKENS, 0 },
    { "requests_unknown_service_total", "counter",
      "Requests for a service that is not configured.",
      JWTI_PROMETHEUS_ONE, JWTI_PROMETHEUS_UNKNOWN, 0 },

    { "key_usable", "gauge",
      "1: the service has a key that signs; 0: its requests fail.",
      JWTI_PROMETHEUS_SERVICES, JWTI_PROMETHEUS_USABLE, 0 },
    { "key_stale_in_seconds", "gauge",
      "How long the key may sign if its source stays away; below 0: not any"
      " more.",
      JWTI_PROMETHEUS_SERVICES, JWTI_PROMETHEUS_STALE, 1 },
    { "last_successful_fetch_timestamp_seconds", "gauge",
      "When the key's source answered last.",
      JWTI_PROMETHEUS_SERVICES, JWTI_PROMETHEUS_FETCHED, 1 },
    { "next_fetch_in_seconds", "gauge",
      "Until the key's source is asked again.",
      JWTI_PROMETHEUS_SERVICES, JWTI_PROMETHEUS_NEXT, 1 },
    { "fetch_consecutive_failures", "gauge",
      "Failures of the key's source since it answered last.",
      JWTI_PROMETHEUS_SERVICES, JWTI_PROMETHEUS_FAILS, 0 },

    { "key_info", "gauge",
      "A published key with its algorithm and state; always 1.",
      JWTI_PROMETHEUS_KEYS, JWTI_PROMETHEUS_INFO, 0 },
    { "key_age_seconds", "gauge", "Since the key was published here.",
      JWTI_PROMETHEUS_KEYS, JWTI_PROMETHEUS_AGE, 1 },
    { "key_signs_in_seconds", "gauge",
      "Until the next key begins to sign.",
      JWTI_PROMETHEUS_KEYS, JWTI_PROMETHEUS_SIGNS, 1 },
    { "key_retires_in_seconds", "gauge",
      "Until a key that was replaced leaves the key set.",
      JWTI_PROMETHEUS_KEYS, JWTI_PROMETHEUS_RETIRES, 1 }
};

#define JWTI_PROMETHEUS_FAMILIES                                              \
    (sizeof(jwti_prometheus_families) / sizeof(jwti_prometheus_families[0]))


/*
 * Families one after the other, in each the services: those of the table, the
 * counters, the histogram.
 */

int
jwti_status_unit_prometheus(jwti_status_out_t *out,
    const jwti_status_t *status, size_t unit)
{
    size_t  n, family;

    n = (status->nservices != 0) ? status->nservices : 1;

    family = unit / n;
    unit %= n;

    if (family < JWTI_PROMETHEUS_FAMILIES) {
        jwti_prometheus_family(out, &jwti_prometheus_families[family], status,
                               unit);
        return 1;
    }

    if (status->nservices == 0) {
        return 0;
    }

    family -= JWTI_PROMETHEUS_FAMILIES;

    if (family < JWTI_COUNTERS) {
        jwti_prometheus_counter(out, (unsigned) family, status, unit);
        return 1;
    }

    if (unit == 0) {
        jwti_prometheus_head(out, "sign_duration_seconds", "histogram",
                             "How long signatures took.");
    }

    jwti_prometheus_histogram(out, &status->services[unit]);

    return unit + 1 < n;
}


/* a family without samples has no head */

static void
jwti_prometheus_family(jwti_status_out_t *out,
    const jwti_prometheus_family_t *family, const jwti_status_t *status,
    size_t unit)
{
    unsigned                 k;
    jwti_prometheus_place_t  place;

    if (unit == 0) {
        out->begun = 0;
    }

    place.status = status;
    place.service = NULL;
    place.key = NULL;

    if (family->each == JWTI_PROMETHEUS_ONE) {

        if (unit == 0) {
            jwti_prometheus_sample(out, family, &place);
        }

        return;
    }

    if (status->nservices == 0) {
        return;
    }

    place.service = &status->services[unit];

    if (family->each == JWTI_PROMETHEUS_SERVICES) {
        jwti_prometheus_sample(out, family, &place);
        return;
    }

    for (k = 0; k < place.service->nkeys; k++) {
        place.key = &place.service->keys[k];
        jwti_prometheus_sample(out, family, &place);
    }
}


static void
jwti_prometheus_sample(jwti_status_out_t *out,
    const jwti_prometheus_family_t *family,
    const jwti_prometheus_place_t *place)
{
    int      info;
    int64_t  value;

    if (!jwti_prometheus_value(place, family->value, &value)) {
        return;
    }

    if (!out->begun) {
        out->begun = 1;
        jwti_prometheus_head(out, family->name, family->type, family->help);
    }

    info = (family->value == JWTI_PROMETHEUS_INFO);
    jwti_prometheus_name(out, family->name, "");

    if (place->service != NULL) {
        jwti_prometheus_service(out, place->service);

        if (place->key != NULL) {
            jwti_prometheus_key(out, place->key, info);
        }

        jwti_status_byte(out, '}');

    } else if (info) {
        jwti_prometheus_label_text(out, "version", place->status->version);
        jwti_prometheus_label_text(out, "server", place->status->server);
        jwti_status_byte(out, '}');
    }

    jwti_status_byte(out, ' ');
    jwti_status_decimal(out, value, family->milliseconds ? 3 : 0);
    jwti_status_byte(out, '\n');
}


/* rows of one family share its head */

static void
jwti_prometheus_counter(jwti_status_out_t *out, unsigned row,
    const jwti_status_t *status, size_t unit)
{
    const jwti_status_counter_t  *counter;
    const jwti_status_service_t  *service;

    counter = &jwti_status_counters[row];
    service = &status->services[unit];

    if (unit == 0
        && (row == 0 || strcmp(counter->family,
                               jwti_status_counters[row - 1].family) != 0))
    {
        jwti_prometheus_head(out, counter->family, "counter", counter->help);
    }

    jwti_prometheus_name(out, counter->family, "");
    jwti_prometheus_service(out, service);

    if (*counter->label != '\0') {
        jwti_status_byte(out, ',');
        jwti_status_text(out, counter->label);
    }

    jwti_status_text(out, "} ");
    jwti_status_count(out, service->counters[row]);
    jwti_status_byte(out, '\n');
}


static void
jwti_prometheus_histogram(jwti_status_out_t *out,
    const jwti_status_service_t *service)
{
    unsigned  i;
    uint64_t  count;

    count = 0;

    for (i = 0; i < JWTI_TIMES_BUCKETS; i++) {
        count += service->times.bucket[i];

        jwti_prometheus_name(out, "sign_duration_seconds", "_bucket");
        jwti_prometheus_service(out, service);
        jwti_status_text(out, ",le=\"");

        if (i < JWTI_TIMES_BUCKETS - 1) {
            jwti_status_decimal(out, jwti_times_bounds[i], 6);

        } else {
            jwti_status_text(out, "+Inf");
        }

        jwti_status_text(out, "\"} ");
        jwti_status_count(out, count);
        jwti_status_byte(out, '\n');
    }

    jwti_prometheus_name(out, "sign_duration_seconds", "_sum");
    jwti_prometheus_service(out, service);
    jwti_status_text(out, "} ");
    jwti_status_decimal(out, jwti_status_number(service->times.sum), 6);
    jwti_status_byte(out, '\n');

    jwti_prometheus_name(out, "sign_duration_seconds", "_count");
    jwti_prometheus_service(out, service);
    jwti_status_text(out, "} ");
    jwti_status_count(out, count);
    jwti_status_byte(out, '\n');
}


static void
jwti_prometheus_head(jwti_status_out_t *out, const char *name,
    const char *type, const char *help)
{
    jwti_status_text(out, "# HELP ");
    jwti_prometheus_name(out, name, " ");
    jwti_status_text(out, help);
    jwti_status_text(out, "\n# TYPE ");
    jwti_prometheus_name(out, name, " ");
    jwti_status_text(out, type);
    jwti_status_byte(out, '\n');
}


static void
jwti_prometheus_name(jwti_status_out_t *out, const char *name,
    const char *suffix)
{
    jwti_status_text(out, JWTI_PROMETHEUS_PREFIX);
    jwti_status_text(out, name);
    jwti_status_text(out, suffix);
}


/* the labels of every sample of a service, without the closing brace */

static void
jwti_prometheus_service(jwti_status_out_t *out,
    const jwti_status_service_t *service)
{
    jwti_prometheus_label(out, "service", service->name);
    jwti_prometheus_label(out, "environment", service->environment);
}


/* the kid alone would not do: one key for two algorithms is two keys here */

static void
jwti_prometheus_key(jwti_status_out_t *out, const jwti_status_key_t *key,
    int info)
{
    jwti_prometheus_label(out, "kid", jwti_status_kid(key));
    jwti_prometheus_label_text(out, "alg", key->alg);

    if (info) {
        jwti_prometheus_label_text(out, "state",
                                   jwti_status_key_states[key->state]);
    }
}


/* after the name of a sample or another label, whose last byte tells which */

static void
jwti_prometheus_label(jwti_status_out_t *out, const char *name,
    jwti_str_t value)
{
    jwti_status_byte(out, (out->last == '"') ? ',' : '{');
    jwti_status_text(out, name);
    jwti_status_text(out, "=\"");
    jwti_status_escaped(out, value, jwti_prometheus_escape);
    jwti_status_byte(out, '"');
}


static void
jwti_prometheus_label_text(jwti_status_out_t *out, const char *name,
    const char *value)
{
    jwti_prometheus_label(out, name, jwti_status_str(value));
}


static void
jwti_prometheus_escape(jwti_status_out_t *out, unsigned char ch)
{
    switch (ch) {

    case '\n':
        jwti_status_text(out, "\\n");
        return;

    case '\\':
    case '"':
        jwti_status_byte(out, '\\');
        break;

    default:
        if (ch < ' ' || ch == 0x7f) {
            jwti_status_bad(out);
            return;
        }

        break;
    }

    jwti_status_byte(out, ch);
}


/* 1 and the value, or 0: none here */

static int
jwti_prometheus_value(const jwti_prometheus_place_t *place,
    jwti_prometheus_value_e what, int64_t *value)
{
    if (what == JWTI_PROMETHEUS_INFO) {
        *value = 1;
        return 1;
    }

    if (place->key != NULL) {
        return jwti_prometheus_value_key(place->key, what, value);
    }

    if (place->service != NULL) {
        return jwti_prometheus_value_service(place, what, value);
    }

    return jwti_prometheus_value_one(place->status, what, value);
}


static int
jwti_prometheus_value_one(const jwti_status_t *status,
    jwti_prometheus_value_e what, int64_t *value)
{
    switch (what) {

    case JWTI_PROMETHEUS_CLOCK:
        *value = status->clock_skew;
        return status->clock_known;

    case JWTI_PROMETHEUS_ZONE_SIZE:
        *value = jwti_status_number(status->zone_size);
        return 1;

    case JWTI_PROMETHEUS_ZONE_FREE:
        *value = jwti_status_number(status->zone_free);
        return 1;

    case JWTI_PROMETHEUS_TOKENS:
        *value = jwti_status_number(status->tokens);
        return 1;

    default:                            /* JWTI_PROMETHEUS_UNKNOWN */
        *value = jwti_status_number(status->unknown);
        return 1;
    }
}


static int
jwti_prometheus_value_service(const jwti_prometheus_place_t *place,
    jwti_prometheus_value_e what, int64_t *value)
{
    const jwti_status_service_t  *service;

    service = place->service;

    switch (what) {

    case JWTI_PROMETHEUS_USABLE:
        *value = (jwti_status_state(service) != JWTI_STATE_NO_KEY);
        return 1;

    case JWTI_PROMETHEUS_STALE:
        *value = service->stale_in;
        return jwti_status_ends(service);

    case JWTI_PROMETHEUS_FETCHED:
        *value = place->status->now - service->fetched_ago;
        return service->fetched_ago >= 0;

    case JWTI_PROMETHEUS_NEXT:
        *value = service->refresh_in;
        return service->refresh_in >= 0;

    default:                            /* JWTI_PROMETHEUS_FAILS */
        *value = service->fails;
        return 1;
    }
}


static int
jwti_prometheus_value_key(const jwti_status_key_t *key,
    jwti_prometheus_value_e what, int64_t *value)
{
    switch (what) {

    case JWTI_PROMETHEUS_AGE:
        *value = key->published_ago;
        return 1;

    case JWTI_PROMETHEUS_SIGNS:
        *value = key->signs_in;
        return key->signs_in >= 0;

    default:                            /* JWTI_PROMETHEUS_RETIRES */
        *value = key->retires_in;
        return key->retires_in >= 0;
    }
}
