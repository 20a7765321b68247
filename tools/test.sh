#!/usr/bin/env bash
# test.sh GROUP…: runs groups of tests and counts them all; goes on after a
# failure.  The last line is "N passed, N failed"; ends with 1 on any failure.
#
#   unit asan tsan fuzz   the core's tests, plain and under sanitizers; under
#                     ThreadSanitizer those with threads; fuzz targets
#   checks            style, layers, symbols, docs, our scripts, what the
#                     status writes, self-tests
#   lint              cppcheck, clang-tidy, gcc -fanalyzer
#   servers           the servers that stand in for AWS in the suites
#   demo              make run and make run-aws
#   packages          make dist, make install, make deb
#   debtest           the package in a fresh Debian; no part of "all"
#   suites            Test::Nginx, plain and with reloads (T= names some files)
#   all               everything
#
# SUITE_MODES="plain" or "hup" for one of the two; JOBS= suites at once.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
mkdir -p "$build"
sums=$(mktemp "$build/sums.XXXXXX")
trap 'rm -f "$sums"' EXIT

groups=" ${*:-all} "
[[ $groups != *" all "* ]] ||
    groups=" unit asan tsan fuzz checks lint servers demo packages suites "

has() { [[ $groups == *" $1 "* ]]; }

title() { printf '\n== %s\n' "$1"; }

# jobs on standard input, "name<TAB>command" each; one that could not even count
# is a test that fails
harness() { # [-j N]
    tools/harness.pl "$@" "$sums" || [ $? = 1 ] ||
        echo "0 1 harness" >>"$sums"
}

# one step as one test; what it prints is shown when it fails
step() { # NAME COMMAND…
    local name=$1
    shift
    printf '%s\t. tools/tap.sh; tap_run "%s" %s; tap_done\n' \
        "$name" "$name" "$(printf '%q ' "$@")" | harness
}

# the programs of a variant that could be built; those that could not are
# tests that fail
programs() { # VARIANT PATTERN
    local source name
    for source in t/unit/"$2"_*.c; do
        [ -e "$source" ] || continue
        [ "$1" != tsan ] || grep -q pthread_create "$source" || continue
        name=$(basename "$source" .c)
        if [ -x "build/unit/$1/$name" ]; then
            echo "$name"
        else
            printf '%s was not built\tfalse\n' "$name" | harness >&2
        fi
    done
}

# a program of an older state must not pass for this one
forget() { # VARIANT PATTERN
    mkdir -p build/unit/"$1"
    find build/unit/"$1" -maxdepth 1 -name "$2_*" ! -name '*.[od]' -delete
}

unit() { # VARIANT
    local name
    forget "$1" test
    # --keep-going: a test that does not compile does not keep others away
    step "unit tests build ($1)" make -k -j"$(nproc)" -f tools/unit.mk "$1"
    for name in $(programs "$1" test); do
        printf '%s (%s)\t%s %s\n' "$name" "$1" \
            'UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1' \
            "timeout 300 build/unit/$1/$name"
    done | harness -j "$(nproc)"
}

fuzz() {
    local name corpus seconds=${FUZZ_SECONDS:-4}
    compgen -G 't/unit/fuzz_*.c' >/dev/null || return 0
    forget fuzz fuzz
    step "fuzz targets build" make -k -j"$(nproc)" -f tools/unit.mk fuzz
    mkdir -p build/corpus
    step "what they begin with" tools/seeds.pl build/corpus
    for name in $(programs fuzz fuzz); do
        corpus=build/corpus/$name
        mkdir -p "$corpus"
        # a finding stays as build/crash-…; further seeds are in t/unit/corpus
        printf '%s, %s s\t. tools/tap.sh; tap_run %s %s; tap_done\n' \
            "$name" "$seconds" "$name" \
            "build/unit/fuzz/$name -max_total_time=$seconds -rss_limit_mb=1024 \
             -timeout=10 -verbosity=0 -print_final_stats=0 \
             -artifact_prefix=build/crash-$name- $corpus \
             $(compgen -G "t/unit/corpus/$name" || :)"
    done | harness -j "$(nproc)"
}

checks() {
    local group
    for group in style layers symbols docs vim scripts; do
        printf '%s\ttools/checks.sh %s\n' "$group" "$group"
    done | harness -j "$(nproc)"
    printf 'status documents and contrib\ttools/status.sh\n' | harness
    printf 'self-test of the checks\ttools/selftest.sh\n' | harness
}

servers() {
    local file
    for file in selftest moto_selftest; do
        printf 't/lib/aws/%s.py\ttools/netns.sh t/lib/aws/%s.py\n' \
            "$file" "$file"
    done | harness
}

# as README.md has them: on their own port, in a network of their own
demo() {
    step "make run" tools/netns.sh make run PORT= ONCE=1
    step "make run-aws" tools/netns.sh make run-aws PORT= ONCE=1
}

packages() {
    printf '%s\ttools/packages.sh\n' 'make dist, install, deb' | harness
}

debtest() {
    printf 'the package in a fresh Debian\ttools/debtest.sh\n' | harness
}

suites() {
    local mode file list=() flag
    if [ -n "${T:-}" ]; then
        # shellcheck disable=SC2206
        list=($T)
    else
        mapfile -t list < <(find t -name '*.t' | LC_ALL=C sort)
    fi

    # a module that is part of nginx has no file
    if [ -n "$module" ] && [ ! -e "$module" ] || [ ! -x "$nginx" ]; then
        echo "no module or no nginx: the suites cannot run" >&2
        printf 'suites\tfalse\n' | harness
        return
    fi

    rm -rf build/test-logs build/test-keys
    mkdir -p build/test-logs
    export TEST_NGINX_KEYS=$build/test-keys
    step "keys for the suites" perl -It/lib -MTest::JWTIssuer::Keys \
        -e 'Test::JWTIssuer::Keys::folder()'

    for mode in ${SUITE_MODES:-plain hup}; do
        flag=
        [ "$mode" = plain ] || flag="--$mode "
        for file in "${list[@]}"; do
            # one that drives nginx itself reloads it where that matters
            if [ "$mode" = hup ] &&
                grep -qE '^use Test::JWTIssuer::(Server|AWS);' "$file"; then
                continue
            fi
            printf '%s (%s)\ttools/suite.sh %s%s\n' \
                "$file" "$mode" "$flag" "$file"
        done
    done | harness -j "${JOBS:-2}"

    printf '%s\n' \
        $'alerts in the logs\ttools/alerts.pl build/test-logs' \
        $'secrets in the logs\ttools/checks.sh secrets' | harness
    [ -z "${SANITIZE:-}" ] ||
        printf 'reports of sanitizers\ttools/asan-suites.sh --reports\n' |
            harness
}

title "what is needed"
step "packages" tools/deps.sh build run test aws ansible deb
# on a new machine there was no nginx to look at before
# shellcheck source=tools/env.sh
. "$root/tools/env.sh"

if has unit; then title "unit tests"; unit plain; fi
if has asan; then title "unit tests, ASan and UBSan"; unit asan; fi
if has tsan; then title "unit tests, ThreadSanitizer"; unit tsan; fi
if has fuzz; then title "fuzz targets"; fuzz; fi

if has checks || has lint || has demo || has packages || has suites; then
    title "build"
    step "the module builds" tools/build.sh ${NGINX_SRC:+binary}
fi

if has checks; then title "checks"; checks; fi
if has lint; then
    title "lint"
    printf 'cppcheck, clang-tidy, gcc\ttools/lint.sh\n' | harness
fi
if has servers; then title "servers that stand in for AWS"; servers; fi
if has demo; then title "make run, make run-aws"; demo; fi
if has packages; then title "packages"; packages; fi
if has debtest; then title "the package, installed"; debtest; fi
if has suites; then title "Test::Nginx suites"; suites; fi

title "sum"
tools/harness.pl --total "$sums"
