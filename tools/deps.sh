#!/usr/bin/env bash
# deps.sh GROUP…: installs with apt what is missing; groups: build run test aws
# ansible source bench deb.
#
# Where everything is there it asks dpkg and nothing else: no network.  As root
# or through sudo.  On a system without apt it only looks whether the tools are
# there and says in one sentence what is missing.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

groups=" ${*:-build run} "
missing=()

has_group() { [[ $groups == *" $1 "* ]]; }

# a sanitizer's library has clang's version in its name
clang_rt() {
    local major
    major=$(clang --version 2>/dev/null |
            sed -n 's/.*clang version \([0-9]*\).*/\1/p')
    if [ -z "$major" ]; then
        major=$(apt-cache depends clang 2>/dev/null |
                sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -1)
    fi
    [ -z "$major" ] || echo "libclang-rt-$major-dev"
}

packages() {
    if has_group build; then
        echo gcc make libc6-dev pkg-config libjwt-dev libjansson-dev \
            libssl-dev libcurl4-openssl-dev
        if [ -n "${NGINX_SRC:-}" ]; then
            echo libpcre2-dev zlib1g-dev    # what nginx's configure wants
        else
            echo nginx-dev
        fi
    fi
    if has_group run; then
        echo curl openssl jq python3-jwt python3-cryptography
        [ -n "$nginx_asked${NGINX_SRC:-}" ] || echo nginx
    fi
    if has_group test; then
        echo perl libtest-base-perl libtest-longstring-perl libtext-diff-perl \
            liblist-moreutils-perl libwww-perl libipc-run-perl libfilter-perl \
            liburi-perl curl openssl python3-jwt python3-jwcrypto \
            python3-requests-oauthlib python3-authlib \
            python3-cryptography python3-grpcio cppcheck clang clang-tidy \
            shellcheck \
            iproute2 util-linux procps nghttp2-client apache2-utils valgrind \
            binutils prometheus python3-html5lib lintian groff-base mandoc vim
        clang_rt
    fi
    if has_group aws; then
        # python3-moto itself comes from a newer suite, see below
        echo curl openssl iproute2 util-linux python3-boto3 python3-flask \
            python3-flask-cors python3-werkzeug python3-responses \
            python3-xmltodict python3-jinja2 python3-cryptography \
            python3-antlr4 libfaketime
    fi
    if has_group ansible; then
        echo ansible python3-boto3
    fi
    if has_group deb; then
        echo build-essential debhelper dpkg-dev nginx-dev
    fi
    if has_group source; then
        echo dpkg-dev
    fi
    if has_group bench; then
        # the load generator, what we are compared with, and its libraries
        echo wrk python3 openssl util-linux libnginx-mod-http-ndk \
            libnginx-mod-http-lua libnginx-mod-http-js lua-cjson \
            lua-resty-core lua-resty-lrucache
    fi
}

# what a machine without apt must have
find_tools() {
    local tool
    for tool in "${CC:-cc}" make pkg-config curl openssl perl; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    for tool in libjwt jansson "libcrypto >= 3.0" "libcurl >= 7.87"; do
        pkg-config --exists "$tool" 2>/dev/null || missing+=("$tool")
    done
    [ -n "$nginx_version" ] ||
        missing+=("an nginx source tree, given by NGINX_SRC=DIR")
    if has_group run; then
        [ -n "$nginx" ] || missing+=(nginx)
        python3 -c 'import jwt, cryptography' 2>/dev/null || missing+=(PyJWT)
    fi
    if has_group test; then
        perl -MTest::Nginx::Socket -e1 2>/dev/null || missing+=(Test::Nginx)
    fi
    if has_group bench; then
        for tool in wrk python3 taskset; do
            command -v "$tool" >/dev/null || missing+=("$tool")
        done
    fi
    [ ${#missing[@]} = 0 ] || {
        local IFS=,
        echo "This system has no apt-get; please install: ${missing[*]}." >&2
        exit 1
    }
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "Missing packages and neither root nor sudo; please install:" \
             "${missing[*]}" >&2
        exit 1
    fi
}

# Debian starts a server that it installs: nginx would take port 80.  A policy
# that forbids it is there for the time of the installation only.
policy=/usr/sbin/policy-rc.d
forbid_start() {
    [ ! -e $policy ] || return 0
    trap 'as_root rm -f $policy' EXIT
    # shellcheck disable=SC2016
    as_root sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' \
        sh $policy
}

updated=
apt_update() {
    [ -z "$updated" ] || return 0
    updated=1
    as_root apt-get update -qq >/dev/null ||
        echo "apt-get update had errors; going on with the lists there are." >&2
}

apt_install() {
    echo "installing: $*"
    forbid_start
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends "$@" >"$build/deps.log" 2>&1 || {
        tail -5 "$build/deps.log" >&2
        echo "apt-get could not install: $*" >&2
        exit 1
    }
}

has_moto() {
    PYTHONPATH=$root/.deps/usr/lib/python3/dist-packages \
        /usr/bin/python3 -B -c 'import moto.server' 2>/dev/null
}

if ! command -v apt-get >/dev/null; then
    find_tools
    exit 0
fi

mkdir -p "$build"
have=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' |
         sed -n 's/^installed //p' | tr '\n' ' ') "

for package in $(packages | tr ' ' '\n' | sort -u); do
    [[ $have == *" $package "* ]] || missing+=("$package")
done

if [ ${#missing[@]} -gt 0 ]; then
    apt_update
    # the list may name more once apt knows which clang there is
    has_group test && [[ ${missing[*]} == *clang* ]] && missing+=("$(clang_rt)")
    # shellcheck disable=SC2046
    apt_install $(printf '%s\n' "${missing[@]}" | sort -u)
fi

if has_group test; then
    "$(dirname "$0")/test-nginx.sh"
fi

if has_group aws && ! has_moto; then
    # the suite's own, which fits its libraries, else a newer one's
    apt_update
    if [ -n "$(apt-cache madison python3-moto)" ]; then
        apt_install python3-moto
    else
        "$(dirname "$0")/newer-suite.sh" trixie python3-moto
    fi
fi
