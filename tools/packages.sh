#!/usr/bin/env bash
# packages.sh: what make dist, make install and make deb make; as TAP.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

cd "$root"
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
so=ngx_http_jwt_issuer_module.so
page=ngx_http_jwt_issuer_module.5
release=nginx-jwt-issuer-$(tools/version.sh)

# whether a list on standard input has all of these, as whole lines
has_lines() { # LINE…
    local line bad=0 lines
    lines=$(cat)
    for line; do
        grep -qxF -- "$line" <<<"$lines" || {
            echo "missing: $line"
            bad=1
        }
    done
    return $bad
}

# all that is here, but for what building and testing make
tree() {
    find . \( -path ./build -o -path ./.deps -o -path ./.git \
              -o -path './t/servroot*' \) -prune -o -printf '%p %s %m %l\n' |
        LC_ALL=C sort
}


tree >"$work/tree"

# make dist

tarball=build/$release.tar.gz

tap_run "dist: a tarball" tools/dist.sh
tar -tvzf "$tarball" >"$work/list" || :
sed 's/.* //' "$work/list" >"$work/names"
tap_run "dist: the sources are in it, in one folder" has_lines \
    "$release"/{config,Makefile,README.md,debian/rules,debian/changelog} \
    "$release"/{src/core/jwti_key.c,t/000-lib.t,tools/build.sh} <"$work/names"
tap_run "dist: nothing of this machine is in it" bash -c \
    "! grep -E ' $release/(build|\.deps|\.git)/|/servroot' '$work/list' &&
     ! grep -vE '^-rw(-r--r--|xr-xr-x) 0/0 ' '$work/list'"

mkdir "$work/unpacked"
tar -xzf "$tarball" -C "$work/unpacked"
# other times, another order of names in folders
cp -r "$work/unpacked" "$work/copied"
again() {
    (cd "$work/copied/$release" && tools/dist.sh) &&
        cmp "$tarball" "$work/copied/$release/$tarball"
}
tap_run "dist: from the unpacked tarball it is the same, byte by byte" again


# make install

export DESTDIR=$work/root PREFIX=/usr
export -n MODULESDIR DOCDIR MANDIR VIMDIR
unset MODULESDIR DOCDIR MANDIR VIMDIR

installed() { (cd "$DESTDIR" && find . -type f) | sed 's/^\.//'; }

tap_run "install: into DESTDIR" tools/install.sh
installed >"$work/names"
tap_run "install: everything is there" has_lines \
    /usr/share/man/man5/$page \
    /usr/share/doc/nginx-jwt-issuer/{README.md,LICENSE,conf.example} \
    /usr/share/vim/vimfiles/after/syntax/nginx/jwt_issuer.vim <"$work/names"

loads() { # NGINX MODULE
    printf 'load_module %s;\nerror_log stderr;\npid %s;\nevents { }\n' \
        "$2" "$work/pid" >"$work/nginx.conf"
    echo 'http { jwt_issuer_wait 1s; }' >>"$work/nginx.conf"
    "$1" -t -q -c "$work/nginx.conf" -e stderr
}
tap_run "install: nginx loads the module from where nginx looks for it" \
    loads "$nginx" "$DESTDIR$(grep "/modules/$so\$" "$work/names")"

tap_run "uninstall" tools/install.sh --uninstall
tap_run "uninstall: no file is left" [ -z "$(installed)" ]

tap_run "install: into MODULESDIR" env MODULESDIR=/opt/m tools/install.sh
tap_run "install: the module is there" [ -f "$DESTDIR/opt/m/$so" ]

unset DESTDIR PREFIX


# make deb

if ! command -v apt-get >/dev/null; then
    echo "# NOT TESTED: make deb, for which there is no apt-get here"
    tap_done
    exit
fi

look_into() {
    local deb
    deb=$(echo build/deb/libnginx-mod-http-jwt-issuer_*.deb)
    dpkg-deb -x "$deb" "$work/deb" &&
        dpkg-deb -e "$deb" "$work/control" &&
        dpkg-deb -c "$deb" | sed 's/.* \././' >"$work/names"
}

doc=./usr/share/doc/libnginx-mod-http-jwt-issuer

tap_run "deb: it is built" tools/deb.sh
tap_run "deb: it can be looked into" look_into
# without it, some of what follows would be true of nothing
[ -d "$work/control" ] || {
    tap_done || exit 1
}
tap_run "deb: everything is in it" has_lines \
    ./usr/lib/nginx/modules/$so \
    ./usr/share/nginx/modules-available/mod-http-jwt-issuer.conf \
    ./usr/share/man/man5/$page.gz \
    ./usr/share/vim/vimfiles/after/syntax/nginx/jwt_issuer.vim \
    $doc/{README.md.gz,changelog.gz,changelog.Debian.gz,copyright} \
    $doc/examples/conf.example{,.aws} <"$work/names"

depends() { grep -qE "^Depends:.*[ ,]$1[ ,]" "$work/control/control"; }

abi=$(dpkg-query -W -f '${Provides}' nginx | grep -o 'nginx-abi-[^ ,]*')
tap_run "deb: it depends on the interface of this nginx, ${abi:-none}" \
    depends "${abi:-no interface}"
for library in libcurl4 libjansson4 libjwt libssl libc6; do
    tap_run "deb: it depends on $library" depends "${library}[0-9a-z]*"
done

tap_run "deb: it enables itself" grep -q \
    'mod-http-jwt-issuer.conf:50-mod-http-jwt-issuer.conf' \
    "$work/control/postinst"
tap_run "deb: Debian's nginx loads its module" loads /usr/sbin/nginx \
    "$work/deb/usr/lib/nginx/modules/$so"
tap_run "deb: its module exports no more than it must" tools/symbols.sh \
    "$work/deb/usr/lib/nginx/modules/$so"

# each of these somewhere in standard input
has_word() { # WORD…
    local word text
    text=$(cat)
    for word; do
        [[ $text == *"$word"* ]] || {
            echo "missing: $word"
            return 1
        }
    done
}

hardened() {
    readelf -ldW --dyn-syms "$1" >"$work/elf" &&
        has_word BIND_NOW GNU_RELRO __stack_chk_fail _chk@ <"$work/elf"
}
tap_run "deb: its module is hardened" hardened \
    "$work/deb/usr/lib/nginx/modules/$so"
tap_run "deb: no path of this machine is in it" bash -c \
    "! grep -rF '$root/' '$work/deb' '$work/control'"
tap_run "deb: lintian finds nothing" bash -c \
    "lintian --fail-on error,warning build/deb/*.changes"

tree >"$work/after"
tap_run "nothing of all that is left in the tree" diff "$work/tree" \
    "$work/after"

tap_done
