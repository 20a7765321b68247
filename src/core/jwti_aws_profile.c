
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_profile.c: which lines of the shared files are the profile's, and
 * which of its settings count.  The texts hold secrets: nothing of them but
 * the settings' own copies is kept, and no error quotes them.
 */


#include <string.h>

#include "jwti_aws_ini.h"
#include "jwti_aws_profile.h"
#include "jwti_text.h"


/* the longest external id in the service's model */
#define JWTI_AWS_PROFILE_EXTERNAL_MAX  1224

#define JWTI_AWS_WORD_MAX              32


typedef struct {
    const char  *name;
    size_t       max;           /* bytes of the value */
} jwti_aws_profile_setting_t;

typedef struct {
    const char  *name;
    size_t       prefix;        /* compare so many characters; 0: all */
    unsigned     mfa;
    const char  *text;
} jwti_aws_profile_refused_t;

/* one pass over a text */
typedef struct {
    const char                *name;        /* of the profile */
    jwti_aws_file_e            file;
    unsigned                   strong:1;    /* "[profile default]" is there */
    jwti_aws_profile_t        *profile;
    jwti_aws_profile_error_t  *error;
} jwti_aws_profile_pass_t;


static jwti_rc_t jwti_aws_profile_load(jwti_aws_profile_pass_t *pass,
    jwti_str_t text);
static jwti_rc_t jwti_aws_profile_settings(jwti_aws_profile_pass_t *pass,
    jwti_str_t text);
static jwti_rc_t jwti_aws_profile_setting(jwti_aws_profile_pass_t *pass,
    const jwti_aws_ini_t *ini, jwti_aws_ini_e item);
static jwti_rc_t jwti_aws_profile_services(jwti_aws_profile_pass_t *pass,
    jwti_str_t text);
static jwti_rc_t jwti_aws_profile_set(jwti_aws_profile_pass_t *pass,
    jwti_aws_setting_e setting, jwti_str_t value, size_t line);
static void jwti_aws_profile_merge(jwti_aws_profile_t *profile,
    jwti_aws_profile_t *fresh);
static void jwti_aws_profile_refuse(jwti_aws_profile_t *profile,
    jwti_str_t name);
static int jwti_aws_profile_is_section(const jwti_aws_profile_pass_t *pass,
    jwti_str_t section);


static const jwti_aws_profile_setting_t
    jwti_aws_profile_names[JWTI_PROFILE_SERVICE_ENDPOINT] =
{
    [JWTI_PROFILE_ACCESS_KEY_ID] =
        { "aws_access_key_id", JWTI_AWS_ACCESS_KEY_MAX },
    [JWTI_PROFILE_SECRET_ACCESS_KEY] =
        { "aws_secret_access_key", JWTI_AWS_SECRET_KEY_MAX },
    [JWTI_PROFILE_SESSION_TOKEN] =
        { "aws_session_token", JWTI_AWS_SESSION_MAX },
    [JWTI_PROFILE_REGION] = { "region", JWTI_AWS_REGION_MAX },
    [JWTI_PROFILE_ROLE_ARN] = { "role_arn", JWTI_AWS_ID_MAX },
    [JWTI_PROFILE_SOURCE_PROFILE] = { "source_profile", JWTI_AWS_NAME_MAX },
    [JWTI_PROFILE_CREDENTIAL_SOURCE] =
        { "credential_source", JWTI_AWS_WORD_MAX },
    [JWTI_PROFILE_EXTERNAL_ID] =
        { "external_id", JWTI_AWS_PROFILE_EXTERNAL_MAX },
    [JWTI_PROFILE_ROLE_SESSION_NAME] =
        { "role_session_name", JWTI_AWS_NAME_MAX },
    [JWTI_PROFILE_DURATION_SECONDS] = { "duration_seconds", JWTI_AWS_WORD_MAX },
    [JWTI_PROFILE_WEB_IDENTITY_TOKEN_FILE] =
        { "web_identity_token_file", JWTI_AWS_PATH_MAX },
    [JWTI_PROFILE_ENDPOINT_URL] = { "endpoint_url", JWTI_AWS_ENDPOINT_MAX },
    [JWTI_PROFILE_SERVICES] = { "services", JWTI_AWS_NAME_MAX },
    [JWTI_PROFILE_USE_FIPS] = { "use_fips_endpoint", JWTI_AWS_WORD_MAX },
    [JWTI_PROFILE_USE_DUALSTACK] =
        { "use_dualstack_endpoint", JWTI_AWS_WORD_MAX },
    [JWTI_PROFILE_IGNORE_ENDPOINT_URLS] =
        { "ignore_configured_endpoint_urls", JWTI_AWS_WORD_MAX },
    [JWTI_PROFILE_CA_BUNDLE] = { "ca_bundle", JWTI_AWS_PATH_MAX },
    [JWTI_PROFILE_METADATA_ENDPOINT] =
        { "ec2_metadata_service_endpoint", JWTI_AWS_ENDPOINT_MAX },
    [JWTI_PROFILE_METADATA_ENDPOINT_MODE] =
        { "ec2_metadata_service_endpoint_mode", JWTI_AWS_WORD_MAX }
};

/* as a services section has them */
static const char  *const jwti_aws_profile_service_names[JWTI_AWS_SERVICES] = {
    [JWTI_AWS_SECRETSMANAGER] = "secrets_manager",
    [JWTI_AWS_ECS] = "ecs",
    [JWTI_AWS_SSM] = "ssm",
    [JWTI_AWS_STS] = "sts"
};

static const jwti_aws_profile_refused_t  jwti_aws_profile_refusals[] = {
    { "credential_process", 0, 0,
      "credential_process is not supported: let it write a credentials file, "
      "which is read again" },
    { "sso_", 4, 0,
      "sso_* is not supported: use a role (role_arn), static keys or web "
      "identity" },
    { "login_session", 0, 0,
      "login_session is not supported: use a role (role_arn), static keys or "
      "web identity" },
    { "mfa_serial", 0, 1,
      "mfa_serial is not supported: nobody is there to type a code; use a "
      "role that does without" }
};


void
jwti_aws_profile_init(jwti_aws_profile_t *profile)
{
    memset(profile, 0, sizeof(jwti_aws_profile_t));
}


jwti_rc_t
jwti_aws_profile_read(jwti_aws_profile_t *profile, const char *name,
    jwti_aws_file_e file, jwti_str_t text, jwti_aws_profile_error_t *error)
{
    jwti_rc_t                rc;
    jwti_aws_profile_t       fresh;
    jwti_aws_profile_pass_t  pass;

    memset(error, 0, sizeof(jwti_aws_profile_error_t));
    jwti_aws_profile_init(&fresh);

    pass.name = name;
    pass.file = file;
    pass.strong = 0;
    pass.profile = &fresh;
    pass.error = error;

    rc = jwti_aws_profile_load(&pass, text);

    if (rc == JWTI_OK) {
        jwti_aws_profile_merge(profile, &fresh);

    } else if (rc == JWTI_ERROR) {
        error->text = "out of memory";
    }

    jwti_aws_profile_free(&fresh);

    return rc;
}


const char *
jwti_aws_profile_get(const jwti_aws_profile_t *profile,
    jwti_aws_setting_e setting)
{
    return ((unsigned) setting < JWTI_PROFILE_SETTINGS)
           ? profile->values[setting] : NULL;
}


void
jwti_aws_profile_free(jwti_aws_profile_t *profile)
{
    unsigned  i;

    for (i = 0; i < JWTI_PROFILE_SETTINGS; i++) {
        jwti_text_drop(&profile->values[i]);
    }

    jwti_aws_profile_init(profile);
}


static jwti_rc_t
jwti_aws_profile_load(jwti_aws_profile_pass_t *pass, jwti_str_t text)
{
    jwti_rc_t  rc;

    if (text.len > JWTI_AWS_FILE_MAX) {
        pass->error->text = "longer than 256 KiB";
        return JWTI_INVALID;
    }

    if (text.len != 0 && memchr(text.data, '\0', text.len) != NULL) {
        pass->error->text = "a NUL in it";
        return JWTI_INVALID;
    }

    if (pass->file == JWTI_AWS_CONFIG_FILE) {
        pass->strong = jwti_aws_ini_has(text, "profile", "default") ? 1 : 0;
    }

    rc = jwti_aws_profile_settings(pass, text);

    if (rc != JWTI_OK || pass->file != JWTI_AWS_CONFIG_FILE
        || pass->profile->values[JWTI_PROFILE_SERVICES] == NULL)
    {
        return rc;
    }

    /* it may stand before the profile that names it: a pass of its own */

    return jwti_aws_profile_services(pass, text);
}


static jwti_rc_t
jwti_aws_profile_settings(jwti_aws_profile_pass_t *pass, jwti_str_t text)
{
    int             ours;
    jwti_rc_t       rc;
    jwti_aws_ini_e  item;
    jwti_aws_ini_t  ini;

    jwti_aws_ini_init(&ini, text);
    ours = 0;

    for ( ;; ) {
        item = jwti_aws_ini_next(&ini);

        if (item == JWTI_AWS_INI_END) {
            return JWTI_OK;
        }

        if (item == JWTI_AWS_INI_BROKEN) {
            pass->error->text = ini.err;
            pass->error->line = ini.line;

            return JWTI_INVALID;
        }

        if (item == JWTI_AWS_INI_SECTION) {
            ours = jwti_aws_profile_is_section(pass, ini.section);

            if (ours) {
                pass->profile->found = 1;
            }

            continue;
        }

        if (!ours) {
            continue;
        }

        rc = jwti_aws_profile_setting(pass, &ini, item);

        if (rc != JWTI_OK) {
            return rc;
        }
    }
}


static jwti_rc_t
jwti_aws_profile_setting(jwti_aws_profile_pass_t *pass,
    const jwti_aws_ini_t *ini, jwti_aws_ini_e item)
{
    unsigned  i;

    for (i = 0; i < JWTI_PROFILE_SERVICE_ENDPOINT; i++) {

        if (!jwti_aws_ini_is_key(ini->name, jwti_aws_profile_names[i].name,
                                 0))
        {
            continue;
        }

        if (item == JWTI_AWS_INI_SETTING) {
            return jwti_aws_profile_set(pass, (jwti_aws_setting_e) i,
                                        ini->value, ini->line);
        }

        /* SDKs would add the line to the value, which none of ours can be */

        pass->error->text = "continued on the next line";
        pass->error->key = jwti_aws_profile_names[i].name;
        pass->error->line = ini->line;

        return JWTI_INVALID;
    }

    if (item == JWTI_AWS_INI_SETTING && ini->value.len != 0) {
        jwti_aws_profile_refuse(pass->profile, ini->name);
    }

    return JWTI_OK;
}


static jwti_rc_t
jwti_aws_profile_services(jwti_aws_profile_pass_t *pass, jwti_str_t text)
{
    int             ours;
    unsigned        i;
    jwti_rc_t       rc;
    const char     *name;
    jwti_aws_ini_e  item;
    jwti_aws_ini_t  ini;

    jwti_aws_ini_init(&ini, text);
    name = pass->profile->values[JWTI_PROFILE_SERVICES];
    ours = 0;

    for ( ;; ) {
        item = jwti_aws_ini_next(&ini);

        if (item == JWTI_AWS_INI_END || item == JWTI_AWS_INI_BROKEN) {
            return JWTI_OK;
        }

        if (item == JWTI_AWS_INI_SECTION) {
            ours = jwti_aws_ini_is_typed(ini.section, "services", name);
            continue;
        }

        if (!ours || item != JWTI_AWS_INI_NESTED
            || !jwti_aws_ini_is_key(ini.nested, "endpoint_url", 0))
        {
            continue;
        }

        for (i = 0; i < JWTI_AWS_SERVICES; i++) {

            if (!jwti_aws_ini_is_key(ini.name,
                                     jwti_aws_profile_service_names[i], 0))
            {
                continue;
            }

            rc = jwti_aws_profile_set(pass, jwti_profile_service_endpoint(i),
                                      ini.value, ini.line);

            if (rc != JWTI_OK) {
                return rc;
            }
        }
    }
}


static jwti_rc_t
jwti_aws_profile_set(jwti_aws_profile_pass_t *pass,
    jwti_aws_setting_e setting, jwti_str_t value, size_t line)
{
    size_t       i, max;
    const char  *err;

    max = JWTI_AWS_ENDPOINT_MAX;
    pass->error->key = "endpoint_url";

    if (setting < JWTI_PROFILE_SERVICE_ENDPOINT) {
        max = jwti_aws_profile_names[setting].max;
        pass->error->key = jwti_aws_profile_names[setting].name;
    }

    pass->error->line = line;
    err = (value.len > max) ? "too long" : NULL;

    for (i = 0; i < value.len; i++) {
        if (value.data[i] < 0x20 || value.data[i] == 0x7f) {
            err = "a control character in it";
        }
    }

    if (err != NULL) {
        pass->error->text = err;
        return JWTI_INVALID;
    }

    if (jwti_text_set(&pass->profile->values[setting], value) != JWTI_OK) {
        return JWTI_ERROR;
    }

    pass->error->key = NULL;
    pass->error->line = 0;

    return JWTI_OK;
}


static void
jwti_aws_profile_merge(jwti_aws_profile_t *profile, jwti_aws_profile_t *fresh)
{
    unsigned  i;

    /* a token of one file says nothing about a key of the other */

    if (fresh->values[JWTI_PROFILE_ACCESS_KEY_ID] != NULL
        || fresh->values[JWTI_PROFILE_SECRET_ACCESS_KEY] != NULL
        || fresh->values[JWTI_PROFILE_SESSION_TOKEN] != NULL)
    {
        jwti_text_drop(&profile->values[JWTI_PROFILE_ACCESS_KEY_ID]);
        jwti_text_drop(&profile->values[JWTI_PROFILE_SECRET_ACCESS_KEY]);
        jwti_text_drop(&profile->values[JWTI_PROFILE_SESSION_TOKEN]);
    }

    for (i = 0; i < JWTI_PROFILE_SETTINGS; i++) {

        if (fresh->values[i] != NULL) {
            jwti_text_drop(&profile->values[i]);
            profile->values[i] = fresh->values[i];
            fresh->values[i] = NULL;        /* is profile's now */
        }
    }

    profile->refused = (fresh->refused != NULL) ? fresh->refused
                                                : profile->refused;
    profile->mfa = (fresh->mfa != NULL) ? fresh->mfa : profile->mfa;
    profile->found |= fresh->found;
}


static void
jwti_aws_profile_refuse(jwti_aws_profile_t *profile, jwti_str_t name)
{
    size_t                             i;
    const jwti_aws_profile_refused_t  *refused;

    for (i = 0;
         i < sizeof(jwti_aws_profile_refusals)
             / sizeof(jwti_aws_profile_refusals[0]);
         i++)
    {
        refused = &jwti_aws_profile_refusals[i];

        if (!jwti_aws_ini_is_key(name, refused->name, refused->prefix)) {
            continue;
        }

        if (refused->mfa) {
            profile->mfa = refused->text;

        } else {
            profile->refused = refused->text;
        }
    }
}


static int
jwti_aws_profile_is_section(const jwti_aws_profile_pass_t *pass,
    jwti_str_t section)
{
    if (pass->file == JWTI_AWS_CREDENTIALS_FILE) {
        return jwti_aws_ini_is(section, pass->name);
    }

    if (jwti_aws_ini_is_typed(section, "profile", pass->name)) {
        return 1;
    }

    return !pass->strong && strcmp(pass->name, "default") == 0
           && jwti_aws_ini_is(section, "default");
}
