
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * preload.c: takes memory and time away from a process that was started with
 * it, when a test says so through a file that both have mapped:
 *
 *   pid      the process that is meant; -1: any one that has loaded the module
 *            (OpenSSL 3.0 does not survive everything while it begins)
 *   left     the allocation of this number from now on fails, once; 0: none
 *   failed   how many have
 *   seconds  the clock is ahead by so many
 *   delay    the next worker that begins takes so many milliseconds more, before
 *            its modules begin
 *   slept    the monotonic clock is ahead by so many; it is left alone when
 *            somebody sets the clock
 *   slow     the monotonic clock takes so many seconds for one; 0: one
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>


typedef struct {
    long  pid;
    long  left;
    long  failed;
    long  seconds;
    long  delay;
    long  slept;
    long  slow;
} control_t;


/* glibc's own, beside the names that are replaced here */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static control_t  *control;
static int         loaded;


__attribute__((constructor)) static void
control_open(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("JWT_ISSUER_PRELOAD");
    fd = (name != NULL) ? open(name, O_RDWR | O_CLOEXEC) : -1;

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(control_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
             0);
    close(fd);

    if (p != MAP_FAILED) {
        control = p;
    }
}


static int
control_fails(void)
{
    if (control == NULL
        || __atomic_load_n(&control->left, __ATOMIC_RELAXED) <= 0
        || (control->pid == -1 && !loaded)
        || (control->pid != -1 && control->pid != syscall(SYS_getpid))
        || __atomic_sub_fetch(&control->left, 1, __ATOMIC_RELAXED) != 0)
    {
        return 0;
    }

    __atomic_add_fetch(&control->failed, 1, __ATOMIC_RELAXED);
    errno = ENOMEM;

    return 1;
}


void *
malloc(size_t size)
{
    return control_fails() ? NULL : __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    return control_fails() ? NULL : __libc_calloc(n, size);
}


void *
realloc(void *p, size_t size)
{
    return control_fails() ? NULL : __libc_realloc(p, size);
}


int
posix_memalign(void **p, size_t alignment, size_t size)
{
    void  *memory;

    memory = control_fails() ? NULL : __libc_memalign(alignment, size);

    if (memory == NULL) {
        return ENOMEM;
    }

    *p = memory;

    return 0;
}


void *
dlopen(const char *name, int flags)
{
    void  *handle, *(*real)(const char *, int);

    *(void **) &real = dlsym(RTLD_NEXT, "dlopen");
    handle = real(name, flags);

    if (name != NULL && strstr(name, "jwt_issuer") != NULL) {
        loaded = 1;
    }

    return handle;
}


/* of a worker's way from its fork to its modules */

void
srandom(unsigned seed)
{
    long             delay;
    void           (*real)(unsigned);
    struct timespec  ts;

    *(void **) &real = dlsym(RTLD_NEXT, "srandom");
    real(seed);

    delay = (control != NULL)
            ? __atomic_exchange_n(&control->delay, 0, __ATOMIC_RELAXED) : 0;

    ts.tv_sec = delay / 1000;
    ts.tv_nsec = delay % 1000 * 1000000;

    if (delay > 0) {
        nanosleep(&ts, NULL);
    }
}


static void
control_monotonic(struct timespec *ts)
{
    if (control->slow > 1) {
        ts->tv_nsec = (ts->tv_sec % control->slow * 1000000000 + ts->tv_nsec)
                      / control->slow;
        ts->tv_sec /= control->slow;
    }

    ts->tv_sec += control->slept;
}


int
clock_gettime(clockid_t clock, struct timespec *ts)
{
    long  rc;

    rc = syscall(SYS_clock_gettime, clock, ts);

    if (rc != 0 || control == NULL) {
        return (int) rc;
    }

    if (clock == CLOCK_REALTIME) {
        ts->tv_sec += control->seconds;

    } else if (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE) {
        control_monotonic(ts);
    }

    return 0;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec  ts;

    (void) zone;

    if (clock_gettime(CLOCK_REALTIME, &ts) == -1) {
        return -1;
    }

    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;

    return 0;
}


time_t
time(time_t *p)
{
    struct timespec  ts;

    if (clock_gettime(CLOCK_REALTIME, &ts) == -1) {
        return -1;
    }

    if (p != NULL) {
        *p = ts.tv_sec;
    }

    return ts.tv_sec;
}
