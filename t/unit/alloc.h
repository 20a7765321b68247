
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * alloc.h: allocations that fail when they are told to, in OpenSSL, in jansson
 * and in the core.  A program that includes it is linked with --wrap=malloc,
 * calloc, realloc and free, and calls alloc_init() before anything else.
 */


#ifndef ALLOC_H_INCLUDED
#define ALLOC_H_INCLUDED


#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "tap.h"


#define ALLOC_NEVER  SIZE_MAX


void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);


static size_t  alloc_count;                 /* allocations so far */
static size_t  alloc_fail = ALLOC_NEVER;    /* the one that fails */
static int     alloc_lasting;               /* and all after it */
static long    alloc_live;                  /* not freed yet */
static int     alloc_no_json;               /* none of jansson's fails */

TAP_UNUSED static const char  *alloc_watch; /* NULL once it is freed */
TAP_UNUSED static size_t       alloc_watch_len;
TAP_UNUSED static int          alloc_watch_clean;   /* all zeros then */


static int
alloc_fails(void)
{
    size_t  n;

    n = alloc_count++;

    return n == alloc_fail || (alloc_lasting && n > alloc_fail);
}


void *
__wrap_malloc(size_t size)
{
    void  *memory;

    memory = alloc_fails() ? NULL : __real_malloc(size);
    alloc_live += (memory != NULL);

    return memory;
}


void *
__wrap_calloc(size_t n, size_t size)
{
    void  *memory;

    memory = alloc_fails() ? NULL : __real_calloc(n, size);
    alloc_live += (memory != NULL);

    return memory;
}


void *
__wrap_realloc(void *memory, size_t size)
{
    void  *moved;

    moved = alloc_fails() ? NULL : __real_realloc(memory, size);
    alloc_live += (memory == NULL && moved != NULL);

    return moved;
}


void
__wrap_free(void *memory)
{
    size_t  i;

    if (memory != NULL && memory == alloc_watch) {
        alloc_watch_clean = 1;

        for (i = 0; i < alloc_watch_len; i++) {
            alloc_watch_clean &= (alloc_watch[i] == 0);
        }

        alloc_watch = NULL;
    }

    alloc_live -= (memory != NULL);
    __real_free(memory);
}


static void *
alloc_openssl_malloc(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    return (size != 0) ? __wrap_malloc(size) : NULL;
}


static void *
alloc_openssl_realloc(void *memory, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    if (size == 0) {
        __wrap_free(memory);
        return NULL;
    }

    return __wrap_realloc(memory, size);
}


static void
alloc_openssl_free(void *memory, const char *file, int line)
{
    (void) file;
    (void) line;

    __wrap_free(memory);
}


static void *
alloc_json_malloc(size_t size)
{
    void  *memory;

    if (!alloc_no_json) {
        return __wrap_malloc(size);
    }

    memory = __real_malloc(size);
    alloc_live += (memory != NULL);

    return memory;
}


TAP_UNUSED static void
alloc_init(void)
{
    if (CRYPTO_set_mem_functions(alloc_openssl_malloc, alloc_openssl_realloc,
                                 alloc_openssl_free)
        != 1)
    {
        printf("Bail out! OpenSSL has allocated before\n");
        exit(1);
    }

    json_set_alloc_funcs(alloc_json_malloc, __wrap_free);
}


/* from here to alloc_stop() the allocation number fail fails, from 0 */

TAP_UNUSED static void
alloc_start(size_t fail, int lasting)
{
    alloc_count = 0;
    alloc_fail = fail;
    alloc_lasting = lasting;
}


TAP_UNUSED static void
alloc_stop(void)
{
    alloc_fail = ALLOC_NEVER;
    alloc_lasting = 0;
}


#endif /* ALLOC_H_INCLUDED */
