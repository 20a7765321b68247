# Where jwt_issuer_inject may stand: it is inherited from the server, taken back
# with "off", said anew below, and may stand in an "if".  Fails when inject is
# not merged, or "off" is taken for unset.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $server = <<'EOF';
    jwt_issuer_inject demo;
    location /i { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP; }
    location /off {
        jwt_issuer_inject off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        location /off/on {
            jwt_issuer_inject other;
            proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        }
        location /off/too { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP; }
    }
    location /other {
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        location ~ /nested$ { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP; }
    }
    location = /token {
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
EOF

run_tests();

__DATA__

=== TEST 1: inherited, off, and said anew
--- config eval: $main::server
--- request eval
["GET /i", "GET /off", "GET /off/on", "GET /off/too", "GET /other", "GET /other/nested"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer <demo>\n", "Authorization: Bearer client\n",
 "Authorization: Bearer <other>\n", "Authorization: Bearer client\n",
 "Authorization: Bearer <other>\n", "Authorization: Bearer <other>\n"]



=== TEST 2: a token location beside it is as ever
--- config eval: $main::server
--- request
GET /token
--- response_body_filters eval
[\&verified, sub { ($_[0] =~ /^(.*\n)/)[0] }]
--- response_body
verified



=== TEST 3: the key set beside it is as ever
--- config eval: $main::server
--- request
GET /jwks
--- response_body_like: ^\{"keys":\[



=== TEST 4: in an if
--- config
    location /i {
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        if ($arg_token) {
            jwt_issuer_inject demo;
        }
        if ($arg_token = other) {
            jwt_issuer_inject other;
        }
    }
--- request eval
["GET /i", "GET /i?token=1", "GET /i?token=other"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer client\n", "Authorization: Bearer <demo>\n",
 "Authorization: Bearer <other>\n"]



=== TEST 5: an if that says nothing of it inherits
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        if ($arg_x) {
            set $y 1;
        }
    }
--- request
GET /i?x=1
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 6: limit_except inherits
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
        limit_except GET { allow all; }
    }
--- request
PUT /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 7: locations that ask no upstream
--- config
    jwt_issuer_inject demo;
    location = /return { return 200 "<$http_authorization>\n"; }
    location = /static.txt { }
    location = /empty { empty_gif; }
--- user_files
>>> static.txt
static
--- request eval
["GET /return", "GET /static.txt", "HEAD /static.txt", "GET /none"]
--- more_headers
Authorization: Bearer client
--- error_code eval
[200, 200, 200, 404]
--- response_body_like eval
["<Bearer client>", "static", "", "404"]
--- no_error_log
[crit]
