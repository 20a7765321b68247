
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_member.c: members of an object, checked and written one by one.  It runs
 * for every token and allocates nothing, but for values that are JSON
 * themselves.
 */


#include <string.h>

#include "jwti_base64.h"
#include "jwti_json.h"
#include "jwti_member.h"


static jwti_rc_t jwti_member_value(jwti_member_out_t *out,
    const jwti_member_t *member);
static jwti_rc_t jwti_member_element(jwti_member_out_t *out, jwti_str_t name,
    jwti_str_t value);
static void jwti_member_name(jwti_member_out_t *out, jwti_str_t name);
static void jwti_member_comma(jwti_member_out_t *out);
static int jwti_member_equal(jwti_str_t one, jwti_str_t two);


void
jwti_member_begin(jwti_member_out_t *out, jwti_buf_t *buf, jwti_str_t *name,
    const char **err)
{
    out->buf = buf;
    out->name = name;
    out->err = err;
    out->comma = 0;

    *name = jwti_str("");
    *err = NULL;

    jwti_buf_byte(buf, '{');
}


void
jwti_member_end(jwti_member_out_t *out)
{
    jwti_buf_byte(out->buf, '}');
}


void
jwti_member_text(jwti_member_out_t *out, jwti_str_t name, const char *text)
{
    jwti_member_name(out, name);
    jwti_buf_byte(out->buf, '"');
    jwti_buf_text(out->buf, text);
    jwti_buf_byte(out->buf, '"');
}


void
jwti_member_int(jwti_member_out_t *out, jwti_str_t name, int64_t number)
{
    jwti_member_name(out, name);
    jwti_buf_int(out->buf, number);
}


void
jwti_member_bytes(jwti_member_out_t *out, jwti_str_t name, jwti_str_t bytes)
{
    jwti_member_name(out, name);
    jwti_buf_byte(out->buf, '"');
    jwti_base64url_encode(out->buf, bytes);
    jwti_buf_byte(out->buf, '"');
}


jwti_rc_t
jwti_member_string(jwti_member_out_t *out, jwti_str_t name, jwti_str_t value)
{
    jwti_member_name(out, name);

    return jwti_member_element(out, name, value);
}


jwti_rc_t
jwti_member_strings(jwti_member_out_t *out, jwti_str_t name,
    const jwti_str_t *values, size_t nvalues)
{
    size_t     i;
    jwti_rc_t  rc;

    if (nvalues == 0) {
        return jwti_member_refuse(out, name, "value is missing");
    }

    if (nvalues == 1) {
        return jwti_member_string(out, name, values[0]);
    }

    if (nvalues > JWTI_AUDIENCES_MAX) {
        return jwti_member_refuse(out, name, "too many values");
    }

    jwti_member_name(out, name);

    for (i = 0; i < nvalues; i++) {
        jwti_buf_byte(out->buf, i == 0 ? '[' : ',');

        rc = jwti_member_element(out, name, values[i]);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    jwti_buf_byte(out->buf, ']');

    return JWTI_OK;
}


jwti_rc_t
jwti_member_write(jwti_member_out_t *out, const jwti_member_t *members,
    size_t nmembers)
{
    size_t     i;
    jwti_rc_t  rc;

    for (i = 0; i < nmembers; i++) {
        jwti_member_comma(out);

        rc = jwti_json_write_string(out->buf, members[i].name);
        if (rc != JWTI_OK) {
            return jwti_member_refuse(out, members[i].name,
                                      "name is not valid UTF-8");
        }

        jwti_buf_byte(out->buf, ':');

        rc = jwti_member_value(out, &members[i]);
        if (rc != JWTI_OK) {
            return rc;
        }
    }

    return JWTI_OK;
}


/* names only; a value is checked when it is written */

jwti_rc_t
jwti_member_check(jwti_member_out_t *out, const jwti_member_t *members,
    size_t nmembers, const char *const *reserved)
{
    size_t      i;
    jwti_str_t  name;

    for (i = 0; i < nmembers; i++) {
        name = members[i].name;

        if (i == JWTI_MEMBERS_MAX) {
            return jwti_member_refuse(out, name, "too many members");
        }

        if (name.len == 0) {
            return jwti_member_refuse(out, name, "name is empty");
        }

        if (name.len > JWTI_VALUE_MAX) {
            return jwti_member_refuse(out, name, "name is too long");
        }

        if (jwti_member_is_one_of(name, reserved)) {
            return jwti_member_refuse(out, name, "name is reserved");
        }

        if (jwti_member_has(members, i, name)) {
            return jwti_member_refuse(out, name, "name is repeated");
        }
    }

    return JWTI_OK;
}


jwti_rc_t
jwti_member_refuse(jwti_member_out_t *out, jwti_str_t name,
    const char *reason)
{
    *out->name = name;
    *out->err = reason;

    return JWTI_INVALID;
}


int
jwti_member_has(const jwti_member_t *members, size_t nmembers,
    jwti_str_t name)
{
    size_t  i;

    for (i = 0; i < nmembers; i++) {

        if (jwti_member_equal(members[i].name, name)) {
            return 1;
        }
    }

    return 0;
}


int
jwti_member_is_one_of(jwti_str_t name, const char *const *names)
{
    for ( /* void */ ; *names != NULL; names++) {

        if (name.len == strlen(*names)
            && memcmp(name.data, *names, name.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static jwti_rc_t
jwti_member_value(jwti_member_out_t *out, const jwti_member_t *member)
{
    jwti_rc_t   rc;
    jwti_str_t  value;

    value = member->value;

    if (value.len > JWTI_VALUE_MAX) {
        return jwti_member_refuse(out, member->name, "value is too long");
    }

    switch (member->type) {

    case JWTI_TYPE_STRING:
        rc = jwti_json_write_string(out->buf, value);
        if (rc != JWTI_OK) {
            return jwti_member_refuse(out, member->name,
                                      "value is not valid UTF-8");
        }

        return JWTI_OK;

    case JWTI_TYPE_NUMBER:
        if (!jwti_json_is_number(value)) {
            return jwti_member_refuse(out, member->name,
                                      "value is not a number");
        }

        break;

    case JWTI_TYPE_BOOLEAN:
        if (!jwti_member_equal(value, jwti_str("true"))
            && !jwti_member_equal(value, jwti_str("false")))
        {
            return jwti_member_refuse(out, member->name,
                                      "value is not a boolean");
        }

        break;

    default: /* JWTI_TYPE_JSON */
        rc = jwti_json_write_json(out->buf, value);

        if (rc == JWTI_INVALID) {
            return jwti_member_refuse(out, member->name,
                                      "value is not JSON");
        }

        if (rc != JWTI_OK) {
            *out->name = member->name;
            *out->err = "no memory for JSON";
        }

        return rc;
    }

    jwti_buf_str(out->buf, value);

    return JWTI_OK;
}


/* of a member that names somebody: empty, it would name nobody */

static jwti_rc_t
jwti_member_element(jwti_member_out_t *out, jwti_str_t name, jwti_str_t value)
{
    if (value.data == NULL) {
        return jwti_member_refuse(out, name, "value is missing");
    }

    if (value.len == 0) {
        return jwti_member_refuse(out, name, "value is empty");
    }

    if (value.len > JWTI_VALUE_MAX) {
        return jwti_member_refuse(out, name, "value is too long");
    }

    if (jwti_json_write_string(out->buf, value) != JWTI_OK) {
        return jwti_member_refuse(out, name, "value is not valid UTF-8");
    }

    return JWTI_OK;
}


/* of ours: nothing in it needs an escape */

static void
jwti_member_name(jwti_member_out_t *out, jwti_str_t name)
{
    jwti_member_comma(out);
    jwti_buf_byte(out->buf, '"');
    jwti_buf_str(out->buf, name);
    jwti_buf_bytes(out->buf, "\":", 2);
}


static void
jwti_member_comma(jwti_member_out_t *out)
{
    if (out->comma) {
        jwti_buf_byte(out->buf, ',');
    }

    out->comma = 1;
}


static int
jwti_member_equal(jwti_str_t one, jwti_str_t two)
{
    return one.len == two.len && memcmp(one.data, two.data, one.len) == 0;
}
