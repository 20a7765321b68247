
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The status location: what its files offer to each other and to the module's
 * tables.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_STATUS_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_STATUS_H_INCLUDED_


#include "ngx_http_jwt_issuer_refresh.h"


#pragma GCC visibility push(hidden)


/* _status.c */

ngx_int_t ngx_http_jwt_issuer_status_handler(ngx_http_request_t *r);
char *ngx_http_jwt_issuer_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_status_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf);


/* _document.c: answer with the status, which is the request's */
ngx_int_t ngx_http_jwt_issuer_document_send(ngx_http_request_t *r,
    jwti_status_format_e format, jwti_status_t *status);


/* _operate.c */

/* a POST that may operate, as a content handler */
ngx_int_t ngx_http_jwt_issuer_operate(ngx_http_request_t *r);

/* 1 when the request's first header of that name has the word in it */
ngx_uint_t ngx_http_jwt_issuer_operate_header(ngx_http_request_t *r,
    const char *name, const char *word);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_STATUS_H_INCLUDED_ */
