
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status.h: what is known of services, their keys and their tokens at one
 * moment, and how it is written: JSON, Prometheus text, an HTML page.  Public
 * facts only: no key, no token, no caller is in it.
 *
 * Times of the snapshot are milliseconds relative to now, so that a reader
 * needs no clock: "ago" counts back, "in" forward.
 */


#ifndef JWTI_STATUS_H_INCLUDED
#define JWTI_STATUS_H_INCLUDED


#include "jwti.h"
#include "jwti_rotate.h"


#pragma GCC visibility push(hidden)


/* what is counted for a service, since the zone was made */
typedef enum {
    JWTI_COUNT_MINTED = 0,      /* tokens signed */
    JWTI_COUNT_REUSED,          /* requests that got one made for another */
    JWTI_COUNT_INJECTED,        /* requests that went upstream with one */
    JWTI_COUNT_DENIED,          /* refused by jwt_issuer_require */
    JWTI_COUNT_NO_KEY,          /* refused: no key that signs */
    JWTI_COUNT_BAD_VALUE,       /* refused: a value of the request */
    JWTI_COUNT_BUSY,            /* refused: too many signatures wait */
    JWTI_COUNT_NOT_SIGNED,      /* failed: OpenSSL, memory */
    JWTI_COUNT_FETCHED,         /* the source was asked and answered */
    JWTI_COUNT_NOT_FETCHED,     /* the source failed, or its key was refused */
    JWTI_COUNTERS
} jwti_count_e;


/* a histogram of times: of signatures */
#define JWTI_TIMES_BUCKETS  10

typedef struct {
    uint64_t  bucket[JWTI_TIMES_BUCKETS];   /* each by itself, not summed up;
                                             * the last one has no bound */
    uint64_t  sum;                          /* microseconds */
} jwti_times_t;

/* upper bounds in microseconds, of all buckets but the last */
extern const uint32_t  jwti_times_bounds[JWTI_TIMES_BUCKETS - 1];

/* which bucket a time belongs to */
unsigned jwti_times_bucket(uint64_t microseconds);


typedef enum {
    JWTI_KEY_NEXT,              /* signs once it was published long enough */
    JWTI_KEY_SIGNING,
    JWTI_KEY_PREVIOUS,          /* published until its tokens are over */
    JWTI_KEY_PUBLISHED          /* a pending or former version: no signature
                                 * of this proxy, neither before nor to come */
} jwti_key_state_e;

typedef struct {
    unsigned char     kid[JWTI_KID_LEN];
    const char       *alg;              /* "RS512" */
    jwti_key_state_e  state;
    int64_t           published_ago;
    int64_t           signs_in;         /* of the next one; else -1 */
    int64_t           retires_in;       /* -1: unknown */
} jwti_status_key_t;

typedef struct {
    jwti_str_t         name;
    jwti_str_t         environment;     /* may be empty */
    jwti_str_t         source;          /* "secretsmanager core/dev" */
    jwti_status_key_t  keys[JWTI_ROTATE_SLOTS];
    unsigned           nkeys;
    int64_t            fetched_ago;     /* the source answered; -1: never */
    int64_t            refresh_in;      /* asked again; -1: not until reload */
    int64_t            stale_in;        /* the key signs so long still; below 0:
                                         * not any more; INT64_MAX: no end */
    unsigned           fails;           /* of the source, in a row */
    jwti_str_t         error;           /* the last one in words, or empty */
    int64_t            error_ago;
    uint64_t           counters[JWTI_COUNTERS];
    jwti_times_t       times;
} jwti_status_service_t;

typedef struct {
    const char             *version;    /* of the module */
    const char             *server;     /* "name/version" */
    int64_t                 now;        /* milliseconds since the epoch */
    int64_t                 clock_skew; /* seconds that this clock is behind
                                         * AWS's, negative: ahead */
    int                     clock_known;    /* 0: AWS was not asked */
    int                     clock_wrong;    /* 1: so much that the log warns */
    uint64_t                zone_size;  /* bytes */
    uint64_t                zone_free;  /* for keys: whole pages, and what the
                                         * cache would give */
    uint64_t                tokens;     /* in the cache */
    uint64_t                unknown;    /* requests for services that are not */
    const jwti_status_service_t  *services;
    size_t                  nservices;
    int                     operable;   /* 1: the page may offer to refresh keys
                                         * and to drop one */
} jwti_status_t;


typedef enum {
    JWTI_STATUS_JSON,
    JWTI_STATUS_PROMETHEUS,
    JWTI_STATUS_HTML
} jwti_status_format_e;

/* takes len bytes, which it copies; JWTI_OK or what the writing ends with */
typedef jwti_rc_t (*jwti_status_sink_pt)(void *data,
    const unsigned char *bytes, size_t len);

/*
 * Write the whole document, in pieces of at most a few kilobytes.  JWTI_OK, or
 * what the sink returned instead.  Whatever the strings hold, the document is
 * well-formed.
 */
jwti_rc_t jwti_status_write(jwti_status_format_e format,
    const jwti_status_t *status, jwti_status_sink_pt sink, void *data)
    JWTI_MUST_CHECK;

/* where in a document a writer is; all zero: at its start */
typedef struct {
    size_t         unit;                /* a service, or one in a family */
    int            begun;               /* the family's head is written */
    unsigned char  last;                /* the byte written last */
} jwti_status_cursor_t;

/*
 * The same in several calls, as a document of thousands of services takes
 * longer than an event loop may stand still: go on at the cursor until so many
 * bytes are written.  *more is 0 when that was the end.
 */
jwti_rc_t jwti_status_write_some(jwti_status_format_e format,
    const jwti_status_t *status, jwti_status_cursor_t *cursor, size_t enough,
    jwti_status_sink_pt sink, void *data, int *more) JWTI_MUST_CHECK;


#pragma GCC visibility pop


#endif /* JWTI_STATUS_H_INCLUDED */
