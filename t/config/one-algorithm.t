# A key signs with one algorithm only (RFC 8725, 3.1): verifiers find it by its
# kid, and the JWKS says one "alg" for it.  Fails when services_check_kids() is
# not called.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: one RSA key for RS256 and RS512
--- services
jwt_issuer_service one {
    key file $TEST_NGINX_KEYS/rsa.pem;
    algorithm RS256;
}
jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/rsa.pem;
    algorithm RS512;
}
--- refused eval
qr/key of service "\w+" is used with another algorithm by service "\w+"/



=== TEST 2: one RSA key for RS512, the default, and PS512
--- services
jwt_issuer_service one {
    key file $TEST_NGINX_KEYS/rsa.pem;
    
}
jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/rsa.pem;
    algorithm PS512;
}
--- refused eval
qr/key of service "\w+" is used with another algorithm by service "\w+"/



=== TEST 3: one Ed25519 key by its two names
--- services
jwt_issuer_service one {
    key file $TEST_NGINX_KEYS/ed25519.pem;
    
}
jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/ed25519.pem;
    algorithm Ed25519;
}
--- refused eval
qr/key of service "\w+" is used with another algorithm by service "\w+"/



=== TEST 4: one secret for two algorithms
--- services
jwt_issuer_service one {
    key file $TEST_NGINX_KEYS/hmac64;
    algorithm HS256;
}
jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/hmac64;
    algorithm HS512;
}
--- refused eval
qr/key of service "\w+" is used with another algorithm by service "\w+"/



=== TEST 5: one key in two forms
--- services
jwt_issuer_service one {
    key file $TEST_NGINX_KEYS/rsa.pem;
    algorithm RS256;
}
jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/rsa.der;
    
}
--- refused eval
qr/key of service "\w+" is used with another algorithm by service "\w+"/



=== TEST 6: one key with one algorithm is published once
--- services
jwt_issuer_service one {
    key file $TEST_NGINX_KEYS/rsa.pem;
}
jwt_issuer_service two {
    key file $TEST_NGINX_KEYS/rsa.b64;
    algorithm RS512;
}
--- config
location = /jwks {
    jwt_issuer_jwks;
}
--- request
GET /jwks
--- response_body_filters eval: \&jwks
--- response_body
RSA RS512 sig kid n e
