#!/usr/bin/env bash
# nginx-source.sh: prints the folder of nginx's source, that of the package this
# machine's nginx is from, with the distribution's patches; nginx-dev has the
# headers only.  Fetched once, into .deps/ (ignored by git).
#
# Where apt has no such source: give any tree by NGINX_SRC=DIR.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

if [ -n "${NGINX_SRC:-}" ]; then
    echo "$nginx_src"
    exit 0
fi

suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
target=$root/.deps/nginx-source-$suite

if [ -e "$target/src/core/nginx.h" ]; then
    echo "$target"
    exit 0
fi

give_up() {
    echo "nginx's source: $1 (or give a tree by NGINX_SRC=DIR)" >&2
    exit 1
}

command -v dpkg-source >/dev/null || give_up "no dpkg-source, see dpkg-dev"
mirror=$("$(dirname "$0")/mirror.sh") || give_up "no mirror"
[ -r $keyring ] || give_up "no $keyring"

mkdir -p "$root/.deps"
work=$(mktemp -d "$root/.deps/apt-source.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists/partial,cache/archives/partial,unpacked}

# with lists and cache of its own: nothing of the system changes
apt=(timeout 300 apt-get -qq
     -o Dir::Etc::sourcelist="$work/sources.list"
     -o Dir::Etc::sourceparts=/dev/null
     -o Dir::State::Lists="$work/lists"
     -o Dir::Cache="$work/cache"
     -o APT::Sandbox::User=
     -o Acquire::Languages=none)

echo "deb-src [signed-by=$keyring] $mirror $suite main" >"$work/sources.list"

echo "fetching nginx's source of the suite $suite" >&2
{
    "${apt[@]}" update
    cd "$work/unpacked"
    "${apt[@]}" source nginx
} >"$root/.deps/log-nginx-source" 2>&1 || {
    tail -3 "$root/.deps/log-nginx-source" >&2
    give_up "it could not be fetched"
}

found=$(find "$work/unpacked" -path '*/src/core/nginx.h' -printf '%h\n')
[ -n "$found" ] || give_up "there is none in the package"

rm -rf "$target"
mv "${found%/src/core}" "$target"
echo "$target"
