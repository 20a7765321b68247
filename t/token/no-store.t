# A token is not stored by anybody, whatever the outer levels say to caches: they
# are written for pages.  Conditional and partial requests have no meaning for an
# answer that is new each time.  Fails when the header filter runs before nginx's
# own, or without disable_not_modified.

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

=== TEST 1: expires, add_header and etag of outer levels do not replace it
--- services
expires 1h;
etag on;
add_header Cache-Control public always;
add_header Pragma x always;
add_header X-Content-Type-Options y always;
add_header ETag '"a"' always;
add_header Last-Modified 'Mon, 01 Jan 2024 00:00:00 GMT' always;
add_header X-Operator kept always;
--- service
--- config
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ "GET /token?s=demo&ok=1", "HEAD /token?s=demo&ok=1", "POST /token?s=demo&ok=1",
  "GET /token?s=other&ok=1", "GET /token?s=demo", "PUT /token?s=demo" ]
--- error_code eval
[ 200, 200, 200, 400, 403, 405 ]
--- raw_response_headers_like eval
[ ($main::no_store) x 6 ]
--- response_headers eval
[ ("X-Operator: kept") x 6 ]



=== TEST 2: the same directives in the location itself
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    expires max;
    add_header Cache-Control public always;
    add_header pragma x;
}
--- request
GET /token
--- raw_response_headers_like eval: $main::no_store



=== TEST 3: Range and If-Range are ignored
--- service
--- request eval
[ ("GET /token") x 3 ]
--- more_headers eval
[ "Range: bytes=0-9", "Range: bytes=-1", "Range: bytes=0-9\nIf-Range: \"a\"" ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ (qq({"sub":"demo"}\n)) x 3 ]



=== TEST 4: If-None-Match and If-Modified-Since never give 304
--- service
--- request eval
[ ("GET /token") x 3 ]
--- more_headers eval
[ "If-None-Match: *", "If-None-Match: \"a\"",
  "If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT" ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ (qq({"sub":"demo"}\n)) x 3 ]



=== TEST 5: If-Match and If-Unmodified-Since never give 412
--- service
--- request eval
[ ("GET /token") x 3 ]
--- more_headers eval
[ "If-Match: *", "If-Match: \"a\"",
  "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT" ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ (qq({"sub":"demo"}\n)) x 3 ]



=== TEST 6: error_page and its kind do not replace our errors
--- service
--- config
error_page 400 403 405 413 503 = /page;
location = /page {
    return 200 page;
}
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_ok;
}
--- request eval
[ "GET /token?ok=1", "GET /token", "PUT /token" ]
--- error_code eval
[ 400, 403, 405 ]
--- response_body_like eval
[ ('\A\{"error":') x 3 ]



=== TEST 7: gzip, charset, SSI and sub_filter of outer levels leave the bytes
--- services
gzip on;
gzip_min_length 1;
charset utf-8;
charset_types *;
ssi on;
ssi_types *;
sub_filter 'token' 'other';
sub_filter_once off;
--- service
claim note '<!--#echo var="host" --> токен';
--- request
GET /token
--- more_headers
Accept-Encoding: identity
--- response_body_filters eval: claims('note')
--- response_body
{"note":"<!--#echo var=\"host\" --> \u0442\u043e\u043a\u0435\u043d"}
--- raw_response_headers_like eval: $main::no_store
