#!/usr/bin/env bash
# demo.sh: what "make run" does: builds, starts nginx with conf.example and a
# key made for the occasion, gets a token, shows and verifies it, then stays
# until Ctrl-C.  Leaves neither a process nor a file behind.
#
# PORT= for another port than 8080; ONCE=1 ends after having shown everything.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/demo-lib.sh
. "$(dirname "$0")/demo-lib.sh"

cd "$root"
conf=conf.example

prepare build run
make_prefix
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
    -out "$prefix/keys/demo.key" 2>/dev/null
chmod 600 "$prefix/keys/demo.key"
use_conf
start

present_token demo /api/hello
present_jwks demo "$token"

if [ "${ONCE:-}" = 1 ]; then exit 0; fi

stay "curl -s '$url/token?service=demo'" \
     "curl -s '$url/token?service=unknown'" \
     "curl -s '$url/api/hello'" \
     "curl -s '$url/.well-known/jwks.json'" \
     "curl -s '$url/status'    # or $url/status in a browser"
