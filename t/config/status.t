# jwt_issuer_status in the configuration: what nginx -t refuses.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: an unknown format
--- service
--- config
location = /s { jwt_issuer_status format=xml; }
--- refused
invalid parameter "format=xml": it must be "json", "prometheus" or "html"



=== TEST 2: an empty format
--- service
--- config
location = /s { jwt_issuer_status format=; }
--- refused
invalid parameter "format=": it must be



=== TEST 3: an unknown parameter
--- service
--- config
location = /s { jwt_issuer_status json; }
--- refused
unknown parameter "json"



=== TEST 4: twice
--- service
--- config
location = /s { jwt_issuer_status; jwt_issuer_status; }
--- refused
"jwt_issuer_status" directive is duplicate



=== TEST 5: beside another content handler
--- service
--- config
location = /s { jwt_issuer_status; jwt_issuer_jwks; }
--- refused
"jwt_issuer_status" and another content handler in one location



=== TEST 6: without a service
--- config
location = /s { jwt_issuer_status; }
--- refused
no "jwt_issuer_service" is configured



=== TEST 7: in a server
--- service
--- config
jwt_issuer_status;
--- refused
"jwt_issuer_status" directive is not allowed here
