
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * thread_ends.c: for t/threads/exit.t, in a process that was started with it.
 * A thread that ends takes its time to give back what OpenSSL has for it; when
 * the process has come to the end of exit(), behind OpenSSL's own end, it is
 * counted whether a thread was still at that.  Both have a file mapped:
 *
 *   delay    milliseconds that the end of a thread takes
 *   begun    threads that began to end
 *   ended    threads that have
 *   exits    processes that came to their end
 *   late     those in which a thread had not ended
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>


#define ENDS_KEYS  4


typedef struct {
    long  delay;
    long  begun;
    long  ended;
    long  exits;
    long  late;
} ends_t;


static ends_t  *ends;
static long     ending;                     /* threads of this process */
static int      nkeys;
static void   (*destructors[ENDS_KEYS])(void *);


static void
ends_exit(void)
{
    __atomic_add_fetch(&ends->exits, 1, __ATOMIC_SEQ_CST);

    if (__atomic_load_n(&ending, __ATOMIC_SEQ_CST) > 0) {
        __atomic_add_fetch(&ends->late, 1, __ATOMIC_SEQ_CST);
    }
}


/* what is to be done at exit first is done last */

__attribute__((constructor)) static void
ends_open(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("JWT_ISSUER_THREAD_ENDS");
    fd = (name != NULL) ? open(name, O_RDWR | O_CLOEXEC) : -1;

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(ends_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);

    if (p != MAP_FAILED && atexit(ends_exit) == 0) {
        ends = p;
    }
}


static void
ends_call(int i, void *data)
{
    struct timespec  ts;

    __atomic_add_fetch(&ending, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&ends->begun, 1, __ATOMIC_SEQ_CST);

    ts.tv_sec = ends->delay / 1000;
    ts.tv_nsec = ends->delay % 1000 * 1000000;
    nanosleep(&ts, NULL);

    destructors[i](data);

    __atomic_add_fetch(&ends->ended, 1, __ATOMIC_SEQ_CST);
    __atomic_sub_fetch(&ending, 1, __ATOMIC_SEQ_CST);
}


static void ends_0(void *data) { ends_call(0, data); }
static void ends_1(void *data) { ends_call(1, data); }
static void ends_2(void *data) { ends_call(2, data); }
static void ends_3(void *data) { ends_call(3, data); }

static void  (*const ends_calls[ENDS_KEYS])(void *) =
    { ends_0, ends_1, ends_2, ends_3 };


int
pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    int       (*real)(pthread_key_t *, void (*)(void *));
    Dl_info     info;

    *(void **) &real = dlsym(RTLD_NEXT, "pthread_key_create");

    if (ends != NULL && destructor != NULL && nkeys < ENDS_KEYS
        && dladdr((void *) destructor, &info) != 0
        && strstr(info.dli_fname, "libcrypto") != NULL)
    {
        destructors[nkeys] = destructor;
        destructor = ends_calls[nkeys++];
    }

    return real(key, destructor);
}
