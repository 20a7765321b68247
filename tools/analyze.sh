#!/usr/bin/env bash
# analyze.sh FILE…: gcc's own static analysis over files of the core, as the
# unit tests compile them; any finding is an error.

set -eu
core=$(cd "$(dirname "$0")/.." && pwd)/src/core

for file in "$@"; do
    # a finding may come from what the optimizer made of the code: as released
    gcc -std=c11 -D_DEFAULT_SOURCE -O2 -Wall -Wextra -Werror -fanalyzer \
        -I"$core" -c -o /dev/null "$file"
done
