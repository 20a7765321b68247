#!/usr/bin/env bash
# netns.sh COMMAND…: runs it with a network of its own (only loopback) and,
# where the system lets us, as the head of a process namespace: whatever it
# leaves behind ends with it.  Works as root and as a user.
#
# Test::Nginx listens on all addresses and on a fixed port; in here nobody
# else sees that, and any number of suites can run at once.

set -eu

if [ "$(id -u)" = 0 ]; then
    net=(unshare --net)
else
    # keep our own user id: as a mapped root nginx would try to change its user
    net=(unshare --net --map-current-user --keep-caps)
fi

pid=(--pid --fork --kill-child --mount-proc)

if "${net[@]}" "${pid[@]}" true 2>/dev/null; then
    net+=("${pid[@]}")
elif ! "${net[@]}" true 2>/dev/null; then
    echo "This system does not let us make a network namespace (unshare)." >&2
    exit 1
fi

# the shell stays as the parent: it reaps the daemons that lose theirs
# shellcheck disable=SC2016
exec "${net[@]}" sh -c '
    PATH=$PATH:/usr/sbin:/sbin
    ip link set lo up || exit 1
    "$@"
    exit $?' sh "$@"
