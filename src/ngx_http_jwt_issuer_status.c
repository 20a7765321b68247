
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The content handler of jwt_issuer_status: what is known of all services, as
 * JSON, for Prometheus, or as a page.  What POST does is in _operate.c.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_status.h"


static ngx_int_t ngx_http_jwt_issuer_status_allowed(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx);
static ngx_int_t ngx_http_jwt_issuer_status_answer(ngx_http_request_t *r);
static ngx_uint_t ngx_http_jwt_issuer_status_negotiate(ngx_http_request_t *r);
static ngx_int_t ngx_http_jwt_issuer_status_headers(ngx_http_request_t *r,
    ngx_uint_t format);
static jwti_status_t *ngx_http_jwt_issuer_status_snapshot(
    ngx_http_request_t *r);


static const ngx_str_t  ngx_http_jwt_issuer_status_formats[] = {
    ngx_string("json"),
    ngx_string("prometheus"),
    ngx_string("html"),
    ngx_null_string
};

static const ngx_str_t  ngx_http_jwt_issuer_status_types[] = {
    ngx_string("application/json"),
    ngx_string("text/plain; version=0.0.4; charset=utf-8"),
    ngx_string("text/html; charset=utf-8")
};


char *
ngx_http_jwt_issuer_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_loc_conf_t *jlcf = conf;

    ngx_str_t                        *value, format;
    ngx_uint_t                        i;
    const ngx_str_t                  *known;
    ngx_http_core_loc_conf_t         *clcf;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    static const ngx_str_t  name = ngx_string("format=");

    if (jlcf->status != NGX_HTTP_JWT_ISSUER_STATUS_NONE) {
        return "is duplicate";
    }

    jlcf->status = NGX_HTTP_JWT_ISSUER_STATUS_ANY;

    if (cf->args->nelts == 2) {
        value = cf->args->elts;

        if (value[1].len < name.len
            || ngx_strncmp(value[1].data, name.data, name.len) != 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown parameter \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }

        format.data = value[1].data + name.len;
        format.len = value[1].len - name.len;

        for (i = 0; /* void */ ; i++) {
            known = &ngx_http_jwt_issuer_status_formats[i];

            if (known->len == 0) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid parameter \"%V\": it must be"
                                   " \"json\", \"prometheus\" or \"html\"",
                                   &value[1]);
                return NGX_CONF_ERROR;
            }

            if (format.len == known->len
                && ngx_strncmp(format.data, known->data, known->len) == 0)
            {
                jlcf->status = i;
                break;
            }
        }
    }

    ngx_http_jwt_issuer_place(cf, &jlcf->status_place);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_jwt_issuer_status_handler;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);
    jmcf->token = 1;
    jmcf->status = 1;

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_status_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && clcf->handler == NULL
        && prev->status != NGX_HTTP_JWT_ISSUER_STATUS_NONE)
    {
        conf->status = prev->status;
        clcf->handler = ngx_http_jwt_issuer_status_handler;
        return NGX_CONF_OK;
    }

    if (conf->status == NGX_HTTP_JWT_ISSUER_STATUS_NONE) {
        return NGX_CONF_OK;
    }

    if (clcf->handler != ngx_http_jwt_issuer_status_handler) {
        ngx_http_jwt_issuer_place_error(cf, &conf->status_place, 0,
                                        "\"jwt_issuer_status\" and another"
                                        " content handler in one location");
        return NGX_CONF_ERROR;
    }

    if (jmcf->services.nelts == 0) {
        ngx_http_jwt_issuer_place_error(cf, &conf->status_place, 0,
                                        "no \"jwt_issuer_service\" is"
                                        " configured");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_jwt_issuer_status_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_jwt_issuer_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->no_store = 1;

    rc = ngx_http_jwt_issuer_status_allowed(r, ctx);

    if (rc == NGX_OK && r->method == NGX_HTTP_POST) {
        return ngx_http_jwt_issuer_operate(r);
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_http_discard_request_body(r);

        return (rc == NGX_OK) ? ngx_http_jwt_issuer_answer_error(r, ctx) : rc;
    }

    rc = ngx_http_discard_request_body(r);

    return (rc == NGX_OK) ? ngx_http_jwt_issuer_status_answer(r) : rc;
}


/*
 * "jwt_issuer_require" counts for all methods.  Where no level has one, nobody
 * has said who is an operator.
 */

static ngx_int_t
ngx_http_jwt_issuer_status_allowed(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t                              rc;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        && (r->method != NGX_HTTP_POST
            || jlcf->require == NGX_CONF_UNSET_PTR))
    {
        return ngx_http_jwt_issuer_fail(ctx,
                                        (jlcf->require == NGX_CONF_UNSET_PTR)
                                        ? NGX_HTTP_JWT_ISSUER_E_READ_METHOD
                                        : NGX_HTTP_JWT_ISSUER_E_METHOD, NULL);
    }

    rc = ngx_http_jwt_issuer_require_allowed(r);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "access forbidden by jwt_issuer_require");
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_DENIED,
                                        "not allowed to see this status");
    }

    return rc;
}


static ngx_int_t
ngx_http_jwt_issuer_status_answer(ngx_http_request_t *r)
{
    jwti_status_t                         *status;
    ngx_uint_t                             format;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    format = jlcf->status;

    if (format == NGX_HTTP_JWT_ISSUER_STATUS_ANY) {
        format = ngx_http_jwt_issuer_status_negotiate(r);
    }

    status = ngx_http_jwt_issuer_status_snapshot(r);

    if (status == NULL
        || ngx_http_jwt_issuer_status_headers(r, format) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_jwt_issuer_document_send(r, (jwti_status_format_e) format,
                                             status);
}


/* a browser, Prometheus, or whoever does not say */

static ngx_uint_t
ngx_http_jwt_issuer_status_negotiate(ngx_http_request_t *r)
{
    if (ngx_http_jwt_issuer_operate_header(r, "Accept", "text/html")) {
        return JWTI_STATUS_HTML;
    }

    if (ngx_http_jwt_issuer_operate_header(r, "Accept",
                                           "application/openmetrics-text")
        || ngx_http_jwt_issuer_operate_header(r, "Accept",
                                              "text/plain;version=0.0.4"))
    {
        return JWTI_STATUS_PROMETHEUS;
    }

    return JWTI_STATUS_JSON;
}


/* the page has no script and loads nothing; nobody puts it into a frame */

static ngx_int_t
ngx_http_jwt_issuer_status_headers(ngx_http_request_t *r, ngx_uint_t format)
{
    ngx_uint_t                             i;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    static const ngx_str_t  vary = ngx_string("Vary");
    static const ngx_str_t  accept = ngx_string("Accept");

    static const ngx_str_t  page[][2] = {
        { ngx_string("Content-Security-Policy"),
          ngx_string("default-src 'none'; style-src 'unsafe-inline';"
                     " form-action 'self'; base-uri 'none';"
                     " frame-ancestors 'none'") },
        { ngx_string("Referrer-Policy"), ngx_string("same-origin") }
    };

    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    if (jlcf->status == NGX_HTTP_JWT_ISSUER_STATUS_ANY
        && ngx_http_jwt_issuer_answer_header(r, &vary, &accept) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; format == JWTI_STATUS_HTML
                && i < sizeof(page) / sizeof(page[0]); i++)
    {
        if (ngx_http_jwt_issuer_answer_header(r, &page[i][0], &page[i][1])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    r->headers_out.content_type = ngx_http_jwt_issuer_status_types[format];
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    return NGX_OK;
}


/* one moment, or nearly: the lock is not held from service to service */

static jwti_status_t *
ngx_http_jwt_issuer_status_snapshot(ngx_http_request_t *r)
{
    u_char                                *errors;
    ngx_uint_t                             i, n;
    ngx_time_t                            *tp;
    jwti_status_t                         *status;
    jwti_status_service_t                 *services;
    ngx_http_jwt_issuer_main_conf_t       *jmcf;
    ngx_http_jwt_issuer_service_t        **configured;
    const ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);
    jlcf = ngx_http_get_module_loc_conf(r, ngx_http_jwt_issuer_module);

    n = jmcf->services.nelts;
    configured = jmcf->services.elts;

    status = ngx_pcalloc(r->pool, sizeof(jwti_status_t));
    services = ngx_pcalloc(r->pool, n * sizeof(jwti_status_service_t));
    errors = ngx_pnalloc(r->pool, n * NGX_HTTP_JWT_ISSUER_STATUS_ERROR);

    if (status == NULL || services == NULL || errors == NULL) {
        return NULL;
    }

    for (i = 0; i < n; i++) {
        ngx_http_jwt_issuer_zone_status_service(jmcf->zone, configured[i],
                             &services[i],
                             errors + i * NGX_HTTP_JWT_ISSUER_STATUS_ERROR);
    }

    ngx_http_jwt_issuer_zone_status(jmcf->zone, status);

    tp = ngx_timeofday();

    status->version = NGX_HTTP_JWT_ISSUER_VERSION;
    status->server = NGINX_VER;
    status->now = (int64_t) tp->sec * 1000 + (int64_t) tp->msec;
    status->services = services;
    status->nservices = n;
    status->operable = (jlcf->require != NGX_CONF_UNSET_PTR);

    return status;
}
