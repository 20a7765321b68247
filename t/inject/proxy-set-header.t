# The usual recipe, "proxy_set_header Authorization", is lost as soon as a
# location below has a proxy_set_header of its own, and then the client's passes.
# The injection is not a proxy_set_header: it stays in force.  Fails when inject
# is not merged, or when the token goes through the proxy module's list.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

run_tests();

__DATA__

=== TEST 1: a child location with a header of its own
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header X-One 1;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;

        location /i/child {
            proxy_set_header X-Two 2;
            proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        }
    }
--- request
GET /i/child
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: upstream('authorization', 'x-one', 'x-two')
--- response_body
X-Two: 2
Authorization: Bearer <demo>



=== TEST 2: a header of the server and one of the location
--- config
    jwt_issuer_inject demo;
    proxy_set_header X-One 1;
    location /i {
        proxy_set_header X-Two 2;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: upstream('authorization', 'x-one', 'x-two')
--- response_body
X-Two: 2
Authorization: Bearer <demo>



=== TEST 3: without the client's headers there is none of the token either
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass_request_headers off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /set {
        jwt_issuer_inject demo;
        proxy_pass_request_headers off;
        proxy_set_header Authorization $http_authorization;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request eval
["GET /i", "GET /set"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["nothing\n", "Authorization: Bearer <demo>\n"]



=== TEST 4: the configuration may take the header away itself
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header Authorization "";
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
nothing
