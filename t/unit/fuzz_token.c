
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_token.c: whatever the claims are, a token is three parts of base64url as
 * RFC 7515 has it, within its limit; they parse strictly, say what was asked
 * and nothing else, and the signature is one of them.  The first byte chooses
 * the key; keys are made at the start.
 */


#include <openssl/evp.h>

#include "jwti_base64.h"
#include "jwti_token.h"
#include "fuzz_claims.h"
#include "keys.h"
#include "verify.h"


#define KEYS  4


typedef struct {
    jwti_key_t           *key;
    EVP_PKEY             *pkey;     /* NULL: HMAC */
} signer_t;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);


static const unsigned char  secret[] =
    "0123456789abcdef0123456789abcdef0123456789abcdef";

static signer_t             signers[KEYS];


static void
make(signer_t *signer, const char *type, const char *alg)
{
    jwti_str_t   text, name;
    keys_text_t  pem;
    const char  *err;

    name.data = (const unsigned char *) alg;
    name.len = strlen(alg);

    text.data = secret;
    text.len = sizeof(secret) - 1;

    if (type != NULL) {
        signer->pkey = keys_make(type, 0);
        keys_write(&pem, signer->pkey, KEYS_PKCS8);
        text.data = pem.data;
        text.len = pem.len;
    }

    must(jwti_key_parse(text, jwti_alg_find(name), &signer->key, &err)
         == JWTI_OK);
}


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    make(&signers[0], "prime256v1", "ES256");
    make(&signers[1], "ED25519", "EdDSA");
    make(&signers[2], "secp521r1", "ES512");
    make(&signers[3], NULL, "HS256");

    return 0;
}


/* strictly: no padding, no other characters, no bits left over */

static jwti_str_t
decode(jwti_str_t part, unsigned char *memory, size_t size)
{
    size_t         i;
    jwti_buf_t     buf, again;
    unsigned char  text[JWTI_TOKEN_MAX];

    for (i = 0; i < part.len; i++) {
        must((part.data[i] >= '0' && part.data[i] <= '9')
             || (part.data[i] >= 'A' && part.data[i] <= 'Z')
             || (part.data[i] >= 'a' && part.data[i] <= 'z')
             || part.data[i] == '-' || part.data[i] == '_');
    }

    jwti_buf_init(&buf, memory, size);
    must(jwti_base64url_decode(&buf, part) == JWTI_OK);

    jwti_buf_init(&again, text, sizeof(text));
    jwti_base64url_encode(&again, jwti_buf_written(&buf));
    must(jwti_buf_ok(&again) == JWTI_OK && jwti_buf_len(&again) == part.len
         && memcmp(text, part.data, part.len) == 0);

    return jwti_buf_written(&buf);
}


static json_t *
load(jwti_str_t text)
{
    json_t  *object;

    object = json_loadb((const char *) text.data, text.len,
                        JSON_REJECT_DUPLICATES, NULL);
    must(json_is_object(object));

    return object;
}


static void
check_hash(jwti_str_t token, const json_t *claims)
{
    size_t          i;
    char            want[JWTI_JTI_HASH_LEN + 1];
    jwti_buf_t      buf;
    const char     *jti;
    unsigned char   got[JWTI_JTI_HASH_LEN], digest[EVP_MAX_MD_SIZE];

    jti = json_string_value(json_object_get(claims, "jti"));
    must(jti != NULL);
    must(EVP_Digest(jti, strlen(jti), digest, NULL, EVP_sha256(), NULL) == 1);

    for (i = 0; i < JWTI_JTI_HASH_LEN / 2; i++) {
        snprintf(want + 2 * i, 3, "%02x", digest[i]);
    }

    jwti_buf_init(&buf, got, sizeof(got));
    must(jwti_token_jti_hash(token, &buf) == JWTI_OK);
    must(jwti_buf_len(&buf) == sizeof(got)
         && memcmp(got, want, sizeof(got)) == 0);
}


static void
check(jwti_str_t token, const signer_t *signer, const jwti_claims_t *claims)
{
    json_t               *object;
    jwti_str_t            input, part, bytes;
    unsigned char        *dot, *second;
    const jwti_alg_t     *alg;
    static unsigned char  memory[JWTI_TOKEN_MAX];

    must(token.len <= JWTI_TOKEN_MAX);

    alg = jwti_key_alg(signer->key);

    dot = memchr(token.data, '.', token.len);
    must(dot != NULL);
    part.data = token.data;
    part.len = (size_t) (dot - token.data);

    object = load(decode(part, memory, sizeof(memory)));
    check_header(object, claims,
                 (jwti_str_t) { (const unsigned char *) alg->name,
                                strlen(alg->name) },
                 jwti_key_kid(signer->key));
    json_decref(object);

    part.data = dot + 1;
    part.len = token.len - part.len - 1;
    second = memchr(part.data, '.', part.len);
    must(second != NULL);
    part.len = (size_t) (second - part.data);

    object = load(decode(part, memory, sizeof(memory)));
    check_claims(object, claims);

    if (json_object_get(object, "jti") != NULL) {
        check_hash(token, object);
    }

    json_decref(object);

    input.data = token.data;
    input.len = (size_t) (second - token.data);
    part.data = second + 1;
    part.len = token.len - input.len - 1;
    bytes = decode(part, memory, sizeof(memory));

    must(signer->pkey != NULL
         ? verify(signer->pkey, alg, input, bytes.data, bytes.len)
         : verify_mac(secret, sizeof(secret) - 1, alg, input, bytes));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t               expires;
    input_t               input;
    saying_t              saying;
    jwti_rc_t             rc;
    jwti_buf_t            token;
    jwti_str_t            name;
    const char           *err;
    const signer_t       *signer;
    static unsigned char  memory[JWTI_TOKEN_MAX];

    input.pos = data;
    input.end = data + size;

    signer = &signers[take_byte(&input) % KEYS];
    take_claims(&input, &saying);

    err = NULL;
    jwti_buf_init(&token, memory, sizeof(memory));

    rc = jwti_token_input(&token, &saying.claims, signer->key, NOW,
                          random_bytes, &expires, &name, &err);

    if (rc != JWTI_OK) {
        must(err != NULL);
        return 0;
    }

    must(expires == jwti_claims_expires(&saying.claims, NOW));
    must(jwti_token_sign(&token, signer->key, &err) == JWTI_OK);

    check(jwti_buf_written(&token), signer, &saying.claims);

    return 0;
}
