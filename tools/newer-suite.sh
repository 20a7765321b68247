#!/usr/bin/env bash
# newer-suite.sh SUITE PACKAGE: unpacks a package of a newer Debian suite into
# .deps/ (ignored by git); its own dependencies are the caller's business.
#
# It comes from the mirror that this machine's own apt uses, with lists and
# cache of its own: nothing of the system changes.  For packages without
# compiled code: a newer suite's libraries would not fit.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

suite=$1
package=$2
deps=$root/.deps
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

give_up() {
    echo "$package of $suite: $1" >&2
    exit 1
}

mirror=$("$(dirname "$0")/mirror.sh") || give_up "no mirror"
[ -r $keyring ] || give_up "no $keyring"

# a folder for this run alone: two may run at once, and lists are large
mkdir -p "$deps"
work=$(mktemp -d "$deps/apt-$package.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial}

# without the sandbox, whose user may not write here
apt=(timeout 300 apt-get -qq
     -o Dir::Etc::sourcelist="$work/sources.list"
     -o Dir::Etc::sourceparts=/dev/null
     -o Dir::State::Lists="$work/lists"
     -o Dir::Cache="$work/cache"
     -o APT::Sandbox::User=
     -o Acquire::Languages=none)

echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"

echo "fetching $package from the suite $suite"
{
    "${apt[@]}" update
    cd "$work"
    "${apt[@]}" download "$package/$suite"
    dpkg-deb -x "$package"_*.deb "$deps"
} >"$deps/log-$package" 2>&1 || {
    tail -3 "$deps/log-$package" >&2
    give_up "it could not be fetched"
}
