#!/usr/bin/env bash
# asan-suites.sh: runs suites (T=, or those below) with an nginx that is built
# from source with the module in it, under AddressSanitizer and UBSan, each
# allocation from a pool being one of its own (NGX_DEBUG_PALLOC).  Any report
# is a test that fails.  As the others: ends with "N passed, N failed".
#
#   --reports    only that last test: what build/sanitize holds, as TAP

set -eu
cd "$(dirname "$0")/.."

# what shares memory, waits, works in threads, ends early
default="t/cache/*.t t/threads/*.t t/inject/*.t t/keys/wait*.t t/status/*.t
         t/life/reload-*.t t/life/kill.t t/life/quit.t t/life/leak.t
         t/life/single.t t/token/errors.t t/token/form.t t/aws/life.t"

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
export T=${T:-$default}

# workers write there as well, whoever they are
rm -rf build/sanitize
mkdir -p build/sanitize
chmod 1777 build/sanitize

exec tools/test.sh suites
