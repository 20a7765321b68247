# The order of blocks does not matter: locations may come before the services,
# services before the defaults and before the environment, as files that are
# included in the order of their names have it.  Fails when names or defaults are
# looked up while a block is read.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
no_root_location();
run_tests();

__DATA__

=== TEST 1: all in the order that is least expected
--- http_config
server {
    listen unix:$TEST_NGINX_SERVER_ROOT/html/early.sock;

    location = /token {
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }

    location = /jwks {
        jwt_issuer_jwks demo;
    }
}

jwt_issuer_service demo {
    claim order $host;
    key file $TEST_NGINX_KEYS/p256.pem;
}

jwt_issuer_defaults {
    subject inherited;
    lifetime 7m;
}

jwt_issuer_zone other:1m;
jwt_issuer_environment dev;
--- config
location / {
    proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/early.sock;
    proxy_set_header Host early;
}
--- request
GET /token
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"inherited","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+420,"order":"early"}



=== TEST 2: the environment behind the service is the service's
--- services
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; }
jwt_issuer_environment dev;
--- config
location = /dev {
    jwt_issuer_token demo environment=dev;
    jwt_issuer_require off;
}
location = /any {
    jwt_issuer_token demo environment=$arg_e;
    jwt_issuer_require off;
}
--- pipelined_requests eval
[ "GET /dev", "GET /any?e=dev", "GET /any?e=prod" ]
--- error_code eval
[ 200, 200, 400 ]



=== TEST 3: the same error is found where locations come first
--- http_config
server {
    listen unix:$TEST_NGINX_SERVER_ROOT/html/early.sock;
    location = /token {
        jwt_issuer_token other;
        jwt_issuer_require off;
    }
}
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; }
--- refused
unknown jwt service "other"



=== TEST 4: defaults behind a service are checked with it
--- services
jwt_issuer_service demo {
    key file $TEST_NGINX_KEYS/p256.pem;
    backdate 2m;
}
jwt_issuer_defaults { lifetime 1m; }
--- refused
"backdate" must be less than "lifetime" in service "demo"
