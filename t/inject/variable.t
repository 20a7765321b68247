# nginx evaluates $http_authorization once for a request and keeps it.  Read
# before the token is there (if, set, map) it would still be the client's in a
# later "proxy_set_header Authorization $http_authorization": a way around the
# injection.  Fails when variables_headers() does not make the variable anew.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

run_tests();

__DATA__

=== TEST 1: the variable is the token in proxy_set_header
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header X-Copy-Of-Auth $http_authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
X-Copy-Of-Auth: Bearer <demo>
Authorization: Bearer <demo>



=== TEST 2: read in an if
--- config
    location /i {
        if ($http_authorization = "") {
            return 401;
        }
        jwt_issuer_inject demo;
        proxy_set_header Authorization $http_authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 3: read in a set, which keeps what the client sent
--- config
    location /i {
        set $mine $http_authorization;
        jwt_issuer_inject demo;
        proxy_set_header Authorization $http_authorization;
        proxy_set_header X-Client-Auth $mine;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>
X-Client-Auth: Bearer client



=== TEST 4: read in a map that an if reads
--- http_config
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    map $http_authorization $has { "" 0; default 1; }
--- config
    location /i {
        if ($has = 0) {
            return 401;
        }
        jwt_issuer_inject demo;
        proxy_set_header Authorization $http_authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 5: read at server level for another location
--- config
    if ($http_authorization ~ "^Basic") {
        return 401;
    }
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header Authorization "$http_authorization";
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 6: another header has its own variable
--- config
    location /i {
        if ($http_x_token = "none") {
            return 401;
        }
        jwt_issuer_inject demo header=X-Token;
        proxy_set_header X-Token $http_x_token;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
X-Token: client
--- response_body_filters eval: \&upstream
--- response_body
X-Token: Bearer <demo>



=== TEST 7: $jwt_issuer_token in a header of one's own
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header Authorization "Token $jwt_issuer_token";
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Token <demo>



=== TEST 8: $jwt_issuer_token read before the injection's turn
--- config
    location /i {
        set $early $jwt_issuer_token;
        jwt_issuer_inject demo;
        proxy_set_header X-Early-Token $early;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
X-Early-Token: <demo>
Authorization: Bearer <demo>



=== TEST 9: where nothing is injected it is the client's
--- config
    location /i {
        proxy_set_header X-Copy-Of-Auth $http_authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /inject {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
X-Copy-Of-Auth: Bearer client
Authorization: Bearer client
