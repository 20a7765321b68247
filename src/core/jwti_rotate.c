
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_rotate.c: which key signs and which are published, from times alone.  A
 * state is two indices: wanted, and signing while another key still signs.
 */


#include <stdatomic.h>
#include <string.h>

#include "jwti_rotate.h"


static int jwti_rotate_is_live(const jwti_rotate_t *rotate, int slot);
static int jwti_rotate_is_used(const jwti_rotate_t *rotate, int slot);
static int jwti_rotate_has_taken_over(const jwti_rotate_t *rotate,
    int64_t now);
static int jwti_rotate_find(const jwti_rotate_t *rotate,
    const unsigned char *kid, uint32_t alg);
static int jwti_rotate_take(jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg, int64_t now, int64_t until, int *fresh);
static int64_t jwti_rotate_add(int64_t from, int64_t span);
static int64_t jwti_rotate_later(int64_t one, int64_t two);
static void jwti_rotate_order(void);
static void jwti_rotate_tidy(jwti_rotate_t *rotate);
static void jwti_rotate_settle(jwti_rotate_t *rotate, int64_t now,
    int64_t retire);
static void jwti_rotate_want(jwti_rotate_t *rotate, int slot, int64_t now);


void
jwti_rotate_init(jwti_rotate_t *rotate)
{
    memset(rotate, 0, sizeof(jwti_rotate_t));

    rotate->wanted = JWTI_ROTATE_NONE;
    rotate->signing = JWTI_ROTATE_NONE;
}


int
jwti_rotate_admit(jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg, int64_t now, int64_t activate_after, int64_t retire,
    int *fresh)
{
    int                  slot, signer;
    jwti_rotate_slot_t  *admitted;

    *fresh = 0;

    jwti_rotate_tidy(rotate);
    jwti_rotate_settle(rotate, now, retire);

    slot = jwti_rotate_find(rotate, kid, alg);

    if (slot == JWTI_ROTATE_NONE) {
        slot = jwti_rotate_take(rotate, kid, alg, now, JWTI_ROTATE_NEVER,
                                fresh);
        if (slot == JWTI_ROTATE_NONE) {
            return JWTI_ROTATE_NONE;
        }

    } else if (slot == rotate->wanted) {
        return slot;
    }

    signer = jwti_rotate_signer(rotate, now);

    if (slot != signer) {
        admitted = &rotate->slots[slot];

        if (!jwti_rotate_is_published(rotate, slot, now)) {
            /* it had left the JWKS: whoever knew it has forgotten it */
            admitted->published = now;
        }

        admitted->activate = now;

        if (signer != JWTI_ROTATE_NONE) {
            admitted->activate = jwti_rotate_later(now,
                                     jwti_rotate_add(admitted->published,
                                                     activate_after));
        }
    }

    jwti_rotate_want(rotate, slot, now);

    return slot;
}


/* the times of slot are set; the one that signs now goes on beside it */

static void
jwti_rotate_want(jwti_rotate_t *rotate, int slot, int64_t now)
{
    int                  former;
    jwti_rotate_slot_t  *superseded;

    superseded = NULL;
    former = rotate->wanted;

    if (jwti_rotate_is_live(rotate, former)) {

        if (former == jwti_rotate_signer(rotate, now)) {
            /* cut short here, one key is both: the same as wanted alone */
            rotate->signing = former;

        } else {
            /*
             * Its end is written while it is in use, where retire does not
             * count: after wanted has moved, cut short, it would never end.
             */
            superseded = &rotate->slots[former];
            superseded->retire = jwti_rotate_later(now, superseded->keep);
        }
    }

    /* cut short here, wanted has not moved: nothing has changed for readers */
    jwti_rotate_order();

    rotate->wanted = slot;

    jwti_rotate_order();

    /* what follows is not seen by readers; jwti_rotate_tidy() does it too */

    rotate->slots[slot].retire = JWTI_ROTATE_NEVER;

    if (rotate->signing == slot) {
        rotate->signing = JWTI_ROTATE_NONE;
    }

    if (superseded != NULL) {
        superseded->activate = JWTI_ROTATE_NEVER;
    }
}


void
jwti_rotate_commit(jwti_rotate_t *rotate, int slot, uint64_t serial)
{
    /* all of the slot and the caller's bytes come before its existence */
    jwti_rotate_order();

    rotate->slots[slot].serial = serial;
}


int
jwti_rotate_publish(jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg, int64_t now, int64_t until, int *fresh)
{
    int                  slot;
    jwti_rotate_slot_t  *published;

    *fresh = 0;

    jwti_rotate_tidy(rotate);

    slot = jwti_rotate_find(rotate, kid, alg);

    if (slot == JWTI_ROTATE_NONE) {
        return until > now
               ? jwti_rotate_take(rotate, kid, alg, now, until, fresh)
               : JWTI_ROTATE_NONE;
    }

    if (jwti_rotate_is_used(rotate, slot)) {
        return slot;
    }

    published = &rotate->slots[slot];

    if (published->retire <= now) {
        published->published = now;
        /* cut short here, it is still out of the JWKS */
        jwti_rotate_order();
    }

    published->retire = jwti_rotate_later(jwti_rotate_later(now, until),
                                          published->keep);
    return slot;
}


int
jwti_rotate_signer(const jwti_rotate_t *rotate, int64_t now)
{
    /*
     * A wanted key alone signs even before its time: the one before it was
     * dropped, or another process, whose cached time is a little ahead of this
     * one's, has settled that the wanted key took over.
     */
    if (jwti_rotate_is_live(rotate, rotate->wanted)
        && (rotate->slots[rotate->wanted].activate <= now
            || !jwti_rotate_is_live(rotate, rotate->signing)))
    {
        return rotate->wanted;
    }

    return jwti_rotate_is_live(rotate, rotate->signing) ? rotate->signing
                                                        : JWTI_ROTATE_NONE;
}


int
jwti_rotate_is_published(const jwti_rotate_t *rotate, int slot, int64_t now)
{
    return jwti_rotate_is_live(rotate, slot)
           && (jwti_rotate_is_used(rotate, slot)
               || now < rotate->slots[slot].retire);
}


int
jwti_rotate_is_retired(const jwti_rotate_t *rotate, int slot, int64_t now)
{
    if (!jwti_rotate_is_live(rotate, slot) || slot == rotate->wanted) {
        return 0;
    }

    if (slot == rotate->signing) {
        return jwti_rotate_has_taken_over(rotate, now);
    }

    return rotate->slots[slot].retire != JWTI_ROTATE_NEVER;
}


int
jwti_rotate_has_signed(const jwti_rotate_t *rotate, int slot)
{
    const jwti_rotate_slot_t  *asked;

    asked = &rotate->slots[slot];

    /* the end of its tokens is written when it stops */

    return asked->serial != 0 && asked->keep != INT64_MIN;
}


int64_t
jwti_rotate_expire(jwti_rotate_t *rotate, int64_t now, int64_t retire,
    unsigned *freed)
{
    int                  i;
    int64_t              next;
    jwti_rotate_slot_t  *slot;

    *freed = 0;
    next = JWTI_ROTATE_NEVER;

    jwti_rotate_tidy(rotate);
    jwti_rotate_settle(rotate, now, retire);

    if (jwti_rotate_is_live(rotate, rotate->wanted)
        && rotate->signing != JWTI_ROTATE_NONE)
    {
        next = rotate->slots[rotate->wanted].activate;
    }

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        slot = &rotate->slots[i];

        if (slot->serial == 0 || jwti_rotate_is_used(rotate, i)) {
            continue;
        }

        if (slot->retire <= now) {
            /* cut short here, the caller still has what it keeps beside it */
            slot->serial = 0;
            *freed |= 1u << i;

        } else if (slot->retire < next) {
            next = slot->retire;
        }
    }

    return next;
}


int64_t
jwti_rotate_next(const jwti_rotate_t *rotate, int64_t now, int64_t retire)
{
    int      i;
    int64_t  when, next;

    next = JWTI_ROTATE_NEVER;

    if (jwti_rotate_is_live(rotate, rotate->signing)
        && jwti_rotate_has_taken_over(rotate, now))
    {
        /* as it will be stored */
        when = jwti_rotate_add(rotate->slots[rotate->wanted].activate, retire);
        next = jwti_rotate_later(when, now + 1);
    }

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (!jwti_rotate_is_published(rotate, i, now)) {
            continue;
        }

        when = jwti_rotate_is_used(rotate, i) ? rotate->slots[i].activate
                                              : rotate->slots[i].retire;

        if (when > now && when < next) {
            next = when;
        }
    }

    return next;
}


int
jwti_rotate_drop(jwti_rotate_t *rotate, int slot)
{
    if (!jwti_rotate_is_live(rotate, slot)) {
        return 0;
    }

    /*
     * The slot goes before what refers to it: an index of a free slot counts
     * as none, but a slot without an index would be published for ever.
     */
    rotate->slots[slot].serial = 0;

    jwti_rotate_order();
    jwti_rotate_tidy(rotate);

    return 1;
}


int
jwti_rotate_is_sane(const jwti_rotate_t *rotate)
{
    int                        i;
    const jwti_rotate_slot_t  *slot;

    if (rotate->wanted < JWTI_ROTATE_NONE || rotate->wanted >= JWTI_ROTATE_SLOTS
        || rotate->signing < JWTI_ROTATE_NONE
        || rotate->signing >= JWTI_ROTATE_SLOTS)
    {
        return 0;
    }

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        slot = &rotate->slots[i];

        if (slot->serial == 0) {
            continue;
        }

        /* _find() gives the first one: another one is a repetition */
        if (slot->published == JWTI_ROTATE_NEVER
            || slot->keep == JWTI_ROTATE_NEVER
            || jwti_rotate_find(rotate, slot->kid, slot->alg) != i)
        {
            return 0;
        }

        if (jwti_rotate_is_used(rotate, i)
            && (slot->activate < slot->published
                || slot->activate == JWTI_ROTATE_NEVER))
        {
            return 0;
        }
    }

    return 1;
}


/* 1 when slot is an index and not free */

static int
jwti_rotate_is_live(const jwti_rotate_t *rotate, int slot)
{
    return slot >= 0
           && slot < JWTI_ROTATE_SLOTS
           && rotate->slots[slot].serial != 0;
}


static int
jwti_rotate_is_used(const jwti_rotate_t *rotate, int slot)
{
    return slot == rotate->wanted || slot == rotate->signing;
}


/* 1 when the signing key has been replaced, whether or not that is stored */

static int
jwti_rotate_has_taken_over(const jwti_rotate_t *rotate, int64_t now)
{
    return jwti_rotate_is_live(rotate, rotate->wanted)
           && rotate->wanted != rotate->signing
           && rotate->slots[rotate->wanted].activate <= now;
}


static int
jwti_rotate_find(const jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg)
{
    int                        i;
    const jwti_rotate_slot_t  *slot;

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        slot = &rotate->slots[i];

        if (slot->serial != 0
            && slot->alg == alg
            && memcmp(slot->kid, kid, JWTI_KID_LEN) == 0)
        {
            return i;
        }
    }

    return JWTI_ROTATE_NONE;
}


/* fill a free slot: nobody looks into it before it is committed */

static int
jwti_rotate_take(jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg, int64_t now, int64_t until, int *fresh)
{
    int                  i;
    jwti_rotate_slot_t  *slot;

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {
        slot = &rotate->slots[i];

        if (slot->serial == 0) {
            slot->published = now;
            slot->activate = JWTI_ROTATE_NEVER;
            slot->retire = until;
            slot->keep = INT64_MIN;
            slot->alg = alg;
            memcpy(slot->kid, kid, JWTI_KID_LEN);

            *fresh = 1;
            return i;
        }
    }

    return JWTI_ROTATE_NONE;
}


/* ends just below NEVER, which is no time but a state */

static int64_t
jwti_rotate_add(int64_t from, int64_t span)
{
    if (span <= 0) {
        return from;
    }

    return from < JWTI_ROTATE_NEVER - span ? from + span
                                           : JWTI_ROTATE_NEVER - 1;
}


static int64_t
jwti_rotate_later(int64_t one, int64_t two)
{
    return one > two ? one : two;
}


/*
 * Stores before stay before those after it.  Others look only under the lock
 * or after this process was killed, so the compiler is all that could mix
 * them up: a killed process has carried out a prefix of its instructions.
 */

static void
jwti_rotate_order(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}


/* finish what a process left that died, or that never committed its slot */

static void
jwti_rotate_tidy(jwti_rotate_t *rotate)
{
    int  i;

    if (!jwti_rotate_is_live(rotate, rotate->wanted)) {
        rotate->wanted = JWTI_ROTATE_NONE;
    }

    if (!jwti_rotate_is_live(rotate, rotate->signing)
        || rotate->signing == rotate->wanted)
    {
        rotate->signing = JWTI_ROTATE_NONE;
    }

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (jwti_rotate_is_used(rotate, i)) {
            rotate->slots[i].retire = JWTI_ROTATE_NEVER;
        }
    }
}


/* store that the wanted key took over, and when the one before it goes */

static void
jwti_rotate_settle(jwti_rotate_t *rotate, int64_t now, int64_t retire)
{
    jwti_rotate_slot_t  *former;

    if (rotate->signing == JWTI_ROTATE_NONE
        || !jwti_rotate_has_taken_over(rotate, now))
    {
        return;
    }

    former = &rotate->slots[rotate->signing];

    /* from the time it stopped to sign, however late this is stored */
    former->keep = jwti_rotate_later(former->keep,
                       jwti_rotate_add(rotate->slots[rotate->wanted].activate,
                                       retire));

    /* cut short before signing moves, it is in use: retire does not count */
    former->retire = former->keep;

    jwti_rotate_order();

    rotate->signing = JWTI_ROTATE_NONE;
}
