# The times of a service have to fit together: a key that is retired before its
# tokens expire, or stale before it is fetched again, is a fault that shows only
# days later.  Fails when a line of settings_check() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: lifetime that is no time
--- service
lifetime soon;
--- refused
"lifetime" directive invalid value



=== TEST 2: backdate that is no time
--- service
backdate soon;
--- refused
"backdate" directive invalid value



=== TEST 3: not_before that is no time
--- service
not_before soon;
--- refused
"not_before" directive invalid value



=== TEST 4: refresh that is no time
--- service
refresh soon;
--- refused
"refresh" directive invalid value



=== TEST 5: stale that is no time
--- service
stale soon;
--- refused
"stale" directive invalid value



=== TEST 6: activate_after that is no time
--- service
activate_after soon;
--- refused
"activate_after" directive invalid value



=== TEST 7: retire that is no time
--- service
retire soon;
--- refused
"retire" directive invalid value



=== TEST 8: lifetime has no parts of a second
--- service
lifetime 1500ms;
--- refused
"lifetime" directive invalid value



=== TEST 9: backdate has no parts of a second
--- service
backdate 1500ms;
--- refused
"backdate" directive invalid value



=== TEST 10: not_before has no parts of a second
--- service
not_before 1500ms;
--- refused
"not_before" directive invalid value



=== TEST 11: a negative time is refused
--- service
backdate -1s;
--- refused
"backdate" directive invalid value



=== TEST 12: a time beyond what nginx can count
--- service
lifetime 99999999999999999999s;
--- refused
"lifetime" directive invalid value



=== TEST 13: a token lives at least a second
--- service
lifetime 0;
--- refused
"lifetime" must be between 1s and 1d in service "demo"



=== TEST 14: a token lives at most a day
--- service
lifetime 86401s;
--- refused
"lifetime" must be between 1s and 1d in service "demo"



=== TEST 15: iat is not set back as far as exp
--- service
lifetime 1m;
backdate 60s;
--- refused
"backdate" must be less than "lifetime" in service "demo"



=== TEST 16: nbf is not as late as exp
--- service
lifetime 1m;
not_before 60s;
--- refused
"not_before" must be less than "lifetime" in service "demo"



=== TEST 17: a key is not fetched more often than once a second
--- service
refresh 999ms;
--- refused
"refresh" must be between 1s and 30d in service "demo"



=== TEST 18: a key is fetched at least once in 30 days
--- service
refresh 2592001s;
stale 30d;
--- refused
"refresh" must be between 1s and 30d in service "demo"



=== TEST 19: a key may not be stale before it is fetched again
--- service
refresh 10s;
stale 11999ms;
--- refused
"stale" must be at least 1.2 times "refresh" and at most 30d in service "demo"



=== TEST 20: a key is stale after 30 days at most
--- service
stale 2592001s;
--- refused
"stale" must be at least 1.2 times "refresh" and at most 30d in service "demo"



=== TEST 21: a key signs after 30 days at most
--- service
activate_after 2592001s;
--- refused
"activate_after" must be at most 30d in service "demo"



=== TEST 22: a key is published as long as its tokens live
--- service
lifetime 10m;
retire 599s;
--- refused
"retire" must be at least "lifetime" and at most 30d in service "demo"



=== TEST 23: a key is retired after 30 days at most
--- service
retire 2592001s;
--- refused
"retire" must be at least "lifetime" and at most 30d in service "demo"



=== TEST 24: the times at their bounds are accepted
--- service
lifetime 1d;
backdate 86399s;
not_before 86399s;
refresh 10s;
stale 12s;
activate_after 30d;
retire 1d;
--- request
GET /token
--- response_body_filters eval: claims()
--- response_body
{}



=== TEST 25: defaults are checked where a service inherits them
--- services
jwt_issuer_defaults { lifetime 1m; }
jwt_issuer_service demo {
    key file $TEST_NGINX_KEYS/ed25519.pem;
    backdate 2m;
}
--- refused
"backdate" must be less than "lifetime" in service "demo"



=== TEST 26: a max-age that is no time
--- services
jwt_issuer_jwks_max_age soon;
--- refused
"jwt_issuer_jwks_max_age" directive invalid value



=== TEST 27: a max-age is said once
--- services
jwt_issuer_jwks_max_age 1m;
jwt_issuer_jwks_max_age 2m;
--- refused
"jwt_issuer_jwks_max_age" directive is duplicate



=== TEST 28: a max-age longer than any key is published
--- services
jwt_issuer_jwks_max_age 31d;
--- service
--- refused
"jwt_issuer_jwks_max_age" must be



=== TEST 29: a max-age that overflows in milliseconds
--- services
jwt_issuer_jwks_max_age 18446744073709552;
--- service
--- refused
"jwt_issuer_jwks_max_age" must be
