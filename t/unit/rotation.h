
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * rotation.h: what the tests of jwti_rotate.c share: keys by a small number,
 * two algorithms to a kid, and the calls that a caller makes in one go.
 */


#ifndef ROTATION_H_INCLUDED
#define ROTATION_H_INCLUDED


#include <string.h>

#include "jwti_rotate.h"


#define AFTER   100             /* activate_after of most tests */
#define RETIRE  50
#define NONE    JWTI_ROTATE_NONE
#define NEVER   JWTI_ROTATE_NEVER


static uint64_t  rotation_serial;


static inline void
kid_of(int key, unsigned char *kid)
{
    memset(kid, 'a' + key / 2, JWTI_KID_LEN);
}


static inline int
admit_with(jwti_rotate_t *rotate, int key, int64_t now, int64_t after,
    int64_t retire)
{
    int            slot, fresh;
    unsigned char  kid[JWTI_KID_LEN];

    kid_of(key, kid);

    slot = jwti_rotate_admit(rotate, kid, (uint32_t) key % 2, now, after,
                             retire, &fresh);

    if (slot != NONE && fresh) {
        jwti_rotate_commit(rotate, slot, ++rotation_serial);
    }

    return slot;
}


static inline int
admit(jwti_rotate_t *rotate, int key, int64_t now)
{
    return admit_with(rotate, key, now, AFTER, RETIRE);
}


static inline int
publish(jwti_rotate_t *rotate, int key, int64_t now, int64_t until)
{
    int            slot, fresh;
    unsigned char  kid[JWTI_KID_LEN];

    kid_of(key, kid);

    slot = jwti_rotate_publish(rotate, kid, (uint32_t) key % 2, now, until,
                               &fresh);

    if (slot != NONE && fresh) {
        jwti_rotate_commit(rotate, slot, ++rotation_serial);
    }

    return slot;
}


static inline int64_t
expire(jwti_rotate_t *rotate, int64_t now)
{
    unsigned  freed;

    return jwti_rotate_expire(rotate, now, RETIRE, &freed);
}


#endif /* ROTATION_H_INCLUDED */
