#!/usr/bin/env bash
# layers.sh [DIR]: the core knows nothing of nginx, of clocks, files and
# sockets, and each library's header is used in one place only.
# Prints each finding; exits 1 on any.

set -eu
cd "${1:-$(dirname "$0")/..}"

bad=0

# forbid WHAT PATTERN FILE…: prints the lines that match
forbid() {
    local what=$1 pattern=$2 found
    shift 2
    [ $# -gt 0 ] || return 0
    while read -r found; do
        echo "$found    <- $what"
        bad=1
    done < <(grep -nHE "$pattern" "$@" || :)
}

# only_in HEADER NAME…: files other than src/…/NAME may not include it
only_in() {
    local header=$1 file name others=()
    shift
    for file in src/*.[ch] src/core/*.[ch]; do
        for name in "$@"; do
            [ "${file/core\/jwti_/core/}" != "src/$name" ] || continue 2
        done
        others+=("$file")
    done
    forbid "<$header> belongs to: $*" "#include *[<\"]${header}[>\"]" \
        "${others[@]}"
}

shopt -s nullglob
core=(src/core/*.[ch])

# not even in a comment; the project's own name is no such mention
for file in "${core[@]}"; do
    if found=$(sed 's/nginx-jwt-issuer//g' "$file" |
               grep -niE 'nginx|ngx_'); then
        sed "s|^|$file:|; s|\$|    <- nginx in the core|" <<<"$found"
        bad=1
    fi
done

forbid "the core never reads a clock" \
    '\<(time|clock_gettime|gettimeofday|nanosleep|sleep)\(' "${core[@]}"
forbid "the core never reads files, sockets or the environment" \
    '\<(fopen|open|openat|socket|connect|getenv|secure_getenv)\(' "${core[@]}"
forbid "the core never logs" '\<(printf|fprintf|perror|puts|syslog)\(' \
    "${core[@]}"

only_in jwt.h core/probe.c
only_in jansson.h core/json.c core/jsonread.c
only_in curl/curl.h ngx_http_jwt_issuer_exchange.c ngx_http_jwt_issuer_fetch.c \
    ngx_http_jwt_issuer_curl.c \
    ngx_http_jwt_issuer_curl.h

# in a worker, after fork: not in the master, whose children would share it
others=()
for file in src/*.c; do
    case $file in *_process.c|*_curl.c) ;; *) others+=("$file") ;; esac
done
forbid "libcurl begins in _process.c" 'curl_(global_|multi_)?init\(' \
    "${others[@]}"

# between zone_lock() and zone_unlock(), and in all that is called _locked
slow='ngx_(log_[a-z0-9_]*|c?alloc|p[cn]?alloc|pnalloc|array_push[a-z_]*)'
slow="$slow|malloc|jwti_(sign|key_parse|probe|token)[a-z_]*"
slow="$slow|(EVP|RAND)_[A-Za-z_]*"
slow="$slow|f?open|read|write|kill"
while read -r found; do
    echo "$found    <- under the zone's lock"
    bad=1
done < <(awk -v slow="(^|[^A-Za-z0-9_])($slow)\\\\(" '
    FNR == 1                                    { held = 0; inside = 0 }
    /^ngx_http_jwt_issuer_[a-z_]*_locked\(/     { mine = 1 }
    /^\{/                                       { inside = mine; mine = 0 }
    /^\}/                                       { held = 0; inside = 0 }
    /^    [a-z_]*zone_unlock\(/                 { held = 0 }
    (held || inside) && $0 ~ slow { print FILENAME ":" FNR ":" $0 }
    /^    [a-z_]*zone_lock\(/                   { held = 1 }
' src/*.c)

exit $bad
