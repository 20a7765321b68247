
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * All services once the http block was read, so that the order of its blocks
 * does not matter: settings completed, names entered, and the keys that the
 * master can read parsed and tried.  Errors name the line of the block.
 */


#include "ngx_http_jwt_issuer_conf.h"
#include "ngx_http_jwt_issuer_refresh.h"
#include "jwti_probe.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>


/*
 * So much that malloc() takes it from the system and gives it back.  What is
 * freed in the middle of the heap stays a hole there, and workers would cut the
 * pools of all requests, static ones too, out of it and merge them again: that
 * was 1 % of their time.
 */
#define NGX_HTTP_JWT_ISSUER_TEXT_MEMORY  (8 * JWTI_KEY_TEXT_MAX)


/* a key that was parsed and tried already, by its text and algorithm */
typedef struct {
    ngx_str_node_t                    node;           /* first; a digest */
    jwti_key_t                       *key;            /* some service's */
} ngx_http_jwt_issuer_known_t;


/* only while the services are completed */
typedef struct {
    ngx_rbtree_t                      tree;           /* of known keys */
    ngx_rbtree_node_t                 sentinel;
    u_char                           *memory;         /* for a key's text */
} ngx_http_jwt_issuer_load_t;


static char *ngx_http_jwt_issuer_service_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_service_t *service, ngx_http_jwt_issuer_load_t *load);
static char *ngx_http_jwt_issuer_service_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_http_jwt_issuer_load_t *load);
static const char *ngx_http_jwt_issuer_service_key(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_http_jwt_issuer_load_t *load,
    jwti_str_t text);
static void ngx_http_jwt_issuer_service_key_cleanup(void *data);
static ngx_int_t ngx_http_jwt_issuer_known_old(ngx_conf_t *cf,
    ngx_http_jwt_issuer_load_t *load);
static ngx_int_t ngx_http_jwt_issuer_known_digest(
    ngx_http_jwt_issuer_service_t *service, jwti_str_t text);
static jwti_key_t *ngx_http_jwt_issuer_known_find(
    ngx_http_jwt_issuer_load_t *load, ngx_http_jwt_issuer_service_t *service);
static ngx_int_t ngx_http_jwt_issuer_known_add(ngx_conf_t *cf,
    ngx_http_jwt_issuer_load_t *load, ngx_http_jwt_issuer_service_t *service);
static uint32_t ngx_http_jwt_issuer_known_hash(const u_char *digest);
static char *ngx_http_jwt_issuer_services_check_kids(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf);
static int ngx_libc_cdecl ngx_http_jwt_issuer_service_cmp_kid(const void *one,
    const void *two);


char *
ngx_http_jwt_issuer_services_init(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    char                            *rv;
    ngx_uint_t                       i;
    ngx_http_jwt_issuer_load_t       load;
    ngx_http_jwt_issuer_service_t  **services;

    if (ngx_http_jwt_issuer_service_names(cf, jmcf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_rbtree_init(&load.tree, &load.sentinel,
                    ngx_str_rbtree_insert_value);

    if (ngx_http_jwt_issuer_known_old(cf, &load) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    load.memory = ngx_alloc(NGX_HTTP_JWT_ISSUER_TEXT_MEMORY, cf->log);
    if (load.memory == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = NGX_CONF_OK;
    services = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts && rv == NGX_CONF_OK; i++) {
        rv = ngx_http_jwt_issuer_service_complete(cf, jmcf, services[i],
                                                  &load);
    }

    OPENSSL_cleanse(load.memory, JWTI_KEY_TEXT_MAX);
    ngx_free(load.memory);

    if (rv == NGX_CONF_OK) {
        rv = ngx_http_jwt_issuer_aws_complete(cf, jmcf);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_jwt_issuer_services_check_kids(cf, jmcf);
}


static char *
ngx_http_jwt_issuer_service_complete(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf,
    ngx_http_jwt_issuer_service_t *service, ngx_http_jwt_issuer_load_t *load)
{
    char  *rv;

    rv = ngx_http_jwt_issuer_settings_complete(cf, jmcf, service);

    if (rv == NGX_CONF_OK) {
        rv = ngx_http_jwt_issuer_service_insert(cf, jmcf, service);
    }

    if (rv == NGX_CONF_OK) {
        rv = service->source->complete(cf, service);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_http_jwt_issuer_service_load(cf, service, load);
    }

    return rv;
}


static char *
ngx_http_jwt_issuer_service_load(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_http_jwt_issuer_load_t *load)
{
    char        *rv;
    size_t       len;
    jwti_str_t   text;
    const char  *err;

    /*
     * The process that only sends a signal to the master has the operator's
     * environment and files, not the master's.
     */

    if (service->source->load == NULL
        || ngx_process == NGX_PROCESS_SIGNALLER)
    {
        return NGX_CONF_OK;
    }

    rv = service->source->load(cf, service, load->memory, &len);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    text.data = load->memory;
    text.len = len;

    err = ngx_http_jwt_issuer_service_key(cf, service, load, text);

    if (err) {
        ngx_http_jwt_issuer_place_error(cf, &service->place, 0,
                                        "cannot use key \"%V\""
                                        " in service \"%V\": %s",
                                        &service->definition, &service->label,
                                        err);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* NULL, or why the text cannot be used */

static const char *
ngx_http_jwt_issuer_service_key(ngx_conf_t *cf,
    ngx_http_jwt_issuer_service_t *service, ngx_http_jwt_issuer_load_t *load,
    jwti_str_t text)
{
    const char          *err;
    jwti_key_t          *known;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (cln == NULL
        || ngx_http_jwt_issuer_known_digest(service, text) != NGX_OK)
    {
        return "no memory";
    }

    known = ngx_http_jwt_issuer_known_find(load, service);

    if (known) {
        service->key = jwti_key_ref(known);

    } else if (jwti_key_parse(text, service->settings.algorithm,
                              &service->key, &err)
               != JWTI_OK)
    {
        service->key = NULL;
        return err;
    }

    cln->handler = ngx_http_jwt_issuer_service_key_cleanup;
    cln->data = service;

    if (known) {
        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, cf->log, 0,
                       "jwt issuer key of service \"%V\" is known already",
                       &service->label);
        return NULL;
    }

    if (jwti_probe(service->key, &err) != JWTI_OK) {
        return err;
    }

    return (ngx_http_jwt_issuer_known_add(cf, load, service) == NGX_OK)
           ? NULL : "no memory";
}


static void
ngx_http_jwt_issuer_service_key_cleanup(void *data)
{
    ngx_http_jwt_issuer_service_t *service = data;

    jwti_key_free(service->key);
    service->key = NULL;
}


/*
 * The keys of the configuration that is in use are known: a reload parses what
 * is new.  Their text is read again all the same, and compared by its digest.
 */

static ngx_int_t
ngx_http_jwt_issuer_known_old(ngx_conf_t *cf, ngx_http_jwt_issuer_load_t *load)
{
    ngx_uint_t                        i;
    ngx_http_jwt_issuer_service_t   **services;
    ngx_http_jwt_issuer_main_conf_t  *ojmcf;

    if (ngx_is_init_cycle(cf->cycle->old_cycle)) {
        return NGX_OK;
    }

    /* nothing when another image of the module made it: see there */

    ojmcf = ngx_http_jwt_issuer_process_conf(cf->cycle->old_cycle);

    if (ojmcf == NULL) {
        return NGX_OK;
    }

    services = ojmcf->services.elts;

    for (i = 0; i < ojmcf->services.nelts; i++) {

        if (services[i]->key
            && ngx_http_jwt_issuer_known_find(load, services[i]) == NULL
            && ngx_http_jwt_issuer_known_add(cf, load, services[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* of all that jwti_key_parse() makes a key of */

static ngx_int_t
ngx_http_jwt_issuer_known_digest(ngx_http_jwt_issuer_service_t *service,
    jwti_str_t text)
{
    int                ok;
    EVP_MD_CTX        *ctx;
    const jwti_alg_t  *alg;

    alg = service->settings.algorithm;

    ctx = EVP_MD_CTX_new();

    ok = ctx != NULL
         && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
         && EVP_DigestUpdate(ctx, alg ? alg->name : "",
                             alg ? ngx_strlen(alg->name) + 1 : 1)
            == 1
         && EVP_DigestUpdate(ctx, text.data, text.len) == 1
         && EVP_DigestFinal_ex(ctx, service->key_digest, NULL) == 1;

    EVP_MD_CTX_free(ctx);

    return ok ? NGX_OK : NGX_ERROR;
}


static jwti_key_t *
ngx_http_jwt_issuer_known_find(ngx_http_jwt_issuer_load_t *load,
    ngx_http_jwt_issuer_service_t *service)
{
    ngx_str_t                     digest;
    ngx_http_jwt_issuer_known_t  *known;

    digest.data = service->key_digest;
    digest.len = NGX_HTTP_JWT_ISSUER_DIGEST;

    known = (ngx_http_jwt_issuer_known_t *)
                ngx_str_rbtree_lookup(&load->tree, &digest,
                                  ngx_http_jwt_issuer_known_hash(digest.data));

    return known ? known->key : NULL;
}


static ngx_int_t
ngx_http_jwt_issuer_known_add(ngx_conf_t *cf, ngx_http_jwt_issuer_load_t *load,
    ngx_http_jwt_issuer_service_t *service)
{
    ngx_http_jwt_issuer_known_t  *known;

    known = ngx_palloc(cf->temp_pool, sizeof(ngx_http_jwt_issuer_known_t));
    if (known == NULL) {
        return NGX_ERROR;
    }

    known->key = service->key;
    known->node.str.data = service->key_digest;
    known->node.str.len = NGX_HTTP_JWT_ISSUER_DIGEST;
    known->node.node.key = ngx_http_jwt_issuer_known_hash(service->key_digest);

    ngx_rbtree_insert(&load->tree, &known->node.node);

    return NGX_OK;
}


/* ngx_str_rbtree_lookup() takes no more than 32 bits */

static uint32_t
ngx_http_jwt_issuer_known_hash(const u_char *digest)
{
    uint32_t  hash;

    ngx_memcpy(&hash, digest, sizeof(uint32_t));

    return hash;
}


/* one key, one algorithm (RFC 8725, 3.1): verifiers find it by its kid */

static char *
ngx_http_jwt_issuer_services_check_kids(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    ngx_uint_t                       i, n;
    ngx_http_jwt_issuer_service_t  **services, **sorted;

    sorted = ngx_palloc(cf->temp_pool,
                        jmcf->services.nelts * sizeof(void *));
    if (sorted == NULL) {
        return NGX_CONF_ERROR;
    }

    n = 0;
    services = jmcf->services.elts;

    for (i = 0; i < jmcf->services.nelts; i++) {
        if (services[i]->key) {
            sorted[n++] = services[i];
        }
    }

    ngx_qsort(sorted, n, sizeof(void *), ngx_http_jwt_issuer_service_cmp_kid);

    for (i = 1; i < n; i++) {

        if (ngx_http_jwt_issuer_service_cmp_kid(&sorted[i - 1], &sorted[i])
            == 0
            && jwti_key_alg(sorted[i - 1]->key)
               != jwti_key_alg(sorted[i]->key))
        {
            ngx_http_jwt_issuer_place_error(cf, &sorted[i]->place, 0,
                     "key of service \"%V\" is used with another algorithm"
                     " by service \"%V\"",
                     &sorted[i]->label, &sorted[i - 1]->label);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static int ngx_libc_cdecl
ngx_http_jwt_issuer_service_cmp_kid(const void *one, const void *two)
{
    ngx_http_jwt_issuer_service_t *const *first = one;
    ngx_http_jwt_issuer_service_t *const *second = two;

    return ngx_memcmp(jwti_key_kid((*first)->key).data,
                      jwti_key_kid((*second)->key).data, JWTI_KID_LEN);
}
