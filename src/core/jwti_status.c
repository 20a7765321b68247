
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status.c: the start of every document, and what all formats say of a
 * service.  Called for requests of the status page, in any thread.
 */


#include "jwti_status_internal.h"


typedef int (*jwti_status_unit_pt)(jwti_status_out_t *out,
    const jwti_status_t *status, size_t unit);


static const jwti_status_unit_pt  jwti_status_formats[] = {
    jwti_status_unit_json,              /* JWTI_STATUS_JSON */
    jwti_status_unit_prometheus,        /* JWTI_STATUS_PROMETHEUS */
    jwti_status_unit_html               /* JWTI_STATUS_HTML */
};


/*
 * From what P-256 takes to RSA of 8192 bits on a slow machine: dense where
 * signatures are, so that a percentile between two bounds means something.
 */

const uint32_t  jwti_times_bounds[JWTI_TIMES_BUCKETS - 1] = {
    50, 100, 250, 500, 1000, 2500, 5000, 25000, 100000
};


#define JWTI_STATUS_FAILED   "requests_failed_total",                         \
                             "Requests without a token, by cause."
#define JWTI_STATUS_FETCHES  "fetches_total",                                 \
                             "Times that the key's source was asked, by result."

const jwti_status_counter_t  jwti_status_counters[JWTI_COUNTERS] = {
    { "minted", "tokens_minted_total", "Tokens signed.", "", "Minted" },
    { "reused", "tokens_reused_total",
      "Requests that got a token made for an earlier one.", "", "Reused" },
    { "injected", "requests_injected_total",
      "Requests that went upstream with a token.", "", "Injected" },
    { "denied", "requests_denied_total",
      "Requests refused by jwt_issuer_require.", "", "Denied" },
    { "no_key", JWTI_STATUS_FAILED, "cause=\"no_key\"", "no key" },
    { "bad_value", JWTI_STATUS_FAILED, "cause=\"bad_value\"", "bad value" },
    { "busy", JWTI_STATUS_FAILED, "cause=\"busy\"", "busy" },
    { "not_signed", JWTI_STATUS_FAILED, "cause=\"not_signed\"", "not signed" },
    { "fetched", JWTI_STATUS_FETCHES, "result=\"success\"", "" },
    { "not_fetched", JWTI_STATUS_FETCHES, "result=\"failure\"", "" }
};

const char *const  jwti_status_states[JWTI_STATES] = {
    "no_key", "failing", "rotating", "ok"
};

const char *const  jwti_status_key_states[] = {
    "next", "signing", "previous", "published"
};


unsigned
jwti_times_bucket(uint64_t microseconds)
{
    unsigned  i;

    for (i = 0; i < JWTI_TIMES_BUCKETS - 1; i++) {
        if (microseconds <= jwti_times_bounds[i]) {
            break;
        }
    }

    return i;
}


jwti_rc_t
jwti_status_write(jwti_status_format_e format, const jwti_status_t *status,
    jwti_status_sink_pt sink, void *data)
{
    int                   more;
    jwti_status_cursor_t  cursor;

    cursor.unit = 0;
    cursor.begun = 0;
    cursor.last = '\0';

    return jwti_status_write_some(format, status, &cursor, SIZE_MAX, sink,
                                  data, &more);
}


jwti_rc_t
jwti_status_write_some(jwti_status_format_e format,
    const jwti_status_t *status, jwti_status_cursor_t *cursor, size_t enough,
    jwti_status_sink_pt sink, void *data, int *more)
{
    jwti_status_out_t  out;

    jwti_status_out_init(&out, sink, data);

    out.begun = cursor->begun;
    out.last = cursor->last;

    do {
        *more = jwti_status_formats[format](&out, status, cursor->unit);
        cursor->unit += (size_t) *more;

    } while (*more && out.total < enough && out.rc == JWTI_OK);

    cursor->begun = out.begun;
    cursor->last = out.last;

    return jwti_status_out_end(&out);
}


jwti_status_state_e
jwti_status_state(const jwti_status_service_t *service)
{
    unsigned                  i;
    const jwti_status_key_t  *key;

    if (service->stale_in < 0 || jwti_status_signing(service) == NULL) {
        return JWTI_STATE_NO_KEY;
    }

    if (service->fails != 0) {
        return JWTI_STATE_FAILING;
    }

    for (i = 0; i < service->nkeys; i++) {
        key = &service->keys[i];

        if (key->state == JWTI_KEY_NEXT && key->signs_in >= 0) {
            return JWTI_STATE_ROTATING;
        }
    }

    return JWTI_STATE_OK;
}


const jwti_status_key_t *
jwti_status_signing(const jwti_status_service_t *service)
{
    unsigned  i;

    for (i = 0; i < service->nkeys; i++) {
        if (service->keys[i].state == JWTI_KEY_SIGNING) {
            return &service->keys[i];
        }
    }

    return NULL;
}


int
jwti_status_ends(const jwti_status_service_t *service)
{
    return service->stale_in != INT64_MAX
           && jwti_status_signing(service) != NULL;
}


jwti_str_t
jwti_status_kid(const jwti_status_key_t *key)
{
    jwti_str_t  kid;

    kid.data = key->kid;
    kid.len = JWTI_KID_LEN;

    return kid;
}


void
jwti_status_summary(const jwti_status_t *status, size_t states[JWTI_STATES])
{
    size_t  i;

    for (i = 0; i < JWTI_STATES; i++) {
        states[i] = 0;
    }

    for (i = 0; i < status->nservices; i++) {
        states[jwti_status_state(&status->services[i])]++;
    }
}


uint64_t
jwti_status_times(const jwti_times_t *times)
{
    unsigned  i;
    uint64_t  count;

    count = 0;

    for (i = 0; i < JWTI_TIMES_BUCKETS; i++) {
        count += times->bucket[i];
    }

    return count;
}
