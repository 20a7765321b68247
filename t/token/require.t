# Who may have which token.  The answer comes before the service is looked up, and
# a stranger cannot tell a service that is there from one that is not (T9).  Fails
# when require_target() looks the service up first, or takes "0" for a yes.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: empty and "0" deny, everything else allows
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ map { "GET /token?$_" } "", "ok=", "ok=0", "ok=1", "ok=00", "ok=no", "ok=%20" ]
--- error_code eval
[ (403) x 3, (200) x 4 ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ ('{"error":"access_denied","error_description":"not allowed to have this token"}') x 3, (qq({"sub":"demo"}\n)) x 4 ]



=== TEST 2: every value must allow
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require $arg_a $arg_b "$arg_c";
}
--- request eval
[ map { "GET /token?$_" } "a=1&b=1&c=1", "a=1&b=1", "a=1&c=1", "b=1&c=1", "a=1&b=0&c=1" ]
--- error_code eval
[ 200, (403) x 4 ]



=== TEST 3: off leaves it to nginx's own directives
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    if ($arg_a) {
        return 402;
    }
    deny 127.0.0.1;
}
location = /open {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    allow all;
}
--- request eval
[ "GET /token", "GET /token?a=1", "GET /open" ]
--- error_code eval
[ 403, 402, 200 ]
--- no_error_log
[alert]



=== TEST 4: a map says who may have what
--- services
map "$http_x_caller $arg_service" $allowed {
    "one demo" 1;
    "two demo" 1;
    "two other" 1;
    "~^admin " 1;
    default 0;
}
jwt_issuer_service other { key file $TEST_NGINX_KEYS/p256.pem; }
--- service
--- config
location = /token {
    jwt_issuer_token $arg_service;
    jwt_issuer_require $allowed;
}
--- request eval
[ map { "GET /token?service=$_" } qw( demo other demo other demo other nobody ) ]
--- more_headers eval
[ map { "X-Caller: $_" } qw( one one two two three three admin ) ]
--- error_code eval
[ 200, 403, 200, 200, 403, 403, 400 ]



=== TEST 5: the name of a user who gave a password
--- services
map $remote_user $allowed {
    alice 1;
    default 0;
}
--- service
subject $remote_user;
--- config
location = /token {
    auth_basic realm;
    auth_basic_user_file $TEST_NGINX_SERVER_ROOT/html/users;
    jwt_issuer_token demo;
    jwt_issuer_require $allowed;
}
--- user_files
>>> users
alice:{PLAIN}secret
bob:{PLAIN}secret
--- request eval
[ ("GET /token") x 4 ]
--- more_headers eval
[ "Authorization: Basic YWxpY2U6c2VjcmV0", "Authorization: Basic Ym9iOnNlY3JldA==",
  "Authorization: Basic YWxpY2U6d3Jvbmc=", "X: y" ]
--- error_code eval
[ 200, 403, 401, 401 ]
--- no_error_log
[alert]



=== TEST 6: what a form says
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require $jwt_issuer_form_secret;
}
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ "POST /token\nsecret=x", "POST /token\nsecret=0", "POST /token", "GET /token?secret=x" ]
--- error_code eval
[ 200, 403, 403, 403 ]



=== TEST 7: a stranger sees no difference between what is there and what is not
--- service
--- config
location = /token {
    jwt_issuer_token $arg_service environment=$arg_e;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ map { "GET /token?service=$_" } "demo", "other", "", "../x", "demo&e=x", "x" x 65, "%00" ]
--- error_code eval
[ (403) x 6, 400 ]
--- response_body_like eval
[ ('^\{"error":"access_denied","error_description":"not allowed to have this token"}$') x 6, '"invalid_request"' ]
--- response_headers eval
[ ("Content-Length: 78") x 6, "" ]



=== TEST 8: a denial is logged with the service, as nginx logs its own
--- service
--- config
location = /token {
    jwt_issuer_token $arg_service;
    jwt_issuer_require $arg_ok;
}
--- request
GET /token?service=demo
--- error_code: 403
--- error_log eval
qr/\[error\] .*access forbidden by jwt_issuer_require, jwt service: "demo"/
--- no_error_log
[alert]
