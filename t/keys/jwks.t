# The key set holds public members only, whatever the kind and form of the key:
# looked for at every depth.  A secret is never in it (S19, F109).  Fails when
# jwti_jwks_write() is given the private JWK, or a member is copied from one.

use lib 't/lib';
use Test::JWTIssuer;

use JSON::PP ();
use MIME::Base64 qw( decode_base64url );

our @kinds = qw( rsa rsa3072 rsa4096 p256 p384 p521 ed25519 );
our $services = join '', map {
    "jwt_issuer_service $_ { key file \$TEST_NGINX_KEYS/$_.pem; }\n"
} @kinds;

our $config = <<'EOF';
    location = /jwks { jwt_issuer_jwks; }
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
EOF

# P-256 keys with a coordinate that begins with zero bits, and a JWK whose own
# members are not ours to publish

system '/usr/bin/python3', "$ENV{TEST_NGINX_LIB}/padded.py",
    "$ENV{TEST_NGINX_KEYS}/padded" and die "padded.py\n";

# all names of members at every depth, but for those of the set itself

sub members {
    my ($value) = @_;
    return map { members($_) } @$value if ref $value eq 'ARRAY';
    return map { ($_, members($value->{$_})) } keys %$value
        if ref $value eq 'HASH';
    return;
}

sub private {
    my ($body) = @_;
    my $set = JSON::PP::decode_json($body);
    my @all = map { members($_) } @{ $set->{keys} };
    my @found = grep { /^(?:d|p|q|dp|dq|qi|oth|k|r|t|x5c|key_ops|ext)$/ } @all;
    my %names = map { $_ => 1 } @all;
    return scalar(@{ $set->{keys} }) . " keys, private: @found\n"
           . join(' ', sort keys %names) . "\n";
}

sub lengths {
    my ($body) = @_;
    my $set = JSON::PP::decode_json($body);
    return join '', sort map {
        my $key = $_;
        "$key->{kty} $key->{alg} " . join(' ', map {
            my $bytes = decode_base64url($key->{$_});
            "$_=" . length($bytes)
                . ($_ =~ /[ne]/ && $bytes =~ /^\0/ ? ' with a zero' : '')
        } grep { exists $key->{$_} } qw( n e x y )) . "\n";
    } @{ $set->{keys} };
}

sub ids {
    my ($body) = @_;
    my @kids = map { $_->{kid} } @{ JSON::PP::decode_json($body)->{keys} };
    my %kids = map { $_ => 1 } @kids;
    my $sorted = join(' ', @kids) eq join(' ', sort @kids);
    return keys(%kids) . ' of ' . @kids . ($sorted ? " sorted\n" : " mixed\n");
}

for my $filter (qw( private lengths ids )) {
    no strict 'refs';
    *{"Test::Base::Filter::$filter"} = \&$filter;
}

run_tests();

__DATA__

=== TEST 1: public members only
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&private
--- response_body
7 keys, private: 
alg crv e kid kty n use x y



=== TEST 2: numbers without a leading zero, coordinates with theirs
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&lengths
--- response_body
EC ES256 x=32 y=32
EC ES384 x=48 y=48
EC ES512 x=66 y=66
OKP EdDSA x=32
RSA RS512 n=256 e=3
RSA RS512 n=384 e=3
RSA RS512 n=512 e=3



=== TEST 3: coordinates that begin with zeros keep their length
--- http_config
    jwt_issuer_service x { key file $TEST_NGINX_KEYS/padded-x.pem; }
    jwt_issuer_service y { key file $TEST_NGINX_KEYS/padded-y.pem; }
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&lengths
--- response_body
EC ES256 x=32 y=32
EC ES256 x=32 y=32



=== TEST 4: tokens of those keys verify
--- http_config
    jwt_issuer_service x { key file $TEST_NGINX_KEYS/padded-x.pem; }
    jwt_issuer_service y { key file $TEST_NGINX_KEYS/padded-y.pem; }
--- config eval: $main::config
--- request eval
["GET /token?s=x", "GET /token?s=y"]
--- response_body_filters eval
[\&verified, sub { ($_[0] =~ /^(.*\n)/)[0] }]
--- response_body eval
["verified\n", "verified\n"]



=== TEST 5: each key has an id of its own, and they are sorted by it
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&ids
--- response_body
7 of 7 sorted



=== TEST 6: a secret is not in it
--- http_config
    jwt_issuer_service secret {
        key file $TEST_NGINX_KEYS/hmac64;
        algorithm HS512;
    }
--- config eval: $main::config
--- request
GET /jwks
--- response_body chomp
{"keys":[]}
--- response_headers
Content-Type: application/json



=== TEST 7: a private JWK with members of its own
--- http_config
    jwt_issuer_service jwk { key file $TEST_NGINX_KEYS/padded.jwk; }
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&private
--- response_body
1 keys, private: 
alg crv kid kty use x y



=== TEST 8: the same key of two services is there once
--- http_config
    jwt_issuer_service one { key file $TEST_NGINX_KEYS/p256.pem; }
    jwt_issuer_service two { key file $TEST_NGINX_KEYS/p256.sec1; }
--- config eval: $main::config
--- request
GET /jwks
--- response_body_filters eval: \&ids
--- response_body
1 of 1 sorted
