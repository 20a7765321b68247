#!/usr/bin/env bash
# symbols.sh MODULE.so [OBJECT…]: the module exports nginx's three tables and
# nothing else, what its objects share carries our prefixes, and no object has
# writable variables of its own (state hangs off the cycle).
# Prints each finding; exits 1 on any.

set -eu

so=$1
shift
bad=0

finding() {
    echo "$1"
    bad=1
}

exported=$(nm -D --defined-only "$so" | awk '{ print $3 }' | LC_ALL=C sort)
tables=$'ngx_module_names\nngx_module_order\nngx_modules'

if [ "$exported" != "$tables" ]; then
    finding "$so exports other than nginx's three tables:" \
        && comm -3 <(echo "$exported") <(echo "$tables")
fi

for object in "$@"; do
    while read -r name; do
        finding "$object shares \"$name\", which lacks our prefix"
    done < <(nm --defined-only -g "$object" | awk '{ print $3 }' |
             grep -vE '^(ngx_http_jwt_issuer_|jwti_)')

    # the link to the next filter is nginx's own idiom, set once at start
    while read -r name; do
        finding "$object keeps the variable \"$name\""
    done < <(nm "$object" | awk '$2 ~ /^[bBC]$/ { print $3 }' |
             grep -vE '^ngx_http_(jwt_issuer_)?next_(header|body)_filter$')
done

exit $bad
