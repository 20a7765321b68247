#!/usr/bin/env bash
# torture.sh: what tools/torture.py needs before it begins: packages, the
# module, the unit tests and the keys of the suites.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
tools/deps.sh build run test aws ansible
tools/build.sh ${NGINX_SRC:+binary}
make -s -k -j"$(nproc)" -f tools/unit.mk plain
rm -rf build/test-logs build/test-keys
export TEST_NGINX_KEYS=$build/test-keys
mkdir -p build/test-logs
perl -It/lib -MTest::JWTIssuer::Keys -e 'Test::JWTIssuer::Keys::folder()'
