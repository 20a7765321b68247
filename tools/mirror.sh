#!/usr/bin/env bash
# mirror.sh: prints the address of the Debian mirror that this machine's own
# apt uses, whatever the form of its sources (*.list or *.sources).

set -eu

command -v apt-get >/dev/null || {
    echo "This system has no apt-get." >&2
    exit 1
}

# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
             'Created-By: Packages' | sed -n 's/^Debian|Debian|//p' | head -1)

[ -n "$mirror" ] || {
    echo "apt knows no Debian mirror (try: apt-get update)." >&2
    exit 1
}

echo "$mirror"
