
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * What a token says: the claim, header and audience directives of a service,
 * and the values of all its variables for one request.
 */


#include "ngx_http_jwt_issuer_conf.h"


static char *ngx_http_jwt_issuer_claim_push(ngx_conf_t *cf,
    ngx_array_t **members, ngx_str_t *args, jwti_type_e type);
static jwti_str_t ngx_http_jwt_issuer_claim_sample(
    const ngx_http_complex_value_t *cv, jwti_type_e type);
static size_t ngx_http_jwt_issuer_claim_samples(const ngx_array_t *members,
    jwti_member_t *samples);
static ngx_int_t ngx_http_jwt_issuer_claim_value(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, jwti_str_t *value);
static ngx_int_t ngx_http_jwt_issuer_claim_scope(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service, jwti_str_t *scope);
static ngx_int_t ngx_http_jwt_issuer_claim_members(ngx_http_request_t *r,
    const ngx_array_t *members, const jwti_member_t **values, size_t *n);
static ngx_int_t ngx_http_jwt_issuer_claim_audiences(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target, jwti_claims_t *claims);


static const ngx_conf_enum_t  ngx_http_jwt_issuer_claim_types[] = {
    { ngx_string("string"), JWTI_TYPE_STRING },
    { ngx_string("number"), JWTI_TYPE_NUMBER },
    { ngx_string("boolean"), JWTI_TYPE_BOOLEAN },
    { ngx_string("json"), JWTI_TYPE_JSON },
    { ngx_null_string, 0 }
};


char *
ngx_http_jwt_issuer_claim_audience(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    char                       *rv;
    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_complex_value_t  **cv;

    if (settings->audience) {
        return "is duplicate";
    }

    if (cf->args->nelts - 1 > JWTI_AUDIENCES_MAX) {
        return "has too many values";
    }

    value = cf->args->elts;

    settings->audience = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                          sizeof(void *));
    if (settings->audience == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        cv = ngx_array_push(settings->audience);
        if (cv == NULL) {
            return NGX_CONF_ERROR;
        }

        rv = ngx_http_jwt_issuer_compile(cf, &value[i], cv);

        if (rv != NGX_CONF_OK) {
            return (rv == NGX_CONF_ERROR) ? rv : "has an empty value";
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_jwt_issuer_claim_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    ngx_str_t              *value;
    ngx_uint_t              i;
    const ngx_conf_enum_t  *type;

    value = cf->args->elts;
    type = &ngx_http_jwt_issuer_claim_types[0];

    if (cf->args->nelts == 4) {

        for (i = 0; ngx_http_jwt_issuer_claim_types[i].name.len; i++) {
            type = &ngx_http_jwt_issuer_claim_types[i];

            if (ngx_strcmp(type->name.data, value[3].data) == 0) {
                break;
            }
        }

        if (ngx_http_jwt_issuer_claim_types[i].name.len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown claim type \"%V\"", &value[3]);
            return NGX_CONF_ERROR;
        }
    }

    /* typ and rnd are the service profile's, which is not known yet */

    if (jwti_claims_is_reserved(ngx_http_jwt_issuer_to_core(&value[1]),
                                JWTI_PROFILE_PLAIN))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "claim \"%V\" has a directive of its own"
                           " or is always set", &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_http_jwt_issuer_claim_push(cf, &settings->claims, &value[1],
                                          (jwti_type_e) type->value);
}


char *
ngx_http_jwt_issuer_claim_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_settings_t *settings = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (jwti_claims_is_reserved_header(ngx_http_jwt_issuer_to_core(&value[1])))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "header \"%V\" may not be configured", &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_http_jwt_issuer_claim_push(cf, &settings->headers, &value[1],
                                          JWTI_TYPE_STRING);
}


static char *
ngx_http_jwt_issuer_claim_push(ngx_conf_t *cf, ngx_array_t **members,
    ngx_str_t *args, jwti_type_e type)
{
    ngx_uint_t                         i;
    ngx_http_jwt_issuer_member_t      *member;
    ngx_http_compile_complex_value_t   ccv;

    if (args[0].len == 0) {
        return "has an empty name";
    }

    if (*members == NULL) {
        *members = ngx_array_create(cf->pool, 4,
                                    sizeof(ngx_http_jwt_issuer_member_t));
        if (*members == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if ((*members)->nelts == JWTI_MEMBERS_MAX) {
        return "is repeated too often";
    }

    member = (*members)->elts;

    for (i = 0; i < (*members)->nelts; i++) {

        if (member[i].name.len == args[0].len
            && ngx_strncmp(member[i].name.data, args[0].data, args[0].len)
               == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate name \"%V\"", &args[0]);
            return NGX_CONF_ERROR;
        }
    }

    member = ngx_array_push(*members);
    if (member == NULL) {
        return NGX_CONF_ERROR;
    }

    member->name = args[0];
    member->type = type;

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &args[1];
    ccv.complex_value = &member->value;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * Writes the claims as a request would, with something right in the place of
 * every value that only a request has.
 */

char *
ngx_http_jwt_issuer_claim_check(ngx_conf_t *cf,
    const ngx_http_jwt_issuer_service_t *service)
{
    u_char                                *memory;
    jwti_rc_t                              rc;
    jwti_buf_t                             buf;
    jwti_str_t                             name, audience[JWTI_AUDIENCES_MAX];
    ngx_uint_t                             i;
    const char                            *err;
    jwti_claims_t                          claims;
    jwti_member_t                          members[2][JWTI_MEMBERS_MAX];
    ngx_http_complex_value_t             **cv;
    const ngx_http_jwt_issuer_settings_t  *settings;

    static const u_char  jti[JWTI_JTI_BYTES];

    settings = &service->settings;

    ngx_memzero(&claims, sizeof(jwti_claims_t));

    claims.profile = (jwti_profile_e) settings->profile;
    claims.lifetime = settings->lifetime;
    claims.jti = settings->jti;
    claims.subject = ngx_http_jwt_issuer_to_core(&service->name);

    if (settings->subject) {
        claims.subject = ngx_http_jwt_issuer_claim_sample(settings->subject,
                                                          JWTI_TYPE_STRING);
    }

    if (settings->issuer) {
        claims.issuer = ngx_http_jwt_issuer_claim_sample(settings->issuer,
                                                         JWTI_TYPE_STRING);
    }

    if (settings->audience) {
        cv = settings->audience->elts;

        for (i = 0; i < settings->audience->nelts; i++) {
            audience[i] = ngx_http_jwt_issuer_claim_sample(cv[i],
                                                           JWTI_TYPE_STRING);
        }

        claims.audience = audience;
        claims.naudience = settings->audience->nelts;
    }

    if (settings->scope) {
        claims.scope = ngx_http_jwt_issuer_claim_sample(settings->scope,
                                                        JWTI_TYPE_STRING);
    }

    claims.nclaims = ngx_http_jwt_issuer_claim_samples(settings->claims,
                                                       members[0]);
    claims.claims = members[0];
    claims.nheaders = ngx_http_jwt_issuer_claim_samples(settings->headers,
                                                        members[1]);
    claims.headers = members[1];

    memory = ngx_alloc(JWTI_TOKEN_MAX, cf->log);
    if (memory == NULL) {
        return NGX_CONF_ERROR;
    }

    err = "the token would be too long";
    name = jwti_str("");

    jwti_buf_init(&buf, memory, JWTI_TOKEN_MAX);

    rc = jwti_claims_write_header(&buf, &claims,
                                  jwti_alg_find(jwti_str("RS512")),
                                  jwti_str("kid"), &name, &err);

    if (rc == JWTI_OK) {
        rc = jwti_claims_write(&buf, &claims, 1000, jti, &name, &err);
    }

    if (rc == JWTI_OK) {
        rc = jwti_buf_ok(&buf);
    }

    ngx_free(memory);

    if (rc == JWTI_OK) {
        return NGX_CONF_OK;
    }

    ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                                    "\"%*s\" is refused: %s in service"
                                    " \"%V\"",
                                    name.len, name.data, err,
                                    &service->label);
    return NGX_CONF_ERROR;
}


static jwti_str_t
ngx_http_jwt_issuer_claim_sample(const ngx_http_complex_value_t *cv,
    jwti_type_e type)
{
    if (cv->lengths == NULL) {
        return ngx_http_jwt_issuer_to_core(&cv->value);
    }

    switch (type) {

    case JWTI_TYPE_BOOLEAN:
        return jwti_str("true");

    default:
        return jwti_str("1");
    }
}


static size_t
ngx_http_jwt_issuer_claim_samples(const ngx_array_t *members,
    jwti_member_t *samples)
{
    ngx_uint_t                           i;
    const ngx_http_jwt_issuer_member_t  *member;

    if (members == NULL) {
        return 0;
    }

    member = members->elts;

    for (i = 0; i < members->nelts; i++) {
        samples[i].name = ngx_http_jwt_issuer_to_core(&member[i].name);
        samples[i].type = member[i].type;
        samples[i].value = ngx_http_jwt_issuer_claim_sample(&member[i].value,
                                                            member[i].type);
    }

    return members->nelts;
}


ngx_int_t
ngx_http_jwt_issuer_claim_eval(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target, jwti_claims_t *claims)
{
    ngx_http_complex_value_t              *subject;
    const ngx_http_jwt_issuer_settings_t  *settings;

    settings = &service->settings;

    ngx_memzero(claims, sizeof(jwti_claims_t));

    claims->profile = (jwti_profile_e) settings->profile;
    claims->lifetime = settings->lifetime;
    claims->backdate = settings->backdate;
    claims->jti = settings->jti;

    if (settings->not_before != NGX_HTTP_JWT_ISSUER_NBF_OFF) {
        claims->nbf = 1;
        claims->not_before = settings->not_before;
    }

    subject = target->subject ? target->subject : settings->subject;

    if (subject) {
        if (ngx_http_jwt_issuer_claim_value(r, subject, &claims->subject)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } else if (settings->profile != JWTI_PROFILE_PLAIN) {
        claims->subject = ngx_http_jwt_issuer_to_core(&service->name);
    }

    if (settings->issuer
        && ngx_http_jwt_issuer_claim_value(r, settings->issuer,
                                           &claims->issuer)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_jwt_issuer_claim_audiences(r, service, target, claims)
        != NGX_OK
        || ngx_http_jwt_issuer_claim_scope(r, service, &claims->scope)
           != NGX_OK
        || ngx_http_jwt_issuer_claim_members(r, settings->claims,
                                             &claims->claims,
                                             &claims->nclaims)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_issuer_claim_members(r, settings->headers,
                                             &claims->headers,
                                             &claims->nheaders);
}


static ngx_int_t
ngx_http_jwt_issuer_claim_value(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, jwti_str_t *value)
{
    ngx_str_t  s;

    if (ngx_http_complex_value(r, cv, &s) != NGX_OK) {
        return NGX_ERROR;
    }

    *value = ngx_http_jwt_issuer_to_core(&s);

    if (value->data == NULL) {

        /* configured but empty: to be refused, not to be left out */

        *value = jwti_str("");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_jwt_issuer_claim_audiences(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service,
    const ngx_http_jwt_issuer_target_t *target, jwti_claims_t *claims)
{
    jwti_str_t                 *values;
    ngx_uint_t                  i, n;
    ngx_array_t                *audience;
    ngx_http_complex_value_t  **cv;

    audience = service->settings.audience;

    if (target->audience) {
        n = 1;
        cv = (ngx_http_complex_value_t **) &target->audience;

    } else if (audience) {
        n = audience->nelts;
        cv = audience->elts;

    } else {
        return NGX_OK;
    }

    values = ngx_palloc(r->pool, n * sizeof(jwti_str_t));
    if (values == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        if (ngx_http_jwt_issuer_claim_value(r, cv[i], &values[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    claims->audience = values;
    claims->naudience = n;

    return NGX_OK;
}


/* the token location has granted it before; others take what is configured */

static ngx_int_t
ngx_http_jwt_issuer_claim_scope(ngx_http_request_t *r,
    const ngx_http_jwt_issuer_service_t *service, jwti_str_t *scope)
{
    ngx_http_jwt_issuer_ctx_t  *ctx;

    if (service->settings.scope == NULL) {
        return NGX_OK;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_jwt_issuer_module);

    if (ctx->scope.data) {
        *scope = ngx_http_jwt_issuer_to_core(&ctx->scope);
        return NGX_OK;
    }

    return ngx_http_jwt_issuer_claim_value(r, service->settings.scope, scope);
}


static ngx_int_t
ngx_http_jwt_issuer_claim_members(ngx_http_request_t *r,
    const ngx_array_t *members, const jwti_member_t **values, size_t *n)
{
    ngx_uint_t                     i;
    jwti_member_t                 *value;
    ngx_http_jwt_issuer_member_t  *member;

    if (members == NULL) {
        return NGX_OK;
    }

    value = ngx_palloc(r->pool, members->nelts * sizeof(jwti_member_t));
    if (value == NULL) {
        return NGX_ERROR;
    }

    member = members->elts;

    for (i = 0; i < members->nelts; i++) {
        value[i].name = ngx_http_jwt_issuer_to_core(&member[i].name);
        value[i].type = member[i].type;

        if (ngx_http_jwt_issuer_claim_value(r, &member[i].value,
                                            &value[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    *values = value;
    *n = members->nelts;

    return NGX_OK;
}
