# Subrequests share the parent's header list in nginx.  One that goes to another
# location sees what the client sent, or gets its own location's token: never
# the parent's (F42), and the parent keeps its own.  Fails when the list is not
# given back where a subrequest begins.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $plain = <<'EOF';
    location /plain { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/; }
    location /other {
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/;
    }
EOF

run_tests();

__DATA__

=== TEST 1: auth_request in the injecting location sees the client's header
--- config
    location /i {
        auth_request /check;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /check {
        internal;
        if ($http_authorization = "Bearer client") { return 204; }
        return 401;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 2: what auth_request refuses goes nowhere
--- config
    location /i {
        auth_request /check;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location = /check { internal; return 403; }
--- request
GET /i
--- error_code: 403
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed
--- no_error_log
[crit]



=== TEST 3: auth_request whose location injects another service
--- http_config
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    jwt_issuer_service other { key file $TEST_NGINX_KEYS/p256.pem; }
    log_format got "X-Check-Auth: $http_authorization";
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        access_log $TEST_NGINX_SERVER_ROOT/logs/got.txt got;
        location / { return 204; }
    }
--- config
    location /i {
        auth_request /check;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /check {
        internal;
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[sub { last_line('got.txt') . $_[0] }, \&upstream]
--- response_body
X-Check-Auth: Bearer <other>
Authorization: Bearer <demo>



=== TEST 4: a check that cannot get its token lets nobody in
--- config
    location /i {
        auth_request /check;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
    location = /check {
        internal;
        jwt_issuer_inject nobody$arg_x;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_NEVER;
    }
--- request
GET /i
--- error_code: 500
--- response_body_filters eval: \&untouched
--- response_body
0 requests passed
--- error_log
auth request unexpected status: 503



=== TEST 5: SSI includes of a page in an injecting location
--- config eval
$main::plain . <<'EOF'
    location /i/ {
        jwt_issuer_inject demo;
        ssi on;
        rewrite ^ /i/page.html break;
    }
    location = /i/inc {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/;
    }
EOF
--- user_files
>>> i/page.html
<!--# include virtual="/plain" --><!--# include virtual="/other" --><!--# include virtual="/i/inc" --><!--# include virtual="/plain" -->
--- request
GET /i/
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer client
Authorization: Bearer <other>
Authorization: Bearer <demo>
Authorization: Bearer client



=== TEST 6: an SSI page that an upstream with a token made
--- http_config
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location / {
            default_type text/html;
            return 200 'Authorization: $http_authorization
<!--# include virtual="/plain" wait="yes" -->';
        }
    }
--- config eval
'location /plain { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/; }' . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        ssi on;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
EOF
--- request
GET /i
--- response_body_filters eval
[upstream('authorization')]
--- response_body
Authorization: Bearer <demo>



=== TEST 7: addition before and after the answer
--- config eval
$main::plain . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        addition_types text/plain;
        add_before_body /other;
        add_after_body /plain;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>
Authorization: Bearer <demo>
Authorization: Bearer client



=== TEST 8: a parent that does not inject keeps the client's
--- config eval
$main::plain . <<'EOF'
    location /i {
        addition_types text/plain;
        add_before_body /other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>
Authorization: Bearer client
