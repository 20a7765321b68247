
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_json_alloc.c: each allocation fails once, and from each one on all
 * fail; nothing leaks, and strings are zero when they are freed.
 *
 * A second copy of jwti_jsonread.c is compiled here under other names, so that
 * its own allocation fails as those of jansson do, whatever it is linked with.
 *
 * Tokens are shorter than 16 bytes: where jansson cannot enlarge its buffer
 * for a longer one it goes on with bytes missing (github.com/akheron/jansson,
 * issue 362), which we cannot see.
 */


#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "tap.h"


static void *test_malloc(size_t size);
static void test_free(void *memory);


#define jwti_json_parse       test_json_parse
#define jwti_json_free        test_json_free
#define jwti_json_get_string  test_json_get_string
#define jwti_json_has         test_json_has
#define jwti_json_array_has   test_json_array_has
#define jwti_json_write_json  test_json_write_json
#define jwti_json_root        test_json_root
#define jwti_json_member      test_json_member
#define jwti_json_item        test_json_item
#define jwti_json_count       test_json_count
#define jwti_json_name        test_json_name
#define jwti_json_text        test_json_text
#define jwti_json_integer     test_json_integer

#define malloc                test_malloc
#define free                  test_free

/* see above.  NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "jwti_jsonread.c"

#undef malloc
#undef free


#define TEST_NEVER   SIZE_MAX
#define TEST_SECRET  "s3cr3t"


static void test_parse(size_t fail, int lasting, const char *name);
static void test_write(size_t fail, int lasting, const char *name);
static void test_cleansed(void);


static const char  test_text[] =
    "{\"k\":\"" TEST_SECRET "\",\"n\":[1,2.5,true,null,[\"" TEST_SECRET "\"]],"
    "\"o\":{\"a\":{},\"b\":\"\\u00e4\"},\"p\":1,\"q\":2,\"r\":3,\"s\":4,"
    "\"t\":5,\"u\":6,\"v\":7,\"w\":8}";

static size_t  test_count;          /* allocations so far */
static size_t  test_live;           /* not freed yet */
static size_t  test_fail;           /* the one that fails */
static int     test_lasting;        /* and all after it */
static size_t  test_seen;           /* secrets in freed memory */


int
main(void)
{
    size_t       i, count;
    jwti_json_t  *object;

    json_set_alloc_funcs(test_malloc, test_free);

    test_fail = TEST_NEVER;
    ok(jwti_json_parse(tap_str(test_text), 1000, &object) == JWTI_OK,
       "with memory the object is read");
    count = test_count;
    jwti_json_free(object);
    ok(count > 30, "with many allocations");
    is_int((long long) test_live, 0, "all of them are freed");

    for (i = 0; i < count; i++) {
        test_parse(i, 0, "parse: one allocation fails");
        test_parse(i, 1, "parse: all fail from one on");
        test_write(i, 0, "write: one allocation fails");
        test_write(i, 1, "write: all fail from one on");
    }

    test_cleansed();

    return done();
}


static void *
test_malloc(size_t size)
{
    size_t  n;
    void   *memory;

    n = test_count++;

    if (n == test_fail || (test_lasting && n > test_fail)) {
        return NULL;
    }

    memory = malloc(size + sizeof(max_align_t));

    if (memory == NULL) {
        return NULL;
    }

    /* the size in front, so that all of it can be searched when it is freed */

    test_live++;
    *(size_t *) memory = size;

    return (char *) memory + sizeof(max_align_t);
}


static void
test_free(void *memory)
{
    char    *start;
    size_t   i, size;

    if (memory == NULL) {
        return;
    }

    start = memory;
    start -= sizeof(max_align_t);
    size = *(size_t *) (void *) start;

    for (i = 0; i + sizeof(TEST_SECRET) <= size; i++) {

        /* with its NUL: the value, not the text that jansson read it from */

        if (memcmp((char *) memory + i, TEST_SECRET, sizeof(TEST_SECRET)) == 0)
        {
            test_seen++;
        }
    }

    test_live--;
    free(start);
}


static void
test_parse(size_t fail, int lasting, const char *name)
{
    jwti_rc_t     rc;
    jwti_str_t    value;
    jwti_json_t  *object;

    test_count = 0;
    test_fail = fail;
    test_lasting = lasting;

    rc = jwti_json_parse(tap_str(test_text), 1000, &object);

    test_fail = TEST_NEVER;
    test_lasting = 0;

    if (rc == JWTI_OK) {
        ok(jwti_json_get_string(object, "k", &value) == JWTI_OK
           && value.len == strlen(TEST_SECRET)
           && memcmp(value.data, TEST_SECRET, value.len) == 0
           && jwti_json_has(object, "w"), name);

        jwti_json_free(object);

    } else {
        ok((rc == JWTI_ERROR || rc == JWTI_INVALID) && object == NULL, name);
    }

    is_int((long long) test_live, 0, "nothing leaks");
}


static void
test_write(size_t fail, int lasting, const char *name)
{
    char        memory[1000];
    jwti_rc_t   rc;
    jwti_buf_t  buf;

    test_count = 0;
    test_fail = fail;
    test_lasting = lasting;

    jwti_buf_init(&buf, memory, sizeof(memory));
    rc = jwti_json_write_json(&buf, tap_str(test_text));

    test_fail = TEST_NEVER;
    test_lasting = 0;

    if (rc == JWTI_OK) {
        is_str(jwti_buf_written(&buf), test_text, name);

    } else {
        ok((rc == JWTI_ERROR || rc == JWTI_INVALID)
           && jwti_buf_len(&buf) == 0, name);
    }

    is_int((long long) test_live, 0, "nothing leaks");
}


static void
test_cleansed(void)
{
    void         *memory;
    jwti_json_t  *object;

    test_fail = TEST_NEVER;
    test_seen = 0;

    ok(jwti_json_parse(tap_str(test_text), 1000, &object) == JWTI_OK,
       "an object with secrets is read");
    jwti_json_free(object);

    is_int((long long) test_seen, 0, "no freed value holds a secret");

    ok(jwti_json_parse(jwti_str("[\"" TEST_SECRET "\"]"), 1000, &object)
       == JWTI_INVALID, "an array with secrets is refused");
    jwti_json_free(object);

    is_int((long long) test_seen, 0, "and cleansed as well");

    /* the check itself can fail */

    memory = test_malloc(100);

    if (memory != NULL) {
        memcpy(memory, TEST_SECRET, sizeof(TEST_SECRET));
    }

    test_free(memory);
    is_int((long long) test_seen, 1, "a secret in freed memory is seen");
}
