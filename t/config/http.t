# The directives of the http block.  Fails when a check of set_zone() or
# set_environment() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: the zone needs a size
--- services
jwt_issuer_zone jwt;
--- refused
invalid zone "jwt", it must be "name:size"



=== TEST 2: the zone needs a name
--- services
jwt_issuer_zone :4m;
--- refused
invalid zone ":4m", it must be "name:size"



=== TEST 3: a size that is none
--- services
jwt_issuer_zone jwt:big;
--- refused
invalid zone size "jwt:big"



=== TEST 4: an empty size
--- services
jwt_issuer_zone jwt:;
--- refused
invalid zone size "jwt:"



=== TEST 5: a zone of less than 8 pages
--- services
jwt_issuer_zone jwt:31k;
--- refused
zone "jwt:31k" is too small, the least is 32768 bytes



=== TEST 6: the zone is said once
--- services
jwt_issuer_zone jwt:1m;
jwt_issuer_zone jwt:1m;
--- refused
"jwt_issuer_zone" directive is duplicate



=== TEST 7: the zone has one argument
--- services
jwt_issuer_zone jwt 4m;
--- refused
invalid number of arguments in "jwt_issuer_zone" directive



=== TEST 8: a zone of another module
--- services
limit_req_zone $uri zone=jwt:1m rate=1r/s;
jwt_issuer_zone jwt:1m;
--- service
--- must_die
--- error_log
the shared memory zone "jwt" is already declared for a different use



=== TEST 9: the environment is said once
--- services
jwt_issuer_environment dev;
jwt_issuer_environment dev;
--- refused
"jwt_issuer_environment" directive is duplicate



=== TEST 10: an environment is a name
--- services
jwt_issuer_environment a/b;
--- refused
invalid environment name "a/b"



=== TEST 11: an empty environment
--- services
jwt_issuer_environment "";
--- refused
invalid environment name ""



=== TEST 12: an environment of a service is a name
--- service
environment ../dev;
--- refused
invalid environment name "../dev"



=== TEST 13: an environment of the defaults is a name
--- services
jwt_issuer_defaults { environment $host; }
--- refused
invalid environment name "$host"



=== TEST 14: jwt_issuer_zone belongs to the http block
--- config
jwt_issuer_zone a:1m;
--- refused
"jwt_issuer_zone" directive is not allowed here



=== TEST 15: jwt_issuer_environment belongs to the http block
--- config
jwt_issuer_environment a;
--- refused
"jwt_issuer_environment" directive is not allowed here



=== TEST 16: jwt_issuer_jwks_max_age belongs to the http block
--- config
jwt_issuer_jwks_max_age 1m;
--- refused
"jwt_issuer_jwks_max_age" directive is not allowed here



=== TEST 17: core dumps are on or off
--- services
jwt_issuer_core_dump maybe;
--- refused
invalid value "maybe" in "jwt_issuer_core_dump" directive



=== TEST 18: and not both
--- services
jwt_issuer_core_dump on;
jwt_issuer_core_dump off;
--- refused
"jwt_issuer_core_dump" directive is duplicate



=== TEST 19: jwt_issuer_core_dump belongs to the http block
--- config
jwt_issuer_core_dump on;
--- refused
"jwt_issuer_core_dump" directive is not allowed here
