# The query is what GET requests ask with: a repeated parameter could mean one
# thing here and another one for a proxy before us.  Fails when form_query() is not
# called.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: a repeated parameter is refused, whatever it is
--- service
--- request eval
[ map { "GET /token?$_" }
  "a=1&a=2", "a=1&a=1", "a=1&%61=2", "a=1&%41=2", "a&a", "a=&a=", "a=1&b=2&a=3" ]
--- error_code eval
[ (400) x 7 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a parameter is repeated"}') x 7 ]



=== TEST 2: the same for POST
--- service
--- request
POST /token?a=1&a=2
--- error_code: 400
--- response_body chomp
{"error":"invalid_request","error_description":"a parameter is repeated"}



=== TEST 3: parameters that nobody asks for are ignored
--- service
--- request
GET /token?a=1&b=2&=&&c
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}



=== TEST 4: two spellings that nginx takes for one parameter are a repetition
--- services
jwt_issuer_service other { key file $TEST_NGINX_KEYS/p256.pem; }
--- service
--- config
location = /token {
    jwt_issuer_token $arg_service;
    jwt_issuer_require off;
}
--- request
GET /token?SERVICE=other&service=demo
--- error_code: 400
--- response_body chomp
{"error":"invalid_request","error_description":"a parameter is repeated"}



=== TEST 5: broken and non-UTF-8 sequences are refused
--- service
--- request eval
[ map { "GET /token?$_" } "a=%", "a=%zz", "a=%ff", "a=%00", "%c0%80=a" ]
--- error_code eval
[ (400) x 5 ]
--- response_body_like eval
[ ('^\{"error":"invalid_request"') x 5 ]
