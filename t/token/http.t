# Old and rare forms of HTTP.  Fails when the handler counts on a version, on a
# length or on being the request's only location.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: HTTP/1.0
--- service
--- raw_request eval
"GET /token HTTP/1.0\r\n\r\n"
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}
--- response_headers
Connection: close



=== TEST 2: HTTP/1.0 with keep-alive
--- service
--- raw_request eval
"GET /token HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /jwks HTTP/1.0\r\n\r\n"
--- response_headers
Connection: keep-alive
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}



=== TEST 3: HTTP/0.9
--- service
--- http09
--- raw_request eval
"GET /token\r\n"
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}



=== TEST 4: a head in many packets
--- service
--- raw_request eval
[ "GET /tok", "en HTTP/1.1\r", "\nHost: a\r\nConnec", "tion: close\r\n\r", "\n" ]
--- raw_request_middle_delay: 0.01
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}



=== TEST 5: 100 header lines
--- service
subject $http_x_90;
--- request
GET /token
--- more_headers eval
"@{[ map { qq(X-$_: v$_\n) } 1 .. 100 ]}" =~ s/^ //mgr
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"v90"}



=== TEST 6: an if block and what stands in it
--- service
subject $who;
--- config
set $who nobody;
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require $arg_ok;
    if ($arg_a) {
        set $who a;
    }
    if ($arg_b) {
        set $who b;
        add_header X-B b;
    }
    if ($arg_c) {
        return 402;
    }
    if ($arg_d) {
        jwt_issuer_token demo subject=d;
    }
}
--- request eval
[ map { "GET /token?$_" } "ok=1", "ok=1&a=1", "ok=1&b=1", "ok=1&a=1&b=1", "ok=1&c=1", "ok=1&d=1", "a=1", "d=1" ]
--- error_code eval
[ (200) x 4, 402, 200, 403, 403 ]
--- response_body_filters eval: claims('sub')
--- response_body_like eval
[ map({ qq(^\\{"sub":"$_"\\}\$) } qw( nobody a b b )), '402', '"sub":"d"', ('denied') x 2 ]



=== TEST 7: limit_except
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    limit_except POST {
        deny all;
    }
}
--- request eval
[ "POST /token", "GET /token", "HEAD /token", "PUT /token" ]
--- error_code eval
[ 200, 403, 403, 403 ]
--- no_error_log
[alert]



=== TEST 8: rewrite, internal redirects and named locations lead to it
--- service
subject $arg_u;
--- config
location /a {
    rewrite ^ /token?u=a last;
}
location /b {
    error_page 404 = /token?u=b;
    return 404;
}
location /c {
    try_files /none @token;
}
location @token {
    jwt_issuer_token demo subject=c;
    jwt_issuer_require off;
}
location = /token {
    internal;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- request eval
[ "GET /a", "GET /b", "GET /c", "GET /token?u=x" ]
--- error_code eval
[ 200, 200, 200, 404 ]
--- response_body_filters eval: claims('sub')
--- response_body_like eval
[ '"sub":"a"', '"sub":"b"', '"sub":"c"', '404' ]



=== TEST 9: a subrequest gets the token, and the page around it stays whole
--- service
--- config
location = /page.html {
    ssi on;
    ssi_types text/plain;
    root $TEST_NGINX_SERVER_ROOT/html;
}
location = /token {
    jwt_issuer_token demo format=jwt;
    jwt_issuer_require off;
}
--- user_files
>>> page.html
<<!--# include virtual="/token" -->|<!--# include virtual="/token" -->>
--- request
GET /page.html
--- response_body_like eval
qr/^<eyJ[\w.-]+\|eyJ[\w.-]+>$/
