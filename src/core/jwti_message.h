
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_message.h: a text for a log with words of others in it: one line of
 * printable ASCII, terminated after every step, cut at the end of its memory.
 */


#ifndef JWTI_MESSAGE_H_INCLUDED
#define JWTI_MESSAGE_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/* of a name in quotes */
#define JWTI_MESSAGE_NAME_MAX  64

/* longer runs of characters that tokens are made of are left out */
#define JWTI_MESSAGE_RUN_MAX   100


typedef struct {
    char    *text;
    size_t   size;              /* with the terminating zero, at least 1 */
    size_t   len;
} jwti_message_t;


void jwti_message_init(jwti_message_t *message, char *memory, size_t size);

/* our own words */
void jwti_message_text(jwti_message_t *message, const char *text);
void jwti_message_int(jwti_message_t *message, int64_t number);

/* somebody else's name, in quotes */
void jwti_message_name(jwti_message_t *message, jwti_str_t name);

/*
 * Somebody else's words.  They end before a line end and before what begins
 * like the header Authorization: services that refuse a signature quote the
 * whole request behind these.
 */
void jwti_message_words(jwti_message_t *message, jwti_str_t words);


#pragma GCC visibility pop


#endif /* JWTI_MESSAGE_H_INCLUDED */
