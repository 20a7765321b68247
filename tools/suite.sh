#!/usr/bin/env bash
# suite.sh [--hup] FILE.t: runs one Test::Nginx suite and prints its TAP.
#
# The suite has a network, a server root and a log folder of its own; with
# --hup nginx is reloaded between the blocks and not restarted.  The logs stay
# in build/test-logs/plain|hup/NAME: error.log (debug level), what the suite
# declared as expected or forbidden there, and stderr.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
cd "$root"

mode=plain
if [ "${1:-}" = --hup ]; then
    mode=hup
    export TEST_NGINX_USE_HUP=1
    shift
fi

file=$1
name=${file#t/}
name=${name%.t}
name=${name//\//-}

export TEST_NGINX_BINARY=$nginx
export TEST_NGINX_LOAD_MODULES=$module
export TEST_NGINX_SERVROOT=$build/servroot/$mode-$name
export JWT_ISSUER_LOG_DIR=$build/test-logs/$mode/$name

# AddressSanitizer keeps what was freed: not where memory is measured or searched.
# And both have memory of their own beside what there is.
if [ -n "${SANITIZE:-}" ] && grep -qiE 'rss|memory\.py' "$file"; then
    export ASAN_OPTIONS=quarantine_size_mb=0:thread_local_quarantine_size_kb=0
    export JWT_ISSUER_RSS_FACTOR=10
    [ "$SANITIZE" != thread ] || export JWT_ISSUER_RSS_FACTOR=25
fi

rm -rf "$TEST_NGINX_SERVROOT" "$JWT_ISSUER_LOG_DIR"
mkdir -p "$build/servroot" "$JWT_ISSUER_LOG_DIR"

status=0
timeout -k 5 "${SUITE_TIMEOUT:-300}" "$(dirname "$0")/netns.sh" \
    perl -It/lib -I.deps/usr/share/perl5 "$file" \
    2>"$JWT_ISSUER_LOG_DIR/stderr" || status=$?

# what Perl said is of interest when the suite failed
if [ "$status" != 0 ]; then
    [ "$status" != 124 ] || echo "$name ($mode): timed out" >&2
    sed "s|^|$name ($mode): |" "$JWT_ISSUER_LOG_DIR/stderr" | head -80 >&2
else
    rm -rf "$TEST_NGINX_SERVROOT"
fi

exit $status
