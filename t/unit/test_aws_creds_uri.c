
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_creds_uri.c: which AWS_CONTAINER_CREDENTIALS_FULL_URI is asked for
 * credentials.  Fails when the list of hosts is compared by its beginning only.
 */


#include "creds.h"


#define JSON(id, end)                                                         \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"" \
    KEY "\",\"Token\":\"CANARY-token\",\"Expiration\":\"" end "\"}"


static void test_uris(void);


static const char  *const uris[] = {
    "http://169.254.170.3/x", "http://10.0.0.1/x", "http://localhost.evil/x",
    "http://127.0.0.1.evil/x", "http://127.1/x", "http://0x7f.0.0.1/x",
    "http://127.0.0.256/x", "http://127.0.0.01/x", "http://127.0.0./x",
    "http://localhost@evil/x", "http://evil#localhost/x",
    "http://127.0.0.1\\@evil/x", "ftp://localhost/x", "//localhost/x",
    "http://[::2]/x", "http://localhost:99999/x", "http://localhost/a b",
    "http:///x", "file:///etc/passwd", "http://127.0.0.1:80:80/x", "x",
    "https://user:pw@host/x"
};

static const char  *const good_uris[] = {
    "http://localhost/x", "http://127.0.0.1:8080/x", "http://127.255.0.9/x",
    "http://[::1]:81/x", "https://agent.example/x"
};


int
main(void)
{
    test_uris();

    return done();
}


static void
test_uris(void)
{
    size_t    i;
    world_t  *world;

    for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        world = calloc(1, sizeof(world_t));
        world->env[0] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        world->env[1] = uris[i];

        ok(world_open(world), uris[i]);
        is_int(world_run(world), JWTI_AWS_STEP_FAILED, uris[i]);
        is_int((long long) world->asked, 0, "nothing is asked");

        world_close(world);
        free(world);
    }

    for (i = 0; i < sizeof(good_uris) / sizeof(good_uris[0]); i++) {
        world = calloc(1, sizeof(world_t));
        world->env[0] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
        world->env[1] = good_uris[i];
        world->replies[0].method = "GET";
        world->replies[0].url = good_uris[i];
        world->replies[0].status = 200;
        world->replies[0].body = JSON("AK", SOON);

        ok(world_open(world), good_uris[i]);
        is_int(world_run(world), JWTI_AWS_STEP_READY, good_uris[i]);

        world_close(world);
        free(world);
    }
}
