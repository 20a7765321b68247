# RFC 8707: "resource" is an absolute URI without fragment, and chooses a service
# only where the configuration says so; what a client says is no audience.  Fails
# when the check of form_read() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

our $form = 'Content-Type: application/x-www-form-urlencoded';

our $services = <<'EOC';
map $jwt_issuer_form_resource $target {
    https://ledger.example.com/  ledger;
    urn:example:mail             mail;
}
jwt_issuer_service ledger {
    key file $TEST_NGINX_KEYS/p256.pem;
    audience https://ledger.example.com/;
}
jwt_issuer_service mail {
    key file $TEST_NGINX_KEYS/p256.pem;
    audience urn:example:mail;
}
EOC

our $config = <<'EOC';
location = /token { jwt_issuer_token $target; jwt_issuer_require off; }
location = /fixed { jwt_issuer_token mail; jwt_issuer_require off; }
EOC

run_tests();

__DATA__

=== TEST 1: a map chooses the service, and its audience is the resource
--- http_config eval: $main::services
--- config eval: $main::config
--- more_headers eval: $main::form
--- request eval
[ map { "POST /token\nresource=$_" } "https://ledger.example.com/",
  "https%3A%2F%2Fledger.example.com%2F", "urn:example:mail" ]
--- response_body_filters eval: claims('aud', 'sub')
--- response_body eval
[ (qq({"aud":"https://ledger.example.com/","sub":"ledger"}\n)) x 2,
  qq({"aud":"urn:example:mail","sub":"mail"}\n) ]



=== TEST 2: unknown and missing ones are alike
--- http_config eval: $main::services
--- config eval: $main::config
--- more_headers eval: $main::form
--- request eval
[ map { "POST /token\n$_" } "resource=https://other.example.com/", "resource=",
  "a=b" ]
--- error_code eval
[ (400) x 3 ]
--- response_body eval
[ ('{"error":"invalid_target","error_description":"no such service"}') x 3 ]



=== TEST 3: malformed ones
--- http_config eval: $main::services
--- config eval: $main::config
--- more_headers eval: $main::form
--- request eval
[ map { "POST /fixed\nresource=$_" } "ledger", "/ledger", "//ledger.example.com/",
  "https://ledger.example.com/%23a", "https://ledger.example.com/%2520%20",
  "urn:a%0d%0ab", "https://a/%c3%a4" ]
--- error_code eval
[ (400) x 7 ]
--- response_body eval
[ ('{"error":"invalid_target","error_description":'
   . '"resource must be an absolute URI without fragment"}') x 7 ]



=== TEST 4: two of them are a repeated parameter
--- http_config eval: $main::services
--- config eval: $main::config
--- more_headers eval: $main::form
--- request
POST /token
resource=urn:example:mail&resource=https://ledger.example.com/
--- error_code: 400
--- response_body_like: invalid_request.*a parameter is repeated



=== TEST 5: where nothing asks for it, it changes nothing
--- http_config eval: $main::services
--- config eval: $main::config
--- more_headers eval: $main::form
--- request
POST /fixed
resource=https://ledger.example.com/&audience=x&aud=y&sub=z&client_id=q
--- response_body_filters eval: claims('aud', 'sub', 'client_id')
--- response_body
{"aud":"urn:example:mail","sub":"mail"}
