
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * POST to the status location: "action=refresh" asks sources at once,
 * "action=drop" withdraws a key.  The location's "jwt_issuer_require" has let
 * the request in; a browser that another site sends is refused all the same.
 */


#include "ngx_http_jwt_issuer_status.h"


/* how often worker 0 looks whether an operator has asked for something */
#define NGX_HTTP_JWT_ISSUER_OPERATE_TICK   500

/* of a thousand files a few are read at a time: requests come in between */
#define NGX_HTTP_JWT_ISSUER_OPERATE_BATCH  8
#define NGX_HTTP_JWT_ISSUER_OPERATE_PAUSE  20


static void ngx_http_jwt_issuer_operate_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_jwt_issuer_operate_form(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_array_t *done);
static ngx_uint_t ngx_http_jwt_issuer_operate_is_foreign(
    ngx_http_request_t *r);
static ngx_str_t *ngx_http_jwt_issuer_operate_find(ngx_http_request_t *r,
    const char *name);
static ngx_str_t ngx_http_jwt_issuer_operate_field(
    ngx_http_jwt_issuer_ctx_t *ctx, jwti_str_t name);
static ngx_int_t ngx_http_jwt_issuer_operate_service(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx,
    const ngx_http_jwt_issuer_service_t **service);
static ngx_int_t ngx_http_jwt_issuer_operate_all(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *only, const u_char *kid,
    ngx_array_t *done);
static void ngx_http_jwt_issuer_operate_log(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_main_conf_t *jmcf,
    const ngx_http_jwt_issuer_service_t *service, const u_char *kid);
static ngx_int_t ngx_http_jwt_issuer_operate_answer(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_array_t *done);
static void ngx_http_jwt_issuer_operate_handler(ngx_event_t *ev);


ngx_int_t
ngx_http_jwt_issuer_operate(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    /* the body is small, or ngx_http_jwt_issuer_form_read() refuses it */

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r,
                                     ngx_http_jwt_issuer_operate_body_handler);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static void
ngx_http_jwt_issuer_operate_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_array_t                 done;
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    rc = ngx_array_init(&done, r->pool, 1,
                        sizeof(const ngx_http_jwt_issuer_service_t *));

    if (rc == NGX_OK) {
        rc = ngx_http_jwt_issuer_operate_form(r, ctx, &done);
    }

    switch (rc) {

    case NGX_OK:
        rc = ngx_http_jwt_issuer_operate_answer(r, ctx, &done);
        break;

    case NGX_DECLINED:
        rc = ngx_http_jwt_issuer_answer_error(r, ctx);
        break;

    default:
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        break;
    }

    ngx_http_finalize_request(r, rc);
}


/* done: the services that it was done for */

static ngx_int_t
ngx_http_jwt_issuer_operate_form(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_array_t *done)
{
    ngx_int_t                             rc;
    ngx_str_t                             action, kid;
    ngx_uint_t                            drop;
    const ngx_http_jwt_issuer_service_t  *service;

    if (ngx_http_jwt_issuer_operate_is_foreign(r)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "jwt_issuer_status refused a request"
                      " that another site sent");
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_DENIED,
                                        "the request comes from another site");
    }

    rc = ngx_http_jwt_issuer_form_read(r, ctx);
    if (rc != NGX_OK) {
        return rc;
    }

    action = ngx_http_jwt_issuer_operate_field(ctx, jwti_str("action"));
    kid = ngx_http_jwt_issuer_operate_field(ctx, jwti_str("kid"));

    drop = (action.len == 4 && ngx_strncmp(action.data, "drop", 4) == 0);

    if (!drop && (action.len != 7
                  || ngx_strncmp(action.data, "refresh", 7) != 0))
    {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_REQUEST,
                                        "action must be refresh or drop");
    }

    if (drop ? (kid.len != JWTI_KID_LEN) : (kid.len != 0)) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_REQUEST,
                                        drop ? "kid must be that of a key"
                                             : "refresh takes no kid");
    }

    rc = ngx_http_jwt_issuer_operate_service(r, ctx, &service);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_http_jwt_issuer_operate_all(r, service, drop ? kid.data : NULL,
                                         done);
    if (rc != NGX_OK) {
        return rc;
    }

    if (done->nelts == 0) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_TARGET,
                                        drop ? "no such key"
                                             : "the key is read at reload"
                                               " only");
    }

    if (!drop && service == NULL) {
        ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                      "keys of all jwt services are fetched at an operator's"
                      " request");
    }

    return NGX_OK;
}


/*
 * A page of another site may send a form to this one with all that a browser
 * knows of the operator (certificate, password, address).  Browsers say so.
 */

static ngx_uint_t
ngx_http_jwt_issuer_operate_is_foreign(ngx_http_request_t *r)
{
    u_char     *p;
    ngx_str_t  *site, *origin, *host;

    site = ngx_http_jwt_issuer_operate_find(r, "Sec-Fetch-Site");

    if (site) {
        return !((site->len == sizeof("same-origin") - 1
                  && ngx_strncmp(site->data, "same-origin", site->len) == 0)
                 || (site->len == sizeof("none") - 1
                     && ngx_strncmp(site->data, "none", site->len) == 0));
    }

    origin = ngx_http_jwt_issuer_operate_find(r, "Origin");

    if (origin == NULL) {
        return 0;
    }

    if (r->headers_in.host == NULL) {
        return 1;
    }

    host = &r->headers_in.host->value;
    p = ngx_strlcasestrn(origin->data, origin->data + origin->len,
                         (u_char *) "://", sizeof("://") - 1 - 1);

    if (p == NULL) {
        return 1;
    }

    p += sizeof("://") - 1;

    return (size_t) (origin->data + origin->len - p) != host->len
           || ngx_strncasecmp(p, host->data, host->len) != 0;
}


/* the first header of the request of that name, or NULL */

static ngx_str_t *
ngx_http_jwt_issuer_operate_find(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                return &h[i].value;
            }
        }
    }

    return NULL;
}


ngx_uint_t
ngx_http_jwt_issuer_operate_header(ngx_http_request_t *r, const char *name,
    const char *word)
{
    ngx_str_t  *value;

    value = ngx_http_jwt_issuer_operate_find(r, name);

    return value && ngx_strlcasestrn(value->data, value->data + value->len,
                                     (u_char *) word, ngx_strlen(word) - 1)
                    != NULL;
}


static ngx_str_t
ngx_http_jwt_issuer_operate_field(ngx_http_jwt_issuer_ctx_t *ctx,
    jwti_str_t name)
{
    ngx_str_t          field;
    const jwti_str_t  *value;

    ngx_str_null(&field);

    value = ctx->form ? jwti_form_get(ctx->form, name) : NULL;

    if (value) {
        field.data = (u_char *) value->data;
        field.len = value->len;
    }

    return field;
}


/* NULL: all of them */

static ngx_int_t
ngx_http_jwt_issuer_operate_service(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx,
    const ngx_http_jwt_issuer_service_t **service)
{
    ngx_str_t                         name, environment;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    *service = NULL;

    name = ngx_http_jwt_issuer_operate_field(ctx, jwti_str("service"));
    environment = ngx_http_jwt_issuer_operate_field(ctx,
                                                    jwti_str("environment"));
    if (name.len == 0) {

        if (environment.len) {
            return ngx_http_jwt_issuer_fail(ctx,
                                            NGX_HTTP_JWT_ISSUER_E_REQUEST,
                                            "environment needs a service");
        }

        return NGX_OK;
    }

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);

    *service = ngx_http_jwt_issuer_service_find(jmcf, &name,
                                          environment.len ? &environment
                                                          : NULL);
    if (*service == NULL) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_TARGET,
                                        NULL);
    }

    return NGX_OK;
}


/* kid NULL: refresh */

static ngx_int_t
ngx_http_jwt_issuer_operate_all(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *only, const u_char *kid,
    ngx_array_t *done)
{
    ngx_int_t                              rc;
    ngx_uint_t                             i;
    ngx_http_jwt_issuer_main_conf_t       *jmcf;
    const ngx_http_jwt_issuer_service_t   *service, **configured, **sp;

    jmcf = ngx_http_get_module_main_conf(r, ngx_http_jwt_issuer_module);
    configured = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts; i++) {
        service = configured[i];

        if (only && service != only) {
            continue;
        }

        rc = kid ? ngx_http_jwt_issuer_zone_drop(jmcf->zone, service, kid)
                 : ngx_http_jwt_issuer_zone_ask(jmcf->zone, service);

        if (rc != NGX_OK) {
            continue;
        }

        if (kid || only) {
            ngx_http_jwt_issuer_operate_log(r, jmcf, service, kid);
        }

        sp = ngx_array_push(done);
        if (sp == NULL) {
            return NGX_ERROR;
        }

        *sp = service;
    }

    return NGX_OK;
}


static void
ngx_http_jwt_issuer_operate_log(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_main_conf_t *jmcf,
    const ngx_http_jwt_issuer_service_t *service, const u_char *kid)
{
    if (kid == NULL) {
        ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                      "key is fetched at an operator's request,"
                      " jwt service: \"%V\"", &service->label);
        return;
    }

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "key \"%*s\" is dropped at an operator's request,"
                  " jwt service: \"%V\"",
                  (size_t) JWTI_KID_LEN, kid, &service->label);

    if (!ngx_http_jwt_issuer_zone_has_key(jmcf->zone, service)) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "there is no usable key, requests are answered 503,"
                      " jwt service: \"%V\"", &service->label);
    }
}


/* {"action":"refresh","services":["core/dev"]}; a browser is led to the page */

static ngx_int_t
ngx_http_jwt_issuer_operate_answer(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx, ngx_array_t *done)
{
    u_char                                *p, *body;
    size_t                                 len;
    ngx_str_t                              action;
    ngx_uint_t                             i, status;
    const ngx_http_jwt_issuer_service_t  **services;

    static const ngx_str_t  type = ngx_string("application/json");
    static const ngx_str_t  location = ngx_string("Location");
    static const ngx_str_t  self = ngx_string("?");

    action = ngx_http_jwt_issuer_operate_field(ctx, jwti_str("action"));
    services = done->elts;
    len = sizeof("{\"action\":\"\",\"services\":[]}") + action.len;

    for (i = 0; i < done->nelts; i++) {
        len += services[i]->label.len + sizeof("\"\",") - 1;
    }

    body = ngx_pnalloc(r->pool, len);
    if (body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(body, "{\"action\":\"%V\",\"services\":[", &action);

    /* labels are made of names, which need no escaping */

    for (i = 0; i < done->nelts; i++) {
        p = ngx_sprintf(p, "%s\"%V\"", i ? "," : "", &services[i]->label);
    }

    p = ngx_cpymem(p, "]}", 2);

    /* a fetch is under way, a key is gone */

    status = (action.len == 4) ? NGX_HTTP_OK : NGX_HTTP_ACCEPTED;

    if (ngx_http_jwt_issuer_operate_header(r, "Accept", "text/html")) {
        status = NGX_HTTP_SEE_OTHER;

        if (ngx_http_jwt_issuer_answer_header(r, &location, &self) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    return ngx_http_jwt_issuer_answer_send(r, status, &type, body, p - body);
}


void
ngx_http_jwt_issuer_operate_init(ngx_http_jwt_issuer_process_t *process)
{
    ngx_event_t  *ev;

    process->ask.ident = -1;
    process->ask.process = process;

    ev = &process->ask_event;
    ev->handler = ngx_http_jwt_issuer_operate_handler;
    ev->data = &process->ask;
    ev->log = process->log;
    ev->cancelable = 1;

    ngx_add_timer(ev, NGX_HTTP_JWT_ISSUER_OPERATE_TICK);
}


void
ngx_http_jwt_issuer_operate_stop(ngx_http_jwt_issuer_process_t *process)
{
    if (process->ask_event.timer_set) {
        ngx_del_timer(&process->ask_event);
    }
}


static void
ngx_http_jwt_issuer_operate_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_wait_t *ask = ev->data;

    uint64_t                        asks;
    ngx_uint_t                      i, n;
    ngx_shm_zone_t                 *zone;
    ngx_http_jwt_issuer_process_t  *process;

    if (ngx_exiting) {
        return;
    }

    process = ask->process;
    zone = process->jmcf->zone;

    if (process->ask_next == 0) {
        asks = ngx_http_jwt_issuer_zone_asks(zone);

        if (asks == process->asks) {
            ngx_add_timer(ev, NGX_HTTP_JWT_ISSUER_OPERATE_TICK);
            return;
        }

        process->asks = asks;
    }

    n = 0;

    for (i = process->ask_next;
         i < process->jmcf->services.nelts
         && n < NGX_HTTP_JWT_ISSUER_OPERATE_BATCH;
         i++)
    {
        if (ngx_http_jwt_issuer_zone_asked(zone, process->refresh[i].service,
                                           0))
        {
            ngx_http_jwt_issuer_refresh_now(&process->refresh[i]);
            n++;
        }
    }

    process->ask_next = (i < process->jmcf->services.nelts) ? i : 0;

    ngx_add_timer(ev, process->ask_next ? NGX_HTTP_JWT_ISSUER_OPERATE_PAUSE
                                        : NGX_HTTP_JWT_ISSUER_OPERATE_TICK);
}
