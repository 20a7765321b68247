#!/usr/bin/env bash
# version.sh [DIR]: prints the version, which src/ngx_http_jwt_issuer.h has.
# version.sh --check [DIR]: whether CHANGELOG.md and debian/changelog, whose
# uppermost entries are of some version, too, say the same.

set -eu

check=
if [ "${1:-}" = --check ]; then
    check=1
    shift
fi

cd "${1:-$(dirname "$0")/..}"

version=$(sed -n 's/^#define NGX_HTTP_JWT_ISSUER_VERSION *"\(.*\)"$/\1/p' \
    src/ngx_http_jwt_issuer.h)

# it becomes a part of file names, of a Debian version and of a User-Agent
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || {
    echo "src/ngx_http_jwt_issuer.h has no version" >&2
    exit 1
}

if [ -z "$check" ]; then
    echo "$version"
    exit 0
fi

bad=0

# the first line that has one, as $1 finds it
same() { # FILE SED-EXPRESSION
    local found
    found=$(sed -nE "$2" "$1" | head -1)
    if [ "$found" != "$version" ]; then
        echo "$1 begins with version \"$found\", it must be $version"
        bad=1
    fi
}

same CHANGELOG.md 's/^## ([^ ]+).*/\1/p'
# without the revision of the packaging
same debian/changelog 's/^nginx-jwt-issuer \((.*)-[^-]*\).*/\1/p'

exit $bad
