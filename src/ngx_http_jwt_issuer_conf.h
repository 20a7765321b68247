
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Configuration: what the files that read it offer to each other.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_CONF_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_CONF_H_INCLUDED_


#include "ngx_http_jwt_issuer.h"


#pragma GCC visibility push(hidden)


/* _param.c */

/* one name=value parameter that a directive takes */
typedef struct {
    ngx_str_t                         name;
    /* takes the value; NGX_CONF_OK, NGX_CONF_ERROR (logged), or a constant */
    char                           *(*set)(ngx_conf_t *cf, void *conf,
                                        ngx_str_t *value);
} ngx_http_jwt_issuer_param_t;

/*
 * Walks nargs arguments; each must be a parameter of the table (ended by an
 * empty name), once.  NGX_CONF_OK, or NGX_CONF_ERROR after logging "unknown
 * parameter", "duplicate parameter" or "invalid parameter" with the argument.
 */
char *ngx_http_jwt_issuer_params(ngx_conf_t *cf, ngx_str_t *args,
    ngx_uint_t nargs, const ngx_http_jwt_issuer_param_t *params, void *conf);

/* compiles value; *cv is set */
char *ngx_http_jwt_issuer_compile(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_complex_value_t **cv);

/* the one argument of an "environment" directive */
char *ngx_http_jwt_issuer_set_name(ngx_conf_t *cf, ngx_str_t *field);

/* 1 when it may be a service's or environment's name */
ngx_uint_t ngx_http_jwt_issuer_is_name(ngx_str_t *name);

void ngx_http_jwt_issuer_place(ngx_conf_t *cf,
    ngx_http_jwt_issuer_place_t *place);

/* logs like ngx_conf_log_error(), but with an earlier file and line */
void ngx_http_jwt_issuer_place_error(ngx_conf_t *cf,
    const ngx_http_jwt_issuer_place_t *place, ngx_err_t err, const char *fmt,
    ...);


/* _threads.c */

char *ngx_http_jwt_issuer_threads_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* once all services are known: where their slow signatures are made */
char *ngx_http_jwt_issuer_threads_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);


/* _service.c */

char *ngx_http_jwt_issuer_service_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_defaults_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* _settings.c: every field unset, but those that are NULL or empty then */
ngx_http_jwt_issuer_settings_t *ngx_http_jwt_issuer_settings_init(
    ngx_http_jwt_issuer_settings_t *settings);

/* what is inherited and computed, and whether it fits together */
char *ngx_http_jwt_issuer_settings_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_service_t *service);

/* places for all of jmcf->services, to be found by name */
char *ngx_http_jwt_issuer_service_names(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);

/* among those found by name; "duplicate service" is an error */
char *ngx_http_jwt_issuer_service_insert(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_service_t *service);

/* _services.c */
char *ngx_http_jwt_issuer_services_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);


/* runs the directives of a block by a table of their own */
char *ngx_http_jwt_issuer_block_parse(ngx_conf_t *cf,
    ngx_command_t *commands, void *conf);


/* _aws_conf.c */

char *ngx_http_jwt_issuer_aws_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* the environment and what is not said; does nothing when no source needs it */
char *ngx_http_jwt_issuer_aws_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);


/* _claim.c */

char *ngx_http_jwt_issuer_claim_audience(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_claim_claim(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_claim_header(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* what of the claims can be refused before there is a request */
char *ngx_http_jwt_issuer_claim_check(ngx_conf_t *cf,
    const ngx_http_jwt_issuer_service_t *service);


/* _jwks.c, _metadata.c */

ngx_int_t ngx_http_jwt_issuer_jwks_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_jwt_issuer_metadata_handler(ngx_http_request_t *r);
char *ngx_http_jwt_issuer_jwks(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_jwt_issuer_jwks_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf);
char *ngx_http_jwt_issuer_metadata(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_metadata_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf);


/* _target.c, _require.c */

char *ngx_http_jwt_issuer_target_token(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_target_inject(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_jwt_issuer_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* services of fixed names; "jwt_issuer_token" without "jwt_issuer_require" */
char *ngx_http_jwt_issuer_target_check(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_loc_conf_t *prev,
    ngx_http_jwt_issuer_loc_conf_t *conf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_JWT_ISSUER_CONF_H_INCLUDED_ */
