
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_claims.h: bytes taken for claims, and whether JSON that was read back
 * says what they ask and nothing else: by jansson, not by our own reader.
 */


#ifndef FUZZ_CLAIMS_H_INCLUDED
#define FUZZ_CLAIMS_H_INCLUDED


#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "jwti_claims.h"


#define NOW      1700000000123LL
#define STRICT   (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY)
#define MEMBERS  6
#define ROOM     262144


typedef struct {
    const unsigned char  *pos;
    const unsigned char  *end;
} input_t;

/* claims with what they point to */
typedef struct {
    jwti_claims_t  claims;
    jwti_str_t     audience[4];
    jwti_member_t  members[MEMBERS];
} saying_t;


static const unsigned char  random_bytes[JWTI_JTI_BYTES];


static unsigned
take_byte(input_t *input)
{
    return input->pos < input->end ? *input->pos++ : 0;
}


/* a length in one byte, then so many bytes; now and then a long one */

static jwti_str_t
take(input_t *input)
{
    size_t      len, left;
    jwti_str_t  str;

    len = take_byte(input);

    if (len == 255) {
        len = 16 * take_byte(input) + take_byte(input);
    }

    left = (size_t) (input->end - input->pos);

    str.data = input->pos;
    str.len = len < left ? len : left;
    input->pos += str.len;

    return str;
}


static void
must(int condition)
{
    if (!condition) {
        abort();
    }
}


/* any claims that a configuration and a request may ask for */

static void
take_claims(input_t *input, saying_t *saying)
{
    size_t          i;
    unsigned        flags;
    jwti_claims_t  *claims;

    memset(saying, 0, sizeof(*saying));

    claims = &saying->claims;
    flags = take_byte(input);

    claims->profile = (jwti_profile_e) (flags % 3);
    claims->nbf = flags >> 2 & 1;
    claims->jti = flags >> 3 & 1;
    claims->lifetime = take_byte(input);
    claims->backdate = take_byte(input);
    claims->not_before = (int64_t) take_byte(input) - 128;

    if (flags & 0x10) {
        claims->subject = take(input);
    }

    if (flags & 0x20) {
        claims->issuer = take(input);
    }

    claims->naudience = flags >> 6;
    claims->audience = saying->audience;

    for (i = 0; i < claims->naudience; i++) {
        saying->audience[i] = take(input);
    }

    flags = take_byte(input);
    claims->nclaims = flags & 3;
    claims->nheaders = flags >> 2 & 3;

    if (flags & 0x10) {
        claims->scope = take(input);
    }

    claims->claims = saying->members;
    claims->headers = saying->members + claims->nclaims;

    for (i = 0; i < claims->nclaims + claims->nheaders; i++) {
        saying->members[i].type = (jwti_type_e) (take_byte(input) % 4);
        saying->members[i].name = take(input);
        saying->members[i].value = take(input);
    }
}


static int
is_string(const json_t *value, jwti_str_t want)
{
    return json_is_string(value)
           && json_string_length(value) == want.len
           && memcmp(json_string_value(value), want.data, want.len) == 0;
}


static void
check_typed(const json_t *object, const jwti_member_t *member)
{
    json_t  *value, *again;

    value = json_object_getn(object, (const char *) member->name.data,
                             member->name.len);
    must(value != NULL);

    if (member->type == JWTI_TYPE_STRING) {
        must(is_string(value, member->value));
        return;
    }

    /* the others are JSON texts themselves: read alone, they are the same */

    again = json_loadb((const char *) member->value.data, member->value.len,
                       STRICT, NULL);
    must(again != NULL);
    must(json_equal(value, again));

    must(member->type != JWTI_TYPE_NUMBER || json_is_number(value));
    must(member->type != JWTI_TYPE_BOOLEAN || json_is_boolean(value));

    json_decref(again);
}


static void
check_claims(const json_t *object, const jwti_claims_t *claims)
{
    size_t   i, count;
    json_t  *aud, *iat, *exp;

    count = 2 + claims->nclaims;

    iat = json_object_get(object, "iat");
    exp = json_object_get(object, "exp");
    must(json_integer_value(iat) == NOW / 1000 - claims->backdate);
    must(json_integer_value(exp) - json_integer_value(iat)
         == claims->lifetime);
    must(json_integer_value(exp) == jwti_claims_expires(claims, NOW));

    if (claims->subject.data != NULL) {
        must(is_string(json_object_get(object, "sub"), claims->subject));
        count++;
    }

    if (claims->issuer.data != NULL) {
        must(is_string(json_object_get(object, "iss"), claims->issuer));
        count++;
    }

    if (claims->scope.data != NULL) {
        must(is_string(json_object_get(object, "scope"), claims->scope));
        count++;
    }

    aud = json_object_get(object, "aud");

    if (claims->naudience == 1) {
        must(is_string(aud, claims->audience[0]));
    }

    if (claims->naudience > 1) {
        must(json_array_size(aud) == claims->naudience);

        for (i = 0; i < claims->naudience; i++) {
            must(is_string(json_array_get(aud, i), claims->audience[i]));
        }
    }

    count += (claims->naudience > 0);

    if (claims->nbf) {
        must(json_integer_value(json_object_get(object, "nbf"))
             == json_integer_value(iat) + claims->not_before);
        count++;
    }

    if (claims->profile == JWTI_PROFILE_SERVICE) {
        must(is_string(json_object_get(object, "typ"), jwti_str("service")));
        must(json_integer_value(json_object_get(object, "rnd")) == NOW);
        count += 2;
    }

    if (claims->jti || claims->profile == JWTI_PROFILE_ACCESS_TOKEN) {
        must(is_string(json_object_get(object, "jti"),
                       jwti_str("AAAAAAAAAAAAAAAAAAAAAA")));
        count++;
    }

    if (claims->profile == JWTI_PROFILE_ACCESS_TOKEN
        && !jwti_member_has(claims->claims, claims->nclaims,
                            jwti_str("client_id")))
    {
        must(is_string(json_object_get(object, "client_id"),
                       claims->subject));
        count++;
    }

    for (i = 0; i < claims->nclaims; i++) {
        check_typed(object, &claims->claims[i]);
    }

    must(json_object_size(object) == count);
}


static void
check_header(const json_t *object, const jwti_claims_t *claims,
    jwti_str_t alg, jwti_str_t kid)
{
    int     own;
    size_t  i;

    own = jwti_member_has(claims->headers, claims->nheaders, jwti_str("typ"));

    must(is_string(json_object_get(object, "alg"), alg));
    must(is_string(json_object_get(object, "kid"), kid));
    must(own
         || is_string(json_object_get(object, "typ"),
                      claims->profile == JWTI_PROFILE_ACCESS_TOKEN
                      ? jwti_str("at+jwt") : jwti_str("JWT")));

    for (i = 0; i < claims->nheaders; i++) {
        check_typed(object, &claims->headers[i]);
    }

    must(json_object_size(object) == claims->nheaders + (own ? 2 : 3));
}


#endif /* FUZZ_CLAIMS_H_INCLUDED */
