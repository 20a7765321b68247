# Without a token nothing goes to the upstream: neither an anonymous request nor
# one with the client's header (I2, F99).  What the upstream is to get is the
# operator's affair, so only a client's own fault is a 4xx.  (Keys that are too
# old: keys/stale.t.)  Fails when inject_finish() goes on after an error.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $services = <<'EOF';
    jwt_issuer_service demo {
        key file $TEST_NGINX_KEYS/ed25519.pem;
        claim number $arg_number number;
    }
EOF

run_tests();

__DATA__

=== TEST 1: a claim that cannot be written
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
--- request
GET /i?number=one
--- more_headers
Authorization: Bearer client
--- error_code: 400
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 2: an unknown service
--- config
    location /i {
        jwt_issuer_inject $arg_service;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
--- request
GET /i?service=nobody
--- more_headers
Authorization: Bearer client
--- error_code: 503
--- response_headers
Retry-After: 5
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 3: no service at all
--- config
    location /i {
        jwt_issuer_inject $arg_service;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- error_code: 503
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 4: denied by jwt_issuer_require
--- config
    location /i {
        jwt_issuer_inject demo;
        jwt_issuer_require $arg_allowed;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
--- request eval
["GET /i", "GET /i?allowed=0", "GET /i?allowed="]
--- more_headers
Authorization: Bearer client
--- error_code eval
[403, 403, 403]
--- response_body_filters eval: \&untouched
--- response_body eval
["0 requests passed\n", "0 requests passed\n", "0 requests passed\n"]
--- error_log
access forbidden by jwt_issuer_require



=== TEST 5: allowed by jwt_issuer_require, it is asked
--- config
    location /i {
        jwt_issuer_inject demo;
        jwt_issuer_require $arg_allowed;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i?allowed=1
--- response_body_filters eval
[sub { asked() . " $_[0]" }, sub { $_[0] =~ /^(\d+) / ? "$1 request\n" : $_[0] }]
--- response_body
1 request



=== TEST 6: every kind of upstream
--- config
    location /fastcgi {
        jwt_issuer_inject $arg_service;
        fastcgi_pass 127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /uwsgi {
        jwt_issuer_inject $arg_service;
        uwsgi_pass 127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /scgi {
        jwt_issuer_inject $arg_service;
        scgi_pass 127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /grpc {
        jwt_issuer_inject $arg_service;
        grpc_pass 127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
--- request eval
["GET /fastcgi", "GET /uwsgi", "GET /scgi", "GET /grpc"]
--- error_code eval
[503, 503, 503, 503]
--- response_body_filters eval: \&untouched
--- response_body eval
[("0 requests passed\n") x 4]



=== TEST 7: an error page that goes elsewhere with what the client sent
--- config
    location /i {
        jwt_issuer_inject nobody$arg_x;
        error_page 503 = @fallback;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location @fallback {
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[\&upstream, sub { $_[0] . untouched() }]
--- response_body
Authorization: Bearer client
0 requests passed



=== TEST 8: an error page as a file of its own
--- config
    location /i {
        jwt_issuer_inject nobody$arg_x;
        error_page 503 /sorry;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location = /sorry { internal; return 503 "sorry\n"; }
--- request
GET /i
--- error_code: 503
--- response_body_filters eval
sub { $_[0] . untouched() }
--- response_body
sorry
0 requests passed
