# Errors that are found when all blocks were read must still name the file and the
# line of the block, and nginx's own "in FILE:LINE" must not name the end of the
# http block instead.  Fails when a message of services_init() and what it calls
# does not use place_error().

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: a broken key in an included file
--- http_config
include $TEST_NGINX_SERVER_ROOT/html/services.conf;
--- user_files
>>> services.conf
# a comment
jwt_issuer_service one { key file $TEST_NGINX_KEYS/rsa.pem; }

jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/rsa1024.pem;
}
--- config
--- must_die
--- error_log eval
qr/in service "two": RSA key is shorter than 2048 bits in \S+\/html\/services.conf:4$/



=== TEST 2: a missing file in an included file
--- http_config
include $TEST_NGINX_SERVER_ROOT/html/services.conf;
--- user_files
>>> services.conf
# a comment
jwt_issuer_service one { key file $TEST_NGINX_KEYS/rsa.pem; }

jwt_issuer_service two {
    key file /no/such/file;
}
--- config
--- must_die
--- error_log eval
qr/No such file or directory\) in \S+\/html\/services.conf:4$/



=== TEST 3: times that do not fit
--- http_config
include $TEST_NGINX_SERVER_ROOT/html/services.conf;
--- user_files
>>> services.conf

jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/rsa.pem;
    lifetime 2d;
}
--- config
--- must_die
--- error_log eval
qr/"lifetime" must be between 1s and 1d in service "two" in \S+\/html\/services.conf:2$/



=== TEST 4: a service without a key
--- http_config
include $TEST_NGINX_SERVER_ROOT/html/services.conf;
--- user_files
>>> services.conf


jwt_issuer_service two {
    lifetime 2h;
}
--- config
--- must_die
--- error_log eval
qr/no "key" in service "two" in \S+\/html\/services.conf:3$/



=== TEST 5: the second of two services of one name
--- http_config
include $TEST_NGINX_SERVER_ROOT/html/services.conf;
--- user_files
>>> services.conf
jwt_issuer_service two { key file $TEST_NGINX_KEYS/rsa.pem; }
jwt_issuer_service one { key file $TEST_NGINX_KEYS/p256.pem; }
jwt_issuer_service two { key file $TEST_NGINX_KEYS/rsa.pem; }
--- config
--- must_die
--- error_log eval
qr/duplicate service "two" in \S+\/html\/services.conf:3$/



=== TEST 6: a variable that is not set
--- http_config
include $TEST_NGINX_SERVER_ROOT/html/services.conf;
--- user_files
>>> services.conf
jwt_issuer_service two {
    key env JWT_ISSUER_NOT_SET;
}
--- config
--- must_die
--- error_log eval
qr/"JWT_ISSUER_NOT_SET" is not set in service "two" in \S+\/html\/services.conf:1$/



=== TEST 7: a location without require
--- service
--- config
include $TEST_NGINX_SERVER_ROOT/html/location.conf;
--- user_files
>>> location.conf
location = /token {

    jwt_issuer_token demo;
}
--- must_die
--- error_log eval
qr/would give tokens to everybody in \S+\/html\/location.conf:3$/



=== TEST 8: an unknown service in a location
--- service
--- config
include $TEST_NGINX_SERVER_ROOT/html/location.conf;
--- user_files
>>> location.conf
location = /jwks {
    jwt_issuer_jwks
        other;
}
--- must_die
--- error_log eval
qr/unknown jwt service "other" in \S+\/html\/location.conf:3$/



=== TEST 9: an error inside a file that a service block includes
--- service
include $TEST_NGINX_SERVER_ROOT/html/common.conf;
--- user_files
>>> common.conf
lifetime 5m;
algorithm RS1;
--- config
--- must_die
--- error_log eval
qr/unknown algorithm "RS1" in \S+\/html\/common.conf:2$/
