
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * queue.h: tokens that wait for a thread, as in nginx's thread pool.  Include
 * before tap.h.
 */


#ifndef QUEUE_H_INCLUDED
#define QUEUE_H_INCLUDED


#include <pthread.h>
#include <string.h>

#include "jwti_key.h"
#include "tap.h"


/* as a task of a thread pool: it owns its memory and a reference */
typedef struct test_job_s  test_job_t;

struct test_job_s {
    test_job_t         *next;
    jwti_key_t         *key;
    jwti_buf_t          token;
    int                 number;
    jwti_rc_t           rc;
    const char         *err;
    unsigned char       memory[2048];
};

typedef struct {
    pthread_mutex_t     mutex;
    pthread_cond_t      cond;
    test_job_t         *jobs;
    int                 closed;
} test_queue_t;


TAP_UNUSED static void
queue_init(test_queue_t *queue)
{
    memset(queue, 0, sizeof(test_queue_t));
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->cond, NULL);
}


TAP_UNUSED static void
queue_put(test_queue_t *queue, test_job_t *job)
{
    pthread_mutex_lock(&queue->mutex);
    job->next = queue->jobs;
    queue->jobs = job;
    pthread_cond_signal(&queue->cond);
    pthread_mutex_unlock(&queue->mutex);
}


/* NULL when the queue is closed and empty */

TAP_UNUSED static test_job_t *
queue_get(test_queue_t *queue)
{
    test_job_t  *job;

    pthread_mutex_lock(&queue->mutex);

    while (queue->jobs == NULL && !queue->closed) {
        pthread_cond_wait(&queue->cond, &queue->mutex);
    }

    job = queue->jobs;

    if (job != NULL) {
        queue->jobs = job->next;
    }

    pthread_mutex_unlock(&queue->mutex);

    return job;
}


TAP_UNUSED static void
queue_close(test_queue_t *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = 1;
    pthread_cond_broadcast(&queue->cond);
    pthread_mutex_unlock(&queue->mutex);
}


#endif /* QUEUE_H_INCLUDED */
