
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_json_node.c: steps into parsed objects; a step that leads nowhere is
 * seen at its end.
 */


#include "jwti_json.h"
#include "tap.h"


int
main(void)
{
    int64_t           integer;
    jwti_str_t        text;
    jwti_json_t      *json;
    jwti_json_node_t  root, node;

    if (jwti_json_parse(jwti_str("{\"a\":[{\"b\":\"c\"},7,\"\"],\"d\":null,"
                                 "\"e\":1.5,\"f\":-9223372036854775808,"
                                 "\"\":\"g\",\"h\":true}"), 128, &json)
        != JWTI_OK)
    {
        return EXIT_FAILURE;
    }

    root = jwti_json_root(json);
    is_int((long long) jwti_json_count(root), 6, "the members of an object");
    is_str(jwti_json_name(root, 0), "a", "the first name");
    is_str(jwti_json_name(root, 5), "h", "the last name");
    is_int((long long) jwti_json_name(root, 6).len, 0, "no further name");

    node = jwti_json_member(root, jwti_str("a"));
    is_int((long long) jwti_json_count(node), 3, "the items of an array");
    is_int((long long) jwti_json_name(node, 0).len, 0, "have no name");
    is_int(jwti_json_text(node, &text), JWTI_INVALID, "an array is no text");

    is_int(jwti_json_text(jwti_json_member(jwti_json_item(node, 0),
                                           jwti_str("b")), &text), JWTI_OK,
           "a text in an object in an array");
    is_str(text, "c", "is this");
    is_int(jwti_json_integer(jwti_json_item(node, 1), &integer), JWTI_OK,
           "an integer");
    is_int(integer, 7, "is this");
    is_int(jwti_json_text(jwti_json_item(node, 1), &text), JWTI_INVALID,
           "but no text");
    is_int(jwti_json_text(jwti_json_item(node, 2), &text), JWTI_OK,
           "an empty text");
    is_int((long long) text.len, 0, "is empty");
    is_int(jwti_json_text(jwti_json_item(node, 3), &text), JWTI_NOT_FOUND,
           "no further item");

    is_int(jwti_json_text(jwti_json_member(root, jwti_str("d")), &text),
           JWTI_NOT_FOUND, "null is none");
    is_int(jwti_json_integer(jwti_json_member(root, jwti_str("d")), &integer),
           JWTI_NOT_FOUND, "of any type");
    is_int(jwti_json_integer(jwti_json_member(root, jwti_str("e")), &integer),
           JWTI_INVALID, "a decimal is no integer");
    is_int(jwti_json_integer(jwti_json_member(root, jwti_str("f")), &integer),
           JWTI_OK, "the least integer");
    ok(integer == INT64_MIN, "is whole");
    is_int(jwti_json_text(jwti_json_member(root, jwti_str("")), &text),
           JWTI_OK, "an empty name");
    is_str(text, "g", "has its text");
    is_int(jwti_json_text(jwti_json_member(root, jwti_str("A")), &text),
           JWTI_NOT_FOUND, "names are case-sensitive");

    node = jwti_json_member(jwti_json_item(jwti_json_member(root,
                                jwti_str("x")), 5), jwti_str("y"));
    ok(node.value == NULL, "steps from nothing lead nowhere");
    is_int((long long) jwti_json_count(node), 0, "of which there are none");
    is_int((long long) jwti_json_name(node, 0).len, 0, "without names");
    is_int(jwti_json_text(node, &text), JWTI_NOT_FOUND, "nor text");
    is_int(jwti_json_integer(node, &integer), JWTI_NOT_FOUND, "nor integer");

    node = jwti_json_member(root, jwti_str("h"));
    is_int((long long) jwti_json_count(node), 0, "true has no members");
    ok(jwti_json_member(node, jwti_str("a")).value == NULL
       && jwti_json_item(root, 0).value == NULL, "nor has an object items");

    jwti_json_free(json);

    return done();
}
