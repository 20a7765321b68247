# header= and scheme= say where the token goes and what stands before it; what
# the client sends as Authorization then is the upstream's affair again.  Fails
# when target_header() or target_scheme() is not used, and TEST 6 when
# headers_is() does not take "-" and "_" for one.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

run_tests();

__DATA__

=== TEST 1: another header leaves Authorization alone
--- config
    location /i {
        jwt_issuer_inject demo header=X-Service-Token;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Basic client
x-service-token: client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Basic client
X-Service-Token: Bearer <demo>



=== TEST 2: an empty scheme is the bare token
--- config
    location /i {
        jwt_issuer_inject demo header=X-Token scheme=;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
X-Token: <demo>



=== TEST 3: another scheme
--- config
    location /i {
        jwt_issuer_inject demo scheme=JWT;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
Authorization: JWT <demo>



=== TEST 4: Proxy-Authorization
--- config
    location /i {
        jwt_issuer_inject demo header=Proxy-Authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Proxy-authorization: client
--- response_body_filters eval: \&upstream
--- response_body
Proxy-Authorization: Bearer <demo>



=== TEST 5: the name is written as it was configured
--- config
    location /i {
        jwt_issuer_inject demo header=authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: client
--- response_body_filters eval: \&upstream
--- response_body
authorization: Bearer <demo>



=== TEST 6: a name with an underscore replaces the one with a dash
--- config
    underscores_in_headers on;
    location /i {
        jwt_issuer_inject demo header=X_Token;
        fastcgi_pass 127.0.0.1:$TEST_NGINX_UP_FASTCGI;
    }
--- request
GET /i
--- more_headers
X-Token: client
X_token: client
--- response_body_filters eval: \&upstream
--- response_body
HTTP_X_TOKEN: Bearer <demo>
