# grpc_pass builds HTTP/2 headers of its own from the request's list: exactly
# one authorization goes out.  The upstream is an HTTP/2 server of the same
# nginx that tells what it got; two such lines would be refused by it with 400.
# Fails when the list that grpc_pass reads is not the one with the token.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $services = <<'EOF';
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    server {
        listen $TEST_NGINX_RAND_PORT_1 http2;
        location / {
            return 200 "authorization: $http_authorization\nx-token: $http_x_token\nbody: 0 0\n";
        }
    }
EOF

run_tests();

__DATA__

=== TEST 1: the upstream gets the token
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        grpc_pass grpc://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
authorization: Bearer <demo>
x-token: 



=== TEST 2: the client's own is gone, whatever it looks like
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        grpc_pass grpc://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- more_headers
AUTHORIZATION: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
authorization: Bearer <demo>
x-token: 



=== TEST 3: another header takes the bare token
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo header=X-Token scheme=;
        grpc_pass grpc://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
x-token: client
--- response_body_filters eval: \&upstream
--- response_body
authorization: Bearer client
x-token: <demo>
