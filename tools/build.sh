#!/usr/bin/env bash
# build.sh: builds the module out of tree, into build/nginx-VERSION/objs.
# With "binary" as argument also nginx itself (NGINX_SRC only).
#
# A second run without changes only asks make.  V=1 shows the compiler lines,
# otherwise they go to build.log, which is shown when something fails.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

want=${1:-}
cc=${CC:-cc}
log=$tree/build.log

# -Wextra is on by nginx's own -W; nginx's own headers and signatures need its
# -Wno-unused-parameter, the unit tests compile the core without that
cc_opt="-O2 -g -std=gnu11 -fPIC -Wall -Wvla -Wformat -Werror=format-security"
cc_opt="$cc_opt -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
ld_opt="-Wl,-z,relro -Wl,-z,now"
add=--add-dynamic-module

if [ -n "${SANITIZE:-}" ]; then
    [ -n "${NGINX_SRC:-}" ] || {
        echo "SANITIZE needs NGINX_SRC=DIR, see tools/nginx-source.sh" >&2
        exit 1
    }
    cc=clang
    cc_opt="-O1 -g -fPIC -Wall -Wno-error -fno-omit-frame-pointer"
    ld_opt=$tree/sanitize.o
fi

case ${SANITIZE:-} in
address)
    cc_opt="$cc_opt -DNGX_DEBUG_PALLOC=1 -fsanitize=address,undefined"
    cc_opt="$cc_opt -fsanitize-ignorelist=$root/tools/sanitize.list"
    ld_opt="-fsanitize=address,undefined $ld_opt"
    ;;
thread)
    add=--add-module
    cc_opt="$cc_opt -fsanitize=thread"
    ld_opt="-fsanitize=thread $ld_opt"
    ;;
esac

if [ -z "${nginx_version:-}" ]; then
    if [ -n "${NGINX_SRC:-}" ]; then
        echo "NGINX_SRC=$NGINX_SRC is no nginx source tree." >&2
    else
        echo "Debian's nginx-dev is not installed: run \"make deps\"," \
             "or give a source tree by NGINX_SRC=DIR." >&2
    fi
    exit 1
fi

# one build at a time: two of them would write the same objects
mkdir -p "$tree"
exec 9>"$build/.lock"
flock 9


# What configure was given last time: any difference means another configure.
# A changed header is no such difference, make knows about those.
fingerprint() {
    echo "$nginx_src" "$nginx_version" "$cc" "$cc_opt" "$ld_opt" \
         "${NGINX_CONFIGURE:-}"
    "$cc" -dumpfullversion -dumpversion
    cksum "$root/config" "$root/tools/build.sh" "$nginx_src/src/core/nginx.h"
    [ -z "${SANITIZE:-}" ] || cksum "$root"/tools/sanitize.*
    if [ -f "$nginx_src/conf_flags" ]; then
        cksum "$nginx_src/conf_flags"
    fi
    ls "$root"/src/*.[ch] "$root"/src/core/*.[ch] 2>/dev/null || :
}


# nginx's configure writes a Makefile into its current folder: let it write
# into ours, where links lead to the sources
make_tree() {
    local part
    for part in auto conf contrib docs html man src configure; do
        if [ -e "$nginx_src/$part" ]; then
            ln -sfn "$nginx_src/$part" "$tree/$part"
        fi
    done
    [ "${SANITIZE:-}" != thread ] || atomic_locks
}


# nginx gives a spin lock back, and tells that a thread has ended, by plain
# assignments: right on x86, but ThreadSanitizer does not see that who comes next
# comes later, and would report all that is handed over.  In a copy of the
# sources they are what they mean; one that is not found fails the build.
atomic_locks() {
    rm -rf "$tree/src"
    cp -r "$nginx_src/src" "$tree/src"
    atomic core/ngx_thread_pool.c '    *lock = 0;' \
        '    __atomic_store_n(lock, 0, __ATOMIC_RELEASE);'
    atomic core/ngx_thread_pool.c 'while (lock)' \
        'while (__atomic_load_n(&lock, __ATOMIC_ACQUIRE))'
    atomic os/unix/ngx_atomic.h '#define ngx_unlock(lock)    *(lock) = 0' \
        '#define ngx_unlock(lock) __atomic_store_n((lock), 0, __ATOMIC_RELEASE)'
}


atomic() { # FILE WHAT BY-WHAT
    local text
    text=$(<"$tree/src/$1")
    [[ $text == *"$2"* ]] || {
        echo "build.sh: there is no \"$2\" in $1" >&2
        exit 1
    }
    printf '%s\n' "${text/"$2"/"$3"}" >"$tree/src/$1"
}


configure() {
    local flags=() rest=() flag cc_opt=$cc_opt ld_opt=$ld_opt

    if [ -f "$nginx_src/conf_flags" ]; then
        # the flags of the distribution's binary, as an array
        # shellcheck source=/dev/null
        . "$nginx_src/conf_flags"
        flags=("${NGX_CONF_FLAGS[@]}")
    else
        flags=(--prefix="$tree" --with-compat --with-debug --with-threads
               --with-http_ssl_module --with-http_v2_module
               --with-http_realip_module --with-http_auth_request_module
               --with-http_addition_module --with-http_sub_module
               --with-http_slice_module --with-http_stub_status_module)
        # suites take them where they are there
        [ -z "${SANITIZE:-}" ] || flags+=(--with-poll_module --with-select_module)
    fi

    # The distribution may have options for the compiler among them (Debian has
    # since 1.30), which would replace ours, the last ones count: both.
    for flag in "${flags[@]}"; do
        case $flag in
        --with-cc-opt=*) cc_opt="${flag#*=} $cc_opt" ;;
        --with-ld-opt=*) ld_opt="${flag#*=} $ld_opt" ;;
        *) rest+=("$flag") ;;
        esac
    done

    # shellcheck disable=SC2206
    rest+=(${NGINX_CONFIGURE:-})

    local script=./configure
    [ -x "$tree/configure" ] || script=auto/configure

    (cd "$tree" && "$script" --with-cc="$cc" --with-cc-opt="$cc_opt" \
        --with-ld-opt="$ld_opt" "${rest[@]}" --builddir="$objs" \
        "$add=$root")
}


run() {
    if [ "${V:-}" = 1 ]; then
        "$@"
    else
        "$@" >>"$log" 2>&1
    fi
}


failed() {
    echo "$1 failed; the end of $log:" >&2
    grep -nE '(error|warning):' "$log" | head -20 >&2 || :
    tail -15 "$log" >&2
    exit 1
}


# the flags that every file is compiled with, for clang-tidy and editors
compile_commands() {
    local flags src sep='['
    flags=$(printf 'include %s/Makefile\nprint-flags:\n\t@echo %s\n' "$objs" \
            "\$(CFLAGS) \$(ALL_INCS)" | make -s -f - -C "$tree" print-flags)
    flags=${flags//\"/\\\"}
    for src in "$root"/src/*.c "$root"/src/core/*.c; do
        [ -f "$src" ] || continue
        printf '%s\n{"directory": "%s", "file": "%s", "command": "%s"}' \
            "$sep" "$tree" "$src" "$cc -c $flags $src"
        sep=,
    done >"$tree/compile_commands.json"
    echo ']' >>"$tree/compile_commands.json"
}


: >"$log"

if [ "$(fingerprint)" != "$(cat "$tree/fingerprint" 2>/dev/null)" ]; then
    rm -f "$tree/fingerprint"
    make_tree
    [ -z "${SANITIZE:-}" ] ||
        run "$cc" -O1 -g -Wall "-DREPORTS=\"$build/sanitize\"" \
            "-DTSAN_SUPPRESSIONS=\"$root/tools/tsan.supp\"" \
            -c -o "$tree/sanitize.o" "$root/tools/sanitize.c" ||
        failed "sanitize.c"
    run configure || failed "configure"
    compile_commands
    fingerprint >"$tree/fingerprint"
fi

targets=(modules ${want:+binary})
[ -z "${SANITIZE:-}" ] || targets=(binary ${module:+modules})

run make -C "$tree" -j"$(nproc)" -f "$objs/Makefile" "${targets[@]}" ||
    failed "the build"

[ -z "${SANITIZE:-}" ] || exit 0
ln -sfn "${module#"$build"/}" "$build/ngx_http_jwt_issuer_module.so"
