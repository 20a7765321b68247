# At most 512 requests of a worker wait for a key: the next one is answered 503
# at once and does not push another one out (S36).  Fails when the limit is not
# looked at, or when nwaiters is not counted down.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(log => 'info', http => <<'END',
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1200ms;
    }
END
    server => <<'END');
    jwt_issuer_wait 20s;
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /now { jwt_issuer_wait 0; jwt_issuer_token demo; jwt_issuer_require off; }
END

$nginx->put_key('ed25519.pem');
$nginx->start;

for my $round (1 .. 2) {
    unlink $nginx->dir . '/key.pem';
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 5),
       "round $round: the key is stale");

    my @waiting = map { $nginx->ask('/token') } 1 .. 512;

    # the last one has come when the worker answers on a later connection
    $nginx->get('/static');

    is(($nginx->get('/token'))[0], 503, "round $round: one more is refused");
    is(grep({ Test::JWTIssuer::Server::answered($_) } @waiting), 0,
       "round $round: at once, while the others wait");

    $nginx->put_key('ed25519.pem');

    my $good = grep { (Test::JWTIssuer::Server::answer($_))[0] == 200 }
               @waiting;
    is($good, 512, "round $round: those that wait get their token");
}

done_testing();
