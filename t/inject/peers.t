# A request that goes on to another peer of its upstream, or over a connection
# that is kept, carries the same one token (F103).  Fails when the header is put
# in once for each try.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $services = <<'EOF';
    jwt_issuer_service demo {
        key file $TEST_NGINX_KEYS/ed25519.pem;
    }
    upstream refuses {
        server 127.0.0.1:1 max_fails=0;
        server 127.0.0.1:$TEST_NGINX_UP_HTTP backup;
    }
    upstream answers {
        server 127.0.0.1:$TEST_NGINX_RAND_PORT_1 max_fails=0;
        server 127.0.0.1:$TEST_NGINX_UP_HTTP backup;
    }
    upstream kept {
        server 127.0.0.1:$TEST_NGINX_UP_HTTP;
        keepalive 4;
    }
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        location / {
            if ($http_authorization = "") { return 200 "no token\n"; }
            if ($http_authorization = "Bearer client") { return 200 "client\n"; }
            return 502;
        }
    }
EOF

run_tests();

__DATA__

=== TEST 1: the first peer refuses the connection
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://refuses;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>
--- error_log
connect() failed (111: Connection refused)



=== TEST 2: the first peer gets a token and answers 502
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_next_upstream http_502;
        proxy_pass http://answers;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>
--- no_error_log
[crit]



=== TEST 3: connections to the upstream that are kept
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo subject=$arg_who;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_pass http://kept;
    }
--- request eval
["GET /i?who=a", "GET /i?who=b", "GET /i?who=c"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer <a>\n", "Authorization: Bearer <b>\n",
 "Authorization: Bearer <c>\n"]



=== TEST 4: a client's connection that is kept
--- http_config eval: $main::services
--- config
    location /i {
        jwt_issuer_inject demo subject=$arg_who;
        proxy_pass http://kept;
    }
    location /plain { proxy_pass http://kept; }
--- pipelined_requests eval
["GET /i?who=a", "GET /plain", "GET /i?who=c"]
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer <a>\n", "Authorization: Bearer client\n",
 "Authorization: Bearer <c>\n"]
