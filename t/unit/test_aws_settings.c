
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_settings.c: the order in which region, endpoints and flags are
 * looked for, and what of a configuration is refused.
 */


#include "creds.h"


typedef struct {
    const char       *err;      /* NULL: good */
    jwti_aws_conf_t   conf;
} check_t;


#define ARN  "arn:aws:iam::123456789012:role/demo"
#define UA   .user_agent = "test/1"

static const check_t  checks[] = {
    { NULL, { UA } },
    { "no user agent", { .user_agent = NULL } },
    { NULL, { UA, .region = "eu-west-1" } },
    { "the region is none", { UA, .region = "eu west" } },
    { "the region is none", { UA, .region = "" } },
    { NULL, { UA, .profile = "x" } },
    { "the profile's name is empty or too long", { UA, .profile = "" } },
    { "a profile is named, but credentials are not to come from it",
      { UA, .profile = "x", .source = JWTI_AWS_SOURCE_IMDS } },
    { "an external id or a session name needs a role",
      { UA, .external_id = "xx" } },
    { "an external id or a session name needs a role",
      { UA, .role_session_name = "xx" } },
    { "the role is no ARN", { UA, .role_arn = "demo" } },
    { "the session name is not 2 to 64 of A-Z a-z 0-9 _ + = , . @ -",
      { UA, .role_arn = ARN, .role_session_name = "a b" } },
    { "the session name is not 2 to 64 of A-Z a-z 0-9 _ + = , . @ -",
      { UA, .role_arn = ARN, .role_session_name = "a" } },
    { "the external id is too short or too long",
      { UA, .role_arn = ARN, .external_id = "a" } },
    { NULL, { UA, .role_arn = ARN, .external_id = "ab",
              .role_session_name = "a+=,.@-_9" } },
    { "the endpoint has a path or a query",
      { UA, .endpoint = "http://localhost/x" } },
    { "the endpoint does not begin with https:// or http://",
      { UA, .endpoints = { [JWTI_AWS_STS] = "localhost" } } }
};


static void
test_checks(void)
{
    size_t       i;
    const char  *err;

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        is_int(jwti_aws_conf_check(&checks[i].conf, &err),
               checks[i].err == NULL ? JWTI_OK : JWTI_INVALID,
               checks[i].err == NULL ? "good" : checks[i].err);
        is_str(tap_str(err), checks[i].err, "its text");
    }

    is_int(jwti_aws_source_find(jwti_str("web_identity")),
           JWTI_AWS_SOURCE_WEB_IDENTITY, "source");
    is_int(jwti_aws_source_find(jwti_str("auto")), JWTI_AWS_SOURCE_AUTO,
           "source auto");
    is_int(jwti_aws_source_find(jwti_str("imds2")), JWTI_AWS_SOURCES,
           "no source");
}


/* each round takes away what won the one before */

static void
test_order(void)
{
    unsigned             i;
    jwti_rc_t            rc;
    const char          *name, *err;
    char                 want[64];
    world_t              world;
    jwti_aws_endpoint_t  endpoint;
    jwti_aws_profile_t   profile;
    jwti_aws_settings_t  settings;
    jwti_aws_profile_error_t  error;

    static const char  text[] =
        "[default]\nregion = r4\nendpoint_url = http://e6\nservices = s\n"
        "ca_bundle = /ca2\n[services s]\nsts =\n  endpoint_url = http://e5\n";

    static const char  less[] =
        "[default]\nregion = r4\nendpoint_url = http://e6\n";

    static const char  *const env[] = {
        "AWS_REGION", "r2", "AWS_DEFAULT_REGION", "r3",
        "AWS_ENDPOINT_URL_STS", "http://e3", "AWS_ENDPOINT_URL", "http://e4",
        "AWS_CA_BUNDLE", "/ca1"
    };

    for (i = 1; i <= 7; i++) {
        memset(&world, 0, sizeof(world));
        memcpy(world.env, env, sizeof(env));

        if (i > 2) {
            world.env[0] = "x";
        }

        if (i > 3) {
            world.env[2] = world.env[4] = "x";
        }

        if (i > 4) {
            world.env[6] = world.env[8] = "x";
        }

        world.conf.region = (i == 1) ? "r1" : NULL;
        world.conf.endpoints[JWTI_AWS_STS] = (i == 1) ? "http://e1" : NULL;
        world.conf.endpoint = (i <= 2) ? "http://e2" : NULL;

        ok(world_open(&world), "order");
        jwti_aws_profile_init(&profile);

        is_int(jwti_aws_profile_read(&profile, "default",
                                     JWTI_AWS_CONFIG_FILE,
                                     tap_str(i < 6 ? text
                                             : i == 6 ? less : ""), &error),
               JWTI_OK, "order: profile");

        is_int(jwti_aws_settings_resolve(&settings, &world.conf,
                                         &world.snapshot, &profile, &name,
                                         &err), JWTI_OK, "order: resolved");

        rc = jwti_aws_settings_endpoint(&settings, JWTI_AWS_STS,
                                        jwti_str("us-east-1"), &endpoint);
        is_int(rc, JWTI_OK, "order: endpoint");

        snprintf(want, sizeof(want), "http://e%u/", i);
        is_str(tap_str(endpoint.url),
               i < 7 ? want : "https://sts.us-east-1.amazonaws.com/",
               "order: its URL");

        snprintf(want, sizeof(want), "r%u", i < 4 ? i : 4);
        is_str(tap_str(settings.region), i < 7 ? want : "", "order: region");
        is_str(tap_str(settings.ca_bundle),
               i <= 4 ? "/ca1" : i == 5 ? "/ca2" : "", "order: CA file");

        jwti_aws_profile_free(&profile);
        world_close(&world);
    }
}


static void
test_regions(void)
{
    jwti_aws_endpoint_t  endpoint;
    jwti_aws_settings_t  settings;

    memset(&settings, 0, sizeof(settings));

    is_int(jwti_aws_settings_endpoint(&settings, JWTI_AWS_ECS, jwti_str(""),
                                      &endpoint), JWTI_NOT_FOUND,
           "region: none");
    is_int(jwti_aws_settings_endpoint(&settings, JWTI_AWS_ECS,
                                      jwti_str("x.y"), &endpoint),
           JWTI_INVALID, "region: no such");
}


static void
test_flags(void)
{
    const char           *name, *err;
    jwti_aws_profile_t    profile;
    jwti_aws_settings_t   settings;
    jwti_aws_endpoint_t   endpoint;

    world_t  world = { .env = { "AWS_USE_FIPS_ENDPOINT", "TRUE",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true",
        "AWS_ENDPOINT_URL", "http://e", "AWS_REGION", "us-east-1" } };

    jwti_aws_profile_init(&profile);
    ok(world_open(&world), "flags");

    is_int(jwti_aws_settings_resolve(&settings, &world.conf, &world.snapshot,
                                     &profile, &name, &err), JWTI_OK, "flags");
    ok(settings.fips && !settings.dualstack, "flags: of the environment");
    is_int(jwti_aws_settings_endpoint(&settings, JWTI_AWS_SECRETSMANAGER,
                                      jwti_str(""), &endpoint), JWTI_OK,
           "flags: endpoint");
    is_str(tap_str(endpoint.url),
           "https://secretsmanager-fips.us-east-1.amazonaws.com/",
           "flags: overrides are ignored");

    world.conf.fips = 0;
    world.conf.dualstack = 1;
    is_int(jwti_aws_settings_resolve(&settings, &world.conf, &world.snapshot,
                                     &profile, &name, &err), JWTI_OK, "flags");
    ok(!settings.fips && settings.dualstack, "flags: the configuration wins");

    world.conf.fips = -1;
    world.env[1] = "maybe";
    jwti_aws_env_free(&world.snapshot);
    is_int(jwti_aws_env_init(&world.snapshot, world_getenv, &world, &name),
           JWTI_OK, "flags: environment");
    is_int(jwti_aws_settings_resolve(&settings, &world.conf, &world.snapshot,
                                     &profile, &name, &err), JWTI_INVALID,
           "flags: neither");
    is_str(tap_str(name), "AWS_USE_FIPS_ENDPOINT", "flags: its name");
    is_str(tap_str(err), "is neither true nor false", "flags: its error");

    world_close(&world);
}


int
main(void)
{
    test_checks();
    test_order();
    test_regions();
    test_flags();

    return done();
}
