
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * PEM (RFC 7468): which block of a text is the private key.
 */


#include <string.h>

#include "jwti_buf.h"
#include "jwti_keypem.h"


/* no label is longer: "ENCRYPTED PRIVATE KEY" */
#define JWTI_KEYPEM_LABEL_MAX  64


typedef enum {
    JWTI_KEYPEM_PRIVATE,
    JWTI_KEYPEM_IGNORED,       /* stands beside keys: certificates, CRLs */
    JWTI_KEYPEM_CERTIFICATE,
    JWTI_KEYPEM_PUBLIC,
    JWTI_KEYPEM_ENCRYPTED,
    JWTI_KEYPEM_UNSUPPORTED
} jwti_keypem_kind_e;

typedef struct {
    const char           *label;
    jwti_keypem_kind_e   kind;
} jwti_keypem_label_t;

typedef struct {
    jwti_keypem_kind_e   kind;
    jwti_str_t            body;
    const unsigned char  *end;      /* where to look for the next one */
} jwti_keypem_block_t;


static jwti_rc_t jwti_keypem_block(jwti_str_t text,
    jwti_keypem_block_t *block, const char **err);
static jwti_keypem_kind_e jwti_keypem_kind(jwti_str_t label);


static const jwti_keypem_label_t  jwti_keypem_labels[] = {
    { "PRIVATE KEY", JWTI_KEYPEM_PRIVATE },
    { "RSA PRIVATE KEY", JWTI_KEYPEM_PRIVATE },
    { "EC PRIVATE KEY", JWTI_KEYPEM_PRIVATE },
    { "ENCRYPTED PRIVATE KEY", JWTI_KEYPEM_ENCRYPTED },
    { "PUBLIC KEY", JWTI_KEYPEM_PUBLIC },
    { "RSA PUBLIC KEY", JWTI_KEYPEM_PUBLIC },
    { "CERTIFICATE", JWTI_KEYPEM_CERTIFICATE },
    { "X509 CERTIFICATE", JWTI_KEYPEM_CERTIFICATE },
    { "TRUSTED CERTIFICATE", JWTI_KEYPEM_CERTIFICATE },
    { "X509 CRL", JWTI_KEYPEM_IGNORED },
    { "EC PARAMETERS", JWTI_KEYPEM_IGNORED },
    { NULL, JWTI_KEYPEM_UNSUPPORTED }
};


jwti_rc_t
jwti_keypem_body(jwti_str_t text, jwti_str_t *body, const char **err)
{
    int                   keys;
    jwti_rc_t             rc;
    const char           *reason;
    jwti_keypem_block_t   block;

    keys = 0;
    reason = "PEM holds no private key";

    for ( ;; ) {
        rc = jwti_keypem_block(text, &block, err);
        if (rc == JWTI_NOT_FOUND) {
            break;
        }

        if (rc != JWTI_OK) {
            return rc;
        }

        switch (block.kind) {

        case JWTI_KEYPEM_PRIVATE:
            *body = block.body;
            keys++;
            break;

        case JWTI_KEYPEM_ENCRYPTED:
            *err = "encrypted keys are not supported";
            return JWTI_INVALID;

        case JWTI_KEYPEM_UNSUPPORTED:
            *err = "unsupported kind of PEM";
            return JWTI_INVALID;

        case JWTI_KEYPEM_PUBLIC:
            reason = "PEM holds a public key, not a private one";
            break;

        case JWTI_KEYPEM_CERTIFICATE:
            reason = "PEM holds a certificate without its private key";
            break;

        case JWTI_KEYPEM_IGNORED:
            break;
        }

        text.len -= (size_t) (block.end - text.data);
        text.data = block.end;
    }

    if (keys == 1) {
        return JWTI_OK;
    }

    *err = keys ? "several private keys in one text" : reason;

    return JWTI_INVALID;
}


/* the next BEGIN and END in text; JWTI_NOT_FOUND: there is none */

static jwti_rc_t
jwti_keypem_block(jwti_str_t text, jwti_keypem_block_t *block,
    const char **err)
{
    jwti_buf_t            buf;
    jwti_str_t            label, rest;
    const unsigned char  *p, *end;
    unsigned char         mark[JWTI_KEYPEM_LABEL_MAX + 16];

    end = text.data + text.len;

    p = jwti_keypem_find(text, jwti_str("-----BEGIN "));
    if (p == NULL) {
        return JWTI_NOT_FOUND;
    }

    label.data = p + sizeof("-----BEGIN ") - 1;
    rest.data = label.data;
    rest.len = (size_t) (end - rest.data);

    p = jwti_keypem_find(rest, jwti_str("-----"));
    label.len = (p != NULL) ? (size_t) (p - label.data) : 0;

    if (p == NULL || label.len > JWTI_KEYPEM_LABEL_MAX) {
        *err = "PEM is truncated";
        return JWTI_INVALID;
    }

    jwti_buf_init(&buf, mark, sizeof(mark));
    jwti_buf_text(&buf, "-----END ");
    jwti_buf_str(&buf, label);
    jwti_buf_text(&buf, "-----");

    block->body.data = p + sizeof("-----") - 1;
    rest.data = block->body.data;
    rest.len = (size_t) (end - rest.data);

    p = jwti_keypem_find(rest, jwti_buf_written(&buf));
    if (p == NULL) {
        *err = "PEM is truncated";
        return JWTI_INVALID;
    }

    block->kind = jwti_keypem_kind(label);
    block->body.len = (size_t) (p - block->body.data);
    block->end = p + jwti_buf_len(&buf);

    return JWTI_OK;
}


static jwti_keypem_kind_e
jwti_keypem_kind(jwti_str_t label)
{
    const jwti_keypem_label_t  *l;

    for (l = jwti_keypem_labels; l->label != NULL; l++) {
        if (strlen(l->label) == label.len
            && memcmp(l->label, label.data, label.len) == 0)
        {
            break;
        }
    }

    return l->kind;
}


const unsigned char *
jwti_keypem_find(jwti_str_t text, jwti_str_t what)
{
    const unsigned char  *p, *last;

    if (text.len < what.len) {
        return NULL;
    }

    last = text.data + text.len - what.len;

    for (p = text.data; p <= last; p++) {
        p = memchr(p, what.data[0], (size_t) (last - p) + 1);

        if (p == NULL) {
            return NULL;
        }

        if (memcmp(p, what.data, what.len) == 0) {
            return p;
        }
    }

    return NULL;
}
