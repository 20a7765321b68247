
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_rotate.c: the truth tables of a rotation, one row per case.
 */


#include "rotation.h"
#include "tap.h"


/* as _expire() gives the slots that it freed */

static unsigned
bit(int slot)
{
    return slot == NONE ? 0 : 1u << slot;
}


static void
test_first(void)
{
    int            slot;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);

    ok(jwti_rotate_is_sane(&r), "first: an empty rotation is sane");
    is_int(jwti_rotate_signer(&r, 0), NONE, "first: nobody signs");
    is_int(expire(&r, 0), NEVER, "first: nothing comes due");
    ok(!jwti_rotate_is_published(&r, 0, 0), "first: nothing is published");
    ok(!jwti_rotate_is_published(&r, -1, 0), "first: -1 is no slot");
    ok(!jwti_rotate_is_published(&r, 8, 0), "first: 8 is no slot");
    ok(!jwti_rotate_is_retired(&r, 0, 0), "first: free is not retired");
    is_int(jwti_rotate_drop(&r, 0), 0, "first: nothing to drop");
    is_int(jwti_rotate_drop(&r, -1), 0, "first: no slot to drop");

    slot = admit(&r, 0, 1000);

    is_int(jwti_rotate_signer(&r, 1000), slot, "first: signs at once");
    is_int(r.slots[slot].activate, 1000, "first: active at once");
    ok(jwti_rotate_is_published(&r, slot, 1000), "first: published at once");
    ok(jwti_rotate_is_published(&r, slot, NEVER - 1), "first: for good");
    is_int(expire(&r, 999999), NEVER, "first: nothing comes due after it");
    is_int(admit(&r, 0, 5000), slot, "first: again is the same slot");
    is_int(r.slots[slot].published, 1000, "first: again changes nothing");
}


static void
test_second(void)
{
    int            a, b;
    unsigned       freed;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);

    ok(jwti_rotate_is_published(&r, b, 2000), "second: published at once");
    is_int(jwti_rotate_signer(&r, 2000), a, "second: the first goes on");
    is_int(jwti_rotate_signer(&r, 2099), a, "second: till just before");
    is_int(jwti_rotate_signer(&r, 2100), b, "second: signs on time");
    is_int(jwti_rotate_signer(&r, 9999), b, "second: signs much later");
    ok(!jwti_rotate_is_retired(&r, a, 2099), "second: first not retired");
    ok(jwti_rotate_is_retired(&r, a, 2100), "second: first retired by time");
    is_int(admit(&r, 2, 2050), b, "second: again is the same slot");
    is_int(r.slots[b].activate, 2100, "second: again does not wait again");

    is_int(expire(&r, 2099), 2100, "second: the takeover is the next event");
    is_int(r.signing, a, "second: not taken over too early");
    is_int(expire(&r, 2120), 2150, "second: late, the end is not moved");
    is_int(r.signing, NONE, "second: taken over");
    ok(jwti_rotate_is_published(&r, a, 2149), "second: first is published");
    ok(!jwti_rotate_is_published(&r, a, 2150), "second: then it is not");
    ok(jwti_rotate_is_retired(&r, a, 2120), "second: first is retired");
    ok(!jwti_rotate_is_retired(&r, b, 2120), "second: second is not");

    is_int(jwti_rotate_expire(&r, 2149, RETIRE, &freed), 2150,
           "second: nothing goes a moment early");
    is_int(freed, 0, "second: nothing was freed");
    is_int(jwti_rotate_expire(&r, 2150, RETIRE, &freed), NEVER,
           "second: nothing left to come");
    is_int(freed, bit(a), "second: the first slot was freed");
    is_int(r.slots[a].serial, 0, "second: the first slot is free");
    ok(jwti_rotate_is_sane(&r), "second: sane");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);

    ok(jwti_rotate_is_published(&r, a, 99999),
       "late: published while its end is not stored");
    is_int(jwti_rotate_expire(&r, 99999, RETIRE, &freed), NEVER,
           "late: one call does it all");
    is_int(freed, bit(a), "late: the first is freed");
    is_int(jwti_rotate_signer(&r, 99999), b, "late: the second signs");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit_with(&r, 2, 2000, 0, RETIRE);

    is_int(jwti_rotate_signer(&r, 2000), b, "no wait: signs at once");
    is_int(expire(&r, 2000), 2050, "no wait: the first stays for a while");
    (void) a;
}


static void
test_superseded(void)
{
    int            a, b, c;
    unsigned       freed;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    c = admit(&r, 4, 2050);

    is_int(jwti_rotate_signer(&r, 2149), a, "superseded: the first goes on");
    is_int(jwti_rotate_signer(&r, 2150), c, "superseded: the third follows");
    ok(!jwti_rotate_is_published(&r, b, 2050), "superseded: second is gone");
    ok(jwti_rotate_is_retired(&r, b, 2050), "superseded: and retired");
    is_int(jwti_rotate_expire(&r, 2050, RETIRE, &freed), 2150,
           "superseded: then comes the third");
    is_int(freed, bit(b), "superseded: its slot was freed");

    /* back to it before its slot was freed: out of the JWKS is out */
    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    c = admit(&r, 4, 2050);

    is_int(admit(&r, 2, 2060), b, "superseded: the same slot again");
    is_int(r.slots[b].published, 2060, "superseded: published anew");
    is_int(r.slots[b].activate, 2160, "superseded: with the whole wait");
    is_int(jwti_rotate_signer(&r, 2159), a, "superseded: first goes on");
    is_int(jwti_rotate_signer(&r, 2160), b, "superseded: second follows");
    ok(!jwti_rotate_is_published(&r, c, 2060), "superseded: third is gone");
    ok(jwti_rotate_is_sane(&r), "superseded: sane");

    /* a third one after the takeover that nobody has stored */
    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    c = admit(&r, 4, 2110);

    is_int(jwti_rotate_signer(&r, 2110), b, "third: second signs");
    is_int(jwti_rotate_signer(&r, 2210), c, "third: then the third");
    is_int(r.slots[a].retire, 2150, "third: the first ends on time");
    is_int(expire(&r, 2300), NEVER, "third: both are over");
    is_int(r.slots[b].serial, 0, "third: second ended at 2260");
}


static void
test_roll_back(void)
{
    int            a, b;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);

    is_int(admit(&r, 0, 2050), a, "back before: the same slot");
    is_int(jwti_rotate_signer(&r, 2050), a, "back before: it goes on");
    is_int(jwti_rotate_signer(&r, 9999), a, "back before: for good");
    ok(!jwti_rotate_is_published(&r, b, 2050), "back before: second is gone");
    is_int(r.slots[a].activate, 1000, "back before: its times are its own");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);

    is_int(admit(&r, 0, 2120), a, "back: the same slot");
    is_int(r.slots[a].published, 1000, "back: published all the time");
    is_int(jwti_rotate_signer(&r, 2120), a, "back: signs at once");
    ok(!jwti_rotate_is_retired(&r, a, 2120), "back: not retired any more");
    ok(jwti_rotate_is_retired(&r, b, 2120), "back: the second is");
    is_int(expire(&r, 2125), 2170, "back: second stays from when it stopped");
    ok(jwti_rotate_is_published(&r, a, 9999), "back: the first stays");

    /* the same after it had left the JWKS, its slot not yet freed */
    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);

    is_int(admit(&r, 0, 2160), a, "back late: the same slot");
    is_int(r.slots[a].activate, 2260, "back late: has to wait again");
    is_int(jwti_rotate_signer(&r, 2259), b, "back late: second goes on");
    is_int(jwti_rotate_signer(&r, 2260), a, "back late: then the first");

    /* back and forth: what it signed keeps a key longer than its drop */
    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    is_int(expire(&r, 2110), 2150, "forth: first is published till 2150");
    is_int(admit_with(&r, 0, 2110, 5000, RETIRE), a, "forth: first again");
    is_int(jwti_rotate_signer(&r, 2110), b, "forth: its wait has grown");
    is_int(admit(&r, 2, 2111), b, "forth: and the second again");
    ok(jwti_rotate_is_published(&r, a, 2149), "forth: the first is kept");
    ok(!jwti_rotate_is_published(&r, a, 2150), "forth: as long as before");
}


static void
test_algorithm(void)
{
    int            a, b;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 1, 2000);

    ok(a != b, "algorithm: the same kid with another one is another slot");
    is_int(jwti_rotate_signer(&r, 2050), a, "algorithm: the old one signs");
    is_int(jwti_rotate_signer(&r, 2100), b, "algorithm: the new one follows");
    ok(jwti_rotate_is_sane(&r), "algorithm: sane");
}


static void
test_publish(void)
{
    int            a, b;
    unsigned       freed;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    b = publish(&r, 2, 500, NEVER);

    is_int(jwti_rotate_signer(&r, 9999), NONE, "publish: never signs");
    ok(jwti_rotate_is_published(&r, b, 9999), "publish: is published");
    ok(!jwti_rotate_is_retired(&r, b, 9999), "publish: it may sign later");

    a = admit(&r, 0, 1000);

    is_int(jwti_rotate_signer(&r, 1000), a, "publish: the first admitted");
    is_int(admit(&r, 2, 1050), b, "ahead: the same slot");
    is_int(jwti_rotate_signer(&r, 1050), b, "ahead: has waited already");
    is_int(r.slots[b].published, 500, "ahead: published all the time");

    jwti_rotate_init(&r);
    (void) admit(&r, 0, 1000);
    b = publish(&r, 2, 1010, NEVER);
    is_int(admit(&r, 2, 1050), b, "ahead: a little");
    is_int(r.slots[b].activate, 1110, "ahead: the rest of the wait is left");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = publish(&r, 2, 1000, 1200);
    is_int(expire(&r, 1000), 1200, "until: its end is the next event");
    ok(jwti_rotate_is_published(&r, b, 1199), "until: published");
    ok(!jwti_rotate_is_published(&r, b, 1200), "until: no more");
    ok(jwti_rotate_is_retired(&r, b, 1000), "until: private bytes can go");
    is_int(publish(&r, 2, 1100, 1300), b, "until: renewed");
    is_int(r.slots[b].retire, 1300, "until: with the new end");
    is_int(r.slots[b].published, 1000, "until: published all the time");
    is_int(publish(&r, 2, 1100, 1150), b, "until: earlier");
    is_int(r.slots[b].retire, 1150, "until: never signed, so it may");
    is_int(publish(&r, 2, 1160, 1300), b, "until: anew after its end");
    is_int(r.slots[b].published, 1160, "until: published from then on");
    is_int(publish(&r, 2, 1170, 0), b, "until: ended");
    ok(!jwti_rotate_is_published(&r, b, 1170), "until: at once");
    is_int(jwti_rotate_expire(&r, 1170, RETIRE, &freed), NEVER, "until: all");
    is_int(freed, bit(b), "until: freed");
    is_int(publish(&r, 2, 1170, 1170), NONE, "until: for no time is none");

    is_int(publish(&r, 0, 1200, 1201), a, "in use: the same slot");
    is_int(r.slots[a].retire, NEVER, "in use: stays in use");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    (void) admit(&r, 2, 2000);
    is_int(expire(&r, 2100), 2150, "previous: ends at 2150");
    is_int(publish(&r, 0, 2110, 2120), a, "previous: earlier is refused");
    is_int(r.slots[a].retire, 2150, "previous: for it has signed");
    is_int(publish(&r, 0, 2110, 2400), a, "previous: later is possible");
    is_int(r.slots[a].retire, 2400, "previous: as asked");
    is_int(publish(&r, 0, 2110, NEVER), a, "previous: next again");
    is_int(publish(&r, 0, 2120, 0), a, "previous: and called off");
    is_int(r.slots[a].retire, 2150, "previous: what it signed still counts");
}


static void
test_full(void)
{
    int            i, a;
    jwti_rotate_t  r, before;

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);

    for (i = 1; i < JWTI_ROTATE_SLOTS; i++) {
        ok(publish(&r, i, 1000, 3000) != NONE, "full: one more");
    }

    before = r;

    is_int(publish(&r, 12, 2000, NEVER), NONE, "full: no slot to publish");
    is_int(admit(&r, 12, 2000), NONE, "full: no slot to admit");
    /* a copy, with its padding.  NOLINTNEXTLINE(*-memory-comparison,cert-*) */
    is_int(memcmp(&before, &r, sizeof(r)), 0, "full: nothing has changed");
    is_int(jwti_rotate_signer(&r, 2000), a, "full: the key in use goes on");
    ok(admit(&r, 3, 2000) != NONE, "full: what is there can be admitted");
    is_int(expire(&r, 3000), NEVER, "full: the others end");
    ok(admit(&r, 12, 3000) != NONE, "full: there is room again");
    ok(jwti_rotate_is_sane(&r), "full: sane");
}


static void
test_drop(void)
{
    int            a, b;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    is_int(jwti_rotate_drop(&r, a), 1, "drop: the only one");
    is_int(jwti_rotate_signer(&r, 1000), NONE, "drop: nobody signs");
    ok(!jwti_rotate_is_published(&r, a, 1000), "drop: nothing published");
    b = admit(&r, 2, 1001);
    is_int(jwti_rotate_signer(&r, 1001), b, "drop: the next signs at once");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    is_int(jwti_rotate_drop(&r, a), 1, "drop signing: there");
    is_int(jwti_rotate_signer(&r, 2001), b, "drop signing: wanted signs");
    is_int(expire(&r, 2001), NEVER, "drop signing: nothing to wait for");
    ok(admit(&r, 4, 2010) != NONE, "drop signing: another one is admitted");
    is_int(jwti_rotate_signer(&r, 2010), b, "drop signing: wanted goes on");
    is_int(expire(&r, 2110), 2160, "drop signing: and retires as any other");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    is_int(jwti_rotate_drop(&r, b), 1, "drop wanted: there");
    is_int(jwti_rotate_signer(&r, 9999), a, "drop wanted: first goes on");
    is_int(admit(&r, 0, 2010), a, "drop wanted: first is wanted again");
    is_int(r.signing, NONE, "drop wanted: and the only one");
    is_int(jwti_rotate_signer(&r, 2010), a, "drop wanted: it signs");

    jwti_rotate_init(&r);
    a = admit(&r, 0, 1000);
    b = admit(&r, 2, 2000);
    is_int(expire(&r, 2100), 2150, "drop active: taken over");
    is_int(jwti_rotate_drop(&r, b), 1, "drop active: there");
    is_int(jwti_rotate_signer(&r, 2110), NONE, "drop active: no way back");
    ok(jwti_rotate_is_published(&r, a, 2110), "drop active: first goes on");
    is_int(admit(&r, 0, 2110), a, "drop active: till it is admitted");
    is_int(jwti_rotate_signer(&r, 2110), a, "drop active: then it signs");
    ok(jwti_rotate_is_sane(&r), "drop: sane");
}


static void
test_times(void)
{
    int            a, b;
    int64_t        late;
    jwti_rotate_t  r;

    late = NEVER - 10;

    jwti_rotate_init(&r);
    a = admit(&r, 0, late);
    b = admit(&r, 2, late);
    is_int(r.slots[b].activate, NEVER - 1, "times: no overflow");
    is_int(jwti_rotate_signer(&r, NEVER - 2), a, "times: first signs");
    is_int(jwti_rotate_signer(&r, NEVER - 1), b, "times: then the second");
    is_int(expire(&r, NEVER - 1), NEVER, "times: no time is left to retire");
    ok(jwti_rotate_is_sane(&r), "times: sane");

    jwti_rotate_init(&r);
    a = admit_with(&r, 0, 0, NEVER, NEVER);
    b = admit_with(&r, 2, 5, NEVER, NEVER);
    is_int(jwti_rotate_signer(&r, 1000), a, "times: a wait without end");
    is_int(admit_with(&r, 4, 6, -5, -5) != NONE, 1, "times: negative spans");
    is_int(jwti_rotate_signer(&r, 6), r.wanted, "times: count as none");
    is_int(jwti_rotate_is_published(&r, b, 6), 0, "times: second is gone");
    ok(jwti_rotate_is_sane(&r), "times: sane");

    jwti_rotate_init(&r);
    a = admit(&r, 0, -5000);
    b = admit(&r, 2, -1000);
    is_int(jwti_rotate_signer(&r, -901), a, "times: before zero");
    is_int(jwti_rotate_signer(&r, -900), b, "times: before zero, second");

    /* another process has stored the takeover, this one's time is behind */
    is_int(expire(&r, -900), -850, "times: taken over");
    is_int(jwti_rotate_signer(&r, -905), b, "times: somebody signs always");
}


static void
test_uncommitted(void)
{
    int            a, slot, fresh;
    unsigned char  kid[JWTI_KID_LEN];
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    kid_of(0, kid);
    slot = jwti_rotate_admit(&r, kid, 0, 1000, AFTER, RETIRE, &fresh);
    is_int(fresh, 1, "uncommitted: fresh");
    is_int(jwti_rotate_signer(&r, 1000), NONE, "uncommitted: does not sign");
    ok(!jwti_rotate_is_published(&r, slot, 1000), "uncommitted: not there");
    is_int(jwti_rotate_drop(&r, slot), 0, "uncommitted: nothing to drop");
    ok(jwti_rotate_is_sane(&r), "uncommitted: sane");

    a = admit(&r, 0, 1000);
    kid_of(2, kid);
    slot = jwti_rotate_admit(&r, kid, 0, 2000, AFTER, RETIRE, &fresh);
    is_int(jwti_rotate_signer(&r, 9999), a, "uncommitted: first goes on");

    /* its slot goes to a key that is only published: nobody may want it */
    is_int(publish(&r, 4, 2000, NEVER), slot, "uncommitted: slot is reused");
    is_int(jwti_rotate_signer(&r, 9999), a, "uncommitted: first still signs");
    is_int(admit(&r, 0, 2001), a, "uncommitted: first is wanted");
    ok(jwti_rotate_is_sane(&r), "uncommitted: sane at the end");
}


static void
test_sane(void)
{
    int            a, b;
    jwti_rotate_t  good, bad;

    jwti_rotate_init(&good);
    a = admit(&good, 0, 1000);
    b = admit(&good, 2, 2000);

    ok(jwti_rotate_is_sane(&good), "sane: two keys");

    bad = good;
    bad.wanted = JWTI_ROTATE_SLOTS;
    ok(!jwti_rotate_is_sane(&bad), "sane: wanted out of range");
    bad.wanted = -2;
    ok(!jwti_rotate_is_sane(&bad), "sane: wanted below none");

    bad = good;
    bad.signing = JWTI_ROTATE_SLOTS;
    ok(!jwti_rotate_is_sane(&bad), "sane: signing out of range");
    bad.signing = -2;
    ok(!jwti_rotate_is_sane(&bad), "sane: signing below none");

    bad = good;
    bad.slots[b] = bad.slots[a];
    ok(!jwti_rotate_is_sane(&bad), "sane: one key twice");

    bad = good;
    bad.slots[b].activate = 1;
    ok(!jwti_rotate_is_sane(&bad), "sane: active before it is published");
    bad.slots[b].activate = NEVER;
    ok(!jwti_rotate_is_sane(&bad), "sane: wanted, but never active");

    bad = good;
    bad.slots[a].published = NEVER;
    ok(!jwti_rotate_is_sane(&bad), "sane: published never");

    bad = good;
    bad.slots[a].keep = NEVER;
    ok(!jwti_rotate_is_sane(&bad), "sane: kept for ever");
}


static void
test_next(void)
{
    int            a;
    jwti_rotate_t  r;

    jwti_rotate_init(&r);
    is_int(jwti_rotate_next(&r, 0, RETIRE), NEVER,
           "next: of an empty rotation");

    a = admit(&r, 0, 1000);
    is_int(jwti_rotate_next(&r, 1000, RETIRE), NEVER, "next: of one key");

    (void) admit(&r, 2, 2000);
    is_int(jwti_rotate_next(&r, 2000, RETIRE), 2100,
           "next: a key begins to sign");
    is_int(jwti_rotate_next(&r, 2099, RETIRE), 2100, "next: just before");
    is_int(jwti_rotate_next(&r, 2100, RETIRE), 2150,
           "next: not stored yet");
    is_int(jwti_rotate_next(&r, 2200, RETIRE), 2201,
           "next: not stored when it goes");
    is_int(r.slots[a].retire, NEVER, "next: nothing is changed");

    (void) expire(&r, 2100);
    is_int(jwti_rotate_next(&r, 2100, RETIRE), 2150,
           "next: the former one goes");
    is_int(jwti_rotate_next(&r, 2150, RETIRE), NEVER, "next: it has gone");

    (void) publish(&r, 4, 2100, 2120);
    is_int(jwti_rotate_next(&r, 2100, RETIRE), 2120,
           "next: another one goes before");
    is_int(jwti_rotate_next(&r, 2120, RETIRE), 2150,
           "next: then the former one");

    (void) publish(&r, 4, 2110, NEVER);
    is_int(jwti_rotate_next(&r, 2110, RETIRE), 2150, "next: one that stays");
}


int
main(void)
{
    test_first();
    test_second();
    test_superseded();
    test_roll_back();
    test_algorithm();
    test_publish();
    test_full();
    test_drop();
    test_times();
    test_next();
    test_uncommitted();
    test_sane();

    return done();
}
