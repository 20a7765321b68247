# scgi_pass makes HTTP_AUTHORIZATION of the request's list by code of its own, and
# its values end in a NUL: a token must not run into what lies behind it.
# Fails when the client's line stays in the list or the token is not in it.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

run_tests();

__DATA__

=== TEST 1: the upstream gets one parameter with the token
--- config
    location /i {
        jwt_issuer_inject demo;
        scgi_pass 127.0.0.1:$TEST_NGINX_UP_SCGI;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
HTTP_AUTHORIZATION: Bearer <demo>



=== TEST 2: the client's own is gone
--- config
    location /i {
        jwt_issuer_inject demo;
        scgi_pass 127.0.0.1:$TEST_NGINX_UP_SCGI;
    }
--- request
GET /i
--- more_headers
aUTHORIZATION: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
HTTP_AUTHORIZATION: Bearer <demo>



=== TEST 3: a parameter of the configuration sees the token, too
--- config
    location /i {
        jwt_issuer_inject demo header=X-Token scheme=;
        scgi_param TOKEN $http_x_token;
        scgi_pass 127.0.0.1:$TEST_NGINX_UP_SCGI;
    }
--- request
GET /i
--- more_headers
X-Token: client
--- response_body_filters eval: \&upstream
--- response_body
TOKEN: <demo>
HTTP_X_TOKEN: <demo>



=== TEST 4: the same name spelled with an underscore is gone, too
--- config
    underscores_in_headers on;
    location /i {
        jwt_issuer_inject demo header=X-Token scheme=;
        scgi_pass 127.0.0.1:$TEST_NGINX_UP_SCGI;
    }
--- request
GET /i
--- more_headers
X_Token: client
x_tOkEn: client
X-Tok_en: other
--- response_body_filters eval: upstream('x_token')
--- response_body
HTTP_X_TOKEN: <demo>



=== TEST 5: without jwt_issuer_inject the client's own goes on
--- config
    location /i {
        scgi_pass 127.0.0.1:$TEST_NGINX_UP_SCGI;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
HTTP_AUTHORIZATION: Bearer client
