
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_status_html.c: the page: what it says, in which order, and what it
 * offers; numbers and times in words.
 */


#include "jwti_status_html.h"
#include "status.h"
#include "status_check.h"


typedef struct {
    int64_t      number;
    const char  *want;
} test_words_t;


static jwti_status_t          status;
static status_document_t      page;
static jwti_status_service_t  services[STATUS_SERVICES];


static void
make(void)
{
    free(page.data);
    page = status_write(JWTI_STATUS_HTML, &status);
}


static int
has(const char *text)
{
    return strstr((const char *) page.data, text) != NULL;
}


/* where a service's row begins; 0: nowhere */

static long
row(const char *name)
{
    char         text[64];
    const char  *pos;

    snprintf(text, sizeof(text), "<b>%s</b>", name);
    pos = strstr((const char *) page.data, text);

    return (pos == NULL) ? 0 : (long) (pos - (const char *) page.data);
}


static void
write_count(jwti_status_out_t *out, int64_t number)
{
    jwti_html_count(out, (uint64_t) number);
}


static void
write_size(jwti_status_out_t *out, int64_t number)
{
    jwti_html_size(out, (uint64_t) number);
}


static void
words(void (*write)(jwti_status_out_t *out, int64_t number), int64_t number,
    const char *want)
{
    jwti_str_t         got;
    jwti_rc_t          rc;
    jwti_status_out_t  out;
    status_document_t  document;

    memset(&document, 0, sizeof(document));
    jwti_status_out_init(&out, status_sink, &document);
    write(&out, number);
    rc = jwti_status_out_end(&out);

    got.data = (rc == JWTI_OK) ? document.data : NULL;
    got.len = document.len;
    is_str(got, want, want);
    free(document.data);
}


static void
test_words(void)
{
    size_t                     i;
    static const test_words_t  spans[] = {
        { INT64_MIN, "0 s" },
        { -1, "0 s" },
        { 0, "0 s" },
        { 1, "1 s" },
        { 999, "1 s" },
        { 1000, "1 s" },
        { 59999, "59 s" },
        { 60000, "1 min" },
        { 60999, "1 min" },
        { 61000, "1 min 1 s" },
        { 252000, "4 min 12 s" },
        { 3599999, "59 min 59 s" },
        { 3600000, "1 h" },
        { 3659999, "1 h" },
        { 3660000, "1 h 1 min" },
        { 86399999, "23 h 59 min" },
        { 86400000, "1 d" },
        { 100 * STATUS_DAY + 5 * STATUS_HOUR, "100 d 5 h" },
        { INT64_MAX, "106,751,991,167 d 7 h" }
    };
    static const test_words_t  counts[] = {
        { 0, "0" },
        { 999, "999" },
        { 1000, "1,000" },
        { 123456, "123,456" },
        { 1234567, "1,234,567" },
        { -1, "9,223,372,036,854,775,807" }
    };
    static const test_words_t  sizes[] = {
        { 0, "0 KiB" },
        { 102, "0 KiB" },
        { 103, "0.1 KiB" },
        { 1024, "1 KiB" },
        { 1048575, "1,023 KiB" },
        { 1048576, "1 MiB" },
        { 1258291, "1.1 MiB" },
        { 1258292, "1.2 MiB" },
        { 10 * 1048576 + 524288, "10 MiB" }
    };

    for (i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        words(jwti_html_span, spans[i].number, spans[i].want);
    }

    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        words(write_count, counts[i].number, counts[i].want);
    }

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        words(write_size, sizes[i].number, sizes[i].want);
    }
}


static void
test_summary(void)
{
    status_example(&status, services);
    make();
    ok(has("<title>3 of 6 services need attention - JWT issuer</title>"),
       "summary: in the title");
    ok(has("<h1>3 of 6 services need attention</h1>"), "summary: first");
    ok(has("2 have no key that signs: their requests are answered 503."),
       "summary: those without a key");
    ok(has("1 cannot fetch its key again and goes on with the one it has."),
       "summary: those that fail");
    ok(!has("class=\"warning\""), "summary: the clock is good");
    ok(has("<dd>1 s behind AWS's</dd>"), "summary: a little behind");
    ok(has("<dd>1.2 MiB <small>of 4 MiB</small></dd>"), "summary: the zone");
    ok(has("2026-11-28 16:19:04 UTC</time>"), "summary: when");

    status.nservices = 2;
    status.clock_skew = 0;
    make();
    ok(has("<h1>2 services, and all of them sign</h1>"), "summary: all good");
    ok(has("<dd>as AWS's</dd>"), "summary: exactly AWS's time");

    status.nservices = 1;
    status.clock_known = 0;
    make();
    ok(has("<h1>1 service, and it signs</h1>"), "summary: one, and good");
    ok(has("not compared: AWS was not asked"), "summary: AWS was not asked");

    status.nservices = 0;
    status.now = -1;
    make();
    ok(has("<h1>No service is configured</h1>"), "summary: none");
    ok(!has("<table") && !has("<time"), "summary: no service, no date");
    ok(check_html(page.data, page.len) != 0, "summary: and still a page");
}


static void
test_clock(void)
{
    status_example(&status, services);
    status.clock_wrong = 1;
    status.clock_skew = 3700;
    make();
    ok(has("<strong>This machine's clock is 3,700 seconds behind AWS's: tokens"
           " have wrong times, too.</strong> Run NTP."), "clock: behind");

    status.clock_skew = -61;
    make();
    ok(has("clock is 61 seconds ahead of AWS's: tokens"), "clock: ahead");
    ok(has("<dd>61 s ahead of AWS's</dd>"), "clock: among the facts");
}


static void
test_services(void)
{
    status_example(&status, services);
    make();

    ok(row("reports") > 0 && row("reports") < row("search"),
       "services: in their order");
    ok(row("search") < row("mail"), "services: no key, then failing");
    ok(row("mail") < row("core"), "services: then the others");
    ok(row("core") < row("ledger") && row("ledger") < row("vault"),
       "services: a rotation is no trouble");

    ok(has("<b>core</b> <span>dev</span><small>secretsmanager core/dev"
           "</small>"), "services: name, environment, source");
    ok(has("<b>vault</b><small>"), "services: no environment");
    ok(has("<code>" STATUS_KID_1 "</code><small>RS512, here for 3 d 4 h"
           "</small>"), "services: the key, whole");
    ok(has("in 4 min 12 s<small>answered 48 s ago</small>"),
       "services: next fetch");
    ok(has("now<small>never answered</small>"), "services: the first fetch");
    ok(has("at reload<small>answered 40 d ago</small>"),
       "services: at reload");
    ok(has("data-label=\"Reused\">1,204,377</td>"), "services: reused");
    ok(has("data-label=\"Failed\">54<small>12 bad value</small><small>41 busy"
           "</small><small>1 not signed</small></td>"), "services: failures");

    ok(has("<p>Next key <code>" STATUS_KID_2 "</code> (ES256) signs in"
           " 9 min 20 s.</p>"), "services: the next key");
    ok(has("<p>Previous key <code>" STATUS_KID_3 "</code> (ES256) stays"
           " published for 12 min.</p>"), "services: the previous key");
    ok(has("<p>The source has failed 9 times in a row. The key it gave before"
           " goes on signing for 23 h 34 min at most.</p>"),
       "services: failing, and how long still");
    ok(has("<p>The key has been stale for 2 h: requests are answered 503 until"
           " its source answers again. The source has failed once.</p>"),
       "services: stale");
    ok(has("<p>The first key is being fetched."), "services: the first key");
    ok(has("<p class=\"error\">Last error, 19 s ago: <bdi>GetSecretValue: "),
       "services: the error");

    ok(has("<p>Other version <code>" STATUS_KID_3 "</code> (ES384) is published"
           " and does not sign.</p>"), "services: another version");

    services[1].keys[1].signs_in = -1;
    services[1].keys[2].retires_in = -1;
    services[2].fails = 0;
    services[2].stale_in = INT64_MAX;
    services[3].fails = 2;
    services[3].stale_in = INT64_MAX;
    services[4].fails = 3;
    services[4].refresh_in = 1000;
    make();
    ok(has("<code>" STATUS_KID_2 "</code> (ES256) is published and does not"
           " sign.</p>"), "services: only published");
    ok(has("<code>" STATUS_KID_3 "</code> (ES256) is published and does not"
           " sign.</p>"), "services: published without end");
    ok(has("Mended since: the error of 19 s ago: <bdi>"),
       "services: an error that is over");
    ok(has("has failed 2 times in a row. The key it gave before goes on"
           " signing.</p>"), "services: failing, and no end");
    ok(has("<p>Requests are answered 503. The source has failed 3 times in a"
           " row.</p>"), "services: never a key");
}


static void
test_forms(void)
{
    status_example(&status, services);
    make();
    ok(!has("<form") && !has("<button"), "forms: only where it is operable");
    ok(check_html(page.data, page.len) != 0, "forms: well-formed without");

    status.operable = 1;
    make();
    ok(check_html(page.data, page.len) != 0, "forms: well-formed with them");
    ok(has("<form method=\"post\"><input type=\"hidden\" name=\"action\""
           " value=\"refresh\"><button>Fetch all keys now</button></form>"),
       "forms: all");
    ok(has("<input type=\"hidden\" name=\"action\" value=\"refresh\">"
           "<input type=\"hidden\" name=\"service\" value=\"core\">"
           "<input type=\"hidden\" name=\"environment\" value=\"dev\">"
           "<button>Fetch now</button></form>"), "forms: one service");
    ok(!has("value=\"refresh\"><input type=\"hidden\" name=\"service\""
            " value=\"vault\">"), "forms: not where a reload fetches");
    ok(has("value=\"drop\"><input type=\"hidden\" name=\"service\""
           " value=\"ledger\"><input type=\"hidden\" name=\"environment\""
           " value=\"dev\"><input type=\"hidden\" name=\"kid\" value=\""
           STATUS_KID_3 "\"><button>Drop</button>"), "forms: any key");
    ok(has("value=\"drop\"><input type=\"hidden\" name=\"service\""
           " value=\"vault\"><input type=\"hidden\" name=\"environment\""
           " value=\"\">"), "forms: no environment");
}


/* nothing is loaded, nothing runs: the digest knows no such tag or attribute */

static void
test_alone(void)
{
    status_example(&status, services);
    make();
    ok(!has("http:") && !has("https:") && !has("url(") && !has("@import"),
       "alone: no address of anything");
    ok(has("<html lang=\"en\">") && has("<meta name=\"viewport\""),
       "alone: for readers and phones");
    ok(has("prefers-color-scheme:dark"), "alone: dark");
}


int
main(void)
{
    test_words();
    test_summary();
    test_clock();
    test_services();
    test_forms();
    test_alone();
    free(page.data);

    return done();
}
