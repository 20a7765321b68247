
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_token.c: tokens as any JWT library sees them: split, decoded, verified
 * by OpenSSL with a public key that did not come through our code.
 */


#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "jwti_base64.h"
#include "jwti_token.h"
#include "tap.h"


#define NOW  1700000000123LL

/* RFC 7515, appendix A.1: 64 bytes */
#define A1_K                                                                  \
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hc"   \
    "gUuTwjAzZr1Z9CAow"

#define A1_KEY  "{\"kty\":\"oct\",\"k\":\"" A1_K "\"}"


typedef struct {
    jwti_str_t     part[3];
    unsigned char  bytes[3][JWTI_TOKEN_MAX];
    jwti_buf_t     decoded[3];
} split_t;


static unsigned char  memory[JWTI_TOKEN_MAX + 64];
static jwti_buf_t     token;
static int64_t        expires;
static jwti_str_t     name;
static const char    *err;
static split_t        split;


static jwti_str_t
str_of(const char *text)
{
    jwti_str_t  str;

    str.data = (const unsigned char *) text;
    str.len = strlen(text);

    return str;
}


static jwti_rc_t
input(const jwti_claims_t *claims, const jwti_key_t *key)
{
    jwti_buf_init(&token, memory, JWTI_TOKEN_MAX);

    return jwti_token_input(&token, claims, key, NOW, NULL, &expires, &name,
                            &err);
}


static void
plain(jwti_claims_t *claims)
{
    memset(claims, 0, sizeof(jwti_claims_t));

    claims->profile = JWTI_PROFILE_SERVICE;
    claims->subject = jwti_str("ledger");
    claims->lifetime = 600;
}


static jwti_key_t *
parse(jwti_str_t text, const char *alg)
{
    jwti_key_t  *key;

    key = NULL;

    if (jwti_key_parse(text, jwti_alg_find(str_of(alg)), &key, &err)
        != JWTI_OK)
    {
        printf("# %s: %s\n", alg, err);
    }

    return key;
}


/* 1 when text is three parts that decode and encode to themselves */

static int
take_apart(jwti_str_t text)
{
    int                   i;
    jwti_buf_t            again;
    jwti_str_t            encoded;
    unsigned char         bytes[JWTI_TOKEN_MAX];
    const unsigned char  *pos, *end, *dot;

    pos = text.data;
    end = pos + text.len;

    for (i = 0; i < 3; i++) {
        dot = memchr(pos, '.', (size_t) (end - pos));

        if ((dot == NULL) != (i == 2)) {
            return 0;
        }

        split.part[i].data = pos;
        split.part[i].len = (size_t) ((dot == NULL ? end : dot) - pos);

        jwti_buf_init(&split.decoded[i], split.bytes[i], JWTI_TOKEN_MAX);

        if (jwti_base64url_decode(&split.decoded[i], split.part[i])
            != JWTI_OK)
        {
            return 0;
        }

        jwti_buf_init(&again, bytes, sizeof(bytes));
        jwti_base64url_encode(&again, jwti_buf_written(&split.decoded[i]));
        encoded = jwti_buf_written(&again);

        if (encoded.len != split.part[i].len
            || memcmp(encoded.data, pos, encoded.len) != 0)
        {
            return 0;
        }

        pos = dot + 1;
    }

    return 1;
}


/* RFC 7515, appendix A.1's key, the token made anew by hand */

static void
test_hs256(void)
{
    char            head[256], text[1024];
    unsigned        mac_len;
    jwti_buf_t      want, secret;
    jwti_str_t      kid;
    jwti_key_t     *key;
    jwti_claims_t   claims;
    unsigned char   bytes[64], mac[EVP_MAX_MD_SIZE];

    key = parse(jwti_str(A1_KEY), "HS256");

    if (!ok(key != NULL, "HS256: key")) {
        return;
    }

    plain(&claims);
    is_int(input(&claims, key), JWTI_OK, "HS256: input");
    is_int(expires, 1700000600, "HS256: expires");
    is_int(jwti_token_sign(&token, key, &err), JWTI_OK, "HS256: signed");

    kid = jwti_key_kid(key);
    snprintf(head, sizeof(head),
             "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%.*s\"}",
             (int) kid.len, (const char *) kid.data);

    jwti_buf_init(&want, text, sizeof(text) - 1);
    jwti_base64url_encode(&want, str_of(head));
    jwti_buf_byte(&want, '.');
    jwti_base64url_encode(&want,
        jwti_str("{\"sub\":\"ledger\",\"typ\":\"service\","
                 "\"rnd\":1700000000123,\"iat\":1700000000,"
                 "\"exp\":1700000600}"));

    jwti_buf_init(&secret, bytes, sizeof(bytes));
    is_int(jwti_base64url_decode(&secret, jwti_str(A1_K)), JWTI_OK,
           "HS256: secret");
    is_int((long long) jwti_buf_len(&secret), 64, "HS256: its length");

    HMAC(EVP_sha256(), bytes, 64, (const unsigned char *) text,
         jwti_buf_len(&want), mac, &mac_len);

    kid.data = mac;
    kid.len = mac_len;
    jwti_buf_byte(&want, '.');
    jwti_base64url_encode(&want, kid);
    jwti_buf_byte(&want, '\0');

    is_str(jwti_buf_written(&token), text, "HS256: exactly");

    jwti_key_free(key);
}


/* 1 when OpenSSL verifies what split holds */

static int
verify(EVP_PKEY *pkey, const char *digest, int pss, jwti_str_t text)
{
    int            good;
    size_t         half;
    jwti_str_t     signature;
    BIGNUM        *r, *s;
    ECDSA_SIG     *pair;
    EVP_MD_CTX    *ctx;
    EVP_PKEY_CTX  *pctx;
    unsigned char *der;

    der = NULL;
    good = 0;
    signature = jwti_buf_written(&split.decoded[2]);

    if (EVP_PKEY_is_a(pkey, "EC")) {
        half = signature.len / 2;
        pair = ECDSA_SIG_new();
        r = BN_bin2bn(signature.data, (int) half, NULL);
        s = BN_bin2bn(signature.data + half, (int) half, NULL);
        (void) ECDSA_SIG_set0(pair, r, s);
        signature.len = (size_t) i2d_ECDSA_SIG(pair, &der);
        signature.data = der;
        ECDSA_SIG_free(pair);
    }

    ctx = EVP_MD_CTX_new();

    if (EVP_DigestVerifyInit_ex(ctx, &pctx, digest, NULL, NULL, pkey, NULL)
        == 1)
    {
        if (pss) {
            (void) EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
            (void) EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
                                                    RSA_PSS_SALTLEN_DIGEST);
        }

        good = EVP_DigestVerify(ctx, signature.data, signature.len, text.data,
                                text.len - 1 - split.part[2].len)
               == 1;
    }

    EVP_MD_CTX_free(ctx);
    OPENSSL_free(der);

    return good;
}


static EVP_PKEY *
generate(const char *type, const char *curve)
{
    if (curve != NULL) {
        return EVP_PKEY_Q_keygen(NULL, NULL, type, curve);
    }

    if (strcmp(type, "RSA") == 0) {
        return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t) 2048);
    }

    return EVP_PKEY_Q_keygen(NULL, NULL, type);
}


static void
test_algorithm(const char *alg, const char *type, const char *curve,
    const char *digest)
{
    BIO           *bio;
    char          *pem;
    char           head[256];
    EVP_PKEY      *pkey;
    jwti_str_t     text, kid;
    jwti_key_t    *key;
    jwti_claims_t  claims;

    pkey = generate(type, curve);
    bio = BIO_new(BIO_s_mem());
    (void) PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
    text.len = (size_t) BIO_get_mem_data(bio, &pem);
    text.data = (const unsigned char *) pem;

    key = parse(text, alg);
    BIO_free(bio);

    if (!ok(key != NULL, alg)) {
        EVP_PKEY_free(pkey);
        return;
    }

    plain(&claims);
    is_int(input(&claims, key), JWTI_OK, alg);
    is_int(jwti_token_sign(&token, key, &err), JWTI_OK, alg);

    text = jwti_buf_written(&token);
    ok(take_apart(text), "it has three parts, each well encoded");

    kid = jwti_key_kid(key);
    snprintf(head, sizeof(head),
             "{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%.*s\"}", alg,
             (int) kid.len, (const char *) kid.data);

    is_str(jwti_buf_written(&split.decoded[0]), head, "its header");
    is_str(jwti_buf_written(&split.decoded[1]),
           "{\"sub\":\"ledger\",\"typ\":\"service\",\"rnd\":1700000000123,"
           "\"iat\":1700000000,\"exp\":1700000600}", "its claims");
    ok(verify(pkey, digest, alg[0] == 'P', text), "OpenSSL verifies it");

    memory[jwti_buf_len(&token) - split.part[2].len - 2] ^= 1;
    ok(!verify(pkey, digest, alg[0] == 'P', text), "but not when changed");

    jwti_key_free(key);
    EVP_PKEY_free(pkey);
}


/* with one more byte each time, up to the limit and past it */

static void
test_longest(void)
{
    int            fits;
    size_t         len, most, hmac, padding;
    jwti_key_t    *key;
    jwti_claims_t  claims, longest;
    jwti_member_t  header;
    unsigned char  text[JWTI_VALUE_MAX];

    key = parse(jwti_str(A1_KEY), "HS256");
    memset(text, 't', sizeof(text));
    hmac = 1 + 43;
    most = 0;
    padding = 0;

    plain(&claims);
    longest = claims;
    claims.issuer.data = text;
    claims.issuer.len = 3000;
    claims.subject.data = text;
    claims.headers = &header;
    claims.nheaders = 1;
    header.name = jwti_str("x");
    header.type = JWTI_TYPE_STRING;
    header.value.data = text;

    for (header.value.len = 0; header.value.len < 3; header.value.len++) {

        for (fits = 1, len = 1; fits && len <= sizeof(text); len++) {
            claims.subject.len = len;
            fits = (input(&claims, key) == JWTI_OK);

            if (fits && jwti_buf_len(&token) + hmac > most) {
                most = jwti_buf_len(&token) + hmac;
                longest = claims;
                padding = header.value.len;
            }
        }

        is_str(str_of(err == NULL ? "" : err), "token is too long",
               "longest: too long");
    }

    is_int((long long) most, JWTI_TOKEN_MAX, "longest: exactly the limit");

    header.value.len = padding;
    is_int(input(&longest, key), JWTI_OK, "longest: once more");
    is_int(jwti_token_sign(&token, key, &err), JWTI_OK, "longest: signed");
    is_int((long long) jwti_buf_len(&token), JWTI_TOKEN_MAX,
           "longest: its length");
    ok(take_apart(jwti_buf_written(&token)), "longest: well encoded");

    /* claims that do not even fit what they are written into first */
    claims.issuer.len = JWTI_VALUE_MAX;
    claims.subject.len = JWTI_VALUE_MAX;
    is_int(input(&claims, key), JWTI_INVALID, "longest: far too long");
    is_str(str_of(err), "token is too long", "longest: far too long, said");

    jwti_key_free(key);
}


static void
test_space(void)
{
    size_t         i, with, without;
    jwti_rc_t      rc;
    jwti_key_t    *key;
    jwti_claims_t  claims;

    key = parse(jwti_str(A1_KEY), "HS256");
    plain(&claims);

    is_int(input(&claims, key), JWTI_OK, "space: input");
    without = jwti_buf_len(&token);
    is_int(jwti_token_sign(&token, key, &err), JWTI_OK, "space: signed");
    with = jwti_buf_len(&token);

    for (i = 0; i <= with; i++) {
        jwti_buf_init(&token, memory, i);
        rc = jwti_token_input(&token, &claims, key, NOW, NULL, &expires,
                              &name, &err);

        if (rc != (i < without ? JWTI_NO_SPACE : JWTI_OK)) {
            break;
        }

        if (rc != JWTI_OK) {
            continue;
        }

        rc = jwti_token_sign(&token, key, &err);

        if (rc != (i < with ? JWTI_NO_SPACE : JWTI_OK)
            || (rc != JWTI_OK && jwti_buf_len(&token) != without))
        {
            break;
        }
    }

    is_int((long long) i, (long long) with + 1, "space: exactly enough");

    claims.subject = jwti_str("");
    is_int(input(&claims, key), JWTI_INVALID, "refused: as by the claims");
    is_str(name, "sub", "refused: the member");
    is_str(str_of(err), "value is empty", "refused: the reason");

    jwti_key_free(key);
}


int
main(void)
{
    test_hs256();
    test_algorithm("RS256", "RSA", NULL, "SHA256");
    test_algorithm("RS512", "RSA", NULL, "SHA512");
    test_algorithm("PS384", "RSA", NULL, "SHA384");
    test_algorithm("ES256", "EC", "P-256", "SHA256");
    test_algorithm("ES384", "EC", "P-384", "SHA384");
    test_algorithm("ES512", "EC", "P-521", "SHA512");
    test_algorithm("EdDSA", "ED25519", NULL, NULL);
    test_longest();
    test_space();

    return done();
}
