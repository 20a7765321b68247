
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_jwks.c: the same bytes for the same keys, and the entity tag.
 */


#include "jwti_jwks.h"
#include "tap.h"


#define KEYS  6


static const jwti_jwks_key_t  keys[KEYS] = {
    { { (const unsigned char *) "bbb", 3 },
      { (const unsigned char *) "{\"kid\":\"bbb\"}", 13 } },
    { { (const unsigned char *) "aaa", 3 },
      { (const unsigned char *) "{\"kid\":\"aaa\"}", 13 } },
    { { (const unsigned char *) "bbb", 3 },
      { (const unsigned char *) "{\"kid\":\"bbb\"}", 13 } },
    { { (const unsigned char *) "aa", 2 },
      { (const unsigned char *) "{\"kid\":\"aa\",\"n\":1}", 18 } },
    { { (const unsigned char *) "aa", 2 },
      { (const unsigned char *) "{\"kid\":\"aa\",\"n\":2}", 18 } },
    { { (const unsigned char *) "hmac", 4 }, { NULL, 0 } }
};

static const char  document[] =
    "{\"keys\":[{\"kid\":\"aa\",\"n\":1},{\"kid\":\"aaa\"},{\"kid\":\"bbb\"}]}";


static void
test_empty(void)
{
    jwti_buf_t       buf;
    unsigned char    memory[64];
    jwti_jwks_key_t  one;

    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_jwks_write(&buf, NULL, 0);
    is_str(jwti_buf_written(&buf), "{\"keys\":[]}", "empty: no key");
    is_int((long long) jwti_jwks_max(NULL, 0), 11, "empty: its length");

    one = keys[5];
    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_jwks_write(&buf, &one, 1);
    is_str(jwti_buf_written(&buf), "{\"keys\":[]}", "empty: only a secret");
}


/* in each of the 720 orders */

static void
test_orders(void)
{
    int              n, i, rest, same, left;
    int              order[KEYS];
    size_t           max;
    jwti_buf_t       buf;
    jwti_str_t       got;
    unsigned char    memory[256];
    jwti_jwks_key_t  some[KEYS];

    same = 0;

    for (n = 0; n < 720; n++) {

        for (i = 0; i < KEYS; i++) {
            order[i] = i;
        }

        rest = n;

        for (i = 0, left = KEYS; i < KEYS; i++, left--) {
            some[i] = keys[order[rest % left]];
            order[rest % left] = order[left - 1];
            rest /= left;
        }

        max = jwti_jwks_max(some, KEYS);
        jwti_buf_init(&buf, memory, max < sizeof(memory) ? max : 0);
        jwti_jwks_write(&buf, some, KEYS);
        got = jwti_buf_written(&buf);

        if (jwti_buf_ok(&buf) == JWTI_OK
            && got.len == sizeof(document) - 1
            && memcmp(got.data, document, got.len) == 0)
        {
            same++;
        }
    }

    is_int(same, 720, "orders: the same bytes");
}


static void
test_space(void)
{
    size_t           i;
    jwti_buf_t       buf;
    unsigned char    memory[256];
    jwti_jwks_key_t  some[KEYS];

    for (i = 0; i < sizeof(document); i++) {
        memcpy(some, keys, sizeof(keys));
        jwti_buf_init(&buf, memory, i);
        jwti_jwks_write(&buf, some, KEYS);

        if ((jwti_buf_ok(&buf) == JWTI_OK) != (i == sizeof(document) - 1)) {
            break;
        }
    }

    is_int((long long) i, sizeof(document), "space: exactly what it takes");

    for (i = 0; i < KEYS; i++) {
        some[i] = keys[i];
        some[i].jwk.len = SIZE_MAX / 3;
    }

    ok(jwti_jwks_max(some, KEYS) == SIZE_MAX, "space: the sum does not wrap");
}


static void
test_etag(void)
{
    jwti_str_t     got;
    unsigned char  etag[JWTI_ETAG_LEN];

    got.data = etag;
    got.len = sizeof(etag);

    is_int(jwti_jwks_etag(jwti_str("abc"), etag), JWTI_OK, "etag: abc");
    is_str(got, "\"ba7816bf8f01cfea414140de5dae2223\"",
           "etag: half of FIPS 180-2's example");

    is_int(jwti_jwks_etag(jwti_str(""), etag), JWTI_OK, "etag: nothing");
    is_str(got, "\"e3b0c44298fc1c149afbf4c8996fb924\"", "etag: of nothing");
}


int
main(void)
{
    test_empty();
    test_orders();
    test_space();
    test_etag();

    return done();
}
