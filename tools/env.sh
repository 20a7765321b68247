# env.sh: where things are; sourced by the other scripts, never run.
#
# In:  NGINX_SRC (a source tree to build against; default: Debian's nginx-dev),
#      NGINX (the binary to run), CC; SANITIZE=address: nginx and the module
#      under AddressSanitizer and UBSan; =thread: both in one, under
#      ThreadSanitizer.
# Out: root, build, nginx_src, tree (this nginx's part of build/), objs, module.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build

if [ -n "${NGINX_SRC:-}" ]; then
    nginx_src=$(cd "$NGINX_SRC" 2>/dev/null && pwd) || {
        echo "NGINX_SRC=$NGINX_SRC is no directory." >&2
        exit 1
    }
    # two trees of one version may differ: the path is part of the name
    tree_suffix=-$(printf %s "$nginx_src" | cksum | cut -d' ' -f1)
else
    nginx_src=/usr/share/nginx/src
    tree_suffix=
fi

nginx_version=$(sed -n 's/^#define NGINX_VERSION *"\(.*\)"/\1/p' \
    "$nginx_src/src/core/nginx.h" 2>/dev/null || :)

tree=$build/nginx-${nginx_version:-none}$tree_suffix${SANITIZE:+-$SANITIZE}
objs=$tree/objs
module=$objs/ngx_http_jwt_issuer_module.so
[ "${SANITIZE:-}" != thread ] || module=    # nothing to load

# nginx takes a variable NGINX for the sockets of a binary upgrade and would
# not become a daemon: the name is for people, our scripts pass another one on
nginx_asked=${NGINX:-${JWT_ISSUER_NGINX:-}}
unset NGINX
export JWT_ISSUER_NGINX=$nginx_asked

# the binary to run: the one asked for; else the one of the same tree
if [ -n "$nginx_asked" ]; then
    nginx=$nginx_asked
elif [ -n "${NGINX_SRC:-}" ]; then
    nginx=$objs/nginx
else
    nginx=$(PATH=$PATH:/usr/sbin:/sbin command -v nginx || :)
fi
