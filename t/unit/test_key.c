
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Keys: the algorithm by default and by name, admission, key id, public JWK,
 * stored form.  The mutation: pad n, or do not pad x.
 */


#include "keys.h"

#include "jwti_json.h"
#include "jwti_key.h"
#include "jwti_public.h"
#include "rfc_keys.h"


static void test_vectors(void);
static void test_default(void);
static void test_jwk(void);
static void test_short_coordinate(void);
static void test_store(void);
static void test_algorithms(void);
static void test_pss(void);
static void test_secrets(void);
static void test_refs(void);
static jwti_rc_t parse(const keys_text_t *text, const char *alg,
    jwti_key_t **key, const char **err);
static void refused(const keys_text_t *text, const char *alg,
    const char *want, const char *name);


int
main(void)
{
    test_vectors();
    test_default();
    test_jwk();
    test_short_coordinate();
    test_store();
    test_algorithms();
    test_pss();
    test_secrets();
    test_refs();

    return done();
}


static void
test_vectors(void)
{
    jwti_buf_t       buf;
    jwti_key_t      *key;
    const char      *err;
    jwti_json_t     *object;
    jwti_public_t    pub;
    unsigned char    data[JWTI_JWK_MAX], kid[JWTI_KID_LEN];

    ok(jwti_json_parse(tap_str(rfc7638_jwk), 4096, &object) == JWTI_OK
       && jwti_public_from_json(&pub, object, &err) == JWTI_OK,
       "RFC 7638, 3.1: the key");
    jwti_json_free(object);

    jwti_buf_init(&buf, data, sizeof(data));
    jwti_public_write(&buf, &pub);

    ok(jwti_public_thumbprint(jwti_buf_written(&buf), kid) == JWTI_OK
       && memcmp(kid, rfc7638_thumbprint, JWTI_KID_LEN) == 0,
       "RFC 7638, 3.1: the thumbprint");

    err = "";

    if (!ok(jwti_key_parse(tap_str(rfc8037_a1_jwk), NULL, &key, &err)
            == JWTI_OK, "RFC 8037, A.1"))
    {
        printf("# %s\n", err);
        return;
    }

    is_str(jwti_key_kid(key), rfc8037_a3_thumbprint, "RFC 8037, A.3");
    is_str(jwti_key_jwk(key),
           "{\"crv\":\"Ed25519\",\"kty\":\"OKP\","
           "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
           "\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\","
           "\"use\":\"sig\",\"alg\":\"EdDSA\"}", "RFC 8037, A.2");

    jwti_key_free(key);
}


static void
test_default(void)
{
    size_t               i;
    EVP_PKEY            *pkey;
    jwti_key_t          *key;
    const char          *err;
    static keys_text_t   text;

    static const struct {
        const char  *type;
        size_t       bits;
        const char  *alg;
    } defaults[] = {
        { "RSA", 2048, "RS512" },
        { "prime256v1", 0, "ES256" },
        { "secp384r1", 0, "ES384" },
        { "secp521r1", 0, "ES512" },
        { "ED25519", 0, "EdDSA" }
    };

    for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
        pkey = keys_make(defaults[i].type, defaults[i].bits);
        keys_write(&text, pkey, KEYS_PKCS8);
        EVP_PKEY_free(pkey);

        if (!ok(parse(&text, NULL, &key, &err) == JWTI_OK, "parse")) {
            continue;
        }

        is_str(tap_str(jwti_key_alg(key)->name), defaults[i].alg,
               "algorithm by default");
        jwti_key_free(key);
    }
}


/* no member more, and n and e without leading zeros */
static void
test_jwk(void)
{
    EVP_PKEY            *pkey;
    jwti_key_t          *key;
    const char          *err;
    jwti_buf_t           want, pem;
    static keys_text_t   text;
    unsigned char        data[JWTI_JWK_MAX], data2[2048];

    pkey = keys_make("RSA", 2048);
    keys_write(&text, pkey, KEYS_PKCS8);

    ok(parse(&text, "PS384", &key, &err) == JWTI_OK, "PS384");

    jwti_buf_init(&want, data, sizeof(data));
    jwti_buf_text(&want, "{\"e\":\"AQAB\",\"kty\":\"RSA\"");
    keys_member(&want, pkey, "n", OSSL_PKEY_PARAM_RSA_N, 256);
    jwti_buf_text(&want, ",\"kid\":\"");
    jwti_buf_str(&want, jwti_key_kid(key));
    jwti_buf_text(&want, "\",\"use\":\"sig\",\"alg\":\"PS384\"}");
    jwti_buf_byte(&want, '\0');

    is_str(jwti_key_jwk(key), (const char *) data, "public JWK");

    keys_write(&text, pkey, KEYS_PUBLIC);
    jwti_buf_init(&pem, data2, sizeof(data2));

    ok(jwti_key_public_pem(key, &pem) == JWTI_OK
       && jwti_buf_len(&pem) == text.len
       && memcmp(data2, text.data, text.len) == 0, "public PEM");

    jwti_buf_init(&pem, data2, text.len - 1);
    is_int(jwti_key_public_pem(key, &pem), JWTI_NO_SPACE, "no space for it");

    jwti_key_free(key);
    EVP_PKEY_free(pkey);
}


static void
test_short_coordinate(void)
{
    int                  i, shorter;
    BIGNUM              *x;
    EVP_PKEY            *pkey;
    jwti_key_t          *key;
    jwti_buf_t           want;
    const char          *err;
    static keys_text_t   text;
    unsigned char        data[JWTI_JWK_MAX];

    shorter = 0;

    for (i = 0; i < 20000 && shorter < 2; i++) {
        pkey = keys_make("prime256v1", 0);
        x = NULL;
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x);

        if (BN_num_bytes(x) < 32) {
            shorter++;
            keys_write(&text, pkey, KEYS_TRADITIONAL);

            jwti_buf_init(&want, data, sizeof(data));
            jwti_buf_text(&want, "{\"crv\":\"P-256\",\"kty\":\"EC\"");
            keys_member(&want, pkey, "x", OSSL_PKEY_PARAM_EC_PUB_X, 32);
            keys_member(&want, pkey, "y", OSSL_PKEY_PARAM_EC_PUB_Y, 32);

            ok(parse(&text, NULL, &key, &err) == JWTI_OK
               && memcmp(jwti_key_jwk(key).data, data, jwti_buf_len(&want))
                  == 0, "a short x is padded");
            jwti_key_free(key);
        }

        BN_free(x);
        EVP_PKEY_free(pkey);
    }

    is_int(shorter, 2, "short coordinates were seen");
}


static void
test_store(void)
{
    unsigned             i;
    size_t               len;
    EVP_PKEY            *pkey;
    jwti_buf_t           buf, copy;
    jwti_key_t          *key, *again;
    const char          *err, *type;
    const jwti_alg_t    *alg;
    static keys_text_t   text;
    unsigned char        data[JWTI_KEY_STORED_MAX];
    unsigned char        second[JWTI_KEY_STORED_MAX];

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {

        if (alg->family == JWTI_HMAC) {
            memset(text.data, '\n', 65);
            text.data[1] = '\0';

            /* of which one is the line end of the text */
            text.len = 65;

        } else {
            type = (alg->family == JWTI_ECDSA) ? alg->curve : "ED25519";
            pkey = keys_make(type, (alg->family <= JWTI_RSA_PSS) ? 2048 : 0);
            keys_write(&text, pkey, KEYS_PKCS8);
            EVP_PKEY_free(pkey);
        }

        again = NULL;
        jwti_buf_init(&buf, data, sizeof(data));

        if (!ok(parse(&text, alg->name, &key, &err) == JWTI_OK
                && jwti_key_store(key, &buf) == JWTI_OK
                && jwti_key_load(jwti_buf_written(&buf), alg, &again, &err)
                   == JWTI_OK, alg->name))
        {
            printf("# %s\n", err);
            continue;
        }

        ok(memcmp(jwti_key_kid(key).data, jwti_key_kid(again).data,
                  JWTI_KID_LEN) == 0
           && jwti_key_jwk(key).len == jwti_key_jwk(again).len
           && jwti_key_alg(again) == alg, "the same key again");

        jwti_buf_init(&copy, second, sizeof(second));
        ok(jwti_key_store(again, &copy) == JWTI_OK
           && jwti_buf_len(&copy) == jwti_buf_len(&buf)
           && memcmp(second, data, jwti_buf_len(&buf)) == 0,
           "stored as it was");

        len = jwti_buf_len(&buf);
        jwti_buf_init(&buf, data, len - 1);
        is_int(jwti_key_store(key, &buf), JWTI_NO_SPACE, "no space for it");

        jwti_key_free(key);
        jwti_key_free(again);
    }
}


static void
test_algorithms(void)
{
    size_t               i, j;
    EVP_PKEY            *pkey;
    jwti_key_t          *key;
    const char          *err;
    static keys_text_t   text;

    static const struct {
        const char  *type;
        size_t       bits;
        const char  *good;
    } keys[] = {
        { "RSA", 2048, "RS256 RS384 RS512 PS256 PS384 PS512" },
        { "prime256v1", 0, "ES256" },
        { "secp384r1", 0, "ES384" },
        { "secp521r1", 0, "ES512" },
        { "ED25519", 0, "EdDSA Ed25519" }
    };

    static const char  *names[] = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA", "Ed25519"
    };

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        pkey = keys_make(keys[i].type, keys[i].bits);
        keys_write(&text, pkey, KEYS_PKCS8);
        EVP_PKEY_free(pkey);

        for (j = 0; j < sizeof(names) / sizeof(names[0]); j++) {

            if (strstr(keys[i].good, names[j]) == NULL) {
                refused(&text, names[j],
                        "key is not of the type or curve of the algorithm",
                        names[j]);
                continue;
            }

            if (ok(parse(&text, names[j], &key, &err) == JWTI_OK, names[j])) {
                jwti_key_free(key);
            }
        }

        refused(&text, "HS256", "PEM text is no secret for HMAC", "HS256");
    }

    pkey = keys_make("ED25519", 0);
    keys_jwk(&text, pkey, ",\"alg\":\"Ed25519\"");

    ok(parse(&text, NULL, &key, &err) == JWTI_OK
       && strcmp(jwti_key_alg(key)->name, "Ed25519") == 0,
       "algorithm by the JWK");
    jwti_key_free(key);

    ok(parse(&text, "EdDSA", &key, &err) == JWTI_OK
       && strcmp(jwti_key_alg(key)->name, "EdDSA") == 0,
       "EdDSA and Ed25519 are one");
    jwti_key_free(key);

    refused(&text, "ES256", "JWK is for another algorithm by its \"alg\"",
            "another algorithm than the JWK's");

    keys_jwk(&text, pkey, ",\"alg\":\"HS256\"");
    refused(&text, NULL, "key is not of the type or curve of the algorithm",
            "JWK that says HS256");
    EVP_PKEY_free(pkey);
}


static void
test_pss(void)
{
    EVP_PKEY            *pkey;
    jwti_key_t          *key;
    const char          *err;
    EVP_PKEY_CTX        *ctx;
    static keys_text_t   text;

    static const char  restricted[] =
        "RSA-PSS parameters of the key do not allow the algorithm";

    ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
    pkey = NULL;

    EVP_PKEY_keygen_init(ctx);
    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048);
    EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, EVP_sha256());
    EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, EVP_sha256());
    EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(ctx, 32);
    EVP_PKEY_keygen(ctx, &pkey);
    EVP_PKEY_CTX_free(ctx);

    keys_write(&text, pkey, KEYS_PKCS8);

    if (ok(parse(&text, "PS256", &key, &err) == JWTI_OK,
           "RSA-PSS key for what it allows"))
    {
        ok(memcmp(jwti_key_jwk(key).data, "{\"e\":\"AQAB\",\"kty\":\"RSA\"",
                  23) == 0, "is RSA in its JWK");
        jwti_key_free(key);
    }

    refused(&text, "PS512", restricted, "for another hash");
    refused(&text, "RS256",
            "key is not of the type or curve of the algorithm",
            "for PKCS#1 v1.5");
    refused(&text, NULL, "RSA-PSS key needs its algorithm to be named",
            "for none");

    EVP_PKEY_free(pkey);
}


static void
test_secrets(void)
{
    size_t               i;
    jwti_buf_t           buf;
    jwti_key_t          *key;
    const char          *err;
    unsigned char        data[64];
    static keys_text_t   text;

    static const struct {
        const char  *alg;
        size_t       len;
    } hashes[] = { { "HS256", 32 }, { "HS384", 48 }, { "HS512", 64 } };

    memset(text.data, 's', sizeof(text.data));

    for (i = 0; i < 3; i++) {
        text.len = hashes[i].len - 1;
        refused(&text, hashes[i].alg, "HMAC secret is shorter than the hash",
                "too short");

        text.len = hashes[i].len;

        if (ok(parse(&text, hashes[i].alg, &key, &err) == JWTI_OK,
               hashes[i].alg))
        {
            is_int((long long) jwti_key_jwk(key).len, 0, "not published");

            jwti_buf_init(&buf, data, sizeof(data));
            is_int(jwti_key_public_pem(key, &buf), JWTI_INVALID,
                   "not as PEM either");
            jwti_key_free(key);
        }
    }

    text.len = JWTI_HMAC_SECRET_MAX;

    if (ok(parse(&text, "HS256", &key, &err) == JWTI_OK, "1024 bytes")) {
        jwti_key_free(key);
    }

    text.len++;
    refused(&text, "HS256", "HMAC secret is longer than 1024 bytes",
            "1025 bytes");
}


static void
test_refs(void)
{
    jwti_key_t  *key;
    const char  *err;

    ok(jwti_key_parse(tap_str(rfc7515_a3_jwk), NULL, &key, &err) == JWTI_OK,
       "a key");
    ok(jwti_key_ref(key) == key, "another reference");

    jwti_key_free(key);
    is_int((long long) jwti_key_kid(key).len, JWTI_KID_LEN, "is still there");

    jwti_key_free(key);
    jwti_key_free(NULL);
}


static jwti_rc_t
parse(const keys_text_t *text, const char *alg, jwti_key_t **key,
    const char **err)
{
    *err = "";

    return jwti_key_parse(keys_str(text),
                          (alg != NULL) ? jwti_alg_find(tap_str(alg)) : NULL,
                          key, err);
}


static void
refused(const keys_text_t *text, const char *alg, const char *want,
    const char *name)
{
    jwti_rc_t    rc;
    jwti_key_t  *key;
    const char  *err;

    rc = parse(text, alg, &key, &err);

    if (rc == JWTI_OK) {
        jwti_key_free(key);
    }

    is_str(tap_str((rc == JWTI_INVALID) ? err : "accepted"), want, name);
}
