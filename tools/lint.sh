#!/usr/bin/env bash
# lint.sh: cppcheck and clang-tidy over the module, gcc -fanalyzer over the
# core, as TAP: one test per file and tool.  A file that was clean is not read
# again until it, a header or a setting changes (stamps in build/lint).

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

cd "$root"
stamps=$build/lint
mkdir -p "$stamps"
shopt -s nullglob
sources=(src/*.c src/core/*.c)

settings=$(cat .clang-tidy tools/lint.sh tools/analyze.sh src/*.h src/core/*.h \
               "$tree/compile_commands.json" 2>/dev/null | cksum)

# the compile commands are gcc's; clang-tidy reads the same flags
tidy() { # FILE
    clang-tidy --quiet -p "$tree" --extra-arg=-Wno-unknown-warning-option \
        "$root/$1" 2>/dev/null
}

# exhaustive checking of the macros of nginx is beyond it: the core and the
# glue are checked as they are, without nginx's headers.  A setter's result is
# NGX_CONF_OK, NGX_CONF_ERROR or a constant text, which cppcheck cannot know: it
# takes it for a pointer to the local variable that the setter was given.
cpp_check() { # FILE
    cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
        --enable=warning,performance,portability \
        --suppress=missingInclude --suppress=missingIncludeSystem \
        --suppress=returnDanglingLifetime --suppress=unknownMacro \
        --suppress=preprocessorErrorDirective \
        --suppress=normalCheckLevelMaxBranches \
        -Isrc -Isrc/core "$1" 2>&1
}

analyze() { # FILE
    tools/analyze.sh "$1" 2>&1
}

# cached TOOL FILE: run TOOL unless this content was clean before
cached() {
    local stamp
    stamp=$stamps/$1-$(cat "$2" - <<<"$2 $settings" | sha256sum | cut -c1-32)
    [ ! -e "$stamp" ] || return 0
    "$1" "$2" || return 1
    : >"$stamp"
}

# in parallel first, for the stamps; what failed is run again to be shown
export -f tidy cpp_check analyze cached
export tree root stamps settings
printf '%s\n' "${sources[@]}" |
    xargs -P "$(nproc)" -I{} bash -c \
        'cached cpp_check {} >/dev/null; cached tidy {} >/dev/null; :' || :

printf '%s\n' src/core/*.c |
    xargs -P "$(nproc)" -I{} bash -c 'cached analyze {} >/dev/null; :' || :

for file in "${sources[@]}"; do
    tap_run "cppcheck $file" cached cpp_check "$file"
    tap_run "clang-tidy $file" cached tidy "$file"
    [[ $file != src/core/* ]] ||
        tap_run "gcc -fanalyzer $file" cached analyze "$file"
done

tap_done
