# The token belongs to one location's upstream.  nginx goes on with the header
# list it finds when a request moves to another location: that one must see what
# the client sent, or its own service's token (F41).  Fails when the list is not
# given back in the rewrite phases.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $targets = <<'EOF';
    location /plain { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/; }
    location @plain { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP; }
    location /other {
        internal;
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/;
    }
    location @other {
        jwt_issuer_inject other;
        set $args "";
        rewrite ^ / break;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location @fresh {
        set $args "";
        rewrite ^ / break;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /same {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/;
    }
EOF

run_tests();

__DATA__

=== TEST 1: error_page to a location that does not inject
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        proxy_intercept_errors on;
        error_page 502 = /plain;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i?status=502
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer client



=== TEST 2: error_page to a named location that does not inject
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        proxy_intercept_errors on;
        error_page 502 = @fresh;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i?status=502
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer client



=== TEST 3: error_page to a location with another service
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        proxy_intercept_errors on;
        error_page 502 = /other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i?status=502
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>



=== TEST 4: error_page to a named location with another service
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        proxy_intercept_errors on;
        error_page 502 = @other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i?status=502
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>



=== TEST 5: a client without credentials, on to a location that does not inject
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        proxy_intercept_errors on;
        error_page 502 = /plain;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /i?status=502
--- response_body_filters eval: \&upstream
--- response_body
nothing



=== TEST 6: try_files with a fallback that injects
--- config eval
$main::targets . <<'EOF'
    location /i { try_files /none @other; }
EOF
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>



=== TEST 7: try_files of an injecting location with a fallback that does not
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        try_files /none @plain;
    }
EOF
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer client



=== TEST 8: X-Accel-Redirect from an injecting location to another
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request eval
["GET /i?accel=/plain", "GET /i?accel=/other", "GET /i?accel=/same",
 "GET /i?accel=\@other"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer client\n", "Authorization: Bearer <other>\n",
 "Authorization: Bearer <demo>\n", "Authorization: Bearer <other>\n"]



=== TEST 9: rewrite ... last
--- config eval
$main::targets . <<'EOF'
    location /i {
        jwt_issuer_inject demo;
        rewrite ^/i/(.*) /$1 last;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request eval
["GET /i/plain", "GET /i/other", "GET /i/same"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer client\n", "Authorization: Bearer <other>\n",
 "Authorization: Bearer <demo>\n"]



=== TEST 10: an internal location is closed to clients
--- config eval: $main::targets
--- request
GET /other
--- error_code: 404



=== TEST 11: an index page in an injecting location
--- config
    location /i/ {
        jwt_issuer_inject demo;
        index page.html;
    }
    location = /i/page.html {
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- user_files
>>> i/page.html
page
--- request
GET /i/
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>
