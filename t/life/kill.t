# A worker that is killed while it answers takes nobody else with it: others go
# on with whole keys, also when it held the lock, and when it was worker 0 its
# successor looks after the keys (F07, F08).  Fails when only the first worker 0
# fetches, or when a half-written record is believed.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(workers => 4, log => 'info',
    http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        activate_after 0;
    }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

expect_alert('exited on signal 9');

$nginx->put_key('p256.pem');
$nginx->start;

# the first one that was started is worker 0
my ($zero) = $nginx->workers;

my $watch = $nginx->watch('threads=4');

for (1 .. 12) {
    my @workers = $nginx->workers;
    my $victim = $workers[ $_ % @workers ];
    $nginx->signal('KILL', $victim);
    wait_until(sub {
        my @now = $nginx->workers;
        return @now == 4 && !grep { $_ == $victim } @now;
    }, 5) or fail('a killed worker is not replaced');
}

kill 'KILL', $zero if Test::JWTIssuer::Server::alive($zero);
wait_until(sub { $nginx->workers == 4 }, 5);

my $seen = $nginx->watched($watch);

cmp_ok($seen->{tokens}, '>', 20, 'the others went on');
is_deeply($seen->{refused}, [], 'every token verified');
is(scalar @{ $seen->{kids} }, 1, 'of one key');

# what was asked of a killed worker is lost, and nothing else
# a client has one request under way
cmp_ok($seen->{lost}, '<=', 4 * 13, 'only its own requests failed')
    or diag explain $seen->{failed};
is(grep({ /: \d+$/ } @{ $seen->{failed} }), 0, 'no request was refused');

ok(!Test::JWTIssuer::Server::alive($zero), 'worker 0 was among the killed');

my $old = kids(($nginx->get('/token'))[1]);
$nginx->put_key('p256-next.pem');
ok(wait_until(sub { kids(($nginx->get('/token'))[1]) ne $old }, 4),
   'its successor looks at the file');

done_testing();
