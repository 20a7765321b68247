# What the token location answers, to the byte: RFC 6749, 5.1, and the bare token.
# Fails when a member, a header or the length of answer_token() is changed.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

our $no_store = qr/\A
    (?=.*^Cache-Control:\ no-store\r$)
    (?=.*^Pragma:\ no-cache\r$)
    (?=.*^X-Content-Type-Options:\ nosniff\r$)
    (?!.*^(?:ETag|Last-Modified|Expires|Accept-Ranges):)
    (?!.*^(Cache-Control|Pragma|X-Content-Type-Options):.*^\1:)/xsmi;

run_tests();

__DATA__

=== TEST 1: GET answers JSON
--- service
--- request
GET /token
--- response_body_filters eval
sub { $_[0] =~ s/eyJ[\w-]+\.[\w-]+\.[\w-]+/TOKEN/r }
--- response_body chomp
{"access_token":"TOKEN","token_type":"Bearer","expires_in":600}
--- response_headers_like
Content-Type: application/json
Content-Length: \d+
--- raw_response_headers_like eval: $main::no_store



=== TEST 2: POST without a body answers the same
--- service
--- request
POST /token
--- response_body_filters eval
sub { $_[0] =~ s/eyJ[\w-]+\.[\w-]+\.[\w-]+/TOKEN/r }
--- response_body chomp
{"access_token":"TOKEN","token_type":"Bearer","expires_in":600}
--- response_headers
Content-Type: application/json
--- raw_response_headers_like eval: $main::no_store



=== TEST 3: HEAD mints nothing and has the headers
--- services
log_format minted '[$jwt_issuer_token|$jwt_issuer_kid|$jwt_issuer_expires|$jwt_issuer_error]';
--- service
--- config
location = /token {
    access_log logs/minted.log minted;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
location = /log {
    alias $TEST_NGINX_SERVER_ROOT/logs/minted.log;
}
--- request eval
[ "HEAD /token", "GET /log" ]
--- response_body_like eval
[ '\A\z', '\[-\|-\|-\|-\]\n\z' ]
--- response_headers eval
[ "Content-Type: application/json\nCache-Control: no-store\n!Content-Length", "" ]



=== TEST 4: HEAD of what GET refuses is refused, too
--- service
--- config
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ "HEAD /token?s=demo", "HEAD /token?s=other&ok=1", "HEAD /token?s=demo&ok=1" ]
--- error_code eval
[ 403, 400, 200 ]
--- response_body eval
[ ("") x 3 ]
--- raw_response_headers_like eval
[ ($main::no_store) x 3 ]



=== TEST 5: the bare token
--- service
--- config
location = /token {
    jwt_issuer_token demo format=jwt;
    jwt_issuer_require off;
}
--- request
GET /token
--- response_body_filters eval
sub { $_[0] =~ s/eyJ[\w-]+\.[\w-]+\.[\w-]+/TOKEN/r }
--- response_body chomp
TOKEN
--- response_headers
Content-Type: application/jwt
--- raw_response_headers_like eval: $main::no_store



=== TEST 6: an error of the bare form is JSON, too
--- service
--- config
location = /token {
    jwt_issuer_token $arg_s format=jwt;
    jwt_issuer_require off;
}
--- request
GET /token
--- error_code: 400
--- response_body chomp
{"error":"invalid_target","error_description":"no such service"}
--- response_headers
Content-Type: application/json
Content-Length: 64
--- raw_response_headers_like eval: $main::no_store



=== TEST 7: Content-Length is that of the body
--- service
--- request
GET /token
--- response_body_filters eval
sub { my (undef, $body, $headers) = fetch('/token');
      length($body) == $headers->{'content-length'} ? "equal" : "different" }
--- response_body chomp
equal



=== TEST 8: expires_in is the life that is left
--- service
lifetime 1h;
backdate 10m;
--- request
GET /token
--- response_body_like eval: qr/"expires_in":3000}$/
