# The claims of the three profiles, to the byte.  The service profile is what the
# consumers of the existing token service accept: its shape and order are a
# contract.  Fails when a member is added, left out or written in another type.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: the service profile
--- service
key file $TEST_NGINX_KEYS/rsa.b64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512')
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 2: rnd is a number of milliseconds of this very second
--- service
--- request eval
[ map { "GET /token?$_" } 1 .. 5 ]
--- response_body_filters eval
sub { my $claims = (jwt_parts(token_of($_[0])))[1];
      my ($rnd, $iat) = $claims =~ /^\{"sub":"demo","typ":"service","rnd":(\d{13}),"iat":(\d{10}),"exp":\d{10}\}$/;
      return !$rnd ? $claims : int($rnd / 1000) == $iat ? 'same' : 'other' }
--- response_body eval
[ ('same') x 5 ]



=== TEST 3: the plain profile has only what is configured
--- service
profile plain;
--- request
GET /token
--- response_body_filters eval: \&verified
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"iat":NOW,"exp":IAT+600}



=== TEST 4: the access_token profile is that of RFC 9068
--- service
profile access_token;
issuer https://issuer.example;
audience https://api.example;
--- request
GET /token
--- response_body_filters eval: verified(audience => 'https://api.example', issuer => 'https://issuer.example')
--- response_body
verified
{"alg":"EdDSA","typ":"at+jwt","kid":"KID"}
{"sub":"demo","iat":NOW,"exp":IAT+600,"iss":"https://issuer.example","aud":"https://api.example","client_id":"demo","jti":"JTI"}



=== TEST 5: client_id may be said
--- service
profile access_token;
issuer https://issuer.example;
audience a;
claim client_id other;
--- request
GET /token
--- response_body_filters eval: claims(qw( sub client_id ))
--- response_body
{"client_id":"other","sub":"demo"}



=== TEST 6: a jti is 128 bits, and another one each time
--- service
jti on;
--- request eval
[ map { "GET /token?$_" } 1 .. 5 ]
--- response_body_filters eval
sub { my ($jti) = (jwt_parts(token_of($_[0])))[1] =~ /"jti":"([\w-]{22})"/;
      our %seen; return $jti && !$seen{$jti}++ ? 'new' : 'no' }
--- response_body eval
[ ('new') x 5 ]
