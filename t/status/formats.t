# How the status is asked for and answered: by format=, or by what the client
# accepts; never stored, shown only to whom jwt_issuer_require lets in.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

# nginx keeps the environment that it was started in
$ENV{STATUS_SECRET} = 'status-secret-' . 'k' x 32;

run_tests();

__DATA__

=== TEST 1: JSON for who does not say
--- service
--- config
location = /status {
    jwt_issuer_status;
    expires 1h;
    add_header ETag '"x"';
}
--- request
GET /status
--- response_headers
Content-Type: application/json
Cache-Control: no-store
Pragma: no-cache
X-Content-Type-Options: nosniff
Vary: Accept
! ETag
! Expires
! Content-Security-Policy
--- response_body_like: ^\{"version":"[0-9.]+","server":"nginx/.*"services":\[\{"name":"demo",.*\}$



=== TEST 2: a page for a browser, which loads nothing and runs nothing
--- service
--- config
location = /status { jwt_issuer_status; }
--- request
GET /status
--- more_headers
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
--- response_headers
Content-Type: text/html; charset=utf-8
Cache-Control: no-store
Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'
Referrer-Policy: same-origin
--- response_body_unlike: <script|<form|https?://
--- response_body_like: ^<!DOCTYPE html>[\s\S]*demo[\s\S]*</html>\n?$



=== TEST 3: with operators, buttons
--- service
--- config
location = /status { jwt_issuer_status format=html; jwt_issuer_require off; }
--- request
GET /status
--- response_body_like: <form method="post">[\s\S]*value="refresh"[\s\S]*value="drop"



=== TEST 4: text for Prometheus
--- service
--- config
location = /status { jwt_issuer_status; }
--- request
GET /status
--- more_headers
Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1
--- response_headers
Content-Type: text/plain; version=0.0.4; charset=utf-8
--- response_body_like: ^# HELP jwt_issuer_[\s\S]*jwt_issuer_tokens_minted_total\{service="demo",environment=""\} 0\n



=== TEST 5: format= goes before what is accepted
--- service
--- config
location = /json { jwt_issuer_status format=json; }
location = /metrics { jwt_issuer_status format=prometheus; }
location = /page { jwt_issuer_status format=html; }
--- pipelined_requests eval
[ "GET /json", "GET /metrics", "GET /page" ]
--- more_headers
Accept: text/html
--- response_body_like eval
[ qr/^\{/, qr/^# HELP/, qr/^<!DOCTYPE html>/ ]



=== TEST 6: HEAD
--- service
--- config
location = /status { jwt_issuer_status; }
--- request
HEAD /status
--- response_headers_like
Content-Length: \d+
--- response_body



=== TEST 7: other methods
--- service
--- config
location = /status { jwt_issuer_status; }
location = /op { jwt_issuer_status; jwt_issuer_require off; }
--- pipelined_requests eval
[ "PUT /status", "DELETE /op", "POST /status\n" ]
--- error_code eval
[ 405, 405, 405 ]
--- response_headers eval
[ "Allow: GET, HEAD", "Allow: GET, HEAD, POST", "Allow: GET, HEAD" ]



=== TEST 8: jwt_issuer_require counts for reading, too
--- service
--- config
location = /status { jwt_issuer_status; jwt_issuer_require $arg_ok; }
--- pipelined_requests eval
[ "GET /status?ok=1", "GET /status", "GET /status?ok=0", "HEAD /status" ]
--- error_code eval
[ 200, 403, 403, 403 ]



=== TEST 9: one that is inherited counts as well
--- service
--- services
jwt_issuer_require $arg_ok;
--- config
location = /status { jwt_issuer_status; }
--- request
GET /status
--- error_code: 403
--- error_log
access forbidden by jwt_issuer_require



=== TEST 10: in an if
--- service
--- config
location = /status {
    if ($arg_x) { set $y 1; }
    jwt_issuer_status format=json;
}
--- request
GET /status?x=1
--- response_body_like: ^\{"version"



=== TEST 11: the names of a configuration are data
--- services
jwt_issuer_service a.b-c_1 { key file $TEST_NGINX_KEYS/p256.pem; environment "e.1"; }
--- config
location = /status { jwt_issuer_status; }
--- request
GET /status
--- response_body_like: "name":"a\.b-c_1","environment":"e\.1","source":"file [^"]*p256\.pem"



=== TEST 12: no key, token or secret is in it
--- services
jwt_issuer_service s { key env STATUS_SECRET; algorithm HS256; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/rsa.pem; }
--- config
location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
location = /status { jwt_issuer_status format=json; }
location = /page { jwt_issuer_status format=html; }
--- pipelined_requests eval
[ "GET /token", "GET /status", "GET /page" ]
--- response_body_unlike eval
[ qr/^$/, qr/status-secret|kkkk|eyJ|PRIVATE|"n":/, qr/status-secret|kkkk|eyJ|PRIVATE/ ]
