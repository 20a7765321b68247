#!/usr/bin/env bash
# tsan-suites.sh: runs the suites of threads (T=, or t/threads/*.t) with an nginx
# that is built from source with the module in it, under ThreadSanitizer.  Any
# report is a test that fails; what it is not to report of nginx's own is in
# tools/tsan.supp.  As the others: ends with "N passed, N failed".

set -eu
cd "$(dirname "$0")/.."

tools/deps.sh source
NGINX_SRC=$(tools/nginx-source.sh)
export NGINX_SRC SANITIZE=thread SUITE_MODES=plain SUITE_TIMEOUT=900
export T=${T:-t/threads/*.t}

# workers write there as well, whoever they are
rm -rf build/sanitize
mkdir -p build/sanitize
chmod 1777 build/sanitize

exec tools/test.sh suites
