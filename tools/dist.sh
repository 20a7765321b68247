#!/usr/bin/env bash
# dist.sh: build/nginx-jwt-issuer-VERSION.tar.gz, of a git checkout or of an
# unpacked one of these.
#
#   dist.sh         the tarball
#   dist.sh copy    what it would hold, as a tar archive on standard output
#
# In git, what git tracks, as it is in the working tree; else every file that
# building and testing do not make.  The same files give the same bytes: their
# order, owners, modes and times are not those of this machine.

set -eu -o pipefail
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
name=nginx-jwt-issuer-$(tools/version.sh)

# that of the version
time=${SOURCE_DATE_EPOCH:-$(sed -n 's/^ -- .*>  //p' debian/changelog |
                            head -1 | xargs -0 date +%s -d)}

files() {
    # a tarball that was unpacked below some other repository has no .git
    if [ -e .git ]; then
        git ls-files -z
    else
        find . \( -path ./build -o -path ./.deps -o -path './t/servroot*' \) \
            -prune -o \( -type f -o -type l \) -printf '%P\0'
    fi | LC_ALL=C sort -zu
}

archive() {
    files | tar -c --null --no-recursion --hard-dereference -T - --format=gnu \
        --owner=0 --group=0 --numeric-owner --mtime="@$time" \
        --mode='u=rwX,go=rX' --transform "flags=rSH;s,^,$name/,"
}

case ${1:-} in
copy)
    archive
    ;;
'')
    mkdir -p "$build"
    archive | gzip -9n >"$build/$name.tar.gz.new"
    mv "$build/$name.tar.gz.new" "$build/$name.tar.gz"
    echo "build/$name.tar.gz, $(tar -tzf "$build/$name.tar.gz" | wc -l) files"
    ;;
*)
    echo "usage: $0 [copy]" >&2
    exit 2
    ;;
esac
