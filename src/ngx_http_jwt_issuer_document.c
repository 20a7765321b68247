
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The status as it is sent.  That of a few services is one piece; that of
 * thousands takes a tenth of a second to write, so it is written a little at a
 * time, and the event loop has its turn in between.
 */


#include "ngx_http_jwt_issuer_status.h"


/* so much is written at one time: less than a millisecond */
#define NGX_HTTP_JWT_ISSUER_DOCUMENT_PART  32768


typedef struct {
    ngx_http_request_t    *request;
    jwti_status_format_e   format;
    jwti_status_t         *status;
    jwti_status_cursor_t   cursor;
    ngx_chain_t           *out;         /* of this part */
    ngx_chain_t          **last;
    ngx_chain_t           *busy;
    ngx_chain_t           *free;
    off_t                  len;         /* of this part */
} ngx_http_jwt_issuer_document_t;


static ngx_int_t ngx_http_jwt_issuer_document_part(
    ngx_http_jwt_issuer_document_t *document, size_t enough, int *more);
static jwti_rc_t ngx_http_jwt_issuer_document_write(void *data,
    const unsigned char *bytes, size_t len);
static ngx_int_t ngx_http_jwt_issuer_document_out(
    ngx_http_jwt_issuer_document_t *document, int more);
static void ngx_http_jwt_issuer_document_handler(ngx_http_request_t *r);


ngx_int_t
ngx_http_jwt_issuer_document_send(ngx_http_request_t *r,
    jwti_status_format_e format, jwti_status_t *status)
{
    int                              more;
    ngx_int_t                        rc;
    ngx_http_jwt_issuer_ctx_t       *ctx;
    ngx_http_jwt_issuer_document_t  *document;

    document = ngx_pcalloc(r->pool, sizeof(ngx_http_jwt_issuer_document_t));
    if (document == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    document->request = r;
    document->format = format;
    document->status = status;

    /* a subrequest's turn is not the connection's */

    rc = ngx_http_jwt_issuer_document_part(document, (r == r->main)
                                           ? NGX_HTTP_JWT_ISSUER_DOCUMENT_PART
                                           : NGX_MAX_SIZE_T_VALUE, &more);
    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->disable_not_modified = 1;
    r->headers_out.status = NGX_HTTP_OK;

    if (!more) {
        r->headers_out.content_length_n = document->len;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    rc = ngx_http_jwt_issuer_document_out(document, more);

    if (!more || rc == NGX_ERROR) {
        return rc;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);
    ctx->document = document;

    r->main->count++;
    r->write_event_handler = ngx_http_jwt_issuer_document_handler;

    ngx_post_event(r->connection->write, &ngx_posted_next_events);

    return NGX_DONE;
}


static ngx_int_t
ngx_http_jwt_issuer_document_part(ngx_http_jwt_issuer_document_t *document,
    size_t enough, int *more)
{
    document->out = NULL;
    document->last = &document->out;
    document->len = 0;

    return (jwti_status_write_some(document->format, document->status,
                                   &document->cursor, enough,
                                   ngx_http_jwt_issuer_document_write,
                                   document, more)
            == JWTI_OK)
           ? NGX_OK : NGX_ERROR;
}


static jwti_rc_t
ngx_http_jwt_issuer_document_write(void *data, const unsigned char *bytes,
    size_t len)
{
    ngx_http_jwt_issuer_document_t *document = data;

    ngx_buf_t           *b;
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;

    r = document->request;

    cl = ngx_chain_get_free_buf(r->pool, &document->free);
    if (cl == NULL) {
        return JWTI_ERROR;
    }

    b = cl->buf;

    /* the core's pieces are of one size but for the last one of a part */

    if (b->start == NULL || (size_t) (b->end - b->start) < len) {
        b->start = ngx_palloc(r->pool, ngx_max(len, ngx_pagesize));
        if (b->start == NULL) {
            return JWTI_ERROR;
        }

        b->end = b->start + ngx_max(len, ngx_pagesize);
    }

    b->pos = b->start;
    b->last = ngx_cpymem(b->start, bytes, len);
    b->temporary = 1;
    b->last_buf = 0;
    b->last_in_chain = 0;
    b->flush = 0;
    b->tag = (ngx_buf_tag_t) &ngx_http_jwt_issuer_module;

    *document->last = cl;
    document->last = &cl->next;
    document->len += (off_t) len;

    return JWTI_OK;
}


static ngx_int_t
ngx_http_jwt_issuer_document_out(ngx_http_jwt_issuer_document_t *document,
    int more)
{
    ngx_int_t            rc;
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;

    r = document->request;

    for (cl = document->out; cl; cl = cl->next) {
        if (cl->next == NULL) {
            cl->buf->flush = more;
            cl->buf->last_in_chain = !more;
            cl->buf->last_buf = (!more && r == r->main);
        }
    }

    rc = ngx_http_output_filter(r, document->out);

    ngx_chain_update_chains(r->pool, &document->free, &document->busy,
                            &document->out,
                            (ngx_buf_tag_t) &ngx_http_jwt_issuer_module);

    return rc;
}


/* the connection can be written to, or it is our turn again */

static void
ngx_http_jwt_issuer_document_handler(ngx_http_request_t *r)
{
    int                              more;
    ngx_int_t                        rc;
    ngx_event_t                     *wev;
    ngx_connection_t                *c;
    ngx_http_core_loc_conf_t        *clcf;
    ngx_http_jwt_issuer_ctx_t       *ctx;
    ngx_http_jwt_issuer_document_t  *document;

    c = r->connection;
    wev = c->write;

    if (wev->timedout) {
        c->timedout = 1;
        ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
        return;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);
    document = ctx->document;

    if (r->buffered || c->buffered) {

        /* what was written before goes out first */

        document->out = NULL;

        if (ngx_http_jwt_issuer_document_out(document, 1) == NGX_ERROR) {
            ngx_http_finalize_request(r, NGX_ERROR);
            return;
        }
    }

    if (r->buffered || c->buffered) {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

        if (!wev->delayed) {
            ngx_add_timer(wev, clcf->send_timeout);
        }

        if (ngx_handle_write_event(wev, clcf->send_lowat) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_ERROR);
        }

        return;
    }

    if (wev->timer_set && !wev->delayed) {
        ngx_del_timer(wev);
    }

    rc = ngx_http_jwt_issuer_document_part(document,
                                           NGX_HTTP_JWT_ISSUER_DOCUMENT_PART,
                                           &more);
    if (rc == NGX_OK) {
        rc = ngx_http_jwt_issuer_document_out(document, more);
    }

    if (rc == NGX_ERROR || !more) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    ngx_post_event(wev, &ngx_posted_next_events);
}
