#!/usr/bin/env bash
# install.sh [--uninstall]: installs what is built, or removes it again.
#
# DESTDIR= before all paths; MODULESDIR= else the nginx that is there says
# where its modules are; PREFIX= (/usr/local) of DOCDIR= and MANDIR=; VIMDIR=
# else where the vim of most systems looks for files that are for everybody.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"

prefix=${PREFIX:-/usr/local}
docdir=${DOCDIR:-$prefix/share/doc/nginx-jwt-issuer}
mandir=${MANDIR:-$prefix/share/man}
vimdir=${VIMDIR:-/usr/share/vim/vimfiles}
page=ngx_http_jwt_issuer_module.5

# the argument NAME of nginx's configure
configured() { # NAME DEFAULT
    local value
    value=$("$nginx" -V 2>&1 | sed -nE "s/.* --$1=('[^']*'|[^ ]*).*/\1/p")
    value=${value//\'/}
    echo "${value:-$2}"
}

modulesdir=${MODULESDIR:-}
if [ -z "$modulesdir" ]; then
    [ -x "$nginx" ] || {
        echo "There is no nginx that says where its modules are: give" \
             "MODULESDIR=DIR, or NGINX=its binary." >&2
        exit 1
    }
    modulesdir=$(configured modules-path \
        "$(configured prefix /usr/local/nginx)/modules")
fi

# every file: "source<TAB>target"
list() {
    local file
    printf '%s\t%s\n' "$module" "$modulesdir/${module##*/}" \
        "$build/man/$page" "$mandir/man5/$page"
    for file in README.md SECURITY.md SCALING.md TORTURE.md CHANGELOG.md \
        LICENSE conf.example conf.example.aws doc/*; do
        printf '%s\t%s\n' "$file" "$docdir/$file"
    done
    while IFS= read -r file; do
        case $file in
        contrib/vim/*)
            printf '%s\t%s\n' "$file" "$vimdir/${file#contrib/vim/}"
            ;;
        *)
            printf '%s\t%s\n' "$file" "$docdir/$file"
            ;;
        esac
    done < <(find contrib -type f | LC_ALL=C sort)
}

if [ "${1:-}" = --uninstall ]; then
    while IFS=$'\t' read -r _ target; do
        rm -f "${DESTDIR:-}$target"
    done < <(list)
    # what is left in it is not from here
    for dir in "$docdir" "$vimdir/after/syntax/nginx"; do
        [ ! -d "${DESTDIR:-}$dir" ] ||
            find "${DESTDIR:-}$dir" -depth -type d -empty -delete
    done
    echo "removed from ${DESTDIR:-}$modulesdir"
    exit 0
fi

[ -e "$module" ] || {
    echo "The module is not built: run \"make\"." >&2
    exit 1
}

mkdir -p "$build/man"
tools/man.pl >"$build/man/$page"

while IFS=$'\t' read -r source target; do
    install -D -m 644 "$source" "${DESTDIR:-}$target"
done < <(list)

echo "installed ${DESTDIR:-}$modulesdir/${module##*/}"
