
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_alg.c: what each signature algorithm is made of; a new one is a new
 * line.
 */


#include <string.h>

#include "jwti_alg.h"


#define JWTI_ALG_COUNT  (sizeof(jwti_alg_table) / sizeof(jwti_alg_table[0]))


/*
 * Shared memory holds positions in this table.  "Ed25519" is the name of
 * RFC 9864 for what RFC 8037 calls "EdDSA": first comes the one that a key
 * has by default.
 */
static const jwti_alg_t  jwti_alg_table[] = {

    { "RS256", JWTI_RSA_PKCS1, "SHA256", 32, NULL, NULL, 0 },
    { "RS384", JWTI_RSA_PKCS1, "SHA384", 48, NULL, NULL, 0 },
    { "RS512", JWTI_RSA_PKCS1, "SHA512", 64, NULL, NULL, 0 },

    { "PS256", JWTI_RSA_PSS, "SHA256", 32, NULL, NULL, 0 },
    { "PS384", JWTI_RSA_PSS, "SHA384", 48, NULL, NULL, 0 },
    { "PS512", JWTI_RSA_PSS, "SHA512", 64, NULL, NULL, 0 },

    { "ES256", JWTI_ECDSA, "SHA256", 32, "prime256v1", "P-256", 32 },
    { "ES384", JWTI_ECDSA, "SHA384", 48, "secp384r1", "P-384", 48 },
    { "ES512", JWTI_ECDSA, "SHA512", 64, "secp521r1", "P-521", 66 },

    { "EdDSA", JWTI_EDDSA, NULL, 0, NULL, "Ed25519", 32 },
    { "Ed25519", JWTI_EDDSA, NULL, 0, NULL, "Ed25519", 32 },

    { "HS256", JWTI_HMAC, "SHA256", 32, NULL, NULL, 0 },
    { "HS384", JWTI_HMAC, "SHA384", 48, NULL, NULL, 0 },
    { "HS512", JWTI_HMAC, "SHA512", 64, NULL, NULL, 0 }
};


const jwti_alg_t *
jwti_alg_find(jwti_str_t name)
{
    size_t             i;
    const jwti_alg_t  *alg;

    for (i = 0; i < JWTI_ALG_COUNT; i++) {
        alg = &jwti_alg_table[i];

        if (name.len == strlen(alg->name)
            && memcmp(name.data, alg->name, name.len) == 0)
        {
            return alg;
        }
    }

    return NULL;
}


int
jwti_alg_is_slow(const jwti_alg_t *alg)
{
    return alg->family == JWTI_RSA_PKCS1 || alg->family == JWTI_RSA_PSS;
}


unsigned
jwti_alg_index(const jwti_alg_t *alg)
{
    return (unsigned) (alg - jwti_alg_table);
}


const jwti_alg_t *
jwti_alg_at(unsigned index)
{
    return (index < JWTI_ALG_COUNT) ? &jwti_alg_table[index] : NULL;
}
