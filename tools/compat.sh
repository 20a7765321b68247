#!/usr/bin/env bash
# compat.sh: builds and tests the working tree in other Debian suites, each in
# a root of its own with that suite's compiler, nginx and libraries.
#
#   SUITES="trixie sid"   which
#   TEST_GROUPS="all"     what of tools/test.sh
#   T= JOBS= FUZZ_SECONDS=   as for make test
#
# What the tests print goes to build/compat/SUITE.log; at the end stands a
# table for README.md.  Ends with 1 on any failure.  Needs root.

set -eu
# shellcheck source=tools/roots.sh
. "$(dirname "$0")/roots.sh"

cd "$root"
read -ra suites <<<"${SUITES:-trixie sid}"
groups=${TEST_GROUPS:-all}
place=/src/nginx-jwt-issuer
logs=$build/compat
bad=0
mkdir -p "$logs"

# The working tree without what git ignores.  What was built there before stays:
# files keep their times, make knows what is new.
copy_tree() { # DIR
    local new=$1$place.new old=$1$place
    rm -rf "$new"
    mkdir -p "$new"
    git ls-files -coz --exclude-standard | while IFS= read -rd '' file; do
        [ ! -e "$file" ] || printf '%s\0' "$file"
    done | tar -c --null -T - | tar -x -C "$new" --no-same-owner
    for file in build .deps; do
        [ ! -e "$old/$file" ] || mv "$old/$file" "$new/$file"
    done
    rm -rf "$old"
    mv "$new" "$old"
}

# one row; runs inside
# shellcheck disable=SC2016
row='
    version() { dpkg-query -W -f "\${source:Upstream-Version}" "$1"; }
    . /etc/os-release
    echo "$PRETTY_NAME|$(version nginx)|$(version libssl-dev)|$(
        version libcurl4-openssl-dev)|$(version libjwt-dev)|gcc $(
        gcc -dumpfullversion), clang $(clang -dumpversion)"'

test_suite() { # SUITE
    local dir=$roots/$1 log=$logs/$1.log sum

    root_make "$1" || return 1
    copy_tree "$dir" || return 1

    echo "testing in $1, see ${log#"$root"/}"
    root_run "$dir" env -C "$place" JOBS="${JOBS:-2}" T="${T:-}" \
        FUZZ_SECONDS="${FUZZ_SECONDS:-3}" bash -c "
            tools/deps.sh build run test aws ansible deb && tools/test.sh $groups
        " >"$log" 2>&1 </dev/null || :

    sum=$(tail -1 "$log" | grep -E '^[0-9]+ passed, [0-9]+ failed' || :)
    printf '%s|%s\n' "$(root_run "$dir" sh -c "$row" 2>/dev/null)" \
        "${sum:-did not end}" >"$logs/$1.row"

    [[ $sum == *" 0 failed" ]] || {
        echo "$1: ${sum:-$(tail -1 "$log")}"
        grep -E '^(not ok|FAIL)' "$log" | head -20 || :
        return 1
    }
}

for suite in "${suites[@]}"; do
    rm -f "$logs/$suite.row"
    test_suite "$suite" || bad=1
done

echo
echo "| | nginx | OpenSSL | libcurl | libjwt | compilers | tests |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for suite in "${suites[@]}"; do
    [ ! -e "$logs/$suite.row" ] ||
        sed 's/|/ | /g; s/.*/| & |/' "$logs/$suite.row"
done

exit $bad
