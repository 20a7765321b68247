# The service block has its own table of directives, so nginx's usual checks
# (unknown, wrong number of arguments, repeated, not allowed here) are ours to
# make.  Fails when one of the checks in service_block() or block_directive()
# is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: a service has a name
--- services
jwt_issuer_service { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
invalid number of arguments in "jwt_issuer_service" directive



=== TEST 2: a service has one name only
--- services
jwt_issuer_service a b { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
invalid number of arguments in "jwt_issuer_service" directive



=== TEST 3: a name with a slash is refused
--- services
jwt_issuer_service a/b { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
invalid service name "a/b"



=== TEST 4: an empty name is refused
--- services
jwt_issuer_service "" { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
invalid service name ""



=== TEST 5: a name with a space is refused
--- services
jwt_issuer_service "a b" { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
invalid service name "a b"



=== TEST 6: a name of 65 characters is refused
--- services eval
"jwt_issuer_service " . "n" x 65 . " { key file \$TEST_NGINX_KEYS/rsa.pem; }"
--- refused eval
qr/invalid service name "n{65}"/



=== TEST 7: a name of 64 characters with all that is allowed is accepted
--- services eval
"jwt_issuer_service " . "A.z_0-9" . "n" x 57
. " { key file \$TEST_NGINX_KEYS/p256.pem; }"
--- config eval
"location = /token {
     jwt_issuer_token A.z_0-9" . "n" x 57 . ";
     jwt_issuer_require off;
 }"
--- request
GET /token
--- response_body_filters eval: claims('sub')
--- response_body eval
'{"sub":"A.z_0-9' . "n" x 57 . "\"}\n"



=== TEST 8: a variable is no name
--- services
jwt_issuer_service $host { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
invalid service name "$host"



=== TEST 9: a service needs a key
--- services
jwt_issuer_service demo { lifetime 5m; }
--- refused
no "key" in service "demo"



=== TEST 10: a service has one key
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
key file $TEST_NGINX_KEYS/p256.pem;
--- refused
"key" directive is duplicate



=== TEST 11: two services may not have one name
--- services
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/rsa.pem; }
--- service
--- refused
duplicate service "demo"



=== TEST 12: two services of one name may not be in one environment
--- services
jwt_issuer_environment dev;
jwt_issuer_service demo {
    key file $TEST_NGINX_KEYS/rsa.pem;
    environment dev;
}
--- service
--- refused
duplicate service "demo/dev"



=== TEST 13: an unknown directive inside is named
--- service
proxy_pass http://127.0.0.1;
--- refused
unknown directive "proxy_pass"



=== TEST 14: a directive of the module's own is unknown inside
--- service
jwt_issuer_wait 1s;
--- refused
unknown directive "jwt_issuer_wait"



=== TEST 15: a directive is not known by its beginning
--- service
life 5m;
--- refused
unknown directive "life"



=== TEST 16: a directive's name has one case
--- service
Lifetime 5m;
--- refused
unknown directive "Lifetime"



=== TEST 17: a directive without its value
--- service
lifetime;
--- refused
invalid number of arguments in "lifetime" directive



=== TEST 18: a directive with a value too many
--- service
lifetime 5m 6m;
--- refused
invalid number of arguments in "lifetime" directive



=== TEST 19: a claim without a value
--- service
claim scope;
--- refused
invalid number of arguments in "claim" directive



=== TEST 20: a claim with a value too many
--- service
claim scope a string b;
--- refused
invalid number of arguments in "claim" directive



=== TEST 21: a header with a type
--- service
header cty a string;
--- refused
invalid number of arguments in "header" directive



=== TEST 22: an audience without a value
--- service
audience;
--- refused
invalid number of arguments in "audience" directive



=== TEST 23: a key without its source's arguments
--- service
key file;
--- refused
"key file" takes the path of one file



=== TEST 24: many arguments are counted, too
--- service eval
"lifetime @{[ 1 .. 40 ]};"
--- refused
invalid number of arguments in "lifetime" directive



=== TEST 25: a block inside is refused
--- service
claim scope a { }
--- refused
unexpected "{"



=== TEST 26: a block that is not closed
--- services
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/rsa.pem;
--- refused
unexpected "{"



=== TEST 27: a service in a server block is refused
--- config
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
"jwt_issuer_service" directive is not allowed here



=== TEST 28: defaults have no key
--- services
jwt_issuer_defaults { key file $TEST_NGINX_KEYS/rsa.pem; }
--- refused
"key" directive is not allowed here



=== TEST 29: defaults are said once
--- services
jwt_issuer_defaults { lifetime 5m; }
jwt_issuer_defaults { lifetime 6m; }
--- refused
"jwt_issuer_defaults" directive is duplicate



=== TEST 30: defaults have no name
--- services
jwt_issuer_defaults all { lifetime 5m; }
--- refused
invalid number of arguments in "jwt_issuer_defaults" directive



=== TEST 31: include needs a file
--- service
include;
--- refused
invalid number of arguments in "include" directive



=== TEST 32: include takes one file
--- service
include a.conf b.conf;
--- refused
invalid number of arguments in "include" directive



=== TEST 33: environment is said once
--- service
environment dev;
environment dev;
--- refused
"environment" directive is duplicate



=== TEST 34: algorithm is said once
--- service
algorithm EdDSA;
algorithm EdDSA;
--- refused
"algorithm" directive is duplicate



=== TEST 35: lifetime is said once
--- service
lifetime 5m;
lifetime 5m;
--- refused
"lifetime" directive is duplicate



=== TEST 36: backdate is said once
--- service
backdate 1s;
backdate 1s;
--- refused
"backdate" directive is duplicate



=== TEST 37: not_before is said once
--- service
not_before 1s;
not_before 1s;
--- refused
"not_before" directive is duplicate



=== TEST 38: subject is said once
--- service
subject a;
subject a;
--- refused
"subject" directive is duplicate



=== TEST 39: issuer is said once
--- service
issuer a;
issuer a;
--- refused
"issuer" directive is duplicate



=== TEST 40: audience is said once
--- service
audience a;
audience a;
--- refused
"audience" directive is duplicate



=== TEST 41: profile is said once
--- service
profile plain;
profile plain;
--- refused
"profile" directive is duplicate



=== TEST 42: jti is said once
--- service
jti on;
jti on;
--- refused
"jti" directive is duplicate



=== TEST 43: refresh is said once
--- service
refresh 1m;
refresh 1m;
--- refused
"refresh" directive is duplicate



=== TEST 44: stale is said once
--- service
stale 1h;
stale 1h;
--- refused
"stale" directive is duplicate



=== TEST 45: activate_after is said once
--- service
activate_after 1m;
activate_after 1m;
--- refused
"activate_after" directive is duplicate



=== TEST 46: retire is said once
--- service
retire 1h;
retire 1h;
--- refused
"retire" directive is duplicate
