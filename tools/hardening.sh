#!/usr/bin/env bash
# hardening.sh MODULE.so: what the module is not able to do, as its imports tell,
# and how it was built.  It writes no file, starts no program and changes no
# environment; its relocations are read-only, its stack is guarded and not
# executable.  Prints each finding; exits 1 on any.

set -eu

so=$1
bad=0

finding() {
    echo "$1"
    bad=1
}

imports=$(nm -D --undefined-only "$so" | awk '{ print $2 }' | sed 's/@.*//')

# nginx's own functions for files that are written, OpenSSL's, the C library's
writes='ngx_(write|create_temp_(?!buf)|open_tempfile|ext_rename|copy_file|execute|spawn).*|
        BIO_(new_file|s_file|new_fp)|PEM_write_(?!bio).*|i2d_.*_fp|
        f(open|printf|puts|write|dopen|reopen)(64)?|p?write(v|64)?|creat(64)?|
        mk(o?stemps?|dir|fifo|nod)(64)?|rename(at)?|(un)?link(at)?|symlink(at)?|
        truncate(64)?|syslog|puts|printf|
        system|popen|v?fork|posix_spawnp?|exec(ve?p?e?|lp?e?)|dlopen|dlsym|
        (set|put|unset|clear)env'

while read -r name; do
    finding "$so imports \"$name\""
done < <(grep -xP "$(tr -d ' \n' <<<"$writes")" <<<"$imports")

has() { # TEXT WHAT COMMAND…
    local text=$1 what=$2
    shift 2
    "$@" | grep -q -- "$text" || finding "$so: no $what"
}

has BIND_NOW 'relocations at load (-z now)' readelf -dW "$so"
has GNU_RELRO 'read-only relocations (-z relro)' readelf -lW "$so"
has 'GNU_STACK.* RW ' 'stack that is not executable' readelf -lW "$so"
has '^__stack_chk_fail$' 'guarded stack (-fstack-protector)' \
    echo "$imports"
has '^__.*_chk$' 'checked copies (-D_FORTIFY_SOURCE)' echo "$imports"

exit $bad
