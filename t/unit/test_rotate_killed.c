
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_rotate_killed.c: each change of a rotation in shared memory by a
 * process that is stopped after each of its instructions: whichever one was
 * the last, the others find a rotation from before or after the change;
 * or, before an admitted key is committed, one where none follows the signer.
 *
 * On x86-64 the processor's own trap flag stops this process; elsewhere a
 * child is stopped by ptrace(), which some containers do not allow.
 */


#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__x86_64__) && !defined(TEST_PTRACE)
#define TEST_TRAP_FLAG  0x100   /* of the processor's flags */
#else
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "rotation.h"
#include "tap.h"


#define NOW  2120               /* of the change that is cut short */


typedef struct {
    const char  *name;
    void       (*prepare)(jwti_rotate_t *rotate);
    void       (*change)(jwti_rotate_t *rotate);
} change_t;

/* what is found between two instructions is compared with */
typedef struct {
    jwti_rotate_t  *shared;
    jwti_rotate_t   last;       /* what was found the last time */
    jwti_rotate_t   before;
    jwti_rotate_t   after;
    jwti_rotate_t   alone;      /* before, and none follows the signer */
    int             never;      /* nobody signs before or after */
    int             states;
    int             bad;
} look_t;


static look_t  look;


static void
prepare_none(jwti_rotate_t *r)
{
    (void) r;
}


static void
prepare_one(jwti_rotate_t *r)
{
    (void) admit(r, 0, 1000);
}


/* the second one has not signed yet */

static void
prepare_waiting(jwti_rotate_t *r)
{
    (void) admit(r, 0, 1000);
    (void) admit(r, 2, 2100);
}


/* the second one signs, but nobody has stored that */

static void
prepare_due(jwti_rotate_t *r)
{
    (void) admit(r, 0, 1000);
    (void) admit(r, 2, 2010);
}


static void
prepare_retired(jwti_rotate_t *r)
{
    prepare_due(r);
    (void) publish(r, 6, 2000, 2115);
    (void) expire(r, 2110);
}


static void
change_admit_first(jwti_rotate_t *r)
{
    (void) admit(r, 0, NOW);
}


static void
change_admit_third(jwti_rotate_t *r)
{
    (void) admit(r, 4, NOW);
}


static void
change_admit_now(jwti_rotate_t *r)
{
    (void) admit_with(r, 4, NOW, 0, RETIRE);
}


static void
change_admit_ended(jwti_rotate_t *r)
{
    (void) admit(r, 6, NOW);
}


static void
change_publish(jwti_rotate_t *r)
{
    (void) publish(r, 4, NOW, 9000);
}


static void
change_publish_ended(jwti_rotate_t *r)
{
    (void) publish(r, 6, NOW, 9000);
}


static void
change_publish_first(jwti_rotate_t *r)
{
    (void) publish(r, 0, NOW, 9000);
}


static void
change_expire(jwti_rotate_t *r)
{
    (void) expire(r, NOW);
}


static void
change_drop_first(jwti_rotate_t *r)
{
    (void) jwti_rotate_drop(r, 0);
}


static void
change_drop_second(jwti_rotate_t *r)
{
    (void) jwti_rotate_drop(r, 1);
}


static const change_t  changes[] = {
    { "the first key", prepare_none, change_admit_first },
    { "a second key", prepare_one, change_admit_third },
    { "a second key at once", prepare_one, change_admit_now },
    { "another instead of the waiting one", prepare_waiting,
      change_admit_third },
    { "another at once instead of the waiting one", prepare_waiting,
      change_admit_now },
    { "back before the second signs", prepare_waiting, change_admit_first },
    { "a third key when the second is due", prepare_due, change_admit_third },
    { "back when the second is due", prepare_due, change_admit_first },
    { "back to a retired key", prepare_retired, change_admit_first },
    { "a key that had ended", prepare_retired, change_admit_ended },
    { "published ahead", prepare_waiting, change_publish },
    { "published anew", prepare_retired, change_publish_ended },
    { "published for longer", prepare_retired, change_publish_first },
    { "expired when the second is due", prepare_due, change_expire },
    { "expired when one had ended", prepare_retired, change_expire },
    { "the signing key dropped", prepare_waiting, change_drop_first },
    { "the waiting key dropped", prepare_waiting, change_drop_second },
    { "the retired key dropped", prepare_retired, change_drop_first },
    { "the only signer dropped", prepare_retired, change_drop_second }
};


/* the key that signs, as a number that does not depend on slots */

static int
signer_of(const jwti_rotate_t *r, int64_t now)
{
    int  slot;

    slot = jwti_rotate_signer(r, now);

    return slot == NONE ? NONE : r->slots[slot].kid[0];
}


/* what is found must do as what there was, or as what there was to be */

static int
is_like(const jwti_rotate_t *found, const jwti_rotate_t *one)
{
    int            i;
    int64_t        now;
    jwti_rotate_t  left, right;

    left = *found;
    right = *one;

    for (now = NOW; now < NOW + 4 * AFTER; now += 10) {

        if (signer_of(&left, now) != signer_of(&right, now)) {
            return 0;
        }

        if (now == NOW + 2 * AFTER) {
            (void) expire(&left, now);
            (void) expire(&right, now);
        }
    }

    /* in the end as many are published: none is left over for ever */

    for (i = 0, now = 100000; i < 2; i++) {
        (void) expire(&left, now);
        (void) expire(&right, now);
    }

    for (i = 0; i < JWTI_ROTATE_SLOTS; i++) {

        if (jwti_rotate_is_published(&left, i, now)
            != jwti_rotate_is_published(&right, i, now))
        {
            return 0;
        }
    }

    return jwti_rotate_is_sane(&left);
}


/* after each instruction of a change */

static void
look_at(void)
{
    int  signs;

    /* any byte counts.  NOLINTNEXTLINE(*-memory-comparison,cert-*) */
    if (memcmp(look.shared, &look.last, sizeof(look.last)) == 0) {
        return;
    }

    look.last = *look.shared;
    look.states++;
    signs = signer_of(&look.last, NOW) != NONE;

    if (!jwti_rotate_is_sane(&look.last)
        || (!look.never && !signs)
        || (!is_like(&look.last, &look.before)
            && !is_like(&look.last, &look.after)
            && !is_like(&look.last, &look.alone)))
    {
        look.bad++;
        printf("# state %d: wanted %d, signing %d\n", look.states,
               look.last.wanted, look.last.signing);
    }
}


#if defined(TEST_TRAP_FLAG)

/* the kernel clears the flag for the handler and sets it again after it */

static void
on_trap(int signal_number)
{
    (void) signal_number;

    look_at();
}


/* 1 when the change was made and looked at after each instruction */

static int
step(const change_t *change, jwti_rotate_t *shared)
{
    struct sigaction  action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = on_trap;

    if (sigaction(SIGTRAP, &action, NULL) != 0) {
        return 0;
    }

    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64()
                                   | TEST_TRAP_FLAG);
    change->change(shared);

    __builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64()
                                   & ~(unsigned long long) TEST_TRAP_FLAG);
    return 1;
}

#else

static int
step(const change_t *change, jwti_rotate_t *shared)
{
    int    status;
    pid_t  pid;

    pid = fork();

    if (pid == 0) {

        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
            _exit(2);
        }

        (void) raise(SIGSTOP);
        change->change(shared);
        _exit(0);
    }

    if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) {
        return 0;
    }

    while (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0
           && waitpid(pid, &status, 0) == pid
           && WIFSTOPPED(status))
    {
        look_at();
    }

    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif


static void
run(const change_t *change, jwti_rotate_t *shared)
{
    int   stepped;
    char  name[128];

    memset(&look, 0, sizeof(look));
    look.shared = shared;

    jwti_rotate_init(&look.before);
    change->prepare(&look.before);
    look.after = look.before;
    change->change(&look.after);

    look.alone = look.before;

    if (look.alone.wanted != jwti_rotate_signer(&look.alone, NOW)) {
        (void) jwti_rotate_drop(&look.alone, look.alone.wanted);
    }

    *shared = look.before;
    look.last = look.before;

    /* somebody signs all the time when somebody does before and after */
    look.never = signer_of(&look.before, NOW) == NONE
                 || signer_of(&look.after, NOW) == NONE;

    snprintf(name, sizeof(name), "killed: %s", change->name);

    stepped = step(change, shared);

    ok(stepped && look.states > 0,
       "each instruction was seen; where not, allow this container ptrace()");
    is_int(look.bad, 0, name);
    is_int(signer_of(shared, NOW), signer_of(&look.after, NOW), name);
    printf("# %d states\n", look.states);
}


int
main(void)
{
    size_t          i;
    jwti_rotate_t  *shared;

    shared = mmap(NULL, sizeof(jwti_rotate_t), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        ok(0, "mmap()");
        return done();
    }

    for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        run(&changes[i], shared);
    }

    return done();
}
