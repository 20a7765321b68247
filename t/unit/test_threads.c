
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Keys and signatures in many threads, for ThreadSanitizer above all: every
 * algorithm with one key that all threads share, references taken and given
 * back meanwhile, and the module's way, where one thread writes the inputs and
 * others sign them.  The mutations: jwti_key_free() counting with
 * memory_order_relaxed (only ThreadSanitizer sees it), a static buffer in
 * jwti_token_sign(), or key->sign used without a copy.
 */


#include <pthread.h>
#include <string.h>

#include <openssl/crypto.h>

#include "keys.h"

#include "jwti_base64.h"
#include "jwti_key.h"
#include "jwti_sign.h"
#include "jwti_token.h"
#include "queue.h"
#include "verify.h"


#define NOW           1700000000123LL
#define TEST_THREADS  8         /* more than there are cores */
#define TEST_POOL     3
#define TEST_TOKENS   12        /* each thread, each algorithm */
#define TEST_JOBS     48        /* each algorithm */
#define TEST_REFS     20000     /* each thread */


/* what all threads of one test share; only the counts change */
typedef struct {
    jwti_key_t         *key;
    EVP_PKEY           *pkey;       /* NULL for HMAC */
    pthread_barrier_t   barrier;
    pthread_mutex_t     mutex;
    int                 good;       /* under the mutex */
} test_shared_t;

typedef struct {
    test_queue_t        posted;
    test_queue_t        completed;
} test_pool_t;


static void test_shared(const jwti_alg_t *alg);
static void *test_shared_thread(void *data);
static void test_pool(const jwti_alg_t *alg);
static int test_pool_loop(test_pool_t *pool, jwti_key_t *key, EVP_PKEY *pkey);
static void *test_pool_thread(void *data);
static void test_refs(void);
static void *test_refs_thread(void *data);
static void test_made_meanwhile(void);
static jwti_rc_t input(jwti_buf_t *token, const jwti_key_t *key, int number);
static int is_good(const jwti_buf_t *token, const jwti_key_t *key,
    EVP_PKEY *pkey, int number);
static jwti_key_t *make(const jwti_alg_t *alg, EVP_PKEY **pkey);
static void keep(void);


/* of each type one, made once: RSA takes its time */
static EVP_PKEY  *rsa, *p256, *p384, *p521, *ed25519;

static unsigned char  secret[64];


int
main(void)
{
    unsigned           i;
    const jwti_alg_t  *alg;

    keep();

    for (i = 0; (alg = jwti_alg_at(i)) != NULL; i++) {
        test_shared(alg);
        test_pool(alg);
    }

    test_refs();
    test_made_meanwhile();

    EVP_PKEY_free(rsa);
    EVP_PKEY_free(p256);
    EVP_PKEY_free(p384);
    EVP_PKEY_free(p521);
    EVP_PKEY_free(ed25519);

    return done();
}


/* one key, each thread with its own buffer from the claims to the token */

static void
test_shared(const jwti_alg_t *alg)
{
    int             i;
    char            name[64];
    pthread_t       threads[TEST_THREADS];
    test_shared_t   shared;

    shared.key = make(alg, &shared.pkey);
    shared.good = 0;
    pthread_mutex_init(&shared.mutex, NULL);
    pthread_barrier_init(&shared.barrier, NULL, TEST_THREADS + 1);

    for (i = 0; i < TEST_THREADS; i++) {
        pthread_create(&threads[i], NULL, test_shared_thread, &shared);
    }

    /* they have their references: the last one of them frees the key */

    pthread_barrier_wait(&shared.barrier);
    jwti_key_free(shared.key);

    for (i = 0; i < TEST_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }

    snprintf(name, sizeof(name), "%s: one key, %d threads", alg->name,
             TEST_THREADS);
    is_int(shared.good, TEST_THREADS * TEST_TOKENS, name);

    pthread_barrier_destroy(&shared.barrier);
    pthread_mutex_destroy(&shared.mutex);
}


static void *
test_shared_thread(void *data)
{
    int             i, good;
    jwti_buf_t      token;
    jwti_key_t     *key, *other;
    const char     *err;
    test_shared_t  *shared;
    unsigned char   memory[2048];

    shared = data;
    good = 0;
    key = jwti_key_ref(shared->key);

    pthread_barrier_wait(&shared->barrier);

    for (i = 0; i < TEST_TOKENS; i++) {
        other = jwti_key_ref(key);

        jwti_buf_init(&token, memory, sizeof(memory));

        if (input(&token, other, i) == JWTI_OK
            && jwti_token_sign(&token, other, &err) == JWTI_OK)
        {
            good += is_good(&token, other, shared->pkey, i);
        }

        jwti_key_free(other);
    }

    jwti_key_free(key);

    pthread_mutex_lock(&shared->mutex);
    shared->good += good;
    pthread_mutex_unlock(&shared->mutex);

    return NULL;
}


/* the module's way: this thread is the event loop */

static void
test_pool(const jwti_alg_t *alg)
{
    int           i, good;
    char          name[64];
    EVP_PKEY     *pkey;
    pthread_t     threads[TEST_POOL];
    jwti_key_t   *key;
    test_pool_t   pool;

    queue_init(&pool.posted);
    queue_init(&pool.completed);

    for (i = 0; i < TEST_POOL; i++) {
        pthread_create(&threads[i], NULL, test_pool_thread, &pool);
    }

    key = make(alg, &pkey);
    good = test_pool_loop(&pool, key, pkey);

    queue_close(&pool.posted);

    for (i = 0; i < TEST_POOL; i++) {
        pthread_join(threads[i], NULL);
    }

    snprintf(name, sizeof(name), "%s: written here, signed in %d others",
             alg->name, TEST_POOL);
    is_int(good, TEST_JOBS, name);
}


static int
test_pool_loop(test_pool_t *pool, jwti_key_t *key, EVP_PKEY *pkey)
{
    int          i, good;
    test_job_t  *job;
    jwti_key_t  *ours;

    good = 0;
    ours = jwti_key_ref(key);

    for (i = 0; i < TEST_JOBS; i++) {
        job = malloc(sizeof(test_job_t));

        job->key = jwti_key_ref(key);
        jwti_buf_init(&job->token, job->memory, sizeof(job->memory));
        job->number = i;
        job->rc = input(&job->token, key, i);

        queue_put(&pool->posted, job);
    }

    /* rotated away: what is posted goes on with its own references */

    jwti_key_free(key);

    for (i = 0; i < TEST_JOBS; i++) {
        job = queue_get(&pool->completed);

        if (job->rc == JWTI_OK) {
            good += is_good(&job->token, ours, pkey, job->number);
        }

        free(job);
    }

    jwti_key_free(ours);

    return good;
}


static void *
test_pool_thread(void *data)
{
    test_job_t   *job;
    test_pool_t  *pool;

    pool = data;

    for ( ;; ) {
        job = queue_get(&pool->posted);

        if (job == NULL) {
            return NULL;
        }

        if (job->rc == JWTI_OK) {
            job->rc = jwti_token_sign(&job->token, job->key, &job->err);
        }

        jwti_key_free(job->key);
        queue_put(&pool->completed, job);
    }
}


/* nothing but references: one too few is freed too early, one more leaks */

static void
test_refs(void)
{
    int             i;
    pthread_t       threads[TEST_THREADS];
    jwti_buf_t      token;
    const char     *err;
    test_shared_t   shared;
    unsigned char   memory[2048];

    shared.key = make(jwti_alg_find(jwti_str("EdDSA")), &shared.pkey);
    pthread_barrier_init(&shared.barrier, NULL, TEST_THREADS);

    for (i = 0; i < TEST_THREADS; i++) {
        pthread_create(&threads[i], NULL, test_refs_thread, &shared);
    }

    for (i = 0; i < TEST_THREADS; i++) {
        pthread_join(threads[i], NULL);
    }

    jwti_buf_init(&token, memory, sizeof(memory));

    ok(input(&token, shared.key, 0) == JWTI_OK
       && jwti_token_sign(&token, shared.key, &err) == JWTI_OK
       && is_good(&token, shared.key, shared.pkey, 0),
       "the key has all its references");

    jwti_key_free(shared.key);
    pthread_barrier_destroy(&shared.barrier);
}


static void *
test_refs_thread(void *data)
{
    int             i, n;
    jwti_key_t     *keys[8];
    test_shared_t  *shared;

    shared = data;
    pthread_barrier_wait(&shared->barrier);

    for (i = 0; i < TEST_REFS; i += 8) {

        for (n = 0; n < 8; n++) {
            keys[n] = jwti_key_ref(shared->key);
        }

        while (n-- > 0) {
            jwti_key_free(keys[n]);
        }
    }

    return NULL;
}


/* a new generation is loaded while the old one signs */

static void
test_made_meanwhile(void)
{
    int                i, loaded;
    pthread_t          threads[TEST_POOL];
    jwti_buf_t         buf;
    jwti_key_t        *key;
    const char        *err;
    test_shared_t      shared;
    unsigned char      stored[JWTI_KEY_STORED_MAX];
    const jwti_alg_t  *alg;

    alg = jwti_alg_find(jwti_str("PS256"));

    shared.key = make(alg, &shared.pkey);
    shared.good = 0;
    pthread_mutex_init(&shared.mutex, NULL);
    pthread_barrier_init(&shared.barrier, NULL, TEST_POOL + 1);

    for (i = 0; i < TEST_POOL; i++) {
        pthread_create(&threads[i], NULL, test_shared_thread, &shared);
    }

    pthread_barrier_wait(&shared.barrier);

    loaded = 0;

    for (i = 0; i < TEST_TOKENS; i++) {
        jwti_buf_init(&buf, stored, sizeof(stored));

        if (jwti_key_store(shared.key, &buf) == JWTI_OK
            && jwti_key_load(jwti_buf_written(&buf), alg, &key, &err)
               == JWTI_OK)
        {
            loaded++;
            jwti_key_free(key);
        }
    }

    for (i = 0; i < TEST_POOL; i++) {
        pthread_join(threads[i], NULL);
    }

    is_int(loaded, TEST_TOKENS, "keys made while another one signs");
    is_int(shared.good, TEST_POOL * TEST_TOKENS, "and it signs meanwhile");

    jwti_key_free(shared.key);
    pthread_barrier_destroy(&shared.barrier);
    pthread_mutex_destroy(&shared.mutex);
}


/* a token that is told from others by its number */

static jwti_rc_t
input(jwti_buf_t *token, const jwti_key_t *key, int number)
{
    int64_t         expires;
    jwti_str_t      name;
    const char     *err;
    jwti_claims_t   claims;
    jwti_member_t   member;
    unsigned char   digits[16];

    memset(&claims, 0, sizeof(jwti_claims_t));

    member.name = jwti_str("number");
    member.type = JWTI_TYPE_NUMBER;
    member.value.data = digits;
    member.value.len = (size_t) snprintf((char *) digits, sizeof(digits),
                                         "%d", number);

    claims.profile = JWTI_PROFILE_SERVICE;
    claims.subject = jwti_str("ledger");
    claims.lifetime = 600;
    claims.claims = &member;
    claims.nclaims = 1;

    return jwti_token_input(token, &claims, key, NOW, NULL, &expires, &name,
                            &err);
}


/* 1 when the token is the one of number, made anew, and its signature good */

static int
is_good(const jwti_buf_t *token, const jwti_key_t *key, EVP_PKEY *pkey,
    int number)
{
    size_t             len;
    jwti_buf_t         again, signature;
    jwti_str_t         text, rest;
    const jwti_alg_t  *alg;
    unsigned char      memory[2048], decoded[JWTI_SIGNATURE_MAX];

    jwti_buf_init(&again, memory, sizeof(memory));

    if (input(&again, key, number) != JWTI_OK) {
        return 0;
    }

    text = jwti_buf_written(token);
    len = jwti_buf_len(&again);

    if (text.len <= len + 1 || memcmp(text.data, memory, len) != 0
        || text.data[len] != '.')
    {
        return 0;
    }

    rest.data = text.data + len + 1;
    rest.len = text.len - len - 1;
    text.len = len;

    jwti_buf_init(&signature, decoded, sizeof(decoded));

    if (jwti_base64url_decode(&signature, rest) != JWTI_OK) {
        return 0;
    }

    alg = jwti_key_alg(key);

    if (pkey == NULL) {
        return verify_mac(secret, sizeof(secret), alg, text,
                          jwti_buf_written(&signature));
    }

    return verify(pkey, alg, text, decoded, jwti_buf_len(&signature));
}


/* pkey: of keep(), NULL for HMAC */

static jwti_key_t *
make(const jwti_alg_t *alg, EVP_PKEY **pkey)
{
    jwti_key_t          *key;
    const char          *err;
    static keys_text_t   text;

    switch (alg->family) {

    case JWTI_ECDSA:
        *pkey = (alg->hash_len == 32) ? p256
                                      : (alg->hash_len == 48) ? p384 : p521;
        break;

    case JWTI_EDDSA:
        *pkey = ed25519;
        break;

    case JWTI_HMAC:
        *pkey = NULL;
        break;

    default:
        *pkey = rsa;
    }

    if (*pkey != NULL) {
        keys_write(&text, *pkey, KEYS_PKCS8);

    } else {
        memcpy(text.data, secret, sizeof(secret));
        text.len = sizeof(secret);
    }

    if (jwti_key_parse(keys_str(&text), alg, &key, &err) != JWTI_OK) {
        printf("Bail out! %s: %s\n", alg->name, err);
        exit(1);
    }

    return key;
}


static void
keep(void)
{
    memset(secret, 's', sizeof(secret));

    rsa = keys_make("RSA", 2048);
    p256 = keys_make("prime256v1", 0);
    p384 = keys_make("secp384r1", 0);
    p521 = keys_make("secp521r1", 0);
    ed25519 = keys_make("ED25519", 0);
}
