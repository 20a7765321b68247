
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_env.c: the snapshot of the environment: what counts as unset, what
 * is refused, what is left after an error.
 *
 * LDFLAGS: -Wl,--wrap=malloc
 */


#include "jwti_aws_env.h"
#include "tap.h"


void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static int  fail_after = -1;


void *
__wrap_malloc(size_t size)
{
    if (fail_after == 0) {
        return NULL;
    }

    if (fail_after > 0) {
        fail_after--;
    }

    return __real_malloc(size);
}


static const char *
get(const char *name, void *data)
{
    const char **pairs = data;

    for (/* void */; pairs[0] != NULL; pairs += 2) {
        if (strcmp(pairs[0], name) == 0) {
            return pairs[1];
        }
    }

    return NULL;
}


static void
test_names(void)
{
    int       same;
    unsigned  i, k;

    same = 0;

    for (i = 0; i < JWTI_ENV_NAMES; i++) {
        ok(jwti_aws_env_name((jwti_aws_env_e) i) != NULL, "a name for each");

        for (k = 0; k < i; k++) {
            same += strcmp(jwti_aws_env_name((jwti_aws_env_e) i),
                           jwti_aws_env_name((jwti_aws_env_e) k)) == 0;
        }
    }

    is_int(same, 0, "no name twice");
    ok(jwti_aws_env_name(JWTI_ENV_NAMES) == NULL, "none past the end");
    ok(jwti_aws_env_is_secret(JWTI_ENV_SECRET_ACCESS_KEY)
       && jwti_aws_env_is_secret(JWTI_ENV_HTTPS_PROXY)
       && !jwti_aws_env_is_secret(JWTI_ENV_REGION)
       && !jwti_aws_env_is_secret(JWTI_ENV_NAMES), "which are secret");
}


static void
test_values(void)
{
    const char      *name;
    jwti_aws_env_t   env;

    const char  *pairs[] = {
        "AWS_REGION", "eu-west-1 \r\n",
        "AWS_PROFILE", "",
        "AWS_ROLE_ARN", "  \n",
        "AWS_EC2_METADATA_DISABLED", "TrUe",
        "AWS_USE_FIPS_ENDPOINT", "truer",
        "HTTP_PROXY", "http://evil",
        "http_proxy", "http://proxy",
        NULL
    };

    is_int(jwti_aws_env_init(&env, get, pairs, &name), JWTI_OK, "values");
    is_str(tap_str(jwti_aws_env_get(&env, JWTI_ENV_REGION)), "eu-west-1",
           "white space at the end is left out");
    ok(jwti_aws_env_get(&env, JWTI_ENV_PROFILE) == NULL, "empty is unset");
    ok(jwti_aws_env_get(&env, JWTI_ENV_ROLE_ARN) == NULL, "blank is unset");
    ok(jwti_aws_env_get(&env, JWTI_ENV_HOME) == NULL, "not there");
    ok(jwti_aws_env_get(&env, JWTI_ENV_NAMES) == NULL, "out of range");
    ok(jwti_aws_env_is_true(&env, JWTI_ENV_METADATA_DISABLED), "true");
    ok(!jwti_aws_env_is_true(&env, JWTI_ENV_USE_FIPS), "not quite true");
    ok(!jwti_aws_env_is_true(&env, JWTI_ENV_HOME), "unset is not true");
    is_str(tap_str(jwti_aws_env_get(&env, JWTI_ENV_HTTP_PROXY_LOWER)),
           "http://proxy", "http_proxy in lower case only");

    jwti_aws_env_free(&env);
    ok(jwti_aws_env_get(&env, JWTI_ENV_REGION) == NULL, "freed");
    jwti_aws_env_free(&env);
}


static void
test_refused(void)
{
    static char      text[JWTI_AWS_SESSION_MAX + 2];
    const char      *name;
    jwti_aws_env_t   env;

    const char  *key[] = { "AWS_REGION", "eu-west-1",
                           "AWS_SECRET_ACCESS_KEY", text, NULL };
    const char  *token[] = { "AWS_SESSION_TOKEN", text, NULL };

    memset(text, 'x', sizeof(text));

    text[4096] = '\0';
    is_int(jwti_aws_env_init(&env, get, key, &name), JWTI_OK, "at the limit");
    jwti_aws_env_free(&env);

    text[4096] = 'x';
    text[4097] = '\0';
    is_int(jwti_aws_env_init(&env, get, key, &name), JWTI_INVALID, "past it");
    is_str(tap_str(name), "AWS_SECRET_ACCESS_KEY", "its name");
    ok(jwti_aws_env_get(&env, JWTI_ENV_REGION) == NULL, "nothing is left");

    text[4097] = 'x';
    text[JWTI_AWS_SESSION_MAX] = '\0';
    is_int(jwti_aws_env_init(&env, get, token, &name), JWTI_OK,
           "token at the limit");
    jwti_aws_env_free(&env);

    text[JWTI_AWS_SESSION_MAX] = 'x';
    text[JWTI_AWS_SESSION_MAX + 1] = '\0';
    is_int(jwti_aws_env_init(&env, get, token, &name), JWTI_INVALID,
           "token past it");

    strcpy(text, "a\r\nb");
    is_int(jwti_aws_env_init(&env, get, token, &name), JWTI_INVALID,
           "CR and LF inside");

    strcpy(text, "ab");
    fail_after = 1;
    is_int(jwti_aws_env_init(&env, get, key, &name), JWTI_ERROR,
           "out of memory");
    fail_after = -1;
    ok(jwti_aws_env_get(&env, JWTI_ENV_SECRET_ACCESS_KEY) == NULL
       && jwti_aws_env_get(&env, JWTI_ENV_REGION) == NULL, "nothing left");
}


int
main(void)
{
    test_names();
    test_values();
    test_refused();

    return done();
}
