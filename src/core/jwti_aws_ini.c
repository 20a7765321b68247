
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_ini.c: reads lines as AWS's SDKs do where they agree.  What they
 * take differently (a line without "=") is refused: a file that is half
 * written must not pass for a shorter one.
 */


#include <string.h>

#include "jwti_aws_ini.h"


static jwti_str_t jwti_aws_ini_line(jwti_aws_ini_t *ini, size_t *indent);
static jwti_aws_ini_e jwti_aws_ini_section(jwti_aws_ini_t *ini,
    jwti_str_t line);
static jwti_aws_ini_e jwti_aws_ini_setting(jwti_aws_ini_t *ini,
    jwti_str_t line, jwti_str_t *name);
static jwti_aws_ini_e jwti_aws_ini_broken(jwti_aws_ini_t *ini,
    const char *err);
static jwti_str_t jwti_aws_ini_slice(jwti_str_t str, size_t start, size_t end);
static int jwti_aws_ini_is_space(unsigned char ch);
static int jwti_aws_ini_is_comment(unsigned char ch);


void
jwti_aws_ini_init(jwti_aws_ini_t *ini, jwti_str_t text)
{
    memset(ini, 0, sizeof(jwti_aws_ini_t));

    ini->text = text;

    /* the mark that editors of other systems put in front of UTF-8 */

    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        ini->text.data += 3;
        ini->text.len -= 3;
    }
}


jwti_aws_ini_e
jwti_aws_ini_next(jwti_aws_ini_t *ini)
{
    size_t          indent;
    jwti_str_t      line;
    jwti_aws_ini_e  item;

    if (ini->err != NULL) {
        return JWTI_AWS_INI_BROKEN;
    }

    do {
        if (ini->text.len == 0) {
            return JWTI_AWS_INI_END;
        }

        line = jwti_aws_ini_line(ini, &indent);

    } while (line.len == 0 || jwti_aws_ini_is_comment(line.data[0]));

    if (ini->in_setting && indent > ini->indent) {

        if (!ini->is_empty) {
            return JWTI_AWS_INI_CONTINUED;
        }

        item = jwti_aws_ini_setting(ini, line, &ini->nested);

        return (item == JWTI_AWS_INI_SETTING) ? JWTI_AWS_INI_NESTED : item;
    }

    ini->in_setting = 0;

    if (line.data[0] == '[') {
        return jwti_aws_ini_section(ini, line);
    }

    if (!ini->in_section) {
        return jwti_aws_ini_broken(ini, "a setting before the first section");
    }

    item = jwti_aws_ini_setting(ini, line, &ini->name);

    if (item == JWTI_AWS_INI_SETTING) {
        ini->in_setting = 1;
        ini->indent = indent;
        ini->is_empty = (ini->value.len == 0);
    }

    return item;
}


int
jwti_aws_ini_is_typed(jwti_str_t section, const char *type,
    const char *name)
{
    size_t         len, i;
    unsigned char  quote;

    len = strlen(type);

    if (section.len <= len || memcmp(section.data, type, len) != 0
        || (section.data[len] != ' ' && section.data[len] != '\t'))
    {
        return 0;
    }

    for (i = len;
         i < section.len && (section.data[i] == ' ' || section.data[i] == '\t');
         i++)
    {
        /* void */
    }

    section.data += i;
    section.len -= i;
    quote = (section.len > 1) ? section.data[0] : 0;

    if ((quote == '"' || quote == '\'')
        && section.data[section.len - 1] == quote)
    {
        section.data++;
        section.len -= 2;
    }

    return jwti_aws_ini_is(section, name);
}


int
jwti_aws_ini_has(jwti_str_t text, const char *type, const char *name)
{
    jwti_aws_ini_e  item;
    jwti_aws_ini_t  ini;

    jwti_aws_ini_init(&ini, text);

    do {
        item = jwti_aws_ini_next(&ini);

        if (item == JWTI_AWS_INI_SECTION
            && jwti_aws_ini_is_typed(ini.section, type, name))
        {
            return 1;
        }

    } while (item != JWTI_AWS_INI_END && item != JWTI_AWS_INI_BROKEN);

    return 0;
}


int
jwti_aws_ini_is(jwti_str_t text, const char *name)
{
    return text.len == strlen(name) && memcmp(text.data, name, text.len) == 0;
}


int
jwti_aws_ini_is_key(jwti_str_t text, const char *name, size_t prefix)
{
    size_t         i, len;
    unsigned char  ch;

    len = (prefix != 0) ? prefix : strlen(name);

    if (text.len < len || (prefix == 0 && text.len != len)) {
        return 0;
    }

    for (i = 0; i < len; i++) {
        ch = text.data[i];

        if (ch >= 'A' && ch <= 'Z') {
            ch |= 0x20;
        }

        if (ch != (unsigned char) name[i]) {
            return 0;
        }
    }

    return 1;
}


/* takes one line off the text, returns it without white space at its ends */

static jwti_str_t
jwti_aws_ini_line(jwti_aws_ini_t *ini, size_t *indent)
{
    size_t      len;
    jwti_str_t  line;

    for (len = 0; len < ini->text.len && ini->text.data[len] != '\n'; len++) {
        /* void */
    }

    line = ini->text;
    line.len = len;

    if (len < ini->text.len) {
        len++;
    }

    ini->text.data += len;
    ini->text.len -= len;
    ini->line++;

    *indent = 0;

    while (*indent < line.len && jwti_aws_ini_is_space(line.data[*indent])) {
        (*indent)++;
    }

    return jwti_aws_ini_slice(line, *indent, line.len);
}


static jwti_aws_ini_e
jwti_aws_ini_section(jwti_aws_ini_t *ini, jwti_str_t line)
{
    size_t      end;
    jwti_str_t  rest;

    for (end = 1; end < line.len && line.data[end] != ']'; end++) {
        /* void */
    }

    if (end == line.len) {
        return jwti_aws_ini_broken(ini, "no \"]\" after the section's name");
    }

    rest = jwti_aws_ini_slice(line, end + 1, line.len);

    if (rest.len != 0 && !jwti_aws_ini_is_comment(rest.data[0])) {
        return jwti_aws_ini_broken(ini, "text after the section's name");
    }

    ini->section = jwti_aws_ini_slice(line, 1, end);
    ini->in_section = 1;

    return JWTI_AWS_INI_SECTION;
}


static jwti_aws_ini_e
jwti_aws_ini_setting(jwti_aws_ini_t *ini, jwti_str_t line, jwti_str_t *name)
{
    size_t  i, end;

    for (i = 0; i < line.len && line.data[i] != '='; i++) {
        /* void */
    }

    if (i == line.len) {
        return jwti_aws_ini_broken(ini, "no \"=\" in the line");
    }

    *name = jwti_aws_ini_slice(line, 0, i);

    if (name->len == 0) {
        return jwti_aws_ini_broken(ini, "no name before \"=\"");
    }

    /* a comment needs white space before it: secrets may hold "#" and ";" */

    for (end = ++i; end < line.len; end++) {
        if (jwti_aws_ini_is_comment(line.data[end])
            && jwti_aws_ini_is_space(line.data[end - 1]))
        {
            break;
        }
    }

    ini->value = jwti_aws_ini_slice(line, i, end);

    return JWTI_AWS_INI_SETTING;
}


static jwti_aws_ini_e
jwti_aws_ini_broken(jwti_aws_ini_t *ini, const char *err)
{
    ini->err = err;

    return JWTI_AWS_INI_BROKEN;
}


/* without white space at its ends */

static jwti_str_t
jwti_aws_ini_slice(jwti_str_t str, size_t start, size_t end)
{
    jwti_str_t  slice;

    while (start < end && jwti_aws_ini_is_space(str.data[end - 1])) {
        end--;
    }

    while (start < end && jwti_aws_ini_is_space(str.data[start])) {
        start++;
    }

    slice.data = str.data + start;
    slice.len = end - start;

    return slice;
}


static int
jwti_aws_ini_is_space(unsigned char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r';
}


static int
jwti_aws_ini_is_comment(unsigned char ch)
{
    return ch == '#' || ch == ';';
}
