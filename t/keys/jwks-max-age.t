# Nobody keeps the key set, or the metadata, longer than until the next change
# that is planned: a key begins to sign, or leaves the set (K3).  Fails when
# jwks_keys() does not look at the rotation.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(
    http => <<'EOC',
jwt_issuer_jwks_max_age 1h;
jwt_issuer_service demo {
    key file %DIR%/key.pem;
    issuer https://issuer.example;
    lifetime 1s;
    refresh 1s;
    stale 2s;
    activate_after 1s;
    retire 2s;
}
jwt_issuer_service other { key file %KEYS%/p384.pem; }
EOC
    server => <<'EOC');
location = /jwks { jwt_issuer_jwks; }
location = /other { jwt_issuer_jwks other; }
location = /metadata { jwt_issuer_metadata https://issuer.example; }
EOC

sub max_age {
    my ($status, $body, $headers) = $nginx->get($_[0]);
    my ($age) = $headers->{'cache-control'} =~ /^public, max-age=(\d+)$/;
    return wantarray ? ($age, scalar(kids($body)), $headers->{etag}) : $age;
}

$nginx->put_key('ed25519.pem');
$nginx->start;

is(max_age($_), 3600, "$_: no change is planned") for qw( /jwks /metadata );

# every answer from one key over two keys to one again

$nginx->put_key('p256.pem');

my %ages;
wait_until(sub {
    my ($age, $keys, $tag) = max_age('/jwks');
    my $metadata = max_age('/metadata');
    push @{ $ages{$keys} }, $age;
    push @{ $ages{metadata} }, $metadata if $keys == 3;
    return $keys == 2 && $ages{3};
}, 15) or diag('the rotation did not end');

my @sorted = sort { $a <=> $b } @{ $ages{3} };

cmp_ok($sorted[0], '>=', 1, 'while two keys are published, at least a second');
cmp_ok($sorted[-1], '<=', 2, 'and no longer than until the former one goes');
cmp_ok((sort { $b <=> $a } @{ $ages{metadata} })[0], '<=', 2,
       'so it is for the metadata');
is(max_age('/other'), 3600, 'not for keys of others');
is(max_age('/jwks'), 3600, 'and not any more when it has gone');

done_testing();
