
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_secret.c: which part of a secret is the key.  Called with what a fetch
 * brought, in any thread.
 */


#include <string.h>

#include "jwti_json.h"
#include "jwti_message.h"
#include "jwti_secret.h"


static jwti_rc_t jwti_secret_field(jwti_buf_t *key, const jwti_json_t *json,
    jwti_str_t field, jwti_message_t *message);
static jwti_rc_t jwti_secret_whole(jwti_buf_t *key, jwti_str_t text,
    jwti_message_t *message);
static void jwti_secret_names(const jwti_json_t *json,
    jwti_message_t *message);
static int jwti_secret_has_braces(jwti_str_t text);
static int jwti_secret_is_space(unsigned char ch);


jwti_rc_t
jwti_secret_key(jwti_buf_t *key, jwti_str_t text, jwti_str_t field,
    char err[JWTI_SECRET_ERR_MAX + 1])
{
    jwti_rc_t        rc;
    jwti_json_t     *json;
    jwti_message_t   message;

    jwti_message_init(&message, err, JWTI_SECRET_ERR_MAX + 1);

    if (text.len == 0 || text.len > JWTI_KEY_TEXT_MAX) {
        jwti_message_text(&message, (text.len == 0)
                                    ? "the secret is empty"
                                    : "the secret is longer than 65536 bytes");
        return JWTI_INVALID;
    }

    rc = jwti_json_parse(text, JWTI_KEY_TEXT_MAX, &json);

    if (rc == JWTI_ERROR) {
        jwti_message_text(&message, "json_loadb() failed");
        return JWTI_ERROR;
    }

    if (rc == JWTI_OK) {

        if (field.len == 0 && jwti_json_has(json, "kty")) {
            rc = jwti_secret_whole(key, text, &message);

        } else {
            rc = jwti_secret_field(key, json,
                                   (field.len == 0)
                                   ? jwti_str(JWTI_SECRET_FIELD) : field,
                                   &message);
        }

        jwti_json_free(json);

        return rc;
    }

    if (field.len != 0) {
        jwti_message_text(&message, "the secret is no JSON object, so it has "
                                    "no field ");
        jwti_message_name(&message, field);

        return JWTI_INVALID;
    }

    /* generated passwords may begin with a brace, but hardly end with one */

    if (jwti_secret_has_braces(text)) {
        jwti_message_text(&message, "the secret is in braces but no valid "
                                    "JSON object");
        return JWTI_INVALID;
    }

    return jwti_secret_whole(key, text, &message);
}


static jwti_rc_t
jwti_secret_field(jwti_buf_t *key, const jwti_json_t *json, jwti_str_t field,
    jwti_message_t *message)
{
    jwti_rc_t   rc;
    jwti_str_t  value;

    rc = jwti_json_text(jwti_json_member(jwti_json_root(json), field), &value);

    if (rc == JWTI_OK && value.len != 0) {
        return jwti_secret_whole(key, value, message);
    }

    if (rc == JWTI_NOT_FOUND) {
        jwti_message_text(message, "the secret has no field ");
        jwti_message_name(message, field);
        jwti_secret_names(json, message);

        return JWTI_NOT_FOUND;
    }

    jwti_message_text(message, "the secret's field ");
    jwti_message_name(message, field);
    jwti_message_text(message, (rc == JWTI_OK) ? " is empty"
                                               : " is no string");

    return JWTI_INVALID;
}


static jwti_rc_t
jwti_secret_whole(jwti_buf_t *key, jwti_str_t text, jwti_message_t *message)
{
    jwti_buf_str(key, text);

    if (jwti_buf_ok(key) != JWTI_OK) {
        jwti_message_text(message, "no space for the key");
        return JWTI_NO_SPACE;
    }

    return JWTI_OK;
}


static void
jwti_secret_names(const jwti_json_t *json, jwti_message_t *message)
{
    size_t            i, count;
    jwti_json_node_t  root;

    root = jwti_json_root(json);
    count = jwti_json_count(root);

    if (count == 0) {
        jwti_message_text(message, ", there are none");
        return;
    }

    for (i = 0; i < count; i++) {
        jwti_message_text(message, (i == 0) ? ", there are: " : ", ");

        if (i == JWTI_SECRET_NAMES_MAX) {
            jwti_message_text(message, "...");
            return;
        }

        jwti_message_name(message, jwti_json_name(root, i));
    }
}


static int
jwti_secret_has_braces(jwti_str_t text)
{
    while (text.len != 0 && jwti_secret_is_space(text.data[0])) {
        text.data++;
        text.len--;
    }

    while (text.len != 0 && jwti_secret_is_space(text.data[text.len - 1])) {
        text.len--;
    }

    return text.len != 0 && text.data[0] == '{'
           && text.data[text.len - 1] == '}';
}


static int
jwti_secret_is_space(unsigned char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}
