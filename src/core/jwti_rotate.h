
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_rotate.h: which key of a service signs, which are published, until when.
 * Pure: a struct of times and numbers that may live in shared memory, and
 * functions of it and of now.  All times are milliseconds of one monotonic
 * clock, below JWTI_ROTATE_NEVER; sums of times end just below it.
 *
 * A key is admitted (published), activates (signs) activate_after later, and
 * when another one has taken over it stays published for retire, then goes.
 * A key signs at once when no other one does.  Requirements K1, K2, K8.
 *
 * The functions that change a rotation are called under the caller's lock.  A
 * process may die in the middle of any of them: what is left is a rotation
 * from before or after the change, and the next call tidies it up.  Only when
 * it dies between jwti_rotate_admit() and the commit of a fresh slot, the key
 * that signs goes on and none follows it until one is admitted again.
 */


#ifndef JWTI_ROTATE_H_INCLUDED
#define JWTI_ROTATE_H_INCLUDED


#include "jwti.h"


#pragma GCC visibility push(hidden)


/* keys of one service that can be published at once */
#define JWTI_ROTATE_SLOTS  8

#define JWTI_ROTATE_NEVER  INT64_MAX
#define JWTI_ROTATE_NONE   (-1)


typedef struct {
    uint64_t       serial;      /* 0: the slot is free; given by the caller */
    int64_t        published;   /* when it came into the JWKS */
    int64_t        activate;    /* signs from here on; NEVER: only published */
    int64_t        retire;      /* leaves the JWKS; NEVER: in use */
    int64_t        keep;        /* may not leave earlier: it has signed */
    uint32_t       alg;         /* jwti_alg_index() */
    unsigned char  kid[JWTI_KID_LEN];
} jwti_rotate_slot_t;

typedef struct {
    jwti_rotate_slot_t  slots[JWTI_ROTATE_SLOTS];
    /*
     * Indices or NONE.  One that refers to a free slot counts as NONE; a slot
     * that is referred to is in use, whatever its retire says.
     */
    int                 wanted;     /* the source's current key */
    int                 signing;    /* signs until wanted is active */
} jwti_rotate_t;


/* an empty rotation: no key */
void jwti_rotate_init(jwti_rotate_t *rotate);

/*
 * The source's current key is kid.  The one that signs now goes on until this
 * one is active: published + activate_after, or at once when there is none.
 * A key that is there already under the same kid and alg keeps its slot and
 * the time it was published, so a roll-back needs no second wait; admitting
 * the wanted key again changes nothing.  A key that was to follow but has not
 * signed yet leaves the JWKS at once.
 *
 * Returns the slot, or JWTI_ROTATE_NONE when all slots are taken: nothing has
 * changed then.  *fresh is 1 when the slot was free before: the caller stores
 * the key bytes beside it and then commits it with jwti_rotate_commit(), both
 * before it gives up the lock; when it cannot, it calls jwti_rotate_drop() or
 * nothing.  When *fresh is 0 and the private bytes were cleansed
 * (jwti_rotate_is_retired()), the caller stores them again.  The caller
 * expires first (jwti_rotate_expire()), so that slots that ended are free.
 */
int jwti_rotate_admit(jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg, int64_t now, int64_t activate_after, int64_t retire,
    int *fresh) JWTI_MUST_CHECK;

/* the fresh slot is complete: from this store on it exists; serial is not 0 */
void jwti_rotate_commit(jwti_rotate_t *rotate, int slot, uint64_t serial);

/*
 * Publish kid without letting it sign, until it is admitted or until the time
 * until.  Again with another time moves the end, to now at the earliest and
 * never before that of the tokens it signed; NEVER lasts until then.  With a
 * finite time, renewed whenever the source still has the key, a key that the
 * source forgets goes by itself.  A key in use is left as it is.
 *
 * Slot and *fresh as above; also JWTI_ROTATE_NONE when the key is not there
 * and until is not after now.
 */
int jwti_rotate_publish(jwti_rotate_t *rotate, const unsigned char *kid,
    uint32_t alg, int64_t now, int64_t until, int *fresh) JWTI_MUST_CHECK;

/* the slot that signs at now, or JWTI_ROTATE_NONE */
int jwti_rotate_signer(const jwti_rotate_t *rotate, int64_t now);

/* 1 when the slot is in the JWKS at now */
int jwti_rotate_is_published(const jwti_rotate_t *rotate, int slot,
    int64_t now);

/*
 * 1 when the slot will not sign again unless jwti_rotate_admit() brings the
 * same key once more: its private bytes can be cleansed.  0 for a free slot.
 */
int jwti_rotate_is_retired(const jwti_rotate_t *rotate, int slot,
    int64_t now);

/* 1 when the slot's key has signed and does not any more; 0 for a free slot */
int jwti_rotate_has_signed(const jwti_rotate_t *rotate, int slot);

/*
 * Carry out what has come due: the wanted key takes over and the one before
 * it gets its retire time, counted from the moment it stopped signing; slots
 * whose time is over get serial 0.  *freed is a bit mask of those slots: the
 * caller frees what it keeps beside them.  Cut short in between, the caller
 * finds it beside a free slot: when that one is fresh again, it frees it then.
 * Returns when to call again, or JWTI_ROTATE_NEVER.  Calling late moves no
 * time.
 */
int64_t jwti_rotate_expire(jwti_rotate_t *rotate, int64_t now,
    int64_t retire, unsigned *freed) JWTI_MUST_CHECK;

/*
 * When the next change comes that is planned: a key begins to sign, or leaves
 * the JWKS.  After now, or JWTI_ROTATE_NEVER.
 */
int64_t jwti_rotate_next(const jwti_rotate_t *rotate, int64_t now,
    int64_t retire);

/*
 * Drop one key at once, whatever its state; 1 when it was there: the caller
 * frees what it keeps beside it.  Without the key that signs, the wanted one
 * signs at once; without the wanted one, the key that signs goes on.  The
 * caller expires first: else a key that has just been replaced would be taken
 * for the one that signs.
 */
int jwti_rotate_drop(jwti_rotate_t *rotate, int slot);

/*
 * 1 when the indices and times can come from the functions above, also from
 * one that was cut short; else 0: the memory holds something else.
 */
int jwti_rotate_is_sane(const jwti_rotate_t *rotate);


#pragma GCC visibility pop


#endif /* JWTI_ROTATE_H_INCLUDED */
