
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_json.c: what is written is JSON and says what was read, by jansson; a
 * compact text is compact; what is no text is refused everywhere.
 */


#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "jwti_json.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static void fuzz_string(jwti_str_t text);
static void fuzz_number(jwti_str_t text);
static void fuzz_text(jwti_str_t text);
static void fuzz_object(jwti_str_t text);
static json_t *fuzz_load(jwti_str_t text);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    jwti_str_t  text;

    text.data = data;
    text.len = size;

    fuzz_string(text);
    fuzz_number(text);
    fuzz_text(text);
    fuzz_object(text);

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
fuzz_string(jwti_str_t text)
{
    json_t         *value;
    jwti_rc_t       rc;
    jwti_buf_t      buf;
    unsigned char  *memory;

    memory = malloc(6 * text.len + 2);
    fuzz_check(memory != NULL);

    jwti_buf_init(&buf, memory, 6 * text.len + 2);
    rc = jwti_json_write_string(&buf, text);
    fuzz_check(jwti_buf_ok(&buf) == JWTI_OK);
    fuzz_check(jwti_json_is_text(text) == (rc == JWTI_OK));

    /* jansson's own judgment of the same bytes */

    value = json_stringn((const char *) text.data, text.len);
    fuzz_check((value != NULL && (text.len == 0
                || memchr(text.data, '\0', text.len) == NULL))
               == (rc == JWTI_OK));
    json_decref(value);

    if (rc == JWTI_OK) {
        value = fuzz_load(jwti_buf_written(&buf));
        fuzz_check(json_is_string(value));
        fuzz_check(json_string_length(value) == text.len);
        fuzz_check(text.len == 0
                   || memcmp(json_string_value(value), text.data, text.len)
                      == 0);
        json_decref(value);
    }

    free(memory);
}


static void
fuzz_number(jwti_str_t text)
{
    json_t  *value;

    if (jwti_json_is_number(text)) {
        value = fuzz_load(text);
        fuzz_check(json_is_number(value));
        json_decref(value);
    }
}


static void
fuzz_text(jwti_str_t text)
{
    json_t         *before, *after;
    jwti_buf_t      buf, again;
    unsigned char  *memory, *twice;

    memory = malloc(text.len + 1);
    twice = malloc(text.len + 1);
    fuzz_check(memory != NULL && twice != NULL);

    jwti_buf_init(&buf, memory, text.len);

    if (jwti_json_write_json(&buf, text) == JWTI_OK) {
        fuzz_check(jwti_buf_ok(&buf) == JWTI_OK);

        before = fuzz_load(text);
        after = fuzz_load(jwti_buf_written(&buf));
        fuzz_check(before != NULL && after != NULL);
        fuzz_check(json_equal(before, after));
        json_decref(before);
        json_decref(after);

        jwti_buf_init(&again, twice, jwti_buf_len(&buf));
        fuzz_check(jwti_json_write_json(&again, jwti_buf_written(&buf))
                   == JWTI_OK);
        fuzz_check(jwti_buf_ok(&again) == JWTI_OK);
        fuzz_check(again.pos == again.end);
        fuzz_check(memcmp(twice, memory, jwti_buf_len(&buf)) == 0);

    } else {
        fuzz_check(jwti_buf_len(&buf) == 0);
    }

    free(memory);
    free(twice);
}


static void
fuzz_object(jwti_str_t text)
{
    json_t       *root, *member;
    jwti_rc_t     rc;
    jwti_str_t    value;
    jwti_json_t  *object;
    const char   *name;

    if (jwti_json_parse(text, text.len, &object) != JWTI_OK) {
        fuzz_check(object == NULL);
        return;
    }

    root = fuzz_load(text);
    fuzz_check(json_is_object(root));

    json_object_foreach(root, name, member) {
        rc = jwti_json_get_string(object, name, &value);

        fuzz_check(jwti_json_has(object, name));
        fuzz_check((rc == JWTI_OK) == json_is_string(member));

        if (rc == JWTI_OK) {
            fuzz_check(value.len == json_string_length(member));
            fuzz_check(memcmp(value.data, json_string_value(member), value.len)
                       == 0);
            fuzz_check(jwti_json_is_text(value));
        }
    }

    json_decref(root);
    jwti_json_free(object);
}


static json_t *
fuzz_load(jwti_str_t text)
{
    return json_loadb((const char *) text.data, text.len,
                      JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}
