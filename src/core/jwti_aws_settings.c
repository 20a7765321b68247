
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_settings.c: the order in which region, endpoints and TLS settings
 * are looked for.  Pure: everything it reads was read before.
 */


#include <string.h>

#include "jwti_aws_call.h"
#include "jwti_aws_settings.h"


static int jwti_aws_settings_session(const char *name);
static jwti_str_t jwti_aws_settings_str(const char *text);
static const char *jwti_aws_settings_override(
    const jwti_aws_conf_t *conf, const jwti_aws_env_t *env,
    const jwti_aws_profile_t *profile, unsigned service, const char **name);
static int jwti_aws_settings_are_ignored(const jwti_aws_env_t *env,
    const jwti_aws_profile_t *profile);
static jwti_rc_t jwti_aws_settings_flag(int conf, const jwti_aws_env_t *env,
    jwti_aws_env_e id, const char *value, const char **name, unsigned *flag);
static int jwti_aws_settings_word(const char *value, const char *word);
static void jwti_aws_settings_copy(char *dst, const char *src, size_t size);


static const char  *const jwti_aws_settings_sources[JWTI_AWS_SOURCES] = {
    [JWTI_AWS_SOURCE_AUTO] = "auto",
    [JWTI_AWS_SOURCE_ENV] = "env",
    [JWTI_AWS_SOURCE_WEB_IDENTITY] = "web_identity",
    [JWTI_AWS_SOURCE_PROFILE] = "profile",
    [JWTI_AWS_SOURCE_CONTAINER] = "container",
    [JWTI_AWS_SOURCE_IMDS] = "imds"
};

static const jwti_aws_env_e  jwti_aws_settings_env[JWTI_AWS_SERVICES] = {
    [JWTI_AWS_SECRETSMANAGER] = JWTI_ENV_ENDPOINT_URL_SECRETSMANAGER,
    [JWTI_AWS_ECS] = JWTI_ENV_ENDPOINT_URL_ECS,
    [JWTI_AWS_SSM] = JWTI_ENV_ENDPOINT_URL_SSM,
    [JWTI_AWS_STS] = JWTI_ENV_ENDPOINT_URL_STS
};


jwti_rc_t
jwti_aws_conf_check(const jwti_aws_conf_t *conf, const char **err)
{
    size_t               len;
    unsigned             i;
    jwti_aws_arn_t       arn;
    jwti_aws_endpoint_t  endpoint;

    *err = (conf->user_agent == NULL) ? "no user agent" : NULL;

    if (conf->region != NULL
        && !jwti_aws_region_valid(jwti_aws_settings_str(conf->region)))
    {
        *err = "the region is none";

    } else if (conf->profile != NULL
               && (conf->profile[0] == '\0'
                   || strlen(conf->profile) > JWTI_AWS_NAME_MAX))
    {
        *err = "the profile's name is empty or too long";

    } else if (conf->profile != NULL
               && conf->source != JWTI_AWS_SOURCE_AUTO
               && conf->source != JWTI_AWS_SOURCE_PROFILE)
    {
        *err = "a profile is named, but credentials are not to come from it";

    } else if (conf->role_arn == NULL
               && (conf->external_id != NULL
                   || conf->role_session_name != NULL))
    {
        *err = "an external id or a session name needs a role";

    } else if (conf->role_arn != NULL
               && jwti_aws_arn_parse(&arn,
                                     jwti_aws_settings_str(conf->role_arn))
                  != JWTI_OK)
    {
        *err = "the role is no ARN";

    } else if (conf->role_session_name != NULL
               && !jwti_aws_settings_session(conf->role_session_name))
    {
        *err = "the session name is not 2 to 64 of A-Z a-z 0-9 _ + = , . @ -";
    }

    if (conf->external_id != NULL && *err == NULL) {
        len = strlen(conf->external_id);

        if (len < JWTI_AWS_EXTERNAL_ID_MIN || len > JWTI_AWS_EXTERNAL_ID_MAX) {
            *err = "the external id is too short or too long";
        }
    }

    if (conf->endpoint != NULL && *err == NULL
        && jwti_aws_endpoint_parse(&endpoint,
                                   jwti_aws_settings_str(conf->endpoint), err)
           != JWTI_OK)
    {
        return JWTI_INVALID;
    }

    for (i = 0; i < JWTI_AWS_SERVICES && *err == NULL; i++) {
        if (conf->endpoints[i] != NULL
            && jwti_aws_endpoint_parse(&endpoint,
                              jwti_aws_settings_str(conf->endpoints[i]), err)
               != JWTI_OK)
        {
            return JWTI_INVALID;
        }
    }

    return (*err == NULL) ? JWTI_OK : JWTI_INVALID;
}


jwti_aws_source_e
jwti_aws_source_find(jwti_str_t name)
{
    unsigned     i;
    const char  *word;

    for (i = 0; i < JWTI_AWS_SOURCES; i++) {
        word = jwti_aws_settings_sources[i];

        if (name.len == strlen(word)
            && memcmp(name.data, word, name.len) == 0)
        {
            break;
        }
    }

    return (jwti_aws_source_e) i;
}


jwti_rc_t
jwti_aws_settings_resolve(jwti_aws_settings_t *settings,
    const jwti_aws_conf_t *conf, const jwti_aws_env_t *env,
    const jwti_aws_profile_t *profile, const char **name, const char **err)
{
    size_t       k;
    unsigned     i, flag;
    const char  *value;

    const char  *regions[4] = {
        conf->region,
        jwti_aws_env_get(env, JWTI_ENV_REGION),
        jwti_aws_env_get(env, JWTI_ENV_DEFAULT_REGION),
        jwti_aws_profile_get(profile, JWTI_PROFILE_REGION)
    };

    memset(settings, 0, sizeof(jwti_aws_settings_t));

    for (k = 0; k < 3 && regions[k] == NULL; k++) {
        /* void */
    }

    if (regions[k] != NULL) {

        if (!jwti_aws_region_valid(jwti_aws_settings_str(regions[k]))) {
            *name = "region";
            *err = "is none";
            return JWTI_INVALID;
        }

        jwti_aws_settings_copy(settings->region, regions[k],
                               sizeof(settings->region));
    }

    for (i = 0; i < JWTI_AWS_SERVICES; i++) {
        value = jwti_aws_settings_override(conf, env, profile, i, name);

        if (value != NULL
            && jwti_aws_endpoint_parse(&settings->overrides[i],
                                       jwti_aws_settings_str(value), err)
               != JWTI_OK)
        {
            return JWTI_INVALID;
        }
    }

    *err = "is neither true nor false";
    *name = "use_fips_endpoint";
    value = jwti_aws_profile_get(profile, JWTI_PROFILE_USE_FIPS);

    if (jwti_aws_settings_flag(conf->fips, env, JWTI_ENV_USE_FIPS, value, name,
                               &flag)
        != JWTI_OK)
    {
        return JWTI_INVALID;
    }

    settings->fips = flag & 1;

    *name = "use_dualstack_endpoint";
    value = jwti_aws_profile_get(profile, JWTI_PROFILE_USE_DUALSTACK);

    if (jwti_aws_settings_flag(conf->dualstack, env, JWTI_ENV_USE_DUALSTACK,
                               value, name, &flag)
        != JWTI_OK)
    {
        return JWTI_INVALID;
    }

    settings->dualstack = flag & 1;

    value = jwti_aws_env_get(env, JWTI_ENV_CA_BUNDLE);

    if (value == NULL) {
        value = jwti_aws_profile_get(profile, JWTI_PROFILE_CA_BUNDLE);
    }

    if (value != NULL) {
        jwti_aws_settings_copy(settings->ca_bundle, value,
                               sizeof(settings->ca_bundle));
    }

    return JWTI_OK;
}


jwti_rc_t
jwti_aws_settings_endpoint(const jwti_aws_settings_t *settings,
    jwti_aws_service_e service, jwti_str_t region,
    jwti_aws_endpoint_t *endpoint)
{
    if (region.len == 0) {
        region = jwti_aws_settings_str(settings->region);

        if (region.len == 0) {
            return JWTI_NOT_FOUND;
        }
    }

    if (!jwti_aws_region_valid(region)) {
        return JWTI_INVALID;
    }

    if (settings->overrides[service].url[0] != '\0') {
        *endpoint = settings->overrides[service];
        return JWTI_OK;
    }

    return jwti_aws_endpoint_default(endpoint, service, region,
                                     settings->fips, settings->dualstack);
}


static int
jwti_aws_settings_session(const char *name)
{
    size_t  i;

    for (i = 0; name[i] != '\0'; i++) {

        if (!(name[i] >= 'A' && name[i] <= 'Z')
            && !(name[i] >= 'a' && name[i] <= 'z')
            && !(name[i] >= '0' && name[i] <= '9')
            && strchr("_+=,.@-", name[i]) == NULL)
        {
            return 0;
        }
    }

    return i >= JWTI_AWS_SESSION_NAME_MIN && i <= JWTI_AWS_SESSION_NAME_MAX;
}


static jwti_str_t
jwti_aws_settings_str(const char *text)
{
    jwti_str_t  str;

    str.data = (const unsigned char *) text;
    str.len = strlen(text);

    return str;
}


static const char *
jwti_aws_settings_override(const jwti_aws_conf_t *conf,
    const jwti_aws_env_t *env, const jwti_aws_profile_t *profile,
    unsigned service, const char **name)
{
    size_t                i, n;
    jwti_aws_setting_e    setting;

    setting = jwti_profile_service_endpoint(service);

    const struct {
        const char  *name;
        const char  *value;
    } order[] = {
        { "endpoint", conf->endpoints[service] },
        { "endpoint", conf->endpoint },
        { jwti_aws_env_name(jwti_aws_settings_env[service]),
          jwti_aws_env_get(env, jwti_aws_settings_env[service]) },
        { "AWS_ENDPOINT_URL", jwti_aws_env_get(env, JWTI_ENV_ENDPOINT_URL) },
        { "endpoint_url of the services section",
          jwti_aws_profile_get(profile, setting) },
        { "endpoint_url",
          jwti_aws_profile_get(profile, JWTI_PROFILE_ENDPOINT_URL) }
    };

    n = jwti_aws_settings_are_ignored(env, profile)
        ? 2 : sizeof(order) / sizeof(order[0]);

    for (i = 0; i < n; i++) {

        if (order[i].value != NULL) {
            *name = order[i].name;
            return order[i].value;
        }
    }

    return NULL;
}


static int
jwti_aws_settings_are_ignored(const jwti_aws_env_t *env,
    const jwti_aws_profile_t *profile)
{
    const char  *value;

    if (jwti_aws_env_get(env, JWTI_ENV_IGNORE_ENDPOINT_URLS) != NULL) {
        return jwti_aws_env_is_true(env, JWTI_ENV_IGNORE_ENDPOINT_URLS);
    }

    value = jwti_aws_profile_get(profile, JWTI_PROFILE_IGNORE_ENDPOINT_URLS);

    return value != NULL && jwti_aws_settings_word(value, "true");
}


/* *name comes in as that of the profile's setting */

static jwti_rc_t
jwti_aws_settings_flag(int conf, const jwti_aws_env_t *env,
    jwti_aws_env_e id, const char *value, const char **name, unsigned *flag)
{
    if (conf >= 0) {
        *flag = (conf != 0);
        return JWTI_OK;
    }

    if (jwti_aws_env_get(env, id) != NULL) {
        *name = jwti_aws_env_name(id);
        value = jwti_aws_env_get(env, id);
    }

    if (value == NULL || jwti_aws_settings_word(value, "false")) {
        *flag = 0;
        return JWTI_OK;
    }

    *flag = 1;

    return jwti_aws_settings_word(value, "true") ? JWTI_OK : JWTI_INVALID;
}


static int
jwti_aws_settings_word(const char *value, const char *word)
{
    while (*word != '\0' && (*value | 0x20) == *word) {
        value++;
        word++;
    }

    return *value == '\0' && *word == '\0';
}


static void
jwti_aws_settings_copy(char *dst, const char *src, size_t size)
{
    size_t  len;

    len = strlen(src);

    /* whoever read it has kept to the limit; this is for the reader's eye */

    if (len >= size) {
        len = size - 1;
    }

    memcpy(dst, src, len);
    dst[len] = '\0';
}
