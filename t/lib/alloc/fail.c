
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fail.c: linked into a module of its own by tools/wrap-module.sh, in which
 * whoever allocates in the module is led to here (--wrap).  What the module
 * does not call itself, nginx's own allocations and those inside of libraries,
 * is not touched; the core's unit tests do the libraries.
 *
 * A suite orders through the file that JWT_ISSUER_FAIL names: the n-th call
 * from now on fails, in whatever process it is, of all calls or of those from
 * one place.  It reads there whether that has happened, and which places there
 * were: by the address that they return to, from the module's start.
 */


#define _GNU_SOURCE

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ngx_config.h>
#include <ngx_core.h>

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>


#define FAIL_SITES  2048


/* t/lib/Test/JWTIssuer/Alloc.pm has the same layout */
typedef struct {
    uint64_t  armed;
    uint64_t  count;                /* calls while it is armed */
    uint64_t  at;                   /* the one that fails, from 0 */
    uint64_t  only;                 /* of this place; 0: of all */
    uint64_t  lasting;              /* and all those after it */
    uint64_t  failed;               /* how many have */
    uint64_t  site;                 /* the last one that has */
    uint64_t  nsites;
    uint64_t  sites[FAIL_SITES][3];  /* address, times that it failed, calls */
} fail_t;


extern const char  __ehdr_start[] __attribute__ ((visibility("hidden")));

static fail_t     *fail;


__attribute__ ((constructor))
static void
fail_init(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("JWT_ISSUER_FAIL");

    if (name == NULL || (fd = open(name, O_RDWR)) == -1) {
        return;
    }

    p = mmap(NULL, sizeof(fail_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);

    if (p != MAP_FAILED) {
        fail = p;
    }
}


static int
fail_now(const void *caller)
{
    uint64_t  site, i, n;

    if (fail == NULL || !__atomic_load_n(&fail->armed, __ATOMIC_SEQ_CST)) {
        return 0;
    }

    site = (uint64_t) ((const char *) caller - __ehdr_start);

    n = __atomic_load_n(&fail->nsites, __ATOMIC_SEQ_CST);

    for (i = 0; i < n && fail->sites[i][0] != site; i++) { /* void */ }

    if (i == n) {
        i = __atomic_fetch_add(&fail->nsites, 1, __ATOMIC_SEQ_CST);
        if (i >= FAIL_SITES) {
            abort();
        }

        fail->sites[i][0] = site;
    }

    fail->sites[i][2]++;

    if (fail->only != 0 && fail->only != site) {
        return 0;
    }

    n = __atomic_fetch_add(&fail->count, 1, __ATOMIC_SEQ_CST);

    if (fail->lasting ? n < fail->at : n != fail->at) {
        return 0;
    }

    fail->site = site;
    fail->sites[i][1]++;
    __atomic_fetch_add(&fail->failed, 1, __ATOMIC_SEQ_CST);

    return 1;
}


#define WRAP(type, name, parameters, arguments)                               \
    type *__real_##name parameters;                                           \
    type *__wrap_##name parameters;                                           \
                                                                              \
    type *                                                                    \
    __wrap_##name parameters                                                  \
    {                                                                         \
        return fail_now(__builtin_return_address(0))                          \
               ? NULL : __real_##name arguments;                              \
    }


/* tools/wrap-module.sh reads the names from here */

WRAP(void, ngx_alloc, (size_t n, ngx_log_t *log), (n, log))
WRAP(void, ngx_calloc, (size_t n, ngx_log_t *log), (n, log))
WRAP(void, ngx_palloc, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(void, ngx_pcalloc, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(void, ngx_pnalloc, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(void, ngx_slab_alloc, (ngx_slab_pool_t *pool, size_t n), (pool, n))
WRAP(void, ngx_slab_alloc_locked, (ngx_slab_pool_t *pool, size_t n), (pool, n))
WRAP(void, ngx_slab_calloc, (ngx_slab_pool_t *pool, size_t n), (pool, n))
WRAP(void, ngx_array_push, (ngx_array_t *a), (a))
WRAP(void, ngx_array_push_n, (ngx_array_t *a, ngx_uint_t n), (a, n))
WRAP(void, ngx_list_push, (ngx_list_t *list), (list))
WRAP(ngx_array_t, ngx_array_create,
     (ngx_pool_t *pool, ngx_uint_t n, size_t size), (pool, n, size))
WRAP(ngx_buf_t, ngx_create_temp_buf, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(ngx_chain_t, ngx_alloc_chain_link, (ngx_pool_t *pool), (pool))
WRAP(ngx_pool_cleanup_t, ngx_pool_cleanup_add, (ngx_pool_t *pool, size_t n),
     (pool, n))
WRAP(ngx_connection_t, ngx_get_connection, (ngx_socket_t s, ngx_log_t *log),
     (s, log))

WRAP(void, malloc, (size_t n), (n))
WRAP(void, calloc, (size_t n, size_t size), (n, size))

WRAP(CURL, curl_easy_init, (void), ())
WRAP(CURLM, curl_multi_init, (void), ())
WRAP(struct curl_slist, curl_slist_append,
     (struct curl_slist *list, const char *text), (list, text))

WRAP(void, CRYPTO_malloc, (size_t n, const char *file, int line),
     (n, file, line))
WRAP(void, CRYPTO_zalloc, (size_t n, const char *file, int line),
     (n, file, line))
WRAP(void, CRYPTO_memdup,
     (const void *from, size_t n, const char *file, int line),
     (from, n, file, line))
WRAP(BIO, BIO_new, (const BIO_METHOD *type), (type))
WRAP(EVP_MAC, EVP_MAC_fetch,
     (OSSL_LIB_CTX *ctx, const char *name, const char *properties),
     (ctx, name, properties))
WRAP(EVP_MAC_CTX, EVP_MAC_CTX_new, (EVP_MAC *mac), (mac))
WRAP(EVP_MAC_CTX, EVP_MAC_CTX_dup, (const EVP_MAC_CTX *from), (from))
WRAP(EVP_MD, EVP_MD_fetch,
     (OSSL_LIB_CTX *ctx, const char *name, const char *properties),
     (ctx, name, properties))
WRAP(EVP_MD_CTX, EVP_MD_CTX_new, (void), ())
WRAP(EVP_PKEY_CTX, EVP_PKEY_CTX_new_from_name,
     (OSSL_LIB_CTX *ctx, const char *name, const char *properties),
     (ctx, name, properties))
WRAP(EVP_PKEY_CTX, EVP_PKEY_CTX_new_from_pkey,
     (OSSL_LIB_CTX *ctx, EVP_PKEY *key, const char *properties),
     (ctx, key, properties))
WRAP(X509_PUBKEY, X509_PUBKEY_new, (void), ())
