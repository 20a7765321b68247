# The errors of RFC 6749, 5.2, with the service that a request asks for.  Fails when
# a status, a code or a header of the table of errors is changed.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: no such service, whatever the name looks like
--- service
--- config
location = /token {
    jwt_issuer_token $arg_service;
    jwt_issuer_require off;
}
location ~ (?s)^/t/(.*)\z {
    jwt_issuer_token $1;
    jwt_issuer_require off;
}
--- request eval
[ "GET /token?service=other", "GET /token?service=", "GET /token",
  "GET /token?service=DEMO", "GET /token?service=demo%20",
  "GET /token?service=dem%6f", "GET /token?service=../demo",
  "GET /token?service=demo/dev", "GET /token?service=" . "x" x 7000,
  "GET /t/", "GET /t/demo%00", "GET /t/demo%2f..", "GET /t/demo%0a",
  "GET /t/%ff%fe", "GET /t/demo%22", "GET /t/a/../demo", "GET /t/%64emo" ]
--- error_code eval
[ (400) x 15, 200, 200 ]
--- response_body_like eval
[ ('^\{"error":"invalid_target","error_description":"no such service"}$') x 10, '<html>', ('^\{"error":"invalid_target","error_description":"no such service"}$') x 4, ('"access_token"') x 2 ]
--- response_headers eval
[ ("Content-Type: application/json\nCache-Control: no-store") x 10,
  "Content-Type: text/html", ("Content-Type: application/json") x 6 ]
--- no_error_log
[alert]



=== TEST 2: a name that is no name does not reach the log
--- service
--- config
location = /token {
    jwt_issuer_token $http_x_service;
    jwt_issuer_require off;
}
--- request
GET /token
--- more_headers eval
"X-Service: a\x1b[31m\"\xff"
--- error_code: 400
--- error_log
unknown jwt service: "(no valid name)"
--- no_error_log
jwt service: "a
[error]



=== TEST 3: the descriptions need no escaping
--- service
claim n $arg_n number;
--- config
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ "GET /token", "GET /token?ok=1", "GET /token?ok=1&s=demo&n=x", "PUT /token",
  "GET /token?a=1&a=1", "GET /token?a=%", "POST /token\na=b" ]
--- error_code eval
[ 403, 400, 400, 405, 400, 400, 400 ]
--- response_body_like eval
[ ('^\{"error":"[a-z_]+","error_description":"[\x20\x21\x23-\x5b\x5d-\x7e]+"\}$') x 7 ]
