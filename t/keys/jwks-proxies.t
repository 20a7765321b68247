# Two proxies with the same keys, declared in another order and under other names,
# publish the same bytes with the same tag: a balancer in front of them, and a
# verifier behind it, see one key set (K3).  Fails when the order of the
# configuration or a name gets into the document.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my @keys = qw( rsa p256 p384 ed25519 );

sub proxy {
    my ($prefix, @list) = @_;
    my $nginx = Test::JWTIssuer::Server->new(
        http => join('', map {
            "jwt_issuer_service $prefix$_ { issuer https://issuer.example;"
            . " key file %KEYS%/$_.pem; }\n" } @list),
        server => <<'EOC');
location = /jwks { jwt_issuer_jwks; }
location = /metadata { jwt_issuer_metadata https://issuer.example; }
EOC
    $nginx->start;
    return $nginx;
}

my $one = proxy('a-', @keys);
my $two = proxy('b-', reverse @keys);

for my $path (qw( /jwks /metadata )) {
    my (undef, $body, $headers) = $one->get($path);
    my (undef, $same, $others) = $two->get($path);

    is($same, $body, "$path: the same bytes");
    is($others->{etag}, $headers->{etag}, "$path: the same tag");

    my ($status, $nothing) = $two->get($path,
                                       'If-None-Match' => $headers->{etag});
    is("$status $nothing", '304 ', "$path: what one gave, the other knows");
}

my (undef, $body) = $one->get('/jwks');
is(scalar(kids($body)), 4, 'of all keys');

done_testing();
