
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_form.c: a form that was read, encoded anew and read again is the same;
 * its fields are text in the caller's memory, none is empty or repeated.  What
 * can be a query is the same as a form.
 */


#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "jwti_buf.h"
#include "jwti_form.h"
#include "jwti_json.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static int fuzz_within(jwti_str_t part, const unsigned char *data, size_t len);
static void fuzz_fields(const jwti_form_t *form, jwti_str_t text,
    const unsigned char *memory);
static void fuzz_query(const jwti_form_t *form, jwti_str_t text);
static void fuzz_again(const jwti_form_t *form);
static void fuzz_encode(jwti_buf_t *buf, jwti_str_t text);
static int fuzz_same(jwti_str_t one, jwti_str_t two);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const char     *err;
    jwti_str_t      text;
    jwti_form_t     form;
    unsigned char  *memory;

    text.data = data;
    text.len = size;
    err = NULL;

    memory = malloc(size);
    fuzz_check(memory != NULL);

    if (jwti_form_parse(&form, text, memory, &err) == JWTI_OK) {
        fuzz_fields(&form, text, memory);
        fuzz_query(&form, text);
        fuzz_again(&form);

    } else {
        fuzz_check(err != NULL && form.nfields == 0);
    }

    free(memory);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}


/* what a field is made of is a part of the text, or of memory of its length */

static int
fuzz_within(jwti_str_t part, const unsigned char *data, size_t len)
{
    return part.data >= data && part.data + part.len <= data + len;
}


static void
fuzz_fields(const jwti_form_t *form, jwti_str_t text,
    const unsigned char *memory)
{
    size_t                    i;
    json_t                   *value;
    const jwti_form_field_t  *field;

    fuzz_check(form->nfields <= JWTI_FORM_FIELDS_MAX);

    for (i = 0; i < form->nfields; i++) {
        field = &form->fields[i];

        fuzz_check(field->name.len != 0 && field->value.len != 0);
        fuzz_check(fuzz_within(field->name, text.data, text.len)
                   || fuzz_within(field->name, memory, text.len));
        fuzz_check(fuzz_within(field->value, text.data, text.len)
                   || fuzz_within(field->value, memory, text.len));
        fuzz_check(jwti_json_is_text(field->name));

        value = json_stringn((const char *) field->value.data,
                             field->value.len);
        fuzz_check(value != NULL);
        json_decref(value);

        /* the first of its name is itself: no name twice */
        fuzz_check(jwti_form_get(form, field->name) == &field->value);
    }
}


/* or it is none, because of a name that some other one is but for the case */

static void
fuzz_query(const jwti_form_t *form, jwti_str_t text)
{
    static unsigned char  memory[JWTI_FORM_MAX];

    size_t       i;
    const char  *err;
    jwti_form_t  query;

    err = NULL;

    if (jwti_form_parse_query(&query, text, memory, &err) != JWTI_OK) {
        fuzz_check(err != NULL && strcmp(err, "a parameter is repeated") == 0);
        return;
    }

    fuzz_check(query.nfields == form->nfields);

    for (i = 0; i < form->nfields; i++) {
        fuzz_check(fuzz_same(query.fields[i].name, form->fields[i].name));
        fuzz_check(fuzz_same(query.fields[i].value, form->fields[i].value));
    }
}


static void
fuzz_again(const jwti_form_t *form)
{
    static unsigned char  text[JWTI_FORM_MAX], memory[JWTI_FORM_MAX];

    size_t       i;
    jwti_buf_t   buf;
    const char  *err;
    jwti_form_t  again;

    jwti_buf_init(&buf, text, sizeof(text));

    for (i = 0; i < form->nfields; i++) {
        fuzz_encode(&buf, form->fields[i].name);
        jwti_buf_byte(&buf, '=');
        fuzz_encode(&buf, form->fields[i].value);
        jwti_buf_byte(&buf, '&');
    }

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        return;
    }

    fuzz_check(jwti_form_parse(&again, jwti_buf_written(&buf), memory, &err)
               == JWTI_OK);
    fuzz_check(again.nfields == form->nfields);

    for (i = 0; i < form->nfields; i++) {
        fuzz_check(fuzz_same(again.fields[i].name, form->fields[i].name));
        fuzz_check(fuzz_same(again.fields[i].value, form->fields[i].value));
    }
}


static void
fuzz_encode(jwti_buf_t *buf, jwti_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        jwti_buf_byte(buf, '%');
        jwti_buf_byte(buf, (unsigned char) "0123456789ABCDEF"
                           [text.data[i] >> 4]);
        jwti_buf_byte(buf, (unsigned char) "0123456789abcdef"
                           [text.data[i] & 15]);
    }
}


static int
fuzz_same(jwti_str_t one, jwti_str_t two)
{
    return one.len == two.len && memcmp(one.data, two.data, one.len) == 0;
}
