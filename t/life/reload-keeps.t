# A reload that does not touch a service leaves its keys alone: the same key
# signs, and a rotation that is under way goes on with the times that it had
# (K1).  Fails when zone_init() sets the zone up anew.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( time );

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        lifetime 2s;
        activate_after 3s;
        retire 4s;
    }
END
    server => <<'END');
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

sub published { return kids(($nginx->get('/jwks'))[1]) }
sub signs { return kids(($nginx->get('/token'))[1]) }

$nginx->put_key('p256.pem');
$nginx->start;

my $first = signs();
$nginx->reload;
is(signs(), $first, 'the same key signs after a reload');
is_deeply([ published() ], [ $first ], 'and is the only one');

$nginx->put_key('p256-next.pem');
wait_until(sub { published() == 2 }, 4);
my $seen = time;

$nginx->reload;
is(signs(), $first, 'the old key signs after a reload in a rotation');
is(scalar(published()), 2, 'both are published');

ok(wait_until(sub { signs() ne $first }, 5), 'the new key takes over');
my $took = time;
cmp_ok($took - $seen, '>', 2.7, 'not before its time');
cmp_ok($took - $seen, '<', 3.8, 'the reload did not put it off');

$nginx->reload;
is(scalar(published()), 2, 'the old key stays published after a reload');
isnt(signs(), $first, 'and does not sign again');
ok(wait_until(sub { published() == 1 }, 6), 'until its time is over');
cmp_ok(time - $took, '<', 4.9, 'which the reload did not put off');

# a new file that the reload finds is published first, too

$nginx->put_key('p384.pem');
$nginx->reload;
is(scalar(published()), 2, 'a file that a reload finds is published');
isnt(scalar((grep { $_ ne signs() } published())[0]), undef,
     'and does not sign at once');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
