
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * "key file PATH;": read by the master at start and reload, as root, like
 * ssl_certificate_key.  Where a worker may read the file too, worker 0 looks
 * at it again with every refresh: mounted secrets change in place.
 */


#include "ngx_http_jwt_issuer_refresh.h"

#include <openssl/crypto.h>


/* what tells that a file is another one; kept only once its key was let in */
typedef struct {
    dev_t            dev;
    ino_t            ino;
    off_t            size;
    struct timespec  mtime;
    struct timespec  ctime;
} ngx_http_jwt_issuer_source_stat_t;


static char *ngx_http_jwt_issuer_source_file_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args,
    ngx_uint_t nargs);
static char *ngx_http_jwt_issuer_source_file_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory, size_t *len);
static void ngx_http_jwt_issuer_source_file_fetch(
    ngx_http_jwt_issuer_refresh_t *refresh);
static const char *ngx_http_jwt_issuer_source_file_read(ngx_str_t *path,
    const ngx_http_jwt_issuer_source_stat_t *known,
    ngx_http_jwt_issuer_source_stat_t *found, u_char *memory, size_t *len,
    ngx_err_t *err);


const ngx_http_jwt_issuer_source_t  ngx_http_jwt_issuer_source_file = {
    ngx_string("file"),
    ngx_http_jwt_issuer_source_file_parse,
    ngx_http_jwt_issuer_source_file_load,
    ngx_http_jwt_issuer_source_file_fetch
};


static char *
ngx_http_jwt_issuer_source_file_parse(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_str_t *args, ngx_uint_t nargs)
{
    ngx_str_t  *path;

    if (nargs != 1 || args[0].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"key file\" takes the path of one file");
        return NGX_CONF_ERROR;
    }

    path = ngx_palloc(cf->pool, sizeof(ngx_str_t));
    if (path == NULL) {
        return NGX_CONF_ERROR;
    }

    *path = args[0];

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    service->source_conf = path;

    service->definition.len = sizeof("file ") - 1 + path->len;
    service->definition.data = ngx_pnalloc(cf->pool, service->definition.len);
    if (service->definition.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(service->definition.data, "file %V", path);

    return NGX_CONF_OK;
}


static char *
ngx_http_jwt_issuer_source_file_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, u_char *memory, size_t *len)
{
    ngx_err_t                           err;
    const char                         *reason;
    ngx_http_jwt_issuer_source_stat_t   found;

    reason = ngx_http_jwt_issuer_source_file_read(service->source_conf, NULL,
                                                  &found, memory, len, &err);
    if (reason == NULL) {
        return NGX_CONF_OK;
    }

    if (err) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, err,
                           "cannot use key \"%V\": %s in service \"%V\"",
                           &service->definition, reason, &service->label);
        return NGX_CONF_ERROR;
    }

    ngx_http_jwt_issuer_place_error(cf, &service->place,
                                "cannot use key \"%V\": %s in service \"%V\"",
                                &service->definition, reason,
                                &service->label);
    return NGX_CONF_ERROR;
}


static void
ngx_http_jwt_issuer_source_file_fetch(ngx_http_jwt_issuer_refresh_t *refresh)
{
    size_t                              len;
    u_char                             *memory;
    ngx_http_jwt_issuer_result_t        result;
    ngx_http_jwt_issuer_source_stat_t   found, *known;

    ngx_memzero(&result, sizeof(ngx_http_jwt_issuer_result_t));

    memory = ngx_alloc(JWTI_KEY_TEXT_MAX, refresh->process->log);

    if (memory == NULL) {
        result.state = NGX_HTTP_JWT_ISSUER_FAILED;
        result.reason = "no memory";
        (void) ngx_http_jwt_issuer_refresh_done(refresh, &result);
        return;
    }

    len = 0;
    known = refresh->source_state;

    result.reason = ngx_http_jwt_issuer_source_file_read(
                                           refresh->service->source_conf,
                                           known, &found, memory, &len,
                                           &result.err);

    if (result.reason == NULL) {
        result.state = len ? NGX_HTTP_JWT_ISSUER_FETCHED
                           : NGX_HTTP_JWT_ISSUER_UNCHANGED;

    } else if (result.err == NGX_EACCES) {
        result.state = NGX_HTTP_JWT_ISSUER_PINNED;

    } else {
        result.state = NGX_HTTP_JWT_ISSUER_FAILED;
    }

    result.text.data = memory;
    result.text.len = len;

    if (ngx_http_jwt_issuer_refresh_done(refresh, &result) == NGX_OK
        && result.state == NGX_HTTP_JWT_ISSUER_FETCHED)
    {
        if (known == NULL) {
            known = ngx_palloc(refresh->process->cycle->pool, sizeof(*known));
        }

        if (known) {
            *known = found;
        }

        refresh->source_state = known;
    }

    OPENSSL_cleanse(memory, len);
    ngx_free(memory);
}


/*
 * NULL with *len 0: the file is the known one.  Else the reason why it cannot
 * be used, with errno or 0 in *err.
 */

static const char *
ngx_http_jwt_issuer_source_file_read(ngx_str_t *path,
    const ngx_http_jwt_issuer_source_stat_t *known,
    ngx_http_jwt_issuer_source_stat_t *found, u_char *memory, size_t *len,
    ngx_err_t *err)
{
    ssize_t           n;
    ngx_fd_t          fd;
    const char       *reason;
    ngx_file_info_t   fi;

    *len = 0;

    /* without O_NONBLOCK the open of a FIFO would wait for its writer */

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        *err = ngx_errno;
        return "open() failed";
    }

    *err = 0;
    reason = NULL;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        *err = ngx_errno;
        reason = "fstat() failed";
        goto done;
    }

    if (!ngx_is_file(&fi)) {
        reason = "it is not a regular file";
        goto done;
    }

    ngx_memzero(found, sizeof(ngx_http_jwt_issuer_source_stat_t));

    found->dev = fi.st_dev;
    found->ino = fi.st_ino;
    found->size = fi.st_size;
    found->mtime = fi.st_mtim;
    found->ctime = fi.st_ctim;

    if (known && ngx_memcmp(known, found, sizeof(*known)) == 0) {
        goto done;
    }

    if (fi.st_size == 0) {
        reason = "it is empty";
        goto done;
    }

    if (fi.st_size > JWTI_KEY_TEXT_MAX) {
        reason = "it is too long";
        goto done;
    }

    n = ngx_read_fd(fd, memory, (size_t) fi.st_size);

    if (n == -1) {
        *err = ngx_errno;
        reason = "read() failed";

    } else if (n != fi.st_size) {
        reason = "it was changed while being read";

    } else {
        *len = n;
    }

done:

    (void) ngx_close_file(fd);

    return reason;
}
