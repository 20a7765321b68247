
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_jsonread.c: JSON texts by jansson, bounded before it sees them; the only
 * file with its header.  Texts may hold secrets.  Strings and numbers by hand
 * are in jwti_json.c.
 */


#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "jwti_json.h"


struct jwti_json_s {
    json_t  *root;
};


static jwti_rc_t jwti_json_load(jwti_str_t text, size_t max, size_t flags,
    json_t **root);
static int jwti_json_is_shallow(jwti_str_t text);
static void jwti_json_compact(jwti_buf_t *buf, jwti_str_t text);
static int jwti_json_is_space(unsigned char ch);
static void jwti_json_cleanse(json_t *value);


jwti_rc_t
jwti_json_write_json(jwti_buf_t *buf, jwti_str_t text)
{
    json_t     *root;
    jwti_rc_t   rc;

    rc = jwti_json_load(text, JWTI_VALUE_MAX, JSON_DECODE_ANY, &root);

    if (rc != JWTI_OK) {
        return rc;
    }

    json_decref(root);

    /*
     * What jansson made of the text is not written: it would turn 1.10 into
     * 1.1000000000000001 and 1e-400 into 0.0.
     */
    jwti_json_compact(buf, text);

    return JWTI_OK;
}


jwti_rc_t
jwti_json_parse(jwti_str_t text, size_t max, jwti_json_t **object)
{
    json_t     *root;
    jwti_rc_t   rc;

    *object = NULL;

    rc = jwti_json_load(text, max, 0, &root);

    if (rc != JWTI_OK) {
        return rc;
    }

    if (!json_is_object(root)) {
        rc = JWTI_INVALID;
        goto failed;
    }

    *object = malloc(sizeof(jwti_json_t));

    if (*object == NULL) {
        rc = JWTI_ERROR;
        goto failed;
    }

    (*object)->root = root;

    return JWTI_OK;

failed:

    jwti_json_cleanse(root);
    json_decref(root);

    return rc;
}


void
jwti_json_free(jwti_json_t *object)
{
    if (object == NULL) {
        return;
    }

    jwti_json_cleanse(object->root);
    json_decref(object->root);
    free(object);
}


jwti_rc_t
jwti_json_get_string(const jwti_json_t *object, const char *name,
    jwti_str_t *value)
{
    const json_t  *member;

    member = json_object_get(object->root, name);

    if (member == NULL) {
        return JWTI_NOT_FOUND;
    }

    if (!json_is_string(member)) {
        return JWTI_INVALID;
    }

    value->data = (const unsigned char *) json_string_value(member);
    value->len = json_string_length(member);

    return JWTI_OK;
}


int
jwti_json_has(const jwti_json_t *object, const char *name)
{
    return json_object_get(object->root, name) != NULL;
}


int
jwti_json_array_has(const jwti_json_t *object, const char *name,
    jwti_str_t value)
{
    size_t   i;
    json_t  *array, *item;

    array = json_object_get(object->root, name);

    /* the size of what is no array is 0 */

    for (i = 0; i < json_array_size(array); i++) {
        item = json_array_get(array, i);

        if (json_is_string(item) && json_string_length(item) == value.len
            && memcmp(json_string_value(item), value.data, value.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


jwti_json_node_t
jwti_json_root(const jwti_json_t *object)
{
    jwti_json_node_t  node;

    node.value = object->root;

    return node;
}


jwti_json_node_t
jwti_json_member(jwti_json_node_t node, jwti_str_t name)
{
    void              *iter;
    const char        *key;
    jwti_json_node_t   member;

    member.value = NULL;

    /* not by json_object_getn(), which jansson has since 2.14 only */

    for (iter = json_object_iter(node.value); iter != NULL;
         iter = json_object_iter_next(node.value, iter))
    {
        key = json_object_iter_key(iter);

        if (strlen(key) == name.len
            && (name.len == 0 || memcmp(key, name.data, name.len) == 0))
        {
            member.value = json_object_iter_value(iter);
            break;
        }
    }

    return member;
}


jwti_json_node_t
jwti_json_item(jwti_json_node_t node, size_t i)
{
    jwti_json_node_t  item;

    item.value = json_array_get(node.value, i);

    return item;
}


size_t
jwti_json_count(jwti_json_node_t node)
{
    return json_is_array((json_t *) node.value)
           ? json_array_size(node.value) : json_object_size(node.value);
}


jwti_str_t
jwti_json_name(jwti_json_node_t node, size_t i)
{
    void        *iter;
    jwti_str_t   name;

    name.data = NULL;
    name.len = 0;

    iter = json_object_iter(node.value);

    while (iter != NULL && i != 0) {
        iter = json_object_iter_next(node.value, iter);
        i--;
    }

    if (iter != NULL) {
        name.data = (const unsigned char *) json_object_iter_key(iter);
        name.len = strlen((const char *) name.data);
    }

    return name;
}


jwti_rc_t
jwti_json_text(jwti_json_node_t node, jwti_str_t *text)
{
    const json_t  *value;

    value = node.value;

    if (value == NULL || json_is_null(value)) {
        return JWTI_NOT_FOUND;
    }

    if (!json_is_string(value)) {
        return JWTI_INVALID;
    }

    text->data = (const unsigned char *) json_string_value(value);
    text->len = json_string_length(value);

    return JWTI_OK;
}


jwti_rc_t
jwti_json_integer(jwti_json_node_t node, int64_t *integer)
{
    const json_t  *value;

    value = node.value;

    if (value == NULL || json_is_null(value)) {
        return JWTI_NOT_FOUND;
    }

    if (!json_is_integer(value)) {
        return JWTI_INVALID;
    }

    *integer = json_integer_value(value);

    return JWTI_OK;
}


static jwti_rc_t
jwti_json_load(jwti_str_t text, size_t max, size_t flags, json_t **root)
{
    json_error_t  error;

    /* is_text as well: jansson skips a NUL after a number */

    if (text.len == 0 || text.len > max || !jwti_json_is_text(text)
        || !jwti_json_is_shallow(text))
    {
        return JWTI_INVALID;
    }

    /* jansson sets no code when its allocations of objects fail */
    memset(&error, 0, sizeof(json_error_t));

    *root = json_loadb((const char *) text.data, text.len,
                       flags | JSON_REJECT_DUPLICATES, &error);

    if (*root != NULL) {
        return JWTI_OK;
    }

    switch (json_error_code(&error)) {

    case json_error_unknown:
    case json_error_out_of_memory:
        return JWTI_ERROR;

    default:
        return JWTI_INVALID;
    }
}


/*
 * 1 when no level is deeper than JWTI_JSON_DEPTH_MAX: jansson's recursion goes
 * 2048 levels deep.  Up to the first fault in text this sees the tokens as
 * jansson does, and there jansson stops.
 */

static int
jwti_json_is_shallow(jwti_str_t text)
{
    size_t  i, depth;
    int     quoted;

    depth = 0;
    quoted = 0;

    for (i = 0; i < text.len; i++) {

        switch (text.data[i]) {

        case '"':
            quoted = !quoted;
            break;

        case '\\':
            i += quoted ? 1 : 0;
            break;

        case '[':
        case '{':
            depth += quoted ? 0 : 1;
            break;

        case ']':
        case '}':
            depth -= (quoted || depth == 0) ? 0 : 1;
            break;

        default:
            break;
        }

        if (depth > JWTI_JSON_DEPTH_MAX) {
            return 0;
        }
    }

    return 1;
}


/* text is valid: only its white space outside strings is left out */

static void
jwti_json_compact(jwti_buf_t *buf, jwti_str_t text)
{
    int     quoted;
    size_t  i, run;

    quoted = 0;
    run = 0;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] == '"') {
            quoted = !quoted;

        } else if (quoted && text.data[i] == '\\') {
            i++;

        } else if (!quoted && jwti_json_is_space(text.data[i])) {
            jwti_buf_bytes(buf, text.data + run, i - run);
            run = i + 1;
        }
    }

    jwti_buf_bytes(buf, text.data + run, text.len - run);
}


static int
jwti_json_is_space(unsigned char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}


/* recursive, at most JWTI_JSON_DEPTH_MAX deep */

static void
jwti_json_cleanse(json_t *value)
{
    size_t   i;
    void    *iter;

    switch (json_typeof(value)) {

    case JSON_STRING:
        /* const for others: this string is about to be freed */
        OPENSSL_cleanse((char *) json_string_value(value),
                        json_string_length(value));
        break;

    case JSON_ARRAY:
        for (i = 0; i < json_array_size(value); i++) {
            jwti_json_cleanse(json_array_get(value, i));
        }
        break;

    case JSON_OBJECT:
        for (iter = json_object_iter(value); iter != NULL;
             iter = json_object_iter_next(value, iter))
        {
            jwti_json_cleanse(json_object_iter_value(iter));
        }
        break;

    default:
        break;
    }
}
