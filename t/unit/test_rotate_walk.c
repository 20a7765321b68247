
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_rotate_walk.c: a long random walk of a rotation against what must hold
 * at every moment, known by other means than the rotation's own times.
 */


#include "rotation.h"
#include "tap.h"


#define KEYS    14              /* seven kids, each with two algorithms */
#define STEPS   100000
#define SEED    20240229u


/* what the walk knows by itself about one key */
typedef struct {
    int64_t  since;             /* published since then without a gap */
    int64_t  signed_at;         /* the last time it was the signer */
    int      published;
    int      has_signed;
    int      exempt;            /* it may sign before its time */
    int      retired;           /* it was said that it never signs again */
} fact_t;

typedef struct {
    jwti_rotate_t  rotate;
    fact_t         facts[KEYS];
    int64_t        now;
    int64_t        due;         /* when the wanted key must sign */
    int            wanted;      /* a key, not a slot */
    int            signs;       /* there must be a signer */
    int            broken;
    unsigned       random;
    unsigned       full;
    unsigned       takeovers;
} walk_t;


static unsigned
pick(walk_t *walk, unsigned limit)
{
    walk->random = walk->random * 1103515245u + 12345u;

    return (walk->random >> 16) % limit;
}


static int
key_at(const walk_t *walk, int slot)
{
    const jwti_rotate_slot_t  *one;

    one = &walk->rotate.slots[slot];

    return (one->kid[0] - 'a') * 2 + (int) one->alg;
}


static void
must(walk_t *walk, int condition, const char *what)
{
    if (!condition && !walk->broken) {
        walk->broken = 1;
        printf("# at %lld: %s\n", (long long) walk->now, what);
    }
}


/* what must hold at this moment, whatever has happened before */

static void
look(walk_t *walk)
{
    int     i, slot, signer, there[KEYS];
    fact_t  *fact;

    must(walk, jwti_rotate_is_sane(&walk->rotate), "sane");

    memset(there, 0, sizeof(there));

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (jwti_rotate_is_published(&walk->rotate, i, walk->now)) {
            there[key_at(walk, i)] = 1;
        }

        if (jwti_rotate_is_retired(&walk->rotate, i, walk->now)) {
            walk->facts[key_at(walk, i)].retired = 1;
        }
    }

    for (i = 0; i < KEYS; i++) {
        fact = &walk->facts[i];

        if (there[i] && !fact->published) {
            fact->since = walk->now;
        }

        if (!there[i]) {
            fact->exempt = 0;
            must(walk,
                 !fact->has_signed || fact->signed_at + RETIRE <= walk->now,
                 "what signed stays published");
        }

        fact->published = there[i];
    }

    slot = jwti_rotate_signer(&walk->rotate, walk->now);

    must(walk, (slot != NONE) == walk->signs, "a signer, if there can be one");

    if (slot == NONE) {
        return;
    }

    signer = key_at(walk, slot);
    fact = &walk->facts[signer];

    must(walk, fact->published, "the signer is published");
    must(walk, !fact->retired, "what is retired does not sign");
    must(walk, fact->exempt || fact->since + AFTER <= walk->now,
         "the signer was published before for long enough");

    if (walk->wanted != NONE && walk->due <= walk->now) {
        must(walk, signer == walk->wanted, "the wanted key signs in time");
    }

    if (!fact->has_signed) {
        walk->takeovers++;
    }

    fact->has_signed = 1;
    fact->signed_at = walk->now;
}


static void
walk_admit(walk_t *walk)
{
    int  key, slot, before, former;

    key = (int) pick(walk, KEYS);
    former = walk->rotate.signing;
    before = jwti_rotate_signer(&walk->rotate, walk->now);
    slot = admit(&walk->rotate, key, walk->now);

    if (slot == NONE) {
        walk->full++;
        return;
    }

    must(walk, key_at(walk, slot) == key, "the slot is the key's");
    walk->facts[key].retired = 0;

    if (former == slot && walk->rotate.slots[slot].published == walk->now) {
        /* its end had come, stored only now: it is published anew */
        walk->facts[key].since = walk->now;
    }

    if (key == walk->wanted) {
        return;
    }

    walk->wanted = key;
    walk->due = walk->now;

    if (before == NONE) {
        walk->facts[key].exempt = 1;
        walk->signs = 1;

    } else if (jwti_rotate_signer(&walk->rotate, walk->now) != slot) {
        walk->due = walk->now + AFTER;

        if (walk->facts[key].published) {
            walk->due = walk->facts[key].since + AFTER;
        }

        must(walk, jwti_rotate_signer(&walk->rotate, walk->now) == before,
             "the signer goes on");
        must(walk, walk->due > walk->now, "no wait without a reason");
    }
}


static void
walk_publish(walk_t *walk)
{
    int      key;
    int64_t  until;

    key = (int) pick(walk, KEYS);
    until = pick(walk, 8) == 0 ? NEVER : walk->now + pick(walk, 4 * AFTER) - 5;

    (void) publish(&walk->rotate, key, walk->now, until);
}


static void
walk_drop(walk_t *walk)
{
    int            slot, key, signer, wanted;
    fact_t        *fact;
    unsigned char  kid[JWTI_KID_LEN];

    /* as the header demands */
    (void) expire(&walk->rotate, walk->now);

    slot = (int) pick(walk, JWTI_ROTATE_SLOTS);
    key = key_at(walk, slot);
    signer = jwti_rotate_signer(&walk->rotate, walk->now);
    wanted = walk->rotate.wanted;

    if (walk->rotate.slots[slot].serial == 0) {
        must(walk, !jwti_rotate_drop(&walk->rotate, slot), "nothing to drop");
        return;
    }

    kid_of(key, kid);
    must(walk, jwti_rotate_drop(&walk->rotate, slot), "dropped");

    fact = &walk->facts[key];
    memset(fact, 0, sizeof(fact_t));

    if (slot == wanted) {
        walk->wanted = NONE;
    }

    if (slot == signer) {
        walk->signs = (wanted != NONE && wanted != slot);

        if (walk->signs) {
            walk->facts[walk->wanted].exempt = 1;
            walk->due = walk->now;
        }
    }
}


static void
test_walk(void)
{
    int       i, left;
    int64_t   next;
    walk_t    walk;
    unsigned  what;

    memset(&walk, 0, sizeof(walk));
    jwti_rotate_init(&walk.rotate);

    walk.wanted = NONE;
    walk.random = SEED;
    walk.now = 1000;

    for (i = 0; i < STEPS && !walk.broken; i++) {

        /* every moment is looked at: ends and takeovers need no luck */

        for (left = (int) pick(&walk, 60); left > 0; left--) {
            walk.now++;
            look(&walk);
        }

        what = pick(&walk, 100);

        if (what < 30) {
            walk_admit(&walk);

        } else if (what < 55) {
            walk_publish(&walk);

        } else if (what < 97) {
            next = expire(&walk.rotate, walk.now);
            must(&walk, next > walk.now, "the next event is to come");

        } else {
            walk_drop(&walk);
        }

        look(&walk);
    }

    is_int(walk.broken, 0, "walk: everything held at every moment");
    ok(walk.full > 0, "walk: it was full at times");
    ok(walk.takeovers > 100, "walk: many keys took over");
    printf("# %d steps, %u full, %u takeovers\n", i, walk.full,
           walk.takeovers);
}


int
main(void)
{
    test_walk();

    return done();
}
