
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_task.c: variables of containers, in what DescribeTaskDefinition
 * says.
 */


#include "jwti_aws_answer.h"
#include "jwti_aws_call.h"
#include "tap.h"


#define TEST_TASK(containers)                                                 \
    "{\"taskDefinition\":{\"taskDefinitionArn\":\"a\",\"containerDefinitions" \
    "\":[" containers "]}}"

#define TEST_APP                                                              \
    "{\"name\":\"app\",\"environment\":[{\"name\":\"A\",\"value\":\"geheim\"}"\
    ",{\"name\":\"KEY\",\"value\":\"k\"},{\"name\":\"EMPTY\",\"value\":\"\"}" \
    ",{\"name\":\"NONE\"}],\"secrets\":[{\"name\":\"REF\",\"valueFrom\":"     \
    "\"arn:x\"},{\"name\":\"BOTH\",\"valueFrom\":\"from\"}]}"

#define TEST_SIDE                                                             \
    "{\"name\":\"side\",\"environment\":[{\"name\":\"BOTH\",\"value\":\"v\"}]"\
    ",\"secrets\":[{\"name\":\"BOTH\",\"valueFrom\":\"from\"}]}"

#define TEST_FILES                                                            \
    "{\"name\":\"files\",\"environmentFiles\":[{\"value\":\"arn\"}]}"


typedef struct {
    const char        *body;
    const char        *container;
    const char        *name;
    const char        *text;            /* NULL: refused */
    int                reference;
    jwti_aws_class_e   class;
    const char        *message;
} test_task_t;


static void test_tasks(void);
static void test_many(void);
static void test_size(void);


static jwti_aws_answer_t  test_answer;
static unsigned char      test_memory[JWTI_KEY_TEXT_MAX];
static char               test_body[JWTI_AWS_TASK_BODY_MAX + 2];


static const test_task_t  test_task_table[] = {
    { TEST_TASK(TEST_APP), "", "KEY", "k", 0, 0, NULL },
    { TEST_TASK(TEST_APP), "app", "KEY", "k", 0, 0, NULL },
    { TEST_TASK(TEST_APP), "", "REF", "arn:x", 1, 0, NULL },
    { TEST_TASK(TEST_APP "," TEST_SIDE), "side", "BOTH", "from", 1, 0, NULL },
    { TEST_TASK(TEST_SIDE "," TEST_APP), "", "BOTH", "from", 1, 0, NULL },
    { TEST_TASK(TEST_SIDE "," TEST_APP), "app", "KEY", "k", 0, 0, NULL },
    { TEST_TASK(TEST_APP), "", "EMPTY", NULL, 0, JWTI_AWS_PERMANENT,
      "the variable \"EMPTY\" of container \"app\" is empty" },
    { TEST_TASK(TEST_APP), "", "NONE", NULL, 0, JWTI_AWS_PERMANENT,
      "the variable \"NONE\" of container \"app\" has no value" },
    { TEST_TASK(TEST_APP), "", "key", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the container \"app\" has no variable \"key\", there are: \"REF\", "
      "\"BOTH\", \"A\", \"KEY\", \"EMPTY\", \"NONE\"" },
    { TEST_TASK(TEST_FILES), "", "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the container \"files\" has no variable \"KEY\" (its environment files "
      "are not read)" },
    { TEST_TASK("{}"), "", "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the container has no variable \"KEY\"" },
    { TEST_TASK(TEST_APP "," TEST_SIDE), "web", "KEY", NULL, 0,
      JWTI_AWS_NOT_FOUND, "the task definition has no container \"web\", "
      "there are: \"app\", \"side\"" },
    { TEST_TASK(""), "", "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the task definition has no container" },
    { TEST_TASK(""), "web", "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the task definition has no container \"web\"" },
    { TEST_TASK("5"), "", "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the container has no variable \"KEY\"" },
    { TEST_TASK("{\"name\":5}"), "app", "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the task definition has no container \"app\"" },
    { TEST_TASK("{\"environment\":{\"name\":\"KEY\",\"value\":\"v\"}}"), "",
      "KEY", NULL, 0, JWTI_AWS_NOT_FOUND,
      "the container has no variable \"KEY\"" },
    { TEST_TASK("{\"environment\":[\"KEY\",5,null,{}]}"), "", "KEY", NULL, 0,
      JWTI_AWS_NOT_FOUND, "the container has no variable \"KEY\"" },
    { TEST_TASK("{\"environment\":[{\"name\":\"KEY\",\"value\":5}]}"), "",
      "KEY", NULL, 0, JWTI_AWS_PERMANENT, "the variable \"KEY\" has no value" },
    { TEST_TASK("{\"secrets\":[{\"name\":\"KEY\"}],\"environment\":[{\"name\":"
                "\"KEY\",\"value\":\"v\"}]}"), "", "KEY", NULL, 0,
      JWTI_AWS_PERMANENT, "the variable \"KEY\" has no value" },
    { "{\"taskDefinition\":{}}", "", "KEY", NULL, 0, JWTI_AWS_PERMANENT,
      "the answer has no containerDefinitions" },
    { "{}", "app", "KEY", NULL, 0, JWTI_AWS_PERMANENT,
      "the answer has no containerDefinitions" },
    { "x", "", "KEY", NULL, 0, JWTI_AWS_TRANSIENT,
      "the answer is no JSON object" }
};


int
main(void)
{
    test_tasks();
    test_many();
    test_size();

    return done();
}


static void
test_tasks(void)
{
    size_t                i;
    jwti_rc_t             rc;
    const test_task_t    *test;
    jwti_aws_variable_t   variable;

    for (i = 0; i < sizeof(test_task_table) / sizeof(test_task_t); i++) {
        test = &test_task_table[i];
        memset(&test_answer, 0, sizeof(test_answer));
        rc = jwti_aws_answer_variable(&test_answer, tap_str(test->body),
                                      tap_str(test->container),
                                      tap_str(test->name), test_memory,
                                      &variable);

        if (test->text == NULL) {
            is_int(rc, (test->class == JWTI_AWS_NOT_FOUND) ? JWTI_NOT_FOUND
                                                           : JWTI_INVALID,
                   "no variable");
            is_int(test_answer.class, test->class, "its class");
            is_str(tap_str(test_answer.message), test->message,
                   "its message");
            continue;
        }

        if (is_int(rc, JWTI_OK, test->name)) {
            is_str(variable.text, test->text, "its text");
            is_int(variable.reference, test->reference, "its kind");
            is_int(test_answer.class, JWTI_AWS_DONE, "its class");
            is_str(tap_str(test_answer.message), "", "no message");
        }
    }
}


static void
test_many(void)
{
    size_t               i, len;
    jwti_aws_variable_t  variable;

    len = (size_t) sprintf(test_body, "{\"taskDefinition\":{"
                           "\"containerDefinitions\":[{\"environment\":[");

    for (i = 0; i < JWTI_AWS_NAMES_MAX; i++) {
        len += (size_t) sprintf(test_body + len, "{\"name\":\"N%zu\"},", i);
    }

    strcpy(test_body + len - 1, "]}]}}");
    is_int(jwti_aws_answer_variable(&test_answer, tap_str(test_body),
                                    jwti_str(""), jwti_str("KEY"),
                                    test_memory, &variable), JWTI_NOT_FOUND,
           "as many names as are told");
    ok(strstr(test_answer.message, "\"N15\"") != NULL
       && strstr(test_answer.message, "...") == NULL, "all of them");

    strcpy(test_body + len - 1, ",{\"name\":\"M\"},{\"name\":\"L\"}]}]}}");
    is_int(jwti_aws_answer_variable(&test_answer, tap_str(test_body),
                                    jwti_str(""), jwti_str("KEY"),
                                    test_memory, &variable), JWTI_NOT_FOUND,
           "more names");
    ok(strstr(test_answer.message, "\"N15\", ...") != NULL
       && strstr(test_answer.message, "\"M\"") == NULL, "are not all told");
}


static void
test_size(void)
{
    size_t               i, len, max;
    jwti_str_t           body;
    jwti_aws_variable_t  variable;

    for (i = 0; i < 2; i++) {
        max = (i == 0) ? JWTI_KEY_TEXT_MAX : JWTI_AWS_ID_MAX;
        len = (size_t) sprintf(test_body, "{\"taskDefinition\":{"
                               "\"containerDefinitions\":[{\"%s\":[{"
                               "\"name\":\"KEY\",\"%s\":\"",
                               (i == 0) ? "environment" : "secrets",
                               (i == 0) ? "value" : "valueFrom");

        memset(test_body + len, 'a', max);
        strcpy(test_body + len + max, "\"}]}]}}");
        is_int(jwti_aws_answer_variable(&test_answer, tap_str(test_body),
                                        jwti_str(""), jwti_str("KEY"),
                                        test_memory, &variable), JWTI_OK,
               "the longest value");
        is_int((long long) variable.text.len, (long long) max, "is whole");

        strcpy(test_body + len + max, "a\"}]}]}}");
        is_int(jwti_aws_answer_variable(&test_answer, tap_str(test_body),
                                        jwti_str(""), jwti_str("KEY"),
                                        test_memory, &variable), JWTI_INVALID,
               "a longer one");
        ok(strstr(test_answer.message, "is too long") != NULL, "is refused");
    }

    memset(test_body, ' ', sizeof(test_body));
    memcpy(test_body, TEST_TASK(TEST_APP), sizeof(TEST_TASK(TEST_APP)) - 1);
    body.data = (unsigned char *) test_body;
    body.len = JWTI_AWS_TASK_BODY_MAX;
    is_int(jwti_aws_answer_variable(&test_answer, body, jwti_str(""),
                                    jwti_str("KEY"), test_memory, &variable),
           JWTI_OK, "the longest answer");

    body.len++;
    is_int(jwti_aws_answer_variable(&test_answer, body, jwti_str(""),
                                    jwti_str("KEY"), test_memory, &variable),
           JWTI_INVALID, "a longer one");
}
