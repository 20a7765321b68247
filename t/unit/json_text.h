
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * json_text.h: one row of the tables in the tests of JSON.
 */


#ifndef JSON_TEXT_H_INCLUDED
#define JSON_TEXT_H_INCLUDED


typedef struct {
    const char  *text;
    const char  *want;          /* NULL: refused */
    const char  *name;
} test_text_t;


#endif /* JSON_TEXT_H_INCLUDED */
