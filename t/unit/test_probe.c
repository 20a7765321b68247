
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * A good key of every algorithm is let in; one whose published half or whose
 * numbers are wrong is not.  The mutation: take the public key from the key
 * itself in jwti_probe.c, and the key with a foreign JWK passes.
 */


#include "keys.h"

#include "jwti_key_internal.h"
#include "jwti_probe.h"


static void test_good(void);
static void test_foreign_jwk(void);
static void test_composite(void);
static jwti_key_t *made(const char *type, size_t bits, const char *alg);
static const char *type_of(const jwti_alg_t *alg);


int
main(void)
{
    test_good();
    test_foreign_jwk();
    test_composite();

    return done();
}


static void
test_good(void)
{
    unsigned           i;
    jwti_key_t        *key;
    const char        *err;
    const jwti_alg_t  *alg;

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {
        key = made(type_of(alg), (alg->family <= JWTI_RSA_PSS) ? 2048 : 0,
                   alg->name);
        err = "";

        if (!ok(jwti_probe(key, &err) == JWTI_OK, alg->name)) {
            printf("# %s\n", err);
        }

        jwti_key_free(key);
    }

    ok(jwti_probe_is_independent(jwti_alg_find(jwti_str("ES512"))),
       "libjwt knows ES512");
    ok(!jwti_probe_is_independent(jwti_alg_find(jwti_str("PS256"))),
       "it does not know PS256");
    ok(!jwti_probe_is_independent(jwti_alg_find(jwti_str("EdDSA"))),
       "it does not know EdDSA");
}


/* two keys of one algorithm, one with what the other one publishes */

static void
test_foreign_jwk(void)
{
    size_t       i, len;
    jwti_key_t  *key, *other;
    const char  *err;

    static const struct {
        const char  *alg;
        const char  *type;
        size_t       bits;
        const char  *want;
    } keys[] = {
        { "RS256", "RSA", 2048,
          "jwt_decode() does not verify a token of the key" },
        { "ES384", "secp384r1", 0,
          "jwt_decode() does not verify a token of the key" },
        { "ES512", "secp521r1", 0,
          "jwt_decode() does not verify a token of the key" },
        { "PS384", "RSA", 2048,
          "EVP_DigestVerify() does not verify a token of the key" },
        { "Ed25519", "ED25519", 0,
          "EVP_DigestVerify() does not verify a token of the key" }
    };

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        key = made(keys[i].type, keys[i].bits, keys[i].alg);
        other = made(keys[i].type, keys[i].bits, keys[i].alg);

        OPENSSL_free(key->jwk);
        len = other->jwk_len;
        key->jwk = OPENSSL_memdup(other->jwk, len);
        key->jwk_len = len;

        err = "accepted";
        is_int(jwti_probe(key, &err), JWTI_INVALID, keys[i].alg);
        is_str(tap_str(err), keys[i].want, "why");

        /* a byte of x or n: often no point of the curve at all */
        key->jwk[len / 3] = (key->jwk[len / 3] == 'A') ? 'B' : 'A';
        is_int(jwti_probe(key, &err), JWTI_INVALID, "a changed character");

        key->jwk_len--;
        is_int(jwti_probe(key, &err), JWTI_INVALID, "a missing character");

        jwti_key_free(key);
        jwti_key_free(other);
    }
}


/* a "prime" that is none: its numbers fit, its signatures do not verify */

static void
test_composite(void)
{
    int                  i;
    BN_CTX              *ctx;
    BIGNUM              *n, *e, *d, *p, *q, *p1, *q1, *dp, *dq, *qi, *phi;
    jwti_rc_t            rc;
    jwti_buf_t           buf;
    jwti_str_t           str;
    jwti_key_t          *key;
    const char          *err;
    unsigned char        data[1024];
    static keys_text_t   text;

    struct {
        const char   *name;
        BIGNUM      **bn;
    } members[] = {
        { "n", &n }, { "e", &e }, { "d", &d }, { "p", &p }, { "q", &q },
        { "dp", &dp }, { "dq", &dq }, { "qi", &qi }
    };

    ctx = BN_CTX_new();
    n = BN_new();
    e = BN_new();
    d = BN_new();
    p = BN_new();
    q = BN_new();
    p1 = BN_new();
    q1 = BN_new();
    dp = BN_new();
    dq = BN_new();
    qi = BN_new();
    phi = BN_new();

    BN_set_word(e, 65537);
    BN_generate_prime_ex(q, 1024, 0, NULL, NULL, NULL);
    BN_sub(q1, q, BN_value_one());

    do {
        BN_rand(p, 1024, BN_RAND_TOP_TWO, BN_RAND_BOTTOM_ODD);
        BN_sub(p1, p, BN_value_one());
        BN_mul(phi, p1, q1, ctx);
    } while (BN_mod_inverse(d, e, phi, ctx) == NULL
             || BN_mod_inverse(qi, q, p, ctx) == NULL
             || BN_check_prime(p, ctx, NULL) == 1);

    BN_mul(n, p, q, ctx);
    BN_mod(dp, d, p1, ctx);
    BN_mod(dq, d, q1, ctx);

    jwti_buf_init(&buf, text.data, sizeof(text.data));
    jwti_buf_text(&buf, "{\"kty\":\"RSA\"");

    for (i = 0; i < 8; i++) {
        str.data = data;
        str.len = (size_t) BN_bn2bin(*members[i].bn, data);

        jwti_buf_text(&buf, ",\"");
        jwti_buf_text(&buf, members[i].name);
        jwti_buf_text(&buf, "\":\"");
        jwti_base64url_encode(&buf, str);
        jwti_buf_text(&buf, "\"");
    }

    jwti_buf_text(&buf, "}");
    text.len = jwti_buf_len(&buf);

    err = "accepted";
    rc = jwti_key_parse(keys_str(&text), NULL, &key, &err);

    /* 2047 bits at times: then it is refused before, for its length */

    if (rc == JWTI_OK) {
        rc = jwti_probe(key, &err);
        jwti_key_free(key);
    }

    ok(rc != JWTI_OK, "RSA key with a factor that is no prime");
    printf("# %s\n", err);

    BN_free(n);
    BN_free(e);
    BN_free(d);
    BN_free(p);
    BN_free(q);
    BN_free(p1);
    BN_free(q1);
    BN_free(dp);
    BN_free(dq);
    BN_free(qi);
    BN_free(phi);
    BN_CTX_free(ctx);
}


static const char *
type_of(const jwti_alg_t *alg)
{
    switch (alg->family) {

    case JWTI_ECDSA:
        return alg->curve;

    case JWTI_EDDSA:
        return "ED25519";

    case JWTI_HMAC:
        return NULL;

    default:
        return "RSA";
    }
}


/* type NULL: a secret with a NUL in it */

static jwti_key_t *
made(const char *type, size_t bits, const char *alg)
{
    EVP_PKEY            *pkey;
    jwti_key_t          *key;
    const char          *err;
    static keys_text_t   text;

    if (type == NULL) {
        memset(text.data, 'a', 64);
        text.data[7] = '\0';
        text.len = 64;

    } else {
        pkey = keys_make(type, bits);
        keys_write(&text, pkey, KEYS_PKCS8);
        EVP_PKEY_free(pkey);
    }

    err = "";

    if (jwti_key_parse(keys_str(&text), jwti_alg_find(tap_str(alg)), &key,
                       &err)
        != JWTI_OK)
    {
        printf("Bail out! %s\n", err);
        exit(1);
    }

    return key;
}
