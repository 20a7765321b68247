# What the client sends passes byte for byte: small, in chunks, or so large that
# nginx puts it into a file.  Fails when the handler reads or discards the body.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

use Digest::SHA;

our $config = <<'EOF';
    location /i {
        client_max_body_size 10m;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /stream {
        client_max_body_size 10m;
        jwt_issuer_inject demo;
        proxy_http_version 1.1;
        proxy_request_buffering off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF

our $large = join "\n", map { "line $_ of a long body" } 1 .. 30000;
our $sha1 = Digest::SHA::sha1_hex($large);

run_tests();

__DATA__

=== TEST 1: a small one
--- config eval: $main::config
--- request
POST /i
hello
--- response_body_filters eval: upstream('authorization', 'body')
--- response_body
Authorization: Bearer <demo>
body: 5 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d



=== TEST 2: one that nginx puts into a file
--- config eval: $main::config
--- request eval
"POST /i\n$main::large"
--- response_body_filters eval: upstream('authorization', 'body')
--- response_body eval
"Authorization: Bearer <demo>\nbody: " . length($main::large) . " $main::sha1\n"



=== TEST 3: one that is passed on as it comes
--- config eval: $main::config
--- request eval
"POST /stream\n$main::large"
--- response_body_filters eval: upstream('authorization', 'body')
--- response_body eval
"Authorization: Bearer <demo>\nbody: " . length($main::large) . " $main::sha1\n"



=== TEST 4: in chunks
--- config eval: $main::config
--- raw_request eval
"POST /i HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
. "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
--- response_body_filters eval: upstream('authorization', 'body')
--- response_body
Authorization: Bearer <demo>
body: 5 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d



=== TEST 5: one that is refused is read all the same
--- config
    location /i {
        jwt_issuer_inject nobody$arg_x;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location /t { return 200 "t\n"; }
--- pipelined_requests eval
["POST /i\nhello", "GET /t"]
--- error_code eval
[503, 200]
--- response_body_like eval
["503", "^t\$"]
