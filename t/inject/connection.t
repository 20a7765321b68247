# "Connection: authorization" tells the next hop to drop our header (RFC 9110,
# 7.6.1), where the configuration passes Connection on: an upstream would see an
# anonymous request.  Such a request is refused.  Fails when headers_hop() does
# not look.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $config = <<'EOF';
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header Connection $http_connection;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /good {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /x {
        jwt_issuer_inject demo header=X-Token;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /off {
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF

run_tests();

__DATA__

=== TEST 1: the header's name is refused
--- config eval: $main::config
--- raw_request eval
"GET /i HTTP/1.0\r\nConnection: authorization\r\n\r\n"
--- error_code: 400
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 2: among others, in mixed case
--- config eval: $main::config
--- raw_request eval
"GET /i HTTP/1.0\r\nConnection: close,\t Authorization ,x\r\n\r\n"
--- error_code: 400
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 3: in a second line
--- config eval: $main::config
--- raw_request eval
"GET /i HTTP/1.0\r\nConnection: close\r\nCONNECTION: Authorization\r\n\r\n"
--- error_code: 400
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 4: the name of another header that is injected
--- config eval: $main::config
--- raw_request eval
"GET /x HTTP/1.0\r\nConnection: close, x-token\r\n\r\n"
--- error_code: 400
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed



=== TEST 5: other names pass
--- config eval: $main::config
--- raw_request eval
"GET /good HTTP/1.0\r\nConnection: close, x-authorization, author\r\n\r\n"
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 6: where nothing is injected it is none of ours
--- config eval: $main::config
--- raw_request eval
"GET /off HTTP/1.0\r\nConnection: close, authorization\r\n\r\n"
--- response_body_filters eval: \&upstream
--- response_body
nothing
