
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_metadata.c: the exact bytes of an issuer's metadata.
 */


#include "jwti_metadata.h"
#include "tap.h"


static unsigned char  memory[2048];


static jwti_str_t
written(const jwti_metadata_t *metadata)
{
    jwti_buf_t  buf;

    jwti_buf_init(&buf, memory, jwti_metadata_max(metadata));
    jwti_metadata_write(&buf, metadata);
    is_int(jwti_buf_ok(&buf), JWTI_OK, "it has space");

    return jwti_buf_written(&buf);
}


static uint32_t
alg(const char *name)
{
    return UINT32_C(1) << jwti_alg_index(jwti_alg_find(
               (jwti_str_t) { (const unsigned char *) name, strlen(name) }));
}


static void
test_document(void)
{
    jwti_metadata_t  metadata;

    memset(&metadata, 0, sizeof(jwti_metadata_t));

    metadata.issuer = jwti_str("https://a.example");
    metadata.jwks_uri = jwti_str("https://a.example/jwks");

    is_str(written(&metadata),
           "{\"issuer\":\"https://a.example\","
           "\"jwks_uri\":\"https://a.example/jwks\","
           "\"response_types_supported\":[\"id_token\"],"
           "\"subject_types_supported\":[\"public\"]}",
           "no token endpoint and no key: neither lists nor endpoints");

    metadata.token_endpoint = jwti_str("https://a.example/token");
    metadata.auth[0] = jwti_metadata_auth(jwti_str("client_secret_basic"));
    metadata.auth[1] = jwti_metadata_auth(jwti_str("none"));
    metadata.nauth = 2;
    metadata.algs = alg("ES256") | alg("RS512");

    is_str(written(&metadata),
           "{\"issuer\":\"https://a.example\","
           "\"jwks_uri\":\"https://a.example/jwks\","
           "\"token_endpoint\":\"https://a.example/token\","
           "\"token_endpoint_auth_methods_supported\":"
           "[\"client_secret_basic\",\"none\"],"
           "\"grant_types_supported\":[\"client_credentials\"],"
           "\"response_types_supported\":[\"id_token\"],"
           "\"subject_types_supported\":[\"public\"],"
           "\"id_token_signing_alg_values_supported\":[\"RS512\",\"ES256\"]}",
           "everything");
}


/* its longest form fits into what is promised */

static void
test_max(void)
{
    size_t           i;
    jwti_metadata_t  metadata;

    static const char  *const names[] = {
        "none", "client_secret_basic", "client_secret_post",
        "tls_client_auth", "self_signed_tls_client_auth"
    };

    memset(&metadata, 0, sizeof(jwti_metadata_t));

    metadata.issuer = jwti_str("https://a.example");
    metadata.jwks_uri = jwti_str("https://a.example/jwks");
    metadata.token_endpoint = jwti_str("https://a.example/token");
    metadata.algs = UINT32_MAX;

    for (i = 0; i < JWTI_METADATA_AUTH_MAX; i++) {
        metadata.auth[i] = jwti_metadata_auth((jwti_str_t) {
            (const unsigned char *) names[i], strlen(names[i]) });
        ok(metadata.auth[i] != NULL, names[i]);
    }

    metadata.nauth = JWTI_METADATA_AUTH_MAX;

    ok(written(&metadata).len > 500, "all there can be");

    ok(jwti_metadata_auth(jwti_str("")) == NULL, "no way");
    ok(jwti_metadata_auth(jwti_str("private_key_jwt")) == NULL,
       "a way that needs further members");
    ok(jwti_metadata_auth(jwti_str("None")) == NULL, "in another case");
}


int
main(void)
{
    test_document();
    test_max();

    return done();
}
