
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_internal.h: what the writers of jwti_status.h share: a buffer
 * before the sink, and the facts that every format says in its own way.
 */


#ifndef JWTI_STATUS_INTERNAL_H_INCLUDED
#define JWTI_STATUS_INTERNAL_H_INCLUDED


#include "jwti_status.h"


#pragma GCC visibility push(hidden)


/* the sink gets pieces of at most so many bytes */
#define JWTI_STATUS_PIECE     4096

/* "2015-08-30T12:36:00Z" */
#define JWTI_STATUS_DATE_LEN  20


typedef struct {
    jwti_status_sink_pt  sink;
    void                *data;
    jwti_rc_t            rc;            /* of the sink; sticky: after an error
                                         * nothing is written */
    unsigned char        last;          /* the byte written last */
    int                  begun;         /* of the family: its head is there */
    size_t               total;         /* all bytes written */
    size_t               len;           /* in memory, not given to the sink */
    unsigned char        memory[JWTI_STATUS_PIECE];
} jwti_status_out_t;

/* writes one character of ASCII so that the format takes it for itself */
typedef void (*jwti_status_escape_pt)(jwti_status_out_t *out,
    unsigned char ch);


void jwti_status_out_init(jwti_status_out_t *out, jwti_status_sink_pt sink,
    void *data);

/* gives the rest to the sink; the result of the whole document */
jwti_rc_t jwti_status_out_end(jwti_status_out_t *out) JWTI_MUST_CHECK;

void jwti_status_byte(jwti_status_out_t *out, unsigned char byte);
void jwti_status_bytes(jwti_status_out_t *out, const void *data, size_t len);
void jwti_status_text(jwti_status_out_t *out, const char *text);

jwti_str_t jwti_status_str(const char *text);

/* U+FFFD, for what must not be in a text */
void jwti_status_bad(jwti_status_out_t *out);

/*
 * Somebody else's text: ASCII through escape, valid UTF-8 as it is, U+FFFD for
 * NUL, for what is no UTF-8 and for the controls U+0080 to U+009F, which a
 * terminal would obey.
 */
void jwti_status_escaped(jwti_status_out_t *out, jwti_str_t text,
    jwti_status_escape_pt escape);

void jwti_status_int(jwti_status_out_t *out, int64_t number);

/* no counter gets beyond int64_t, and few readers take more: it ends there */
int64_t jwti_status_number(uint64_t count);
void jwti_status_count(jwti_status_out_t *out, uint64_t count);

/* number / 10^digits, 6 at most, without zeros at the end: 12.5 */
void jwti_status_decimal(jwti_status_out_t *out, int64_t number,
    unsigned digits);

/* milliseconds as seconds */
void jwti_status_seconds(jwti_status_out_t *out, int64_t milliseconds);

/*
 * Milliseconds since the epoch by RFC 3339, in UTC, terminated.  1, or 0: no
 * such date, text is empty.
 */
int jwti_status_date(char text[JWTI_STATUS_DATE_LEN + 1], int64_t now);


/* one of jwti_count_e in the words of each format */
typedef struct {
    const char  *member;                /* JSON */
    const char  *family;                /* Prometheus; rows of the same follow
                                         * each other */
    const char  *help;
    const char  *label;                 /* in it; "": none */
    const char  *words;                 /* HTML: a head, or after a number */
} jwti_status_counter_t;

extern const jwti_status_counter_t  jwti_status_counters[JWTI_COUNTERS];


/* of a service, the worst first */
typedef enum {
    JWTI_STATE_NO_KEY = 0,      /* none signs, or it is stale */
    JWTI_STATE_FAILING,         /* the source fails, the key signs */
    JWTI_STATE_ROTATING,        /* another key is going to sign */
    JWTI_STATE_OK,
    JWTI_STATES
} jwti_status_state_e;

extern const char *const  jwti_status_states[JWTI_STATES];
extern const char *const  jwti_status_key_states[];     /* jwti_key_state_e */

jwti_status_state_e jwti_status_state(const jwti_status_service_t *service);

/* the key that signs, stale or not; NULL: none */
const jwti_status_key_t *jwti_status_signing(
    const jwti_status_service_t *service);

/* 1: the key that signs may do so until service->stale_in and no longer */
int jwti_status_ends(const jwti_status_service_t *service);

jwti_str_t jwti_status_kid(const jwti_status_key_t *key);

/* how many services are in which state */
void jwti_status_summary(const jwti_status_t *status,
    size_t states[JWTI_STATES]);

/* all times of a histogram */
uint64_t jwti_status_times(const jwti_times_t *times);


/* one for each format: the unit of that number; 0 when there is none */
int jwti_status_unit_json(jwti_status_out_t *out,
    const jwti_status_t *status, size_t unit);
int jwti_status_unit_prometheus(jwti_status_out_t *out,
    const jwti_status_t *status, size_t unit);
int jwti_status_unit_html(jwti_status_out_t *out,
    const jwti_status_t *status, size_t unit);


#pragma GCC visibility pop


#endif /* JWTI_STATUS_INTERNAL_H_INCLUDED */
