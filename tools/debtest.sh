#!/usr/bin/env bash
# debtest.sh: the package in a system that has nothing but what Debian's
# installer begins with: apt installs it, its nginx runs, it is upgraded,
# removed and purged; as TAP.  What happens there: debtest-inside.sh.
#
# Needs root.  The system itself is kept for the next time, what is done to it
# is not.

set -eu
# shellcheck source=tools/roots.sh
. "$(dirname "$0")/roots.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the package is for the nginx of this very suite
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")

# the same package, as if an older version
older() { # DEB
    dpkg-deb -R "$1" "$work/older" &&
        sed -i 's/^Version: .*/Version: 0.0.1-1/' \
            "$work/older/DEBIAN/control" &&
        dpkg-deb -b "$work/older" "$work/in/older.deb"
}

prepare() {
    tools/deb.sh && root_make "$suite" || return 1
    local deb
    deb=$(echo build/deb/libnginx-mod-http-jwt-issuer_*.deb)
    mkdir "$work/in"
    older "$deb" && cp "$deb" "$work/in/newer.deb" &&
        cp tools/tap.sh tools/debtest-inside.sh t/lib/verify.py "$work/in/"
}

if ! out=$(prepare 2>&1); then
    tap_result 1 "the package and a root of $suite"
    printf '#   %s\n' "${out//$'\n'/$'\n#   '}"
    tap_done
    exit 1
fi

# shellcheck disable=SC2016
tar -c -C "$work/in" . | root_try "$roots/$suite" sh -c '
    mkdir /tmp/in && tar -x -C /tmp/in && exec bash /tmp/in/debtest-inside.sh'
