
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_call.c: the bodies of requests; jwti_aws_request.c does the rest.
 * Called by whoever is about to send one, in any thread.
 */


#include <string.h>

#include <openssl/crypto.h>

#include "jwti_aws_call.h"
#include "jwti_aws_request.h"
#include "jwti_json.h"


static void jwti_aws_call_start(jwti_aws_call_t *call, jwti_buf_t *buf);
static jwti_rc_t jwti_aws_call_member(jwti_buf_t *buf, const char *name,
    jwti_str_t value, size_t min, size_t max);
static jwti_rc_t jwti_aws_call_role(jwti_buf_t *buf, const char *action,
    const jwti_aws_role_t *role, const char **err);
static int jwti_aws_call_is_session_name(jwti_str_t name);
static void jwti_aws_call_field(jwti_buf_t *buf, const char *name,
    jwti_str_t value);
static int jwti_aws_call_is_unreserved(unsigned char ch);
static int jwti_aws_call_is_printable(jwti_str_t text);


static const jwti_aws_kind_t  jwti_aws_call_secret = {
    JWTI_AWS_SECRETSMANAGER, "secretsmanager.GetSecretValue",
    JWTI_AWS_SECRET_BODY_MAX, 1
};

static const jwti_aws_kind_t  jwti_aws_call_services = {
    JWTI_AWS_ECS, "AmazonEC2ContainerServiceV20141113.DescribeServices",
    JWTI_AWS_SERVICES_BODY_MAX, 1
};

static const jwti_aws_kind_t  jwti_aws_call_task = {
    JWTI_AWS_ECS, "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition",
    JWTI_AWS_TASK_BODY_MAX, 1
};

static const jwti_aws_kind_t  jwti_aws_call_parameter = {
    JWTI_AWS_SSM, "AmazonSSM.GetParameter", JWTI_AWS_PARAM_BODY_MAX, 1
};

static const jwti_aws_kind_t  jwti_aws_call_assume = {
    JWTI_AWS_STS, NULL, JWTI_AWS_STS_BODY_MAX, 1
};

static const jwti_aws_kind_t  jwti_aws_call_web_identity = {
    JWTI_AWS_STS, NULL, JWTI_AWS_STS_BODY_MAX, 0
};


jwti_rc_t
jwti_aws_call_get_secret_value(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t id, jwti_str_t stage,
    jwti_str_t version, const char **err)
{
    jwti_rc_t   rc;
    jwti_buf_t  buf;

    jwti_aws_call_start(call, &buf);

    jwti_buf_byte(&buf, '{');
    *err = "the secret's id is empty, too long or no text";
    rc = jwti_aws_call_member(&buf, "SecretId", id, 1, JWTI_AWS_ID_MAX);

    if (rc == JWTI_OK && stage.len != 0) {
        jwti_buf_byte(&buf, ',');
        *err = "the version stage is too long or no text";
        rc = jwti_aws_call_member(&buf, "VersionStage", stage, 1,
                                  JWTI_AWS_STAGE_MAX);
    }

    if (rc == JWTI_OK && version.len != 0) {
        jwti_buf_byte(&buf, ',');
        *err = "the version id is too short, too long or no text";
        rc = jwti_aws_call_member(&buf, "VersionId", version,
                                  JWTI_AWS_VERSION_MIN,
                                  JWTI_AWS_VERSION_MAX);
    }

    if (rc != JWTI_OK) {
        jwti_aws_call_cleanse(call);
        return rc;
    }

    jwti_buf_byte(&buf, '}');

    return jwti_aws_request_finish(call, &buf, context, &jwti_aws_call_secret,
                                   err);
}


jwti_rc_t
jwti_aws_call_describe_services(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t cluster, jwti_str_t service,
    const char **err)
{
    jwti_rc_t   rc;
    jwti_buf_t  buf;

    jwti_aws_call_start(call, &buf);

    jwti_buf_byte(&buf, '{');
    *err = "the cluster's name is empty, too long or no text";
    rc = jwti_aws_call_member(&buf, "cluster", cluster, 1, JWTI_AWS_ID_MAX);

    if (rc == JWTI_OK) {
        jwti_buf_text(&buf, ",\"services\":[");
        *err = "the service's name is empty, too long or no text";
        rc = jwti_aws_call_member(&buf, NULL, service, 1, JWTI_AWS_ID_MAX);
    }

    if (rc != JWTI_OK) {
        jwti_aws_call_cleanse(call);
        return rc;
    }

    jwti_buf_text(&buf, "]}");

    return jwti_aws_request_finish(call, &buf, context,
                                   &jwti_aws_call_services, err);
}


jwti_rc_t
jwti_aws_call_describe_task_definition(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t arn, const char **err)
{
    jwti_rc_t   rc;
    jwti_buf_t  buf;

    jwti_aws_call_start(call, &buf);

    jwti_buf_byte(&buf, '{');
    *err = "the task definition's ARN is empty, too long or no text";
    rc = jwti_aws_call_member(&buf, "taskDefinition", arn, 1, JWTI_AWS_ID_MAX);

    if (rc != JWTI_OK) {
        jwti_aws_call_cleanse(call);
        return rc;
    }

    jwti_buf_byte(&buf, '}');

    return jwti_aws_request_finish(call, &buf, context, &jwti_aws_call_task,
                                   err);
}


jwti_rc_t
jwti_aws_call_get_parameter(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, jwti_str_t name, const char **err)
{
    jwti_rc_t   rc;
    jwti_buf_t  buf;

    jwti_aws_call_start(call, &buf);

    jwti_buf_byte(&buf, '{');
    *err = "the parameter's name is empty, too long or no text";
    rc = jwti_aws_call_member(&buf, "Name", name, 1, JWTI_AWS_ID_MAX);

    if (rc != JWTI_OK) {
        jwti_aws_call_cleanse(call);
        return rc;
    }

    jwti_buf_text(&buf, ",\"WithDecryption\":true}");

    return jwti_aws_request_finish(call, &buf, context,
                                   &jwti_aws_call_parameter, err);
}


jwti_rc_t
jwti_aws_call_assume_role(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, const jwti_aws_role_t *role,
    const char **err)
{
    jwti_rc_t   rc;
    jwti_str_t  id;
    jwti_buf_t  buf;

    jwti_aws_call_start(call, &buf);

    rc = jwti_aws_call_role(&buf, "AssumeRole", role, err);
    id = role->external_id;

    if (rc == JWTI_OK && id.len != 0) {

        if (id.len < JWTI_AWS_EXTERNAL_ID_MIN
            || id.len > JWTI_AWS_EXTERNAL_ID_MAX
            || !jwti_aws_call_is_printable(id))
        {
            *err = "the external id is too short, too long or no text";
            rc = JWTI_INVALID;
        }

        jwti_aws_call_field(&buf, "&ExternalId=", id);
    }

    if (rc != JWTI_OK) {
        jwti_aws_call_cleanse(call);
        return rc;
    }

    return jwti_aws_request_finish(call, &buf, context, &jwti_aws_call_assume,
                                   err);
}


jwti_rc_t
jwti_aws_call_assume_role_with_web_identity(jwti_aws_call_t *call,
    const jwti_aws_context_t *context, const jwti_aws_role_t *role,
    jwti_str_t token, const char **err)
{
    jwti_rc_t      rc;
    jwti_buf_t     buf;
    unsigned char  last;

    jwti_aws_call_start(call, &buf);

    while (token.len != 0) {
        last = token.data[token.len - 1];

        if (last != ' ' && last != '\n' && last != '\r' && last != '\t') {
            break;
        }

        token.len--;
    }

    rc = jwti_aws_call_role(&buf, "AssumeRoleWithWebIdentity", role, err);

    if (rc == JWTI_OK
        && (token.len < JWTI_AWS_WEB_TOKEN_MIN
            || token.len > JWTI_AWS_WEB_TOKEN_MAX
            || !jwti_aws_call_is_printable(token)))
    {
        *err = "the web identity token is too short, too long or no text";
        rc = JWTI_INVALID;
    }

    if (rc != JWTI_OK) {
        jwti_aws_call_cleanse(call);
        return rc;
    }

    jwti_aws_call_field(&buf, "&WebIdentityToken=", token);

    return jwti_aws_request_finish(call, &buf, context,
                                   &jwti_aws_call_web_identity, err);
}


void
jwti_aws_call_cleanse(jwti_aws_call_t *call)
{
    OPENSSL_cleanse(call, sizeof(jwti_aws_call_t));
}


static void
jwti_aws_call_start(jwti_aws_call_t *call, jwti_buf_t *buf)
{
    memset(&call->request, 0, sizeof(jwti_http_request_t));
    jwti_buf_init(buf, call->memory, sizeof(call->memory));
}


static jwti_rc_t
jwti_aws_call_member(jwti_buf_t *buf, const char *name, jwti_str_t value,
    size_t min, size_t max)
{
    if (value.len < min || value.len > max) {
        return JWTI_INVALID;
    }

    if (name != NULL) {
        jwti_buf_byte(buf, '"');
        jwti_buf_text(buf, name);
        jwti_buf_text(buf, "\":");
    }

    return jwti_json_write_string(buf, value);
}


static jwti_rc_t
jwti_aws_call_role(jwti_buf_t *buf, const char *action,
    const jwti_aws_role_t *role, const char **err)
{
    if (role->arn.len < JWTI_AWS_ROLE_ARN_MIN
        || role->arn.len > JWTI_AWS_ID_MAX
        || !jwti_aws_call_is_printable(role->arn))
    {
        *err = "the role's ARN is too short, too long or no text";
        return JWTI_INVALID;
    }

    if (!jwti_aws_call_is_session_name(role->session_name)) {
        *err = "the role's session name is too short, too long or has a "
               "character other than letters, digits and _+=,.@-";
        return JWTI_INVALID;
    }

    if (role->duration != 0
        && (role->duration < JWTI_AWS_DURATION_MIN
            || role->duration > JWTI_AWS_DURATION_MAX))
    {
        *err = "the role's duration is not within 15 minutes and 12 hours";
        return JWTI_INVALID;
    }

    jwti_buf_text(buf, "Action=");
    jwti_buf_text(buf, action);
    jwti_buf_text(buf, "&Version=2011-06-15");
    jwti_aws_call_field(buf, "&RoleArn=", role->arn);
    jwti_aws_call_field(buf, "&RoleSessionName=", role->session_name);

    if (role->duration != 0) {
        jwti_buf_text(buf, "&DurationSeconds=");
        jwti_buf_int(buf, role->duration);
    }

    return JWTI_OK;
}


static int
jwti_aws_call_is_session_name(jwti_str_t name)
{
    size_t         i;
    unsigned char  ch;

    if (name.len < JWTI_AWS_SESSION_NAME_MIN
        || name.len > JWTI_AWS_SESSION_NAME_MAX)
    {
        return 0;
    }

    for (i = 0; i < name.len; i++) {
        ch = name.data[i];

        if (ch == '~'
            || (!jwti_aws_call_is_unreserved(ch) && ch != '+' && ch != '='
                && ch != ',' && ch != '@'))
        {
            return 0;
        }
    }

    return 1;
}


/* name has its separators */

static void
jwti_aws_call_field(jwti_buf_t *buf, const char *name, jwti_str_t value)
{
    static const char  hex[] = "0123456789ABCDEF";

    size_t  i;

    jwti_buf_text(buf, name);

    for (i = 0; i < value.len; i++) {

        if (jwti_aws_call_is_unreserved(value.data[i])) {
            jwti_buf_byte(buf, value.data[i]);
            continue;
        }

        jwti_buf_byte(buf, '%');
        jwti_buf_byte(buf, (unsigned char) hex[value.data[i] >> 4]);
        jwti_buf_byte(buf, (unsigned char) hex[value.data[i] & 15]);
    }
}


static int
jwti_aws_call_is_unreserved(unsigned char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z')
           || (ch >= '0' && ch <= '9') || ch == '-' || ch == '.' || ch == '_'
           || ch == '~';
}


static int
jwti_aws_call_is_printable(jwti_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] <= 0x20 || text.data[i] > 0x7e) {
            return 0;
        }
    }

    return 1;
}
