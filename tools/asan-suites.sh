#!/usr/bin/env bash
# asan-suites.sh: runs suites (T=, or all that can be) with an nginx that is built
# from source as is the module, under AddressSanitizer and UBSan, each allocation
# from a pool being one of its own (NGX_DEBUG_PALLOC).  Any report is a test that
# fails.  As the others: ends with "N passed, N failed".
#
#   --reports    only that last test: what build/sanitize holds, as TAP

set -eu
cd "$(dirname "$0")/.."

# What cannot be there:
not=(
    # what makes malloc() fail comes before libc's, and ASan's comes before it
    t/torture/alloc.t
    # what sets the clock of a process is asked for it before ASan has begun
    t/aws/two-proxies.t
)

all() {
    find t -name '*.t' | LC_ALL=C sort |
        grep -vxF -f <(printf '%s\n' "${not[@]}") | tr '\n' ' '
}

if [ "${1:-}" = --reports ]; then
    # shellcheck source=tools/tap.sh
    . tools/tap.sh
    tap_run "no sanitizer has reported anything" bash -c \
        '! grep -m 40 -H "" build/sanitize/report.* 2>/dev/null'
    tap_done
    exit
fi

tools/deps.sh source
NGINX_SRC=$(tools/nginx-source.sh)
export NGINX_SRC SANITIZE=address SUITE_MODES=plain SUITE_TIMEOUT=900
T=${T:-$(all)}
export T

# workers write there as well, whoever they are
rm -rf build/sanitize
mkdir -p build/sanitize
chmod 1777 build/sanitize

exec tools/test.sh suites
