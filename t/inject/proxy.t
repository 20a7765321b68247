# The first promise of jwt_issuer_inject: proxy_pass sends exactly one
# Authorization header, with a token that verifies, and all else as it came.
# Fails when headers_replace() leaves the token out or adds it to another one.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

run_tests();

__DATA__

=== TEST 1: a request without credentials arrives with a token
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 2: HTTP/1.1 to the upstream
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_http_version 1.1;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 3: each location sends the token of its own service
--- config
    location /demo {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /other {
        jwt_issuer_inject other subject=somebody;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request eval
["GET /demo", "GET /other", "GET /demo"]
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer <demo>\n", "Authorization: Bearer <somebody>\n",
 "Authorization: Bearer <demo>\n"]



=== TEST 4: a service that a variable names
--- config
    location ~ ^/to/([a-z]+)$ {
        jwt_issuer_inject $1;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request eval
["GET /to/demo", "GET /to/other"]
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer <demo>\n", "Authorization: Bearer <other>\n"]



=== TEST 5: all other headers arrive as they were sent
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
X-One: 1
Authorization: Basic Zm9vOmJhcg==
X-Two: 2
x-one: 3
Cookie: a=b
--- response_body_filters eval: upstream('x-one', 'x-two', 'cookie', 'authorization')
--- response_body
X-One: 1
X-Two: 2
x-one: 3
Cookie: a=b
Authorization: Bearer <demo>
