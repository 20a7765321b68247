
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_env.h: a copy of the environment variables that say how AWS is
 * reached.  Taken where the environment is still complete, used where it is
 * not any more.  The table of names is also the list of what to preserve.
 */


#ifndef JWTI_AWS_ENV_H_INCLUDED
#define JWTI_AWS_ENV_H_INCLUDED


#include "jwti_aws.h"


#pragma GCC visibility push(hidden)


typedef enum {
    JWTI_ENV_ACCESS_KEY_ID = 0,
    JWTI_ENV_SECRET_ACCESS_KEY,
    JWTI_ENV_SESSION_TOKEN,
    JWTI_ENV_CREDENTIAL_EXPIRATION,
    JWTI_ENV_PROFILE,
    JWTI_ENV_CONFIG_FILE,
    JWTI_ENV_SHARED_CREDENTIALS_FILE,
    JWTI_ENV_REGION,
    JWTI_ENV_DEFAULT_REGION,
    JWTI_ENV_ROLE_ARN,
    JWTI_ENV_WEB_IDENTITY_TOKEN_FILE,
    JWTI_ENV_ROLE_SESSION_NAME,
    JWTI_ENV_CONTAINER_RELATIVE_URI,
    JWTI_ENV_CONTAINER_FULL_URI,
    JWTI_ENV_CONTAINER_TOKEN,
    JWTI_ENV_CONTAINER_TOKEN_FILE,
    JWTI_ENV_METADATA_DISABLED,
    JWTI_ENV_METADATA_ENDPOINT,
    JWTI_ENV_METADATA_ENDPOINT_MODE,
    JWTI_ENV_ENDPOINT_URL,
    JWTI_ENV_ENDPOINT_URL_SECRETSMANAGER,
    JWTI_ENV_ENDPOINT_URL_ECS,
    JWTI_ENV_ENDPOINT_URL_SSM,
    JWTI_ENV_ENDPOINT_URL_STS,
    JWTI_ENV_IGNORE_ENDPOINT_URLS,
    JWTI_ENV_USE_FIPS,
    JWTI_ENV_USE_DUALSTACK,
    JWTI_ENV_CA_BUNDLE,
    JWTI_ENV_HOME,
    JWTI_ENV_HTTPS_PROXY_LOWER,     /* wins over the upper case one */
    JWTI_ENV_HTTPS_PROXY,
    JWTI_ENV_HTTP_PROXY_LOWER,      /* only so: HTTP_PROXY may be a header */
    JWTI_ENV_ALL_PROXY_LOWER,
    JWTI_ENV_ALL_PROXY,
    JWTI_ENV_NO_PROXY_LOWER,
    JWTI_ENV_NO_PROXY,
    JWTI_ENV_NAMES                  /* how many there are */
} jwti_aws_env_e;


/* the value of a variable, terminated, or NULL; it is copied at once */
typedef const char *(*jwti_aws_env_get_pt)(const char *name, void *data);

/* fields are private; may hold secrets; not to be copied */
typedef struct {
    char  *values[JWTI_ENV_NAMES];
} jwti_aws_env_t;


/* the name of a variable, terminated; NULL when id is out of range */
const char *jwti_aws_env_name(jwti_aws_env_e id);

/* 1 when the value must not be shown (keys, tokens, proxies' passwords) */
int jwti_aws_env_is_secret(jwti_aws_env_e id);

/*
 * Ask get for every variable of the table and keep a copy.  An empty value
 * counts as unset.
 *
 * JWTI_OK: freed with jwti_aws_env_free().  JWTI_INVALID: the value of *name
 * is too long or holds a control character other than white space at its
 * end.  JWTI_ERROR: out of memory.  env is empty after an error.
 */
jwti_rc_t jwti_aws_env_init(jwti_aws_env_t *env, jwti_aws_env_get_pt get,
    void *data, const char **name) JWTI_MUST_CHECK;

/* the value without white space at its end, terminated; NULL: unset */
const char *jwti_aws_env_get(const jwti_aws_env_t *env, jwti_aws_env_e id);

/* 1 when the value is "true" in any case */
int jwti_aws_env_is_true(const jwti_aws_env_t *env, jwti_aws_env_e id);

/* cleanses; env is empty then and may be freed again */
void jwti_aws_env_free(jwti_aws_env_t *env);


#pragma GCC visibility pop


#endif /* JWTI_AWS_ENV_H_INCLUDED */
