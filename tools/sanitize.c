
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * sanitize.c: linked into the nginx of tools/asan-suites.sh and tsan-suites.sh.
 * Defaults of the sanitizers as functions, since nginx clears the environment of what it
 * starts; what the environment does have comes before them.
 */


const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__lsan_default_suppressions(void);
const char *__tsan_default_options(void);


/*
 * nginx's own name lies in static memory that its arguments are copied over.
 * A module that is loaded has a list of modules as nginx has, by that name, and
 * t/life/core-dump.t wants core dumps.
 */

const char *
__asan_default_options(void)
{
    return "detect_leaks=0:abort_on_error=0:exitcode=99"
           ":detect_stack_use_after_return=1:strict_string_checks=1"
           ":disable_coredump=0:detect_odr_violation=0"
           ":print_stacktrace=1:log_path=" REPORTS "/report";
}


const char *
__ubsan_default_options(void)
{
    return "print_stacktrace=1:log_path=" REPORTS "/report";
}


const char *
__lsan_default_suppressions(void)
{
    return "leak:ngx_event_process_init\n"
           "leak:ngx_worker_process_init\n";
}


/* a worker's exit status is of interest to the suites: reports are enough */

const char *
__tsan_default_options(void)
{
    return "exitcode=0:die_after_fork=0:second_deadlock_stack=1"
           ":history_size=4:suppressions=" TSAN_SUPPRESSIONS
           ":log_path=" REPORTS "/report";
}
