# What a token may not say is refused while the configuration is read, not with
# each request.  Fails when a check of claim_claim(), claim_header(),
# claim_push(), claim_audience() or settings_check() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: the registered claim iss is no further claim
--- service
profile plain;
claim iss x;
--- refused
claim "iss" has a directive of its own or is always set



=== TEST 2: the registered claim sub is no further claim
--- service
profile plain;
claim sub x;
--- refused
claim "sub" has a directive of its own or is always set



=== TEST 3: the registered claim aud is no further claim
--- service
profile plain;
claim aud x;
--- refused
claim "aud" has a directive of its own or is always set



=== TEST 4: the registered claim exp is no further claim
--- service
profile plain;
claim exp x;
--- refused
claim "exp" has a directive of its own or is always set



=== TEST 5: the registered claim nbf is no further claim
--- service
profile plain;
claim nbf x;
--- refused
claim "nbf" has a directive of its own or is always set



=== TEST 6: the registered claim iat is no further claim
--- service
profile plain;
claim iat x;
--- refused
claim "iat" has a directive of its own or is always set



=== TEST 7: the registered claim jti is no further claim
--- service
profile plain;
claim jti x;
--- refused
claim "jti" has a directive of its own or is always set



=== TEST 8: the service profile sets typ itself
--- service
claim typ x;
--- refused
"typ" is refused: name is reserved in service "demo"



=== TEST 9: the service profile sets rnd itself
--- service
claim rnd x;
--- refused
"rnd" is refused: name is reserved in service "demo"



=== TEST 10: typ is refused, too, when the claim is a default
--- services
jwt_issuer_defaults { claim typ x; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
--- refused
"typ" is refused: name is reserved in service "demo"



=== TEST 11: the header member alg is refused
--- service
header alg x;
--- refused
header "alg" may not be configured



=== TEST 12: the header member kid is refused
--- service
header kid x;
--- refused
header "kid" may not be configured



=== TEST 13: the header member b64 is refused
--- service
header b64 x;
--- refused
header "b64" may not be configured



=== TEST 14: the header member crit is refused
--- service
header crit x;
--- refused
header "crit" may not be configured



=== TEST 15: the header member jku is refused
--- service
header jku x;
--- refused
header "jku" may not be configured



=== TEST 16: the header member jwk is refused
--- service
header jwk x;
--- refused
header "jwk" may not be configured



=== TEST 17: the header member x5u is refused
--- service
header x5u x;
--- refused
header "x5u" may not be configured



=== TEST 18: the header member x5c is refused
--- service
header x5c x;
--- refused
header "x5c" may not be configured



=== TEST 19: the header member x5t is refused
--- service
header x5t x;
--- refused
header "x5t" may not be configured



=== TEST 20: the header member x5t#S256 is refused
--- service
header "x5t#S256" x;
--- refused
header "x5t#S256" may not be configured



=== TEST 21: two claims of one name
--- service
claim scope a;
claim scope b;
--- refused
duplicate name "scope"



=== TEST 22: two header members of one name
--- service
header cty a;
header cty b;
--- refused
duplicate name "cty"



=== TEST 23: a claim without a name
--- service
claim "" a;
--- refused
"claim" directive has an empty name



=== TEST 24: a header member without a name
--- service
header "" a;
--- refused
"header" directive has an empty name



=== TEST 25: a claim of an unknown type
--- service
claim scope a text;
--- refused
unknown claim type "text"



=== TEST 26: a claim of an empty type
--- service
claim scope a "";
--- refused
unknown claim type ""



=== TEST 27: 33 claims are too many
--- service eval
my $claims = "";
$claims .= "claim c$_ x;\n" for 1 .. 33;
$claims;
--- refused
"claim" directive is repeated too often



=== TEST 28: 17 audiences are too many
--- service eval
"audience " . "a " x 17 . ";"
--- refused
"audience" directive has too many values



=== TEST 29: an empty audience
--- service
audience a "";
--- refused
"audience" directive has an empty value



=== TEST 30: an unknown profile
--- service
profile oauth;
--- refused
invalid value "oauth"



=== TEST 31: an unknown switch for jti
--- service
jti yes;
--- refused
invalid value "yes" in "jti" directive, it must be "on" or "off"



=== TEST 32: access_token needs an issuer
--- service
profile access_token;
audience a;
--- refused
"profile access_token" requires "issuer" and "audience" in service "demo"



=== TEST 33: access_token needs an audience
--- service
profile access_token;
issuer a;
--- refused
"profile access_token" requires "issuer" and "audience" in service "demo"



=== TEST 34: access_token needs a jti
--- service
profile access_token;
issuer a;
audience a;
jti off;
--- refused
"profile access_token" requires "jti on" in service "demo"



=== TEST 35: a variable that nobody knows
--- service
subject $no_such_variable;
--- must_die
--- error_log
unknown "no_such_variable" variable



=== TEST 36: a variable in a claim that nobody knows
--- service
claim a $no_such_variable;
--- must_die
--- error_log
unknown "no_such_variable" variable



=== TEST 37: a constant subject that is empty
--- service
subject "";
--- refused
"sub" is refused: value is empty in service "demo"



=== TEST 38: a constant issuer that is empty
--- service
issuer "";
--- refused
"iss" is refused: value is empty in service "demo"



=== TEST 39: a constant number that is none
--- service
claim level high number;
--- refused
value is not a number



=== TEST 40: a constant boolean that is none
--- service
claim admin yes boolean;
--- refused
value is not a boolean



=== TEST 41: a constant JSON that is none
--- service
claim roles "[1," json;
--- refused
value is not JSON



=== TEST 42: a constant that is no UTF-8
--- service eval
"claim a \xff;"
--- refused
value is not valid UTF-8



=== TEST 43: a claim of a name that is no UTF-8
--- service eval
"claim \"\xff\" a;"
--- refused
name is not valid UTF-8
