# $jwt_issuer_token, _kid, _expires and _error: what the request was given, and
# nothing where there is none.  Fails when one of them is cached, or when the token
# of a location is minted a second time for a log.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: what a token location gave, in a header and in a log
--- services
log_format own '$status|$jwt_issuer_kid|$jwt_issuer_expires|$jwt_issuer_error';
--- service
--- config
location = /token {
    access_log logs/own.log own;
    add_header X-Kid $jwt_issuer_kid;
    add_header X-Expires $jwt_issuer_expires;
    add_header X-Error $jwt_issuer_error always;
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_ok;
}
location = /log {
    alias $TEST_NGINX_SERVER_ROOT/logs/own.log;
}
--- request eval
[ "GET /token?s=demo&ok=1", "GET /token?s=demo", "GET /token?s=x&ok=1", "PUT /token", "GET /log" ]
--- error_code eval
[ 200, 403, 400, 405, 200 ]
--- response_headers_like eval
[ "X-Kid: [\\w-]{43}\nX-Expires: 600\nX-Error: ",
  "X-Error: access_denied\nX-Kid: \nX-Expires: ", "X-Error: invalid_target",
  "X-Error: invalid_request", "" ]
--- response_body_like eval
[ ('.') x 4, '200\|[\w-]{43}\|600\|-\n403\|-\|-\|access_denied\n400\|-\|-\|invalid_target\n405\|-\|-\|invalid_request\n\z' ]



=== TEST 2: the token of the variable is the token of the answer
--- service
--- config
location = /token {
    add_header X-Token $jwt_issuer_token;
    jwt_issuer_token demo format=jwt;
    jwt_issuer_require off;
}
--- request
GET /token
--- response_body_filters eval
sub { my ($status, $body, $headers) = fetch('/token');
      $headers->{'x-token'} eq $body ? 'same' : 'another' }
--- response_body chomp
same



=== TEST 3: nothing where nothing is configured
--- service
--- config
location = /none {
    return 200 "[$jwt_issuer_token|$jwt_issuer_kid|$jwt_issuer_expires|$jwt_issuer_error|$jwt_issuer_form_a]";
}
--- request
GET /none
--- response_body chomp
[||||]



=== TEST 4: nothing before a token location mints
--- service
--- config
location = /token {
    set $early "[$jwt_issuer_token|$jwt_issuer_kid|$jwt_issuer_expires]";
    add_header X-Early $early;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- request
GET /token
--- response_headers
X-Early: [||]



=== TEST 5: variables together with the one that mints do not outgrow their place
--- service
--- config
location = /own {
    jwt_issuer_inject demo;
    set $all "$jwt_issuer_kid|$jwt_issuer_expires|$jwt_issuer_token|";
    add_header X-All $all;
    proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up;
}
location = /up {
    return 204;
}
--- request
GET /own
--- error_code: 204
--- raw_response_headers_like eval
qr/^X-All: [\w-]{43}\|600\|eyJ[\w-]+\.[\w-]+\.[\w-]{86}\|\r$/m



=== TEST 6: an error together with the variable that fails
--- service
subject $arg_sub;
--- config
location = /own {
    jwt_issuer_inject demo;
    set $all "$jwt_issuer_error|$jwt_issuer_token|";
    add_header X-All $all always;
    proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up;
}
--- request
GET /own
--- error_code: 400
--- raw_response_headers_like eval
qr/^X-All: invalid_request\|\|\r$/m
