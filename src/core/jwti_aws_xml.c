
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_xml.c: a search for tags, no parser: the answers read with it have
 * a dozen elements.  Called by jwti_aws_answer.c and jwti_aws_read.c, in any
 * thread.
 */


#include <string.h>

#include "jwti_aws_xml.h"


#define JWTI_AWS_XML_CODE_POINT_MAX  0x10ffff


typedef struct {
    jwti_str_t     name;
    unsigned char  ch;
} jwti_aws_xml_entity_t;


static size_t jwti_aws_xml_find(jwti_str_t text, size_t pos, jwti_str_t what);
static size_t jwti_aws_xml_tag(jwti_str_t text, size_t pos, jwti_str_t open,
    jwti_str_t name);
static jwti_rc_t jwti_aws_xml_entity(jwti_buf_t *buf, jwti_str_t name);
static jwti_rc_t jwti_aws_xml_number(jwti_buf_t *buf, jwti_str_t digits);
static void jwti_aws_xml_utf8(jwti_buf_t *buf, uint32_t code);


static const jwti_aws_xml_entity_t  jwti_aws_xml_entities[] = {
    { jwti_str("amp"), '&' },
    { jwti_str("lt"), '<' },
    { jwti_str("gt"), '>' },
    { jwti_str("quot"), '"' },
    { jwti_str("apos"), '\'' }
};


int
jwti_aws_xml_is_plain(jwti_str_t text)
{
    return text.len != 0 && text.len <= JWTI_AWS_XML_MAX
           && text.data[0] == '<'
           && jwti_aws_xml_find(text, 0, jwti_str("<!")) == text.len;
}


jwti_rc_t
jwti_aws_xml_element(jwti_str_t text, const char *name, jwti_str_t *content)
{
    size_t      start, end, close;
    jwti_str_t  tag;

    tag.data = (const unsigned char *) name;
    tag.len = strlen(name);

    start = jwti_aws_xml_tag(text, 0, jwti_str("<"), tag);

    if (start == text.len) {
        return JWTI_NOT_FOUND;
    }

    end = jwti_aws_xml_find(text, start, jwti_str(">"));

    if (end == text.len) {
        return JWTI_NOT_FOUND;
    }

    if (text.data[end - 1] == '/') {
        content->data = text.data + end;
        content->len = 0;
        return JWTI_OK;
    }

    end++;
    close = jwti_aws_xml_tag(text, end, jwti_str("</"), tag);

    if (close == text.len) {
        return JWTI_NOT_FOUND;
    }

    content->data = text.data + end;
    content->len = close - end;

    return JWTI_OK;
}


jwti_rc_t
jwti_aws_xml_text(jwti_buf_t *buf, jwti_str_t content)
{
    size_t      i, end;
    jwti_rc_t   rc;
    jwti_str_t  name;

    for (i = 0; i < content.len; i++) {

        if (content.data[i] == '<') {
            return JWTI_INVALID;
        }

        if (content.data[i] != '&') {
            jwti_buf_byte(buf, content.data[i]);
            continue;
        }

        end = jwti_aws_xml_find(content, i, jwti_str(";"));

        if (end == content.len) {
            return JWTI_INVALID;
        }

        name.data = content.data + i + 1;
        name.len = end - i - 1;

        rc = jwti_aws_xml_entity(buf, name);

        if (rc != JWTI_OK) {
            return rc;
        }

        i = end;
    }

    return jwti_buf_ok(buf);
}


/* the place of what from pos on, or the text's length */

static size_t
jwti_aws_xml_find(jwti_str_t text, size_t pos, jwti_str_t what)
{
    while (text.len - pos >= what.len) {

        if (memcmp(text.data + pos, what.data, what.len) == 0) {
            return pos;
        }

        pos++;
    }

    return text.len;
}


/* as _find(), for open and name with a character behind it that ends a name */

static size_t
jwti_aws_xml_tag(jwti_str_t text, size_t pos, jwti_str_t open,
    jwti_str_t name)
{
    size_t         end;
    unsigned char  ch;

    for ( ;; ) {
        pos = jwti_aws_xml_find(text, pos, open);
        end = pos + open.len + name.len;

        if (pos == text.len || end >= text.len) {
            return text.len;
        }

        ch = text.data[end];

        if (memcmp(text.data + pos + open.len, name.data, name.len) == 0
            && (ch == '>' || ch == '/' || ch == ' ' || ch == '\t'
                || ch == '\r' || ch == '\n'))
        {
            return pos;
        }

        pos++;
    }
}


static jwti_rc_t
jwti_aws_xml_entity(jwti_buf_t *buf, jwti_str_t name)
{
    size_t  i, count;

    if (name.len > 1 && name.data[0] == '#') {
        name.data++;
        name.len--;

        return jwti_aws_xml_number(buf, name);
    }

    count = sizeof(jwti_aws_xml_entities) / sizeof(jwti_aws_xml_entities[0]);

    for (i = 0; i < count; i++) {

        if (jwti_aws_xml_entities[i].name.len == name.len
            && memcmp(jwti_aws_xml_entities[i].name.data, name.data, name.len)
               == 0)
        {
            jwti_buf_byte(buf, jwti_aws_xml_entities[i].ch);
            return JWTI_OK;
        }
    }

    return JWTI_INVALID;
}


static jwti_rc_t
jwti_aws_xml_number(jwti_buf_t *buf, jwti_str_t digits)
{
    size_t         i;
    uint32_t       code, base, digit;
    unsigned char  ch;

    i = (digits.data[0] == 'x') ? 1 : 0;
    base = (i == 1) ? 16 : 10;
    code = 0;

    if (i == digits.len) {
        return JWTI_INVALID;
    }

    for ( /* void */ ; i < digits.len; i++) {
        ch = digits.data[i];

        if (ch >= '0' && ch <= '9') {
            digit = (uint32_t) ch - '0';

        } else {
            ch |= 0x20;
            digit = (ch >= 'a' && ch <= 'f') ? (uint32_t) ch - 'a' + 10 : base;
        }

        if (digit >= base) {
            return JWTI_INVALID;
        }

        code = code * base + digit;

        if (code > JWTI_AWS_XML_CODE_POINT_MAX) {
            return JWTI_INVALID;
        }
    }

    if (code == 0 || (code >= 0xd800 && code <= 0xdfff)) {
        return JWTI_INVALID;
    }

    jwti_aws_xml_utf8(buf, code);

    return JWTI_OK;
}


static void
jwti_aws_xml_utf8(jwti_buf_t *buf, uint32_t code)
{
    if (code < 0x80) {
        jwti_buf_byte(buf, (unsigned char) code);
        return;
    }

    if (code < 0x800) {
        jwti_buf_byte(buf, (unsigned char) (0xc0 | code >> 6));

    } else {

        if (code < 0x10000) {
            jwti_buf_byte(buf, (unsigned char) (0xe0 | code >> 12));

        } else {
            jwti_buf_byte(buf, (unsigned char) (0xf0 | code >> 18));
            jwti_buf_byte(buf, (unsigned char) (0x80 | (code >> 12 & 0x3f)));
        }

        jwti_buf_byte(buf, (unsigned char) (0x80 | (code >> 6 & 0x3f)));
    }

    jwti_buf_byte(buf, (unsigned char) (0x80 | (code & 0x3f)));
}
