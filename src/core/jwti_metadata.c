
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_metadata.c: an issuer's metadata.  Lists without elements are left out,
 * and so is what there is not, with one exception: response_types_supported is
 * required and cannot be empty, so it says what issuers of workload tokens that
 * have no authorization endpoint say there.
 */


#include <string.h>

#include "jwti_metadata.h"


/* names, brackets and fixed values, with room to spare */
#define JWTI_METADATA_FIXED  512

/* the longest name of an algorithm or of an authentication, quoted */
#define JWTI_METADATA_ITEM   32

#define JWTI_METADATA_ALGS   32


static void jwti_metadata_url(jwti_buf_t *buf, const char *before,
    jwti_str_t url);
static void jwti_metadata_list(jwti_buf_t *buf, const char *before,
    const char *const *items, size_t nitems);


static const char *const  jwti_metadata_auths[JWTI_METADATA_AUTH_MAX] = {
    "none",
    "client_secret_basic",
    "client_secret_post",
    "tls_client_auth",                  /* RFC 8705 */
    "self_signed_tls_client_auth"
};


const char *
jwti_metadata_auth(jwti_str_t name)
{
    size_t       i;
    const char  *auth;

    for (i = 0; i < JWTI_METADATA_AUTH_MAX; i++) {
        auth = jwti_metadata_auths[i];

        if (name.len == strlen(auth) && memcmp(name.data, auth, name.len) == 0)
        {
            return auth;
        }
    }

    return NULL;
}


size_t
jwti_metadata_max(const jwti_metadata_t *metadata)
{
    return JWTI_METADATA_FIXED + metadata->issuer.len + metadata->jwks_uri.len
           + metadata->token_endpoint.len
           + JWTI_METADATA_ITEM * (JWTI_METADATA_ALGS + JWTI_METADATA_AUTH_MAX);
}


void
jwti_metadata_write(jwti_buf_t *buf, const jwti_metadata_t *metadata)
{
    size_t             nalgs;
    unsigned           i;
    const char        *algs[JWTI_METADATA_ALGS] = { NULL };
    const jwti_alg_t  *alg;

    nalgs = 0;

    for (i = 0; i < JWTI_METADATA_ALGS; i++) {
        alg = jwti_alg_at(i);

        if (alg != NULL && (metadata->algs & (UINT32_C(1) << i)) != 0) {
            algs[nalgs++] = alg->name;
        }
    }

    jwti_metadata_url(buf, "{\"issuer\":\"", metadata->issuer);
    jwti_metadata_url(buf, ",\"jwks_uri\":\"", metadata->jwks_uri);

    if (metadata->token_endpoint.len > 0) {
        jwti_metadata_url(buf, ",\"token_endpoint\":\"",
                          metadata->token_endpoint);
        jwti_metadata_list(buf, ",\"token_endpoint_auth_methods_supported\":",
                           metadata->auth, metadata->nauth);
        jwti_buf_text(buf, ",\"grant_types_supported\":"
                           "[\"client_credentials\"]");
    }

    jwti_buf_text(buf, ",\"response_types_supported\":[\"id_token\"]"
                       ",\"subject_types_supported\":[\"public\"]");

    jwti_metadata_list(buf, ",\"id_token_signing_alg_values_supported\":",
                       algs, nalgs);

    jwti_buf_byte(buf, '}');
}


static void
jwti_metadata_url(jwti_buf_t *buf, const char *before, jwti_str_t url)
{
    jwti_buf_text(buf, before);
    jwti_buf_str(buf, url);
    jwti_buf_byte(buf, '"');
}


static void
jwti_metadata_list(jwti_buf_t *buf, const char *before,
    const char *const *items, size_t nitems)
{
    size_t  i;

    if (nitems == 0) {
        return;
    }

    jwti_buf_text(buf, before);

    for (i = 0; i < nitems; i++) {
        jwti_buf_text(buf, i == 0 ? "[\"" : "\",\"");
        jwti_buf_text(buf, items[i]);
    }

    jwti_buf_text(buf, "\"]");
}
