
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_profile.h: one profile of AWS's shared config and credentials
 * files.  Read the config file first: what the credentials file says wins.
 */


#ifndef JWTI_AWS_PROFILE_H_INCLUDED
#define JWTI_AWS_PROFILE_H_INCLUDED


#include "jwti_aws.h"


#pragma GCC visibility push(hidden)


#define JWTI_AWS_FILE_MAX   262144      /* bytes of one file */
#define JWTI_AWS_PATH_MAX   4096        /* of a file named in a setting */
#define JWTI_AWS_NAME_MAX   128         /* of a profile, session, services */


typedef enum {
    JWTI_AWS_CONFIG_FILE = 0,       /* [default], [profile x], [services x] */
    JWTI_AWS_CREDENTIALS_FILE       /* [x] */
} jwti_aws_file_e;

typedef enum {
    JWTI_PROFILE_ACCESS_KEY_ID = 0,
    JWTI_PROFILE_SECRET_ACCESS_KEY,
    JWTI_PROFILE_SESSION_TOKEN,
    JWTI_PROFILE_REGION,
    JWTI_PROFILE_ROLE_ARN,
    JWTI_PROFILE_SOURCE_PROFILE,
    JWTI_PROFILE_CREDENTIAL_SOURCE,
    JWTI_PROFILE_EXTERNAL_ID,
    JWTI_PROFILE_ROLE_SESSION_NAME,
    JWTI_PROFILE_DURATION_SECONDS,
    JWTI_PROFILE_WEB_IDENTITY_TOKEN_FILE,
    JWTI_PROFILE_ENDPOINT_URL,
    JWTI_PROFILE_SERVICES,
    JWTI_PROFILE_USE_FIPS,
    JWTI_PROFILE_USE_DUALSTACK,
    JWTI_PROFILE_IGNORE_ENDPOINT_URLS,
    JWTI_PROFILE_CA_BUNDLE,
    JWTI_PROFILE_METADATA_ENDPOINT,
    JWTI_PROFILE_METADATA_ENDPOINT_MODE,

    /* endpoint_url of the profile's services section, as jwti_aws_service_e */
    JWTI_PROFILE_SECRETSMANAGER_ENDPOINT,
    JWTI_PROFILE_ECS_ENDPOINT,
    JWTI_PROFILE_SSM_ENDPOINT,
    JWTI_PROFILE_STS_ENDPOINT,

    JWTI_PROFILE_SETTINGS
} jwti_aws_setting_e;

#define JWTI_PROFILE_SERVICE_ENDPOINT  JWTI_PROFILE_SECRETSMANAGER_ENDPOINT

#define jwti_profile_service_endpoint(service)                                \
    ((jwti_aws_setting_e) (JWTI_PROFILE_SERVICE_ENDPOINT + (service)))


/* fields are private but where noted; holds secrets; not to be copied */
typedef struct {
    char        *values[JWTI_PROFILE_SETTINGS];
    const char  *refused;   /* readable: a key that cannot be honoured, with
                             * the alternative, for a message; NULL: none.
                             * Matters only when the profile is to give
                             * credentials. */
    const char  *mfa;       /* readable: the same for mfa_serial, which
                             * matters only with role_arn; NULL: none */
    unsigned     found:1;   /* readable: a section of the profile was there */
} jwti_aws_profile_t;

/* why a file was refused; all texts are constants and hold nothing of it */
typedef struct {
    const char  *text;
    const char  *key;       /* of the table of settings; NULL: none */
    size_t       line;      /* from 1; 0: the file as a whole */
} jwti_aws_profile_error_t;


/* a profile without settings */
void jwti_aws_profile_init(jwti_aws_profile_t *profile);

/*
 * Add the settings of the profile called name, which is terminated, from the
 * text of one file, at most JWTI_AWS_FILE_MAX bytes.  Sections of the same
 * name are one, the later setting wins; "[profile default]" hides
 * "[default]".  Names of settings in any case; unknown ones are left out;
 * empty ones count as absent.  Values of settings have no control characters
 * and their own limits.  A key, secret or token replaces all three of an
 * earlier file: those of different files are never mixed.
 *
 * JWTI_OK, also when the profile is not there.  JWTI_INVALID: *error says
 * why.  JWTI_ERROR: out of memory.  Only after JWTI_OK has anything changed.
 */
jwti_rc_t jwti_aws_profile_read(jwti_aws_profile_t *profile, const char *name,
    jwti_aws_file_e file, jwti_str_t text, jwti_aws_profile_error_t *error)
    JWTI_MUST_CHECK;

/* the value, terminated and not empty, until freed or read again; or NULL */
const char *jwti_aws_profile_get(const jwti_aws_profile_t *profile,
    jwti_aws_setting_e setting);

/* cleanses; the profile is without settings then */
void jwti_aws_profile_free(jwti_aws_profile_t *profile);


#pragma GCC visibility pop


#endif /* JWTI_AWS_PROFILE_H_INCLUDED */
