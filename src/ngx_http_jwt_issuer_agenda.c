
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * When each service's key is looked at next, in worker 0: a tree of these times
 * and one timer, for the first of them.  Timers of their own would be felt by
 * every request of the worker, whose timers go into the same tree of nginx.
 */


#include "ngx_http_jwt_issuer_refresh.h"


struct ngx_http_jwt_issuer_agenda_s {
    ngx_http_jwt_issuer_wait_t        wait;
    ngx_event_t                       event;
    ngx_rbtree_t                      tree;           /* refreshes, by time */
    ngx_rbtree_node_t                 sentinel;
    ngx_uint_t                        running;        /* the timer is set when
                                                       * all is done */
};


static void ngx_http_jwt_issuer_agenda_handler(ngx_event_t *ev);
static void ngx_http_jwt_issuer_agenda_arm(
    ngx_http_jwt_issuer_agenda_t *agenda);


ngx_int_t
ngx_http_jwt_issuer_agenda_init(ngx_http_jwt_issuer_process_t *process)
{
    ngx_http_jwt_issuer_agenda_t  *agenda;

    agenda = ngx_pcalloc(process->cycle->pool,
                         sizeof(ngx_http_jwt_issuer_agenda_t));
    if (agenda == NULL) {
        return NGX_ERROR;
    }

    ngx_rbtree_init(&agenda->tree, &agenda->sentinel,
                    ngx_rbtree_insert_timer_value);

    agenda->wait.ident = -1;
    agenda->wait.process = process;

    agenda->event.handler = ngx_http_jwt_issuer_agenda_handler;
    agenda->event.data = &agenda->wait;
    agenda->event.log = process->log;
    agenda->event.cancelable = 1;

    process->agenda = agenda;

    return NGX_OK;
}


void
ngx_http_jwt_issuer_agenda_stop(ngx_http_jwt_issuer_process_t *process)
{
    if (process->agenda && process->agenda->event.timer_set) {
        ngx_del_timer(&process->agenda->event);
    }
}


void
ngx_http_jwt_issuer_agenda_set(ngx_http_jwt_issuer_refresh_t *refresh,
    ngx_msec_t wait)
{
    ngx_http_jwt_issuer_agenda_t  *agenda;

    agenda = refresh->process->agenda;

    if (refresh->planned) {
        ngx_rbtree_delete(&agenda->tree, &refresh->node);
    }

    refresh->node.key = ngx_current_msec + wait;
    refresh->planned = 1;

    ngx_rbtree_insert(&agenda->tree, &refresh->node);

    if (!agenda->running) {
        ngx_http_jwt_issuer_agenda_arm(agenda);
    }
}


static void
ngx_http_jwt_issuer_agenda_handler(ngx_event_t *ev)
{
    ngx_http_jwt_issuer_wait_t *wait = ev->data;

    ngx_rbtree_node_t              *node;
    ngx_http_jwt_issuer_agenda_t   *agenda;
    ngx_http_jwt_issuer_refresh_t  *refresh;

    if (ngx_exiting) {
        return;
    }

    agenda = wait->process->agenda;
    agenda->running = 1;

    while (agenda->tree.root != &agenda->sentinel) {
        node = ngx_rbtree_min(agenda->tree.root, &agenda->sentinel);

        if ((ngx_msec_int_t) (node->key - ngx_current_msec) > 0) {
            break;
        }

        ngx_rbtree_delete(&agenda->tree, node);

        refresh = ngx_rbtree_data(node, ngx_http_jwt_issuer_refresh_t, node);
        refresh->planned = 0;

        /* it is set anew by that, for later */

        ngx_http_jwt_issuer_refresh_look(refresh);
    }

    agenda->running = 0;

    ngx_http_jwt_issuer_agenda_arm(agenda);
}


/* a timer that comes too early finds nothing to do, and is set anew */

static void
ngx_http_jwt_issuer_agenda_arm(ngx_http_jwt_issuer_agenda_t *agenda)
{
    ngx_event_t        *ev;
    ngx_rbtree_node_t  *node;
    ngx_msec_int_t      wait;

    if (agenda->tree.root == &agenda->sentinel) {
        return;
    }

    ev = &agenda->event;
    node = ngx_rbtree_min(agenda->tree.root, &agenda->sentinel);

    if (ev->timer_set) {

        if ((ngx_msec_int_t) (ev->timer.key - node->key) <= 0) {
            return;
        }

        /* nginx would leave it where it is when the difference is small */

        ngx_del_timer(ev);
    }

    wait = (ngx_msec_int_t) (node->key - ngx_current_msec);

    ngx_add_timer(ev, (ngx_msec_t) ngx_max(wait, 1));
}
