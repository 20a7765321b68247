# The same service may be declared once for each environment.  Fails when
# service_find() takes the first of its name, or ignores an environment that is
# empty.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: the environment that is asked for
--- services
jwt_issuer_environment dev;
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; subject dev; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p384.pem; subject prod; environment prod; }
jwt_issuer_service single { key file $TEST_NGINX_KEYS/p521.pem; environment test; }
--- config
location = /default { jwt_issuer_token demo; jwt_issuer_require off; }
location = /prod { jwt_issuer_token demo environment=prod; jwt_issuer_require off; }
location = /single { jwt_issuer_token single; jwt_issuer_require off; }
location = /both { jwt_issuer_token $arg_s; jwt_issuer_require off; }
location = /asked { jwt_issuer_token $arg_s environment=$arg_e; jwt_issuer_require off; }
location = /fixed { jwt_issuer_token $arg_s environment=prod; jwt_issuer_require off; }
--- request eval
[ map { "GET /$_" } qw( default prod single both?s=demo both?s=single
    asked?s=demo&e=dev asked?s=demo&e=prod asked?s=single&e=test
    fixed?s=demo
    asked?s=demo&e=test asked?s=demo asked?s=single&e=dev asked?s=demo&e=DEV
    fixed?s=single asked?s=demo&e=.. ) ]
--- error_code eval
[ (200) x 9, (400) x 6 ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ (map { qq({"sub":"$_"}\n) } qw( dev prod single dev single dev prod single prod )),
  ('{"error":"invalid_target","error_description":"no such service"}') x 6 ]



=== TEST 2: two environments without a default one
--- services
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; environment dev; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p384.pem; environment prod; }
--- config
location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
location = /jwks { jwt_issuer_jwks demo; }
--- request eval
[ "GET /token?s=demo", "GET /jwks" ]
--- error_code eval
[ 400, 200 ]
--- response_body_filters eval
sub { $_[0] =~ /keys/ ? CORE::join('', sort split /^/, jwks($_[0])) : $_[0] }
--- response_body eval
[ '{"error":"invalid_target","error_description":"no such service"}', "EC ES256 sig P-256 kid x y\nEC ES384 sig P-384 kid x y\n" ]



=== TEST 3: two environments without a default one, asked for without one
--- services
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; environment dev; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p384.pem; environment prod; }
--- config
location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
--- refused
jwt service "demo" is in several environments, "environment=" must say which
