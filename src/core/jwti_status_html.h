
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_status_html.h: what the files of the HTML page share: its head in
 * _html.c, a service's rows in _html_service.c, words and numbers for people
 * in _html_words.c, the style sheet in _html_style.c.
 */


#ifndef JWTI_STATUS_HTML_H_INCLUDED
#define JWTI_STATUS_HTML_H_INCLUDED


#include "jwti_status_internal.h"


#pragma GCC visibility push(hidden)


/* of the table of services, without the first one */
#define JWTI_HTML_COLUMNS  "8"


extern const char  jwti_html_style[];


/* the rows of a service: what is in columns, then what is in sentences */
void jwti_html_service(jwti_status_out_t *out, const jwti_status_t *status,
    const jwti_status_service_t *service);


/* somebody else's text, in an element or in a quoted attribute */
void jwti_html_str(jwti_status_out_t *out, jwti_str_t str);

/* "12,345" */
void jwti_html_count(jwti_status_out_t *out, uint64_t count);

/* "1 service", "2 services" */
void jwti_html_many(jwti_status_out_t *out, uint64_t count, const char *one,
    const char *more);

/* milliseconds as "4 min 12 s"; what is below 0 counts as 0 */
void jwti_html_span(jwti_status_out_t *out, int64_t milliseconds);

/* "3.5 MiB" */
void jwti_html_size(jwti_status_out_t *out, uint64_t bytes);


#pragma GCC visibility pop


#endif /* JWTI_STATUS_HTML_H_INCLUDED */
