# The life of a key that is replaced in its file: published by the next refresh,
# signs when activate_after is over, the one before it stays in the JWKS for
# retire, then goes (K1, N-PUB).  Fails when jwti_rotate_admit() lets the new
# key sign at once, or when it drops the old one's public key.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( time );

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        lifetime 2s;
        activate_after 1500ms;
        retire 2500ms;
    }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

sub published { return kids(($nginx->get('/jwks'))[1]) }
sub signs { return kids(($nginx->get('/token'))[1]) }

$nginx->put_key('p256.pem');
$nginx->start;

my ($old) = published();
is(signs(), $old, 'the first key signs at once');

$nginx->put_key('p256-next.pem');
my $changed = time;

ok(wait_until(sub { published() == 2 }, 3), 'a new key is published');
my $seen = time;
cmp_ok($seen - $changed, '<', 1.5, 'within one refresh and its jitter');

my ($new) = grep { $_ ne $old } published();
is(signs(), $old, 'the old key still signs');

ok(wait_until(sub { signs() eq $new }, 4), 'the new key takes over');
my $took = time;
cmp_ok($took - $seen, '>', 1.2, 'not before activate_after');
cmp_ok($took - $seen, '<', 2.2, 'and soon after it');
is(scalar(published()), 2, 'the old key is still published');

ok(wait_until(sub { published() == 1 }, 5), 'the old key leaves the JWKS');
cmp_ok(time - $took, '>', 2.2, 'not before retire');
is_deeply([ published() ], [ $new ], 'the new key is what is left');
is(signs(), $new, 'and it signs');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
