
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * A small file as a whole, for keys and credentials.  Regular files only: an
 * open of anything else may wait for somebody.
 */


#include "ngx_http_jwt_issuer_refresh.h"


const char *
ngx_http_jwt_issuer_file_read(ngx_str_t *path, u_char *memory, size_t max,
    size_t *len, ngx_http_jwt_issuer_stat_t *stat, ngx_uint_t *same,
    ngx_err_t *err)
{
    ssize_t                      n;
    ngx_fd_t                     fd;
    const char                  *reason;
    ngx_file_info_t              fi;
    ngx_http_jwt_issuer_stat_t   found;

    *err = 0;
    *len = 0;
    reason = NULL;

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);
    if (fd == NGX_INVALID_FILE) {
        *err = ngx_errno;
        return "open() failed";
    }

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        *err = ngx_errno;
        reason = "fstat() failed";
        goto done;
    }

    if (!ngx_is_file(&fi)) {
        reason = "it is not a regular file";
        goto done;
    }

    if (stat) {
        ngx_memzero(&found, sizeof(ngx_http_jwt_issuer_stat_t));

        found.dev = fi.st_dev;
        found.ino = fi.st_ino;
        found.size = fi.st_size;
        found.mtime = fi.st_mtim;
        found.ctime = fi.st_ctim;

        *same = (ngx_memcmp(stat, &found, sizeof(found)) == 0);

        if (*same) {
            goto done;
        }

        *stat = found;
    }

    if (fi.st_size > (off_t) max) {
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
