
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_creds_time.c: credentials over time: renewed ahead, kept while the
 * source fails, dropped when a service refuses them, read again from files;
 * and out of memory anywhere.
 *
 * LDFLAGS: -Wl,--wrap=malloc -Wl,--wrap=calloc
 */


#include "creds.h"


#define URL  "http://169.254.170.2/v2/x"
#define ENV  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"

#define JSON(id, end)                                                         \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"" \
    KEY "\",\"Token\":\"CANARY-token\",\"Expiration\":\"" end "\"}"

#define GOOD(id, end)                                                         \
    { .method = "GET", .url = URL, .status = 200, .body = JSON(id, end) }
#define BAD                                                                   \
    { .method = "GET", .url = URL, .status = 400,                             \
      .body = "{\"code\":\"No\",\"message\":\"no\"}" }

#define LATER   "2025-10-09T20:53:20Z"          /* NOW + 12 h */

#define IMDS       "http://169.254.169.254/latest/"
#define IMDS_ROLE  IMDS "meta-data/iam/security-credentials/"
#define PUT        { .method = "PUT", .url = IMDS "api/token",                \
                     .status = 200, .body = "CANARY-imds" }
#define NAME       { .method = "GET", .url = IMDS_ROLE, .status = 200,        \
                     .body = "r" }


void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static int  fail_after = -1;


static int
fail(void)
{
    if (fail_after > 0) {
        fail_after--;
    }

    return fail_after == 0;
}


void *
__wrap_malloc(size_t size)
{
    return fail() ? NULL : __real_malloc(size);
}


void *
__wrap_calloc(size_t count, size_t size)
{
    return fail() ? NULL : __real_calloc(count, size);
}


static void
test_ahead(void)
{
    world_t  world = { .env = { ENV }, .replies = {
        GOOD("AK1", SOON), BAD, GOOD("AK2", LATER) } };

    ok(world_open(&world), "ahead");
    ok(jwti_aws_creds_settings(world.creds) == NULL, "ahead: nothing yet");
    is_str(tap_str(jwti_aws_creds_source(world.creds)), "", "ahead: no source");

    is_int(world_run(&world), JWTI_AWS_STEP_READY, "ahead: ready");
    ok(jwti_aws_creds_settings(world.creds) != NULL, "ahead: settings");
    ok(world.ask.until >= NOW + 6 * HOUR - 16 * MINUTE - 30 * SECOND
       && world.ask.until <= NOW + 6 * HOUR - 13 * MINUTE,
       "ahead: 15 minutes before the end");

    world.now = world.ask.until - 1;
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "ahead: not yet");
    is_int((long long) world.asked, 1, "ahead: nothing is asked");

    world.now = world.ask.until;
    is_int(jwti_aws_creds_next(world.creds, world.now, 0, &world.ask),
           JWTI_AWS_STEP_READ_FILE + 1, "ahead: a request");
    is_str(tap_str(world_key(&world)), "AK1", "ahead: the old ones meanwhile");

    is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "ahead: it fails");
    is_str(tap_str(world_key(&world)), "AK1", "ahead: the old ones go on");
    ok(world.ask.until > world.now && world.ask.until <= world.now + SECOND,
       "ahead: again soon");

    is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "ahead: the same");
    is_int((long long) world.asked, 2, "ahead: not asked again");

    world.now = world.ask.until;
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "ahead: it works");
    is_str(tap_str(world_key(&world)), "AK2", "ahead: new ones");
    ok(!world.wrong, "ahead: script");
    world_close(&world);
}


static void
test_end(void)
{
    int      i;
    int64_t  before;
    world_t  world = { .env = { ENV }, .replies = {
        GOOD("AK1", SOON), BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
        GOOD("AK2", LATER) } };

    ok(world_open(&world), "end");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "end: ready");

    world.now = NOW + 6 * HOUR - 1;
    is_str(tap_str(world_key(&world)), "AK1", "end: until then");
    world.now = NOW + 6 * HOUR;
    ok(world_key(&world) == NULL, "end: not any more");

    before = 0;

    for (i = 0; i < 9; i++) {
        is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "end: it fails");
        ok(world.ask.until - world.now >= before / 2
           && world.ask.until - world.now <= MINUTE, "end: less often");
        before = world.ask.until - world.now;
        world.now = world.ask.until;
    }

    is_int(world_run(&world), JWTI_AWS_STEP_READY, "end: it works");
    is_str(tap_str(world_key(&world)), "AK2", "end: new ones");
    ok(!world.wrong, "end: script");
    world_close(&world);
}


static void
test_set_back(void)
{
    world_t  world = { .env = { ENV }, .replies = {
        BAD, GOOD("AK1", SOON) } };

    ok(world_open(&world), "set back");
    is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "set back: it fails");

    world.now -= HOUR;
    is_int(world_run(&world), JWTI_AWS_STEP_READY,
           "set back: the delay does not become an hour");
    world_close(&world);
}


static void
test_dropped(void)
{
    uint64_t  serial;
    world_t   world = { .env = { ENV }, .replies = {
        GOOD("AK1", SOON), GOOD("AK2", SOON), GOOD("AK3", SOON) } };

    ok(world_open(&world), "dropped");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "dropped: ready");

    ok(jwti_aws_creds_get(world.creds, world.now, &serial) != NULL,
       "dropped: serial");
    ok(jwti_aws_creds_expired(world.creds, serial, world.now), "dropped");
    ok(world_key(&world) == NULL, "dropped: none");
    ok(jwti_aws_creds_expired(world.creds, serial, world.now),
       "dropped: by another user too");

    is_int(world_run(&world), JWTI_AWS_STEP_READY, "dropped: ready again");
    is_str(tap_str(world_key(&world)), "AK2", "dropped: new ones");
    ok(jwti_aws_creds_expired(world.creds, serial, world.now),
       "dropped: the old serial does not drop the new ones");
    is_str(tap_str(world_key(&world)), "AK2", "dropped: still");

    ok(jwti_aws_creds_get(world.creds, world.now, &serial) != NULL,
       "dropped: new serial");
    ok(!jwti_aws_creds_expired(world.creds, serial, world.now + SECOND),
       "dropped: they are as new as can be");
    is_str(tap_str(world_key(&world)), "AK2", "dropped: kept");

    world.now += HOUR;
    ok(jwti_aws_creds_expired(world.creds, serial, world.now),
       "dropped: an hour later");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "dropped: once more");
    is_str(tap_str(world_key(&world)), "AK3", "dropped: others");
    ok(!world.wrong, "dropped: script");
    world_close(&world);
}


/* the metadata service: old ones are better than none */

static void
test_stable(void)
{
    world_t  world = { .replies = {
        PUT, NAME, { .method = "GET", .url = IMDS_ROLE "r", .status = 200,
                     .body = JSON("AK1", SOON) },
        { .method = "PUT", .url = IMDS "api/token",
          .result = JWTI_HTTP_TIMEOUT },
        PUT, NAME, { .method = "GET", .url = IMDS_ROLE "r", .status = 200,
                     .body = JSON("AK2", SOON) } } };

    ok(world_open(&world), "stable");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "stable: ready");

    world.now = NOW + 7 * HOUR;
    is_str(tap_str(world_key(&world)), "AK1", "stable: after the end");
    is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "stable: no answer");
    is_str(tap_str(world_key(&world)), "AK1", "stable: still");

    world.now = world.ask.until;
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "stable: expired ones");
    is_str(tap_str(world_key(&world)), "AK2", "stable: are used");
    ok(world.ask.until >= world.now + 10 * MINUTE
       && world.ask.until <= world.now + 15 * MINUTE, "stable: look again");
    ok(!world.wrong, "stable: script");
    world_close(&world);
}


static void
test_files(void)
{
    world_t  world = { .env = { "HOME", "/h" }, .files = {
        { "/h/.aws/credentials", "[default]\naws_access_key_id = AK1\n"
          "aws_secret_access_key = " KEY "\n", 0 } } };

    ok(world_open(&world), "files");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "files: ready");
    ok(world.ask.until >= NOW + 5 * MINUTE
       && world.ask.until <= NOW + 6 * MINUTE, "files: read again");

    world.files[0].text = "[default]\naws_access_key_id = AK2\naws_sec";
    world.now = world.ask.until;
    is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "files: half written");
    is_str(tap_str(world_key(&world)), "AK1", "files: the old ones");

    world.files[0].text = "";
    world.now = world.ask.until;
    is_int(world_run(&world), JWTI_AWS_STEP_FAILED,
           "files: empty, no other source is taken");
    is_int((long long) world.asked, 0, "files: nothing is asked");

    world.files[0].text = "[default]\naws_access_key_id = AK2\n"
                          "aws_secret_access_key = " KEY "\n";
    world.now = world.ask.until;
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "files: written");
    is_str(tap_str(world_key(&world)), "AK2", "files: new ones");
    world_close(&world);
}


static void
test_never(void)
{
    world_t  world = { .env = { "AWS_ACCESS_KEY_ID", "AK1",
        "AWS_SECRET_ACCESS_KEY", KEY, "AWS_SESSION_TOKEN", "CANARY-t" } };

    ok(world_open(&world), "never");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "never: ready");
    ok(world.ask.until == INT64_MAX, "never: renewed");
    ok(jwti_aws_creds_warning(world.creds) != NULL, "never: a warning");
    world.now += 1000 * HOUR;
    is_str(tap_str(world_key(&world)), "AK1", "never: ends");
    is_str(tap_str(jwti_aws_creds_get(world.creds, world.now, NULL)
                   ->session_token), "CANARY-t", "never: token");
    world_close(&world);
}


/* short-lived ones are renewed after two thirds, none at once */

static void
test_short(void)
{
    world_t  world = { .env = { ENV }, .replies = {
        GOOD("AK1", "2025-10-09T08:54:20Z"), GOOD("AK2", SOON) } };

    ok(world_open(&world), "short");
    is_int(world_run(&world), JWTI_AWS_STEP_READY, "short: ready");
    ok(world.ask.until >= NOW + 35 * SECOND
       && world.ask.until <= NOW + 45 * SECOND, "short: in time");
    world_close(&world);
}


static void
test_delays(void)
{
    int      i;
    world_t  world;

    static const world_reply_t  busy = {
        .method = "GET", .url = URL, .status = 429 };

    for (i = 0; i < 3; i++) {
        memset(&world, 0, sizeof(world));
        world.env[0] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        world.env[1] = "/v2/x";
        world.replies[0] = world.replies[1] = world.replies[2] = busy;

        ok(world_open(&world), "delays");
        world.random = (i == 0) ? 0 : UINT32_MAX;

        if (i == 2) {
            world.replies[0].retry_after = 3000;
            world.replies[1].retry_after = INT64_MAX;
        }

        is_int(world_run(&world), JWTI_AWS_STEP_FAILED, "delays: in the end");
        is_int((long long) world.asked, 3, "delays: three attempts");
        is_int((long long) world.waited, (i == 0) ? 0 : (i == 1) ? 3000 : 10000,
               "delays: full jitter, and what the service asks for");
        world_close(&world);
    }
}


/* a question stays until it is answered; other answers are ignored */

static void
test_patience(void)
{
    const char             *path;
    jwti_http_response_t    response;

    world_t  world = { .env = { ENV, "HOME", "/h" }, .replies = {
        GOOD("AK1", SOON) } };

    memset(&response, 0, sizeof(response));

    ok(world_open(&world), "patience");
    jwti_aws_creds_file(world.creds, tap_str("x"), 0);
    jwti_aws_creds_http(world.creds, &response, NOW);

    is_int(jwti_aws_creds_next(world.creds, NOW, 1, &world.ask),
           JWTI_AWS_STEP_READ_FILE, "patience: a file");
    path = world.ask.path;
    is_str(tap_str(path), "/h/.aws/config", "patience: its name");
    is_int((long long) world.ask.max, JWTI_AWS_FILE_MAX, "patience: limit");

    jwti_aws_creds_http(world.creds, &response, NOW);
    is_int(jwti_aws_creds_next(world.creds, NOW, 1, &world.ask),
           JWTI_AWS_STEP_READ_FILE, "patience: still");
    ok(world.ask.path == path, "patience: the same");

    /* in the middle of it */
    world_close(&world);
    ok(1, "patience: freed");
    jwti_aws_creds_free(NULL);
}


static void
test_memory(void)
{
    int              i, ready;
    world_t          world;
    const char      *err;
    jwti_aws_step_e  step;

    static const char  config[] =
        "[default]\nregion = eu-west-1\nservices = s\n[services s]\n"
        "ecs =\n endpoint_url = http://localhost:1\n";

    ready = 0;

    for (i = 1; i < 200 && !ready; i++) {
        memset(&world, 0, sizeof(world));
        world.env[0] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        world.env[1] = "/v2/x";
        world.env[2] = "HOME";
        world.env[3] = "/h";
        world.files[0].path = "/h/.aws/config";
        world.files[0].text = config;
        world.replies[0].method = "GET";
        world.replies[0].url = URL;
        world.replies[0].status = 200;
        world.replies[0].body = JSON("AK1", SOON);
        world.replies[1] = world.replies[2] = world.replies[0];

        if (!world_open(&world)) {
            ok(0, "memory: opened");
            return;
        }

        fail_after = i;
        step = world_run(&world);
        fail_after = -1;

        if (step == JWTI_AWS_STEP_READY) {
            ready = (world.asked == 1);

        } else if (world_key(&world) != NULL || world.ask.error == NULL) {
            ok(0, "memory: an error, no credentials");
        }

        world_close(&world);
    }

    ok(ready && i > 5, "memory: fails or works, whatever allocation fails");

    memset(&world, 0, sizeof(world));
    ok(world_open(&world), "memory: environment");
    jwti_aws_creds_free(world.creds);
    fail_after = 1;
    is_int(jwti_aws_creds_create(&world.conf, &world.snapshot, &world.creds,
                                 &err), JWTI_ERROR, "memory: object");
    fail_after = -1;
    ok(world.creds == NULL, "memory: none");
    world_close(&world);
}


int
main(void)
{
    test_ahead();
    test_end();
    test_set_back();
    test_dropped();
    test_stable();
    test_files();
    test_never();
    test_short();
    test_delays();
    test_patience();
    test_memory();

    return done();
}
