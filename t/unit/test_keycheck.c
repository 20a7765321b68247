
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Keys that are too short, of a foreign curve, or whose numbers do not belong
 * together are refused.  The mutation: leave out a line of jwti_keycheck.c.
 */


#include "keys.h"

#include "jwti_key.h"


static void test_sizes(void);
static void test_inconsistent(void);
static void test_foreign_point(void);
static void swapped(EVP_PKEY *pkey, const char *from, const char *name);
static jwti_rc_t parse(const keys_text_t *text, const char *alg,
    jwti_key_t **key, const char **err);
static void refused(const keys_text_t *text, const char *alg,
    const char *want, const char *name);


int
main(void)
{
    test_sizes();
    test_inconsistent();

    return done();
}


static void
test_sizes(void)
{
    size_t               i;
    EVP_PKEY            *pkey;
    static keys_text_t   text;

    static const char  *curves[] = { "secp224r1", "secp256k1" };

    pkey = keys_make("RSA", 1024);
    keys_write(&text, pkey, KEYS_PKCS8);
    refused(&text, NULL, "RSA key is shorter than 2048 bits", "RSA of 1024");
    EVP_PKEY_free(pkey);

    pkey = keys_make("RSA", 2047);
    keys_write(&text, pkey, KEYS_TRADITIONAL);
    refused(&text, "RS256", "RSA key is shorter than 2048 bits",
            "RSA of 2047");
    EVP_PKEY_free(pkey);

    for (i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        pkey = keys_make(curves[i], 0);
        keys_write(&text, pkey, KEYS_PKCS8);
        refused(&text, NULL, "unsupported elliptic curve", curves[i]);
        refused(&text, "ES256", "unsupported elliptic curve", curves[i]);
        EVP_PKEY_free(pkey);
    }
}


static void
test_inconsistent(void)
{
    size_t               i;
    EVP_PKEY            *pkey;
    static keys_text_t   text;

    static const char  *names[] = { "n", "d", "p", "q", "dp", "dq", "qi" };
    char                from[8];

    pkey = keys_make("RSA", 2048);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        sprintf(from, "\"%s\":\"", names[i]);
        swapped(pkey, from, names[i]);
    }

    keys_jwk(&text, pkey, "");
    keys_replace(&text, "AQAB", "AQAC");
    refused(&text, NULL, "RSA public exponent is even or less than 3",
            "e is even");

    keys_jwk(&text, pkey, "");
    keys_replace(&text, "AQAB", "AQ");
    refused(&text, NULL, "RSA public exponent is even or less than 3",
            "e is 1");

    keys_jwk(&text, pkey, "");
    keys_replace(&text, "AQAB", "AQAAAAAAAAAB");
    refused(&text, NULL, "RSA public exponent is longer than 64 bits",
            "e has 65 bits");

    keys_jwk(&text, pkey, "");
    keys_replace(&text, "AQAB", "Aw");
    refused(&text, NULL, "parts of the RSA key do not belong together",
            "another e");

    EVP_PKEY_free(pkey);

    pkey = keys_make("secp384r1", 0);
    keys_jwk(&text, pkey, "");
    memset(strstr((char *) text.data, "\"d\":\"") + 20, 'A', 8);
    refused(&text, NULL, "public key does not match the private one",
            "EC: another d");
    EVP_PKEY_free(pkey);

    test_foreign_point();
}


/* SEC1 with the public point of another key at its end */
static void
test_foreign_point(void)
{
    EVP_PKEY            *pkey, *other;
    static keys_text_t   text, text2;

    pkey = keys_make("prime256v1", 0);
    other = keys_make("prime256v1", 0);

    keys_write(&text, pkey, KEYS_TRADITIONAL_DER);
    keys_write(&text2, other, KEYS_TRADITIONAL_DER);

    memcpy(text.data + text.len - 64, text2.data + text2.len - 64, 64);

    refused(&text, NULL, "public key does not match the private one",
            "SEC1: another point");

    EVP_PKEY_free(other);
    EVP_PKEY_free(pkey);
}


/* a character of a number becomes another one, its length stays */
static void
swapped(EVP_PKEY *pkey, const char *from, const char *name)
{
    jwti_rc_t            rc;
    jwti_key_t          *key;
    const char          *err;
    unsigned char       *p;
    static keys_text_t   text;

    keys_jwk(&text, pkey, "");
    text.data[text.len] = '\0';

    /* in the middle, so that it stays as long and as odd as it was */
    p = (unsigned char *) strstr((char *) text.data, from) + 40;
    *p = (*p == 'v') ? 'w' : 'v';

    err = "accepted";
    rc = parse(&text, NULL, &key, &err);

    if (rc == JWTI_OK) {
        jwti_key_free(key);
    }

    ok(rc == JWTI_INVALID, name);
    is_str(tap_str(err), "parts of the RSA key do not belong together",
           "why");
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
