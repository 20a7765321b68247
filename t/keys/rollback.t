# Two changes inside one lifetime: the tokens of all three keys verify as long as
# they live, and a roll-back to a key that is still published needs no second
# wait (K8, F83): it signs before a new key of another service does that came with
# it, though that one has to wait half as long as this one would have.  Fails when a slot is given to another key before its retire,
# or when jwti_rotate_admit() forgets when a key was published.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_defaults {
        refresh 1s;
        lifetime 60s;
        activate_after 5s;
        retire 60s;
    }
    jwt_issuer_service demo { key file %DIR%/key.pem; }
    jwt_issuer_service other { key file %DIR%/other.pem; activate_after 2500ms; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /other { jwt_issuer_token other; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks demo; }
END2

my %token;

sub now_signs {
    my $body = ($nginx->get('/token'))[1];
    my $kid = kids($body);
    $token{$kid} //= token_of($body);
    return $kid;
}

sub other_signs { return kids(($nginx->get('/other'))[1]) }

$nginx->put_key('p256.pem');
$nginx->put_key('ed25519.pem', 'other.pem');
$nginx->start;
my $first = now_signs();
my $other = other_signs();

$nginx->put_key('p256-next.pem');
ok(wait_until(sub { now_signs() ne $first }, 15), 'a second key signs');
my $second = now_signs();

$nginx->put_key('p384.pem');
ok(wait_until(sub { now_signs() ne $second }, 15), 'and a third one');
my $third = now_signs();

is(keys %token, 3, 'three keys inside one lifetime');

for my $kid (sort keys %token) {
    my ($good, $why) = judge($token{$kid}, ($nginx->get('/jwks'))[1]);
    ok($good, 'its token verifies') or diag $why;
}

$nginx->put_key('ed25519-next.pem', 'other.pem');
$nginx->put_key('p256-next.pem');
ok(wait_until(sub { now_signs() eq $second }, 15), 'back to the second one');
is(other_signs(), $other, 'without activate_after: it was known');
ok(wait_until(sub { other_signs() ne $other }, 15),
   'which a key that was not has to wait for');

# a key that had no turn yet is gone as soon as it is not wanted any more

$nginx->put_key('p521.pem');
ok(wait_until(sub { kids(($nginx->get('/jwks'))[1]) == 4 }, 10),
   'another one is published ahead');
$nginx->put_key('p256-next.pem');
ok(wait_until(sub { kids(($nginx->get('/jwks'))[1]) == 3 }, 10),
   'and gone when the source does not have it any more');
is(now_signs(), $second, 'the one that signed goes on');

done_testing();
