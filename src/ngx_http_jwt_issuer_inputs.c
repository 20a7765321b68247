
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Every input of a token, as a key of the token cache: two tokens may be the
 * same one only when these bytes are.
 *
 * What the configuration says is one string for each service, for which the
 * zone has a number; a key is that number and then each value that only the
 * request has, with its length before it.  So the key of a service without
 * variables is the number alone, and nothing is evaluated to find its token.
 */


#include "ngx_http_jwt_issuer_mint.h"


/* counts, and writes unless p is NULL */
typedef struct {
    u_char                           *p;
    size_t                            len;
} ngx_http_jwt_issuer_inputs_out_t;


static void ngx_http_jwt_issuer_inputs_constants(
    const ngx_http_jwt_issuer_service_t *service,
    ngx_http_jwt_issuer_inputs_out_t *out);
static ngx_uint_t ngx_http_jwt_issuer_inputs_constant(
    ngx_http_jwt_issuer_inputs_out_t *out,
    const ngx_http_complex_value_t *cv);
static ngx_uint_t ngx_http_jwt_issuer_inputs_members(
    ngx_http_jwt_issuer_inputs_out_t *out, const ngx_array_t *members);
static ngx_uint_t ngx_http_jwt_issuer_inputs_is_variable(
    const ngx_http_jwt_issuer_settings_t *settings);
static void ngx_http_jwt_issuer_inputs_key(
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target,
    const ngx_http_jwt_issuer_inputs_t *inputs,
    ngx_http_jwt_issuer_inputs_out_t *out);
static void ngx_http_jwt_issuer_inputs_key_members(
    ngx_http_jwt_issuer_inputs_out_t *out, const ngx_array_t *members,
    const jwti_member_t *values);
static void ngx_http_jwt_issuer_inputs_bytes(
    ngx_http_jwt_issuer_inputs_out_t *out, const void *data, size_t len);
static void ngx_http_jwt_issuer_inputs_str(
    ngx_http_jwt_issuer_inputs_out_t *out, const u_char *data, size_t len);


ngx_int_t
ngx_http_jwt_issuer_inputs_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_inputs_out_t  out;

    ngx_memzero(&out, sizeof(ngx_http_jwt_issuer_inputs_out_t));
    ngx_http_jwt_issuer_inputs_constants(service, &out);

    service->constants.len = out.len;
    service->constants.data = ngx_pnalloc(cf->pool, out.len);
    if (service->constants.data == NULL) {
        return NGX_ERROR;
    }

    out.p = service->constants.data;
    ngx_http_jwt_issuer_inputs_constants(service, &out);

    service->variable =
                     ngx_http_jwt_issuer_inputs_is_variable(&service->settings);

    return NGX_OK;
}


/*
 * The name and the environment are those of the zone's record, the algorithm
 * goes with the key that signs; every other setting that a token or its reuse
 * depends on is here.
 */

static void
ngx_http_jwt_issuer_inputs_constants(
    const ngx_http_jwt_issuer_service_t *service,
    ngx_http_jwt_issuer_inputs_out_t *out)
{
    int64_t                                numbers[6];
    ngx_uint_t                             i;
    ngx_http_complex_value_t             **cv;
    const ngx_http_jwt_issuer_settings_t  *settings;

    settings = &service->settings;

    numbers[0] = (int64_t) settings->profile;
    numbers[1] = (int64_t) settings->jti;
    numbers[2] = (int64_t) settings->lifetime;
    numbers[3] = (int64_t) settings->backdate;
    numbers[4] = (int64_t) settings->not_before;
    numbers[5] = (int64_t) settings->reuse;

    ngx_http_jwt_issuer_inputs_bytes(out, numbers, sizeof(numbers));

    (void) ngx_http_jwt_issuer_inputs_constant(out, settings->subject);
    (void) ngx_http_jwt_issuer_inputs_constant(out, settings->issuer);
    (void) ngx_http_jwt_issuer_inputs_constant(out, settings->scope);

    if (settings->audience) {
        cv = settings->audience->elts;

        for (i = 0; i < settings->audience->nelts; i++) {
            (void) ngx_http_jwt_issuer_inputs_constant(out, cv[i]);
        }
    }

    /* ends the audiences */
    (void) ngx_http_jwt_issuer_inputs_constant(out, NULL);

    (void) ngx_http_jwt_issuer_inputs_members(out, settings->claims);
    (void) ngx_http_jwt_issuer_inputs_members(out, settings->headers);
}


static ngx_uint_t
ngx_http_jwt_issuer_inputs_constant(ngx_http_jwt_issuer_inputs_out_t *out,
    const ngx_http_complex_value_t *cv)
{
    u_char  kind;

    /* the text of one with variables, as the file has it */

    kind = (cv == NULL) ? 0 : (cv->lengths == NULL) ? 1 : 2;

    ngx_http_jwt_issuer_inputs_bytes(out, &kind, 1);

    if (cv) {
        ngx_http_jwt_issuer_inputs_str(out, cv->value.data, cv->value.len);
    }

    return kind == 2;
}


/* 1 when one of them has a variable */

static ngx_uint_t
ngx_http_jwt_issuer_inputs_members(ngx_http_jwt_issuer_inputs_out_t *out,
    const ngx_array_t *members)
{
    ngx_uint_t                           i, n, variable;
    const ngx_http_jwt_issuer_member_t  *member;

    n = members ? members->nelts : 0;
    member = members ? members->elts : NULL;
    variable = 0;

    ngx_http_jwt_issuer_inputs_bytes(out, &n, sizeof(ngx_uint_t));

    for (i = 0; i < n; i++) {
        ngx_http_jwt_issuer_inputs_str(out, member[i].name.data,
                                       member[i].name.len);
        ngx_http_jwt_issuer_inputs_bytes(out, &member[i].type,
                                         sizeof(jwti_type_e));
        variable |= ngx_http_jwt_issuer_inputs_constant(out,
                                                        &member[i].value);
    }

    return variable;
}


static ngx_uint_t
ngx_http_jwt_issuer_inputs_is_variable(
    const ngx_http_jwt_issuer_settings_t *settings)
{
    ngx_uint_t                          i, variable;
    ngx_http_complex_value_t          **cv;
    ngx_http_jwt_issuer_inputs_out_t    out;

    ngx_memzero(&out, sizeof(ngx_http_jwt_issuer_inputs_out_t));

    variable = ngx_http_jwt_issuer_inputs_constant(&out, settings->subject)
               | ngx_http_jwt_issuer_inputs_constant(&out, settings->issuer)
               | ngx_http_jwt_issuer_inputs_constant(&out, settings->scope)
               | ngx_http_jwt_issuer_inputs_members(&out, settings->claims)
               | ngx_http_jwt_issuer_inputs_members(&out, settings->headers);

    if (settings->audience) {
        cv = settings->audience->elts;

        for (i = 0; i < settings->audience->nelts; i++) {
            variable |= ngx_http_jwt_issuer_inputs_constant(&out, cv[i]);
        }
    }

    return variable;
}


ngx_int_t
ngx_http_jwt_issuer_inputs_eval(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_inputs_t *inputs)
{
    ngx_http_jwt_issuer_inputs_out_t  out;

    inputs->claims = NULL;

    if (!service->variable && target->subject == NULL
        && target->audience == NULL && !inputs->narrowed)
    {
        inputs->key.data = (u_char *) &service->token_id;
        inputs->key.len = sizeof(uint64_t);
        inputs->hash = service->token_hash;

        return NGX_OK;
    }

    if (ngx_http_jwt_issuer_inputs_claims(r, service, target, inputs)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_null(&inputs->key);

    ngx_memzero(&out, sizeof(ngx_http_jwt_issuer_inputs_out_t));
    ngx_http_jwt_issuer_inputs_key(service, target, inputs, &out);

    if (out.len > JWTI_TOKEN_MAX) {

        /* only JSON full of white space is a token for all that */

        return NGX_OK;
    }

    inputs->key.data = ngx_pnalloc(r->pool, out.len);
    if (inputs->key.data == NULL) {
        return NGX_ERROR;
    }

    inputs->key.len = out.len;

    out.p = inputs->key.data;
    ngx_http_jwt_issuer_inputs_key(service, target, inputs, &out);

    inputs->hash = ngx_murmur_hash2(inputs->key.data, inputs->key.len);

    return NGX_OK;
}


ngx_int_t
ngx_http_jwt_issuer_inputs_claims(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target,
    ngx_http_jwt_issuer_inputs_t *inputs)
{
    jwti_claims_t  *claims;

    if (inputs->claims) {
        return NGX_OK;
    }

    claims = ngx_palloc(r->pool, sizeof(jwti_claims_t));
    if (claims == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_jwt_issuer_claim_eval(r, service, target, claims) != NGX_OK) {
        return NGX_ERROR;
    }

    inputs->claims = claims;

    return NGX_OK;
}


/*
 * What is written depends on the service, whose number comes first, and on
 * what the location or the client says instead of it, which comes next.
 */

static void
ngx_http_jwt_issuer_inputs_key(const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target,
    const ngx_http_jwt_issuer_inputs_t *inputs,
    ngx_http_jwt_issuer_inputs_out_t *out)
{
    u_char                                 instead;
    size_t                                 i;
    const jwti_claims_t                   *claims;
    ngx_http_complex_value_t             **cv;
    const ngx_http_jwt_issuer_settings_t  *settings;

    claims = inputs->claims;
    settings = &service->settings;

    instead = (target->subject ? 1 : 0) | (target->audience ? 2 : 0)
              | (inputs->narrowed ? 4 : 0);

    ngx_http_jwt_issuer_inputs_bytes(out, &service->token_id,
                                     sizeof(uint64_t));
    ngx_http_jwt_issuer_inputs_bytes(out, &instead, 1);

    if (target->subject || (settings->subject && settings->subject->lengths)) {
        ngx_http_jwt_issuer_inputs_str(out, claims->subject.data,
                                       claims->subject.len);
    }

    if (settings->issuer && settings->issuer->lengths) {
        ngx_http_jwt_issuer_inputs_str(out, claims->issuer.data,
                                       claims->issuer.len);
    }

    if (inputs->narrowed || (settings->scope && settings->scope->lengths)) {
        ngx_http_jwt_issuer_inputs_str(out, claims->scope.data,
                                       claims->scope.len);
    }

    cv = settings->audience ? settings->audience->elts : NULL;

    for (i = 0; i < claims->naudience; i++) {

        if (target->audience || (cv && cv[i]->lengths)) {
            ngx_http_jwt_issuer_inputs_str(out, claims->audience[i].data,
                                           claims->audience[i].len);
        }
    }

    ngx_http_jwt_issuer_inputs_key_members(out, settings->claims,
                                           claims->claims);
    ngx_http_jwt_issuer_inputs_key_members(out, settings->headers,
                                           claims->headers);
}


static void
ngx_http_jwt_issuer_inputs_key_members(ngx_http_jwt_issuer_inputs_out_t *out,
    const ngx_array_t *members, const jwti_member_t *values)
{
    ngx_uint_t                           i;
    const ngx_http_jwt_issuer_member_t  *member;

    if (members == NULL) {
        return;
    }

    member = members->elts;

    for (i = 0; i < members->nelts; i++) {

        if (member[i].value.lengths) {
            ngx_http_jwt_issuer_inputs_str(out, values[i].value.data,
                                           values[i].value.len);
        }
    }
}


static void
ngx_http_jwt_issuer_inputs_bytes(ngx_http_jwt_issuer_inputs_out_t *out,
    const void *data, size_t len)
{
    out->len += len;

    if (out->p) {
        out->p = ngx_cpymem(out->p, data, len);
    }
}


static void
ngx_http_jwt_issuer_inputs_str(ngx_http_jwt_issuer_inputs_out_t *out,
    const u_char *data, size_t len)
{
    uint32_t  n;

    /* values have nginx's limits: they are far below */

    n = (uint32_t) len;

    ngx_http_jwt_issuer_inputs_bytes(out, &n, sizeof(uint32_t));
    ngx_http_jwt_issuer_inputs_bytes(out, data, len);
}
