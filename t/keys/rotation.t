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

# a lower bound counts from the last time that it was not yet so: however slow
# the machine is, what is seen cannot be earlier than that
my $before;

sub comes {
    my ($what, $condition) = @_;
    $before = time;
    ok(wait_until(sub {
        my $now = time;
        return 1 if $condition->();
        $before = $now;
        return 0;
    }, 15), $what);
    return time;
}

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        lifetime 2s;
        activate_after 2s;
        retire 3s;
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

comes('a new key is published', sub { published() == 2 });
my $hidden = $before;

my ($new) = grep { $_ ne $old } published();
is(signs(), $old, 'the old key still signs');

my $took = comes('the new key takes over', sub { signs() eq $new });
my $signed = $before;
cmp_ok($took - $hidden, '>', 1.9, 'not before activate_after');
is(scalar(published()), 2, 'the old key is still published');

my $left = comes('the old key leaves the JWKS', sub { published() == 1 });
cmp_ok($left - $signed, '>', 2.9, 'not before retire');
is_deeply([ published() ], [ $new ], 'the new key is what is left');
is(signs(), $new, 'and it signs');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
