# While keys rotate again and again, every token that any of four workers hands
# out verifies with the key set of that moment from any worker, and with the
# sets that a verifier may have kept: those from up to activate_after before the
# token and up to its lifetime behind it (N-PUB, F81).  Fails when a worker
# signs before activate_after, or when a worker's time decides for all.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( sleep );

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    log => 'info', http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        lifetime 2s;
        activate_after 1200ms;
        retire 2500ms;
    }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

$nginx->put_key('p256.pem');
$nginx->start;

my $watch = $nginx->watch('threads=3', 'before=1.0', 'after=2.0');

# a signer is replaced when the one before it has just taken over

my @keys = qw( p256-next.pem p256.pem p256-next.pem );
my $signer = kids(($nginx->get('/token'))[1]);

for my $key (@keys) {
    $nginx->put_key($key);
    my $before = $signer;
    ok(wait_until(sub {
        $signer = kids(($nginx->get('/token'))[1]);
        $signer ne $before;
    }, 6), "$key takes over");
}

# as long as a token of the last but one may be shown
sleep 0.1 for 1 .. 20;

my $seen = $nginx->watched($watch);

cmp_ok($seen->{tokens}, '>', 200, 'clients had tokens all the time');
is(scalar @{ $seen->{kids} }, 2, 'of both keys');
is(scalar @{ $seen->{workers} }, 4, 'from all workers');
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], 'every token verified at once');
is_deeply($seen->{kept}, [], 'and with the sets before and after it');

done_testing();
