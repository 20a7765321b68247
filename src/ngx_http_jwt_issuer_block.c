
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Blocks with directives of their own, as nginx reads those of modules: its
 * stock setters work inside, and its words for what is wrong are used.
 */


#include "ngx_http_jwt_issuer_conf.h"


static char *ngx_http_jwt_issuer_block_directive(ngx_conf_t *cf,
    ngx_command_t *dummy, void *data);


typedef struct {
    ngx_command_t  *commands;       /* ended by ngx_null_command */
    void           *conf;           /* what their setters get */
} ngx_http_jwt_issuer_block_t;


char *
ngx_http_jwt_issuer_block_parse(ngx_conf_t *cf, ngx_command_t *commands,
    void *conf)
{
    char                         *rv;
    ngx_conf_t                    save;
    ngx_http_jwt_issuer_block_t   block;

    save = *cf;

    block.commands = commands;
    block.conf = conf;

    cf->handler = ngx_http_jwt_issuer_block_directive;
    /* it is read no longer than this function runs: cf is restored */
    /* cppcheck-suppress autoVariables */
    cf->handler_conf = (void *) &block;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


/* what ngx_conf_handler() does for the directives of modules */

static char *
ngx_http_jwt_issuer_block_directive(ngx_conf_t *cf, ngx_command_t *dummy,
    void *data)
{
    ngx_http_jwt_issuer_block_t *block = data;

    char           *rv;
    ngx_str_t      *name;
    ngx_uint_t      nargs;
    ngx_command_t  *cmd;

    name = cf->args->elts;
    nargs = cf->args->nelts;

    if (ngx_strcmp(name->data, "include") == 0) {

        if (nargs != 2) {
            goto number;
        }

        return ngx_conf_include(cf, dummy, data);
    }

    for (cmd = block->commands; cmd->name.len; cmd++) {

        if (cmd->name.len == name->len
            && ngx_strcmp(cmd->name.data, name->data) == 0)
        {
            break;
        }
    }

    if (cmd->name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\"", name);
        return NGX_CONF_ERROR;
    }

    if (!((cmd->type & NGX_CONF_1MORE && nargs >= 2)
          || (cmd->type & NGX_CONF_FLAG && nargs == 2)
          || (nargs <= NGX_CONF_MAX_ARGS
              && cmd->type & NGX_CONF_ARGS_NUMBER & (1 << (nargs - 1)))))
    {
        goto number;
    }

    rv = cmd->set(cf, cmd, block->conf);

    if (rv == NGX_CONF_OK || rv == NGX_CONF_ERROR) {
        return rv;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" directive %s", name, rv);

    return NGX_CONF_ERROR;

number:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid number of arguments in \"%V\" directive",
                       name);

    return NGX_CONF_ERROR;
}
