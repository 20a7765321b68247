# demo-lib.sh: what the demonstrations share; sourced, never run.  They need
# $root of env.sh, and set conf, the file in $root that nginx is started with.
#
# PORT= for another port than 8080.
# shellcheck shell=bash disable=SC2154

port=${PORT:-8080}
url=http://127.0.0.1:$port
conf=
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

# a demonstration with more to end than nginx does that in end_others
end_others() { :; }

cleanup() {
    trap - EXIT INT TERM
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || :
        wait "$server" 2>/dev/null || :
    fi
    end_others
    [ -z "$prefix" ] || rm -rf "$prefix"
}

trap cleanup EXIT
trap 'echo; exit 0' INT TERM

# the Python that has apt's PyJWT may not be the first one
python=python3
[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3


prepare() { # GROUP…: of deps.sh
    title "Preparing"
    tools/deps.sh "$@"
    # on a new machine there was no nginx to look at before
    # shellcheck source=tools/env.sh
    . "$root/tools/env.sh"
    tools/build.sh ${NGINX_SRC:+binary}
    show "module  ${module#"$root"/}"
    nginx_now=$nginx
    [ -n "$nginx_now" ] || nginx_now=/usr/sbin/nginx
    show "nginx   $("$nginx_now" -v 2>&1 | sed 's/.*: //')"
}


# The configuration has relative paths: modules/, keys/ and logs/ below the
# prefix.
make_prefix() {
    [ -f "$conf" ] || fail "$conf is missing."

    # below build/ it would be in the way of "make clean"; the worker, which is
    # another user, must be able to pass
    prefix=$(mktemp -d "${TMPDIR:-/tmp}/jwt-issuer.XXXXXX")
    chmod 755 "$prefix"
    mkdir "$prefix"/{modules,keys,logs,temp}
    ln -s "$module" "$prefix/modules/"
}


# The file itself is used, unless something in it must differ.
use_conf() { # SED-EXPRESSION…: further changes
    local edits=() temp='' kind edit

    for edit; do
        edits+=(-e "$edit")
    done

    [ "$port" = 8080 ] ||
        edits+=(-e "s/127\.0\.0\.1:8080/127.0.0.1:$port/g")

    # an ordinary user may not write where the distribution's nginx keeps its
    # temporary files
    if [ "$(id -u)" != 0 ]; then
        for kind in client_body proxy fastcgi uwsgi scgi; do
            temp+=" ${kind}_temp_path temp/$kind;"
        done
        edits+=(-e "s|^http {|http {$temp|")
    fi

    if [ ${#edits[@]} = 0 ]; then
        ln -s "$root/$conf" "$prefix/nginx.conf"
        show "config  $conf, as it is"
    else
        sed "${edits[@]}" "$conf" >"$prefix/nginx.conf"
        show "config  $conf, for port $port"
    fi
}


start() {
    local globals='daemon off;' i

    # before the start: nginx itself would try for some seconds, five times
    ! (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null ||
        fail "Port $port is taken: choose another one by PORT=8081."

    grep -qE '^[[:space:]]*pid[[:space:]]' "$conf" ||
        globals+=' pid logs/nginx.pid;'

    "$nginx_now" -p "$prefix" -c "$prefix/nginx.conf" -e logs/start.log \
        -g "$globals" 2>"$prefix/stderr" 8>&- &
    server=$!

    for ((i = 0; i < 100; i++)); do
        kill -0 "$server" 2>/dev/null || break
        ! (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null || return 0
        sleep 0.1
    done

    cat "$prefix/stderr" >&2
    fail "nginx did not start on port $port."
}


fetch() { # PATH: its body, or one sentence and the end
    curl -sS --noproxy '*' --max-time 10 --fail-with-body "$url$1" || {
        echo
        tail -5 "$prefix"/logs/*.log >&2
        fail "GET $1 was not answered as it should be."
    }
}


decode() { # STRING: base64url to JSON
    jq -cR 'gsub("-"; "+") | gsub("_"; "/")
            | . + ("===" [0:(4 - length % 4) % 4]) | @base64d | fromjson' \
        <<<"$1"
}


get_token() { # SERVICE: into $token
    token=$(fetch "/token?service=$1" | jq -r .access_token)
}


get_jwks() { # into jwks.json
    fetch /.well-known/jwks.json >"$prefix/jwks.json"
}


verify() { # TOKEN: with what get_jwks() got
    "$python" t/lib/verify.py "$prefix/jwks.json" <<<"$1" >/dev/null ||
        fail "The token does not verify."
}


present_token() { # SERVICE PATH: one below which the service's upstream is
    local header claims

    title "A token: curl -s '$url/token?service=$1'"
    get_token "$1"
    IFS=. read -r header claims _ <<<"$token"
    show "${token:0:60}... (${#token} characters)"

    title "Its header and claims"
    decode "$header" | jq . | sed 's/^/  /'
    decode "$claims" | jq . | sed 's/^/  /'

    title "What an upstream behind ${2%hello} receives: curl -s '$url$2'"
    fetch "$2" | cut -c1-76 | sed 's/^/  /'
    echo
}


present_jwks() { # SERVICE TOKEN…: to be verified
    title "The public keys: curl -s '$url/.well-known/jwks.json'"
    get_jwks
    # a modulus is long: show its beginning
    jq $colour '.keys |= map(with_entries(
                   if (.value | length) > 48
                   then .value |= .[0:44] + "..." else . end))' \
        "$prefix/jwks.json" | sed 's/^/  /'

    title "Verified by PyJWT, with those keys"
    while [ $# -gt 0 ]; do
        verify "$2"
        show "$1: the signature is good"
        shift 2
    done
}


stay() { # LINE…: to try
    title "Try it"
    show "$@" '' 'Ctrl-C ends it.'
    wait "$server" || fail "nginx ended by itself."
}
