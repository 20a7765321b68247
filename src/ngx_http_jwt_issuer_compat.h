
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * Every difference between the versions of nginx that we build against:
 * 1.22 (Debian 12), 1.26 (Debian 13), and the newest.
 */


#ifndef _NGX_HTTP_JWT_ISSUER_COMPAT_H_INCLUDED_
#define _NGX_HTTP_JWT_ISSUER_COMPAT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* 1.23.0: headers of one name are linked; ngx_list_push() does not clear */

#if (nginx_version >= 1023000)
#define ngx_http_jwt_issuer_compat_unlink(h)  (h)->next = NULL
#else
#define ngx_http_jwt_issuer_compat_unlink(h)
#endif


/* 1.23.0: the first argument is new */

#if (nginx_version >= 1023000)
#define ngx_http_jwt_issuer_compat_unknown_header(r, v, name, list, prefix)   \
    ngx_http_variable_unknown_header(r, v, name, &(list)->part, prefix)
#else
#define ngx_http_jwt_issuer_compat_unknown_header(r, v, name, list, prefix)   \
    ngx_http_variable_unknown_header(v, name, &(list)->part, prefix)
#endif


#endif /* _NGX_HTTP_JWT_ISSUER_COMPAT_H_INCLUDED_ */
