#!/usr/bin/env bash
# test-nginx.sh: sees to it that Perl finds Test::Nginx: the one installed, or
# Debian's package, which is pure Perl, unpacked into .deps/ from the newest
# suite; older ones do not have it.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

found() {
    perl -I"$root/.deps/usr/share/perl5" -MTest::Nginx::Socket -e1 2>/dev/null
}

found || "$(dirname "$0")/newer-suite.sh" sid libtest-nginx-perl || :

found || {
    echo "Test::Nginx is missing; please install it: cpanm Test::Nginx" >&2
    exit 1
}
