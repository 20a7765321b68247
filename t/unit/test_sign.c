
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Signatures: the RFCs' own, the fixed length of ECDSA's, PSS's salt.  The
 * mutation: BN_bn2bin() for BN_bn2binpad().  With an argument: how many a
 * second.
 */


#include <time.h>

#include "keys.h"

#include "jwti_key.h"
#include "rfc_keys.h"
#include "jwti_sign.h"
#include "verify.h"


static void test_vectors(void);
static void test_vector(const char *jwk, const char *alg, const char *input,
    const char *want, const char *name);
static void test_ecdsa(void);
static void test_ecdsa_many(const char *curve, const char *alg, int n);
static void test_pss(void);
static void test_space(void);
static void test_speed(void);
static jwti_key_t *make(const char *type, size_t bits, const char *alg,
    EVP_PKEY **pkey);


int
main(int argc, char **argv)
{
    (void) argv;

    if (argc > 1) {
        test_speed();
        return 0;
    }

    test_vectors();
    test_ecdsa();
    test_pss();
    test_space();

    return done();
}


static void
test_vectors(void)
{
    test_vector(rfc7515_a1_jwk, "HS256", rfc7515_a1_input,
                rfc7515_a1_signature, "RFC 7515, A.1: HS256");
    test_vector(rfc7515_a2_jwk, "RS256", rfc7515_a2_input,
                rfc7515_a2_signature, "RFC 7515, A.2: RS256");
    test_vector(rfc8037_a1_jwk, "EdDSA", rfc8037_a4_input,
                rfc8037_a4_signature, "RFC 8037, A.4: EdDSA");
    test_vector(rfc8037_a1_jwk, "Ed25519", rfc8037_a4_input,
                rfc8037_a4_signature, "RFC 8037, A.4 by its other name");
}


static void
test_vector(const char *jwk, const char *alg, const char *input,
    const char *want, const char *name)
{
    jwti_buf_t      buf, text;
    jwti_key_t     *key;
    const char     *err;
    unsigned char   signature[JWTI_SIGNATURE_MAX], data[2048];

    err = "";
    jwti_buf_init(&buf, signature, sizeof(signature));
    jwti_buf_init(&text, data, sizeof(data));

    if (jwti_key_parse(tap_str(jwk), jwti_alg_find(tap_str(alg)), &key, &err)
        != JWTI_OK
        || jwti_sign(key, tap_str(input), &buf, &err) != JWTI_OK)
    {
        ok(0, name);
        printf("# %s\n", err);
        return;
    }

    jwti_base64url_encode(&text, jwti_buf_written(&buf));
    is_str(jwti_buf_written(&text), want, name);

    jwti_key_free(key);
}


static void
test_ecdsa(void)
{
    test_ecdsa_many("prime256v1", "ES256", 3000);
    test_ecdsa_many("secp384r1", "ES384", 1000);
    test_ecdsa_many("secp521r1", "ES512", 1000);

    test_ecdsa_many(rfc7515_a3_jwk, "ES256", 10);
    test_ecdsa_many(rfc7515_a4_jwk, "ES512", 10);
}


/* curve: its name, or a JWK */

static void
test_ecdsa_many(const char *curve, const char *alg, int n)
{
    int             i, good, zeros;
    size_t          len;
    EVP_PKEY       *pkey;
    jwti_buf_t      buf, pem;
    jwti_str_t      input;
    jwti_key_t     *key;
    const char     *err;
    BIO            *bio;
    unsigned char   signature[JWTI_SIGNATURE_MAX], data[1024];

    if (curve[0] == '{') {
        jwti_buf_init(&pem, data, sizeof(data));

        if (jwti_key_parse(tap_str(curve), NULL, &key, &err) != JWTI_OK
            || jwti_key_public_pem(key, &pem) != JWTI_OK)
        {
            ok(0, alg);
            return;
        }

        bio = BIO_new_mem_buf(data, (int) jwti_buf_len(&pem));
        pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
        BIO_free(bio);

    } else {
        key = make(curve, 0, alg, &pkey);
    }

    good = 0;
    zeros = 0;
    len = 2 * jwti_key_alg(key)->coord_len;
    input = jwti_str("eyJhbGciOiJFUzI1NiJ9.e30");

    for (i = 0; i < n; i++) {
        jwti_buf_init(&buf, signature, len);

        if (jwti_sign(key, input, &buf, &err) == JWTI_OK
            && jwti_buf_len(&buf) == len
            && verify(pkey, jwti_key_alg(key), input, signature, len))
        {
            good++;
        }

        if (signature[0] == 0 || signature[len / 2] == 0) {
            zeros++;
        }
    }

    is_int(good, n, alg);
    is_int((long long) jwti_sign_len(key), (long long) len, "its length");

    /* of 3000 none has one with a chance of less than 10^-10 */

    if (n > 1000) {
        ok(zeros > 0, "signatures with a leading zero were among them");
    }

    jwti_key_free(key);
    EVP_PKEY_free(pkey);
}


static void
test_pss(void)
{
    size_t          i;
    EVP_PKEY       *pkey;
    jwti_buf_t      buf;
    jwti_key_t     *key;
    const char     *err;
    unsigned char   signature[JWTI_SIGNATURE_MAX];

    static const char  *names[] = { "PS256", "PS384", "PS512" };

    for (i = 0; i < 3; i++) {
        key = make("RSA", 2048, names[i], &pkey);
        jwti_buf_init(&buf, signature, sizeof(signature));

        /* verify() takes no other salt than one of the hash's length */

        ok(jwti_sign(key, jwti_str("a.b"), &buf, &err) == JWTI_OK
           && verify(pkey, jwti_key_alg(key), jwti_str("a.b"), signature,
                     jwti_buf_len(&buf)), names[i]);

        jwti_key_free(key);
        EVP_PKEY_free(pkey);
    }
}


static void
test_space(void)
{
    EVP_PKEY       *pkey;
    jwti_buf_t      buf;
    jwti_key_t     *key;
    const char     *err;
    unsigned char   data[300];

    key = make("RSA", 2048, "RS256", &pkey);

    jwti_buf_init(&buf, data, 256 + 2);
    jwti_buf_text(&buf, "abc");
    is_int(jwti_sign(key, jwti_str("a.b"), &buf, &err), JWTI_NO_SPACE,
           "no space");
    is_int((long long) jwti_buf_len(&buf), 3, "nothing was appended");

    jwti_buf_init(&buf, data, 256 + 3);
    jwti_buf_text(&buf, "abc");
    is_int(jwti_sign(key, jwti_str("a.b"), &buf, &err), JWTI_OK,
           "just enough");
    is_int((long long) jwti_buf_len(&buf), 259, "appended");

    jwti_buf_text(&buf, "!");
    is_int(jwti_sign(key, jwti_str("a.b"), &buf, &err), JWTI_NO_SPACE,
           "after an overflow");

    jwti_key_free(key);
    EVP_PKEY_free(pkey);
}


static void
test_speed(void)
{
    long              n;
    double            seconds;
    unsigned          i;
    EVP_PKEY         *pkey;
    jwti_buf_t        buf;
    jwti_str_t        input;
    jwti_key_t       *key;
    const char       *err, *type;
    struct timespec   from, to;
    const jwti_alg_t *alg;
    unsigned char     signature[JWTI_SIGNATURE_MAX], data[300];

    memset(data, 'a', sizeof(data));
    input.data = data;
    input.len = sizeof(data);

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {
        type = (alg->family == JWTI_HMAC) ? NULL
               : (alg->family == JWTI_ECDSA) ? alg->curve : "ED25519";
        key = make(type, (alg->family <= JWTI_RSA_PSS) ? 2048 : 0, alg->name,
                   &pkey);
        n = 0;
        seconds = 0;
        clock_gettime(CLOCK_MONOTONIC, &from);

        while (seconds < 1) {
            jwti_buf_init(&buf, signature, sizeof(signature));

            if (jwti_sign(key, input, &buf, &err) != JWTI_OK) {
                break;
            }

            n++;
            clock_gettime(CLOCK_MONOTONIC, &to);
            seconds = (double) (to.tv_sec - from.tv_sec)
                      + (double) (to.tv_nsec - from.tv_nsec) / 1e9;
        }

        printf("%-8s %9.0f signatures/s\n", alg->name, (double) n / seconds);

        jwti_key_free(key);
        EVP_PKEY_free(pkey);
    }
}


/* type NULL: a secret, and no pkey */

static jwti_key_t *
make(const char *type, size_t bits, const char *alg, EVP_PKEY **pkey)
{
    jwti_key_t          *key;
    const char          *err;
    static keys_text_t   text;

    *pkey = NULL;
    err = "";

    if (type == NULL) {
        memset(text.data, 's', 64);
        text.len = 64;

    } else {
        *pkey = keys_make(type, bits);
        keys_write(&text, *pkey, KEYS_PKCS8);
    }

    if (jwti_key_parse(keys_str(&text), jwti_alg_find(tap_str(alg)), &key,
                       &err)
        != JWTI_OK)
    {
        printf("Bail out! %s\n", err);
        exit(1);
    }

    return key;
}
