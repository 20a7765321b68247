# A zone that cannot hold the keys of all services stops nginx at start, not later
# when one of them rotates.  Fails when attach() ignores that there is no memory.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
expect_alert('zone "jwt" of 32768 bytes is too small');
run_tests();

__DATA__

=== TEST 1: the smallest zone is too small for 40 services
--- services eval
"jwt_issuer_zone jwt:32k;\n"
. "@{[ map { qq(jwt_issuer_service s$_ { key file \$TEST_NGINX_KEYS/rsa4096.pem; }\n) } 1 .. 40 ]}"
--- config
--- must_die
--- error_log
jwt issuer zone "jwt" of 32768 bytes is too small for the keys of 40 services



=== TEST 2: the smallest zone is enough for one
--- services
jwt_issuer_zone jwt:32k;
--- service
key file $TEST_NGINX_KEYS/rsa4096.pem;
--- request
GET /token
--- response_body_filters eval: jose('alg')
--- response_body
{"alg":"RS512"}



=== TEST 3: the default zone is enough for 200
--- services eval
"@{[ map { qq(jwt_issuer_service s$_ { key file \$TEST_NGINX_KEYS/p256.pem; }\n) } 1 .. 200 ]}"
--- config
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require off;
}
--- pipelined_requests eval
[ "GET /token?s=s1", "GET /token?s=s200", "GET /token?s=s201" ]
--- error_code eval
[ 200, 200, 400 ]
