#!/usr/bin/env bash
# distclean.sh: removes .deps/; its roots only when nothing is mounted there.

set -eu
# shellcheck source=tools/roots.sh
. "$(dirname "$0")/roots.sh"

for dir in "$roots"/*/; do
    root_remove "${dir%/}"
done

rm -rf "$root/.deps"
