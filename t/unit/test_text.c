
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_text.c: settings as C strings of their own.  The mutations: no
 * OPENSSL_cleanse() in jwti_text.c, or the drop before the allocation.
 *
 * LDFLAGS: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free
 */


#include <string.h>

#include "alloc.h"
#include "jwti_text.h"


static void test_set(void);
static void test_memory(void);
static void test_cleansed(void);


int
main(void)
{
    alloc_init();

    test_set();
    test_memory();
    test_cleansed();

    return done();
}


static void
test_set(void)
{
    char  *text;
    long   live;

    text = NULL;
    live = alloc_live;

    is_int(jwti_text_set(&text, tap_str("one")), JWTI_OK, "set");
    is_str(tap_str(text), "one", "a copy");

    is_int(jwti_text_set(&text, tap_str("other")), JWTI_OK, "replaced");
    is_str(tap_str(text), "other", "a copy of the other");

    is_int(jwti_text_set(&text, tap_str("")), JWTI_OK, "set to nothing");
    ok(text == NULL, "is NULL");

    jwti_text_drop(&text);
    ok(text == NULL && alloc_live == live, "nothing is left");
}


static void
test_memory(void)
{
    char       *text;
    jwti_rc_t   rc;

    text = NULL;
    is_int(jwti_text_set(&text, tap_str("one")), JWTI_OK, "set");

    alloc_start(0, 0);
    rc = jwti_text_set(&text, tap_str("other"));
    alloc_stop();

    is_int(rc, JWTI_ERROR, "no memory");
    is_str(tap_str(text), "one", "what was there stays");

    jwti_text_drop(&text);
}


/* what free() gets is seen in the wrapper, while it is still allocated */

static void
test_cleansed(void)
{
    char  *text;

    text = NULL;
    is_int(jwti_text_set(&text, tap_str("secret")), JWTI_OK, "set");

    alloc_watch = text;
    alloc_watch_len = strlen("secret");
    jwti_text_drop(&text);

    ok(alloc_watch == NULL && alloc_watch_clean, "cleansed before it is freed");
}
