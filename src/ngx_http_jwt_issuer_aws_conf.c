
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The jwt_issuer_aws block, and the environment as the master has it: nginx
 * takes it away from workers, and a new master after a binary upgrade gets
 * only what is named.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_aws.h"
#include "ngx_http_jwt_issuer_curl.h"


static ngx_http_jwt_issuer_aws_conf_t *ngx_http_jwt_issuer_aws_conf_create(
    ngx_conf_t *cf);
static char *ngx_http_jwt_issuer_aws_set_str(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_jwt_issuer_aws_set_flag(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_jwt_issuer_aws_set_credentials(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_jwt_issuer_aws_set_endpoint(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static const char *ngx_http_jwt_issuer_aws_getenv(const char *name,
    void *data);
static char *ngx_http_jwt_issuer_aws_preserve(ngx_conf_t *cf,
    const jwti_aws_env_t *env);
static void ngx_http_jwt_issuer_aws_cleanup(void *data);
static char *ngx_http_jwt_issuer_aws_outside(ngx_conf_t *cf,
    ngx_http_jwt_issuer_aws_conf_t *aws);
static ngx_uint_t ngx_http_jwt_issuer_aws_is_used(
    ngx_http_jwt_issuer_main_conf_t *jmcf);


static ngx_command_t  ngx_http_jwt_issuer_aws_commands[] = {

    { ngx_string("region"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_aws_set_str,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.region),
      NULL },

    { ngx_string("endpoint"),
      NGX_CONF_TAKE12,
      ngx_http_jwt_issuer_aws_set_endpoint,
      0,
      0,
      NULL },

    { ngx_string("credentials"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_aws_set_credentials,
      0,
      0,
      NULL },

    { ngx_string("profile"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_aws_set_str,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.profile),
      NULL },

    { ngx_string("role_arn"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_aws_set_str,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.role_arn),
      NULL },

    { ngx_string("external_id"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_aws_set_str,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.external_id),
      NULL },

    { ngx_string("role_session_name"),
      NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_aws_set_str,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.role_session_name),
      NULL },

    { ngx_string("fips"),
      NGX_CONF_FLAG,
      ngx_http_jwt_issuer_aws_set_flag,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.fips),
      NULL },

    { ngx_string("dualstack"),
      NGX_CONF_FLAG,
      ngx_http_jwt_issuer_aws_set_flag,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, conf.dualstack),
      NULL },

    { ngx_string("ca_file"),
      NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, ca_file),
      NULL },

    { ngx_string("connect_timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, connect_timeout),
      NULL },

    { ngx_string("timeout"),
      NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_http_jwt_issuer_aws_conf_t, timeout),
      NULL },

      ngx_null_command
};


char *
ngx_http_jwt_issuer_aws_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    if (jmcf->aws) {
        return "is duplicate";
    }

    jmcf->aws = ngx_http_jwt_issuer_aws_conf_create(cf);
    if (jmcf->aws == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_issuer_place(cf, &jmcf->aws->place);

    return ngx_http_jwt_issuer_block_parse(cf,
                                           ngx_http_jwt_issuer_aws_commands,
                                           jmcf->aws);
}


static ngx_http_jwt_issuer_aws_conf_t *
ngx_http_jwt_issuer_aws_conf_create(ngx_conf_t *cf)
{
    ngx_http_jwt_issuer_aws_conf_t  *aws;

    aws = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_aws_conf_t));
    if (aws == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     aws->conf.source = JWTI_AWS_SOURCE_AUTO;
     *     aws->conf.* = NULL;
     *     aws->env = { NULL };
     *     aws->ca_file = { 0, NULL };
     *     aws->place = { { 0, NULL }, 0 };
     */

    aws->conf.user_agent = NGX_HTTP_JWT_ISSUER_AGENT;
    aws->conf.fips = -1;
    aws->conf.dualstack = -1;

    aws->connect_timeout = NGX_CONF_UNSET_MSEC;
    aws->timeout = NGX_CONF_UNSET_MSEC;

    return aws;
}


static char *
ngx_http_jwt_issuer_aws_set_str(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t    *value;
    const char  **field;

    field = (const char **) ((u_char *) conf + cmd->offset);

    if (*field) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "has an empty value";
    }

    *field = (const char *) value[1].data;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_aws_set_flag(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    int        *field;
    ngx_str_t  *value;

    field = (int *) ((u_char *) conf + cmd->offset);

    if (*field != -1) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcasecmp(value[1].data, (u_char *) "on") == 0) {
        *field = 1;

    } else if (ngx_strcasecmp(value[1].data, (u_char *) "off") == 0) {
        *field = 0;

    } else {
        return "must be \"on\" or \"off\"";
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_aws_set_credentials(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_aws_conf_t *aws = conf;

    ngx_str_t  *value;

    if (aws->conf.source != JWTI_AWS_SOURCE_AUTO) {
        return "is duplicate";
    }

    value = cf->args->elts;

    aws->conf.source = jwti_aws_source_find(
                                    ngx_http_jwt_issuer_to_core(&value[1]));

    if (aws->conf.source == JWTI_AWS_SOURCES
        || aws->conf.source == JWTI_AWS_SOURCE_AUTO)
    {
        return "must be \"env\", \"web_identity\", \"profile\","
               " \"container\" or \"imds\"";
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_aws_set_endpoint(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_aws_conf_t *aws = conf;

    ngx_str_t             *value, *url;
    ngx_uint_t             i;
    const char            *err, *name, **field;
    jwti_aws_endpoint_t    endpoint;

    value = cf->args->elts;
    url = &value[cf->args->nelts - 1];
    field = &aws->conf.endpoint;

    if (cf->args->nelts == 3) {

        field = NULL;

        for (i = 0; i < JWTI_AWS_SERVICES; i++) {
            name = jwti_aws_service_name((jwti_aws_service_e) i);

            if (ngx_strcmp(name, value[1].data) == 0) {
                field = &aws->conf.endpoints[i];
            }
        }

        if (field == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown AWS service \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    if (*field) {
        return "is duplicate";
    }

    err = NULL;

    if (jwti_aws_endpoint_parse(&endpoint, ngx_http_jwt_issuer_to_core(url),
                                &err)
        == JWTI_OK
        && !ngx_http_jwt_issuer_aws_is_private(&endpoint))
    {
        err = "it must be https, keys would be seen on their way";
    }

    if (err) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid endpoint \"%V\": %s", url, err);
        return NGX_CONF_ERROR;
    }

    *field = (const char *) url->data;

    return NGX_CONF_OK;
}


ngx_uint_t
ngx_http_jwt_issuer_aws_is_private(const jwti_aws_endpoint_t *endpoint)
{
    u_char     *host, *p;
    size_t      len;
    in_addr_t   addr;

    if (ngx_strncmp(endpoint->url, "https://", sizeof("https://") - 1) == 0) {
        return 1;
    }

    host = (u_char *) endpoint->host;

    if (ngx_strncmp(host, "[::1]", sizeof("[::1]") - 1) == 0) {
        return 1;
    }

    p = (u_char *) ngx_strchr(host, ':');
    len = p ? (size_t) (p - host) : ngx_strlen(host);

    if (len == sizeof("localhost") - 1
        && ngx_strncmp(host, "localhost", len) == 0)
    {
        return 1;
    }

    addr = ngx_inet_addr(host, len);

    return addr != INADDR_NONE && (ntohl(addr) >> 24) == 127;
}


char *
ngx_http_jwt_issuer_aws_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    char                            *rv;
    const char                      *err, *name;
    ngx_pool_cleanup_t              *cln;
    ngx_http_jwt_issuer_aws_conf_t  *aws;

    if (!ngx_http_jwt_issuer_aws_is_used(jmcf)) {

        /* nobody needs libcurl, which takes memory in worker 0 */

        jmcf->aws = NULL;
        return NGX_CONF_OK;
    }

    if (jmcf->aws == NULL) {
        jmcf->aws = ngx_http_jwt_issuer_aws_conf_create(cf);
        if (jmcf->aws == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_http_jwt_issuer_place(cf, &jmcf->aws->place);
    }

    aws = jmcf->aws;

    ngx_conf_init_msec_value(aws->connect_timeout, JWTI_AWS_CONNECT_TIMEOUT);
    ngx_conf_init_msec_value(aws->timeout, JWTI_AWS_TIMEOUT);

    if (aws->connect_timeout < 100 || aws->timeout < 100
        || aws->connect_timeout > 60000 || aws->timeout > 60000)
    {
        ngx_http_jwt_issuer_place_error(cf, &aws->place, 0,
                            "\"connect_timeout\" and \"timeout\" must be"
                            " between 100ms and 60s in \"jwt_issuer_aws\"");
        return NGX_CONF_ERROR;
    }

    /* no id is looked at here: an ARN may bring a region of its own */

    aws->conf.need_region = 1;

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    switch (jwti_aws_env_init(&aws->env, ngx_http_jwt_issuer_aws_getenv, NULL,
                              &name))
    {
    case JWTI_OK:
        break;

    case JWTI_INVALID:
        ngx_http_jwt_issuer_place_error(cf, &aws->place, 0,
                      "environment variable \"%s\" cannot be used: it is too"
                      " long or holds control characters", name);
        return NGX_CONF_ERROR;

    default:
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_jwt_issuer_aws_cleanup;
    cln->data = &aws->env;

    if (jwti_aws_conf_check(&aws->conf, &err) != JWTI_OK) {
        ngx_http_jwt_issuer_place_error(cf, &aws->place, 0,
                                        "%s in \"jwt_issuer_aws\"", err);
        return NGX_CONF_ERROR;
    }

    rv = ngx_http_jwt_issuer_aws_preserve(cf, &aws->env);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_aws_outside(cf, aws);
}


static ngx_uint_t
ngx_http_jwt_issuer_aws_is_used(ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    ngx_uint_t                       i;
    ngx_http_jwt_issuer_service_t  **services;

    services = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts; i++) {
        if (services[i]->source->load == NULL) {
            return 1;
        }
    }

    return 0;
}


static const char *
ngx_http_jwt_issuer_aws_getenv(const char *name, void *data)
{
    return getenv(name);
}


/* as "env NAME;" does, for each one that is set */

static char *
ngx_http_jwt_issuer_aws_preserve(ngx_conf_t *cf, const jwti_aws_env_t *env)
{
    ngx_str_t        *var;
    ngx_uint_t        i;
    ngx_core_conf_t  *ccf;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cf->cycle->conf_ctx,
                                           ngx_core_module);

    for (i = 0; i < JWTI_ENV_NAMES; i++) {

        if (jwti_aws_env_get(env, (jwti_aws_env_e) i) == NULL) {
            continue;
        }

        var = ngx_array_push(&ccf->env);
        if (var == NULL) {
            return NGX_CONF_ERROR;
        }

        var->data = (u_char *) jwti_aws_env_name((jwti_aws_env_e) i);
        var->len = ngx_strlen(var->data);
    }

    return NGX_CONF_OK;
}


static void
ngx_http_jwt_issuer_aws_cleanup(void *data)
{
    jwti_aws_env_free(data);
}


/* what libcurl would find out for itself, at a time when it no longer can */

static char *
ngx_http_jwt_issuer_aws_outside(ngx_conf_t *cf,
    ngx_http_jwt_issuer_aws_conf_t *aws)
{
    const char                       *proxy;
    curl_version_info_data           *version;
    ngx_http_jwt_issuer_transport_t  *transport;

    version = curl_version_info(CURLVERSION_NOW);

    if (!(version->features & CURL_VERSION_ASYNCHDNS)) {
        ngx_http_jwt_issuer_place_error(cf, &aws->place, 0,
                                        "libcurl %s resolves names"
                                        " synchronously and would block nginx",
                                        version->version);
        return NGX_CONF_ERROR;
    }

    if (version->version_num < 0x075700) {
        ngx_http_jwt_issuer_place_error(cf, &aws->place, 0,
                                        "libcurl %s is too old, 7.87.0 is"
                                        " needed", version->version);
        return NGX_CONF_ERROR;
    }

    transport = &aws->transport;

    if (aws->ca_file.len) {

        if (ngx_conf_full_name(cf->cycle, &aws->ca_file, 1) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        transport->ca_file = (const char *) aws->ca_file.data;

    } else {
        transport->ca_file = jwti_aws_env_get(&aws->env, JWTI_ENV_CA_BUNDLE);
    }

    if (transport->ca_file && access(transport->ca_file, R_OK) == -1) {
        ngx_http_jwt_issuer_place_error(cf, &aws->place, 0,
                                        "CA file \"%s\" cannot be read",
                                        transport->ca_file);
        return NGX_CONF_ERROR;
    }

    proxy = jwti_aws_env_get(&aws->env, JWTI_ENV_HTTPS_PROXY_LOWER);

    if (proxy == NULL) {
        proxy = jwti_aws_env_get(&aws->env, JWTI_ENV_HTTPS_PROXY);
    }

    if (proxy == NULL) {
        proxy = jwti_aws_env_get(&aws->env, JWTI_ENV_ALL_PROXY_LOWER);
    }

    if (proxy == NULL) {
        proxy = jwti_aws_env_get(&aws->env, JWTI_ENV_ALL_PROXY);
    }

    transport->proxy = proxy;

    transport->no_proxy = jwti_aws_env_get(&aws->env, JWTI_ENV_NO_PROXY_LOWER);

    if (transport->no_proxy == NULL) {
        transport->no_proxy = jwti_aws_env_get(&aws->env, JWTI_ENV_NO_PROXY);
    }

    return NGX_CONF_OK;
}
