
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What the token location answers: tokens (RFC 6749, 5.1), errors by table
 * (RFC 6749, 5.2), and the header filter that says what caches may
 * do.  The filter stands behind nginx's own headers filter, so that an
 * "expires" or "add_header" of an outer level cannot replace "no-store".
 */


#include "ngx_http_jwt_issuer_mint.h"


static ngx_int_t ngx_http_jwt_issuer_answer_header_filter(
    ngx_http_request_t *r);
static void ngx_http_jwt_issuer_answer_count(
    const ngx_http_jwt_issuer_service_t *service,
    ngx_http_jwt_issuer_error_e error);
static u_char *ngx_http_jwt_issuer_answer_seconds(u_char *p, time_t seconds);
static void ngx_http_jwt_issuer_answer_clear(ngx_http_request_t *r,
    ngx_uint_t cached);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


#define NGX_HTTP_JWT_ISSUER_NO_HEADER    ngx_null_string, ngx_null_string

/* RFC 6749, 5.1 */
#define NGX_HTTP_JWT_ISSUER_JSON_BEFORE  "{\"access_token\":\""
#define NGX_HTTP_JWT_ISSUER_JSON_AFTER                                        \
    "\",\"token_type\":\"Bearer\",\"expires_in\":"
#define NGX_HTTP_JWT_ISSUER_JSON_SCOPE   ",\"scope\":\""


/* in the order of ngx_http_jwt_issuer_error_e */

static const ngx_http_jwt_issuer_error_t  ngx_http_jwt_issuer_errors[] = {

    { NGX_HTTP_NOT_ALLOWED, ngx_string("invalid_request"),
      "the method must be GET, HEAD or POST",
      ngx_string("Allow"), ngx_string("GET, HEAD, POST") },

    { NGX_HTTP_NOT_ALLOWED, ngx_string("invalid_request"),
      "the method must be GET, HEAD or OPTIONS",
      ngx_string("Allow"), ngx_string("GET, HEAD, OPTIONS") },

    { NGX_HTTP_NOT_ALLOWED, ngx_string("invalid_request"),
      "the method must be GET or HEAD",
      ngx_string("Allow"), ngx_string("GET, HEAD") },

    { NGX_HTTP_BAD_REQUEST, ngx_string("invalid_request"),
      "the request is malformed",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, ngx_string("invalid_request"),
      "the body is too large",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_BAD_REQUEST, ngx_string("unsupported_grant_type"),
      "grant_type must be client_credentials",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_BAD_REQUEST, ngx_string("invalid_target"),
      "no such service",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_BAD_REQUEST, ngx_string("invalid_scope"),
      "the scope cannot be granted",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_FORBIDDEN, ngx_string("access_denied"),
      "not allowed to have this token",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_BAD_REQUEST, ngx_string("invalid_request"),
      "a value of the request cannot be part of a token",
      NGX_HTTP_JWT_ISSUER_NO_HEADER },

    { NGX_HTTP_SERVICE_UNAVAILABLE, ngx_string("temporarily_unavailable"),
      "no key for this service at the moment",
      ngx_string("Retry-After"), ngx_string("5") },

    { NGX_HTTP_SERVICE_UNAVAILABLE, ngx_string("temporarily_unavailable"),
      "the token could not be signed",
      ngx_string("Retry-After"), ngx_string("5") },

    { NGX_HTTP_SERVICE_UNAVAILABLE, ngx_string("temporarily_unavailable"),
      "too many tokens are being signed",
      ngx_string("Retry-After"), ngx_string("1") }
};


typedef struct {
    ngx_buf_t    buf;
    ngx_chain_t  out;
} ngx_http_jwt_issuer_answer_t;


static const ngx_str_t  ngx_http_jwt_issuer_type_json =
    ngx_string("application/json");
static const ngx_str_t  ngx_http_jwt_issuer_type_jwt =
    ngx_string("application/jwt");


/*
 * What our answers say about being cached and what they must not say, whatever
 * outer directives are there.
 */

typedef struct {
    ngx_str_t  name;
    ngx_str_t  value;           /* for no-store; empty: only taken away */
    unsigned   cached:1;        /* a cacheable answer does not have it either */
} ngx_http_jwt_issuer_field_t;

static const ngx_http_jwt_issuer_field_t  ngx_http_jwt_issuer_fields[] = {
    { ngx_string("Cache-Control"), ngx_string("no-store"), 1 },
    { ngx_string("Expires"), ngx_null_string, 1 },
    { ngx_string("Pragma"), ngx_string("no-cache"), 1 },
    { ngx_string("X-Content-Type-Options"), ngx_string("nosniff"), 0 },
    { ngx_string("ETag"), ngx_null_string, 0 },
    { ngx_string("Last-Modified"), ngx_null_string, 0 },
    { ngx_string("Accept-Ranges"), ngx_null_string, 0 },
    { ngx_null_string, ngx_null_string, 0 }
};


ngx_int_t
ngx_http_jwt_issuer_fail(ngx_http_jwt_issuer_ctx_t *ctx,
    ngx_http_jwt_issuer_error_e error, const char *detail)
{
    ctx->error = &ngx_http_jwt_issuer_errors[error];
    ctx->detail = detail;

    if (ctx->service) {
        ngx_http_jwt_issuer_answer_count(ctx->service, error);
    }

    return NGX_DECLINED;
}


/* what of them is the operator's to know */

static void
ngx_http_jwt_issuer_answer_count(const ngx_http_jwt_issuer_service_t *service,
    ngx_http_jwt_issuer_error_e error)
{
    switch (error) {

    case NGX_HTTP_JWT_ISSUER_E_SCOPE:
    case NGX_HTTP_JWT_ISSUER_E_VALUE:
        ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_BAD_VALUE);
        break;

    case NGX_HTTP_JWT_ISSUER_E_NO_KEY:
        ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_NO_KEY);
        break;

    case NGX_HTTP_JWT_ISSUER_E_SIGN:
        ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_NOT_SIGNED);
        break;

    case NGX_HTTP_JWT_ISSUER_E_BUSY:
        ngx_http_jwt_issuer_zone_count(service, JWTI_COUNT_BUSY);
        break;

    default:
        break;
    }
}


ngx_int_t
ngx_http_jwt_issuer_answer_error(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx)
{
    ngx_str_t                           body;
    const char                         *description;
    const ngx_http_jwt_issuer_error_t  *error;

    error = ctx->error;
    description = ctx->detail ? ctx->detail : error->description;

    if (error->header.len
        && ngx_http_jwt_issuer_answer_header(r, &error->header, &error->value)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body.len = sizeof("{\"error\":\"\",\"error_description\":\"\"}") - 1
               + error->error.len + ngx_strlen(description);

    body.data = ngx_pnalloc(r->pool, body.len);
    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* both are constants of characters that need no escaping */

    body.len = ngx_sprintf(body.data,
                           "{\"error\":\"%V\",\"error_description\":\"%s\"}",
                           &error->error, description)
               - body.data;

    return ngx_http_jwt_issuer_answer_send(r, error->status,
                                           &ngx_http_jwt_issuer_type_json,
                                           body.data, body.len);
}


void
ngx_http_jwt_issuer_answer_room(ngx_http_jwt_issuer_target_t *target)
{
    if (target->format == NGX_HTTP_JWT_ISSUER_FORMAT_JSON) {
        target->before = sizeof(NGX_HTTP_JWT_ISSUER_JSON_BEFORE) - 1;
        target->after = sizeof(NGX_HTTP_JWT_ISSUER_JSON_AFTER) - 1
                        + NGX_TIME_T_LEN + 1;
    }
}


void
ngx_http_jwt_issuer_answer_scope_room(ngx_http_jwt_issuer_ctx_t *ctx)
{
    ctx->after = sizeof(NGX_HTTP_JWT_ISSUER_JSON_SCOPE) - 1 + ctx->scope.len
                 + 1;
}


/* the JSON is written around the token, where minting has left room for it */

ngx_int_t
ngx_http_jwt_issuer_answer_token(ngx_http_request_t *r,
    ngx_http_jwt_issuer_ctx_t *ctx,
    const ngx_http_jwt_issuer_target_t *target)
{
    u_char           *p, *body;
    const ngx_str_t  *type;

    type = (target->format == NGX_HTTP_JWT_ISSUER_FORMAT_JWT)
           ? &ngx_http_jwt_issuer_type_jwt : &ngx_http_jwt_issuer_type_json;

    if (r->method == NGX_HTTP_HEAD) {

        /* nothing is minted, so its length is not known */

        return ngx_http_jwt_issuer_answer_send(r, NGX_HTTP_OK, type, NULL, 0);
    }

    if (target->format == NGX_HTTP_JWT_ISSUER_FORMAT_JWT) {
        return ngx_http_jwt_issuer_answer_send(r, NGX_HTTP_OK, type,
                                               ctx->token.data,
                                               ctx->token.len);
    }

    body = ctx->token.data - target->before;

    ngx_memcpy(body, NGX_HTTP_JWT_ISSUER_JSON_BEFORE,
               sizeof(NGX_HTTP_JWT_ISSUER_JSON_BEFORE) - 1);

    p = ngx_cpymem(ctx->token.data + ctx->token.len,
                   NGX_HTTP_JWT_ISSUER_JSON_AFTER,
                   sizeof(NGX_HTTP_JWT_ISSUER_JSON_AFTER) - 1);

    p = ngx_http_jwt_issuer_answer_seconds(p, ctx->expires - ngx_time());

    if (ctx->scope.len) {

        /* no byte of it needs escaping, and ctx->after is the room for it */

        p = ngx_cpymem(p, NGX_HTTP_JWT_ISSUER_JSON_SCOPE,
                       sizeof(NGX_HTTP_JWT_ISSUER_JSON_SCOPE) - 1);
        p = ngx_cpymem(p, ctx->scope.data, ctx->scope.len);
        *p++ = '"';
    }

    *p++ = '}';

    return ngx_http_jwt_issuer_answer_send(r, NGX_HTTP_OK, type, body,
                                           p - body);
}


/* for every answer: ngx_sprintf() takes ten times as long */

static u_char *
ngx_http_jwt_issuer_answer_seconds(u_char *p, time_t seconds)
{
    u_char    *last;
    uint32_t   rest;

    /* lifetimes are a day at most */

    seconds = ngx_max(seconds, 0);
    rest = (uint32_t) seconds;

    do {
        p++;
        rest /= 10;
    } while (rest);

    last = p;
    rest = (uint32_t) seconds;

    do {
        *--p = (u_char) ('0' + rest % 10);
        rest /= 10;
    } while (rest);

    return last;
}


/*
 * The chain is not on the stack, so that the last call of each function on the
 * way from the handler to nginx's filters takes its caller's place: behind a
 * system call, processors mispredict every return there is.
 */

ngx_int_t
ngx_http_jwt_issuer_answer_send(ngx_http_request_t *r, ngx_uint_t status,
    const ngx_str_t *type, u_char *body, size_t len)
{
    ngx_int_t                      rc;
    ngx_http_jwt_issuer_ctx_t     *ctx;
    ngx_http_jwt_issuer_answer_t  *answer;

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    if (ctx && ctx->no_store) {

        /* each answer is another one: never 304 or 412 */

        r->disable_not_modified = 1;
    }

    r->headers_out.status = status;
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;

    if (body == NULL) {
        return ngx_http_send_header(r);
    }

    /* while an error can still be answered */

    answer = ngx_pcalloc(r->pool, sizeof(ngx_http_jwt_issuer_answer_t));
    if (answer == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.content_length_n = len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    answer->buf.pos = body;
    answer->buf.last = body + len;
    answer->buf.memory = 1;
    answer->buf.last_buf = (r == r->main);
    answer->buf.last_in_chain = 1;

    answer->out.buf = &answer->buf;

    return ngx_http_output_filter(r, &answer->out);
}


ngx_int_t
ngx_http_jwt_issuer_answer_header(ngx_http_request_t *r, const ngx_str_t *name,
    const ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key = *name;
    h->value = *value;
    h->lowcase_key = NULL;
    ngx_http_jwt_issuer_compat_unlink(h);

    return NGX_OK;
}


void
ngx_http_jwt_issuer_answer_init(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_jwt_issuer_answer_header_filter;
}


static ngx_int_t
ngx_http_jwt_issuer_answer_header_filter(ngx_http_request_t *r)
{
    ngx_http_jwt_issuer_ctx_t          *ctx;
    const ngx_http_jwt_issuer_field_t  *field;

    static const ngx_str_t  cache_control = ngx_string("Cache-Control");

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    if (ctx == NULL || !(ctx->no_store || ctx->cache_control.len)) {
        return ngx_http_next_header_filter(r);
    }

    ngx_http_jwt_issuer_answer_clear(r, !ctx->no_store);

    if (!ctx->no_store) {
        if (ngx_http_jwt_issuer_answer_header(r, &cache_control,
                                              &ctx->cache_control)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_next_header_filter(r);
    }

    for (field = ngx_http_jwt_issuer_fields; field->name.len; field++) {

        if (field->value.len
            && ngx_http_jwt_issuer_answer_header(r, &field->name,
                                                 &field->value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_http_next_header_filter(r);
}


static void
ngx_http_jwt_issuer_answer_clear(ngx_http_request_t *r, ngx_uint_t cached)
{
    ngx_uint_t                          i;
    ngx_list_part_t                    *part;
    ngx_table_elt_t                    *h;
    const ngx_http_jwt_issuer_field_t  *field;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            for (field = ngx_http_jwt_issuer_fields; field->name.len; field++)
            {
                if ((!cached || field->cached)
                    && h[i].key.len == field->name.len
                    && ngx_strncasecmp(h[i].key.data, field->name.data,
                                       field->name.len)
                       == 0)
                {
                    h[i].hash = 0;
                }
            }
        }
    }
}
