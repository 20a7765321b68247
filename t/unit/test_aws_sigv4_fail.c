
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_sigv4_fail.c: OpenSSL failing at each of its calls while a request
 * is signed: an error, and nothing of the request is left.
 * LDFLAGS: -Wl,--wrap=HMAC,--wrap=EVP_MD_CTX_new,--wrap=EVP_DigestUpdate
 */


#include "jwti_aws_call.h"
#include "tap.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>


unsigned char *__real_HMAC(const EVP_MD *type, const void *key, int key_len,
    const unsigned char *data, size_t len, unsigned char *mac,
    unsigned *mac_len);
unsigned char *__wrap_HMAC(const EVP_MD *type, const void *key, int key_len,
    const unsigned char *data, size_t len, unsigned char *mac,
    unsigned *mac_len);
EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);
int __real_EVP_DigestUpdate(EVP_MD_CTX *md, const void *data, size_t len);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *md, const void *data, size_t len);

static int test_fails(void);


static int              test_left = -1;     /* calls that still work */
static jwti_aws_call_t  test_call;


int
main(void)
{
    int                     n;
    size_t                  i;
    jwti_rc_t               rc;
    const char             *err;
    jwti_aws_context_t      context;
    jwti_aws_endpoint_t     endpoint;
    const unsigned char    *bytes;

    static jwti_aws_credentials_t  keys = { "AKID", "secret", "to ken", 0 };

    if (jwti_aws_endpoint_default(&endpoint, JWTI_AWS_SECRETSMANAGER,
                                  jwti_str("us-east-1"), 0, 0) != JWTI_OK)
    {
        return EXIT_FAILURE;
    }

    context.endpoint = &endpoint;
    context.credentials = &keys;
    context.region = "us-east-1";
    context.user_agent = "name/1.0";
    context.now = 1440938160;

    bytes = (const unsigned char *) &test_call;

    for (n = 0; n < 100; n++) {
        test_left = n;
        err = NULL;
        rc = jwti_aws_call_get_secret_value(&test_call, &context,
                                            jwti_str("a"), jwti_str(""),
                                            jwti_str(""), &err);

        if (rc == JWTI_OK) {
            break;
        }

        is_int(rc, JWTI_ERROR, "a call of OpenSSL failed");
        ok(err != NULL, "an error says so");

        for (i = 0; i < sizeof(test_call) && bytes[i] == 0; i++) { /* void */ }

        is_int((long long) i, sizeof(test_call), "nothing is left");
    }

    ok(n > 20 && n < 100, "every call was tried");

    return done();
}


unsigned char *
__wrap_HMAC(const EVP_MD *type, const void *key, int key_len,
    const unsigned char *data, size_t len, unsigned char *mac,
    unsigned *mac_len)
{
    return test_fails() ? NULL
                        : __real_HMAC(type, key, key_len, data, len, mac,
                                      mac_len);
}


EVP_MD_CTX *
__wrap_EVP_MD_CTX_new(void)
{
    return test_fails() ? NULL : __real_EVP_MD_CTX_new();
}


int
__wrap_EVP_DigestUpdate(EVP_MD_CTX *md, const void *data, size_t len)
{
    return test_fails() ? 0 : __real_EVP_DigestUpdate(md, data, len);
}


static int
test_fails(void)
{
    return test_left-- == 0;
}
