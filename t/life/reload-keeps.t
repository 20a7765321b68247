# A reload that does not touch a service leaves its keys alone: the same key
# signs, and a rotation that is under way goes on with the times that it had
# (K1): that of another service, which began later, is later in each step, though
# one reload came after both had begun.  Fails when zone_init() sets the zone up
# anew.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( sleep time );

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_defaults {
        refresh 1s;
        lifetime 2s;
        activate_after 5s;
        retire 8s;
    }
    jwt_issuer_service demo { key file %DIR%/key.pem; }
    jwt_issuer_service other { key file %DIR%/other.pem; }
END
    server => <<'END');
    location ~ ^/token/(.+)$ { jwt_issuer_token $1; jwt_issuer_require off; }
    location = /jwks/demo { jwt_issuer_jwks demo; }
    location = /jwks/other { jwt_issuer_jwks other; }
END

sub published { return kids(($nginx->get("/jwks/$_[0]"))[1]) }
sub signs { return kids(($nginx->get("/token/$_[0]"))[1]) }

$nginx->put_key('p256.pem');
$nginx->put_key('ed25519.pem', 'other.pem');
$nginx->start;

my $first = signs('demo');
my $other = signs('other');
$nginx->reload;
is(signs('demo'), $first, 'the same key signs after a reload');
is_deeply([ published('demo') ], [ $first ], 'and is the only one');

# another key, and two seconds later one for the other service

$nginx->put_key('p256-next.pem');
my $before = time;
ok(wait_until(sub {
    my $now = time;
    return 1 if published('demo') == 2;
    $before = $now;
    return 0;
}, 10), 'a new key is published');
sleep 2;
$nginx->put_key('ed25519-next.pem', 'other.pem');
ok(wait_until(sub { published('other') == 2 }, 10), 'and that of another service');

$nginx->reload;
is(signs('demo'), $first, 'the old key signs after a reload in a rotation');
is(scalar(published('demo')), 2, 'both are published');

ok(wait_until(sub { signs('demo') ne $first }, 15), 'the new key takes over');
cmp_ok(time - $before, '>', 4.9, 'not before its time');
is(signs('other'), $other, 'the reload did not put it off');

# the old keys are published as long as they were to be

ok(wait_until(sub { signs('other') ne $other }, 15), 'then that of the other');
$nginx->reload;
is(scalar(published('demo')), 2, 'the old key stays published after a reload');
isnt(signs('demo'), $first, 'and does not sign again');
ok(wait_until(sub { published('demo') == 1 }, 15), 'until its time is over');
is(scalar(published('other')), 2, 'which the reload did not put off');

# a new file that the reload finds is published first, too

$nginx->put_key('p384.pem');
$nginx->reload;
is(scalar(published('demo')), 2, 'a file that a reload finds is published');
my $now = signs('demo');
isnt(scalar((grep { $_ ne $now } published('demo'))[0]), undef,
     'and does not sign at once');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
