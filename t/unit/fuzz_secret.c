
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_secret.c: any bytes as a secret, after a field's name and a zero.  A
 * key is the whole text or a string in it; an error is one line of printable
 * ASCII.  A map with a marked value never shows the mark.
 */


#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "jwti_json.h"
#include "jwti_secret.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static void fuzz_any(jwti_str_t text, jwti_str_t field);
static void fuzz_marked(jwti_str_t name, jwti_str_t field);
static void fuzz_err(const char *err);


static unsigned char  fuzz_memory[JWTI_KEY_TEXT_MAX];


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    jwti_str_t            text, field;
    unsigned char        *copy;
    const unsigned char  *zero;

    zero = (size == 0) ? NULL : memchr(data, '\0', size);

    field.data = data;
    field.len = (zero == NULL) ? 0 : (size_t) (zero - data);

    text.data = (zero == NULL) ? data : zero + 1;
    text.len = (zero == NULL) ? size : size - field.len - 1;

    copy = malloc(text.len + (text.len == 0));
    fuzz_check(copy != NULL);

    if (text.len != 0) {
        memcpy(copy, text.data, text.len);
    }

    text.data = copy;

    fuzz_any(text, field);
    fuzz_marked(text, field);

    free(copy);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}


static void
fuzz_any(jwti_str_t text, jwti_str_t field)
{
    char          err[JWTI_SECRET_ERR_MAX + 1];
    json_t       *json;
    jwti_rc_t     rc;
    jwti_str_t    key;
    jwti_buf_t    buf;
    const char   *value;

    memset(err, '\n', sizeof(err));
    jwti_buf_init(&buf, fuzz_memory, sizeof(fuzz_memory));

    rc = jwti_secret_key(&buf, text, field, err);
    key = jwti_buf_written(&buf);

    fuzz_err(err);
    fuzz_check((rc == JWTI_OK) == (err[0] == '\0'));
    fuzz_check((rc == JWTI_OK) == (key.len != 0));

    if (rc != JWTI_OK
        || (key.len == text.len && memcmp(key.data, text.data, key.len) == 0))
    {
        return;
    }

    /* as jansson alone reads it */

    json = json_loadb((const char *) text.data, text.len, 0, NULL);
    fuzz_check(json != NULL);

    value = json_string_value(field.len == 0
                              ? json_object_get(json, JWTI_SECRET_FIELD)
                              : json_object_getn(json,
                                                 (const char *) field.data,
                                                 field.len));
    fuzz_check(value != NULL && strlen(value) == key.len
               && memcmp(value, key.data, key.len) == 0);

    json_decref(json);
}


/* {name: mark}, asked for another field */

static void
fuzz_marked(jwti_str_t name, jwti_str_t field)
{
    char           err[JWTI_SECRET_ERR_MAX + 1];
    jwti_buf_t     text, key;
    unsigned char  memory[8192];

    jwti_buf_init(&text, memory, sizeof(memory));
    jwti_buf_byte(&text, '{');

    if (jwti_json_write_string(&text, name) != JWTI_OK) {
        return;
    }

    jwti_buf_text(&text, ":\"~G~h~m~\"}");

    if (jwti_buf_ok(&text) != JWTI_OK) {
        return;
    }

    jwti_buf_init(&key, fuzz_memory, sizeof(fuzz_memory));

    if (jwti_secret_key(&key, jwti_buf_written(&text), field, err) != JWTI_OK
        && (name.len < 7 || memchr(name.data, '~', name.len) == NULL)
        && (field.len < 7 || memchr(field.data, '~', field.len) == NULL))
    {
        fuzz_check(strstr(err, "~G~h~m~") == NULL);
    }
}


static void
fuzz_err(const char *err)
{
    size_t  i;

    for (i = 0; err[i] != '\0'; i++) {
        fuzz_check(i < JWTI_SECRET_ERR_MAX);
        fuzz_check(err[i] >= 0x20 && err[i] < 0x7f);
    }
}
