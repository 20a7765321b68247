
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_env.c: the one table of environment variables of the AWS part, and
 * the copy of their values.
 */


#include <string.h>

#include "jwti_aws_env.h"
#include "jwti_text.h"


#define JWTI_AWS_ENV_TEXT_MAX  4096

#define JWTI_AWS_ENV_SECRET    0x01     /* never shown */
#define JWTI_AWS_ENV_TOKEN     0x02     /* may be as long as a session token */


typedef struct {
    const char  *name;
    unsigned     flags;
} jwti_aws_env_name_t;


static size_t jwti_aws_env_limit(jwti_aws_env_e id);
static jwti_rc_t jwti_aws_env_copy(const char *value, size_t max, char **copy);


static const jwti_aws_env_name_t  jwti_aws_env_names[JWTI_ENV_NAMES] = {
    [JWTI_ENV_ACCESS_KEY_ID] = { "AWS_ACCESS_KEY_ID", 0 },
    [JWTI_ENV_SECRET_ACCESS_KEY] =
        { "AWS_SECRET_ACCESS_KEY", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_SESSION_TOKEN] =
        { "AWS_SESSION_TOKEN", JWTI_AWS_ENV_SECRET | JWTI_AWS_ENV_TOKEN },
    [JWTI_ENV_CREDENTIAL_EXPIRATION] = { "AWS_CREDENTIAL_EXPIRATION", 0 },
    [JWTI_ENV_PROFILE] = { "AWS_PROFILE", 0 },
    [JWTI_ENV_CONFIG_FILE] = { "AWS_CONFIG_FILE", 0 },
    [JWTI_ENV_SHARED_CREDENTIALS_FILE] = { "AWS_SHARED_CREDENTIALS_FILE", 0 },
    [JWTI_ENV_REGION] = { "AWS_REGION", 0 },
    [JWTI_ENV_DEFAULT_REGION] = { "AWS_DEFAULT_REGION", 0 },
    [JWTI_ENV_ROLE_ARN] = { "AWS_ROLE_ARN", 0 },
    [JWTI_ENV_WEB_IDENTITY_TOKEN_FILE] = { "AWS_WEB_IDENTITY_TOKEN_FILE", 0 },
    [JWTI_ENV_ROLE_SESSION_NAME] = { "AWS_ROLE_SESSION_NAME", 0 },
    [JWTI_ENV_CONTAINER_RELATIVE_URI] =
        { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_CONTAINER_FULL_URI] =
        { "AWS_CONTAINER_CREDENTIALS_FULL_URI", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_CONTAINER_TOKEN] =
        { "AWS_CONTAINER_AUTHORIZATION_TOKEN",
          JWTI_AWS_ENV_SECRET | JWTI_AWS_ENV_TOKEN },
    [JWTI_ENV_CONTAINER_TOKEN_FILE] =
        { "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", 0 },
    [JWTI_ENV_METADATA_DISABLED] = { "AWS_EC2_METADATA_DISABLED", 0 },
    [JWTI_ENV_METADATA_ENDPOINT] = { "AWS_EC2_METADATA_SERVICE_ENDPOINT", 0 },
    [JWTI_ENV_METADATA_ENDPOINT_MODE] =
        { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", 0 },
    [JWTI_ENV_ENDPOINT_URL] = { "AWS_ENDPOINT_URL", 0 },
    [JWTI_ENV_ENDPOINT_URL_SECRETSMANAGER] =
        { "AWS_ENDPOINT_URL_SECRETS_MANAGER", 0 },
    [JWTI_ENV_ENDPOINT_URL_ECS] = { "AWS_ENDPOINT_URL_ECS", 0 },
    [JWTI_ENV_ENDPOINT_URL_SSM] = { "AWS_ENDPOINT_URL_SSM", 0 },
    [JWTI_ENV_ENDPOINT_URL_STS] = { "AWS_ENDPOINT_URL_STS", 0 },
    [JWTI_ENV_IGNORE_ENDPOINT_URLS] =
        { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", 0 },
    [JWTI_ENV_USE_FIPS] = { "AWS_USE_FIPS_ENDPOINT", 0 },
    [JWTI_ENV_USE_DUALSTACK] = { "AWS_USE_DUALSTACK_ENDPOINT", 0 },
    [JWTI_ENV_CA_BUNDLE] = { "AWS_CA_BUNDLE", 0 },
    [JWTI_ENV_HOME] = { "HOME", 0 },
    [JWTI_ENV_HTTPS_PROXY_LOWER] = { "https_proxy", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_HTTPS_PROXY] = { "HTTPS_PROXY", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_HTTP_PROXY_LOWER] = { "http_proxy", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_ALL_PROXY_LOWER] = { "all_proxy", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_ALL_PROXY] = { "ALL_PROXY", JWTI_AWS_ENV_SECRET },
    [JWTI_ENV_NO_PROXY_LOWER] = { "no_proxy", 0 },
    [JWTI_ENV_NO_PROXY] = { "NO_PROXY", 0 }
};


const char *
jwti_aws_env_name(jwti_aws_env_e id)
{
    return ((unsigned) id < JWTI_ENV_NAMES) ? jwti_aws_env_names[id].name
                                            : NULL;
}


int
jwti_aws_env_is_secret(jwti_aws_env_e id)
{
    if ((unsigned) id >= JWTI_ENV_NAMES) {
        return 0;
    }

    return (jwti_aws_env_names[id].flags & JWTI_AWS_ENV_SECRET) != 0;
}


jwti_rc_t
jwti_aws_env_init(jwti_aws_env_t *env, jwti_aws_env_get_pt get, void *data,
    const char **name)
{
    unsigned     i;
    jwti_rc_t    rc;
    const char  *value;

    memset(env, 0, sizeof(jwti_aws_env_t));

    for (i = 0; i < JWTI_ENV_NAMES; i++) {
        *name = jwti_aws_env_names[i].name;

        value = get(*name, data);

        if (value == NULL) {
            continue;
        }

        rc = jwti_aws_env_copy(value, jwti_aws_env_limit((jwti_aws_env_e) i),
                               &env->values[i]);

        if (rc != JWTI_OK) {
            jwti_aws_env_free(env);
            return rc;
        }
    }

    *name = NULL;

    return JWTI_OK;
}


const char *
jwti_aws_env_get(const jwti_aws_env_t *env, jwti_aws_env_e id)
{
    return ((unsigned) id < JWTI_ENV_NAMES) ? env->values[id] : NULL;
}


int
jwti_aws_env_is_true(const jwti_aws_env_t *env, jwti_aws_env_e id)
{
    static const char  word[] = "true";

    size_t       i;
    const char  *value;

    value = jwti_aws_env_get(env, id);

    if (value == NULL || strlen(value) != sizeof(word) - 1) {
        return 0;
    }

    for (i = 0; i < sizeof(word) - 1; i++) {
        if ((value[i] | 0x20) != word[i]) {
            return 0;
        }
    }

    return 1;
}


void
jwti_aws_env_free(jwti_aws_env_t *env)
{
    unsigned  i;

    for (i = 0; i < JWTI_ENV_NAMES; i++) {
        jwti_text_drop(&env->values[i]);
    }
}


static size_t
jwti_aws_env_limit(jwti_aws_env_e id)
{
    return (jwti_aws_env_names[id].flags & JWTI_AWS_ENV_TOKEN)
           ? JWTI_AWS_SESSION_MAX : JWTI_AWS_ENV_TEXT_MAX;
}


/* *copy stays NULL when nothing but white space is there */

static jwti_rc_t
jwti_aws_env_copy(const char *value, size_t max, char **copy)
{
    size_t         i, len;
    jwti_str_t     text;
    unsigned char  ch;

    for (len = 0; value[len] != '\0'; len++) {
        if (len == max) {
            return JWTI_INVALID;
        }
    }

    while (len > 0 && strchr(" \t\r\n", value[len - 1]) != NULL) {
        len--;
    }

    for (i = 0; i < len; i++) {
        ch = (unsigned char) value[i];

        if (ch < 0x20 || ch == 0x7f) {
            return JWTI_INVALID;
        }
    }

    text.data = (const unsigned char *) value;
    text.len = len;

    return jwti_text_set(copy, text);
}
