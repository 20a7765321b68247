# Two changes inside one lifetime: the tokens of all three keys verify as long as
# they live, and a roll-back to a key that is still published needs no second
# wait (K8, F83).  Fails when a slot is given to another key before its retire,
# or when jwti_rotate_admit() forgets when a key was published.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );
use Time::HiRes qw( time sleep );

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        lifetime 12s;
        activate_after 2s;
        retire 12s;
    }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

my %token;

sub now_signs {
    my $body = ($nginx->get('/token'))[1];
    my $kid = kids($body);
    $token{$kid} //= token_of($body);
    return $kid;
}

$nginx->put_key('p256.pem');
$nginx->start;
my $first = now_signs();

$nginx->put_key('p256-next.pem');
ok(wait_until(sub { now_signs() ne $first }, 6), 'a second key signs');
my $second = now_signs();

$nginx->put_key('p384.pem');
ok(wait_until(sub { now_signs() ne $second }, 6), 'and a third one');
my $third = now_signs();

is(keys %token, 3, 'three keys inside one lifetime');

for my $kid (sort keys %token) {
    my ($good, $why) = judge($token{$kid}, ($nginx->get('/jwks'))[1]);
    ok($good, 'its token verifies') or diag $why;
}

$nginx->put_key('p256-next.pem');
my $from = time;
ok(wait_until(sub { now_signs() eq $second }, 4), 'back to the second one');
cmp_ok(time - $from, '<', 1.7, 'without activate_after: it was known');

# a key that had no turn yet is gone as soon as it is not wanted any more

$nginx->put_key('p521.pem');
ok(wait_until(sub { kids(($nginx->get('/jwks'))[1]) == 4 }, 4),
   'another one is published ahead');
$nginx->put_key('p256-next.pem');
ok(wait_until(sub { kids(($nginx->get('/jwks'))[1]) == 3 }, 4),
   'and gone when the source does not have it any more');
is(now_signs(), $second, 'the one that signed goes on');

done_testing();
