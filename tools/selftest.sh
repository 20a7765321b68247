#!/usr/bin/env bash
# selftest.sh: a check that never failed is no check.  Seeds one fault per
# check into a temporary copy and requires the check to report it, by name; as
# TAP.

set -eu
# shellcheck source=tools/env.sh
. "$(dirname "$0")/env.sh"
# shellcheck source=tools/tap.sh
. "$(dirname "$0")/tap.sh"

tools=$root/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# must_report NAME TEXT COMMAND…: it ends with non-zero and prints TEXT
must_report() {
    local name=$1 text=$2 out
    shift 2
    if out=$("$@" 2>&1); then
        tap_result 1 "$name: the fault is reported"
        echo "#   the check passed"
    elif ! grep -qF -- "$text" <<<"$out"; then
        tap_result 1 "$name: the fault is reported"
        echo "#   it says, without \"$text\":"
        head -5 <<<"$out" | sed 's/^/#   /'
    else
        tap_result 0 "$name: the fault is reported"
    fi
}

vim=contrib/vim/after/syntax/nginx/jwt_issuer.vim

# a small clean project: what is reported there is what was seeded
fixture() {
    rm -rf "$work/p"
    mkdir -p "$work/p/src/core"
    cat >"$work/p/src/ngx_http_jwt_issuer_a.c" <<'END'

/*
 * A file of the glue.
 */


static ngx_command_t  ngx_http_jwt_issuer_commands[] = {

    { ngx_string("jwt_issuer_alpha"),
      NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      NULL },

    { ngx_string("beta"),
      NGX_CONF_TAKE1,
      NULL },
};


static const ngx_http_jwt_issuer_param_t  ngx_http_jwt_issuer_a_params[] = {
    { ngx_string("gamma"), NULL },
};


static ngx_http_variable_t  ngx_http_jwt_issuer_variables[] = {

    { ngx_string("jwt_issuer_delta"), NULL },
    { ngx_string("jwt_issuer_zeta_"), NULL },
};
END
    printf '\n/*\n * A file of the core.\n */\n\n\nint  jwti_a;\n' \
        >"$work/p/src/core/a.c"
    printf '# x\n### jwt_issuer_alpha\n#### beta\n' >"$work/p/README.md"
    printf 'jwt_issuer_alpha on;\n' >"$work/p/conf.example"
    mkdir -p "$work/p/contrib/vim/after/syntax/nginx" "$work/p/debian"
    cat >"$work/p/$vim" <<'END'
" jwt_issuer_comment
syn keyword ngxJwtIssuerDirective
      \ nextgroup=x skipwhite
syn keyword ngxJwtIssuerBlockDirective contained
      \ jwt_issuer_alpha
syn region ngxJwtIssuerBlock start=+jwt_issuer_\%(alpha\)\>[^{]*{+ end=+}+
syn keyword ngxJwtIssuerInnerName contained beta include
syn match ngxJwtIssuerParameter "\<\%(gamma\)\ze="
syn match ngxJwtIssuerVariable "\${\=jwt_issuer_\%(delta
      \\|zeta_\w\+\)\>}\="
END
    printf '#define NGX_HTTP_JWT_ISSUER_VERSION      "1.2.3"\n' \
        >"$work/p/src/ngx_http_jwt_issuer.h"
    printf '# Changes\n\n## 1.2.3 (unreleased)\n\n## 1.2.2\n' \
        >"$work/p/CHANGELOG.md"
    printf 'nginx-jwt-issuer (1.2.3-2) unstable; urgency=low\n' \
        >"$work/p/debian/changelog"
}

seed() { # FILE LINE…
    local file=$work/p/$1
    shift
    printf '%s\n' "$@" >>"$file"
}

style() { LONG=1 "$tools/style.pl" "$work"/p/src/*.c "$work"/p/src/core/*.c; }
layers() { "$tools/layers.sh" "$work/p"; }
docs() { "$tools/docs.pl" "$work/p"; }
version() { "$tools/version.sh" --check "$work/p"; }
secrets() { "$tools/secrets.pl" "$work/logs"; }
alerts() { "$tools/alerts.pl" "$work/logs"; }

fixture
tap_run "style: a clean file passes" style
tap_run "layers: a clean project passes" layers
tap_run "docs: a clean project passes" docs
tap_run "version: a clean project passes" version

style_fault() { # TEXT LINE…
    local text=$1
    shift
    fixture
    seed src/core/a.c "$@"
    must_report "style, $text" "$text" style
}

style_fault 'over 80 columns' "/* $(printf '%080d' 0) */"
style_fault 'tab' $'int\tx;'
style_fault 'trailing space' 'int  x; '
style_fault '// comment' 'int  x; // here'
style_fault 'no space after keyword' '    if(x) {'
style_fault 'statement on the if line' '    if (x) return 1;'
style_fault 'assignment in a condition' '    if (x = 1) {'
style_fault 'brace on function line' 'jwti_x(void) {'
style_fault 'log text' '    ngx_log_error(NGX_LOG_ERR, log, 0,' \
    '                  "Failed to sign");'
mapfile -t lines < <(seq -f '    x = %g;' 130)
style_fault 'function over 120 lines' 'jwti_x(void)' '{' "${lines[@]}" '}'
mapfile -t lines < <(seq -f 'int  x%g;' 600)
style_fault 'file over 600 lines' "${lines[@]}"

layers_fault() { # TEXT FILE LINE
    fixture
    seed "$2" "$3"
    must_report "layers, $1" "$1" layers
}

layers_fault 'nginx in the core' src/core/a.c '/* as nginx does */'
layers_fault 'nginx in the core' src/core/a.c 'ngx_int_t  x;'
layers_fault 'never reads a clock' src/core/a.c 'x = time(NULL);'
layers_fault 'never reads files' src/core/a.c 'x = fopen("x", "r");'
layers_fault 'never logs' src/core/a.c 'fprintf(stderr, "x");'
layers_fault '<jwt.h> belongs to' src/core/a.c '#include <jwt.h>'
layers_fault '<jansson.h> belongs to' src/core/a.c '#include <jansson.h>'
layers_fault '<curl/curl.h> belongs to' src/ngx_http_jwt_issuer_a.c \
    '#include <curl/curl.h>'
layers_fault 'libcurl begins' src/ngx_http_jwt_issuer_a.c \
    '    ngx_http_jwt_issuer_curl_init(process);'

fixture
seed src/ngx_http_jwt_issuer_a.c 'f(void)' '{' '    a_zone_lock(zone);' \
    '    p = ngx_alloc(1, log);' '    a_zone_unlock(zone);' '}'
must_report 'layers, under the lock' "under the zone's lock" layers
fixture
seed src/ngx_http_jwt_issuer_a.c 'ngx_http_jwt_issuer_a_locked(void)' '{' \
    '    ngx_log_error(NGX_LOG_ERR, log, 0, "x");' '}'
must_report 'layers, in what is called _locked' "under the zone's lock" layers

fixture
seed src/ngx_http_jwt_issuer_a.c '{ ngx_string("jwt_issuer_seeded"),' \
    'NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,'
must_report 'docs, an outer directive' 'jwt_issuer_seeded' docs
fixture
seed src/ngx_http_jwt_issuer_a.c '{ ngx_string("seeded"),' 'NGX_CONF_FLAG,'
must_report 'docs, an inner directive' 'heading "#### seeded"' docs
fixture
seed README.md '### jwt_issuer_gone'
must_report 'docs, a directive that is gone' 'describes jwt_issuer_gone' docs
fixture
seed README.md '#### gone'
must_report 'docs, an inner one that is gone' 'describes gone' docs
fixture
printf 'jwt_issuer_alfa on;\n' >"$work/p/conf.example"
must_report 'docs, a sample without it' 'in no example' docs
must_report 'docs, a sample with a typing error' 'uses jwt_issuer_alfa' docs
fixture
printf 'jwt_issuer_alfa on;\n' >"$work/p/conf.example.aws"
must_report 'docs, one in the sample for AWS' 'uses jwt_issuer_alfa' docs

# names of metrics: of an exporter with one gauge
metrics() {
    "$tools/metrics.pl" "$work/m/prom" "$work/m/README.md" "$work/m/r.yml" \
        "$work/m/r.test.yml"
}

metrics_fixture() {
    rm -rf "$work/m"
    mkdir "$work/m"
    printf '%s\n' '# TYPE jwt_issuer_a_info gauge' \
        'jwt_issuer_a_info{service="x",state="up"} 1' >"$work/m/prom"
    echo "\`jwt_issuer_a_info\`" >"$work/m/README.md"
    printf '%s\n' 'record: s:jwt_issuer_a:sum' 'expr: jwt_issuer_a_info' \
        'alert: A' 'expr: jwt_issuer_a_info{state="up"}' >"$work/m/r.yml"
    printf 'alertname: A\neval_time: 1m\nexp_alerts:%s\n' ' []' ' - x' \
        >"$work/m/r.test.yml"
}

metrics_fault() { # TEXT FILE LINE
    metrics_fixture
    printf '%s\n' "$3" >>"$work/m/$2"
    must_report "metrics, $1" "$1" metrics
}

metrics_fixture
tap_run "metrics: clean rules pass" metrics
metrics_fault 'jwt_issuer_b is not exported' r.yml 'expr: jwt_issuer_b > 0'
metrics_fault 'has no label job_name' r.yml \
    'expr: jwt_issuer_a_info{job_name="x"}'
metrics_fault 'never with state="down"' r.yml \
    'expr: jwt_issuer_a_info{service="y",state="down"}'
metrics_fault 's:jwt_issuer_b:sum is not recorded' r.yml \
    'expr: s:jwt_issuer_b:sum > 0'
metrics_fault 'alert B fire' r.yml 'alert: B'
metrics_fault 'alert C silent' r.yml 'alert: C'
metrics_fault 'does not name it' prom '# TYPE jwt_issuer_c gauge'
metrics_fault 'names jwt_issuer_d_total' README.md \
    "\`jwt_issuer_d_total\`"

# a page of the status, with what must not be in one
page() { /usr/bin/python3 -B "$tools/page.py" "$work/page.html"; }

page_fixture() { # HTML [COLOUR]
    {
        printf '<!DOCTYPE html><html lang="en"><head><title>x</title><style>'
        printf ':root{%s}' "$colours" "${colours/ink:#111111/ink:${2:-#111111}}"
        printf '</style></head><body>%s</body></html>' "$1"
    } >"$work/page.html"
}

colours=
for name in ink dim red amber blue green; do
    colours+="--$name:#111111;"
done
colours+='--paper:#ffffff;--band:#ffffff'
page_fixture '<p>x</p>'
tap_run "page: a clean one passes" page

page_fault() { # NAME TEXT HTML [COLOUR]
    page_fixture "${@:3}"
    must_report "page, $1" "$2" page
}

page_fault 'a script' '<script>' '<script></script>'
page_fault 'an image' '<img>' '<img alt="">'
page_fault 'a handler' 'onclick' '<p onclick="x()">x</p>'
page_fault 'a style attribute' 'attribute style' '<p style="color:red">x</p>'
page_fault 'an open tag' 'end-tag' '<div><p>x'
page_fault 'a header without scope' 'without scope' \
    '<table><tr><th>x</th></tr></table>'
page_fault 'a button without a name' '<button>' '<button> </button>'
page_fault 'a label of nothing' 'no element' '<p aria-labelledby="x">x</p>'
page_fault 'an id twice' 'twice' '<p id="x">x</p><p id="x">x</p>'
page_fault 'a faint text' 'contrast of' '<p>x</p>' '#999999'

# each list of the syntax file, with a name of the source that is not there,
# and with one that the source does not have
vim_fault() { # TEXT SED
    fixture
    sed -i "$2" "$work/p/$vim"
    must_report "docs, vim, $1" "$1" docs
}

vim_fault 'jwt_issuer_alpha is missing among the directives' '5d'
vim_fault 'jwt_issuer_gone is among the directives' '3s/$/ jwt_issuer_gone/'
vim_fault 'jwt_issuer_alpha is missing among the blocks' '6s/(alpha/(omega/'
vim_fault 'beta is missing among the directives of' '7s/beta//'
vim_fault 'gone is among the directives of' '7s/$/ gone/'
vim_fault 'gamma is missing among the parameters' '8d'
vim_fault 'gone is among the parameters' '8s/gamma/&\\|gone/'
vim_fault 'jwt_issuer_delta is missing among the variables' '9s/delta/gone/'
vim_fault 'jwt_issuer_gone is among the variables' '9s/delta/&\\|gone/'

manual() { # a page of PARTS
    printf '.SS "%s"\n' "$@" >"$work/manual"
    # shellcheck disable=SC2016
    echo '$jwt_issuer_delta $jwt_issuer_zeta_x' >>"$work/manual"
    "$tools/docs.pl" "$work/p" "$work/manual"
}

fixture
tap_run "docs, the page: a clean one passes" manual jwt_issuer_alpha beta
must_report 'docs, the page without a part' 'has no part "beta"' \
    manual jwt_issuer_alpha

fixture
sed -i '3s/1.2.3/1.2.4/' "$work/p/CHANGELOG.md"
must_report 'version, of the changes' 'CHANGELOG.md begins' version
fixture
sed -i 's/1.2.3/1.3.3/' "$work/p/debian/changelog"
must_report 'version, of the package' 'debian/changelog begins' version

# the module with one symbol too many, with a foreign name, with a variable
compile() { ${CC:-cc} -fPIC "$@"; }
tables='char *ngx_modules[1], *ngx_module_names[1], *ngx_module_order[1];'
printf '%s\n' "$tables" >"$work/m.c"
compile -shared -o "$work/good.so" "$work/m.c"
tap_run "symbols: the three tables pass" "$tools/symbols.sh" "$work/good.so"
printf '%s\nint jwti_leak(void) { return 1; }\n' "$tables" >"$work/m.c"
compile -shared -o "$work/leak.so" "$work/m.c"
must_report 'symbols, an export' jwti_leak "$tools/symbols.sh" "$work/leak.so"
printf 'int helper(void) { return 1; }\nint jwti_counter;\n' >"$work/o.c"
compile -c -o "$work/o.o" "$work/o.c"
must_report 'symbols, a foreign name' '"helper"' \
    "$tools/symbols.sh" "$work/good.so" "$work/o.o"
must_report 'symbols, a variable' 'keeps the variable "jwti_counter"' \
    "$tools/symbols.sh" "$work/good.so" "$work/o.o"

printf '%s\n' '#include <stdlib.h>' 'int leak(int n);' \
    'int leak(int n) { char *p = malloc(8); if (p == NULL || n) return 0;' \
    '    free(p); return 1; }' >"$work/leak.c"
must_report 'analyze, a leak' 'analyzer-malloc-leak' \
    "$tools/analyze.sh" "$work/leak.c"

# promises and their tests
promises() { "$tools/promises.pl" "$work/s"; }

promises_fixture() {
    rm -rf "$work/s"
    mkdir -p "$work/s/t"
    echo "=== TEST 1: a thing is so" >"$work/s/t/x.t"
    printf '%s\n' '### S01 A thing' '' 'It is so.' '' \
        "Held by \`t/x.t\`: \"a thing" 'is so".' '' '### S02 Another' '' \
        'Not promised.' >"$work/s/SECURITY.md"
}

promises_fault() { # TEXT LINE…
    local text=$1
    shift
    promises_fixture
    printf '%s\n' '' "$@" >>"$work/s/SECURITY.md"
    must_report "promises, $text" "$text" promises
}

promises_fixture
tap_run "promises: those that are held pass" promises
promises_fault 'S03 is neither held' '### S03 A third' '' 'It is so, too.'
promises_fault 'S04 does not follow S02' '### S04 A gap' '' 'Not promised.'
promises_fault 'S03: there is no test t/y.t' '### S03 A file' '' \
    "Held by \`t/y.t\`: \"a thing is so\"."
promises_fault 'has no "a thing is not so"' '### S03 Words' '' \
    "Held by \`t/x.t\`: \"a thing is not so\"."
promises_fault 'S03: no test of t/x.t is named' '### S03 A name' '' \
    "Held by \`t/x.t\`."

# what the module cannot do
hardened=(-O2 -fstack-protector-all -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -shared
          '-Wl,-z,relro,-z,now')
printf '#include <string.h>\nvoid jwti_a(char *p) %s\n' \
    '{ char b[64]; strcpy(b, p); strcat(p, b); }' >"$work/h.c"
compile "${hardened[@]}" -o "$work/hard.so" "$work/h.c"
tap_run "hardening: a hardened module passes" \
    "$tools/hardening.sh" "$work/hard.so"
compile "${hardened[@]}" -fno-stack-protector -o "$work/soft.so" "$work/h.c"
must_report 'hardening, no guard' 'no guarded stack' \
    "$tools/hardening.sh" "$work/soft.so"
compile "${hardened[@]}" -Wl,-z,lazy,-z,norelro -o "$work/soft.so" "$work/h.c"
must_report 'hardening, relocations' 'no read-only relocations' \
    "$tools/hardening.sh" "$work/soft.so"
for call in 'fopen("x", "w")' 'system("x")' 'setenv("x", "y", 1)' \
            'rename("x", "y")'; do
    printf '%s\nvoid jwti_b(void) { (void) !%s; }\n' \
        "$(printf '#include <%s.h>\n' stdio stdlib string)" "$call" |
        cat "$work/h.c" - >"$work/h2.c"
    compile "${hardened[@]}" -o "$work/soft.so" "$work/h2.c"
    must_report "hardening, $call" "imports \"${call%%(*}" \
        "$tools/hardening.sh" "$work/soft.so"
done

# the core with a race, of which no other test can tell; the objects that
# make tsan has left are good for all but the one file
race() { # FILE SED
    rm -rf "$work/r"
    mkdir -p "$work/r/src" "$work/r/t" "$work/r/build/unit"
    cp -a "$root/tools" "$work/r/"
    cp -a "$root/src/core" "$work/r/src/"
    cp -a "$root/t/unit" "$work/r/t/"
    [ ! -d "$build/unit/tsan" ] || cp -a "$build/unit/tsan" "$work/r/build/unit/"
    [ $# = 0 ] || sed -i "$2" "$work/r/$1"
    make -s -C "$work/r" -f tools/unit.mk build/unit/tsan/test_threads &&
        "$work/r/build/unit/tsan/test_threads"
}

tap_run "threads: the core as it is passes" race
must_report 'threads, the last reference' 'data race' \
    race src/core/jwti_key.c 's/memory_order_acq_rel/memory_order_relaxed/'
must_report 'threads, a buffer of all' 'data race' \
    race src/core/jwti_token.c \
    's/unsigned char  memory.JWTI_SIGNATURE_MAX.;/static &/'

logs() { # LINE: a log with that line among harmless ones
    rm -rf "$work/logs"
    mkdir -p "$work/logs/suite"
    printf '%s\n' "$stamp [notice] 1#1: start" "$stamp $1" \
        "$stamp [notice] 1#1: end" >"$work/logs/suite/error.log"
    printf 'key QUJDREVGR0hJSktMTU5P\ntoken c2lnbmF0dXJlLW9mLWEtdG9rZW4\n' \
        >"$work/logs/forbidden"
}

stamp='2026/01/02 03:04:05'
logs '[debug] 1#1: *1 http proxy header: "a: c2lnbmF0dXJlLW9mLWEtdG9rZW4"'
tap_run "secrets: nginx's own header lines pass" secrets
tap_run "alerts: a harmless log passes" alerts
logs '[debug] 1#1: jwt token: "c2lnbmF0dXJlLW9mLWEtdG9rZW4"'
must_report 'secrets, a token' 'a token' secrets
logs '[debug] 1#1: *1 http header: "a: xxQUJDREVGR0hJSktMTU5Pxx"'
must_report 'secrets, a key' 'a part of a key' secrets
logs '[error] 1#1: cannot parse "-----BEGIN PRIVATE KEY-----"'
must_report 'secrets, a PEM' 'a private key' secrets
logs '[error] 1#1: bad key {"kty":"EC","d":"aaaaaaaaaaaaaaaaaaaaaaaa"}'
must_report 'secrets, a JWK' 'a private JWK' secrets
rm -rf "$work/logs" && mkdir "$work/logs"
must_report 'secrets, no log at all' 'no log was found' secrets
logs '[debug] 1#1: all is well'
rm "$work/logs/forbidden"
must_report 'secrets, nothing to look for' 'no key to look for' secrets
logs '[alert] 1#1: open socket #3 left in connection 4'
must_report 'alerts, a leaked connection' 'open socket' alerts
logs '[notice] 1#1: x ==9==ERROR: AddressSanitizer: heap-use-after-free'
must_report 'alerts, a sanitizer' 'AddressSanitizer' alerts

harness() { # TAP: what the harness makes of it
    rm -f "$work/sums"
    printf 'seeded\tprintf "%s"\n' "$1" | "$tools/harness.pl" "$work/sums" \
        >/dev/null 2>&1 || :
    "$tools/harness.pl" --total "$work/sums"
}

tap_run "harness: one passed test" harness 'ok 1\\n1..1\\n'
must_report 'harness, a failed test' '0 passed, 1 failed' \
    harness 'not ok 1\\n1..1\\n'
must_report 'harness, a skipped test' '1 passed, 1 failed' \
    harness 'ok 1\\nok 2 # SKIP x\\n1..2\\n'
must_report 'harness, a whole file skipped' '0 passed, 1 failed' \
    harness '1..0 # SKIP x\\n'
must_report 'harness, no plan' '1 passed, 1 failed' harness 'ok 1\\n'
must_report 'harness, a wrong plan' '1 passed, 1 failed' \
    harness 'ok 1\\n1..3\\n'
must_report 'harness, a bail-out' '1 passed, 1 failed' \
    harness 'ok 1\\nBail out! x\\n'
must_report 'harness, a bad status' '1 passed, 1 failed' \
    harness 'ok 1\\n1..1\\n"; exit 3; "'
: >"$work/sums"
must_report 'harness, no tests at all' 'no test was executed' \
    "$tools/harness.pl" --total "$work/sums"

# what test.sh says of a group whose harness could not even begin
dying() {
    rm -rf "$work/t"
    mkdir -p "$work/t"
    cp -r "$tools" "$work/t/"
    printf '#!/bin/sh\n' >"$work/t/tools/deps.sh"
    [ $# = 0 ] || sed -i "$1" "$work/t/tools/harness.pl"
    "$work/t/tools/test.sh" none
}

tap_run "test.sh: a harness that works passes" dying
must_report 'test.sh, a harness that dies' 'harness: 1 failed' \
    dying 's/^sub run {/&\ndie "no";/'

# what make torture makes of a suite that says this
torture() { # TAP
    PYTHONPATH=$tools python3 -B -c 'if 1:
        import sys, torture
        suite = torture.Suite("t/seeded.t")
        for line in sys.argv[1].splitlines():
            suite.read(line)
        sys.exit("it is failed" if suite.failed() else 0)' "$1"
}

tap_run "torture: a passed test" torture 'ok 1 - a'
must_report 'torture, a failed test' 'it is failed' torture 'not ok 1 - a'
must_report 'torture, a skipped test' 'it is failed' \
    torture $'ok 1 - a\nok 2 # SKIP b'
must_report 'torture, a skipped suite' 'it is failed' torture '1..0 # SKIP a'
must_report 'torture, no tests' 'it is failed' torture ''

# and of a log with an alert: the suite whose log it is
torture_alerts() {
    rm -rf "$work/build"
    mkdir -p "$work/build/test-logs/plain"
    cp -r "$work/logs/suite" "$work/build/test-logs/plain/a-b"
    ln -sfn "$tools" "$work/tools"
    (cd "$work" &&
     PYTHONPATH=$tools python3 -B -c 'if 1:
        import sys, torture
        suites = [torture.Suite("t/a/b.t"), torture.Suite("t/a/c.t")]
        for suite in suites:
            suite.read("ok 1 - a")
        torture.alerts(suites)
        for suite in suites:
            if suite.failed():
                print(suite.path, "is failed")
        sys.exit(any(suite.failed() for suite in suites))')
}

logs '[notice] 1#1: all is well'
tap_run "torture: a log without alerts" torture_alerts
logs '[alert] 1#1: worker process 7 exited on signal 11'
must_report 'torture, an alert in a log' 't/a/b.t is failed' torture_alerts

tap_done
