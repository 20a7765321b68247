#!/usr/bin/env bash
# valgrind.sh: nginx and the module under valgrind, with what works beside a
# request: fetches, parked requests, signatures in threads and of others,
# clients that leave, reloads.  t/valgrind/async.pl drives it; any finding of
# valgrind in any process fails, but nginx's own in t/valgrind/nginx.supp.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

tools/deps.sh build run test aws
tools/build.sh

# shellcheck disable=SC2154
export TEST_NGINX_BINARY=$build/valgrind/nginx
export TEST_NGINX_LOAD_MODULES=$module VALGRIND_LOGS=$build/valgrind/log
export JWT_ISSUER_LOG_DIR=$build/valgrind/nginx-log

rm -rf "$build/valgrind"
mkdir -p "$VALGRIND_LOGS" "$JWT_ISSUER_LOG_DIR"
chmod 1777 "$VALGRIND_LOGS"

# nginx is found by that name wherever it is started, also after USR2
cat >"$TEST_NGINX_BINARY" <<END
#!/bin/sh
exec valgrind --quiet --keep-debuginfo=yes --leak-check=full --show-leak-kinds=definite \\
    --errors-for-leak-kinds=definite --error-exitcode=0 --num-callers=30 \\
    --gen-suppressions=all --suppressions=$root/t/valgrind/nginx.supp \\
    --log-file=$VALGRIND_LOGS/%p $nginx "\$@"
END
chmod +x "$TEST_NGINX_BINARY"

status=0
timeout -k 5 600 tools/netns.sh prove -v -It/lib t/valgrind/async.pl || status=1

# nothing is what valgrind says when it has found nothing
if grep -q . "$VALGRIND_LOGS"/* 2>/dev/null; then
    echo "valgrind has found something:" >&2
    head -n 60 "$VALGRIND_LOGS"/* >&2
    status=1
fi

processes=$(find "$VALGRIND_LOGS" -type f | wc -l)
echo "$processes processes under valgrind"
[ "$processes" -gt 5 ] || status=1
exit $status
