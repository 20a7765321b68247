
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwt_issuer_metadata: what an issuer says about itself.  All of it is
 * configured or follows from the keys; nothing of a request gets into it.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_public.h"
#include "jwti_metadata.h"
#include "jwti_uri.h"


#define NGX_HTTP_JWT_ISSUER_METADATA_JWKS  "/.well-known/jwks.json"


struct ngx_http_jwt_issuer_metadata_s {
    jwti_metadata_t              document;        /* all but algs */
    jwti_uri_t                   issuer;
    ngx_array_t                  services;        /* whose issuer it is */
    ngx_http_jwt_issuer_place_t  place;
};


static char *ngx_http_jwt_issuer_metadata_issuer(ngx_conf_t *cf,
    ngx_http_jwt_issuer_metadata_t *metadata, ngx_str_t *value);
static char *ngx_http_jwt_issuer_metadata_jwks(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_metadata_token(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_metadata_auth(ngx_conf_t *cf, void *conf,
    ngx_str_t *value);
static char *ngx_http_jwt_issuer_metadata_url(ngx_conf_t *cf,
    ngx_http_jwt_issuer_metadata_t *metadata, ngx_str_t *value,
    jwti_str_t *url);
static const char *ngx_http_jwt_issuer_metadata_parse(ngx_str_t *value,
    jwti_uri_t *uri);
static ngx_int_t ngx_http_jwt_issuer_metadata_write(ngx_http_request_t *r,
    ngx_str_t *document, time_t *max_age);


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_meta_params[] = {
    { ngx_string("jwks"), ngx_http_jwt_issuer_metadata_jwks },
    { ngx_string("token"), ngx_http_jwt_issuer_metadata_token },
    { ngx_string("auth"), ngx_http_jwt_issuer_metadata_auth },
    { ngx_null_string, NULL }
};


char *
ngx_http_jwt_issuer_metadata(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    char                             *rv;
    ngx_str_t                        *value, jwks;
    ngx_http_core_loc_conf_t         *clcf;
    ngx_http_jwt_issuer_metadata_t   *metadata;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    if (jlcf->metadata) {
        return "is duplicate";
    }

    metadata = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_metadata_t));
    if (metadata == NULL) {
        return NGX_CONF_ERROR;
    }

    jlcf->metadata = metadata;
    value = cf->args->elts;

    ngx_http_jwt_issuer_place(cf, &metadata->place);

    rv = ngx_http_jwt_issuer_metadata_issuer(cf, metadata, &value[1]);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_http_jwt_issuer_params(cf, &value[2], cf->args->nelts - 2,
                                    ngx_http_jwt_issuer_meta_params,
                                    metadata);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    /* left out, the methods would be taken for client_secret_basic */

    if ((metadata->document.token_endpoint.len != 0)
        != (metadata->document.nauth != 0))
    {
        return "needs both of \"token=\" and \"auth=\", or none";
    }

    if (metadata->document.jwks_uri.len == 0) {
        ngx_str_set(&jwks, NGX_HTTP_JWT_ISSUER_METADATA_JWKS);

        rv = ngx_http_jwt_issuer_metadata_jwks(cf, metadata, &jwks);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_issuer_metadata_handler;

    /* what is said to caches is said by the header filter */

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);
    jmcf->token = 1;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_metadata_issuer(ngx_conf_t *cf,
    ngx_http_jwt_issuer_metadata_t *metadata, ngx_str_t *value)
{
    const char  *err;
    jwti_uri_t  *issuer;

    issuer = &metadata->issuer;
    err = ngx_http_jwt_issuer_metadata_parse(value, issuer);

    if (err) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid issuer \"%V\": %s",
                           value, err);
        return NGX_CONF_ERROR;
    }

    if (issuer->path.len && issuer->path.data[issuer->path.len - 1] == '/') {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "issuer \"%V\" ends with a slash, which some"
                           " clients keep and others do not when they look"
                           " for its metadata", value);
    }

    metadata->document.issuer = ngx_http_jwt_issuer_to_core(value);

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_metadata_jwks(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_metadata_t *metadata = conf;

    return ngx_http_jwt_issuer_metadata_url(cf, metadata, value,
                                            &metadata->document.jwks_uri);
}


static char *
ngx_http_jwt_issuer_metadata_token(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_metadata_t *metadata = conf;

    return ngx_http_jwt_issuer_metadata_url(cf, metadata, value,
                                        &metadata->document.token_endpoint);
}


/* names with a comma between two */

static char *
ngx_http_jwt_issuer_metadata_auth(ngx_conf_t *cf, void *conf,
    ngx_str_t *value)
{
    ngx_http_jwt_issuer_metadata_t *metadata = conf;

    u_char           *p, *last, *comma;
    size_t            i;
    jwti_str_t        name;
    const char       *auth;
    jwti_metadata_t  *document;

    document = &metadata->document;
    p = value->data;
    last = value->data + value->len;

    do {
        comma = ngx_strlchr(p, last, ',');

        name.data = p;
        name.len = (comma ? comma : last) - p;

        auth = jwti_metadata_auth(name);

        if (auth == NULL) {
            return "unknown way of client authentication";
        }

        for (i = 0; i < document->nauth; i++) {

            if (document->auth[i] == auth) {
                return "it names one twice";
            }
        }

        document->auth[document->nauth++] = auth;

        p = comma ? comma + 1 : last;

    } while (comma);

    return NGX_CONF_OK;
}


/* a path at the issuer's host, or a URL */

static char *
ngx_http_jwt_issuer_metadata_url(ngx_conf_t *cf,
    ngx_http_jwt_issuer_metadata_t *metadata, ngx_str_t *value,
    jwti_str_t *url)
{
    u_char            *p;
    ngx_str_t          text;
    jwti_uri_t         uri;
    const jwti_str_t  *origin;

    text = *value;

    if (text.len && text.data[0] == '/') {
        origin = &metadata->issuer.origin;

        text.len = origin->len + value->len;
        text.data = ngx_pnalloc(cf->pool, text.len);
        if (text.data == NULL) {
            return NGX_CONF_ERROR;
        }

        p = ngx_cpymem(text.data, origin->data, origin->len);
        ngx_memcpy(p, value->data, value->len);
    }

    *url = ngx_http_jwt_issuer_to_core(&text);

    return (char *) ngx_http_jwt_issuer_metadata_parse(&text, &uri);
}


/* NULL, which is NGX_CONF_OK, or what is wrong */

static const char *
ngx_http_jwt_issuer_metadata_parse(ngx_str_t *value, jwti_uri_t *uri)
{
    const char  *err;

    if (jwti_uri_parse(ngx_http_jwt_issuer_to_core(value), uri, &err)
        != JWTI_OK)
    {
        return err;
    }

    return (uri->https || uri->loopback) ? NULL
                                         : "it must be https, but for loopback";
}


char *
ngx_http_jwt_issuer_metadata_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf)
{
    ngx_uint_t                              i;
    const jwti_str_t                       *issuer;
    ngx_http_core_loc_conf_t               *clcf;
    ngx_http_complex_value_t               *cv;
    ngx_http_jwt_issuer_service_t         **sp;
    ngx_http_jwt_issuer_metadata_t         *metadata;
    const ngx_http_jwt_issuer_service_t   **found;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && clcf->handler == NULL && prev->metadata) {
        conf->metadata = prev->metadata;
        clcf->handler = ngx_http_jwt_issuer_metadata_handler;
        return NGX_CONF_OK;
    }

    if (conf->metadata == NULL) {
        return NGX_CONF_OK;
    }

    metadata = conf->metadata;

    if (clcf->handler != ngx_http_jwt_issuer_metadata_handler) {
        ngx_http_jwt_issuer_place_error(cf, &metadata->place, 0,
                                        "\"jwt_issuer_metadata\" and another"
                                        " content handler in one location");
        return NGX_CONF_ERROR;
    }

    if (ngx_array_init(&metadata->services, cf->pool, 4, sizeof(void *))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    issuer = &metadata->document.issuer;
    sp = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts; i++) {
        cv = sp[i]->settings.issuer;

        if (cv == NULL || cv->lengths || cv->value.len != issuer->len
            || ngx_memcmp(cv->value.data, issuer->data, issuer->len) != 0)
        {
            continue;
        }

        found = ngx_array_push(&metadata->services);
        if (found == NULL) {
            return NGX_CONF_ERROR;
        }

        *found = sp[i];
    }

    if (metadata->services.nelts == 0) {
        ngx_http_jwt_issuer_place_error(cf, &metadata->place, 0,
                                        "no \"jwt_issuer_service\" has the"
                                        " issuer \"%*s\"", issuer->len,
                                        issuer->data);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_jwt_issuer_metadata_handler(ngx_http_request_t *r)
{
    return ngx_http_jwt_issuer_public(r, ngx_http_jwt_issuer_metadata_write);
}


static ngx_int_t
ngx_http_jwt_issuer_metadata_write(ngx_http_request_t *r, ngx_str_t *document,
    time_t *max_age)
{
    size_t                                 size;
    u_char                                *memory;
    ngx_int_t                              rc;
    jwti_buf_t                             buf;
    ngx_uint_t                             i;
    ngx_array_t                            keys;
    jwti_metadata_t                        metadata;
    const ngx_http_jwt_issuer_public_t    *key;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    rc = ngx_http_jwt_issuer_jwks_keys(r, &jlcf->metadata->services, &keys,
                                       max_age);
    if (rc != NGX_OK) {
        return rc;
    }

    metadata = jlcf->metadata->document;
    key = keys.elts;

    for (i = 0; i < keys.nelts; i++) {
        metadata.algs |= UINT32_C(1) << key[i].alg;
    }

    size = jwti_metadata_max(&metadata);

    memory = ngx_pnalloc(r->pool, size);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    jwti_buf_init(&buf, memory, size);
    jwti_metadata_write(&buf, &metadata);

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        return NGX_ERROR;
    }

    document->data = memory;
    document->len = jwti_buf_len(&buf);

    return NGX_OK;
}
