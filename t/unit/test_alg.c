
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_alg.c: the table against RFC 7518, section 3.1, and against OpenSSL,
 * whose names it holds.
 */


#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "jwti_alg.h"
#include "tap.h"


typedef struct {
    const char     *name;
    jwti_family_e   family;
    size_t          hash_len;
    size_t          coord_len;
    const char     *crv;
} test_alg_t;


static void test_found(void);
static void test_not_found(void);
static void test_index(void);
static void test_openssl(void);


static const test_alg_t  test_algs[] = {
    { "RS256", JWTI_RSA_PKCS1, 32, 0, NULL },
    { "RS384", JWTI_RSA_PKCS1, 48, 0, NULL },
    { "RS512", JWTI_RSA_PKCS1, 64, 0, NULL },
    { "PS256", JWTI_RSA_PSS, 32, 0, NULL },
    { "PS384", JWTI_RSA_PSS, 48, 0, NULL },
    { "PS512", JWTI_RSA_PSS, 64, 0, NULL },
    { "ES256", JWTI_ECDSA, 32, 32, "P-256" },
    { "ES384", JWTI_ECDSA, 48, 48, "P-384" },
    { "ES512", JWTI_ECDSA, 64, 66, "P-521" },
    { "EdDSA", JWTI_EDDSA, 0, 32, "Ed25519" },
    { "Ed25519", JWTI_EDDSA, 0, 32, "Ed25519" },
    { "HS256", JWTI_HMAC, 32, 0, NULL },
    { "HS384", JWTI_HMAC, 48, 0, NULL },
    { "HS512", JWTI_HMAC, 64, 0, NULL }
};

static const char  *test_unknown[] = {
    "none", "None", "", "rs256", "RS25", "RS2566", "RS256 ", "ES256K", "eddsa",
    "Ed448", "HS1"
};


int
main(void)
{
    test_found();
    test_not_found();
    test_index();
    test_openssl();

    return done();
}


static void
test_found(void)
{
    size_t             i;
    const test_alg_t  *want;
    const jwti_alg_t  *alg;

    for (i = 0; i < sizeof(test_algs) / sizeof(test_algs[0]); i++) {
        want = &test_algs[i];
        alg = jwti_alg_find(tap_str(want->name));

        if (!ok(alg != NULL, want->name)) {
            continue;
        }

        is_str(tap_str(alg->name), want->name, "it has this name");
        is_int(alg->family, want->family, "it is of its family");
        is_int((long long) alg->hash_len, (long long) want->hash_len,
               "its hash has this length");
        is_int((long long) alg->coord_len, (long long) want->coord_len,
               "its coordinates have this length");
        is_str(tap_str(alg->crv), want->crv, "it is for this curve");
        is_int(jwti_alg_is_slow(alg), want->name[0] == 'R'
               || want->name[0] == 'P', "RSA is slow and nothing else");
    }

    ok(jwti_alg_at(sizeof(test_algs) / sizeof(test_algs[0])) == NULL,
       "there are no others");
}


static void
test_not_found(void)
{
    size_t  i;

    for (i = 0; i < sizeof(test_unknown) / sizeof(test_unknown[0]); i++) {
        ok(jwti_alg_find(tap_str(test_unknown[i])) == NULL,
           "no algorithm has another name");
    }

    ok(jwti_alg_find(jwti_str("RS256\0")) == NULL, "nor one with a NUL");
    ok(jwti_alg_find(tap_str(NULL)) == NULL, "nor no name");
}


static void
test_index(void)
{
    unsigned           i;
    const jwti_alg_t  *alg;

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {
        is_int(jwti_alg_index(alg), i, "position and algorithm are inverse");
        ok(jwti_alg_find(tap_str(alg->name)) == alg, "names are unique");
    }

    ok(jwti_alg_at((unsigned) -1) == NULL, "no position is too large");
}


static void
test_openssl(void)
{
    int                nid;
    EVP_MD            *md;
    unsigned           i;
    EC_GROUP          *group;
    const jwti_alg_t  *alg;

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {

        if (alg->digest != NULL) {
            md = EVP_MD_fetch(NULL, alg->digest, NULL);
            is_int(md == NULL ? 0 : EVP_MD_get_size(md),
                   (long long) alg->hash_len, "OpenSSL has its hash");
            EVP_MD_free(md);
        }

        if (alg->curve != NULL) {
            nid = OBJ_sn2nid(alg->curve);
            is_int(nid, EC_curve_nist2nid(alg->crv), "both curves are one");

            group = EC_GROUP_new_by_curve_name(nid);
            is_int(group == NULL ? 0 : (EC_GROUP_get_degree(group) + 7) / 8,
                   (long long) alg->coord_len, "OpenSSL has its curve");
            EC_GROUP_free(group);
        }
    }
}
