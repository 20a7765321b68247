# Kubernetes changes a mounted secret by turning a symlink to another folder; the
# file itself is never written.  Fails when only a file that is changed in place
# is seen as another one.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/secret/key.pem;
        refresh 1s;
        activate_after 0;
    }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

my $dir = $nginx->dir;

sub mount {
    my ($version, $key) = @_;
    mkdir "$dir/$version";
    $nginx->put_key($key, "$version/key.pem");

    # the same time as the other one: the inode alone tells them apart
    utime 1e9, 1e9, "$dir/$version/key.pem";

    symlink $version, "$dir/data.new";
    rename "$dir/data.new", "$dir/data" or die "$dir/data: $!\n";
}

mkdir "$dir/secret";
symlink '../data/key.pem', "$dir/secret/key.pem";
mount('v1', 'p256.pem');
$nginx->start;

my $first = kids(($nginx->get('/token'))[1]);

mount('v2', 'p256-next.pem');
my $second;
ok(wait_until(sub {
    ($second = kids(($nginx->get('/token'))[1])) ne $first
}, 4), 'the key of the new folder signs');

symlink 'v1', "$dir/data.new";
rename "$dir/data.new", "$dir/data";
ok(wait_until(sub { kids(($nginx->get('/token'))[1]) eq $first }, 4),
   'and the first one again when the link goes back');

is_deeply([ sort(kids(($nginx->get('/jwks'))[1])) ],
          [ sort $first, $second ], 'both are published');

# the same key in other words is no new key

mount('v3', 'p256.sec1');
my $n = $nginx->logged(qr/is the current one/);
wait_until(sub { 0 }, 2.2);
is($nginx->logged(qr/is the current one/), $n, 'the same key in another form');
is(kids(($nginx->get('/token'))[1]), $first, 'has the same id');

done_testing();
