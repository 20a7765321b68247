
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_read.c: what is needed of good answers, the other half of
 * jwti_aws_answer.h.  Called after a fetch, in any thread.  Strings of others
 * are copied, so that nothing outlives the parsed text, which is cleansed.
 */


#include <string.h>

#include <openssl/crypto.h>

#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"
#include "jwti_aws_time.h"
#include "jwti_aws_xml.h"
#include "jwti_base64.h"
#include "jwti_json.h"
#include "jwti_message.h"


static jwti_rc_t jwti_aws_read_parse(jwti_aws_answer_t *answer,
    jwti_str_t body, size_t max, jwti_json_t **json);
static jwti_rc_t jwti_aws_read_fail(jwti_aws_answer_t *answer,
    jwti_aws_class_e class, const char *text);
static jwti_rc_t jwti_aws_read_value(jwti_aws_answer_t *answer,
    const jwti_json_t *json, jwti_buf_t *buf);
static jwti_rc_t jwti_aws_read_copy(jwti_aws_answer_t *answer,
    unsigned char *memory, jwti_str_t value, jwti_str_t *text);
static int jwti_aws_read_string(jwti_json_node_t node, char *text, size_t max);
static int jwti_aws_read_is_token(jwti_str_t text);
static jwti_rc_t jwti_aws_read_no_service(jwti_aws_answer_t *answer,
    jwti_json_node_t root, jwti_message_t *message);
static int jwti_aws_read_element(jwti_str_t credentials, const char *name,
    char *memory, size_t size);


jwti_rc_t
jwti_aws_answer_secret(jwti_aws_answer_t *answer, jwti_str_t body,
    unsigned char *memory, jwti_aws_secret_t *secret)
{
    jwti_rc_t         rc;
    jwti_buf_t        buf;
    jwti_json_t      *json;
    jwti_json_node_t  root;

    memset(secret, 0, sizeof(jwti_aws_secret_t));

    rc = jwti_aws_read_parse(answer, body, JWTI_AWS_SECRET_BODY_MAX, &json);

    if (rc != JWTI_OK) {
        return rc;
    }

    root = jwti_json_root(json);

    if (!jwti_aws_read_string(jwti_json_member(root, jwti_str("VersionId")),
                              secret->version_id, JWTI_AWS_VERSION_ID_MAX))
    {
        rc = jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                "the answer has no valid VersionId");
        goto done;
    }

    /* left out by some: nothing depends on it */

    if (!jwti_aws_read_string(jwti_json_member(root, jwti_str("ARN")),
                              secret->arn, JWTI_AWS_ID_MAX))
    {
        secret->arn[0] = '\0';
    }

    jwti_buf_init(&buf, memory, JWTI_KEY_TEXT_MAX);

    rc = jwti_aws_read_value(answer, json, &buf);

    if (rc != JWTI_OK) {
        OPENSSL_cleanse(memory, JWTI_KEY_TEXT_MAX);
        goto done;
    }

    secret->text = jwti_buf_written(&buf);
    secret->current = (unsigned) jwti_json_array_has(json, "VersionStages",
                                                     jwti_str("AWSCURRENT"));
    secret->previous = (unsigned) jwti_json_array_has(json, "VersionStages",
                                                      jwti_str("AWSPREVIOUS"));
    secret->pending = (unsigned) jwti_json_array_has(json, "VersionStages",
                                                     jwti_str("AWSPENDING"));

done:

    jwti_json_free(json);

    return rc;
}


jwti_rc_t
jwti_aws_answer_service(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_str_t cluster, jwti_str_t service, char arn[JWTI_AWS_ID_MAX + 1])
{
    jwti_rc_t         rc;
    jwti_str_t        text;
    jwti_json_t      *json;
    jwti_message_t    message;
    jwti_json_node_t  root, found;

    rc = jwti_aws_read_parse(answer, body, JWTI_AWS_SERVICES_BODY_MAX, &json);

    if (rc != JWTI_OK) {
        return rc;
    }

    jwti_message_init(&message, answer->message, sizeof(answer->message));
    jwti_message_text(&message, "the ECS service ");
    jwti_message_name(&message, service);
    jwti_message_text(&message, " in cluster ");
    jwti_message_name(&message, cluster);

    root = jwti_json_root(json);
    found = jwti_json_item(jwti_json_member(root, jwti_str("services")), 0);

    if (jwti_json_count(found) == 0) {
        rc = jwti_aws_read_no_service(answer, root, &message);
        goto done;
    }

    answer->class = JWTI_AWS_PERMANENT;
    rc = JWTI_INVALID;

    if (jwti_json_text(jwti_json_member(found, jwti_str("status")), &text)
        != JWTI_OK)
    {
        jwti_message_text(&message, " has no status");
        goto done;
    }

    if (text.len != 6 || memcmp(text.data, "ACTIVE", 6) != 0) {
        jwti_message_text(&message, " is ");
        jwti_message_words(&message, text);

        answer->class = JWTI_AWS_NOT_FOUND;
        rc = JWTI_NOT_FOUND;
        goto done;
    }

    if (jwti_aws_read_string(jwti_json_member(found,
                                              jwti_str("taskDefinition")),
                             arn, JWTI_AWS_ID_MAX))
    {
        answer->class = JWTI_AWS_DONE;
        answer->message[0] = '\0';
        rc = JWTI_OK;
        goto done;
    }

    found = jwti_json_member(found, jwti_str("deploymentController"));

    if (jwti_json_text(jwti_json_member(found, jwti_str("type")), &text)
        == JWTI_OK
        && text.len == 8 && memcmp(text.data, "EXTERNAL", 8) == 0)
    {
        jwti_message_text(&message, " has the deployment controller EXTERNAL, "
                                    "which is not supported");

    } else {
        jwti_message_text(&message, " has no valid task definition");
    }

done:

    jwti_json_free(json);

    return rc;
}


jwti_rc_t
jwti_aws_answer_parameter(jwti_aws_answer_t *answer, jwti_str_t body,
    unsigned char *memory, jwti_aws_parameter_t *parameter)
{
    jwti_rc_t         rc;
    jwti_str_t        value;
    jwti_json_t      *json;
    jwti_json_node_t  node;

    memset(parameter, 0, sizeof(jwti_aws_parameter_t));

    rc = jwti_aws_read_parse(answer, body, JWTI_AWS_PARAM_BODY_MAX, &json);

    if (rc != JWTI_OK) {
        return rc;
    }

    node = jwti_json_member(jwti_json_root(json), jwti_str("Parameter"));

    if (jwti_json_text(jwti_json_member(node, jwti_str("Value")), &value)
        != JWTI_OK)
    {
        rc = jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                "the answer has no Value");
        goto done;
    }

    if (jwti_json_integer(jwti_json_member(node, jwti_str("Version")),
                          &parameter->version)
        != JWTI_OK)
    {
        parameter->version = 0;
    }

    rc = jwti_aws_read_copy(answer, memory, value, &parameter->text);

done:

    jwti_json_free(json);

    return rc;
}


jwti_rc_t
jwti_aws_answer_credentials(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_aws_credentials_t *credentials)
{
    char        expiration[64];
    jwti_str_t  result, text;

    memset(credentials, 0, sizeof(jwti_aws_credentials_t));

    if (!jwti_aws_xml_is_plain(body)) {
        return jwti_aws_read_fail(answer, JWTI_AWS_TRANSIENT,
                                  "the answer is no plain XML");
    }

    if ((jwti_aws_xml_element(body, "AssumeRoleResult", &result) != JWTI_OK
         && jwti_aws_xml_element(body, "AssumeRoleWithWebIdentityResult",
                                 &result) != JWTI_OK)
        || jwti_aws_xml_element(result, "Credentials", &text) != JWTI_OK)
    {
        return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                  "the answer has no Credentials");
    }

    if (!jwti_aws_read_element(text, "AccessKeyId", credentials->access_key,
                               sizeof(credentials->access_key))
        || !jwti_aws_read_element(text, "SecretAccessKey",
                                  credentials->secret_key,
                                  sizeof(credentials->secret_key))
        || !jwti_aws_read_element(text, "SessionToken",
                                  credentials->session_token,
                                  sizeof(credentials->session_token))
        || !jwti_aws_read_element(text, "Expiration", expiration,
                                  sizeof(expiration)))
    {
        goto failed;
    }

    text.data = (const unsigned char *) expiration;
    text.len = strlen(expiration);

    if (jwti_aws_time_parse(&credentials->expires, text) != JWTI_OK
        || credentials->expires <= 0)
    {
        goto failed;
    }

    return JWTI_OK;

failed:

    OPENSSL_cleanse(credentials, sizeof(jwti_aws_credentials_t));

    return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                              "the answer has Credentials with a part "
                              "missing or not valid");
}


static jwti_rc_t
jwti_aws_read_parse(jwti_aws_answer_t *answer, jwti_str_t body, size_t max,
    jwti_json_t **json)
{
    jwti_rc_t  rc;

    rc = jwti_json_parse(body, max, json);

    if (rc == JWTI_OK) {
        return JWTI_OK;
    }

    (void) jwti_aws_read_fail(answer, JWTI_AWS_TRANSIENT,
                              (rc == JWTI_INVALID)
                              ? "the answer is no JSON object"
                              : "json_loadb() failed");

    return rc;
}


static jwti_rc_t
jwti_aws_read_fail(jwti_aws_answer_t *answer, jwti_aws_class_e class,
    const char *text)
{
    jwti_message_t  message;

    jwti_message_init(&message, answer->message, sizeof(answer->message));
    jwti_message_text(&message, text);

    answer->class = class;

    return (class == JWTI_AWS_NOT_FOUND) ? JWTI_NOT_FOUND : JWTI_INVALID;
}


/* SecretString or SecretBinary, of which a version has one */

static jwti_rc_t
jwti_aws_read_value(jwti_aws_answer_t *answer, const jwti_json_t *json,
    jwti_buf_t *buf)
{
    jwti_rc_t   rc;
    jwti_str_t  value;

    rc = jwti_json_get_string(json, "SecretString", &value);

    if (rc == JWTI_OK) {
        jwti_buf_str(buf, value);
        rc = jwti_buf_ok(buf);

    } else {
        rc = jwti_json_get_string(json, "SecretBinary", &value);

        if (rc != JWTI_OK) {
            return jwti_aws_read_fail(answer, JWTI_AWS_NOT_FOUND,
                                      "the secret's version has no value");
        }

        rc = jwti_base64_decode(buf, value);
    }

    if (rc == JWTI_NO_SPACE) {
        return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                  "the secret is longer than 65536 bytes");
    }

    if (rc != JWTI_OK) {
        return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                  "the SecretBinary is no base64");
    }

    if (jwti_buf_len(buf) == 0) {
        return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                  "the secret is empty");
    }

    return JWTI_OK;
}


static jwti_rc_t
jwti_aws_read_copy(jwti_aws_answer_t *answer, unsigned char *memory,
    jwti_str_t value, jwti_str_t *text)
{
    if (value.len == 0) {
        return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                  "the parameter is empty");
    }

    if (value.len > JWTI_KEY_TEXT_MAX) {
        return jwti_aws_read_fail(answer, JWTI_AWS_PERMANENT,
                                  "the parameter is longer than 65536 bytes");
    }

    memcpy(memory, value.data, value.len);

    text->data = memory;
    text->len = value.len;

    return JWTI_OK;
}


/* 1 when node is a string of 1 to max printable characters: text has it */

static int
jwti_aws_read_string(jwti_json_node_t node, char *text, size_t max)
{
    jwti_str_t  value;

    if (jwti_json_text(node, &value) != JWTI_OK || value.len > max
        || !jwti_aws_read_is_token(value))
    {
        return 0;
    }

    memcpy(text, value.data, value.len);
    text[value.len] = '\0';

    return 1;
}


static int
jwti_aws_read_is_token(jwti_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] <= 0x20 || text.data[i] > 0x7e) {
            return 0;
        }
    }

    return text.len != 0;
}


/* message names the service; the answer is a good one even so */

static jwti_rc_t
jwti_aws_read_no_service(jwti_aws_answer_t *answer, jwti_json_node_t root,
    jwti_message_t *message)
{
    jwti_str_t        reason;
    jwti_json_node_t  failures;

    failures = jwti_json_member(root, jwti_str("failures"));

    if (jwti_json_text(jwti_json_member(jwti_json_item(failures, 0),
                                        jwti_str("reason")), &reason)
        == JWTI_OK)
    {
        if (reason.len != 7 || memcmp(reason.data, "MISSING", 7) != 0) {
            jwti_message_text(message, " failed: ");
            jwti_message_words(message, reason);

            answer->class = JWTI_AWS_PERMANENT;
            return JWTI_INVALID;
        }

    } else if (jwti_json_member(root, jwti_str("services")).value == NULL) {
        jwti_message_text(message, " is not in the answer");

        answer->class = JWTI_AWS_PERMANENT;
        return JWTI_INVALID;
    }

    jwti_message_text(message, " was not found");
    answer->class = JWTI_AWS_NOT_FOUND;

    return JWTI_NOT_FOUND;
}


static int
jwti_aws_read_element(jwti_str_t credentials, const char *name, char *memory,
    size_t size)
{
    jwti_buf_t  buf;
    jwti_str_t  content;

    jwti_buf_init(&buf, memory, size - 1);

    if (jwti_aws_xml_element(credentials, name, &content) != JWTI_OK
        || jwti_aws_xml_text(&buf, content) != JWTI_OK
        || !jwti_aws_read_is_token(jwti_buf_written(&buf)))
    {
        return 0;
    }

    memory[jwti_buf_len(&buf)] = '\0';

    return 1;
}
