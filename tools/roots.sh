# roots.sh: Debian systems of other suites, as folders; sourced, never run.
#
#   root_make SUITE         makes .deps/roots/SUITE with debootstrap, or keeps
#                           the one that is there
#   root_run DIR COMMAND…   runs a command in it as root, as a system of its
#                           own: mounts, processes and /tmp end with it
#   root_try DIR COMMAND…   the same, and all that it writes is forgotten
#   root_remove DIR         deletes it, unless something is mounted there
#
# Needs root.  The mirror is the one that this machine's own apt uses; it is
# written into the roots and nowhere else.
# shellcheck shell=bash

# shellcheck source=tools/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

roots=$root/.deps/roots

root_make() { # SUITE
    local suite=$1 dir=$roots/$1 log=$roots/$1.log mirror
    [ ! -e "$dir/.made" ] || return 0

    [ "$(id -u)" = 0 ] || {
        echo "A root of $suite can be made by root only." >&2
        return 1
    }
    mkdir -p "$roots"
    command -v debootstrap >/dev/null || {
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends debootstrap >"$log" 2>&1 || {
            tail -3 "$log" >&2
            return 1
        }
    }
    mirror=$("$root/tools/mirror.sh") || return 1

    # one that was interrupted is no start for the next
    root_remove "$dir" || return 1
    echo "making a root of $suite in ${dir#"$root"/}"
    debootstrap --variant=minbase "$suite" "$dir" "$mirror" >"$log" 2>&1 || {
        tail -5 "$log" >&2
        return 1
    }

    # a proxy and the like that this machine's apt needs; no documentation
    apt-config dump | grep -E '^Acquire::(https?|ftp|Check|Retries)' \
        >"$dir/etc/apt/apt.conf.d/90machine" || :
    echo 'Acquire::Languages "none";' >>"$dir/etc/apt/apt.conf.d/90machine"
    printf 'path-exclude=/usr/share/%s/*\n' man locale \
        >"$dir/etc/dpkg/dpkg.cfg.d/small"
    # no server starts by being installed
    printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d"
    chmod 755 "$dir/usr/sbin/policy-rc.d"
    rm -f "$dir"/var/cache/apt/archives/*.deb
    : >"$dir/.made"
}

# In there "/" is a mount point, as on a real system.  What is mounted is
# mounted in a namespace that nobody else sees and that ends with the command.
root_enter() { # OVERLAY DIR COMMAND…
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child --propagation private sh -ec '
        overlay=$1 dir=$2
        shift 2
        if [ -n "$overlay" ]; then
            mount -t tmpfs -o mode=755 none /mnt
            mkdir /mnt/upper /mnt/work /mnt/all
            mount -t overlay none /mnt/all \
                -o "lowerdir=$dir,upperdir=/mnt/upper,workdir=/mnt/work"
            dir=/mnt/all
        else
            mount --bind "$dir" "$dir"
        fi
        cd "$dir"
        mkdir -p .old
        mount -t proc proc proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        mount -t tmpfs -o mode=1777 none tmp
        mount -t tmpfs -o mode=755 none run
        [ ! -e /etc/resolv.conf ] || cat /etc/resolv.conf >etc/resolv.conf
        pivot_root . .old
        cd /
        umount -l .old
        exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
            LANG=C.UTF-8 ${TERM:+TERM=$TERM} "$@"
    ' sh "$@"
}

root_run() { # DIR COMMAND…
    root_enter "" "$@"
}

root_try() { # DIR COMMAND…
    root_enter overlay "$@"
}

# rm -rf through something that is mounted there would delete that
root_remove() { # DIR
    [ -d "$1" ] || return 0
    if grep -qF " $(cd "$1" && pwd -P)/" /proc/self/mountinfo; then
        echo "Something is mounted in $1: it is not deleted." >&2
        return 1
    fi
    rm -rf --one-file-system "$1"
}
