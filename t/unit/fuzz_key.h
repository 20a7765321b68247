
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_key.h: any text as a key of each family: what parses is stored and
 * loaded to the same key, signs, and publishes no private member.
 */


#ifndef FUZZ_KEY_H_INCLUDED
#define FUZZ_KEY_H_INCLUDED


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "jwti_json.h"
#include "jwti_key.h"
#include "jwti_sign.h"


static void fuzz_keys(jwti_str_t text);
static void fuzz_key(jwti_str_t text, const jwti_alg_t *alg);
static void fuzz_store(const jwti_key_t *key);
static void fuzz_jwk(const jwti_key_t *key);
static int fuzz_same(jwti_str_t a, jwti_str_t b);


static void
fuzz_keys(jwti_str_t text)
{
    fuzz_key(text, NULL);
    fuzz_key(text, jwti_alg_find(jwti_str("RS256")));
    fuzz_key(text, jwti_alg_find(jwti_str("PS256")));
    fuzz_key(text, jwti_alg_find(jwti_str("ES256")));
    fuzz_key(text, jwti_alg_find(jwti_str("Ed25519")));
    fuzz_key(text, jwti_alg_find(jwti_str("HS256")));
}


static void
fuzz_key(jwti_str_t text, const jwti_alg_t *alg)
{
    jwti_rc_t       rc;
    jwti_buf_t      buf;
    jwti_key_t     *key;
    const char     *err;
    unsigned char   signature[JWTI_SIGNATURE_MAX];

    err = NULL;

    rc = jwti_key_parse(text, alg, &key, &err);

    if (rc != JWTI_OK) {
        if (rc != JWTI_INVALID || err == NULL || key != NULL) {
            abort();
        }

        return;
    }

    jwti_buf_init(&buf, signature, sizeof(signature));

    if (jwti_sign(key, text, &buf, &err) != JWTI_OK
        || jwti_buf_len(&buf) != jwti_sign_len(key))
    {
        abort();
    }

    fuzz_store(key);

    if (jwti_key_jwk(key).len != 0) {
        fuzz_jwk(key);
    }

    jwti_key_free(key);
}


static void
fuzz_store(const jwti_key_t *key)
{
    jwti_buf_t      buf;
    jwti_key_t     *again;
    const char     *err;
    unsigned char   stored[JWTI_KEY_STORED_MAX];

    jwti_buf_init(&buf, stored, sizeof(stored));

    if (jwti_key_store(key, &buf) != JWTI_OK
        || jwti_key_load(jwti_buf_written(&buf), jwti_key_alg(key), &again,
                         &err)
           != JWTI_OK
        || !fuzz_same(jwti_key_kid(key), jwti_key_kid(again))
        || !fuzz_same(jwti_key_jwk(key), jwti_key_jwk(again)))
    {
        abort();
    }

    jwti_key_free(again);
}


static void
fuzz_jwk(const jwti_key_t *key)
{
    size_t         i;
    jwti_json_t   *object;

    static const char  *names[] = {
        "d", "p", "q", "dp", "dq", "qi", "oth", "k"
    };

    if (jwti_json_parse(jwti_key_jwk(key), JWTI_JWK_MAX, &object) != JWTI_OK) {
        abort();
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (jwti_json_has(object, names[i])) {
            abort();
        }
    }

    jwti_json_free(object);
}


static int
fuzz_same(jwti_str_t a, jwti_str_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


#endif /* FUZZ_KEY_H_INCLUDED */
