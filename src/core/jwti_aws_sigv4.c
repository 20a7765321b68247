
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_sigv4.c: canonical request, string to sign, signature.  Called by
 * jwti_aws_call.c for every signed request, in any thread.
 */


#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "jwti_aws_endpoint.h"
#include "jwti_aws_sigv4.h"
#include "jwti_buf.h"


#define JWTI_AWS_SIGV4_HASH_LEN    32
#define JWTI_AWS_SIGV4_ALL_MAX     (JWTI_AWS_SIGV4_HEADERS_MAX + 2)
#define JWTI_AWS_SIGV4_DATE_LEN    8        /* of the scope: "20150830" */

/* "20150830/region/service/aws4_request" */
#define JWTI_AWS_SIGV4_SCOPE_MAX                                              \
    (JWTI_AWS_SIGV4_DATE_LEN + JWTI_AWS_REGION_MAX                            \
     + JWTI_AWS_SIGV4_SERVICE_MAX + 15)


/* all that is signed, sorted by name */
typedef struct {
    jwti_aws_header_t  headers[JWTI_AWS_SIGV4_ALL_MAX];
    size_t             nheaders;
} jwti_aws_sigv4_set_t;


static jwti_rc_t jwti_aws_sigv4_collect(jwti_aws_sigv4_set_t *set,
    const jwti_aws_sigv4_t *request, const char *date);
static int jwti_aws_sigv4_add(jwti_aws_sigv4_set_t *set,
    const jwti_aws_header_t *header);
static int jwti_aws_sigv4_is_name(const char *text, size_t max);
static int jwti_aws_sigv4_is_access_key(const char *text);
static void jwti_aws_sigv4_names(jwti_buf_t *buf,
    const jwti_aws_sigv4_set_t *set);
static int jwti_aws_sigv4_canonical(unsigned char *hash,
    const jwti_aws_sigv4_set_t *set, jwti_str_t body);
static int jwti_aws_sigv4_value(EVP_MD_CTX *md, const char *value);
static int jwti_aws_sigv4_key(unsigned char *key,
    const jwti_aws_sigv4_t *request, const char *date);
static int jwti_aws_sigv4_mac(unsigned char *mac, const unsigned char *key,
    jwti_str_t text);
static void jwti_aws_sigv4_hex(jwti_buf_t *buf, const unsigned char *hash);
static jwti_str_t jwti_aws_sigv4_str(const char *text);


jwti_rc_t
jwti_aws_sigv4_sign(jwti_aws_signature_t *signature,
    const jwti_aws_sigv4_t *request)
{
    jwti_rc_t             rc;
    jwti_buf_t            scope, text;
    unsigned char         hash[JWTI_AWS_SIGV4_HASH_LEN];
    unsigned char         key[JWTI_AWS_SIGV4_HASH_LEN];
    unsigned char         scope_text[JWTI_AWS_SIGV4_SCOPE_MAX];
    unsigned char         to_sign[JWTI_AWS_SIGV4_SCOPE_MAX + 128];
    jwti_aws_sigv4_set_t  set;

    if (jwti_aws_time_write(signature->date, request->now) != JWTI_OK) {
        return JWTI_INVALID;
    }

    rc = jwti_aws_sigv4_collect(&set, request, signature->date);

    if (rc != JWTI_OK) {
        return rc;
    }

    ERR_clear_error();

    if (!jwti_aws_sigv4_canonical(hash, &set, request->body)
        || !jwti_aws_sigv4_key(key, request, signature->date))
    {
        rc = JWTI_ERROR;
        goto failed;
    }

    jwti_buf_init(&scope, scope_text, sizeof(scope_text));
    jwti_buf_bytes(&scope, signature->date, JWTI_AWS_SIGV4_DATE_LEN);
    jwti_buf_byte(&scope, '/');
    jwti_buf_text(&scope, request->region);
    jwti_buf_byte(&scope, '/');
    jwti_buf_text(&scope, request->service);
    jwti_buf_text(&scope, "/aws4_request");

    jwti_buf_init(&text, to_sign, sizeof(to_sign));
    jwti_buf_text(&text, "AWS4-HMAC-SHA256\n");
    jwti_buf_text(&text, signature->date);
    jwti_buf_byte(&text, '\n');
    jwti_buf_str(&text, jwti_buf_written(&scope));
    jwti_buf_byte(&text, '\n');
    jwti_aws_sigv4_hex(&text, hash);

    if (jwti_buf_ok(&scope) != JWTI_OK || jwti_buf_ok(&text) != JWTI_OK
        || !jwti_aws_sigv4_mac(hash, key, jwti_buf_written(&text)))
    {
        rc = JWTI_ERROR;
        goto failed;
    }

    jwti_buf_init(&text, signature->authorization,
                  sizeof(signature->authorization));
    jwti_buf_text(&text, "AWS4-HMAC-SHA256 Credential=");
    jwti_buf_text(&text, request->credentials->access_key);
    jwti_buf_byte(&text, '/');
    jwti_buf_str(&text, jwti_buf_written(&scope));
    jwti_buf_text(&text, ", SignedHeaders=");
    jwti_aws_sigv4_names(&text, &set);
    jwti_buf_text(&text, ", Signature=");
    jwti_aws_sigv4_hex(&text, hash);
    jwti_buf_byte(&text, '\0');

    rc = (jwti_buf_ok(&text) == JWTI_OK) ? JWTI_OK : JWTI_ERROR;

failed:

    OPENSSL_cleanse(key, sizeof(key));
    ERR_clear_error();

    return rc;
}


static jwti_rc_t
jwti_aws_sigv4_collect(jwti_aws_sigv4_set_t *set,
    const jwti_aws_sigv4_t *request, const char *date)
{
    size_t                         i;
    jwti_aws_header_t              header;
    const jwti_aws_credentials_t  *credentials;

    credentials = request->credentials;

    if (credentials == NULL || credentials->secret_key[0] == '\0'
        || !jwti_aws_sigv4_is_access_key(credentials->access_key)
        || !jwti_aws_region_valid(jwti_aws_sigv4_str(request->region))
        || !jwti_aws_sigv4_is_name(request->service,
                                   JWTI_AWS_SIGV4_SERVICE_MAX)
        || request->nheaders > JWTI_AWS_SIGV4_HEADERS_MAX)
    {
        return JWTI_INVALID;
    }

    set->nheaders = 0;

    header.name = "x-amz-date";
    header.value = date;

    if (!jwti_aws_sigv4_add(set, &header)) {
        return JWTI_INVALID;
    }

    if (credentials->session_token[0] != '\0') {
        header.name = "x-amz-security-token";
        header.value = credentials->session_token;

        if (!jwti_aws_sigv4_add(set, &header)) {
            return JWTI_INVALID;
        }
    }

    for (i = 0; i < request->nheaders; i++) {

        if (!jwti_aws_sigv4_add(set, &request->headers[i])) {
            return JWTI_INVALID;
        }
    }

    for (i = 0; i < set->nheaders; i++) {

        if (strcmp(set->headers[i].name, "host") == 0) {
            return (set->headers[i].value[0] == '\0') ? JWTI_INVALID : JWTI_OK;
        }
    }

    return JWTI_INVALID;
}


/* 0 when the header is none or is there already */

static int
jwti_aws_sigv4_add(jwti_aws_sigv4_set_t *set, const jwti_aws_header_t *header)
{
    int          order;
    size_t       i;
    const char  *pos;

    if (header->value == NULL
        || !jwti_aws_sigv4_is_name(header->name, JWTI_AWS_SIGV4_NAME_MAX))
    {
        return 0;
    }

    for (pos = header->value; *pos != '\0'; pos++) {

        if (*pos < 0x20 || *pos > 0x7e) {
            return 0;
        }
    }

    for (i = set->nheaders; i > 0; i--) {
        order = strcmp(header->name, set->headers[i - 1].name);

        if (order == 0) {
            return 0;
        }

        if (order > 0) {
            break;
        }

        set->headers[i] = set->headers[i - 1];
    }

    set->headers[i] = *header;
    set->nheaders++;

    return 1;
}


static int
jwti_aws_sigv4_is_name(const char *text, size_t max)
{
    size_t  i;

    if (text == NULL) {
        return 0;
    }

    for (i = 0; text[i] != '\0'; i++) {

        if (i == max
            || ((text[i] < 'a' || text[i] > 'z')
                && (text[i] < '0' || text[i] > '9') && text[i] != '-'))
        {
            return 0;
        }
    }

    return i != 0;
}


/* what Authorization can hold in front of the scope */

static int
jwti_aws_sigv4_is_access_key(const char *text)
{
    size_t  i;

    for (i = 0; text[i] != '\0'; i++) {

        if (text[i] <= 0x20 || text[i] > 0x7e || text[i] == '/'
            || text[i] == ',')
        {
            return 0;
        }
    }

    return i != 0;
}


static void
jwti_aws_sigv4_names(jwti_buf_t *buf, const jwti_aws_sigv4_set_t *set)
{
    size_t  i;

    for (i = 0; i < set->nheaders; i++) {

        if (i != 0) {
            jwti_buf_byte(buf, ';');
        }

        jwti_buf_text(buf, set->headers[i].name);
    }
}


/*
 * The hash of the canonical request, which is nowhere in memory as a whole:
 * it has the session token.  0 when OpenSSL failed.
 */

static int
jwti_aws_sigv4_canonical(unsigned char *hash, const jwti_aws_sigv4_set_t *set,
    jwti_str_t body)
{
    int             passed;
    size_t          i;
    jwti_buf_t      buf;
    EVP_MD_CTX     *md;
    unsigned char   end[2 + JWTI_AWS_SIGV4_HASH_LEN * 2
                        + JWTI_AWS_SIGV4_ALL_MAX * (JWTI_AWS_SIGV4_NAME_MAX
                                                    + 1)];

    /* what follows the headers */

    jwti_buf_init(&buf, end, sizeof(end));
    jwti_buf_byte(&buf, '\n');
    jwti_aws_sigv4_names(&buf, set);
    jwti_buf_byte(&buf, '\n');

    md = EVP_MD_CTX_new();

    if (md == NULL) {
        return 0;
    }

    passed = EVP_Digest(body.data, body.len, hash, NULL, EVP_sha256(), NULL)
             == 1;

    jwti_aws_sigv4_hex(&buf, hash);

    passed = passed
             && jwti_buf_ok(&buf) == JWTI_OK
             && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1
             && EVP_DigestUpdate(md, "POST\n/\n\n", 8) == 1;

    for (i = 0; passed && i < set->nheaders; i++) {
        passed = EVP_DigestUpdate(md, set->headers[i].name,
                                  strlen(set->headers[i].name)) == 1
                 && EVP_DigestUpdate(md, ":", 1) == 1
                 && jwti_aws_sigv4_value(md, set->headers[i].value)
                 && EVP_DigestUpdate(md, "\n", 1) == 1;
    }

    passed = passed
             && EVP_DigestUpdate(md, end, jwti_buf_len(&buf)) == 1
             && EVP_DigestFinal_ex(md, hash, NULL) == 1;

    EVP_MD_CTX_free(md);

    return passed;
}


/* word by word, with one blank between them */

static int
jwti_aws_sigv4_value(EVP_MD_CTX *md, const char *value)
{
    int     first;
    size_t  len;

    first = 1;

    for ( ;; ) {
        value += strspn(value, " ");

        if (*value == '\0') {
            return 1;
        }

        len = strcspn(value, " ");

        if ((!first && EVP_DigestUpdate(md, " ", 1) != 1)
            || EVP_DigestUpdate(md, value, len) != 1)
        {
            return 0;
        }

        value += len;
        first = 0;
    }
}


/* HMAC of HMAC of HMAC of HMAC: date, region, service, a constant */

static int
jwti_aws_sigv4_key(unsigned char *key, const jwti_aws_sigv4_t *request,
    const char *date)
{
    int             passed;
    jwti_str_t      day;
    jwti_buf_t      buf;
    unsigned char   first[4 + JWTI_AWS_SECRET_KEY_MAX];

    jwti_buf_init(&buf, first, sizeof(first));
    jwti_buf_text(&buf, "AWS4");
    jwti_buf_text(&buf, request->credentials->secret_key);

    day.data = (const unsigned char *) date;
    day.len = JWTI_AWS_SIGV4_DATE_LEN;

    passed = jwti_buf_ok(&buf) == JWTI_OK
             && HMAC(EVP_sha256(), first, (int) jwti_buf_len(&buf), day.data,
                     day.len, key, NULL) != NULL
             && jwti_aws_sigv4_mac(key, key,
                                   jwti_aws_sigv4_str(request->region))
             && jwti_aws_sigv4_mac(key, key,
                                   jwti_aws_sigv4_str(request->service))
             && jwti_aws_sigv4_mac(key, key, jwti_str("aws4_request"));

    OPENSSL_cleanse(first, sizeof(first));

    return passed;
}


/* mac may be key: HMAC() has read the key when it writes */

static int
jwti_aws_sigv4_mac(unsigned char *mac, const unsigned char *key,
    jwti_str_t text)
{
    return HMAC(EVP_sha256(), key, JWTI_AWS_SIGV4_HASH_LEN, text.data,
                text.len, mac, NULL) != NULL;
}


static void
jwti_aws_sigv4_hex(jwti_buf_t *buf, const unsigned char *hash)
{
    static const char  hex[] = "0123456789abcdef";

    size_t  i;

    for (i = 0; i < JWTI_AWS_SIGV4_HASH_LEN; i++) {
        jwti_buf_byte(buf, (unsigned char) hex[hash[i] >> 4]);
        jwti_buf_byte(buf, (unsigned char) hex[hash[i] & 15]);
    }
}


static jwti_str_t
jwti_aws_sigv4_str(const char *text)
{
    jwti_str_t  str;

    str.data = (const unsigned char *) text;
    str.len = (text == NULL) ? 0 : strlen(text);

    return str;
}
