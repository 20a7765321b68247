
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_status_json.c: the status as JSON, byte for byte and as jansson reads
 * it.
 */


#include <jansson.h>

#include "status.h"


static const char  golden[] =
    "{\"version\":\"0.1.0\",\"server\":\"server/1.22.1\","
    "\"now\":\"2026-11-28T16:19:04Z\",\"now_epoch\":1795882744.123,"
    "\"clock\":{\"behind\":1,\"wrong\":false},"
    "\"zone\":{\"size\":4194304,\"free\":2936012},"
    "\"cached_tokens\":1204,\"unknown_service\":17,"
    "\"summary\":{\"services\":1,\"no_key\":0,\"failing\":0,\"rotating\":1,"
    "\"ok\":0},\"services\":["
    "{\"name\":\"ledger\",\"environment\":\"dev\","
    "\"source\":\"ecs dev-ledger/dev-ledger, PRIVATE_KEY\","
    "\"state\":\"rotating\",\"keys\":["
    "{\"kid\":\"" STATUS_KID_1 "\",\"alg\":\"ES256\",\"state\":\"signing\","
    "\"published_ago\":3456000,\"signs_in\":null,\"retires_in\":null},"
    "{\"kid\":\"" STATUS_KID_2 "\",\"alg\":\"ES256\",\"state\":\"next\","
    "\"published_ago\":70,\"signs_in\":560,\"retires_in\":null},"
    "{\"kid\":\"" STATUS_KID_3 "\",\"alg\":\"ES256\",\"state\":\"previous\","
    "\"published_ago\":7776000,\"signs_in\":null,\"retires_in\":720}],"
    "\"stale_in\":86352,"
    "\"fetch\":{\"success_ago\":48,\"next_in\":252,\"failures\":0,"
    "\"error\":null,\"error_ago\":null},"
    "\"counters\":{\"minted\":311,\"reused\":20417,\"injected\":20728,"
    "\"denied\":0,\"no_key\":0,\"bad_value\":2,\"busy\":0,\"not_signed\":0,"
    "\"fetched\":402,\"not_fetched\":1},"
    "\"sign_duration\":{\"count\":311,\"sum\":0.02085,\"buckets\":["
    "{\"le\":0.00005,\"count\":240},{\"le\":0.0001,\"count\":306},"
    "{\"le\":0.00025,\"count\":309},{\"le\":0.0005,\"count\":310},"
    "{\"le\":0.001,\"count\":311},{\"le\":0.0025,\"count\":311},"
    "{\"le\":0.005,\"count\":311},{\"le\":0.025,\"count\":311},"
    "{\"le\":0.1,\"count\":311},{\"le\":null,\"count\":311}]}}"
    "]}\n";


static json_t *
load(const jwti_status_t *status)
{
    json_t             *root;
    status_document_t   document;

    document = status_write(JWTI_STATUS_JSON, status);
    root = json_loadb((const char *) document.data, document.len,
                      JSON_REJECT_DUPLICATES, NULL);
    free(document.data);

    return root;
}


/* a value by a path of names and numbers, "services.0.name" */

static json_t *
at(json_t *node, const char *path)
{
    char         name[32];
    size_t       len;

    for ( ;; ) {
        len = strcspn(path, ".");
        memcpy(name, path, len);
        name[len] = '\0';

        if (json_is_array(node)) {
            node = json_array_get(node, (size_t) atoi(name));

        } else {
            node = json_object_get(node, name);
        }

        if (path[len] == '\0') {
            return node;
        }

        path += len + 1;
    }
}


static void
is_text(json_t *root, const char *path, const char *want)
{
    jwti_str_t  got;

    got.data = (const unsigned char *) json_string_value(at(root, path));
    got.len = json_string_length(at(root, path));
    is_str(got, want, path);
}


static void
test_golden(void)
{
    jwti_str_t             got;
    jwti_status_t          status;
    status_document_t      document;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status.services = &services[1];
    status.nservices = 1;

    document = status_write(JWTI_STATUS_JSON, &status);
    got.data = document.data;
    got.len = document.len;
    is_str(got, golden, "golden: one service in all its detail");
    free(document.data);
}


static void
test_values(void)
{
    json_t                *root;
    jwti_status_t          status;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    services[0].keys[0].published_ago = -1;
    root = load(&status);

    is_int(json_integer_value(at(root, "summary.services")), STATUS_SERVICES,
           "values: services");
    is_int((long long) json_array_size(at(root, "services")), STATUS_SERVICES,
           "values: an object for each");
    is_int(json_integer_value(at(root, "summary.no_key")), 2,
           "values: without a key");
    is_int(json_integer_value(at(root, "services.3.stale_in")), -7200,
           "values: stale for two hours");
    ok(json_is_null(at(root, "services.4.stale_in")),
       "values: no key, no end of it");
    ok(json_is_null(at(root, "services.5.stale_in")), "values: no end");
    ok(json_is_null(at(root, "services.4.fetch.success_ago")),
       "values: never fetched");
    ok(json_is_null(at(root, "services.5.fetch.next_in")),
       "values: not fetched again");
    is_int(json_integer_value(at(root, "services.2.fetch.failures")), 9,
           "values: failures");
    is_int(json_integer_value(at(root, "services.2.fetch.error_ago")), 19,
           "values: when the error was");
    ok(json_real_value(at(root, "services.0.keys.0.published_ago")) == -0.001,
       "values: a fraction below 0");
    is_text(root, "services.0.state", "ok");
    is_text(root, "services.1.state", "rotating");
    is_text(root, "services.2.state", "failing");
    is_text(root, "services.3.state", "no_key");
    is_text(root, "services.5.state", "ok");
    is_text(root, "services.5.keys.1.state", "published");

    json_decref(root);
}


/* no service, no clock, no date; numbers that nobody could read */

static void
test_limits(void)
{
    json_t                *root;
    jwti_status_t          status;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status.nservices = 0;
    status.services = NULL;
    status.clock_known = 0;
    status.now = -1;
    status.unknown = UINT64_MAX;
    root = load(&status);

    is_int((long long) json_array_size(at(root, "services")), 0,
           "limits: no service");
    ok(json_is_null(at(root, "clock.behind")), "limits: no clock of AWS");
    ok(json_is_null(at(root, "now")), "limits: no date before 1970");
    is_int(json_integer_value(at(root, "unknown_service")), INT64_MAX,
           "limits: a counter ends at the largest integer");
    json_decref(root);

    status_example(&status, services);
    services[0].times.sum = UINT64_MAX;
    services[0].fetched_ago = INT64_MAX;
    services[0].stale_in = INT64_MIN;
    status.now = INT64_MAX;
    root = load(&status);
    ok(json_is_null(at(root, "now")), "limits: no date after 9999");
    ok(json_real_value(at(root, "services.0.stale_in")) < -9e15,
       "limits: the least time");
    ok(json_real_value(at(root, "services.0.sign_duration.sum")) > 9e12,
       "limits: the largest sum");
    json_decref(root);
}


static void
test_hostile(void)
{
    json_t                *root;
    jwti_status_t          status;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status_hostile(&status, services);
    root = load(&status);

#define BAD  "\xef\xbf\xbd"

    is_text(root, "services.0.name",
            "</bdi></td></table><script>alert(1)</script>\n\" } 1\n# TYPE \\n"
            BAD " \x01\x1b[31m \x7f " BAD " " BAD " " BAD " " BAD BAD BAD " "
            BAD BAD BAD BAD " \xe2\x80\xae gr\xc3\xbc\xc3\x9f "
            "\xf0\x9f\x94\x91 --> ]]> &lt; ' " BAD BAD);
    is_text(root, "services.0.keys.0.alg", "<b>\"\\");
    is_text(root, "version", "<" BAD ">");

    json_decref(root);
}


int
main(void)
{
    test_golden();
    test_values();
    test_limits();
    test_hostile();

    return done();
}
