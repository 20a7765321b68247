# Every algorithm makes tokens that three implementations which are not ours
# accept with the key that this server publishes under their kid: PyJWT, jwcrypto
# (which also computes the thumbprint) and the openssl command.  Fails when a
# salt length, a hash, the form of an ECDSA signature or a member of the JWKS is
# changed.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: RS256
--- named: alg1
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm RS256;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'RS256', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"RS256","typ":"JWT","kid":"KID"}
{"sub":"alg1","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 2: RS384
--- named: alg2
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm RS384;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'RS384', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"RS384","typ":"JWT","kid":"KID"}
{"sub":"alg2","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 3: RS512
--- named: alg3
--- service
key file $TEST_NGINX_KEYS/rsa3072.pem;
algorithm RS512;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'RS512', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"alg3","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 4: PS256
--- named: alg4
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm PS256;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'PS256', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"PS256","typ":"JWT","kid":"KID"}
{"sub":"alg4","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 5: PS384
--- named: alg5
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm PS384;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'PS384', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"PS384","typ":"JWT","kid":"KID"}
{"sub":"alg5","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 6: PS512
--- named: alg6
--- service
key file $TEST_NGINX_KEYS/rsa4096.pem;
algorithm PS512;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'PS512', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"PS512","typ":"JWT","kid":"KID"}
{"sub":"alg6","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 7: ES256
--- named: alg7
--- service
key file $TEST_NGINX_KEYS/p256.pem;
algorithm ES256;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'ES256', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"alg7","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 8: ES384
--- named: alg8
--- service
key file $TEST_NGINX_KEYS/p384.pem;
algorithm ES384;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'ES384', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"ES384","typ":"JWT","kid":"KID"}
{"sub":"alg8","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 9: ES512
--- named: alg9
--- service
key file $TEST_NGINX_KEYS/p521.pem;
algorithm ES512;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'ES512', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"ES512","typ":"JWT","kid":"KID"}
{"sub":"alg9","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 10: EdDSA
--- named: alg10
--- service
key file $TEST_NGINX_KEYS/ed25519.pem;
algorithm EdDSA;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'EdDSA', by => 'pyjwt,jwcrypto,openssl')
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"alg10","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 11: Ed25519
--- named: alg11
--- service
key file $TEST_NGINX_KEYS/ed25519.pem;
algorithm Ed25519;
--- request
GET /token
--- response_body_filters eval
verified(algorithm => 'Ed25519', by => 'pyjwt,openssl')
--- response_body
verified
{"alg":"Ed25519","typ":"JWT","kid":"KID"}
{"sub":"alg11","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 12: HS256, whose secret is not published
--- named: alg12
--- service
key file $TEST_NGINX_KEYS/hmac32;
algorithm HS256;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
sub { $_[0] =~ /keys/ ? $_[0]
      : verified(algorithm => 'HS256', by => 'pyjwt,jwcrypto',
                 secret => keys_dir() . '/hmac32')->($_[0]) }
--- response_body eval
[ qq(verified\n{"alg":"HS256","typ":"JWT","kid":"KID"}\n)
  . qq({"sub":"alg12","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}\n),
  '{"keys":[]}' ]



=== TEST 13: HS384, whose secret is not published
--- named: alg13
--- service
key file $TEST_NGINX_KEYS/hmac48;
algorithm HS384;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
sub { $_[0] =~ /keys/ ? $_[0]
      : verified(algorithm => 'HS384', by => 'pyjwt,jwcrypto',
                 secret => keys_dir() . '/hmac48')->($_[0]) }
--- response_body eval
[ qq(verified\n{"alg":"HS384","typ":"JWT","kid":"KID"}\n)
  . qq({"sub":"alg13","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}\n),
  '{"keys":[]}' ]



=== TEST 14: HS512, whose secret is not published
--- named: alg14
--- service
key file $TEST_NGINX_KEYS/hmac64;
algorithm HS512;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
sub { $_[0] =~ /keys/ ? $_[0]
      : verified(algorithm => 'HS512', by => 'pyjwt,jwcrypto',
                 secret => keys_dir() . '/hmac64')->($_[0]) }
--- response_body eval
[ qq(verified\n{"alg":"HS512","typ":"JWT","kid":"KID"}\n)
  . qq({"sub":"alg14","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}\n),
  '{"keys":[]}' ]



=== TEST 15: rsa signs with RS512 where no algorithm is named
--- named: alg15
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
[ jose('alg'), sub { $_[0] =~ /"alg":("[^"]+")/ ? "$1\n" : $_[0] } ]
--- response_body eval
[ qq("RS512"\n), qq("RS512"\n) ]



=== TEST 16: p256 signs with ES256 where no algorithm is named
--- named: alg16
--- service
key file $TEST_NGINX_KEYS/p256.pem;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
[ jose('alg'), sub { $_[0] =~ /"alg":("[^"]+")/ ? "$1\n" : $_[0] } ]
--- response_body eval
[ qq("ES256"\n), qq("ES256"\n) ]



=== TEST 17: p384 signs with ES384 where no algorithm is named
--- named: alg17
--- service
key file $TEST_NGINX_KEYS/p384.pem;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
[ jose('alg'), sub { $_[0] =~ /"alg":("[^"]+")/ ? "$1\n" : $_[0] } ]
--- response_body eval
[ qq("ES384"\n), qq("ES384"\n) ]



=== TEST 18: p521 signs with ES512 where no algorithm is named
--- named: alg18
--- service
key file $TEST_NGINX_KEYS/p521.pem;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
[ jose('alg'), sub { $_[0] =~ /"alg":("[^"]+")/ ? "$1\n" : $_[0] } ]
--- response_body eval
[ qq("ES512"\n), qq("ES512"\n) ]



=== TEST 19: ed25519 signs with EdDSA where no algorithm is named
--- named: alg19
--- service
key file $TEST_NGINX_KEYS/ed25519.pem;
--- request eval
[ "GET /token", "GET /jwks" ]
--- response_body_filters eval
[ jose('alg'), sub { $_[0] =~ /"alg":("[^"]+")/ ? "$1\n" : $_[0] } ]
--- response_body eval
[ qq("EdDSA"\n), qq("EdDSA"\n) ]
