# The layer under the other suites: a filter that accepts everything would make
# all of them pass.  Tokens and key sets here are PyJWT's, not the module's.

use lib 't/lib';
use Test::JWTIssuer;

my $sign = "/usr/bin/python3 $ENV{TEST_NGINX_LIB}/sign.py";
my $key = keys_dir() . '/p256.pem';
my $kid = 'k' x 43;

chomp(our $token = `$sign $key ES256 kid=$kid sub=demo`);
chomp(our $jwks = `$sign --jwks $key ES256 kid=$kid`);

our $config = qq{
    location = /jwks { return 200 '$jwks'; }
    location = /private { return 200 '{"keys":[{"kty":"EC","d":"x"}]}'; }
    location = /good { return 200 '{"access_token":"$token"}'; }
    location = /bare { return 200 '$token'; }
};

# the last character of a signature may hold padding bits: change the first
(our $forged = $token) =~ s/\.([\w-])([\w-]+)$/'.' . ($1 eq 'A' ? 'B' : 'A') . $2/e;
$config .= "location = /forged { return 200 '$forged'; }";

# the token is as old as this file's tests, on a busy machine more than "NOW"
sub old {
    my $text = verified($_[0]);
    $text =~ s/"iat":(?:NOW-\d+|\d+)/"iat":NOW/;
    return $text;
}

run_tests();

__DATA__

=== TEST 1: a token is shown as header and claims
--- config eval: $main::config
--- request
GET /bare
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"ES256","kid":"KID","typ":"JWT"}
{"iat":NOW,"exp":IAT+600,"sub":"demo"}



=== TEST 2: a good token is verified with the key set of the server
--- config eval: $main::config
--- request
GET /good
--- response_body_filters eval: \&main::old
--- response_body
verified
{"alg":"ES256","kid":"KID","typ":"JWT"}
{"iat":NOW,"exp":IAT+600,"sub":"demo"}



=== TEST 3: a forged signature is refused
--- config eval: $main::config
--- request
GET /forged
--- response_body_filters eval: \&verified
--- response_body
refused: InvalidSignatureError: Signature verification failed



=== TEST 4: another audience is refused
--- config eval: $main::config
--- request
GET /good
--- response_body_filters eval: verified(audience => 'other')
--- response_body
refused: MissingRequiredClaimError: Token is missing the "aud" claim



=== TEST 5: a private member in a key set is seen
--- config eval: $main::config
--- request
GET /private
--- response_body_filters eval: \&jwks
--- response_body
EC NO-KID PRIVATE-d



=== TEST 6: a key set is shown in one line per key
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&jwks
--- response_body
EC ES256 sig P-256 kid x y



=== TEST 7: a configuration that must be refused
--- config
    no_such_directive on;
--- must_die
--- error_log
unknown directive "no_such_directive"
