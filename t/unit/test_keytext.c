
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Every form of key text is read to the same key; whatever is no usable private
 * key is refused with its own constant.  The mutation: leave out a row of the
 * forms in jwti_keytext.c, a check in jwti_keypem.c or in jwti_keyder.c.
 */


#include "keys.h"

#include "jwti_key.h"
#include "jwti_keytext.h"
#include "rfc_keys.h"


static void test_forms(const char *name, size_t bits);
static void form(EVP_PKEY *pkey, const keys_text_t *text, const char *name);
static void test_refused(void);
static void test_refused_der(EVP_PKEY *pkey);
static void test_refused_jwk(EVP_PKEY *rsa, EVP_PKEY *ec, EVP_PKEY *ed);
static void test_types(void);
static void test_limits(void);
static void test_secrets(void);
static void refused(jwti_str_t str, int hmac, const char *want,
    const char *name);
static void changed(EVP_PKEY *pkey, const char *from, const char *to,
    const char *want);


int
main(void)
{
    test_forms("RSA", 2048);
    test_forms("prime256v1", 0);
    test_forms("secp384r1", 0);
    test_forms("secp521r1", 0);
    test_forms("ED25519", 0);

    test_refused();
    test_types();
    test_limits();
    test_secrets();

    return done();
}


static void
test_forms(const char *name, size_t bits)
{
    EVP_PKEY            *pkey;
    static keys_text_t   text, other;

    printf("# %s\n", name);

    pkey = keys_make(name, bits);

    keys_write(&text, pkey, KEYS_PKCS8);
    form(pkey, &text, "PKCS#8 PEM");

    text.len--;
    form(pkey, &text, "PEM without its last line end");

    other = text;
    keys_replace(&other, "\n", "\r\n");
    form(pkey, &other, "PEM with CRLF");

    other = text;
    keys_replace(&other, "\n", "\\n");
    form(pkey, &other, "PEM with \\n in two characters");

    other = text;
    keys_replace(&other, "\n", "\\r\\n");
    form(pkey, &other, "PEM with \\r\\n in four characters");

    other = text;
    keys_replace(&other, "\n", " ");
    form(pkey, &other, "PEM in one line");

    other = text;
    keys_prepend(&other, "\xef\xbb\xbf", 3);
    form(pkey, &other, "PEM after a byte order mark");

    other = text;
    keys_prepend(&other, " \t\r\n", 4);
    keys_append(&other, "\n \t\r\n", 5);
    form(pkey, &other, "PEM with white space around");

    other = text;
    keys_prepend(&other, "Bag Attributes\n    localKeyID: 01\n"
                 "Key Attributes: <No Attributes>\n", 66);
    form(pkey, &other, "PEM after bag attributes");

    keys_write(&other, pkey, KEYS_CERTIFICATE);
    keys_append(&other, text.data, text.len);
    form(pkey, &other, "PEM after a certificate");

    other = text;
    keys_base64(&other);
    form(pkey, &other, "base64 of PEM");

    if (strcmp(name, "ED25519") != 0) {
        keys_write(&text, pkey, KEYS_TRADITIONAL);
        form(pkey, &text, "PKCS#1 or SEC1 PEM");

        keys_write(&text, pkey, KEYS_TRADITIONAL_DER);
        form(pkey, &text, "PKCS#1 or SEC1 DER");
    }

    keys_write(&text, pkey, KEYS_PKCS8_DER);
    form(pkey, &text, "PKCS#8 DER");

    keys_base64(&text);
    form(pkey, &text, "base64 of DER");

    keys_replace(&text, "\n", "");
    form(pkey, &text, "base64 of DER in one line");

    keys_jwk(&text, pkey, "");
    form(pkey, &text, "JWK");

    keys_prepend(&text, "\xef\xbb\xbf\n", 4);
    form(pkey, &text, "JWK after a byte order mark");

    EVP_PKEY_free(pkey);
}


static void
form(EVP_PKEY *pkey, const keys_text_t *text, const char *name)
{
    int              passed;
    const char      *err;
    jwti_keytext_t   keytext;

    err = "";

    passed = jwti_keytext_parse(&keytext, keys_str(text), 0, &err) == JWTI_OK
             && EVP_PKEY_eq(keytext.pkey, pkey) == 1
             && keytext.secret == NULL && keytext.alg == NULL;

    if (!ok(passed, name)) {
        printf("# %s\n", err);
        return;
    }

    jwti_keytext_free(&keytext);
}


static void
test_refused(void)
{
    size_t               i;
    EVP_PKEY            *rsa, *ec, *ed;
    static keys_text_t   text, other;

    printf("# refused\n");

    rsa = keys_make("RSA", 2048);
    ec = keys_make("prime256v1", 0);
    ed = keys_make("ED25519", 0);

    refused(tap_str(""), 0, "key is empty", "nothing");
    refused(tap_str(" \r\n\t"), 0, "key is empty", "white space");
    refused(tap_str("\xef\xbb\xbf"), 0, "key is empty", "byte order mark");
    refused(tap_str("hunter2 hunter2!"), 0,
            "text is not a key in any known form", "a password");
    refused(tap_str("aGVsbG8gd29ybGQ="), 0,
            "text is not a key in any known form", "base64 of text");
    refused(jwti_str("\0\0\0\0"), 0, "text is not a key in any known form",
            "NUL bytes");

    keys_write(&text, ec, KEYS_PKCS8);

    other = text;
    other.len -= 10;
    refused(keys_str(&other), 0, "PEM is truncated", "truncated at END");

    other.len = 60;
    refused(keys_str(&other), 0, "PEM is truncated", "truncated in the body");

    other.len = 20;
    refused(keys_str(&other), 0, "PEM is truncated", "truncated at BEGIN");

    other = text;
    other.data[40] = '\0';
    refused(keys_str(&other), 0, "PEM holds what is not base64", "NUL in PEM");

    other.data[40] = '*';
    refused(keys_str(&other), 0, "PEM holds what is not base64", "* in PEM");

    other = text;
    keys_append(&other, text.data, text.len);
    refused(keys_str(&other), 0, "several private keys in one text",
            "two private keys");

    keys_write(&text, rsa, KEYS_TRADITIONAL);
    keys_write(&other, ec, KEYS_TRADITIONAL);
    keys_append(&text, other.data, other.len);
    refused(keys_str(&text), 0, "several private keys in one text",
            "two private keys of different kinds");

    keys_write(&text, ec, KEYS_PUBLIC);
    refused(keys_str(&text), 0, "PEM holds a public key, not a private one",
            "public key");

    keys_write(&text, ec, KEYS_CERTIFICATE);
    refused(keys_str(&text), 0,
            "PEM holds a certificate without its private key", "certificate");

    keys_write(&text, rsa, KEYS_PKCS8_ENCRYPTED);
    refused(keys_str(&text), 0, "encrypted keys are not supported",
            "encrypted PKCS#8");

    keys_base64(&text);
    refused(keys_str(&text), 0, "encrypted keys are not supported",
            "base64 of encrypted PKCS#8 PEM");

    keys_write(&text, rsa, KEYS_TRADITIONAL_ENCRYPTED);
    refused(keys_str(&text), 0, "encrypted keys are not supported",
            "encrypted PKCS#1");

    keys_write(&text, ec, KEYS_TRADITIONAL_ENCRYPTED);
    refused(keys_str(&text), 0, "encrypted keys are not supported",
            "encrypted SEC1");

    refused(tap_str("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                    "-----END OPENSSH PRIVATE KEY-----\n"), 0,
            "unsupported kind of PEM", "OpenSSH key");

    keys_write(&text, rsa, KEYS_PKCS8_DER);
    keys_base64(&text);

    for (i = 0; i < 3; i++) {
        other = text;
        other.data[100] = (unsigned char) "*\x80-"[i];
        refused(keys_str(&other), 0, "text is not a key in any known form",
                "base64 with garbage");
    }

    test_refused_der(rsa);
    test_refused_jwk(rsa, ec, ed);

    EVP_PKEY_free(rsa);
    EVP_PKEY_free(ec);
    EVP_PKEY_free(ed);
}


static void
test_refused_der(EVP_PKEY *pkey)
{
    size_t               i, len;
    const char          *err;
    jwti_keytext_t       keytext;
    static keys_text_t   text;

    printf("# refused DER\n");

    keys_write(&text, pkey, KEYS_PKCS8_DER);
    keys_append(&text, "\0", 1);
    refused(keys_str(&text), 0, "bytes follow the DER of the key",
            "PKCS#8 with a byte after it");

    text.data[text.len - 1] = '\n';
    refused(keys_str(&text), 0, "bytes follow the DER of the key",
            "PKCS#8 with a line end after it");

    keys_base64(&text);
    refused(keys_str(&text), 0, "bytes follow the DER of the key",
            "base64 of PKCS#8 with a byte after it");

    keys_write(&text, pkey, KEYS_TRADITIONAL_DER);
    keys_append(&text, "\0", 1);
    refused(keys_str(&text), 0, "bytes follow the DER of the key",
            "PKCS#1 with a byte after it");

    keys_write(&text, pkey, KEYS_PUBLIC_DER);
    refused(keys_str(&text), 0, "DER holds a public key, not a private one",
            "public key");

    keys_write(&text, pkey, KEYS_PKCS8_ENCRYPTED_DER);
    refused(keys_str(&text), 0, "encrypted keys are not supported",
            "encrypted PKCS#8");

    keys_write(&text, pkey, KEYS_CERTIFICATE_DER);
    refused(keys_str(&text), 0,
            "DER holds a certificate or something else, not a key",
            "certificate");

    refused(jwti_str("0\x80\x02\x01\x00\x00\x00"), 0,
            "DER of the key is truncated or broken", "indefinite length");
    refused(jwti_str("0"), 0, "DER of the key is truncated or broken",
            "one byte");
    refused(jwti_str("0\x00"), 0, "DER is not a key", "empty sequence");
    refused(jwti_str("0\x03\x02\x01\x00"), 0, "DER is not a key",
            "version alone");
    refused(jwti_str("0\x06\x02\x01\x00\x02\x01\x00"), 0,
            "DER of the key is not valid", "two integers");

    keys_write(&text, pkey, KEYS_PKCS8_DER);
    len = text.len;

    for (i = 0; i < len; i++) {
        text.len = i;

        if (jwti_keytext_parse(&keytext, keys_str(&text), 0, &err)
            != JWTI_INVALID)
        {
            break;
        }
    }

    is_int((long long) i, (long long) len, "PKCS#8 cut at every byte");
}


static void
test_refused_jwk(EVP_PKEY *rsa, EVP_PKEY *ec, EVP_PKEY *ed)
{
    size_t               i;
    static const char   *names[] = { "p", "q", "dp", "dq", "qi" };
    char                 from[8];
    static const char    factors[] =
        "RSA JWK needs \"p\", \"q\", \"dp\", \"dq\" and \"qi\"";
    static const char    no_d[] =
        "JWK has no private member \"d\" or a bad one";
    static const char    bad_public[] =
        "JWK has a missing or bad public member";

    printf("# refused JWK\n");

    refused(tap_str("{}"), 0, "JWK has no known \"kty\"", "empty object");
    refused(tap_str("{\"kty\":1}"), 0, "JWK has no known \"kty\"",
            "kty is a number");
    refused(tap_str("{\"kty\":\"rsa\"}"), 0, "JWK has no known \"kty\"",
            "kty in lower case");
    refused(tap_str("{\"kty\":\"RSA\",}"), 0, "JWK is not valid JSON",
            "broken JSON");
    refused(tap_str("{\"kty\":\"RSA\",\"kty\":\"RSA\"}"), 0,
            "JWK is not valid JSON", "duplicate member");
    refused(tap_str(rfc7515_a1_jwk), 0,
            "secret key without an HMAC algorithm", "oct");
    refused(tap_str(rfc7638_jwk), 0, no_d, "public RSA JWK");

    changed(rsa, "\"d\":", "\"D\":", no_d);
    changed(rsa, "\"d\":\"", "\"d\":1,\"D\":\"", no_d);
    changed(rsa, "\"d\":\"", "\"d\":\"\",\"D\":\"", no_d);
    changed(rsa, "\"d\":\"", "\"d\":\"=", no_d);
    changed(rsa, "\"n\":", "\"N\":", bad_public);
    changed(rsa, "\"e\":\"AQAB", "\"e\":\"AQAB=", bad_public);
    changed(rsa, "\"e\":\"AQAB\"", "\"e\":65537", bad_public);
    changed(rsa, "{", "{\"oth\":[],",
            "RSA keys of more than two primes are not supported");

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        sprintf(from, "\"%s\":", names[i]);
        changed(rsa, from, "\"other\":", factors);
    }

    changed(ec, "\"d\":", "\"D\":", no_d);
    changed(ec, "\"d\":\"", "\"d\":\"AAAA", no_d);
    changed(ec, "\"x\":", "\"X\":", bad_public);
    changed(ec, "\"x\":\"", "\"x\":\"AAAA", bad_public);
    changed(ec, "\"y\":", "\"Y\":", bad_public);
    changed(ec, "\"crv\":", "\"CRV\":", "unsupported elliptic curve");
    changed(ec, "P-256", "P-257", "unsupported elliptic curve");
    changed(ec, "P-256", "secp256k1", "unsupported elliptic curve");
    changed(ec, "P-256", "P-384", bad_public);
    changed(ec, "\"x\":\"", "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            "AAE\",\"X\":\"", "JWK is not a valid key");

    changed(ed, "\"d\":", "\"D\":", no_d);
    changed(ed, "\"x\":", "\"X\":", bad_public);
    changed(ed, "Ed25519", "Ed448", "unsupported elliptic curve");
    changed(ed, "Ed25519", "X25519", "unsupported elliptic curve");
    changed(ed, "\"x\":\"", "\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            "AAA\",\"X\":\"", "public key does not match the private one");

    changed(ec, "}", ",\"use\":\"enc\"}",
            "JWK is not for signatures by its \"use\"");
    changed(ec, "}", ",\"use\":[\"sig\"]}",
            "JWK is not for signatures by its \"use\"");
    changed(ec, "}", ",\"key_ops\":[\"verify\"]}",
            "JWK is not for signing by its \"key_ops\"");
    changed(ec, "}", ",\"key_ops\":\"sign\"}",
            "JWK is not for signing by its \"key_ops\"");
    changed(ec, "}", ",\"alg\":\"ECDH-ES\"}",
            "JWK is for an algorithm that is not supported");
    changed(ec, "}", ",\"alg\":null}",
            "JWK is for an algorithm that is not supported");
    changed(ec, "}", ",\"use\":\"sig\",\"key_ops\":[\"verify\",\"sign\"],"
            "\"alg\":\"ES256\",\"kid\":\"x\"}", NULL);
}


/* want NULL: not refused */

static void
changed(EVP_PKEY *pkey, const char *from, const char *to, const char *want)
{
    const char          *err;
    jwti_keytext_t       keytext;
    static keys_text_t   text;

    keys_jwk(&text, pkey, "");
    keys_replace(&text, from, to);

    if (want != NULL) {
        refused(keys_str(&text), 0, want, to);
        return;
    }

    ok(jwti_keytext_parse(&keytext, keys_str(&text), 0, &err) == JWTI_OK, to);
    jwti_keytext_free(&keytext);
}


static void
test_types(void)
{
    size_t               i;
    EVP_PKEY            *pkey;
    static keys_text_t   text;

    static const char  *types[] = { "X25519", "ED448", "X448" };

    printf("# types\n");

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        pkey = keys_make(types[i], 0);
        keys_write(&text, pkey, KEYS_PKCS8);
        refused(keys_str(&text), 0, "unsupported key type", types[i]);
        EVP_PKEY_free(pkey);
    }
}


static void
test_limits(void)
{
    size_t           len;
    EVP_PKEY        *pkey;
    jwti_str_t       str;
    const char      *err;
    keys_text_t     *text;
    unsigned char   *data;
    jwti_keytext_t   keytext;

    printf("# limits\n");

    pkey = keys_make("prime256v1", 0);
    text = malloc(sizeof(keys_text_t));
    data = malloc(JWTI_KEY_TEXT_MAX + 1);

    keys_write(text, pkey, KEYS_PKCS8);
    len = JWTI_KEY_TEXT_MAX + 1 - text->len;
    memset(data, ' ', len);
    memcpy(data + len, text->data, text->len);

    str.data = data + 1;
    str.len = JWTI_KEY_TEXT_MAX;

    if (ok(jwti_keytext_parse(&keytext, str, 0, &err) == JWTI_OK,
           "65536 bytes"))
    {
        jwti_keytext_free(&keytext);
    }

    str.data = data;
    str.len++;
    refused(str, 0, "key is longer than 65536 bytes", "65537 bytes");
    refused(str, 1, "key is longer than 65536 bytes", "a secret of as many");

    free(data);
    free(text);
    EVP_PKEY_free(pkey);
}


static void
test_secrets(void)
{
    size_t           i;
    const char      *err;
    jwti_keytext_t   keytext;

    static const struct {
        const char  *text;
        const char  *want;
        const char  *name;
    } secrets[] = {
        { "secret", "secret", "a secret" },
        { "secret\n", "secret", "without its line end" },
        { "secret\r\n", "secret", "without CRLF" },
        { "secret\n\n", "secret\n", "one line end only" },
        { " secret ", " secret ", "blanks belong to it" },
        { "\xef\xbb\xbfs", "\xef\xbb\xbfs", "so does a byte order mark" },
        { "{secret}", "{secret}", "a brace is no JWK" },
        { "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}\n", "secret", "JWK" },
        { "{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"alg\":\"HS256\"}", "secret",
          "JWK with its algorithm" }
    };

    printf("# secrets\n");

    for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {

        if (jwti_keytext_parse(&keytext, tap_str(secrets[i].text), 1, &err)
            != JWTI_OK)
        {
            ok(0, secrets[i].name);
            continue;
        }

        ok(keytext.pkey == NULL
           && keytext.secret_len == strlen(secrets[i].want)
           && memcmp(keytext.secret, secrets[i].want, keytext.secret_len)
              == 0,
           secrets[i].name);

        jwti_keytext_free(&keytext);
    }

    refused(tap_str(""), 1, "key is empty", "nothing");
    refused(tap_str("\n"), 1, "key is empty", "a line end");
    refused(tap_str("{\"kty\":\"oct\",\"k\":\"c2VjcmV0\""), 1,
            "JWK is not valid JSON", "truncated JWK");
    refused(tap_str("{\"kty\":\"oct\"}"), 1, "JWK has no \"k\"", "no k");
    refused(tap_str("{\"kty\":\"oct\",\"k\":1}"), 1, "JWK has no \"k\"",
            "k is a number");
    refused(tap_str("{\"kty\":\"oct\",\"k\":\"c2V*\"}"), 1,
            "JWK has a bad \"k\"", "bad k");
    refused(tap_str(rfc8037_a1_jwk), 1, "JWK is no secret for HMAC",
            "a private JWK");
    refused(tap_str("-----BEGIN PUBLIC KEY-----\nAAAA\n"), 1,
            "PEM text is no secret for HMAC", "PEM");
}


static void
refused(jwti_str_t str, int hmac, const char *want, const char *name)
{
    jwti_rc_t        rc;
    const char      *err;
    unsigned char   *copy;
    jwti_keytext_t   keytext;

    /* of its exact size, so that a sanitizer sees a read past its end */
    copy = malloc(str.len + (str.len == 0));
    memcpy(copy, str.data, str.len);
    str.data = copy;

    err = "none";
    rc = jwti_keytext_parse(&keytext, str, hmac, &err);

    free(copy);

    if (rc == JWTI_OK) {
        jwti_keytext_free(&keytext);
    }

    is_str(tap_str((rc == JWTI_INVALID) ? err : "accepted"), want, name);
}
