# nginx's recipe for WebSocket sends Connection and Upgrade of its own: the token
# goes with the first request, and the connection is switched.  Fails when the
# names in Connection are refused beyond the injected header's.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

run_tests();

__DATA__

=== TEST 1: the switched connection began with a token
--- http_config
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    map $http_upgrade $connection_upgrade { default upgrade; '' close; }
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- raw_request eval
"GET /i?status=101 HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer client\r\n\r\n"
--- error_code: 101
--- response_body_filters eval: upstream('authorization', 'upgrade', 'connection')
--- response_body
Upgrade: websocket
Connection: upgrade
Authorization: Bearer <demo>
