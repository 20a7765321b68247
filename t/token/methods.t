# GET, HEAD and POST; every other method is refused with the list of those, before
# anything is looked up.  Fails when the test of endpoint_handler() is taken out.
# (TRACE and CONNECT never come here: nginx refuses them.)

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: every other method is refused
--- service
--- config
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ map { "$_ /token?s=demo&ok=1" } qw( PUT DELETE PATCH OPTIONS PROPFIND MKCOL COPY MOVE LOCK UNLOCK FOO ) ]
--- error_code eval
[ (405) x 11 ]
--- response_headers eval
[ ("Allow: GET, HEAD, POST\nContent-Type: application/json\nCache-Control: no-store") x 11 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":'
   . '"the method must be GET, HEAD or POST"}') x 11 ]



=== TEST 2: a refused method with a body leaves the connection in order
--- service
--- pipelined_requests eval
[ "PUT /token\nGET /evil HTTP/1.1\r\n\r\n", "GET /token" ]
--- error_code eval
[ 405, 200 ]
--- response_body_like eval
[ '"invalid_request"', '"access_token"' ]



=== TEST 3: the methods are those of RFC 9110 in their own case
--- service
--- raw_request eval
"get /token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
--- error_code: 400
--- no_error_log
[alert]
