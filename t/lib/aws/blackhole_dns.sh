#!/usr/bin/env bash
# blackhole_dns.sh COMMAND…: runs it where no DNS question is ever answered.
#
# A network (only loopback) and mounts of its own: /etc/resolv.conf names a
# server on 127.0.0.53 that reads and stays silent; names in /etc/hosts still
# work.  Nothing of this is seen outside, and all of it ends with the command.
# The file that DNS_COUNT names gets one byte per question.  Who waits for the
# answer waits for 30 seconds.

set -eu

here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" != --inside ]; then
    if [ "$(id -u)" = 0 ]; then
        spaces=(unshare --net --mount)
    else
        # our own user id would not be allowed to mount
        spaces=(unshare --net --mount --map-root-user)
    fi
    exec "${spaces[@]}" --pid --fork --kill-child --mount-proc \
        "$here/blackhole_dns.sh" --inside "$@"
fi
shift

PATH=$PATH:/usr/sbin:/sbin
ip link set lo up

# the parent's mounts must not hear of ours
mount --make-rprivate /
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' "nameserver 127.0.0.53" "options timeout:30 attempts:1" \
    >"$work/resolv.conf"
export DNS_COUNT=$work/asked
echo "hosts: files dns" >"$work/nsswitch.conf"
for file in resolv.conf nsswitch.conf; do
    [ -e /etc/$file ] || continue
    mount --bind "$work/$file" "$(readlink -f /etc/$file)"
done

mkfifo "$work/in"
/usr/bin/python3 -B "$here/silent_dns.py" --count "$DNS_COUNT" \
    <"$work/in" >"$work/out" &
exec 9>"$work/in"
for _ in $(seq 100); do
    [ ! -s "$work/out" ] || break
    sleep 0.05
done
grep -q ready "$work/out" || {
    echo "the silent DNS server did not start" >&2
    exit 1
}

status=0
"$@" 9>&- || status=$?
exec 9>&-
wait
exit $status
