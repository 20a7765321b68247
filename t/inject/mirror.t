# A mirror is another party: it sees what the client sent, unless its own
# location injects.  nginx makes the mirror's subrequest after our handler had
# its turn, so the list must be given back.  What the mirror got is in the log of
# the server that plays it.  Fails when headers_rewrite_handler() does nothing.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

# the mirror's server keeps the last request's header in a file of its own

our $services = <<'EOF';
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    jwt_issuer_service other { key file $TEST_NGINX_KEYS/p256.pem; }
    log_format mirrored "Authorization: $http_authorization";
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        access_log $TEST_NGINX_SERVER_ROOT/logs/mirrored.txt mirrored;
        location / { return 204; }
    }
EOF

run_tests();

__DATA__

=== TEST 1: the mirror sees the client's header
--- http_config eval: $main::services
--- config
    location /i {
        mirror /mirror;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /mirror {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[sub { $_[0] . last_line('mirrored.txt') }, \&upstream]
--- response_body
Authorization: Bearer <demo>
Authorization: Bearer client



=== TEST 2: nothing of it when the client sent none
--- http_config eval: $main::services
--- config
    location /i {
        mirror /mirror;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /mirror {
        internal;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- response_body_filters eval
[sub { $_[0] . last_line('mirrored.txt') }, \&upstream]
--- response_body
Authorization: Bearer <demo>
Authorization: -



=== TEST 3: a mirror with an injection of its own
--- http_config eval: $main::services
--- config
    location /i {
        mirror /mirror;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /mirror {
        internal;
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
POST /i
a body
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[sub { $_[0] . last_line('mirrored.txt') }, \&upstream]
--- response_body
Authorization: Bearer <demo>
Authorization: Bearer <other>



=== TEST 4: only the mirror injects
--- http_config eval: $main::services
--- config
    location /i {
        mirror /mirror;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /mirror {
        internal;
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[sub { $_[0] . last_line('mirrored.txt') }, \&upstream]
--- response_body
Authorization: Bearer client
Authorization: Bearer <other>
