
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The module's tables: its directives, how their values are inherited, and
 * where its handlers stand.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_status.h"


static void *ngx_http_jwt_issuer_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_jwt_issuer_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_jwt_issuer_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_jwt_issuer_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static char *ngx_http_jwt_issuer_set_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_jwt_issuer_set_environment(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_jwt_issuer_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_jwt_issuer_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_jwt_issuer_add_handler(
    ngx_http_core_main_conf_t *cmcf, ngx_uint_t phase,
    ngx_http_handler_pt handler);


#define NGX_HTTP_JWT_ISSUER_ZONE       "jwt_issuer"
#define NGX_HTTP_JWT_ISSUER_ZONE_SIZE  (4 * 1024 * 1024)


static ngx_command_t  ngx_http_jwt_issuer_commands[] = {

    { ngx_string("jwt_issuer_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_set_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_environment"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_set_environment,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_jwks_max_age"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_jwt_issuer_main_conf_t, jwks_max_age),
      NULL },

    { ngx_string("jwt_issuer_thread_pool"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_threads_set,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_core_dump"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_jwt_issuer_main_conf_t, core_dump),
      NULL },

    { ngx_string("jwt_issuer_aws"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_NOARGS,
      ngx_http_jwt_issuer_aws_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_defaults"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_NOARGS,
      ngx_http_jwt_issuer_defaults_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_service"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_service_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_token"),
      NGX_HTTP_LOC_CONF|NGX_HTTP_LIF_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_issuer_target_token,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_inject"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LIF_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_issuer_target_inject,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_require"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF
                        |NGX_HTTP_LIF_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_issuer_require,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_wait"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_jwt_issuer_loc_conf_t, wait),
      NULL },

    { ngx_string("jwt_issuer_jwks"),
      NGX_HTTP_LOC_CONF|NGX_CONF_ANY,
      ngx_http_jwt_issuer_jwks,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_metadata"),
      NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_jwt_issuer_metadata,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("jwt_issuer_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_jwt_issuer_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_jwt_issuer_module_ctx = {
    ngx_http_jwt_issuer_preconfiguration,  /* preconfiguration */
    ngx_http_jwt_issuer_postconfiguration, /* postconfiguration */

    ngx_http_jwt_issuer_create_main_conf,  /* create main configuration */
    ngx_http_jwt_issuer_init_main_conf,    /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_jwt_issuer_create_loc_conf,   /* create location configuration */
    ngx_http_jwt_issuer_merge_loc_conf     /* merge location configuration */
};


ngx_module_t  ngx_http_jwt_issuer_module = {
    NGX_MODULE_V1,
    &ngx_http_jwt_issuer_module_ctx,       /* module context */
    ngx_http_jwt_issuer_commands,          /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_jwt_issuer_process_module,    /* init module */
    ngx_http_jwt_issuer_process_init,      /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_jwt_issuer_process_exit,      /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_http_jwt_issuer_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_main_conf_t));
    if (jmcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     jmcf->environment = { 0, NULL };
     *     jmcf->zone = NULL;
     *     jmcf->zone_name = { 0, NULL };
     *     jmcf->zone_size = 0;
     *     jmcf->defaults = NULL;
     *     jmcf->names = NULL;
     *     jmcf->token = 0;
     *     jmcf->inject = 0;
     *     jmcf->no_threads = 0;
     *     jmcf->thread_pool = NULL;
     *     jmcf->process = NULL;
     */

    jmcf->jwks_max_age = NGX_CONF_UNSET;
    jmcf->core_dump = NGX_CONF_UNSET;

    if (ngx_array_init(&jmcf->services, cf->pool, 4, sizeof(void *))
        != NGX_OK)
    {
        return NULL;
    }

    if (ngx_array_init(&jmcf->headers, cf->pool, 1, sizeof(ngx_str_t))
        != NGX_OK)
    {
        return NULL;
    }

    return jmcf;
}


static char *
ngx_http_jwt_issuer_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    char  *rv;

    ngx_conf_init_value(jmcf->jwks_max_age, 300);
    ngx_conf_init_value(jmcf->core_dump, 0);

    if (jmcf->jwks_max_age > 86400) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"jwt_issuer_jwks_max_age\" must be at most 1d");
        return NGX_CONF_ERROR;
    }

    if (jmcf->services.nelts == 0) {
        return NGX_CONF_OK;
    }

    if (jmcf->zone_name.len == 0) {
        ngx_str_set(&jmcf->zone_name, NGX_HTTP_JWT_ISSUER_ZONE);
        jmcf->zone_size = NGX_HTTP_JWT_ISSUER_ZONE_SIZE;
    }

    /* before there is a key in memory, also with "nginx -t" */

    if (!jmcf->core_dump) {
        ngx_http_jwt_issuer_process_core_dump(cf->log, 0);
    }

    rv = ngx_http_jwt_issuer_services_init(cf, jmcf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_http_jwt_issuer_threads_init(cf, jmcf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_zone_add(cf, jmcf);
}


static void *
ngx_http_jwt_issuer_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_jwt_issuer_loc_conf_t  *jlcf;

    jlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_loc_conf_t));
    if (jlcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc(), not inherited, as any content handler:
     *
     *     jlcf->token = NULL;
     *     jlcf->jwks = NULL;
     *     jlcf->metadata = NULL;
     */

    jlcf->inject = NGX_CONF_UNSET_PTR;
    jlcf->require = NGX_CONF_UNSET_PTR;
    jlcf->wait = NGX_CONF_UNSET_MSEC;
    jlcf->status = NGX_HTTP_JWT_ISSUER_STATUS_NONE;

    return jlcf;
}


static char *
ngx_http_jwt_issuer_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_jwt_issuer_loc_conf_t *prev = parent;
    ngx_http_jwt_issuer_loc_conf_t *conf = child;

    char                             *rv;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);

    rv = ngx_http_jwt_issuer_target_check(cf, jmcf, prev, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    /* "require" stays unset where no level says it: default deny */

    ngx_conf_merge_ptr_value(conf->inject, prev->inject, NULL);
    ngx_conf_merge_msec_value(conf->wait, prev->wait, 5000);

    rv = ngx_http_jwt_issuer_jwks_check(cf, jmcf, prev, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_http_jwt_issuer_metadata_check(cf, jmcf, prev, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_status_check(cf, jmcf, prev, conf);
}


static char *
ngx_http_jwt_issuer_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    u_char     *p;
    ssize_t     size;
    ngx_str_t  *value, s;

    if (jmcf->zone_name.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    p = (u_char *) ngx_strchr(value[1].data, ':');

    if (p == NULL || p == value[1].data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\", it must be \"name:size\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    s.data = p + 1;
    s.len = value[1].data + value[1].len - s.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone size \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (size < (ssize_t) (8 * ngx_pagesize)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small, the least is %uz bytes",
                           &value[1], (size_t) (8 * ngx_pagesize));
        return NGX_CONF_ERROR;
    }

    jmcf->zone_name.data = value[1].data;
    jmcf->zone_name.len = p - value[1].data;
    jmcf->zone_size = size;

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_set_environment(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_jwt_issuer_main_conf_t *jmcf = conf;

    return ngx_http_jwt_issuer_set_name(cf, &jmcf->environment);
}


static ngx_int_t
ngx_http_jwt_issuer_preconfiguration(ngx_conf_t *cf)
{
    return ngx_http_jwt_issuer_variables_add(cf);
}


static ngx_int_t
ngx_http_jwt_issuer_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t        *cmcf;
    ngx_http_jwt_issuer_main_conf_t  *jmcf;

    jmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_jwt_issuer_module);
    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    if (jmcf->token) {
        ngx_http_jwt_issuer_answer_init();
    }

    if (!jmcf->inject) {
        return NGX_OK;
    }

    if (ngx_http_jwt_issuer_variables_headers(cf, jmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_jwt_issuer_add_handler(cmcf, NGX_HTTP_SERVER_REWRITE_PHASE,
                                  ngx_http_jwt_issuer_headers_rewrite_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a named location starts behind the phase above */

    if (ngx_http_jwt_issuer_add_handler(cmcf, NGX_HTTP_REWRITE_PHASE,
                                  ngx_http_jwt_issuer_headers_rewrite_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_jwt_issuer_add_handler(cmcf, NGX_HTTP_PRECONTENT_PHASE,
                                        ngx_http_jwt_issuer_inject_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_jwt_issuer_add_handler(cmcf, NGX_HTTP_LOG_PHASE,
                                     ngx_http_jwt_issuer_headers_log_handler);
}


/*
 * Puts our handler where it runs before all others of its phase.  nginx runs
 * them from the last to the first, but those of the log phase, which it runs
 * from the first to the last: ours must give the client's headers back before
 * an access log is written.
 */

static ngx_int_t
ngx_http_jwt_issuer_add_handler(ngx_http_core_main_conf_t *cmcf,
    ngx_uint_t phase, ngx_http_handler_pt handler)
{
    ngx_array_t          *handlers;
    ngx_http_handler_pt  *h;

    handlers = &cmcf->phases[phase].handlers;

    h = ngx_array_push(handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    if (phase == NGX_HTTP_LOG_PHASE) {
        h = handlers->elts;
        ngx_memmove(&h[1], &h[0], (handlers->nelts - 1) * sizeof(*h));
    }

    *h = handler;

    return NGX_OK;
}
