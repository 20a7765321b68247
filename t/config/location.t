# The other directives of locations: jwt_issuer_require, jwt_issuer_wait and
# jwt_issuer_jwks.  Fails when a check of require(), jwks() or jwks_check() is
# taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: require: off beside a value
--- service
--- config
location = /x {
    jwt_issuer_require off $arg_a;
}
--- refused
"jwt_issuer_require" directive takes no values with "off"



=== TEST 2: require: off behind a value
--- service
--- config
location = /x {
    jwt_issuer_require $arg_a off;
}
--- refused
"jwt_issuer_require" directive takes no values with "off"



=== TEST 3: require: an empty value
--- service
--- config
location = /x {
    jwt_issuer_require $arg_a "";
}
--- refused
"jwt_issuer_require" directive has an empty value



=== TEST 4: require: no value
--- service
--- config
location = /x {
    jwt_issuer_require;
}
--- refused
invalid number of arguments in "jwt_issuer_require" directive



=== TEST 5: require: the directive twice
--- service
--- config
location = /x {
    jwt_issuer_require $arg_a;
    jwt_issuer_require $arg_b;
}
--- refused
"jwt_issuer_require" directive is duplicate



=== TEST 6: require: off twice
--- service
--- config
location = /x {
    jwt_issuer_require off;
    jwt_issuer_require off;
}
--- refused
"jwt_issuer_require" directive is duplicate



=== TEST 7: wait: no time
--- service
--- config
location = /x {
    jwt_issuer_wait long;
}
--- refused
"jwt_issuer_wait" directive invalid value



=== TEST 8: wait: two times
--- service
--- config
location = /x {
    jwt_issuer_wait 1s 2s;
}
--- refused
invalid number of arguments in "jwt_issuer_wait" directive



=== TEST 9: wait: the directive twice
--- service
--- config
location = /x {
    jwt_issuer_wait 1s;
    jwt_issuer_wait 1s;
}
--- refused
"jwt_issuer_wait" directive is duplicate



=== TEST 10: wait: not in an if block
--- service
--- config
location = /x {
    if ($arg_a) {
        jwt_issuer_wait 1s;
    }
}
--- refused
"jwt_issuer_wait" directive is not allowed here



=== TEST 11: jwks: a service that is not there
--- service
--- config
location = /x {
    jwt_issuer_jwks demo other;
}
--- refused
unknown jwt service "other"



=== TEST 12: jwks: a variable
--- service
--- config
location = /x {
    jwt_issuer_jwks $arg_a;
}
--- refused
unknown jwt service "$arg_a"



=== TEST 13: jwks: a service twice is published once
--- service
--- config
location = /x {
    jwt_issuer_jwks demo demo;
}
--- request
GET /x
--- response_body_filters eval: \&jwks
--- response_body
OKP EdDSA sig Ed25519 kid x



=== TEST 14: jwks: the directive twice
--- service
--- config
location = /x {
    jwt_issuer_jwks;
    jwt_issuer_jwks demo;
}
--- refused
"jwt_issuer_jwks" directive is duplicate



=== TEST 15: jwks: no service at all
--- config
location /x {
    jwt_issuer_jwks;
}
--- refused
no "jwt_issuer_service" is configured



=== TEST 16: jwks: of a whole server
--- service
--- config
jwt_issuer_jwks;
--- refused
"jwt_issuer_jwks" directive is not allowed here



=== TEST 17: jwt_issuer_token beside proxy_pass: the request would go on without its token
--- service
--- config
location = /x {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    jwt_issuer_inject demo;
    proxy_pass http://127.0.0.1:1;
}
--- refused
"jwt_issuer_token" and another content handler in one location



=== TEST 18: jwt_issuer_jwks beside proxy_pass: the request would go on without its token
--- service
--- config
location = /x {
    jwt_issuer_jwks;
    jwt_issuer_inject demo;
    proxy_pass http://127.0.0.1:1;
}
--- refused
"jwt_issuer_jwks" and another content handler in one location



=== TEST 19: jwks: an environment that the service is not in
--- services
jwt_issuer_service demo {
    environment dev;
    key file $TEST_NGINX_KEYS/ed25519.pem;
}
--- config
location = /x {
    jwt_issuer_jwks demo environment=prod;
}
--- refused
unknown jwt service "demo/prod"



=== TEST 20: jwks: an environment without services
--- services
jwt_issuer_service demo {
    environment dev;
    key file $TEST_NGINX_KEYS/ed25519.pem;
}
--- config
location = /x {
    jwt_issuer_jwks environment=prod;
}
--- refused
no jwt service is in the environment "prod"



=== TEST 21: jwks: services that have an environment are not without one
--- services
jwt_issuer_service demo {
    environment dev;
    key file $TEST_NGINX_KEYS/ed25519.pem;
}
--- config
location = /x {
    jwt_issuer_jwks demo environment=;
}
--- refused
unknown jwt service "demo"



=== TEST 22: jwks: an unknown parameter
--- service
--- config
location = /x {
    jwt_issuer_jwks demo foo=x;
}
--- refused
unknown parameter "foo=x"



=== TEST 23: jwks: a parameter twice
--- service
--- config
location = /x {
    jwt_issuer_jwks demo environment=dev environment=dev;
}
--- refused
duplicate parameter "environment=dev"



=== TEST 24: jwks: a name behind the parameter
--- service
--- config
location = /x {
    jwt_issuer_jwks environment= demo;
}
--- refused
unknown parameter "demo"
