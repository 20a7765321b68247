#!/usr/bin/env bash
# demo.sh: what "make run" does: builds, starts nginx with conf.example and a
# key made for the occasion, gets a token, shows and verifies it, then stays
# until Ctrl-C.  Leaves neither a process nor a file behind.
#
# PORT= for another port than 8080; ONCE=1 ends after having shown everything.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
port=${PORT:-8080}
url=http://127.0.0.1:$port
prefix=
server=

if [ -t 1 ]; then
    bold=$'\e[1m' plain=$'\e[0m' colour=-C
else
    bold='' plain='' colour=-M
fi

title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
show() { printf '  %s\n' "$@"; }
fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

cleanup() {
    trap - EXIT INT TERM
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || :
        wait "$server" 2>/dev/null || :
    fi
    [ -z "$prefix" ] || rm -rf "$prefix"
}

trap cleanup EXIT
trap 'echo; exit 0' INT TERM

# the Python that has apt's PyJWT may not be the first one
python=python3
[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3


prepare() {
    title "Preparing"
    tools/deps.sh build run
    tools/build.sh ${NGINX_SRC:+binary}
    show "module  ${module#"$root"/}"
    nginx_now=$nginx
    [ -n "$nginx_now" ] || nginx_now=/usr/sbin/nginx
    show "nginx   $("$nginx_now" -v 2>&1 | sed 's/.*: //')"
}


# conf.example has relative paths: modules/, keys/ and logs/ below the prefix.
# The file itself is used, unless something in it must differ.
make_prefix() {
    [ -f conf.example ] || fail "conf.example is missing."

    # below build/ it would be in the way of "make clean"; the worker, which is
    # another user, must be able to pass
    prefix=$(mktemp -d "${TMPDIR:-/tmp}/jwt-issuer.XXXXXX")
    chmod 755 "$prefix"
    mkdir "$prefix"/{modules,keys,logs,temp}
    ln -s "$module" "$prefix/modules/"

    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
        -out "$prefix/keys/demo.key" 2>/dev/null
    chmod 600 "$prefix/keys/demo.key"

    if [ "$port" = 8080 ] && [ "$(id -u)" = 0 ]; then
        ln -s "$root/conf.example" "$prefix/nginx.conf"
        show "config  conf.example, as it is"
        return
    fi

    # an ordinary user may not write where the distribution's nginx keeps its
    # temporary files
    local temp='' kind
    if [ "$(id -u)" != 0 ]; then
        for kind in client_body proxy fastcgi uwsgi scgi; do
            temp+=" ${kind}_temp_path temp/$kind;"
        done
    fi
    sed -e "s/127\.0\.0\.1:8080/127.0.0.1:$port/g" \
        -e "s|^http {|http {$temp|" conf.example >"$prefix/nginx.conf"
    show "config  conf.example, for port $port"
}


start() {
    local globals='daemon off;' i

    # before the start: nginx itself would try for some seconds, five times
    ! (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null ||
        fail "Port $port is taken: choose another one, make run PORT=8081."

    grep -qE '^[[:space:]]*pid[[:space:]]' conf.example ||
        globals+=' pid logs/nginx.pid;'

    "$nginx_now" -p "$prefix" -c "$prefix/nginx.conf" -e logs/start.log \
        -g "$globals" 2>"$prefix/stderr" &
    server=$!

    for ((i = 0; i < 100; i++)); do
        kill -0 "$server" 2>/dev/null || break
        ! (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null || return 0
        sleep 0.1
    done

    cat "$prefix/stderr" >&2
    server=
    fail "nginx did not start on port $port."
}


fetch() { # PATH: its body, or one sentence and the end
    curl -sS --noproxy '*' --max-time 10 --fail-with-body "$url$1" || {
        echo
        tail -5 "$prefix"/logs/*.log >&2
        fail "GET $1 was not answered as it should be."
    }
}


decode() { # STRING: base64url to JSON, indented
    jq -rR 'gsub("-"; "+") | gsub("_"; "/")
            | . + ("===" [0:(4 - length % 4) % 4]) | @base64d | fromjson' \
        <<<"$1" | sed 's/^/  /'
}


present() {
    local token header claims

    title "A token: curl -s '$url/token?service=demo'"
    token=$(fetch '/token?service=demo' | jq -r .access_token)
    IFS=. read -r header claims _ <<<"$token"
    show "${token:0:60}... (${#token} characters)"

    title "Its header and claims"
    decode "$header"
    decode "$claims"

    title "What an upstream behind /api/ receives: curl -s '$url/api/hello'"
    fetch /api/hello | cut -c1-76 | sed 's/^/  /'
    echo

    title "The public keys: curl -s '$url/.well-known/jwks.json'"
    fetch /.well-known/jwks.json >"$prefix/jwks.json"
    # a modulus is long: show its beginning
    jq $colour '.keys |= map(with_entries(
                   if (.value | length) > 48
                   then .value |= .[0:44] + "..." else . end))' \
        "$prefix/jwks.json" | sed 's/^/  /'

    title "Verified by PyJWT, with those keys"
    "$python" t/lib/verify.py "$prefix/jwks.json" <<<"$token" >/dev/null ||
        fail "The token does not verify."
    show "the signature is good"
}


stay() {
    title "Try it"
    show "curl -s '$url/token?service=demo'" \
         "curl -s '$url/token?service=unknown'" \
         "curl -s '$url/api/hello'" \
         "curl -s '$url/.well-known/jwks.json'" \
         '' 'Ctrl-C ends it.'
    wait "$server" || fail "nginx ended by itself."
}


prepare
make_prefix
start
present
if [ "${ONCE:-}" = 1 ]; then exit 0; fi
stay
