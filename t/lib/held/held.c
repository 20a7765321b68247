
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * held.c: linked into a module of its own by tools/wrap-module.sh, in which
 * locks are taken and given back here: it counts for how long they were held,
 * and what was called meanwhile that must not be (F34 of the catalogue).  What
 * the module does not call itself is not seen.
 *
 * A suite reads the figures of all processes in the file that JWT_ISSUER_HELD
 * names.
 */


#define _GNU_SOURCE

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <ngx_config.h>
#include <ngx_core.h>

#include "core/jwti_key.h"
#include "core/jwti_probe.h"
#include "core/jwti_sign.h"

#include <openssl/evp.h>


#define HELD_BINS    1024
#define HELD_PLACES  64


/* t/torture/lock.t has the same layout */
typedef struct {
    uint64_t  clock[HELD_BINS];     /* how often for so many microseconds */
    uint64_t  cpu[HELD_BINS];       /* of the processor's time */
    uint64_t  longest;              /* nanoseconds of the processor's time */
    uint64_t  copied;               /* bytes, at most, in one call */
    uint64_t  nplaces;
    uint64_t  places[HELD_PLACES];  /* that called what must not be */
} held_t;


extern const char  __ehdr_start[] __attribute__ ((visibility("hidden")));

static held_t               *held;
static __thread int          depth;
static __thread uint64_t     began, began_cpu;


__attribute__ ((constructor))
static void
held_init(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("JWT_ISSUER_HELD");

    if (name == NULL || (fd = open(name, O_RDWR)) == -1) {
        return;
    }

    p = mmap(NULL, sizeof(held_t), PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);

    if (p != MAP_FAILED) {
        held = p;
    }
}


static uint64_t
held_now(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


static void
held_count(uint64_t *bins, uint64_t ns)
{
    uint64_t  us;

    us = ns / 1000;

    __atomic_fetch_add(&bins[us < HELD_BINS ? us : HELD_BINS - 1], 1,
                       __ATOMIC_SEQ_CST);
}


static void
held_max(uint64_t *max, uint64_t value)
{
    uint64_t  seen;

    seen = __atomic_load_n(max, __ATOMIC_SEQ_CST);

    while (seen < value
           && !__atomic_compare_exchange_n(max, &seen, value, 0,
                                           __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    {
        /* void */
    }
}


static void
held_place(const void *caller)
{
    uint64_t  n, place;

    if (depth == 0 || held == NULL) {
        return;
    }

    place = (uint64_t) ((const char *) caller - __ehdr_start);

    n = __atomic_fetch_add(&held->nplaces, 1, __ATOMIC_SEQ_CST);

    if (n < HELD_PLACES) {
        held->places[n] = place;
    }
}


/* tools/wrap-module.sh reads the names from here */

#define WRAP_LOCK(type, name, parameters)                                     \
    type __real_##name parameters;                                            \
    type __wrap_##name parameters;                                            \
                                                                              \
    type                                                                      \
    __wrap_##name parameters


WRAP_LOCK(void, ngx_shmtx_lock, (ngx_shmtx_t *mtx))
{
    __real_ngx_shmtx_lock(mtx);

    depth++;
    began = held_now(CLOCK_MONOTONIC);
    began_cpu = held_now(CLOCK_THREAD_CPUTIME_ID);
}


WRAP_LOCK(void, ngx_shmtx_unlock, (ngx_shmtx_t *mtx))
{
    uint64_t  ns, cpu;

    cpu = held_now(CLOCK_THREAD_CPUTIME_ID) - began_cpu;
    ns = held_now(CLOCK_MONOTONIC) - began;
    depth--;

    __real_ngx_shmtx_unlock(mtx);

    if (held) {
        held_count(held->clock, ns);
        held_count(held->cpu, cpu);
        held_max(&held->longest, cpu);
    }
}


#define WRAP(type, name, parameters, arguments)                               \
    type __real_##name parameters;                                            \
    type __wrap_##name parameters;                                            \
                                                                              \
    type                                                                      \
    __wrap_##name parameters                                                  \
    {                                                                         \
        held_place(__builtin_return_address(0));                              \
        return __real_##name arguments;                                       \
    }


WRAP(void *, ngx_alloc, (size_t n, ngx_log_t *log), (n, log))
WRAP(void *, ngx_calloc, (size_t n, ngx_log_t *log), (n, log))
WRAP(void *, ngx_palloc, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(void *, ngx_pcalloc, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(void *, ngx_pnalloc, (ngx_pool_t *pool, size_t n), (pool, n))
WRAP(void *, ngx_array_push, (ngx_array_t *a), (a))
WRAP(void *, ngx_array_push_n, (ngx_array_t *a, ngx_uint_t n), (a, n))
WRAP(void *, ngx_list_push, (ngx_list_t *list), (list))

WRAP(void *, malloc, (size_t n), (n))
WRAP(void *, calloc, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, (void *p, size_t n), (p, n))
WRAP(void *, CRYPTO_malloc, (size_t n, const char *file, int line),
     (n, file, line))
WRAP(void *, CRYPTO_zalloc, (size_t n, const char *file, int line),
     (n, file, line))

WRAP(ssize_t, read, (int fd, void *buf, size_t n), (fd, buf, n))
WRAP(ssize_t, write, (int fd, const void *buf, size_t n), (fd, buf, n))

WRAP(jwti_rc_t, jwti_sign,
     (const jwti_key_t *key, jwti_str_t input, jwti_buf_t *buf,
      const char **err),
     (key, input, buf, err))
WRAP(jwti_rc_t, jwti_probe, (const jwti_key_t *key, const char **err),
     (key, err))
WRAP(jwti_rc_t, jwti_key_load,
     (jwti_str_t stored, const jwti_alg_t *alg, jwti_key_t **key,
      const char **err),
     (stored, alg, key, err))
WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), ())
WRAP(int, RAND_bytes, (unsigned char *buf, int n), (buf, n))


/* its arguments vary: they go on as they came */

void __real_ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t err,
    const char *fmt, ...);

WRAP_LOCK(void, ngx_log_error_core,
          (ngx_uint_t level, ngx_log_t *log, ngx_err_t err, const char *fmt,
           ...))
{
    u_char   text[NGX_MAX_ERROR_STR], *end;
    va_list  args;

    held_place(__builtin_return_address(0));

    va_start(args, fmt);
    end = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    __real_ngx_log_error_core(level, log, err, "%*s", end - text, text);
}


#define WRAP_COPY(type, name, parameters, arguments)                          \
    WRAP_LOCK(type, name, parameters)                                         \
    {                                                                         \
        if (depth && held) {                                                  \
            held_max(&held->copied, n);                                       \
        }                                                                     \
                                                                              \
        return __real_##name arguments;                                       \
    }


WRAP_COPY(void *, memcpy, (void *to, const void *from, size_t n),
          (to, from, n))
WRAP_COPY(void *, memmove, (void *to, const void *from, size_t n),
          (to, from, n))
WRAP_COPY(void *, __memcpy_chk,
          (void *to, const void *from, size_t n, size_t size),
          (to, from, n, size))
