#!/usr/bin/env bash
# demo-aws.sh: what "make run-aws" does: builds, starts an emulator of AWS and
# nginx with conf.example.aws, shows tokens of a key in Secrets Manager and of
# one in an ECS task definition, rotates the first one, then stays until
# Ctrl-C.  Leaves neither a process nor a file behind.
#
# nginx has its credentials from its environment only.  No account is needed,
# and none is used: what your own environment says of AWS is put aside.
#
# PORT= for another port than 8080; ONCE=1 ends after having shown everything.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/demo-lib.sh
. "$(dirname "$0")/demo-lib.sh"

cd "$root"
conf=conf.example.aws
aws=
emulator=


end_others() {
    [ -z "$emulator" ] || {
        kill "$emulator" 2>/dev/null || :
        wait "$emulator" 2>/dev/null || :
    }
    [ -z "$aws" ] || rm -rf "$aws"
}


moto() { # COMMAND ARGUMENT…
    t/lib/aws/moto_server.py "$1" --dir "$aws" "${@:2}"
}


forget_own_aws() {
    local name
    for name in "${!AWS_@}"; do
        unset "$name"
    done
    # neither ~/.aws nor a proxy has a part in this
    export HOME=$prefix no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
}


start_emulator() {
    local i
    # its own notes are for nobody but us
    aws=$(mktemp -d "${TMPDIR:-/tmp}/jwt-issuer-aws.XXXXXX")
    aws_port=$("$python" -c 'import socket
with socket.create_server(("127.0.0.1", 0)) as free:
    print(free.getsockname()[1])')

    # Its input is a pipe that only this script holds open, as 8: however the
    # script ends, the emulator does, too.
    mkfifo "$aws/input"
    moto serve --port "$aws_port" --until-eof --lifetime 864000 \
        <"$aws/input" >"$aws/output" 2>&1 &
    emulator=$!
    exec 8>"$aws/input"

    for ((i = 0; i < 200; i++)); do
        if grep -q '^ready' "$aws/output"; then
            show "AWS     an emulator (moto) on 127.0.0.1:$aws_port"
            return
        fi
        kill -0 "$emulator" 2>/dev/null || break
        sleep 0.1
    done

    cat "$aws/output" >&2
    fail "The emulator did not start."
}


# taken out of the emulator's notes: from here on they are in the environment
# that nginx is started with, and nowhere else
take_credentials() {
    local id secret
    IFS=$'\t' read -r id secret \
        < <(jq -r '.keys.nginx | @tsv' "$aws/seed.json")
    jq 'del(.keys.nginx)' "$aws/seed.json" >"$aws/seed.new"
    chmod 600 "$aws/seed.new"
    mv "$aws/seed.new" "$aws/seed.json"
    export AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret
}


kid_of() { decode "${1%%.*}" | jq -r .kid; }


# One moment: a token of core and, with the keys that are published now, its
# verification and that of the very first token.  Only what is new is shown.
moment() {
    local kids now

    get_token core
    get_jwks
    verify "$token"
    verify "$first"
    verified=$((verified + 2))

    signing=$(kid_of "$token")
    kids=$(jq -r --arg other "$ledger_kid" \
           '[.keys[].kid | select(. != $other) | .[0:8]] | join(" ")' \
           "$prefix/jwks.json")
    npublished=$(wc -w <<<"$kids")

    now="${signing:0:8} signs; published: $kids"
    if [ "$now" != "$seen" ]; then
        seen=$now
        show "$(printf '%3d s' $((SECONDS - begin)))  $now"
    fi
}


two_are_published() { [ "$npublished" = 2 ]; }
another_one_signs() { [ "$signing" != "$before" ]; }

await() { # CONDITION: moments until it holds
    local i
    for ((i = 0; i < 100; i++)); do
        moment
        ! "$1" || return 0
        sleep 0.3
    done
    tail -5 "$prefix/logs/error.log" >&2
    fail "Waiting for ${1//_/ } was in vain."
}

some_moments() {
    local i
    for ((i = 0; i < 3; i++)); do
        sleep 0.3
        moment
    done
}


rotate() {
    first=$core_token before=$(kid_of "$core_token")
    ledger_kid=$(kid_of "$ledger_token")
    verified=0 seen='' begin=$SECONDS

    title "Rotation, step 1: the secret gets a version AWSPENDING"
    moment
    moto rotate core/dev pending >/dev/null
    await two_are_published
    some_moments
    ! another_one_signs || fail "A pending key signs."

    title "Rotation, step 2: that version becomes AWSCURRENT"
    moto rotate core/dev promote >/dev/null
    await another_one_signs
    some_moments
    two_are_published || fail "The old public key is gone too early."
    show "$verified verifications meanwhile, of the newest token and the first"

    title "What nginx wrote into its log"
    sed -n 's/^.*\[\(notice\|warn\|error\)\] [^:]*: \(.*\(AWS\|jwt\).*\)/\2/p' \
        "$prefix/logs/error.log" | fold -s -w 74 |
        sed 's/^/  /; s/ $//'
}


prepare build run aws
make_prefix
forget_own_aws
start_emulator
take_credentials
use_conf "s|#endpoint .*|endpoint http://127.0.0.1:$aws_port;|" \
         's/#\(refresh\|activate_after\)/\1/'
show "        it asks AWS every 2 seconds instead of every 5 minutes, and a key" \
     "        is published for 6 seconds before it signs, not 10 minutes"
start

present_token core /core/hello
core_token=$token
present_token ledger /ledger/hello
ledger_token=$token
present_jwks core "$core_token" ledger "$ledger_token"
rotate

if [ "${ONCE:-}" = 1 ]; then exit 0; fi

stay "curl -s '$url/token?service=core'" \
     "curl -s '$url/token?service=ledger'" \
     "curl -s '$url/token?service=unknown'" \
     "curl -s '$url/core/hello'" \
     "curl -s '$url/.well-known/jwks.json'"
