
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * status.h: a status with every state and every member of a service, and a
 * sink that keeps the document.
 */


#ifndef STATUS_H_INCLUDED
#define STATUS_H_INCLUDED


#include "tap.h"

#include "jwti_buf.h"
#include "jwti_status.h"


#define STATUS_SERVICES  6

/* a kid has 43 characters */
#define STATUS_KID_1  "MfCk_Rg0HLRszgPyEf3RyLAIZqulr8R1CQfptANbmIs"
#define STATUS_KID_2  "fpl40ifp5qZwQMNP5ZFbYN-hO7nGE7MXVsRlxm4l2Vc"
#define STATUS_KID_3  "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"

#define STATUS_SECOND  ((int64_t) 1000)
#define STATUS_MINUTE  (60 * STATUS_SECOND)
#define STATUS_HOUR    (60 * STATUS_MINUTE)
#define STATUS_DAY     (24 * STATUS_HOUR)


/* what the sink got */
typedef struct {
    unsigned char  *data;
    size_t          len;
    size_t          size;
    size_t          largest;        /* piece */
    size_t          calls;
    size_t          fail;           /* the call that fails, from 1; 0: none */
} status_document_t;


static jwti_rc_t
status_sink(void *data, const unsigned char *bytes, size_t len)
{
    status_document_t  *document = data;

    document->calls++;

    if (document->calls == document->fail) {
        return JWTI_NO_SPACE;
    }

    if (document->len + len > document->size) {
        document->size = 2 * (document->len + len);
        document->data = realloc(document->data, document->size);

        if (document->data == NULL) {
            abort();
        }
    }

    memcpy(document->data + document->len, bytes, len);
    document->len += len;

    if (document->largest < len) {
        document->largest = len;
    }

    return JWTI_OK;
}


/* the caller frees data */

TAP_UNUSED static status_document_t
status_write(jwti_status_format_e format, const jwti_status_t *status)
{
    status_document_t  document;

    memset(&document, 0, sizeof(document));

    if (jwti_status_write(format, status, status_sink, &document) != JWTI_OK) {
        abort();
    }

    /* a terminated text is easier to search */

    if (status_sink(&document, (const unsigned char *) "", 1) != JWTI_OK) {
        abort();
    }

    document.len--;

    return document;
}


static void
status_key(jwti_status_service_t *service, const char *kid, const char *alg,
    jwti_key_state_e state, int64_t age, int64_t signs_in, int64_t retires_in)
{
    jwti_status_key_t  *key;

    key = &service->keys[service->nkeys++];
    memcpy(key->kid, kid, JWTI_KID_LEN);
    key->alg = alg;
    key->state = state;
    key->published_ago = age;
    key->signs_in = signs_in;
    key->retires_in = retires_in;
}


/* a service whose source answered a minute ago and whose key signs */

static void
status_service(jwti_status_service_t *service, const char *name,
    const char *environment, const char *source)
{
    memset(service, 0, sizeof(jwti_status_service_t));
    service->name = tap_str(name);
    service->environment = tap_str(environment);
    service->source = tap_str(source);
    service->fetched_ago = 48 * STATUS_SECOND;
    service->refresh_in = 4 * STATUS_MINUTE + 12 * STATUS_SECOND;
    service->stale_in = STATUS_DAY - 48 * STATUS_SECOND;
    service->error = jwti_str("");
}


static void
status_counters(jwti_status_service_t *service, const uint64_t *counters,
    const uint64_t *times)
{
    unsigned  i;

    memcpy(service->counters, counters, JWTI_COUNTERS * sizeof(uint64_t));
    memcpy(service->times.bucket, times, JWTI_TIMES_BUCKETS * sizeof(uint64_t));

    for (i = 0; i < JWTI_TIMES_BUCKETS; i++) {
        service->times.sum += times[i] * jwti_times_bounds[i < 8 ? i : 8];
    }
}


/* ok, rotating, failing, stale, without any key, never asked again */

TAP_UNUSED static void
status_example(jwti_status_t *status,
    jwti_status_service_t services[STATUS_SERVICES])
{
    static const uint64_t  none[JWTI_COUNTERS] = { 0 };
    static const uint64_t  few[JWTI_COUNTERS] =
        { 311, 20417, 20728, 0, 0, 2, 0, 0, 402, 1 };
    static const uint64_t  some[JWTI_COUNTERS] =
        { 8214, 1204377, 1190042, 3, 0, 12, 41, 1, 2877, 14 };
    static const uint64_t  stale[JWTI_COUNTERS] =
        { 96, 4011, 0, 18, 622, 0, 0, 0, 190, 97 };
    static const uint64_t  refused[JWTI_COUNTERS] =
        { 0, 0, 0, 0, 57, 0, 0, 0, 0, 0 };
    static const uint64_t  slow[JWTI_TIMES_BUCKETS] =
        { 0, 0, 12, 6040, 2051, 96, 12, 2, 0, 1 };
    static const uint64_t  fast[JWTI_TIMES_BUCKETS] =
        { 240, 66, 3, 1, 1, 0, 0, 0, 0, 0 };

    memset(status, 0, sizeof(jwti_status_t));
    status->version = "0.1.0";
    status->server = "server/1.22.1";
    status->now = 1795882744123;
    status->clock_skew = 1;
    status->clock_known = 1;
    status->zone_size = 4 * 1024 * 1024;
    status->zone_free = 2936012;
    status->tokens = 1204;
    status->unknown = 17;
    status->services = services;
    status->nservices = STATUS_SERVICES;

    status_service(&services[0], "core", "dev", "secretsmanager core/dev");
    status_counters(&services[0], some, slow);
    status_key(&services[0], STATUS_KID_1, "RS512", JWTI_KEY_SIGNING,
               3 * STATUS_DAY + 4 * STATUS_HOUR, -1, -1);

    status_service(&services[1], "ledger", "dev",
                   "ecs dev-ledger/dev-ledger, PRIVATE_KEY");
    status_counters(&services[1], few, fast);
    status_key(&services[1], STATUS_KID_1, "ES256", JWTI_KEY_SIGNING,
               40 * STATUS_DAY, -1, -1);
    status_key(&services[1], STATUS_KID_2, "ES256", JWTI_KEY_NEXT,
               70 * STATUS_SECOND, 9 * STATUS_MINUTE + 20 * STATUS_SECOND, -1);
    status_key(&services[1], STATUS_KID_3, "ES256", JWTI_KEY_PREVIOUS,
               90 * STATUS_DAY, -1, 12 * STATUS_MINUTE);

    status_service(&services[2], "mail", "dev", "secretsmanager mail/dev");
    status_counters(&services[2], few, fast);
    services[2].fetched_ago = 26 * STATUS_MINUTE;
    services[2].stale_in = 23 * STATUS_HOUR + 34 * STATUS_MINUTE;
    services[2].refresh_in = 41 * STATUS_SECOND;
    services[2].fails = 9;
    services[2].error = jwti_str("GetSecretValue: AccessDeniedException: User:"
        " arn:aws:sts::123456789012:assumed-role/edge/i-0abc is not authorized"
        " to perform: secretsmanager:GetSecretValue on resource: mail/dev");
    services[2].error_ago = 19 * STATUS_SECOND;
    status_key(&services[2], STATUS_KID_2, "EdDSA", JWTI_KEY_SIGNING,
               STATUS_DAY, -1, -1);

    status_service(&services[3], "reports", "prod", "file keys/reports.key");
    status_counters(&services[3], stale, slow);
    services[3].fetched_ago = 26 * STATUS_HOUR;
    services[3].stale_in = -2 * STATUS_HOUR;
    services[3].refresh_in = 0;
    services[3].fails = 1;
    services[3].error = jwti_str("no such file");
    services[3].error_ago = 3 * STATUS_SECOND;
    status_key(&services[3], STATUS_KID_3, "RS512", JWTI_KEY_SIGNING,
               100 * STATUS_DAY, -1, -1);

    status_service(&services[4], "search", "dev", "ecs dev-search/dev-search");
    status_counters(&services[4], refused, none);
    services[4].fetched_ago = -1;
    services[4].refresh_in = 0;
    services[4].stale_in = INT64_MAX;

    status_service(&services[5], "vault", "", "env VAULT_KEY");
    status_counters(&services[5], few, fast);
    services[5].fetched_ago = 40 * STATUS_DAY;
    services[5].refresh_in = -1;
    services[5].stale_in = INT64_MAX;
    status_key(&services[5], STATUS_KID_2, "ES384", JWTI_KEY_SIGNING,
               40 * STATUS_DAY, -1, -1);
    status_key(&services[5], STATUS_KID_3, "ES384", JWTI_KEY_PUBLISHED,
               2 * STATUS_DAY, -1, -1);
}


/* texts that every format must keep inside of their quotes */

TAP_UNUSED static void
status_hostile(jwti_status_t *status,
    jwti_status_service_t services[STATUS_SERVICES])
{
    unsigned                i;
    static const char       kid[JWTI_KID_LEN + 1] =
        "\"'><script>alert(1)</script>\\\n\x01\xff&amp;&#0;{}";
    static const char       text[] =
        "</bdi></td></table><script>alert(1)</script>\n\" } 1\n# TYPE \\n"
        "\0 \x01\x1b[31m \x7f \xc2\x9b \xff \xc3 \xed\xa0\x80 "
        "\xf4\x90\x80\x80 \xe2\x80\xae gr\xc3\xbc\xc3\x9f "
        "\xf0\x9f\x94\x91 --> ]]> &lt; ' \xe2\x82";
    jwti_str_t              str;

    str.data = (const unsigned char *) text;
    str.len = sizeof(text) - 1;

    status->version = "<\xff>";
    status->server = "a\"b\\c\nd<e>";

    for (i = 0; i < STATUS_SERVICES; i++) {
        /* not two of one name: newer promtools look */
        services[i].name.data = str.data + i;
        services[i].name.len = str.len - i;
        services[i].environment = str;
        services[i].source = str;
        services[i].error = str;

        if (services[i].nkeys != 0) {
            memcpy(services[i].keys[0].kid, kid, JWTI_KID_LEN);
            services[i].keys[0].alg = "<b>\"\\";
        }
    }
}


#endif /* STATUS_H_INCLUDED */
