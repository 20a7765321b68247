#!/usr/bin/env bash
# deb.sh: what "make deb" does: Debian's package of this tree, for the nginx of
# this Debian, into build/deb/.
#
# It is built from a copy, of a checkout or of an unpacked tarball: nothing is
# written beside the sources.

set -eu -o pipefail
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

out=$build/deb
log=$out/build.log

"$root/tools/version.sh" --check
"$root/tools/deps.sh" build deb

# as our caller is called has no bearing on the package: neither a make's
# flags and variables nor a file mode mask
for name in MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES CC V T JOBS NGINX_SRC; do
    unset "$name"
done
umask 022

rm -rf "$out"
mkdir -p "$out"
"$root/tools/dist.sh" copy | tar -x -C "$out"

cd "$out"/nginx-jwt-issuer-*
dpkg-buildpackage -us -uc -b -jauto >"$log" 2>&1 || {
    grep -nE '(error|warning):' "$log" | head -20 >&2 || :
    tail -15 "$log" >&2
    echo "the package could not be built; all of it is in $log" >&2
    exit 1
}

cd "$root"
ls build/deb/*.deb
