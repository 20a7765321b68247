#!/usr/bin/env bash
# debtest-inside.sh: run by debtest.sh as root of a system that can be thrown
# away, with the packages beside it; as TAP.

set -eu
cd "$(dirname "$0")"
# shellcheck source=tools/tap.sh
. ./tap.sh

package=libnginx-mod-http-jwt-issuer
link=/etc/nginx/modules-enabled/50-mod-http-jwt-issuer.conf
url=http://127.0.0.1:8080
export DEBIAN_FRONTEND=noninteractive

apt() { apt-get -y -qq --no-install-recommends "$@"; }

is_version() { # VERSION
    [ "$(dpkg-query -W -f '${db:Status-Status} ${Version}' $package)" = \
      "installed $1" ]
}

if [ "${1:-}" != alone ]; then
    tap_run "apt finds its lists" apt update
    tap_run "there is no nginx yet" [ ! -e /usr/sbin/nginx ]
    tap_run "apt installs an older version with all that it needs" \
        apt install ./older.deb
    tap_run "it is installed" is_version 0.0.1-1
    tap_run "nginx came with it" [ -x /usr/sbin/nginx ]
    tap_run "the module is enabled" [ -e $link ]
    tap_run "the configuration is good" nginx -t
    tap_run "no dependency is missing" apt check
    # what only the test needs comes last, it may bring what the module needs
    tap_run "what the test needs is installed" apt install \
        openssl iproute2 procps python3-jwt python3-cryptography

    # all that follows needs no network: nobody else sees its ports
    exec unshare --net bash "$PWD/debtest-inside.sh" alone "$tap_count" \
        "$tap_bad"
fi

tap_count=$2
tap_bad=$3
ip link set lo up


# the first configuration of the README that came with the package
configure() {
    mkdir /etc/nginx/keys &&
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
            -out /etc/nginx/keys/demo.key 2>/dev/null &&
        chmod 600 /etc/nginx/keys/demo.key &&
        zcat /usr/share/doc/$package/README.md.gz |
            sed -n '/^## A minimal/,/^```$/p' |
            sed -n '/^http {/,/^}/p' | sed '1d;$d' \
            >/etc/nginx/conf.d/demo.conf &&
        grep -q jwt_issuer_inject /etc/nginx/conf.d/demo.conf
}

# its upstream: says what it was sent
cat >upstream.py <<'END'
import http.server


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Authorization"].encode())

    def log_message(self, *args):
        pass


http.server.HTTPServer(("127.0.0.1", 9000), Handler).serve_forever()
END
python3 upstream.py &

cat >get.py <<'END'
import sys
import urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())
except OSError as error:
    sys.exit(sys.argv[1] + ": " + str(error))
END

get() { python3 get.py "$url$1"; }

soon() { # COMMAND…: within ten seconds
    local i
    for ((i = 0; i < 100; i++)); do
        ! "$@" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    "$@"
}

# a token of the token location, one that the upstream has received
tokens() {
    get '/token?service=demo' | sed 's/.*"access_token":"\([^"]*\)".*/\1/'
    get /api/ | sed 's/^Bearer //'
}

verified() {
    local list token
    list=$(tokens) && [ "$(wc -w <<<"$list")" = 2 ] || return 1
    for token in $list; do
        python3 verify.py $url/.well-known/jwks.json by=pyjwt,openssl \
            <<<"$token" || return 1
    done
}

kids() { get /.well-known/jwks.json | grep -o '"kid":"[^"]*"'; }

# those that do not end yet
workers() { pgrep -f 'nginx: worker process$'; }

# nginx has its new workers, and none of the old ones takes requests
reloaded() { # OLD-WORKERS
    local pid now
    now=$(workers) && [ -n "$now" ] || return 1
    for pid in $1; do
        ! grep -qx "$pid" <<<"$now" || return 1
    done
}

# what is mapped from a file that was replaced has "(deleted)" there
newer_in_use() {
    local pid
    for pid in $(workers); do
        grep -q 'ngx_http_jwt_issuer_module\.so$' "/proc/$pid/maps" || return 1
    done
}

quiet() { ! grep -E '\[(alert|crit|emerg|error)\]' /var/log/nginx/error.log; }


tap_run "the README's configuration is put in place" configure
tap_run "nginx takes it" nginx -t
# by its path: the replacement begins with that
tap_run "nginx starts" /usr/sbin/nginx
tap_run "the upstream is there" soon get /api/
tap_run "tokens are verified by PyJWT and openssl" verified
# without that, nothing that follows could be so
kids=$(kids) || {
    tap_done || exit 1
}

tap_run "an upgrade to the newer version" apt install ./newer.deb
tap_run "the newer version is installed" is_version \
    "$(dpkg-deb -f newer.deb Version)"
tap_run "the module is still enabled" [ -e $link ]
tap_run "nginx has gone on" verified
old=$(workers)
tap_run "nginx takes the newer module" nginx -t
tap_run "nginx is reloaded" nginx -s reload
tap_run "nginx has new workers" soon reloaded "$old"
tap_run "tokens are verified after that" verified
old=$(workers)
# the C library has a module of that name already; a new process has not
tap_run "nginx is replaced while it runs" /etc/init.d/nginx upgrade
tap_run "nginx has new workers again" soon reloaded "$old"
tap_run "they run the newer module" newer_in_use
tap_run "tokens are verified after that" verified
tap_run "the key is the same" [ "$(kids)" = "$kids" ]
tap_run "nginx had nothing to complain about" quiet
tap_run "nginx ends" nginx -s quit

# an administrator who has switched it off
rm $link
tap_run "it is installed again" apt install --reinstall ./newer.deb
tap_run "a module that was switched off stays so" [ ! -e $link ]
ln -s /usr/share/nginx/modules-available/mod-http-jwt-issuer.conf $link

rm /etc/nginx/conf.d/demo.conf
tap_run "it is removed" apt remove $package
tap_run "the module is not enabled any more" [ ! -e $link ]
tap_run "nginx does without it" nginx -t
tap_run "it is purged" apt purge $package
tap_run "nothing of it is left" bash -c \
    "! find /etc /usr /var/lib/nginx -name '*jwt*issuer*' | grep ."
tap_run "nginx does without it then" nginx -t

tap_done
