
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Key text to OpenSSL's key: which form it is, and what is written around the
 * key itself taken off.
 */


#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "jwti_base64.h"
#include "jwti_keyder.h"
#include "jwti_keyjwk.h"
#include "jwti_keypem.h"
#include "jwti_keytext.h"


static jwti_rc_t jwti_keytext_secret(jwti_keytext_t *keytext,
    jwti_str_t text, const char **err);
static jwti_rc_t jwti_keytext_pkey(jwti_keytext_t *keytext, jwti_str_t text,
    const char **err);
static jwti_rc_t jwti_keytext_base64(jwti_keytext_t *keytext,
    jwti_str_t text, const char **err);
static jwti_rc_t jwti_keytext_pem(jwti_keytext_t *keytext, jwti_str_t text,
    const char **err);
static jwti_str_t jwti_keytext_trim(jwti_str_t text);
static size_t jwti_keytext_unescape(unsigned char *to, jwti_str_t text);


jwti_rc_t
jwti_keytext_parse(jwti_keytext_t *keytext, jwti_str_t text, int hmac,
    const char **err)
{
    jwti_rc_t  rc;

    memset(keytext, 0, sizeof(jwti_keytext_t));

    if (text.len > JWTI_KEY_TEXT_MAX) {
        *err = "key is longer than 65536 bytes";
        return JWTI_INVALID;
    }

    ERR_clear_error();

    rc = hmac ? jwti_keytext_secret(keytext, text, err)
              : jwti_keytext_pkey(keytext, text, err);

    ERR_clear_error();

    if (rc != JWTI_OK) {
        jwti_keytext_free(keytext);
    }

    return rc;
}


void
jwti_keytext_free(jwti_keytext_t *keytext)
{
    EVP_PKEY_free(keytext->pkey);
    OPENSSL_clear_free(keytext->secret, keytext->secret_len);

    memset(keytext, 0, sizeof(jwti_keytext_t));
}


static jwti_rc_t
jwti_keytext_secret(jwti_keytext_t *keytext, jwti_str_t text,
    const char **err)
{
    jwti_str_t  trimmed;

    trimmed = jwti_keytext_trim(text);

    if (trimmed.len == 0) {
        *err = "key is empty";
        return JWTI_INVALID;
    }

    /* a private key in the place of a secret is a mistake, not a secret */

    if (jwti_keypem_find(text, jwti_str("-----BEGIN ")) != NULL) {
        *err = "PEM text is no secret for HMAC";
        return JWTI_INVALID;
    }

    /* a broken JWK is no secret either: its text is not what was meant */

    if (trimmed.data[0] == '{'
        && jwti_keypem_find(trimmed, jwti_str("\"kty\"")) != NULL)
    {
        return jwti_keyjwk_parse(keytext, trimmed, 1, err);
    }

    if (text.data[text.len - 1] == '\n') {
        text.len--;

        if (text.len != 0 && text.data[text.len - 1] == '\r') {
            text.len--;
        }
    }

    keytext->secret = OPENSSL_memdup(text.data, text.len);
    if (keytext->secret == NULL) {
        *err = "out of memory";
        return JWTI_ERROR;
    }

    keytext->secret_len = text.len;

    return JWTI_OK;
}


static jwti_rc_t
jwti_keytext_pkey(jwti_keytext_t *keytext, jwti_str_t text, const char **err)
{
    jwti_str_t  trimmed;

    /* DER may end in a byte that looks like white space: before trimming */

    if (text.len != 0 && text.data[0] == JWTI_KEYDER_SEQUENCE) {
        return jwti_keyder_parse(keytext, text, err);
    }

    trimmed = jwti_keytext_trim(text);

    if (trimmed.len == 0) {
        *err = "key is empty";
        return JWTI_INVALID;
    }

    if (trimmed.data[0] == '{') {
        return jwti_keyjwk_parse(keytext, trimmed, 0, err);
    }

    if (jwti_keypem_find(trimmed, jwti_str("-----BEGIN ")) != NULL) {
        return jwti_keytext_pem(keytext, trimmed, err);
    }

    return jwti_keytext_base64(keytext, trimmed, err);
}


static jwti_rc_t
jwti_keytext_base64(jwti_keytext_t *keytext, jwti_str_t text,
    const char **err)
{
    size_t          max;
    jwti_rc_t       rc;
    jwti_buf_t      buf;
    jwti_str_t      data;
    unsigned char  *memory;

    max = jwti_base64_decoded_max(text.len);

    memory = OPENSSL_malloc(max);
    if (memory == NULL) {
        *err = "out of memory";
        return JWTI_ERROR;
    }

    jwti_buf_init(&buf, memory, max);

    rc = JWTI_INVALID;
    *err = "text is not a key in any known form";

    if (jwti_base64_decode(&buf, text) != JWTI_OK
        || jwti_buf_ok(&buf) != JWTI_OK)
    {
        goto failed;
    }

    data = jwti_buf_written(&buf);

    if (data.len != 0 && data.data[0] == JWTI_KEYDER_SEQUENCE) {
        rc = jwti_keyder_parse(keytext, data, err);

    } else if (jwti_keypem_find(data, jwti_str("-----BEGIN ")) != NULL) {
        rc = jwti_keytext_pem(keytext, data, err);
    }

failed:

    OPENSSL_clear_free(memory, max);

    return rc;
}


static jwti_rc_t
jwti_keytext_pem(jwti_keytext_t *keytext, jwti_str_t text, const char **err)
{
    size_t          size;
    jwti_rc_t       rc;
    jwti_buf_t      buf;
    jwti_str_t      body;
    unsigned char  *memory, *lines;

    body = jwti_str("");

    rc = jwti_keypem_body(text, &body, err);
    if (rc != JWTI_OK) {
        return rc;
    }

    /* RFC 1421 headers say that it is encrypted, and nothing else of use */

    if (jwti_keypem_find(body, jwti_str("ENCRYPTED")) != NULL) {
        *err = "encrypted keys are not supported";
        return JWTI_INVALID;
    }

    size = body.len + jwti_base64_decoded_max(body.len) + 1;

    memory = OPENSSL_malloc(size);
    if (memory == NULL) {
        *err = "out of memory";
        return JWTI_ERROR;
    }

    lines = memory;
    jwti_buf_init(&buf, memory + body.len, size - body.len);

    body.len = jwti_keytext_unescape(lines, body);
    body.data = lines;

    if (jwti_base64_decode(&buf, body) != JWTI_OK
        || jwti_buf_ok(&buf) != JWTI_OK)
    {
        rc = JWTI_INVALID;
        *err = "PEM holds what is not base64";
        goto failed;
    }

    rc = jwti_keyder_parse(keytext, jwti_buf_written(&buf), err);

failed:

    OPENSSL_clear_free(memory, size);

    return rc;
}


/* without a byte order mark and the white space around */

static jwti_str_t
jwti_keytext_trim(jwti_str_t text)
{
    static const unsigned char  space[] = { ' ', '\t', '\r', '\n' };

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        text.data += 3;
        text.len -= 3;
    }

    while (text.len != 0 && memchr(space, text.data[0], sizeof(space))) {
        text.data++;
        text.len--;
    }

    while (text.len != 0
           && memchr(space, text.data[text.len - 1], sizeof(space)))
    {
        text.len--;
    }

    return text;
}


/*
 * Line ends written as \n or \r\n in two or four characters become what they
 * mean; returns how many bytes went to the memory at to, never more than text
 */

static size_t
jwti_keytext_unescape(unsigned char *to, jwti_str_t text)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] == '\\' && i + 1 < text.len
            && (text.data[i + 1] == 'n' || text.data[i + 1] == 'r'))
        {
            to[n++] = '\n';
            i++;
            continue;
        }

        to[n++] = text.data[i];
    }

    return n;
}
