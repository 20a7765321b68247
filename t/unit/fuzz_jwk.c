
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_jwk.c: JWKs with any numbers in them, as base64url as it should be: a
 * mutation of a JWK's text seldom leaves one.  After a byte for the type, a
 * member is a byte that says which one and a length in two, then so many bytes.
 */


#include "jwti_base64.h"
#include "fuzz_key.h"


/* of the private numbers of an RSA key of 2048 bits five fit */
#define FUZZ_JWK_MAX  8192


static const char  *const fuzz_types[] = { "RSA", "EC", "OKP", "oct" };

/* a name with its value, or one whose value follows in the input */
static const char  *const fuzz_members[] = {
    "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y", "k", "oth",
    "crv\":\"P-256", "crv\":\"P-384", "crv\":\"P-521",
    "crv\":\"Ed25519", "crv\":\"secp256k1", "alg\":\"RS256",
    "alg\":\"ES256", "alg\":\"HS256", "alg\":\"none", "use\":\"sig",
    "use\":\"enc", "kid\":\"x"
};

#define FUZZ_MEMBERS  (sizeof(fuzz_members) / sizeof(fuzz_members[0]))


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                len;
    jwti_str_t            value;
    jwti_buf_t            buf;
    const char           *member;
    static unsigned char  memory[FUZZ_JWK_MAX];

    if (size == 0) {
        return 0;
    }

    jwti_buf_init(&buf, memory, sizeof(memory));
    jwti_buf_text(&buf, "{\"kty\":\"");
    jwti_buf_text(&buf, fuzz_types[*data++ % 4]);
    size--;

    while (size > 2) {
        member = fuzz_members[data[0] % FUZZ_MEMBERS];
        len = 256 * (data[1] % 4U) + data[2];
        data += 3;
        size -= 3;

        jwti_buf_text(&buf, "\",\"");
        jwti_buf_text(&buf, member);

        if (strchr(member, ':') != NULL) {
            continue;
        }

        value.data = data;
        value.len = (len < size) ? len : size;
        data += value.len;
        size -= value.len;

        jwti_buf_text(&buf, "\":\"");
        jwti_base64url_encode(&buf, value);
    }

    jwti_buf_text(&buf, "\"}");

    if (jwti_buf_ok(&buf) == JWTI_OK) {
        fuzz_keys(jwti_buf_written(&buf));
    }

    return 0;
}
