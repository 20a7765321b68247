
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Parameters of a token request: a POSTed form, and the query of a GET.
 */


#include "ngx_http_jwt_issuer.h"
#include "jwti_uri.h"


static ngx_uint_t ngx_http_jwt_issuer_form_is_form(ngx_http_request_t *r);
static ngx_int_t ngx_http_jwt_issuer_form_body(ngx_http_request_t *r,
    ngx_str_t *body);


ngx_int_t
ngx_http_jwt_issuer_form_read(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_int_t          rc;
    ngx_str_t          body;
    jwti_str_t         credentials;
    const char        *err;
    jwti_form_t       *form;
    const jwti_str_t  *grant, *resource;

    rc = ngx_http_jwt_issuer_form_body(r, &body);

    if (rc == NGX_DECLINED) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_TOO_LARGE,
                                        NULL);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (body.len == 0) {
        return NGX_OK;
    }

    if (!ngx_http_jwt_issuer_form_is_form(r)) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_REQUEST,
                                  "the body must be"
                                  " application/x-www-form-urlencoded");
    }

    form = ngx_palloc(r->pool, sizeof(jwti_form_t) + body.len);
    if (form == NULL) {
        return NGX_ERROR;
    }

    if (jwti_form_parse(form, ngx_http_jwt_issuer_to_core(&body),
                        (unsigned char *) &form[1], &err)
        != JWTI_OK)
    {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_REQUEST,
                                        err);
    }

    ctx->form = form;

    grant = jwti_form_get(form, jwti_str("grant_type"));
    credentials = jwti_str("client_credentials");

    if (grant && (grant->len != credentials.len
                  || ngx_memcmp(grant->data, credentials.data, grant->len)
                     != 0))
    {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_GRANT,
                                        NULL);
    }

    /* RFC 8707, 2 */

    resource = jwti_form_get(form, jwti_str("resource"));

    if (resource && !jwti_uri_is_absolute(*resource)) {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_TARGET,
                                        "resource must be an absolute URI"
                                        " without fragment");
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_issuer_form_query(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    u_char       *memory;
    const char   *err;
    jwti_form_t   form;

    if (r->args.len == 0) {
        return NGX_OK;
    }

    memory = ngx_pnalloc(r->pool, r->args.len);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    /* $arg_ variables do not tell upper from lower case in names */

    if (jwti_form_parse_query(&form, ngx_http_jwt_issuer_to_core(&r->args),
                              memory, &err)
        != JWTI_OK)
    {
        return ngx_http_jwt_issuer_fail(ctx, NGX_HTTP_JWT_ISSUER_E_REQUEST,
                                        err);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_jwt_issuer_form_is_form(ngx_http_request_t *r)
{
    u_char     *p, *last;
    ngx_str_t  *type;

    static const ngx_str_t  form =
        ngx_string("application/x-www-form-urlencoded");

    if (r->headers_in.content_type == NULL) {
        return 0;
    }

    type = &r->headers_in.content_type->value;

    if (type->len < form.len
        || ngx_strncasecmp(type->data, form.data, form.len) != 0)
    {
        return 0;
    }

    last = type->data + type->len;

    for (p = type->data + form.len; p < last; p++) {
        if (*p != ' ' && *p != '\t') {
            return *p == ';';
        }
    }

    return 1;
}


/*
 * The whole body as one string.  What did not fit into the location's
 * client_body_buffer_size is in a file that nginx has just written.
 * NGX_DECLINED: it is too long.
 */

static ngx_int_t
ngx_http_jwt_issuer_form_body(ngx_http_request_t *r, ngx_str_t *body)
{
    off_t         len;
    u_char       *p;
    ssize_t       n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    ngx_str_null(body);

    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }

    len = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        len += ngx_buf_size(cl->buf);

        if (len > JWTI_FORM_MAX) {
            return NGX_DECLINED;
        }
    }

    b = r->request_body->bufs->buf;

    if (r->request_body->bufs->next == NULL && ngx_buf_in_memory(b)) {
        body->data = b->pos;
        body->len = (size_t) len;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, (size_t) len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;
    body->len = (size_t) len;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        b = cl->buf;

        if (ngx_buf_in_memory(b)) {
            p = ngx_cpymem(p, b->pos, b->last - b->pos);
            continue;
        }

        if (!b->in_file) {
            continue;
        }

        n = ngx_read_file(b->file, p, (size_t) ngx_buf_size(b), b->file_pos);

        if (n == NGX_ERROR || n != ngx_buf_size(b)) {
            return NGX_ERROR;
        }

        p += n;
    }

    return NGX_OK;
}
