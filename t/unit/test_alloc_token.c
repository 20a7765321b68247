
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_alloc_token.c: tokens of each family of algorithms are made while each
 * allocation fails once, and while all fail from each one on.  A failure
 * appends nothing and leaves nothing behind; what is OK verifies; and the key
 * goes on signing.
 *
 * LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
 */


#include "keys.h"

#include <openssl/err.h>

#include "alloc.h"
#include "jwti_sign.h"
#include "jwti_token.h"


#define NOW     1700000000123LL
#define JTI     ((const unsigned char *) "0123456789abcdef")
#define INPUT   jwti_str("what is signed")


/* one made while the allocation number fail fails: 1 when all is as it is to */
typedef int (*test_once_t)(size_t fail, int lasting);


static void test_alg(const char *alg, const char *type);
static int test_make(const char *alg);
static void test_rounds(test_once_t once, const char *alg, const char *what);
static int test_sign_once(size_t fail, int lasting);
static int test_input_once(size_t fail, int lasting);
static int test_token_once(size_t fail, int lasting);
static jwti_rc_t test_token(jwti_buf_t *buf, const char **err);
static int test_left(void);
static int test_verifies(jwti_str_t input, const unsigned char *signature,
    size_t len);
static size_t test_der(const unsigned char *signature, size_t len,
    unsigned char *der);


/* what is signed with, and tested with what OpenSSL made of the same text */
static jwti_key_t     *key;
static EVP_PKEY       *pkey;
static keys_text_t     text;


/*
 * Strings in JSON are short: where jansson cannot enlarge its buffer for a long
 * one it goes on with bytes missing (github.com/akheron/jansson, issue 362).
 */
static const jwti_member_t  members[] = {
    { jwti_str("roles"), jwti_str("[\"reader\",\"w\",true,null,1.5]"),
      JWTI_TYPE_JSON },
    { jwti_str("limits"), jwti_str("{\"calls\":100,\"of\":{\"a\":[1,2,3]}}"),
      JWTI_TYPE_JSON },
    { jwti_str("name"), jwti_str("a \"quoted\" name"), JWTI_TYPE_STRING },
    { jwti_str("n"), jwti_str("1.5"), JWTI_TYPE_NUMBER }
};


int
main(void)
{
    alloc_init();
    test_alg("RS256", "RSA");
    test_alg("PS512", "RSA");
    test_alg("ES256", "prime256v1");
    test_alg("ES384", "secp384r1");
    test_alg("ES512", "secp521r1");
    test_alg("EdDSA", "ED25519");
    test_alg("HS256", NULL);
    test_alg("HS512", NULL);

    return done();
}


static void
test_alg(const char *name, const char *type)
{
    key = NULL;

    if (type != NULL) {
        pkey = keys_make(type, strcmp(type, "RSA") == 0 ? 2048 : 0);
        keys_write(&text, pkey, KEYS_PKCS8);

    } else {
        pkey = NULL;
        text.len = 64;
        memset(text.data, 's', text.len);
    }

    if (ok(test_make(name), name)) {
        test_rounds(test_sign_once, name, "signature");
        test_rounds(test_input_once, name, "signing input");
        test_rounds(test_token_once, name, "token");
    }

    jwti_key_free(key);
    EVP_PKEY_free(pkey);
}


static int
test_make(const char *alg)
{
    const char  *err;

    jwti_key_free(key);

    return jwti_key_parse(keys_str(&text), jwti_alg_find(tap_str(alg)), &key,
                          &err)
           == JWTI_OK;
}


/*
 * A third of them with all after them; each one; a third once more: what
 * OpenSSL keeps for later it has by then, and more would be a leak.
 *
 * The same RSA key for all: OpenSSL makes the blinding of a key anew at every
 * 32nd signature, and when memory is short just then, what it signs up to the
 * next time is wrong (3.0; BN_BLINDING_update()).  Fails when jwti_sign() does
 * not look at what RSA has signed.
 */

static void
test_rounds(test_once_t once, const char *alg, const char *what)
{
    int     round, bad;
    char    name[64];
    long    live;
    size_t  i, count;

    bad = 0;
    live = 0;

    (void) test_make(alg);

    if (!once(ALLOC_NEVER, 0)) {
        bad++;
    }

    count = alloc_count;

    for (round = 0; round < 3; round++) {

        for (i = 0; i < count; i += (round == 1) ? 1 : 3) {

            if (!once(i, round == 0) || !once(ALLOC_NEVER, 0)) {
                printf("# at allocation %zu of %zu, round %d\n", i, count,
                       round);
                bad++;
            }

            if (!once(ALLOC_NEVER, 0)) {
                printf("# after allocation %zu of %zu, round %d\n", i, count,
                       round);
                bad++;
            }
        }

        if (round == 1) {
            live = alloc_live;
        }
    }

    snprintf(name, sizeof(name), "%s: %s, %zu allocations", alg, what, count);
    ok(count > 0 && bad == 0, name);
    ok(alloc_live <= live, "nothing is left");
}


static int
test_sign_once(size_t fail, int lasting)
{
    jwti_rc_t      rc;
    jwti_buf_t     buf;
    const char    *err;
    unsigned char  signature[JWTI_SIGNATURE_MAX];

    jwti_buf_init(&buf, signature, sizeof(signature));

    alloc_start(fail, lasting);
    rc = jwti_sign(key, INPUT, &buf, &err);
    alloc_stop();

    if (test_left()) {
        return 0;
    }

    if (rc != JWTI_OK) {
        return fail != ALLOC_NEVER && rc == JWTI_ERROR && err != NULL
               && jwti_buf_len(&buf) == 0;
    }

    return test_verifies(INPUT, signature, jwti_buf_len(&buf));
}


/* jansson calls a string for which it has no memory an invalid one */

static int
test_input_once(size_t fail, int lasting)
{
    jwti_rc_t             rc;
    jwti_buf_t            buf;
    jwti_str_t            name;
    int64_t               expires;
    const char           *err;
    jwti_claims_t         claims;
    static size_t         len;
    static unsigned char  memory[JWTI_TOKEN_MAX], first[JWTI_TOKEN_MAX];

    memset(&claims, 0, sizeof(claims));
    claims.profile = JWTI_PROFILE_SERVICE;
    claims.subject = jwti_str("ledger");
    claims.claims = members;
    claims.nclaims = sizeof(members) / sizeof(members[0]);
    claims.headers = members;
    claims.nheaders = 1;
    claims.lifetime = 600;
    claims.jti = 1;

    jwti_buf_init(&buf, memory, sizeof(memory));

    alloc_start(fail, lasting);
    rc = jwti_token_input(&buf, &claims, key, NOW, JTI, &expires, &name, &err);
    alloc_stop();

    if (test_left()) {
        return 0;
    }

    if (rc != JWTI_OK) {
        return fail != ALLOC_NEVER && err != NULL
               && (rc == JWTI_ERROR || rc == JWTI_INVALID);
    }

    /* the bytes that there are with all the memory, called first */

    if (fail == ALLOC_NEVER) {
        len = jwti_buf_len(&buf);
        memcpy(first, memory, len);
    }

    return expires == NOW / 1000 + 600 && jwti_buf_len(&buf) == len
           && memcmp(memory, first, len) == 0;
}


static int
test_token_once(size_t fail, int lasting)
{
    size_t                n;
    jwti_rc_t             rc;
    jwti_buf_t            buf, decoded;
    jwti_str_t            input, encoded;
    const char           *err;
    const unsigned char  *dot;
    unsigned char         signature[JWTI_SIGNATURE_MAX];
    static unsigned char  memory[JWTI_TOKEN_MAX];

    jwti_buf_init(&buf, memory, sizeof(memory));
    rc = test_token(&buf, &err);
    n = jwti_buf_len(&buf);

    if (rc != JWTI_OK) {
        return 0;
    }

    alloc_start(fail, lasting);
    rc = jwti_token_sign(&buf, key, &err);
    alloc_stop();

    if (test_left()) {
        return 0;
    }

    if (rc != JWTI_OK) {
        return fail != ALLOC_NEVER && rc == JWTI_ERROR && err != NULL
               && jwti_buf_len(&buf) == n;
    }

    dot = memory + n;
    input.data = memory;
    input.len = n;
    encoded.data = dot + 1;
    encoded.len = jwti_buf_len(&buf) - n - 1;

    jwti_buf_init(&decoded, signature, sizeof(signature));

    return *dot == '.'
           && jwti_base64url_decode(&decoded, encoded) == JWTI_OK
           && jwti_buf_ok(&decoded) == JWTI_OK
           && test_verifies(input, signature, jwti_buf_len(&decoded));
}


static jwti_rc_t
test_token(jwti_buf_t *buf, const char **err)
{
    int64_t        expires;
    jwti_str_t     name;
    jwti_claims_t  claims;

    memset(&claims, 0, sizeof(claims));
    claims.profile = JWTI_PROFILE_PLAIN;
    claims.lifetime = 600;

    return jwti_token_input(buf, &claims, key, NOW, NULL, &expires, &name,
                            err);
}


static int
test_left(void)
{
    if (ERR_peek_error() == 0) {
        return 0;
    }

    printf("# an entry stays in OpenSSL's error queue\n");
    ERR_clear_error();

    return 1;
}


static int
test_verifies(jwti_str_t input, const unsigned char *signature, size_t len)
{
    int                verified;
    size_t             n;
    EVP_MD_CTX        *ctx;
    EVP_PKEY_CTX      *pctx;
    unsigned char      want[2 * JWTI_SIGNATURE_MAX];
    const jwti_alg_t  *alg;

    alg = jwti_key_alg(key);

    if (alg->family == JWTI_HMAC) {
        n = 0;

        return EVP_Q_mac(NULL, "HMAC", NULL, alg->digest, NULL, text.data,
                         text.len, input.data, input.len, want, sizeof(want),
                         &n)
               != NULL
               && n == len && memcmp(signature, want, len) == 0;
    }

    if (alg->family == JWTI_ECDSA) {
        len = test_der(signature, len, want);
        signature = want;
    }

    ctx = EVP_MD_CTX_new();

    verified = EVP_DigestVerifyInit_ex(ctx, &pctx, alg->digest, NULL, NULL,
                                       pkey, NULL)
               == 1
               && (alg->family != JWTI_RSA_PSS
                   || EVP_PKEY_CTX_set_rsa_padding(pctx,
                                                   RSA_PKCS1_PSS_PADDING)
                      == 1)
               && EVP_DigestVerify(ctx, signature, len, input.data, input.len)
                  == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();

    return verified;
}


/* R || S to what OpenSSL verifies */

static size_t
test_der(const unsigned char *signature, size_t len, unsigned char *der)
{
    int         n;
    ECDSA_SIG  *sig;

    sig = ECDSA_SIG_new();
    ECDSA_SIG_set0(sig, BN_bin2bn(signature, (int) len / 2, NULL),
                   BN_bin2bn(signature + len / 2, (int) len / 2, NULL));

    n = i2d_ECDSA_SIG(sig, &der);
    ECDSA_SIG_free(sig);

    return (n > 0) ? (size_t) n : 0;
}
