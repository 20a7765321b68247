#!/usr/bin/env bash
# wrap-module.sh SOURCE.c FILE.so: links the objects of the module that is built
# once more, with SOURCE.c instead of some functions that they call: those that
# a line of it names as WRAP…(…, NAME, …  is how it begins.  Beside it
# FILE.sites lists the places of these calls: address and function, one a line.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

source=$(realpath "$1")
out=$2
cc=${CC:-cc}
sanitize=()
[ "${SANITIZE:-}" != address ] || {
    cc=clang
    sanitize=("-fsanitize=address,undefined")
}

mkdir -p "$(dirname "$out")"

# what nginx's headers want to be compiled with
flags=$(printf 'include %s/Makefile\nprint-flags:\n\t@echo %s\n' "$objs" \
        "\$(CFLAGS) \$(ALL_INCS)" | make -s -f - -C "$tree" print-flags)

mapfile -t wrap < <(
    sed -n 's/^WRAP[A-Z_]*([^,]*, \([A-Za-z0-9_]*\),.*/-Wl,--wrap=\1/p' "$source")

# shellcheck disable=SC2046,SC2086
(cd "$tree" && $cc $flags -O1 -c -o "$out.o" "$source" &&
    $cc "${sanitize[@]}" -shared -o "$out" "$objs"/ngx_http_jwt_issuer_module_modules.o \
        "$objs"/addon/src/*.o "$objs"/addon/core/*.o "$out.o" \
        "${wrap[@]}" -lcurl -ljwt -ljansson -lcrypto)

# a call's next instruction is where it returns to
objdump -d --no-show-raw-insn "$out" | awk '
    /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]/, "", name) }
    called              { sub(/:$/, "", $1); print $1, name; called = 0 }
    /call.*<__wrap_/    { called = name !~ /^__wrap_/ }
' >"${out%.so}.sites"
