# A set of named services has their keys and no others; one name stands for all
# environments that it was declared for.  Fails when jwks_services is not made
# of what was named, or when siblings are left out.

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
    location = /token {
        jwt_issuer_token one environment=$arg_e;
        jwt_issuer_require off;
    }
EOF

sub kinds { return join(' ', sort $_[0] =~ /"alg":"(\w+)"/g) . "\n" }

*Test::Base::Filter::kinds = *Test::Base::Filter::kinds = \&kinds;

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
