
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * The shared memory: one record for each service and definition of its key,
 * and what they leave of it for the cache of tokens.
 *
 * What a reload does.  The master sets the zone up for the new configuration
 * while the old workers still use it, and may yet give that configuration up:
 * so it only adds.  A service that is defined as before keeps its record and
 * so its keys.  One whose source or algorithm changed gets a new record: no
 * key of the old definition signs under the new one, but the old public keys
 * stay published for "retire".  Records that no service has any more are
 * freed by worker 0 of the new configuration, but not those that a later one
 * has attached in the meantime.
 *
 * The memory of a record is only ever used for records again, and each has an
 * id of its own, so that a worker of an old configuration that still holds a
 * pointer sees that the record is not its any more.
 *
 * Under the lock: no file, no network, no key parsing, no log.
 */


#include "ngx_http_jwt_issuer_zone.h"


static ngx_int_t ngx_http_jwt_issuer_zone_init(ngx_shm_zone_t *zone,
    void *data);
static void ngx_http_jwt_issuer_zone_exclude(ngx_shm_zone_t *zone);
static ngx_int_t ngx_http_jwt_issuer_zone_attach(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_service_t *service);
static void ngx_http_jwt_issuer_zone_identity(
    ngx_http_jwt_issuer_service_t *service, u_char *identity);
static ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_find_locked(
    ngx_http_jwt_issuer_zone_t *sh, u_char *identity);
static ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_create_locked(
    ngx_shm_zone_t *zone, u_char *identity);
static void ngx_http_jwt_issuer_zone_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);
static ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_first_locked(
    ngx_http_jwt_issuer_zone_t *sh, const u_char *identity);
static ngx_http_jwt_issuer_record_t *ngx_http_jwt_issuer_zone_next_locked(
    ngx_http_jwt_issuer_zone_t *sh, ngx_http_jwt_issuer_record_t *record);
static int ngx_libc_cdecl ngx_http_jwt_issuer_zone_cmp(const void *one,
    const void *two);


char *
ngx_http_jwt_issuer_zone_add(ngx_conf_t *cf,
    ngx_http_jwt_issuer_main_conf_t *jmcf)
{
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = ngx_pcalloc(cf->pool, sizeof(ngx_http_jwt_issuer_zone_ctx_t));
    if (ctx == NULL) {
        return NGX_CONF_ERROR;
    }

    ctx->jmcf = jmcf;

    jmcf->zone = ngx_shared_memory_add(cf, &jmcf->zone_name, jmcf->zone_size,
                                       &ngx_http_jwt_issuer_module);
    if (jmcf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    jmcf->zone->init = ngx_http_jwt_issuer_zone_init;
    jmcf->zone->data = ctx;

    return NGX_CONF_OK;
}


/* the master, for each configuration; data: the old one's context */

static ngx_int_t
ngx_http_jwt_issuer_zone_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_http_jwt_issuer_zone_ctx_t *octx = data;

    size_t                           len;
    ngx_uint_t                       i;
    ngx_slab_pool_t                 *shpool;
    ngx_http_jwt_issuer_zone_t      *sh;
    ngx_http_jwt_issuer_service_t  **services;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (octx) {
        ctx->sh = octx->sh;

    } else if (zone->shm.exists) {
        ctx->sh = shpool->data;

    } else {
        ngx_http_jwt_issuer_zone_exclude(zone);

        sh = ngx_slab_calloc(shpool, sizeof(ngx_http_jwt_issuer_zone_t));
        if (sh == NULL) {
            return NGX_ERROR;
        }

        sh->layout = NGX_HTTP_JWT_ISSUER_ZONE_LAYOUT;
        ngx_rbtree_init(&sh->tree, &sh->sentinel,
                        ngx_http_jwt_issuer_zone_insert);
        ngx_queue_init(&sh->spare);

        ctx->sh = sh;
        shpool->data = sh;
        shpool->log_nomem = 0;

        len = sizeof(" in jwt issuer zone \"\"") + zone->shm.name.len;

        shpool->log_ctx = ngx_slab_alloc(shpool, len);
        if (shpool->log_ctx == NULL) {
            return NGX_ERROR;
        }

        ngx_sprintf(shpool->log_ctx, " in jwt issuer zone \"%V\"%Z",
                    &zone->shm.name);
    }

    /* nginx gives a zone only to the module that it belonged to */

    if (ctx->sh->layout != NGX_HTTP_JWT_ISSUER_ZONE_LAYOUT) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                      "jwt issuer zone \"%V\" has an unknown layout",
                      &zone->shm.name);
        return NGX_ERROR;
    }

    ngx_http_jwt_issuer_zone_lock(zone);
    ctx->generation = ++ctx->sh->generation;
    ngx_http_jwt_issuer_zone_unlock(zone);

    services = ctx->jmcf->services.elts;

    for (i = 0; i < ctx->jmcf->services.nelts; i++) {

        if (ngx_http_jwt_issuer_zone_attach(zone, services[i]) != NGX_OK) {
            ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0,
                          "jwt issuer zone \"%V\" of %uz bytes is too small"
                          " for the keys of %ui services",
                          &zone->shm.name, zone->shm.size,
                          ctx->jmcf->services.nelts);
            return NGX_ERROR;
        }
    }

    ngx_http_jwt_issuer_zone_lock(zone);

    if (ctx->sh->arena.pool == NULL) {
        ngx_http_jwt_issuer_zone_arena_init_locked(zone, i);
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    return NGX_OK;
}


/* private keys: not into core dumps */

static void
ngx_http_jwt_issuer_zone_exclude(ngx_shm_zone_t *zone)
{
#ifdef MADV_DONTDUMP

    if (madvise(zone->shm.addr, zone->shm.size, MADV_DONTDUMP) == -1) {
        ngx_log_error(NGX_LOG_WARN, zone->shm.log, ngx_errno,
                      "madvise(MADV_DONTDUMP) failed for zone \"%V\"",
                      &zone->shm.name);
    }

#endif
}


static ngx_int_t
ngx_http_jwt_issuer_zone_attach(ngx_shm_zone_t *zone,
    ngx_http_jwt_issuer_service_t *service)
{
    int                              fresh;
    int64_t                          activate;
    u_char                          *identity;
    ngx_int_t                        rc;
    ngx_http_jwt_issuer_zone_t      *sh;
    ngx_http_jwt_issuer_record_t    *record, *other;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;
    sh = ctx->sh;

    identity = service->identity;
    ngx_http_jwt_issuer_zone_identity(service, identity);

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_find_locked(sh, identity);

    if (record == NULL) {
        record = ngx_http_jwt_issuer_zone_create_locked(zone, identity);
    }

    /* also when it was there before: it may be that of two reloads ago */

    for (other = ngx_http_jwt_issuer_zone_same_locked(zone, identity, NULL);
         record && other;
         other = ngx_http_jwt_issuer_zone_same_locked(zone, identity, other))
    {
        if (other != record) {
            ngx_http_jwt_issuer_zone_inherit_locked(zone, record, other,
                                                    service->settings.retire);
        }
    }

    if (record
        && ngx_http_jwt_issuer_zone_define_locked(zone, record,
                                                  &service->constants)
           != NGX_OK)
    {
        record = NULL;
    }

    if (record) {
        record->generation = ctx->generation;

        service->record = record;
        service->record_id = record->id;
        service->token_id = record->token_id;
        service->token_hash = ngx_murmur_hash2((u_char *) &service->token_id,
                                               sizeof(uint64_t));
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    if (record == NULL) {
        return NGX_ERROR;
    }

    if (service->key == NULL) {
        return NGX_OK;
    }

    rc = ngx_http_jwt_issuer_zone_admit(zone, service, service->key,
                                        &service->key_serial, &fresh,
                                        &activate);
    if (rc == NGX_ABORT) {
        ngx_log_error(NGX_LOG_ERR, zone->shm.log, 0,
                      "key \"%*s\" is not used, an operator has dropped it,"
                      " jwt service: \"%V\"",
                      (size_t) JWTI_KID_LEN, jwti_key_kid(service->key).data,
                      &service->label);
        return NGX_OK;
    }

    if (rc != NGX_OK) {
        return rc;
    }

    /* a worker that fetches the key itself sets this anew */

    ngx_http_jwt_issuer_zone_fetched(zone, service,
                                     service->source->fetch
                                     ? ngx_http_jwt_issuer_now()
                                       + (int64_t) service->settings.stale
                                     : JWTI_ROTATE_NEVER);

    if (fresh && activate > ngx_http_jwt_issuer_now()) {
        ngx_log_error(NGX_LOG_NOTICE, zone->shm.log, 0,
                      "new key \"%*s\" is published and signs in %L seconds,"
                      " jwt service: \"%V\"",
                      (size_t) JWTI_KID_LEN, jwti_key_kid(service->key).data,
                      (activate - ngx_http_jwt_issuer_now()) / 1000,
                      &service->label);
    }

    return NGX_OK;
}


/*
 * Fixed length, so that a record has one: digests of the service's name and
 * environment, and of the definition of its key.
 */

static void
ngx_http_jwt_issuer_zone_identity(ngx_http_jwt_issuer_service_t *service,
    u_char *identity)
{
    ngx_sha1_t                       sha1;
    ngx_http_jwt_issuer_settings_t  *settings = &service->settings;

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, service->name.data, service->name.len);
    ngx_sha1_update(&sha1, "/", 1);
    ngx_sha1_update(&sha1, settings->environment.data,
                    settings->environment.len);
    ngx_sha1_final(identity, &sha1);

    ngx_sha1_init(&sha1);

    if (settings->algorithm) {
        ngx_sha1_update(&sha1, settings->algorithm->name,
                        ngx_strlen(settings->algorithm->name));
    }

    ngx_sha1_update(&sha1, " ", 1);
    ngx_sha1_update(&sha1, service->definition.data, service->definition.len);
    ngx_sha1_final(identity + NGX_HTTP_JWT_ISSUER_IDENTITY_NAME, &sha1);
}


static ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_find_locked(ngx_http_jwt_issuer_zone_t *sh,
    u_char *identity)
{
    int                            rc;
    ngx_rbtree_node_t             *node, *sentinel;
    ngx_http_jwt_issuer_record_t  *record;

    node = sh->tree.root;
    sentinel = sh->tree.sentinel;

    while (node != sentinel) {
        record = (ngx_http_jwt_issuer_record_t *) node;

        rc = ngx_memcmp(identity, record->identity,
                        NGX_HTTP_JWT_ISSUER_IDENTITY);
        if (rc == 0) {
            return record;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


static ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_create_locked(ngx_shm_zone_t *zone, u_char *identity)
{
    ngx_queue_t                     *q;
    ngx_http_jwt_issuer_zone_t      *sh;
    ngx_http_jwt_issuer_record_t    *record;
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;
    sh = ctx->sh;

    if (!ngx_queue_empty(&sh->spare)) {
        q = ngx_queue_head(&sh->spare);
        ngx_queue_remove(q);
        record = ngx_queue_data(q, ngx_http_jwt_issuer_record_t, spare);

    } else {
        record = ngx_http_jwt_issuer_zone_alloc_locked(zone,
                                       sizeof(ngx_http_jwt_issuer_record_t));
        if (record == NULL) {
            return NULL;
        }
    }

    ngx_memzero(record, sizeof(ngx_http_jwt_issuer_record_t));

    ngx_memcpy(record->identity, identity, NGX_HTTP_JWT_ISSUER_IDENTITY);
    jwti_rotate_init(&record->rotate);

    record->id = ++sh->last_id;
    ngx_rbtree_insert(&sh->tree, &record->node);

    return record;
}


static void
ngx_http_jwt_issuer_zone_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel)
{
    ngx_rbtree_node_t             **p;
    ngx_http_jwt_issuer_record_t   *record, *other;

    record = (ngx_http_jwt_issuer_record_t *) node;

    for ( ;; ) {
        other = (ngx_http_jwt_issuer_record_t *) temp;

        p = (ngx_memcmp(record->identity, other->identity,
                        NGX_HTTP_JWT_ISSUER_IDENTITY)
             < 0)
            ? &temp->left : &temp->right;

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}


/* they are neighbours in the tree */

ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_same_locked(ngx_shm_zone_t *zone,
    const u_char *identity, ngx_http_jwt_issuer_record_t *record)
{
    ngx_http_jwt_issuer_zone_ctx_t  *ctx;

    ctx = zone->data;

    record = record ? ngx_http_jwt_issuer_zone_next_locked(ctx->sh, record)
                    : ngx_http_jwt_issuer_zone_first_locked(ctx->sh, identity);

    if (record && ngx_memcmp(record->identity, identity,
                             NGX_HTTP_JWT_ISSUER_IDENTITY_NAME)
                  == 0)
    {
        return record;
    }

    return NULL;
}


/* the first record of the service that identity begins with, or the next */

static ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_first_locked(ngx_http_jwt_issuer_zone_t *sh,
    const u_char *identity)
{
    ngx_rbtree_node_t             *node, *sentinel;
    ngx_http_jwt_issuer_record_t  *record, *first;

    first = NULL;
    node = sh->tree.root;
    sentinel = sh->tree.sentinel;

    while (node != sentinel) {
        record = (ngx_http_jwt_issuer_record_t *) node;

        if (ngx_memcmp(record->identity, identity,
                       NGX_HTTP_JWT_ISSUER_IDENTITY_NAME)
            < 0)
        {
            node = node->right;

        } else {
            first = record;
            node = node->left;
        }
    }

    return first;
}


/* the record after the given one, the first one for NULL */

static ngx_http_jwt_issuer_record_t *
ngx_http_jwt_issuer_zone_next_locked(ngx_http_jwt_issuer_zone_t *sh,
    ngx_http_jwt_issuer_record_t *record)
{
    if (record) {
        return (ngx_http_jwt_issuer_record_t *)
                   ngx_rbtree_next(&sh->tree, &record->node);
    }

    if (sh->tree.root == sh->tree.sentinel) {
        return NULL;
    }

    return (ngx_http_jwt_issuer_record_t *)
               ngx_rbtree_min(sh->tree.root, sh->tree.sentinel);
}


void
ngx_http_jwt_issuer_zone_sweep(ngx_http_jwt_issuer_process_t *process)
{
    uint64_t                          id, *ids;
    ngx_uint_t                        i, n, swept;
    ngx_shm_zone_t                   *zone;
    ngx_http_jwt_issuer_zone_t       *sh;
    ngx_http_jwt_issuer_record_t     *record, *next;
    ngx_http_jwt_issuer_service_t   **services;
    ngx_http_jwt_issuer_zone_ctx_t   *ctx;

    zone = process->jmcf->zone;
    ctx = zone->data;
    sh = ctx->sh;

    n = process->jmcf->services.nelts;
    services = process->jmcf->services.elts;

    ids = ngx_alloc(n * sizeof(uint64_t), process->log);
    if (ids == NULL) {
        return;
    }

    for (i = 0; i < n; i++) {
        ids[i] = services[i]->record_id;
    }

    ngx_qsort(ids, n, sizeof(uint64_t), ngx_http_jwt_issuer_zone_cmp);

    swept = 0;

    ngx_http_jwt_issuer_zone_lock(zone);

    record = ngx_http_jwt_issuer_zone_next_locked(sh, NULL);

    while (record) {
        next = ngx_http_jwt_issuer_zone_next_locked(sh, record);
        id = record->id;

        /* the master may be at the next configuration already */

        if (record->generation <= ctx->generation
            && bsearch(&id, ids, n, sizeof(uint64_t),
                       ngx_http_jwt_issuer_zone_cmp)
               == NULL)
        {
            ngx_rbtree_delete(&sh->tree, &record->node);
            ngx_http_jwt_issuer_zone_clear_locked(zone, record);
            record->id = 0;
            ngx_queue_insert_head(&sh->spare, &record->spare);
            swept++;
        }

        record = next;
    }

    ngx_http_jwt_issuer_zone_unlock(zone);

    ngx_free(ids);

    if (swept) {
        ngx_log_error(NGX_LOG_NOTICE, process->log, 0,
                      "keys of %ui removed or changed services are dropped"
                      " from jwt issuer zone \"%V\"",
                      swept, &zone->shm.name);
    }
}


static int ngx_libc_cdecl
ngx_http_jwt_issuer_zone_cmp(const void *one, const void *two)
{
    uint64_t  first = *(const uint64_t *) one;
    uint64_t  second = *(const uint64_t *) two;

    return (first > second) - (first < second);
}


void
ngx_http_jwt_issuer_zone_lock(ngx_shm_zone_t *zone)
{
    ngx_shmtx_lock(&((ngx_slab_pool_t *) zone->shm.addr)->mutex);
}


void
ngx_http_jwt_issuer_zone_unlock(ngx_shm_zone_t *zone)
{
    ngx_shmtx_unlock(&((ngx_slab_pool_t *) zone->shm.addr)->mutex);
}
