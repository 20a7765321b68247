
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_task.c: a variable of a container in a task definition, one of the
 * answers of jwti_aws_answer.h.  Called after a fetch, in any thread.  Values
 * are secrets; names are not, and are told when one was not found.
 */


#include <string.h>

#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"
#include "jwti_json.h"
#include "jwti_message.h"


static jwti_rc_t jwti_aws_task_container(jwti_aws_answer_t *answer,
    jwti_json_node_t root, jwti_str_t name, jwti_json_node_t *container);
static jwti_json_node_t jwti_aws_task_find(jwti_json_node_t array,
    jwti_str_t name);
static jwti_rc_t jwti_aws_task_take(jwti_aws_answer_t *answer,
    jwti_json_node_t node, unsigned char *memory,
    jwti_aws_variable_t *variable);
static void jwti_aws_task_no_variable(jwti_aws_answer_t *answer,
    jwti_json_node_t container, jwti_str_t name);
static void jwti_aws_task_about(jwti_message_t *message,
    jwti_json_node_t container, jwti_str_t name);
static size_t jwti_aws_task_names(jwti_message_t *message,
    jwti_json_node_t array, size_t count);


jwti_rc_t
jwti_aws_answer_variable(jwti_aws_answer_t *answer, jwti_str_t body,
    jwti_str_t container, jwti_str_t name, unsigned char *memory,
    jwti_aws_variable_t *variable)
{
    jwti_rc_t         rc;
    jwti_json_t      *json;
    jwti_message_t    message;
    jwti_json_node_t  found, entry;

    memset(variable, 0, sizeof(jwti_aws_variable_t));

    rc = jwti_json_parse(body, JWTI_AWS_TASK_BODY_MAX, &json);

    jwti_message_init(&message, answer->message, sizeof(answer->message));

    if (rc != JWTI_OK) {
        answer->class = JWTI_AWS_TRANSIENT;
        jwti_message_text(&message, (rc == JWTI_INVALID)
                                    ? "the answer is no JSON object"
                                    : "json_loadb() failed");
        return rc;
    }

    rc = jwti_aws_task_container(answer, jwti_json_root(json), container,
                                 &found);

    if (rc != JWTI_OK) {
        goto done;
    }

    /* a reference first: it is what ECS itself prefers */

    entry = jwti_aws_task_find(jwti_json_member(found, jwti_str("secrets")),
                               name);

    if (entry.value != NULL) {
        variable->reference = 1;
        entry = jwti_json_member(entry, jwti_str("valueFrom"));

    } else {
        entry = jwti_aws_task_find(jwti_json_member(found,
                                                    jwti_str("environment")),
                                   name);

        if (entry.value == NULL) {
            jwti_aws_task_no_variable(answer, found, name);
            rc = JWTI_NOT_FOUND;
            goto done;
        }

        entry = jwti_json_member(entry, jwti_str("value"));
    }

    jwti_aws_task_about(&message, found, name);

    rc = jwti_aws_task_take(answer, entry, memory, variable);

    if (rc == JWTI_OK) {
        answer->message[0] = '\0';
    }

done:

    jwti_json_free(json);

    return rc;
}


static jwti_rc_t
jwti_aws_task_container(jwti_aws_answer_t *answer, jwti_json_node_t root,
    jwti_str_t name, jwti_json_node_t *container)
{
    jwti_message_t    message;
    jwti_json_node_t  array;

    array = jwti_json_member(jwti_json_member(root,
                                              jwti_str("taskDefinition")),
                             jwti_str("containerDefinitions"));

    *container = (name.len == 0) ? jwti_json_item(array, 0)
                                 : jwti_aws_task_find(array, name);

    if (container->value != NULL) {
        return JWTI_OK;
    }

    jwti_message_init(&message, answer->message, sizeof(answer->message));

    if (array.value == NULL) {
        jwti_message_text(&message, "the answer has no containerDefinitions");
        answer->class = JWTI_AWS_PERMANENT;

        return JWTI_INVALID;
    }

    jwti_message_text(&message, "the task definition has no container");

    if (name.len != 0) {
        jwti_message_text(&message, " ");
        jwti_message_name(&message, name);
        (void) jwti_aws_task_names(&message, array, 0);
    }

    answer->class = JWTI_AWS_NOT_FOUND;

    return JWTI_NOT_FOUND;
}


/* the object in array with this "name" */

static jwti_json_node_t
jwti_aws_task_find(jwti_json_node_t array, jwti_str_t name)
{
    size_t            i, count;
    jwti_str_t        text;
    jwti_json_node_t  item;

    count = jwti_json_count(array);

    for (i = 0; i < count; i++) {
        item = jwti_json_item(array, i);

        if (jwti_json_text(jwti_json_member(item, jwti_str("name")), &text)
            == JWTI_OK
            && text.len == name.len
            && (name.len == 0 || memcmp(text.data, name.data, name.len) == 0))
        {
            return item;
        }
    }

    item.value = NULL;

    return item;
}


/* answer->message names the variable: only what is wrong with it is missing */

static jwti_rc_t
jwti_aws_task_take(jwti_aws_answer_t *answer, jwti_json_node_t node,
    unsigned char *memory, jwti_aws_variable_t *variable)
{
    size_t           max;
    jwti_str_t       text;
    jwti_message_t   message;

    message.text = answer->message;
    message.size = sizeof(answer->message);
    message.len = strlen(answer->message);

    answer->class = JWTI_AWS_PERMANENT;
    max = variable->reference ? JWTI_AWS_ID_MAX : JWTI_KEY_TEXT_MAX;

    if (jwti_json_text(node, &text) != JWTI_OK) {
        jwti_message_text(&message, " has no value");
        return JWTI_INVALID;
    }

    if (text.len == 0 || text.len > max) {
        jwti_message_text(&message, (text.len == 0) ? " is empty"
                                                    : " is too long");
        return JWTI_INVALID;
    }

    memcpy(memory, text.data, text.len);

    variable->text.data = memory;
    variable->text.len = text.len;
    answer->class = JWTI_AWS_DONE;

    return JWTI_OK;
}


static void
jwti_aws_task_no_variable(jwti_aws_answer_t *answer,
    jwti_json_node_t container, jwti_str_t name)
{
    size_t            count;
    jwti_str_t        text;
    jwti_message_t    message;
    jwti_json_node_t  files;

    jwti_message_init(&message, answer->message, sizeof(answer->message));
    jwti_message_text(&message, "the container ");

    if (jwti_json_text(jwti_json_member(container, jwti_str("name")), &text)
        == JWTI_OK)
    {
        jwti_message_name(&message, text);
        jwti_message_text(&message, " ");
    }

    jwti_message_text(&message, "has no variable ");
    jwti_message_name(&message, name);

    files = jwti_json_member(container, jwti_str("environmentFiles"));

    if (jwti_json_count(files) != 0) {
        jwti_message_text(&message, " (its environment files are not read)");
    }

    count = jwti_aws_task_names(&message,
                                jwti_json_member(container,
                                                 jwti_str("secrets")), 0);
    (void) jwti_aws_task_names(&message,
                               jwti_json_member(container,
                                                jwti_str("environment")),
                               count);

    answer->class = JWTI_AWS_NOT_FOUND;
}


static void
jwti_aws_task_about(jwti_message_t *message, jwti_json_node_t container,
    jwti_str_t name)
{
    jwti_str_t  text;

    jwti_message_text(message, "the variable ");
    jwti_message_name(message, name);

    if (jwti_json_text(jwti_json_member(container, jwti_str("name")), &text)
        == JWTI_OK)
    {
        jwti_message_text(message, " of container ");
        jwti_message_name(message, text);
    }
}


/* count: how many were told before; returns how many are told now */

static size_t
jwti_aws_task_names(jwti_message_t *message, jwti_json_node_t array,
    size_t count)
{
    size_t            i, len;
    jwti_str_t        text;
    jwti_json_node_t  item;

    len = jwti_json_count(array);

    for (i = 0; i < len && count <= JWTI_AWS_NAMES_MAX; i++) {
        item = jwti_json_item(array, i);

        if (jwti_json_text(jwti_json_member(item, jwti_str("name")), &text)
            != JWTI_OK)
        {
            continue;
        }

        jwti_message_text(message, (count == 0) ? ", there are: " : ", ");

        if (count == JWTI_AWS_NAMES_MAX) {
            jwti_message_text(message, "...");

        } else {
            jwti_message_name(message, text);
        }

        count++;
    }

    return count;
}
