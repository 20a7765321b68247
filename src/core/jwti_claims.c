
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_claims.c: the JOSE header and the claims set as JSON.  Values come from
 * outside, some with a request: each is checked here, whatever the
 * configuration checked before.  jwti_member.c has what the two share.
 */


#include "jwti_claims.h"
#include "jwti_scope.h"


/* integers that every JSON reader holds exactly (RFC 8259, section 6) */
#define JWTI_CLAIMS_INT_MAX   INT64_C(9007199254740991)

/* spans of 34,000 years: no sum of them overflows */
#define JWTI_CLAIMS_SPAN_MAX  (INT64_C(1) << 40)


static jwti_rc_t jwti_claims_check_times(jwti_member_out_t *out,
    const jwti_claims_t *claims, int64_t now_ms);
static jwti_rc_t jwti_claims_identity(jwti_member_out_t *out,
    const jwti_claims_t *claims);
static jwti_rc_t jwti_claims_scope(jwti_member_out_t *out,
    const jwti_claims_t *claims);
static jwti_rc_t jwti_claims_id(jwti_member_out_t *out,
    const jwti_claims_t *claims, const unsigned char *jti);
static int64_t jwti_claims_issued(const jwti_claims_t *claims,
    int64_t now_ms);
static const char *const *jwti_claims_reserved(jwti_profile_e profile);


static const char *const  jwti_claims_service[] = {
    "typ", "rnd", "iss", "sub", "aud", "exp", "nbf", "iat", "jti", NULL
};

/* RFC 7519, section 4.1 */
static const char *const  jwti_claims_registered[] = {
    "iss", "sub", "aud", "exp", "nbf", "iat", "jti", NULL
};

static const char *const  jwti_claims_headers[] = {
    "alg", "kid", "b64", "crit", "jku", "jwk", "x5u", "x5c", "x5t",
    "x5t#S256", NULL
};


int
jwti_claims_is_reserved(jwti_str_t name, jwti_profile_e profile)
{
    return jwti_member_is_one_of(name, jwti_claims_reserved(profile));
}


int
jwti_claims_is_reserved_header(jwti_str_t name)
{
    return jwti_member_is_one_of(name, jwti_claims_headers);
}


jwti_rc_t
jwti_claims_write_header(jwti_buf_t *buf, const jwti_claims_t *claims,
    const jwti_alg_t *alg, jwti_str_t kid, jwti_str_t *name,
    const char **err)
{
    jwti_rc_t          rc;
    jwti_member_out_t  out;

    jwti_member_begin(&out, buf, name, err);

    rc = jwti_member_check(&out, claims->headers, claims->nheaders,
                           jwti_claims_headers);
    if (rc != JWTI_OK) {
        return rc;
    }

    jwti_member_text(&out, jwti_str("alg"), alg->name);

    if (!jwti_member_has(claims->headers, claims->nheaders, jwti_str("typ"))) {
        jwti_member_text(&out, jwti_str("typ"),
                         claims->profile == JWTI_PROFILE_ACCESS_TOKEN
                         ? "at+jwt" : "JWT");
    }

    rc = jwti_member_string(&out, jwti_str("kid"), kid);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_member_write(&out, claims->headers, claims->nheaders);
    if (rc != JWTI_OK) {
        return rc;
    }

    jwti_member_end(&out);

    return JWTI_OK;
}


jwti_rc_t
jwti_claims_write(jwti_buf_t *buf, const jwti_claims_t *claims,
    int64_t now_ms, const unsigned char *jti, jwti_str_t *name,
    const char **err)
{
    int64_t            issued;
    jwti_rc_t          rc;
    jwti_member_out_t  out;

    jwti_member_begin(&out, buf, name, err);

    rc = jwti_claims_check_times(&out, claims, now_ms);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_member_check(&out, claims->claims, claims->nclaims,
                           jwti_claims_reserved(claims->profile));
    if (rc != JWTI_OK) {
        return rc;
    }

    if (claims->subject.data != NULL) {
        rc = jwti_member_string(&out, jwti_str("sub"), claims->subject);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    if (claims->profile == JWTI_PROFILE_SERVICE) {
        jwti_member_text(&out, jwti_str("typ"), "service");
        jwti_member_int(&out, jwti_str("rnd"), now_ms);
    }

    issued = jwti_claims_issued(claims, now_ms);

    jwti_member_int(&out, jwti_str("iat"), issued);
    jwti_member_int(&out, jwti_str("exp"), issued + claims->lifetime);

    if (claims->nbf) {
        jwti_member_int(&out, jwti_str("nbf"), issued + claims->not_before);
    }

    rc = jwti_claims_identity(&out, claims);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_claims_scope(&out, claims);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_claims_id(&out, claims, jti);
    if (rc != JWTI_OK) {
        return rc;
    }

    rc = jwti_member_write(&out, claims->claims, claims->nclaims);
    if (rc != JWTI_OK) {
        return rc;
    }

    jwti_member_end(&out);

    return JWTI_OK;
}


int64_t
jwti_claims_expires(const jwti_claims_t *claims, int64_t now_ms)
{
    return jwti_claims_issued(claims, now_ms) + claims->lifetime;
}


/* no later sum of times overflows, is negative or above an exact integer */

static jwti_rc_t
jwti_claims_check_times(jwti_member_out_t *out, const jwti_claims_t *claims,
    int64_t now_ms)
{
    int64_t  issued;

    if (now_ms < 0 || now_ms > JWTI_CLAIMS_INT_MAX
        || claims->backdate < 0 || claims->backdate > now_ms / 1000)
    {
        return jwti_member_refuse(out, jwti_str("iat"), "time out of range");
    }

    issued = jwti_claims_issued(claims, now_ms);

    if (claims->lifetime < 1 || claims->lifetime > JWTI_CLAIMS_SPAN_MAX) {
        return jwti_member_refuse(out, jwti_str("exp"), "time out of range");
    }

    if (claims->nbf
        && (claims->not_before < -issued
            || claims->not_before > JWTI_CLAIMS_SPAN_MAX))
    {
        return jwti_member_refuse(out, jwti_str("nbf"), "time out of range");
    }

    return JWTI_OK;
}


/* who issued the token, for whom; RFC 9068, section 2.2 requires them all */

static jwti_rc_t
jwti_claims_identity(jwti_member_out_t *out, const jwti_claims_t *claims)
{
    int         required;
    jwti_rc_t   rc;
    jwti_str_t  client;

    required = (claims->profile == JWTI_PROFILE_ACCESS_TOKEN);
    client = jwti_str("client_id");

    if (claims->issuer.data != NULL || required) {
        rc = jwti_member_string(out, jwti_str("iss"), claims->issuer);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    if (claims->naudience > 0 || required) {
        rc = jwti_member_strings(out, jwti_str("aud"), claims->audience,
                                 claims->naudience);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    if (required && claims->subject.data == NULL) {
        return jwti_member_refuse(out, jwti_str("sub"), "value is missing");
    }

    if (required && !jwti_member_has(claims->claims, claims->nclaims, client)) {
        return jwti_member_string(out, client, claims->subject);
    }

    return JWTI_OK;
}


/* RFC 8693, section 4.2 */

static jwti_rc_t
jwti_claims_scope(jwti_member_out_t *out, const jwti_claims_t *claims)
{
    jwti_str_t  name;

    if (claims->scope.data == NULL) {
        return JWTI_OK;
    }

    name = jwti_str("scope");

    if (jwti_member_has(claims->claims, claims->nclaims, name)) {
        return jwti_member_refuse(out, name, "name is reserved");
    }

    if (!jwti_scope_is_valid(claims->scope)) {
        return jwti_member_refuse(out, name, "value is no list of scopes");
    }

    return jwti_member_string(out, name, claims->scope);
}


static jwti_rc_t
jwti_claims_id(jwti_member_out_t *out, const jwti_claims_t *claims,
    const unsigned char *jti)
{
    jwti_str_t  bytes;

    if (!claims->jti && claims->profile != JWTI_PROFILE_ACCESS_TOKEN) {
        return JWTI_OK;
    }

    if (jti == NULL) {
        *out->name = jwti_str("jti");
        *out->err = "no random bytes";
        return JWTI_ERROR;
    }

    bytes.data = jti;
    bytes.len = JWTI_JTI_BYTES;

    jwti_member_bytes(out, jwti_str("jti"), bytes);

    return JWTI_OK;
}


static int64_t
jwti_claims_issued(const jwti_claims_t *claims, int64_t now_ms)
{
    return now_ms / 1000 - claims->backdate;
}


static const char *const *
jwti_claims_reserved(jwti_profile_e profile)
{
    return profile == JWTI_PROFILE_SERVICE ? jwti_claims_service
                                           : jwti_claims_registered;
}
