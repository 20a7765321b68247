# access_log shows what the client sent, also the header that the upstream did
# not get, and never the token; $remote_user stays who the client said he is.
# Fails when the log phase does not give the client's list back first, or when
# $remote_user is read from the token's header.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $services = <<'EOF';
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    log_format all "Auth in the log: <$http_authorization><$http_x_token><$remote_user>";
    access_log $TEST_NGINX_SERVER_ROOT/logs/shown.txt all;
EOF

run_tests();

__DATA__

=== TEST 1: the client's header and user
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Basic Zm9vOmJhcg==
--- response_body_filters eval
[sub { $_[0] . last_line('shown.txt') }, \&upstream]
--- response_body
Authorization: Bearer <demo>
Auth in the log: <Basic Zm9vOmJhcg==><-><foo>



=== TEST 2: a client without credentials
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- response_body_filters eval
[sub { $_[0] . last_line('shown.txt') }, \&upstream]
--- response_body
Authorization: Bearer <demo>
Auth in the log: <-><-><->



=== TEST 3: another header
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo header=X-Token;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
X-Token: mine
--- response_body_filters eval
[sub { $_[0] . last_line('shown.txt') }, \&upstream]
--- response_body
X-Token: Bearer <demo>
Auth in the log: <-><mine><->



=== TEST 4: the user in a header to the upstream
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_set_header X-Auth-User $remote_user;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Basic Zm9vOmJhcg==
--- response_body_filters eval: \&upstream
--- response_body
X-Auth-User: foo
Authorization: Bearer <demo>



=== TEST 5: a user who is checked by nginx may be the subject
--- http_config eval: $main::services
--- config
    location /i {
        auth_basic "all";
        auth_basic_user_file $TEST_NGINX_SERVER_ROOT/html/users;
        jwt_issuer_inject demo subject=$remote_user;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- user_files
>>> users
foo:{PLAIN}bar
--- request
GET /i
--- more_headers
Authorization: Basic Zm9vOmJhcg==
--- response_body_filters eval
[sub { $_[0] . last_line('shown.txt') }, \&upstream]
--- response_body
Authorization: Bearer <foo>
Auth in the log: <Basic Zm9vOmJhcg==><-><foo>
