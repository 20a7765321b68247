# A client that speaks HTTP/2 sends names in lower case, and nginx gives them
# to us as an HTTP/1 request's: its own header is gone, too.  Fails when
# headers_is() compares with the name as it was configured.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $config = <<'EOF';
    listen 127.0.0.1:$TEST_NGINX_HTTP2_PORT http2;
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /never {
        jwt_issuer_inject demo;
        jwt_issuer_require $arg_never;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /t { return 200 "t\n"; }
EOF

run_tests();

__DATA__

=== TEST 1: a request without credentials gets a token
--- config eval: $main::config
--- request
GET /t
--- response_body_filters eval
[http2('/i'), \&upstream]
--- response_body
Authorization: Bearer <demo>



=== TEST 2: the client's own is gone
--- config eval: $main::config
--- request
GET /t
--- response_body_filters eval
[http2('/i', '-H', 'Authorization: Bearer client'), \&upstream]
--- response_body
Authorization: Bearer <demo>



=== TEST 3: an empty one is gone
--- config eval: $main::config
--- request
GET /t
--- response_body_filters eval
[http2('/i', '-H', 'Authorization;'), \&upstream]
--- response_body
Authorization: Bearer <demo>



=== TEST 4: one of 7 KB is gone
--- config eval: $main::config
--- request
GET /t
--- response_body_filters eval
[http2('/i', '-H', 'Authorization: ' . 'c' x 7168), \&upstream]
--- response_body
Authorization: Bearer <demo>



=== TEST 5: a body passes
--- config eval: $main::config
--- request
GET /t
--- response_body_filters eval
[http2('/i', '-d', 'hello'), upstream('body')]
--- response_body
body: 5 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d



=== TEST 6: no token, no request
--- config eval: $main::config
--- request
GET /t
--- response_body_filters eval
[http2('/never', '-w', '%{http_code}'), sub { substr($_[0], -3) . ' ' . untouched() }]
--- response_body
403 0 requests passed
