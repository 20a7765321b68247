#!/usr/bin/env bash
# checks.sh GROUP: one group of static checks, as TAP.
#
#   style     nginx's form of every C file
#   layers    what may include and call what
#   symbols   what the built module exports, keeps, and is able to do
#   docs      README.md, conf.example, the manual page and Vim's syntax file
#             against the directives, faults against tests; versions
#   vim       the syntax file in a real Vim
#   scripts   shellcheck, perl -c and python's parser over our own tools
#   secrets   the logs of the suites hold no key and no token

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

cd "$root"
shopt -s nullglob

case ${1:-} in

style)
    for file in src/*.[ch] src/core/*.[ch] t/unit/*.[ch]; do
        tap_run "style of $file" env LONG=1 tools/style.pl "$file"
    done
    ;;

layers)
    tap_run "layers of src and src/core" tools/layers.sh
    ;;

symbols)
    tap_run "symbols of the module" tools/symbols.sh "$module" \
        "$objs"/addon/src/*.o "$objs"/addon/core/*.o
    # of another nginx the flags are its own
    [ -n "${NGINX_SRC:-}" ] ||
        tap_run "what the module cannot do" tools/hardening.sh "$module"
    ;;

docs)
    page=$build/man/ngx_http_jwt_issuer_module.5
    mkdir -p "$build/man"
    tap_run "README.md makes a manual page" bash -c \
        "tools/man.pl >'$page'"
    tap_run "every directive is described" tools/docs.pl . "$page"
    # each of them says what is wrong and ends with 0
    tap_run "groff has no warning about the page" bash -c \
        "! groff -man -Tutf8 -ww -z '$page' 2>&1 | grep ."
    tap_run "mandoc has no finding about the page" bash -c \
        "! mandoc -T lint '$page' 2>&1 | grep ."
    tap_run "the versions agree" tools/version.sh --check
    tap_run "every fault has its proof" python3 -B tools/torture.py --check
    tap_run "every promise of SECURITY.md has its tests" tools/promises.pl
    ;;

vim)
    tools/vim.sh
    exit
    ;;

scripts)
    for file in tools/*.sh t/lib/aws/*.sh .ci/run; do
        # -x: follow the sourced files, whose variables are used
        tap_run "shellcheck $file" shellcheck -x "$file"
    done
    for file in tools/*.pl; do
        tap_run "perl -c $file" perl -c "$file"
    done
    for file in t/lib/*.py t/lib/*/*.py bench/*.py tools/*.py; do
        tap_run "python parses $file" python3 -c \
            'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file"
    done
    # a developer's path has no place in what users get
    tap_run "no machine's path, no left-over ONLY" bash -c \
        '! grep -rnE "^--- ONLY|/(home|work|root)/[a-z]" --include="*" \
             config Makefile LICENSE tools t src .ci bench contrib debian doc \
             conf.example* ./*.md \
             2>/dev/null | grep -vF tools/checks.sh'
    ;;

secrets)
    tap_run "no secret in the logs of the suites" tools/secrets.pl \
        "$build/test-logs" "$build/test-keys"
    ;;

*)
    echo "usage: $0 style|layers|symbols|docs|vim|scripts|secrets" >&2
    exit 2
    ;;
esac

tap_done
