
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_status_prometheus.c: the status as Prometheus text.  What promtool says
 * of it is tools/status.sh's part.
 */


#include "status.h"
#include "status_check.h"


#define HELP(name, type, help)                                                \
    "# HELP jwt_issuer_" name " " help "\n# TYPE jwt_issuer_" name " " type   \
    "\n"


/* of a proxy without services: its own families only */
static const char  empty[] =
    HELP("build_info", "gauge",
         "Versions of the module and of its server; always 1.")
    "jwt_issuer_build_info{version=\"0.1.0\",server=\"server/1.22.1\"} 1\n"
    HELP("zone_size_bytes", "gauge", "Shared memory of the zone.")
    "jwt_issuer_zone_size_bytes 4194304\n"
    HELP("zone_free_bytes", "gauge", "Shared memory that is free for keys.")
    "jwt_issuer_zone_free_bytes 2936012\n"
    HELP("cached_tokens", "gauge", "Tokens that wait to be handed out again.")
    "jwt_issuer_cached_tokens 1204\n"
    HELP("requests_unknown_service_total", "counter",
         "Requests for a service that is not configured.")
    "jwt_issuer_requests_unknown_service_total 17\n";


#define CORE  "{service=\"core\",environment=\"dev\"} "
#define LE    "jwt_issuer_sign_duration_seconds_bucket{service=\"core\","     \
              "environment=\"dev\",le="

static const char  histogram[] =
    HELP("sign_duration_seconds", "histogram", "How long signatures took.")
    LE "\"0.00005\"} 0\n"
    LE "\"0.0001\"} 0\n"
    LE "\"0.00025\"} 12\n"
    LE "\"0.0005\"} 6052\n"
    LE "\"0.001\"} 8103\n"
    LE "\"0.0025\"} 8199\n"
    LE "\"0.005\"} 8211\n"
    LE "\"0.025\"} 8213\n"
    LE "\"0.1\"} 8213\n"
    LE "\"+Inf\"} 8214\n"
    "jwt_issuer_sign_duration_seconds_sum" CORE "5.524\n"
    "jwt_issuer_sign_duration_seconds_count" CORE "8214\n";

static const char  failed[] =
    HELP("requests_failed_total", "counter",
         "Requests without a token, by cause.")
    "jwt_issuer_requests_failed_total"
    "{service=\"core\",environment=\"dev\",cause=\"no_key\"} 0\n"
    "jwt_issuer_requests_failed_total"
    "{service=\"core\",environment=\"dev\",cause=\"bad_value\"} 12\n"
    "jwt_issuer_requests_failed_total"
    "{service=\"core\",environment=\"dev\",cause=\"busy\"} 41\n"
    "jwt_issuer_requests_failed_total"
    "{service=\"core\",environment=\"dev\",cause=\"not_signed\"} 1\n"
    HELP("fetches_total", "counter",
         "Times that the key's source was asked, by result.")
    "jwt_issuer_fetches_total"
    "{service=\"core\",environment=\"dev\",result=\"success\"} 2877\n"
    "jwt_issuer_fetches_total"
    "{service=\"core\",environment=\"dev\",result=\"failure\"} 14\n";


static int
has(const status_document_t *document, const char *text)
{
    return strstr((const char *) document->data, text) != NULL;
}


static void
test_empty(void)
{
    jwti_str_t             got;
    jwti_status_t          status;
    status_document_t      document;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status.nservices = 0;
    status.services = NULL;
    status.clock_known = 0;

    document = status_write(JWTI_STATUS_PROMETHEUS, &status);
    got.data = document.data;
    got.len = document.len;
    is_str(got, empty, "empty: no family without samples");
    free(document.data);
}


static void
test_golden(void)
{
    jwti_status_t          status;
    status_document_t      document;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status.nservices = 1;
    document = status_write(JWTI_STATUS_PROMETHEUS, &status);

    ok(has(&document, histogram), "golden: the histogram is cumulative");
    ok(has(&document, failed), "golden: rows of a family share its head");
    ok(has(&document, "\njwt_issuer_clock_skew_seconds 1\n"),
       "golden: the clock");
    ok(has(&document, "\njwt_issuer_last_successful_fetch_timestamp_seconds"
                      CORE "1795882696.123\n"), "golden: a time is UTC");
    ok(has(&document, "\njwt_issuer_key_stale_in_seconds" CORE "86352\n"),
       "golden: stale");
    ok(has(&document, "\njwt_issuer_key_info{service=\"core\","
                      "environment=\"dev\",kid=\"" STATUS_KID_1 "\","
                      "alg=\"RS512\",state=\"signing\"} 1\n"), "golden: a key");
    ok(has(&document, "\njwt_issuer_key_age_seconds{service=\"core\","
                      "environment=\"dev\",kid=\"" STATUS_KID_1 "\","
                      "alg=\"RS512\"} 273600\n"),
       "golden: its age, a series for all its life");
    ok(!has(&document, "key_signs_in") && !has(&document, "key_retires_in"),
       "golden: nothing of a rotation that is not");

    free(document.data);
}


static void
test_states(void)
{
    jwti_status_t          status;
    status_document_t      document;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    status.clock_skew = -90;
    document = status_write(JWTI_STATUS_PROMETHEUS, &status);

    ok(has(&document, "usable{service=\"core\",environment=\"dev\"} 1\n"),
       "states: usable");
    ok(has(&document, "usable{service=\"mail\",environment=\"dev\"} 1\n"),
       "states: usable while the source fails");
    ok(has(&document, "usable{service=\"reports\",environment=\"prod\"} 0\n"),
       "states: stale is not usable");
    ok(has(&document, "usable{service=\"search\",environment=\"dev\"} 0\n"),
       "states: no key is not usable");
    ok(has(&document, "stale_in_seconds{service=\"reports\","
                      "environment=\"prod\"} -7200\n"), "states: stale since");
    ok(!has(&document, "stale_in_seconds{service=\"vault\""),
       "states: a key without end has none");
    ok(!has(&document, "timestamp_seconds{service=\"search\""),
       "states: what never answered has no time of it");
    ok(!has(&document, "next_fetch_in_seconds{service=\"vault\""),
       "states: what is not fetched again has no time of it");
    ok(has(&document, "failures{service=\"mail\",environment=\"dev\"} 9\n"),
       "states: failures");
    ok(has(&document, "jwt_issuer_clock_skew_seconds -90\n"),
       "states: a clock that is ahead");
    ok(has(&document, "key_signs_in_seconds{service=\"ledger\","
                      "environment=\"dev\",kid=\"" STATUS_KID_2 "\","
                      "alg=\"ES256\"} 560\n"), "states: the next key");
    ok(has(&document, "key_retires_in_seconds{service=\"ledger\","
                      "environment=\"dev\",kid=\"" STATUS_KID_3 "\","
                      "alg=\"ES256\"} 720\n"), "states: the previous key");

    free(document.data);
}


/* each family is there once, with all its samples behind its head */

static void
test_families(void)
{
    size_t                 len, families, good;
    const char            *pos, *name, *end;
    jwti_status_t          status;
    status_document_t      document;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    document = status_write(JWTI_STATUS_PROMETHEUS, &status);
    families = 0;
    good = 0;
    name = "";
    len = 0;

    for (pos = (const char *) document.data; *pos != '\0'; pos = end + 1) {
        end = strchr(pos, '\n');

        if (strncmp(pos, "# HELP ", 7) == 0) {
            name = pos;
            len = strcspn(pos + 7, " ") + 7;
            families++;

            /* the same head nowhere else */

            for (good++, pos = strstr(end, "\n# HELP "); pos != NULL;
                 pos = strstr(pos + 1, "\n# HELP "))
            {
                if (strncmp(pos + 1, name, len + 1) == 0) {
                    good--;
                    break;
                }
            }

        } else if (pos[0] != '#' && strncmp(pos, name + 7, len - 7) != 0) {
            good = 0;
            break;
        }
    }

    is_int((long long) families, 22, "families: how many");
    is_int((long long) good, (long long) families,
           "families: each once, its samples together");
    free(document.data);
}


static void
test_labels(void)
{
    jwti_status_t          status;
    status_document_t      document;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);
    services[0].name = jwti_str("a\"b\\c\nd\re\0f\xffg\x1bh\xc3\xbc");
    services[0].environment = jwti_str("");
    status.nservices = 1;
    document = status_write(JWTI_STATUS_PROMETHEUS, &status);

    ok(has(&document, "jwt_issuer_key_usable{service=\"a\\\"b\\\\c\\nd"
                      "\xef\xbf\xbd" "e\xef\xbf\xbd" "f\xef\xbf\xbd" "g"
                      "\xef\xbf\xbd" "h\xc3\xbc\",environment=\"\"} 1\n"),
       "labels: escaped");
    ok(check_metrics(document.data, document.len) != 0,
       "labels: well-formed");
    free(document.data);
}


int
main(void)
{
    test_empty();
    test_golden();
    test_states();
    test_families();
    test_labels();

    return done();
}
