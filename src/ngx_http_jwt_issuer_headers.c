
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The request's header list with the token in it.
 *
 * A list of its own is made for the injecting location; the client's stays as
 * it is.  nginx lets subrequests and redirected requests go on with the list
 * they find, so the token would reach the upstreams of other locations
 * (mirror, auth_request, SSI, error_page).  Our handler of the rewrite phases
 * therefore gives such a request the client's list back; the location that it
 * comes to may inject its own token then.  The same happens before the access
 * log is written.  A background update of proxy_cache and a slice go to the
 * same upstream and start behind these phases: they keep the token.
 *
 * The lists are found again by a cleanup of the request's pool, which all
 * subrequests share and no redirect clears, unlike a module's context.
 */


#include "ngx_http_jwt_issuer.h"


typedef struct {
    void                       *injected;   /* first element of our list, or
                                             * NULL: there was no token */
    ngx_list_t                  headers;    /* the client's */
    ngx_http_request_t         *request;
    ngx_http_jwt_issuer_ctx_t  *ctx;        /* of the injecting location */
} ngx_http_jwt_issuer_saved_t;


static ngx_uint_t ngx_http_jwt_issuer_headers_is(const ngx_table_elt_t *h,
    const ngx_http_jwt_issuer_target_t *target);
static ngx_uint_t ngx_http_jwt_issuer_headers_names(const ngx_str_t *list,
    const ngx_http_jwt_issuer_target_t *target);
static void ngx_http_jwt_issuer_headers_relink(ngx_table_elt_t *copies,
    ngx_table_elt_t **originals, ngx_uint_t n);
static void ngx_http_jwt_issuer_headers_use(ngx_http_request_t *r,
    const ngx_list_t *list);
static void ngx_http_jwt_issuer_headers_restore(ngx_http_request_t *r);
static ngx_http_jwt_issuer_saved_t *ngx_http_jwt_issuer_headers_save(
    ngx_http_request_t *r);
static void ngx_http_jwt_issuer_headers_cleanup(void *data);


ngx_int_t
ngx_http_jwt_issuer_headers_replace(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target, ngx_str_t *value)
{
    ngx_uint_t                    i, n;
    ngx_list_t                    list;
    ngx_list_part_t              *part;
    ngx_table_elt_t              *h, *copy, **originals;
    ngx_http_jwt_issuer_saved_t  *saved;

    n = 0;
    part = &r->headers_in.headers.part;

    do {
        n += part->nelts;
        part = part->next;
    } while (part);

    if (ngx_list_init(&list, r->pool, n + 1, sizeof(ngx_table_elt_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    originals = ngx_palloc(r->pool, (n + 1) * sizeof(ngx_table_elt_t *));
    if (originals == NULL) {
        return NGX_ERROR;
    }

    saved = ngx_http_jwt_issuer_headers_save(r);
    if (saved == NULL) {
        return NGX_ERROR;
    }

    n = 0;
    copy = list.part.elts;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_jwt_issuer_headers_is(&h[i], target)) {
                continue;
            }

            copy[n] = h[i];
            originals[n] = &h[i];
            n++;
        }
    }

    ngx_http_jwt_issuer_headers_relink(copy, originals, n);

    h = &copy[n];
    list.part.nelts = n + 1;

    h->hash = target->header_hash;
    h->key = target->header;
    h->value = *value;
    h->lowcase_key = target->header_lowcase;
    ngx_http_jwt_issuer_compat_unlink(h);

    saved->injected = list.part.elts;
    saved->headers = r->headers_in.headers;

    /*
     * headers_in.authorization stays the client's: no upstream is sent it, and
     * $remote_user is what the client is called, not what the upstream gets.
     */

    ngx_http_jwt_issuer_headers_use(r, &list);

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_issuer_headers_none(ngx_http_request_t *r)
{
    return ngx_http_jwt_issuer_headers_save(r) ? NGX_OK : NGX_ERROR;
}


static ngx_http_jwt_issuer_saved_t *
ngx_http_jwt_issuer_headers_save(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_jwt_issuer_saved_t  *saved;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_jwt_issuer_saved_t));
    if (cln == NULL) {
        return NULL;
    }

    saved = cln->data;
    saved->injected = NULL;
    saved->request = r;
    saved->ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    cln->handler = ngx_http_jwt_issuer_headers_cleanup;

    return saved;
}


ngx_http_jwt_issuer_ctx_t *
ngx_http_jwt_issuer_headers_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_jwt_issuer_saved_t  *saved;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler == ngx_http_jwt_issuer_headers_cleanup) {
            saved = cln->data;

            if (saved->request == r) {
                return saved->ctx;
            }
        }
    }

    return NULL;
}


/*
 * FastCGI and its like make the same name of "X-Token" and "X_Token": with
 * "underscores_in_headers on" the second one is the client's way around.
 */

static ngx_uint_t
ngx_http_jwt_issuer_headers_is(const ngx_table_elt_t *h,
    const ngx_http_jwt_issuer_target_t *target)
{
    u_char      one, two;
    ngx_uint_t  i;

    if (h->key.len != target->header.len) {
        return 0;
    }

    for (i = 0; i < h->key.len; i++) {
        one = ngx_tolower(h->key.data[i]);
        two = target->header_lowcase[i];

        if (one != two
            && !((one == '_' || one == '-') && (two == '_' || two == '-')))
        {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_http_jwt_issuer_headers_hop(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_target_t *target)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len == sizeof("Connection") - 1
                && ngx_strncasecmp(h[i].key.data, (u_char *) "Connection",
                                   h[i].key.len)
                   == 0
                && ngx_http_jwt_issuer_headers_names(&h[i].value, target))
            {
                return 1;
            }
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_jwt_issuer_headers_names(const ngx_str_t *list,
    const ngx_http_jwt_issuer_target_t *target)
{
    u_char  *p, *start, *last;

    p = list->data;
    last = list->data + list->len;

    while (p < last) {

        if (*p == ' ' || *p == '\t' || *p == ',') {
            p++;
            continue;
        }

        start = p;

        while (p < last && *p != ' ' && *p != '\t' && *p != ',') {
            p++;
        }

        if ((size_t) (p - start) == target->header.len
            && ngx_strncasecmp(start, target->header_lowcase,
                               target->header.len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* headers of one name are linked since 1.23.0: the copies among themselves */

static void
ngx_http_jwt_issuer_headers_relink(ngx_table_elt_t *copies,
    ngx_table_elt_t **originals, ngx_uint_t n)
{
#if (nginx_version >= 1023000)

    ngx_uint_t  i, k;

    for (i = 0; i < n; i++) {

        if (copies[i].next == NULL) {
            continue;
        }

        /* nginx links them in the order of the list */

        for (k = i + 1; k < n; k++) {
            if (originals[k] == copies[i].next) {
                copies[i].next = &copies[k];
                break;
            }
        }
    }

#endif
}


static void
ngx_http_jwt_issuer_headers_use(ngx_http_request_t *r, const ngx_list_t *list)
{
    r->headers_in.headers = *list;

    /* a list of one part ends in its own structure, which is copied here */

    if (list->part.next == NULL) {
        r->headers_in.headers.last = &r->headers_in.headers.part;
    }
}


ngx_int_t
ngx_http_jwt_issuer_headers_rewrite_handler(ngx_http_request_t *r)
{
    /* a request as the client sent it has nothing to give back */

    if (r == r->main && !r->internal) {
        return NGX_DECLINED;
    }

    ngx_http_jwt_issuer_headers_restore(r);

    return NGX_DECLINED;
}


ngx_int_t
ngx_http_jwt_issuer_headers_log_handler(ngx_http_request_t *r)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    ngx_http_jwt_issuer_headers_restore(r);

    /* a redirect has cleared it: an upstream had a token all the same */

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    if (ctx == NULL || (ctx->token.data == NULL && ctx->error == NULL)) {
        ctx = ngx_http_jwt_issuer_headers_ctx(r);

        if (ctx) {
            ngx_http_set_ctx(r, ctx, ngx_http_jwt_issuer_module);
        }
    }

    return NGX_OK;
}


static void
ngx_http_jwt_issuer_headers_restore(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_jwt_issuer_saved_t  *saved;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_http_jwt_issuer_headers_cleanup) {
            continue;
        }

        saved = cln->data;

        /* a request of HTTP/0.9 has no elements either, and no list to it */

        if (saved->injected == NULL
            || saved->injected != r->headers_in.headers.part.elts)
        {
            continue;
        }

        ngx_http_jwt_issuer_headers_use(r, &saved->headers);

        return;
    }
}


/* only a mark: everything is the pool's */

static void
ngx_http_jwt_issuer_headers_cleanup(void *data)
{
}
