# What jwt_issuer_metadata says, and how: configured, never from the Host header,
# true to the keys that are published, and for caches as the key set is (RFC 8414,
# OpenID Connect Discovery, K3-K5).  Fails when a member is taken from the
# request, a service of another issuer counts, or an empty list is written.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

our $services = <<'EOC';
jwt_issuer_defaults { issuer https://proxy.example.com; }
jwt_issuer_service rsa { key file $TEST_NGINX_KEYS/rsa.pem; }
jwt_issuer_service ec { key file $TEST_NGINX_KEYS/p256.pem; }
jwt_issuer_service hmac { key file $TEST_NGINX_KEYS/hmac64; algorithm HS256; }
jwt_issuer_service other {
    key file $TEST_NGINX_KEYS/ed25519.pem;
    issuer https://other.example.com;
}
jwt_issuer_service longer {
    key file $TEST_NGINX_KEYS/p521.pem;
    issuer https://proxy.example.com/edge;
}
jwt_issuer_service variable {
    key file $TEST_NGINX_KEYS/p384.pem;
    issuer https://$host;
}
EOC

our $config = <<'EOC';
location = /m { jwt_issuer_metadata https://proxy.example.com; }
EOC

our $says = '{"issuer":"https://proxy.example.com",'
    . '"jwks_uri":"https://proxy.example.com/.well-known/jwks.json",'
    . '"response_types_supported":["id_token"],'
    . '"subject_types_supported":["public"],'
    . '"id_token_signing_alg_values_supported":["RS512","ES256"]}';

run_tests();

__DATA__

=== TEST 1: without a token endpoint, of the services that have this issuer
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /m
--- response_body eval: $main::says



=== TEST 2: with everything
--- http_config eval: $main::services
--- config
location = /m {
    jwt_issuer_metadata https://proxy.example.com
        token=/oauth/token jwks=https://keys.example.com:8443/a%20b
        auth=tls_client_auth,client_secret_post,none;
}
--- request
GET /m
--- response_body eval
'{"issuer":"https://proxy.example.com",'
. '"jwks_uri":"https://keys.example.com:8443/a%20b",'
. '"token_endpoint":"https://proxy.example.com/oauth/token",'
. '"token_endpoint_auth_methods_supported":'
. '["tls_client_auth","client_secret_post","none"],'
. '"grant_types_supported":["client_credentials"],'
. '"response_types_supported":["id_token"],'
. '"subject_types_supported":["public"],'
. '"id_token_signing_alg_values_supported":["RS512","ES256"]}'



=== TEST 3: paths are at the issuer's host, whatever path it has
--- services
jwt_issuer_service rsa {
    key file $TEST_NGINX_KEYS/rsa.pem;
    issuer http://localhost:8080/edge/one;
}
--- config
location = /m {
    jwt_issuer_metadata http://localhost:8080/edge/one token=/t auth=none;
}
--- request
GET /m
--- response_body_like eval
quotemeta('{"issuer":"http://localhost:8080/edge/one",'
. '"jwks_uri":"http://localhost:8080/.well-known/jwks.json",'
. '"token_endpoint":"http://localhost:8080/t",')



=== TEST 4: who asks, and how, changes nothing
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
[ "GET /m", "GET /m?issuer=https://evil.example", "GET /m\nhello" ]
--- more_headers
Host: evil.example
X-Forwarded-Host: evil.example
X-Forwarded-Proto: http
--- response_body eval
[ ($main::says) x 3 ]



=== TEST 5: only secrets: no list of algorithms
--- services
jwt_issuer_service hmac {
    key file $TEST_NGINX_KEYS/hmac64; algorithm HS256;
    issuer https://proxy.example.com;
}
--- config eval: $main::config
--- request
GET /m
--- response_body_like: "subject_types_supported":\["public"\]\}$



=== TEST 6: what is said to caches and browsers
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
[ "GET /m", "HEAD /m" ]
--- response_headers eval
[ ("Content-Type: application/json
Cache-Control: public, max-age=300
Access-Control-Allow-Origin: *
Content-Length: " . length $main::says) x 2 ]
--- response_headers_like eval
[ ('ETag: "[\w-]{20,}"') x 2 ]
--- response_body eval
[ $main::says, '' ]



=== TEST 7: a client that has it gets 304
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /m
--- more_headers
If-None-Match: *
--- error_code: 304



=== TEST 8: other methods
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
[ "POST /m\na=b", "OPTIONS /m" ]
--- error_code eval
[ 405, 204 ]
--- response_headers eval
[ ("Allow: GET, HEAD, OPTIONS\nCache-Control: no-store") x 2 ]



=== TEST 9: inside of "if" it is the location's
--- http_config eval: $main::services
--- config
location = /m {
    jwt_issuer_metadata https://proxy.example.com;
    if ($arg_x) { set $y 1; }
}
--- request
GET /m?x=1
--- response_body eval: $main::says



=== TEST 10: jwt_issuer_require is not asked
--- http_config eval: $main::services
--- config eval
$main::config . 'jwt_issuer_require $arg_never;'
--- request
GET /m
--- error_code: 200



=== TEST 11: a token that the server injects everywhere has no business here
--- http_config eval: $main::services
--- config eval
$main::config . 'jwt_issuer_inject $arg_none;'
--- request
GET /m
--- error_code: 200
