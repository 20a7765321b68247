# How the key set is served: to everybody, cacheable for as long as was said and
# no longer whatever an outer "expires" or "add_header" says, with an ETag, for
# GET and HEAD (K3).  Fails when answer_header_filter() leaves what the headers
# filter wrote, or when no ETag is set.

use lib 't/lib';
use Test::JWTIssuer;

our $services = <<'EOF';
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
EOF

our $config = <<'EOF';
    location = /jwks { jwt_issuer_jwks; }
EOF

sub etag { return (Test::JWTIssuer::fetch('/jwks'))[2]{etag} // 'none' }

sub conditional {
    my ($header, $value) = @_;
    return sub {
        my $http = HTTP::Tiny->new(default_headers => { $header => $value->() });
        my $answer = $http->get('http://127.0.0.1:'
                       . Test::Nginx::Util::server_port_for_client() . '/jwks');
        my ($status, $body, $headers) = @{$answer}{qw( status content headers )};
        return "$status " . length($body // '') . ' ' . ($headers->{etag} eq etag()
               ? 'same' : 'other') . " $headers->{'cache-control'}\n";
    };
}

*Test::Base::Filter::conditional = *Test::Base::Filter::conditional =
    \&conditional;

run_tests();

__DATA__

=== TEST 1: what is said about the answer
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_headers
Content-Type: application/json
Cache-Control: public, max-age=300
Access-Control-Allow-Origin: *
! Expires
! Last-Modified
! Pragma
--- response_headers_like
ETag: "[\w-]{20,}"
--- response_body_like: ^\{"keys":\[\{"[^{}]*"kty":"OKP"[^{}]*\}\]\}$



=== TEST 2: HEAD says the same without a body
--- http_config eval: $main::services
--- config eval: $main::config
--- request
HEAD /jwks
--- response_headers
Content-Type: application/json
Cache-Control: public, max-age=300
Access-Control-Allow-Origin: *
--- response_headers_like
ETag: "[\w-]{20,}"
Content-Length: [1-9][0-9]*
--- response_body



=== TEST 3: another time to keep it
--- http_config eval
$main::services . 'jwt_issuer_jwks_max_age 1h;'
--- config eval: $main::config
--- request
GET /jwks
--- response_headers
Cache-Control: public, max-age=3600



=== TEST 4: outer directives do not change it
--- http_config eval
$main::services . 'expires 10h; add_header Cache-Control "private" always;
                   add_header Pragma no-cache; add_header X-Outer 1;'
--- config eval: $main::config
--- request
GET /jwks
--- response_headers
Cache-Control: public, max-age=300
! Expires
! Pragma
X-Outer: 1



=== TEST 5: a client that has it gets 304
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval
main::conditional('If-None-Match', \&main::etag)
--- response_body
304 0 same public, max-age=300



=== TEST 6: one of several tags
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval
main::conditional('If-None-Match', sub { '"x", ' . main::etag() . ', "y"' })
--- response_body
304 0 same public, max-age=300



=== TEST 7: another tag gets the set
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- more_headers
If-None-Match: "other"
--- error_code: 200
--- response_body_like: ^\{"keys":



=== TEST 8: other methods
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
["POST /jwks\nhello", "PUT /jwks\nhello", "DELETE /jwks"]
--- error_code eval
[405, 405, 405]
--- response_headers eval
[("Allow: GET, HEAD, OPTIONS\nCache-Control: no-store") x 3]
--- response_body_like eval
[("invalid_request") x 3]



=== TEST 9: a GET with a body, and the request after it
--- http_config eval: $main::services
--- config eval
$main::config . 'location = /t { return 200 "t\n"; }'
--- pipelined_requests eval
["GET /jwks\nhello", "GET /t"]
--- response_body_like eval
['^\{"keys":', '^t$']



=== TEST 10: whoever asks, and also over a connection without TLS
--- http_config eval: $main::services
--- config
    location = /jwks { jwt_issuer_jwks; }
    jwt_issuer_require $arg_never;
--- request
GET /jwks
--- error_code: 200



=== TEST 11: a browser asks before a script sends If-None-Match
--- http_config eval: $main::services
--- config eval: $main::config
--- request
OPTIONS /jwks
--- more_headers
Origin: https://app.example
Access-Control-Request-Method: GET
Access-Control-Request-Headers: if-none-match
--- error_code: 204
--- response_headers
Access-Control-Allow-Origin: *
Access-Control-Allow-Methods: GET, HEAD
Access-Control-Allow-Headers: *
Access-Control-Max-Age: 86400
Cache-Control: no-store
! Content-Type
! Content-Length
! ETag
--- response_body



=== TEST 12: a script may read the tag
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_headers
Access-Control-Expose-Headers: ETag



=== TEST 13: a range is not looked at
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
[("GET /jwks") x 3]
--- more_headers eval
["Range: bytes=0-9", "Range: bytes=-1", "Range: bytes=0-9\nIf-Range: \"a\""]
--- error_code eval
[200, 200, 200]
--- response_headers eval
[("! Content-Range\n! Accept-Ranges") x 3]
--- response_body_like eval
[('^\{"keys":\[\{.*\}\]\}$') x 3]



=== TEST 14: nginx's gzip makes the tag a weak one, with which clients get 304
--- http_config eval
$main::services . 'gzip on; gzip_min_length 1; gzip_types application/json;'
--- config eval: $main::config
--- request
GET /jwks
--- more_headers
Accept-Encoding: gzip
--- response_headers_like
Content-Encoding: gzip
ETag: W/"[\w-]{20,}"
--- response_body_filters eval
main::conditional('If-None-Match', sub { 'W/' . main::etag() })
--- response_body
304 0 same public, max-age=300
