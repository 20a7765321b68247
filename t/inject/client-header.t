# The client's own header never passes beside the token: whatever its case, its
# length or its number.  nginx itself refuses two Authorization lines; other
# headers may come twice.  Fails when headers_is() compares the case, or when
# headers_replace() takes only the first one away.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $config = <<'EOF';
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /x {
        jwt_issuer_inject demo header=X-Token;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF

run_tests();

__DATA__

=== TEST 1: one as every client writes it
--- config eval: $main::config
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 2: mixed case
--- config eval: $main::config
--- request
GET /i
--- more_headers
auThoriZatIon: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 3: lower case
--- config eval: $main::config
--- request
GET /i
--- more_headers
authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 4: an empty one
--- config eval: $main::config
--- raw_request eval
"GET /i HTTP/1.0\r\nHost: x\r\nAuthorization:\r\n\r\n"
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 5: one of 8 KB
--- config eval
"large_client_header_buffers 4 16k;" . $main::config
--- request
GET /i
--- more_headers eval
"Authorization: Bearer " . 'c' x 8192
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 6: nginx refuses two lines
--- config eval: $main::config
--- request
GET /i
--- more_headers
Authorization: Bearer client
Authorization: Bearer other
--- error_code: 400
--- response_body_like: 400 Bad Request



=== TEST 7: three lines of another header, first, last and between
--- config eval: $main::config
--- raw_request eval
"GET /x HTTP/1.0\r\nX-Token: one\r\nHost: x\r\nX-TOKEN: two\r\nA: b\r\nx-token:\r\n\r\n"
--- response_body_filters eval: \&upstream
--- response_body
X-Token: Bearer <demo>



=== TEST 8: a longer and a shorter name are other headers
--- config eval: $main::config
--- request
GET /x
--- more_headers
X-Tokens: 1
X-Toke: 2
--- response_body_filters eval: upstream('x-toke', 'x-tokens', 'x-token')
--- response_body
X-Tokens: 1
X-Toke: 2
X-Token: Bearer <demo>
