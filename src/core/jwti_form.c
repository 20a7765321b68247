
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_form.c: form fields, stricter than browsers: what two readers could take
 * for different things is refused, as a proxy before us may be the other one.
 */


#include <string.h>
#include <strings.h>

#include "jwti_form.h"
#include "jwti_json.h"


/* 1: both have n bytes that are a name; neither holds a NUL */
typedef int (*jwti_form_same_pt)(const unsigned char *one,
    const unsigned char *two, size_t n);


static jwti_rc_t jwti_form_read(jwti_form_t *form, jwti_str_t text,
    jwti_form_same_pt same, unsigned char *memory, const char **err);
static int jwti_form_same(const unsigned char *one, const unsigned char *two,
    size_t n);
static int jwti_form_same_folded(const unsigned char *one,
    const unsigned char *two, size_t n);
static size_t jwti_form_until(jwti_str_t text, int ch);
static jwti_rc_t jwti_form_add(jwti_form_t *form, jwti_str_t text,
    jwti_form_same_pt same, unsigned char **memory, const char **err);
static jwti_rc_t jwti_form_decode(jwti_str_t text, unsigned char **memory,
    jwti_str_t *decoded, const char **err);
static int jwti_form_is_plain(unsigned char ch);
static int jwti_form_hex(unsigned char ch);
static const jwti_form_field_t *jwti_form_find(const jwti_form_t *form,
    jwti_str_t name, jwti_form_same_pt same);
static void jwti_form_leave_out(jwti_form_t *form);


jwti_rc_t
jwti_form_parse(jwti_form_t *form, jwti_str_t text, unsigned char *memory,
    const char **err)
{
    return jwti_form_read(form, text, jwti_form_same, memory, err);
}


jwti_rc_t
jwti_form_parse_query(jwti_form_t *form, jwti_str_t text,
    unsigned char *memory, const char **err)
{
    return jwti_form_read(form, text, jwti_form_same_folded, memory, err);
}


static jwti_rc_t
jwti_form_read(jwti_form_t *form, jwti_str_t text, jwti_form_same_pt same,
    unsigned char *memory, const char **err)
{
    size_t      start, end;
    jwti_rc_t   rc;
    jwti_str_t  piece;

    form->nfields = 0;

    if (text.len > JWTI_FORM_MAX) {
        *err = "the form is too long";
        return JWTI_INVALID;
    }

    for (start = 0; start < text.len; start = end + 1) {

        piece.data = text.data + start;
        piece.len = text.len - start;
        piece.len = jwti_form_until(piece, '&');

        end = start + piece.len;

        if (end == start) {
            continue;
        }

        rc = jwti_form_add(form, piece, same, &memory, err);

        if (rc != JWTI_OK) {
            form->nfields = 0;
            return rc;
        }
    }

    jwti_form_leave_out(form);

    return JWTI_OK;
}


const jwti_str_t *
jwti_form_get(const jwti_form_t *form, jwti_str_t name)
{
    const jwti_form_field_t  *field;

    field = jwti_form_find(form, name, jwti_form_same);

    return (field == NULL) ? NULL : &field->value;
}


/* bytes before the first ch, or all of them; text is not empty */

static size_t
jwti_form_until(jwti_str_t text, int ch)
{
    const unsigned char  *p;

    p = memchr(text.data, ch, text.len);

    return (p == NULL) ? text.len : (size_t) (p - text.data);
}


static jwti_rc_t
jwti_form_add(jwti_form_t *form, jwti_str_t text, jwti_form_same_pt same,
    unsigned char **memory, const char **err)
{
    size_t             len;
    jwti_str_t         name, value;
    jwti_form_field_t  field;

    if (form->nfields == JWTI_FORM_FIELDS_MAX) {
        *err = "the form has too many parameters";
        return JWTI_INVALID;
    }

    len = jwti_form_until(text, '=');

    name.data = text.data;
    name.len = len;

    if (len < text.len) {
        len++;
    }

    value.data = text.data + len;
    value.len = text.len - len;

    if (jwti_form_decode(name, memory, &field.name, err) != JWTI_OK
        || jwti_form_decode(value, memory, &field.value, err) != JWTI_OK)
    {
        return JWTI_INVALID;
    }

    if (jwti_form_find(form, field.name, same) != NULL) {
        *err = "a parameter is repeated";
        return JWTI_INVALID;
    }

    form->fields[form->nfields++] = field;

    return JWTI_OK;
}


/*
 * What needs no decoding stays where it is.  Else *memory moves behind what was
 * written, which is never more than was read.
 */

static jwti_rc_t
jwti_form_decode(jwti_str_t text, unsigned char **memory, jwti_str_t *decoded,
    const char **err)
{
    int             high, low;
    size_t          i;
    unsigned char  *dst;

    for (i = 0; i < text.len && jwti_form_is_plain(text.data[i]); i++) {
        /* void */
    }

    if (i == text.len) {
        *decoded = text;
        return JWTI_OK;
    }

    dst = *memory;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] == '+') {
            *dst++ = ' ';
            continue;
        }

        if (text.data[i] != '%') {
            *dst++ = text.data[i];
            continue;
        }

        high = (text.len - i > 2) ? jwti_form_hex(text.data[i + 1]) : -1;
        low = (text.len - i > 2) ? jwti_form_hex(text.data[i + 2]) : -1;

        if (high < 0 || low < 0) {
            *err = "a percent sequence is broken";
            return JWTI_INVALID;
        }

        *dst++ = (unsigned char) (high * 16 + low);
        i += 2;
    }

    decoded->data = *memory;
    decoded->len = (size_t) (dst - *memory);

    if (!jwti_json_is_text(*decoded)) {
        *err = "a parameter is no valid UTF-8 or holds a NUL";
        return JWTI_INVALID;
    }

    *memory = dst;

    return JWTI_OK;
}


static int
jwti_form_is_plain(unsigned char ch)
{
    return ch != '%' && ch != '+' && ch != '\0' && ch < 0x80;
}


static int
jwti_form_hex(unsigned char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    if (ch >= 'A' && ch <= 'F') {
        return ch - 'A' + 10;
    }

    return (ch >= 'a' && ch <= 'f') ? ch - 'a' + 10 : -1;
}


static int
jwti_form_same(const unsigned char *one, const unsigned char *two, size_t n)
{
    return memcmp(one, two, n) == 0;
}


static int
jwti_form_same_folded(const unsigned char *one, const unsigned char *two,
    size_t n)
{
    return strncasecmp((const char *) one, (const char *) two, n) == 0;
}


static const jwti_form_field_t *
jwti_form_find(const jwti_form_t *form, jwti_str_t name,
    jwti_form_same_pt same)
{
    size_t                    i;
    const jwti_form_field_t  *field;

    for (i = 0; i < form->nfields; i++) {
        field = &form->fields[i];

        /* an empty name may have no memory behind it */

        if (field->name.len == name.len
            && (name.len == 0
                || same(field->name.data, name.data, name.len)))
        {
            return field;
        }
    }

    return NULL;
}


/* only now, as a field without a value must be seen when it is repeated */

static void
jwti_form_leave_out(jwti_form_t *form)
{
    size_t                    i, count;
    const jwti_form_field_t  *field;

    count = 0;

    for (i = 0; i < form->nfields; i++) {
        field = &form->fields[i];

        if (field->name.len != 0 && field->value.len != 0) {
            form->fields[count++] = *field;
        }
    }

    form->nfields = count;
}
