
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_status.c: what all formats of the status have in common: pieces, sinks
 * that fail, hostile texts, sizes.
 *
 * With arguments it prints a document: FORMAT [EXAMPLE…], for promtool, a
 * browser and whoever wants to look.
 */


#include "jwti_status_internal.h"
#include "status.h"
#include "status_check.h"


typedef struct {
    const char            *name;
    jwti_status_format_e   format;
} test_format_t;


static const test_format_t  formats[] = {
    { "json", JWTI_STATUS_JSON },
    { "prometheus", JWTI_STATUS_PROMETHEUS },
    { "html", JWTI_STATUS_HTML },
    { NULL, JWTI_STATUS_JSON }
};


/* examples: what is different from the usual one */

static void
example(jwti_status_t *status, jwti_status_service_t *services,
    const char *what)
{
    if (strcmp(what, "none") == 0) {
        status->nservices = 0;

    } else if (strcmp(what, "good") == 0) {
        status->nservices = 2;

    } else if (strcmp(what, "clock") == 0) {
        status->clock_skew = 3700;
        status->clock_wrong = 1;

    } else if (strcmp(what, "operable") == 0) {
        status->operable = 1;

    } else if (strcmp(what, "hostile") == 0) {
        status_hostile(status, services);

    } else {
        fprintf(stderr, "no such example: %s\n", what);
        exit(2);
    }
}


static int
print(char **argv)
{
    jwti_status_t          status;
    status_document_t      document;
    const test_format_t   *format;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);

    for (format = formats; format->name != NULL; format++) {
        if (strcmp(format->name, argv[0]) == 0) {
            break;
        }
    }

    if (format->name == NULL) {
        fprintf(stderr, "json, prometheus or html?\n");
        return 2;
    }

    for (argv++; *argv != NULL; argv++) {
        example(&status, services, *argv);
    }

    document = status_write(format->format, &status);
    fwrite(document.data, 1, document.len, stdout);
    free(document.data);

    return 0;
}


static void
test_buckets(void)
{
    unsigned  i, good;

    good = 0;

    for (i = 0; i < JWTI_TIMES_BUCKETS - 1; i++) {
        good += (jwti_times_bucket(jwti_times_bounds[i]) == i
                 && jwti_times_bucket((uint64_t) jwti_times_bounds[i] + 1)
                    == i + 1);
    }

    is_int(good, JWTI_TIMES_BUCKETS - 1, "buckets: a bound is inside");
    is_int(jwti_times_bucket(0), 0, "buckets: nothing");
    is_int(jwti_times_bucket(UINT64_MAX), JWTI_TIMES_BUCKETS - 1,
           "buckets: the last one has no bound");
}


static void
test_states(void)
{
    jwti_status_t          status;
    jwti_status_service_t  services[STATUS_SERVICES], *service;

    status_example(&status, services);

    is_int(jwti_status_state(&services[0]), JWTI_STATE_OK, "state: signs");
    is_int(jwti_status_state(&services[1]), JWTI_STATE_ROTATING,
           "state: another key is to sign");
    is_int(jwti_status_state(&services[2]), JWTI_STATE_FAILING,
           "state: the source fails");
    is_int(jwti_status_state(&services[3]), JWTI_STATE_NO_KEY,
           "state: stale, though the source fails as well");
    is_int(jwti_status_state(&services[4]), JWTI_STATE_NO_KEY,
           "state: no key at all");

    service = &services[1];
    service->fails = 1;
    is_int(jwti_status_state(service), JWTI_STATE_FAILING,
           "state: a failing source comes before a rotation");

    service->fails = 0;
    service->keys[1].signs_in = -1;
    is_int(jwti_status_state(service), JWTI_STATE_OK,
           "state: a key that is only published is no rotation");

    service->stale_in = 0;
    is_int(jwti_status_state(service), JWTI_STATE_OK,
           "state: at the last moment");

    service->stale_in = -1;
    is_int(jwti_status_state(service), JWTI_STATE_NO_KEY,
           "state: a moment too late");

    service->stale_in = INT64_MAX;
    service->keys[0].state = JWTI_KEY_PREVIOUS;
    is_int(jwti_status_state(service), JWTI_STATE_NO_KEY,
           "state: keys, but none that signs");
}


static jwti_status_service_t *
many(jwti_status_t *status, size_t n)
{
    size_t                 i;
    jwti_status_service_t  few[STATUS_SERVICES], *services;

    status_example(status, few);

    services = calloc(n, sizeof(jwti_status_service_t));

    if (services == NULL) {
        abort();
    }

    for (i = 0; i < n; i++) {
        services[i] = few[i % STATUS_SERVICES];
    }

    status->services = services;
    status->nservices = n;
    status->operable = 1;

    return services;
}


/* 10,000 services take ten times what 1,000 take, in small pieces */

static void
test_many(void)
{
    size_t                  len;
    jwti_status_t           status;
    status_document_t       document;
    const test_format_t    *format;
    jwti_status_service_t  *services;

    for (format = formats; format->name != NULL; format++) {
        services = many(&status, 10000);
        document = status_write(format->format, &status);
        len = document.len;
        ok(document.largest <= JWTI_STATUS_PIECE, "many: small pieces");
        free(document.data);
        free(services);

        services = many(&status, 1000);
        document = status_write(format->format, &status);
        ok(len > 9 * document.len && len < 11 * document.len,
           "many: the size grows with the services");
        free(document.data);
        free(services);
    }
}


/* written a unit, or a few, at a time: the same bytes */

static void
test_some(void)
{
    int                     more;
    size_t                  i, k, n, steps;
    jwti_status_t           status;
    status_document_t       whole, parts;
    const test_format_t    *format;
    jwti_status_cursor_t    cursor;
    jwti_status_service_t   services[STATUS_SERVICES];

    static const size_t  enough[] = { 1, 700, 100000 };
    static const size_t  counts[] = { 0, 1, STATUS_SERVICES };

    for (format = formats; format->name != NULL; format++) {

        for (i = 0; i < 9; i++) {
            k = enough[i % 3];
            n = counts[i / 3];

            status_example(&status, services);
            status.nservices = n;
            whole = status_write(format->format, &status);

            memset(&parts, 0, sizeof(parts));
            memset(&cursor, 0, sizeof(cursor));
            steps = 0;

            do {
                if (jwti_status_write_some(format->format, &status, &cursor, k,
                                           status_sink, &parts, &more)
                    != JWTI_OK)
                {
                    abort();
                }

                steps++;
            } while (more && steps < 100000);

            ok(parts.len == whole.len
               && memcmp(parts.data, whole.data, whole.len) == 0,
               "some: the same document in parts");
            ok((k == 1) ? steps > n : (k == 700 || steps == 1),
               "some: in as many as are asked");

            free(parts.data);
            free(whole.data);
        }
    }
}


/* whichever call fails: it is the last one, and its result is ours */

static void
test_sink(void)
{
    size_t                  fail, calls, good, total;
    jwti_rc_t               rc;
    jwti_status_t           status;
    status_document_t       document;
    const test_format_t    *format;
    jwti_status_service_t  *services;

    services = many(&status, 60);

    for (format = formats; format->name != NULL; format++) {
        good = 0;
        total = 0;

        for (fail = 1; /* void */ ; fail++) {
            memset(&document, 0, sizeof(document));
            document.fail = fail;

            rc = jwti_status_write(format->format, &status, status_sink,
                                   &document);
            calls = document.calls;
            free(document.data);

            if (rc == JWTI_OK) {
                break;
            }

            total++;
            good += (rc == JWTI_NO_SPACE && calls == fail);
        }

        ok(total > 5 && good == total, "sink: its failure ends the document");
    }

    free(services);
}


static void
test_hostile(void)
{
    uint64_t               one, two;
    jwti_status_t          status;
    status_document_t      document, other;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status.operable = 1;
    services[5].environment = jwti_str("dev");
    services[0].error = services[2].error;
    services[1].error = services[2].error;
    services[4].error = services[2].error;
    services[5].error = services[2].error;

    document = status_write(JWTI_STATUS_HTML, &status);
    other = status_write(JWTI_STATUS_PROMETHEUS, &status);
    one = check_html(document.data, document.len);
    two = check_metrics(other.data, other.len);
    ok(one != 0, "hostile: the page is well-formed");
    ok(two != 0, "hostile: the metrics are well-formed");
    free(document.data);
    free(other.data);

    status_hostile(&status, services);

    document = status_write(JWTI_STATUS_HTML, &status);
    other = status_write(JWTI_STATUS_PROMETHEUS, &status);
    ok(check_html(document.data, document.len) == one,
       "hostile: no text changes the page");
    ok(check_metrics(other.data, other.len) == two,
       "hostile: no text changes the metrics");
    free(document.data);
    free(other.data);
}


int
main(int argc, char **argv)
{
    if (argc > 1) {
        return print(argv + 1);
    }

    test_buckets();
    test_states();
    test_many();
    test_some();
    test_sink();
    test_hostile();

    return done();
}
