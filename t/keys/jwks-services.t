# A set of named services has their keys and no others; one name stands for all
# environments that it was declared for, unless the location says which.  Fails
# when jwks_services is not made of what was named, when siblings are left out,
# or when keys of another environment are let in.

use lib 't/lib';
use Test::JWTIssuer;

our $services = <<'EOF';
    jwt_issuer_service one { key file $TEST_NGINX_KEYS/ed25519.pem; environment dev; }
    jwt_issuer_service one { key file $TEST_NGINX_KEYS/ed25519-next.pem; environment live; }
    jwt_issuer_service two { key file $TEST_NGINX_KEYS/p256.pem; environment dev; }
    jwt_issuer_service three { key file $TEST_NGINX_KEYS/rsa.pem; }
EOF

our $config = <<'EOF';
    location = /all { jwt_issuer_jwks; }
    location = /one { jwt_issuer_jwks one; }
    location = /two { jwt_issuer_jwks two; }
    location = /pair { jwt_issuer_jwks two three; }
    location = /twice { jwt_issuer_jwks two two; }
    location = /all-dev { jwt_issuer_jwks environment=dev; }
    location = /all-live { jwt_issuer_jwks environment=live; }
    location = /all-none { jwt_issuer_jwks environment=; }
    location = /one-dev { jwt_issuer_jwks one two environment=dev; }
    location = /one-live { jwt_issuer_jwks one environment=live; }
    location = /token {
        jwt_issuer_token one environment=$arg_e;
        jwt_issuer_require off;
    }
EOF

sub kinds { return join(' ', sort $_[0] =~ /"alg":"(\w+)"/g) . "\n" }

# which sets a token verifies with

sub sets {
    my ($body) = @_;
    return join(' ', grep { verified(jwks => $_)->($body) =~ /^verified/ }
                     qw( /all-dev /all-live /all-none /one-dev /one-live )) . "\n";
}

{
    no strict 'refs';
    *{"Test::Base::Filter::$_"} = \&{$_} for qw( kinds sets );
}

run_tests();

__DATA__

=== TEST 1: all, some, and each once
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
["GET /all", "GET /one", "GET /two", "GET /pair", "GET /twice"]
--- response_body_filters eval: \&kinds
--- response_body eval
["ES256 EdDSA EdDSA RS512\n", "EdDSA EdDSA\n", "ES256\n", "ES256 RS512\n", "ES256\n"]



=== TEST 2: tokens of each environment verify with the set of their name
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
["GET /token?e=dev", "GET /token?e=live"]
--- response_body_filters eval
[verified(jwks => '/one'), sub { ($_[0] =~ /^(.*\n)/)[0] }]
--- response_body eval
["verified\n", "verified\n"]



=== TEST 3: those of one environment, of all services and of some
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
["GET /all-dev", "GET /all-live", "GET /all-none", "GET /one-dev", "GET /one-live"]
--- response_body_filters eval: \&kinds
--- response_body eval
["ES256 EdDSA\n", "EdDSA\n", "RS512\n", "ES256 EdDSA\n", "EdDSA\n"]



=== TEST 4: a token verifies with the set of its own environment and no other
--- http_config eval: $main::services
--- config eval: $main::config
--- request eval
["GET /token?e=dev", "GET /token?e=live"]
--- response_body_filters eval: \&sets
--- response_body eval
["/all-dev /one-dev\n", "/all-live /one-live\n"]
