
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_settings.h: region, endpoints and TLS of AWS, as found in the
 * configuration, else the environment, else the profile.
 */


#ifndef JWTI_AWS_SETTINGS_H_INCLUDED
#define JWTI_AWS_SETTINGS_H_INCLUDED


#include "jwti_aws_endpoint.h"
#include "jwti_aws_env.h"
#include "jwti_aws_profile.h"


#pragma GCC visibility push(hidden)


typedef enum {
    JWTI_AWS_SOURCE_AUTO = 0,   /* the first one that is configured */
    JWTI_AWS_SOURCE_ENV,        /* "env": AWS_ACCESS_KEY_ID ... */
    JWTI_AWS_SOURCE_WEB_IDENTITY,   /* "web_identity": of the environment */
    JWTI_AWS_SOURCE_PROFILE,    /* "profile", also one with a role in it */
    JWTI_AWS_SOURCE_CONTAINER,  /* "container": ECS, EKS Pod Identity */
    JWTI_AWS_SOURCE_IMDS,       /* "imds": EC2 instance metadata */
    JWTI_AWS_SOURCES
} jwti_aws_source_e;

/*
 * The configuration; strings are terminated, NULL: not set.  It and what it
 * points to outlive everything that was made with it.
 */
typedef struct {
    jwti_aws_source_e  source;
    const char        *profile;     /* asked before the environment's keys */
    const char        *role_arn;    /* assumed on top of what is found */
    const char        *external_id;
    const char        *role_session_name;   /* default "jwt-issuer" */
    const char        *region;
    const char        *user_agent;  /* "name/version", required */
    const char        *endpoint;    /* for all services */
    const char        *endpoints[JWTI_AWS_SERVICES];
    int                fips;        /* 1, 0; -1: not set */
    int                dualstack;   /* 1, 0; -1: not set */
    unsigned           need_region:1;   /* else the metadata service is not
                                         * asked for it, and none may be
                                         * found: when all ids are ARNs */
} jwti_aws_conf_t;

typedef struct {
    char                 region[JWTI_AWS_REGION_MAX + 1];   /* "": none */
    char                 ca_bundle[JWTI_AWS_PATH_MAX + 1];  /* "": not set */
    jwti_aws_endpoint_t  overrides[JWTI_AWS_SERVICES];  /* url "": none */
    unsigned             fips:1;
    unsigned             dualstack:1;
} jwti_aws_settings_t;


/*
 * Check what of the configuration can be checked before anything is read.
 * JWTI_OK, or JWTI_INVALID with a constant text in *err.
 */
jwti_rc_t jwti_aws_conf_check(const jwti_aws_conf_t *conf, const char **err)
    JWTI_MUST_CHECK;

/* of "env", "web_identity", ...; JWTI_AWS_SOURCES when it is none of them */
jwti_aws_source_e jwti_aws_source_find(jwti_str_t name);

/*
 * Fill settings; the region of the metadata service is not asked here.
 * JWTI_OK, or JWTI_INVALID with constants in *name (what is wrong) and *err.
 */
jwti_rc_t jwti_aws_settings_resolve(jwti_aws_settings_t *settings,
    const jwti_aws_conf_t *conf, const jwti_aws_env_t *env,
    const jwti_aws_profile_t *profile, const char **name, const char **err)
    JWTI_MUST_CHECK;

/*
 * Where service is reached: the override, else its public endpoint in region
 * (empty: that of the settings).  JWTI_OK; JWTI_NOT_FOUND: no region is known;
 * JWTI_INVALID: region is none.
 */
jwti_rc_t jwti_aws_settings_endpoint(const jwti_aws_settings_t *settings,
    jwti_aws_service_e service, jwti_str_t region,
    jwti_aws_endpoint_t *endpoint) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_AWS_SETTINGS_H_INCLUDED */
