# What an access log can say of tokens: for whom, by which key, until when, a hash
# of the jti; also of a token that went to an upstream whose answer was then
# replaced by another location's.  An audit log is one of those lines for each
# token that was handed out.  Fails when headers_log_handler() does not bring the
# context back, or when jwti_token_jti_hash() takes another claim for the jti.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: each token that is handed out, and nothing else
--- services
log_format audit '$remote_addr $jwt_issuer_service $jwt_issuer_kid '
                 '$jwt_issuer_cache $jwt_issuer_exp "$jwt_issuer_jti_hash"';
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; jti on; }
jwt_issuer_service core { key file $TEST_NGINX_KEYS/p384.pem; environment dev; }
--- config
access_log logs/audit.log audit if=$jwt_issuer_kid;
location = /token { jwt_issuer_token $arg_s; jwt_issuer_require $arg_ok; }
location = /up { return 200 "up"; }
location = /api { jwt_issuer_inject core; proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up; }
location = /audit { access_log off; alias $TEST_NGINX_SERVER_ROOT/logs/audit.log; }
--- pipelined_requests eval
[ "GET /token?s=demo&ok=1", "GET /token?s=demo", "GET /token?s=x&ok=1",
  "GET /api", "GET /audit" ]
--- error_code eval
[ 200, 403, 400, 200, 200 ]
--- response_body_like eval
[ ('') x 4, '^127.0.0.1 demo [\w-]{43} MISS \d{10} "[0-9a-f]{64}"\n127.0.0.1 core/dev [\w-]{43} MISS \d{10} "-"\n$' ]



=== TEST 2: the hash is that of the jti, whatever else the token says
--- services
jwt_issuer_service demo {
    key file $TEST_NGINX_KEYS/p256.pem;
    profile access_token;
    subject 'a,"jti":"0123456789012345678901"';
    issuer https://proxy.example.com;
    audience ',"jti":"xxxxxxxxxxxxxxxxxxxxxx"';
    claim nested '{"a":1,"jti":"yyyyyyyyyyyyyyyyyyyyyy"}' json;
}
--- config
location = /token {
    add_header X-Hash $jwt_issuer_jti_hash;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- request
GET /token
--- response_body_filters eval
use Digest::SHA ();
use JSON::PP ();
sub {
    my ($status, $body, $headers) = fetch('/token');
    my $claims = JSON::PP::decode_json((jwt_parts(token_of($body)))[1]);
    my $hash = Digest::SHA::sha256_hex($claims->{jti});
    return $claims->{jti} =~ /^[\w-]{22}$/ && $headers->{'x-hash'} eq $hash
           ? 'the hash' : "$claims->{jti} $hash $headers->{'x-hash'}";
}
--- response_body chomp
the hash



=== TEST 3: none without a jti
--- services
jwt_issuer_service demo {
    key file $TEST_NGINX_KEYS/p256.pem;
    claim nested '{"a":1,"jti":"yyyyyyyyyyyyyyyyyyyyyy"}' json;
}
--- config
location = /token {
    add_header X-Hash "[$jwt_issuer_jti_hash]";
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- request
GET /token
--- response_headers
X-Hash: []



=== TEST 4: a token that went upstream is logged, although another location answers
--- services
log_format audit '$uri $jwt_issuer_service $jwt_issuer_kid $jwt_issuer_cache [$jwt_issuer_error]';
--- service
--- config
access_log logs/audit2.log audit;
proxy_intercept_errors on;
location = /up { access_log off; return 404; }
location = /api {
    jwt_issuer_inject demo;
    proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/up;
    error_page 404 = /sorry;
}
location = /sorry { return 200 "[$jwt_issuer_token|$jwt_issuer_kid|$jwt_issuer_error]"; }
location = /audit { access_log off; alias $TEST_NGINX_SERVER_ROOT/logs/audit2.log; }
--- pipelined_requests eval
[ "GET /api", "GET /audit" ]
--- response_body_like eval
[ '^\[\|\|\]$', '^/sorry demo [\w-]{43} \w+ \[-\]\n$' ]



=== TEST 5: why there was none, in the page and in the log
--- services
log_format audit '$uri $jwt_issuer_service [$jwt_issuer_kid] [$jwt_issuer_error]';
--- service
--- config
access_log logs/audit3.log audit;
location = /api {
    jwt_issuer_inject demo;
    jwt_issuer_require $arg_ok;
    proxy_pass http://127.0.0.1:1;
    error_page 403 = /sorry;
}
location = /sorry { return 200 "[$jwt_issuer_token|$jwt_issuer_error]"; }
location = /other { return 200 "[$jwt_issuer_error]"; }
location = /audit { access_log off; alias $TEST_NGINX_SERVER_ROOT/logs/audit3.log; }
--- pipelined_requests eval
[ "GET /api", "GET /other", "GET /audit" ]
--- error_code eval
[ 200, 200, 200 ]
--- response_body_like eval
[ '^\[\|access_denied\]$', '^\[\]$', '^/sorry - \[-\] \[access_denied\]\n/other - \[-\] \[-\]\n$' ]
