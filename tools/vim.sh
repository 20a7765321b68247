#!/usr/bin/env bash
# vim.sh: a real Vim shows a configuration, and is asked what it takes its
# words for; as TAP.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/nginx.conf" <<'END'
http {
    # jwt_issuer_zone of a comment
    jwt_issuer_zone demo:4m;
    jwt_issuer_aws { region eu-central-1; timeout 10s; }

    jwt_issuer_service ledger {
        key secretsmanager secret=prod/jwt;
        profile access_token;
        claim team "$jwt_issuer_kid core";  # lifetime of a comment
        lifetime 2m;
    }

    server {
        profile elsewhere;
        location = /token {
            jwt_issuer_token $jwt_issuer_form_audience environment=dev;
            jwt_issuer_require $may_have_token "${jwt_issuer_error}";
            proxy_set_header X-Lifetime $jwt_issuer_unknown;
        }
        location / {
            jwt_issuer_inject ledger
                header=X-Token scheme=;
            add_header X-Kid "$jwt_issuer_kid";
            proxy_pass http://127.0.0.1;
        }
    }
}
END

# GROUP TEXT: what the beginning of the text is, searched from the top
cat >"$work/wanted" <<'END'
ngxComment jwt_issuer_zone of
ngxJwtIssuerDirective jwt_issuer_zone demo
ngxJwtIssuerBlockDirective jwt_issuer_aws
ngxJwtIssuerInnerName region eu
ngxJwtIssuerInnerName timeout 10s
ngxJwtIssuerBlockDirective jwt_issuer_service
ngxJwtIssuerInnerName key secretsmanager
ngxJwtIssuerSource secretsmanager secret
ngxJwtIssuerParameter secret=prod
ngxJwtIssuerInnerName profile access
ngxJwtIssuerVariable $jwt_issuer_kid core
ngxString core";
ngxComment lifetime of
ngxJwtIssuerInnerName lifetime 2m
none profile elsewhere
ngxDirectiveBlock location = /token
ngxJwtIssuerDirective jwt_issuer_token
ngxJwtIssuerVariable $jwt_issuer_form_audience
ngxJwtIssuerParameter environment=dev
ngxJwtIssuerDirective jwt_issuer_require
ngxVariable $may_have_token
ngxJwtIssuerVariable ${jwt_issuer_error}
ngxDirective proxy_set_header
ngxVariable $jwt_issuer_unknown
ngxJwtIssuerDirective jwt_issuer_inject
ngxJwtIssuerParameter header=X
ngxJwtIssuerParameter scheme=;
ngxDirective add_header
ngxJwtIssuerVariable $jwt_issuer_kid";
END

cat >"$work/ask.vim" <<'END'
let s:answers = []
for s:line in readfile($WORK . '/wanted')
    let s:text = substitute(s:line, '^\S\+ ', '', '')
    call cursor(1, 1)
    let s:found = search('\V' . escape(s:text, '\'), 'cW')
    let s:name = synIDattr(synID(line('.'), col('.'), 1), 'name')
    let s:name = s:found ? (s:name == '' ? 'none' : s:name) : 'not found'
    call add(s:answers, s:name . ' ' . s:text)
endfor
call writefile(s:answers, $WORK . '/answers')
let s:same = synIDtrans(hlID('ngxJwtIssuerDirective'))
      \ == synIDtrans(hlID('ngxDirective'))
call writefile([s:same ? 'same' : 'other', &filetype], $WORK . '/link')
END

show() {
    # silent, without anybody's settings; by its name the file is nginx's
    WORK=$work timeout 60 vim -es -N -u NONE -i NONE -n \
        -c "set runtimepath+=$root/contrib/vim/after" \
        -c 'filetype on' -c 'syntax on' -c "edit $work/nginx.conf" \
        -c "source $work/ask.vim" -c 'qall!' </dev/null
}

asked() { # GROUP TEXT
    grep -qxF "$1 $2" "$work/answers" || {
        grep -F " $2" "$work/answers"
        return 1
    }
}

tap_run "vim shows a configuration" show

while read -r group text; do
    tap_run "\"$text\" is $group" asked "$group" "$text"
done <"$work/wanted"

tap_run "directives look as nginx's own do" grep -qx same "$work/link"
tap_run "the file is one of nginx by its name" grep -qx nginx "$work/link"
tap_done
