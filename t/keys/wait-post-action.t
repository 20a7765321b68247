# A client leaves while its request is parked, and post_action leads that request
# elsewhere: nobody may resume it.  Fails, by a crash of the worker, when
# wait_handler() resumes a request without asking whether its context is still
# the one that was parked.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( sleep );

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1200ms;
    }
    upstream self { server 127.0.0.1:%PORT%; }
END
    location = /now { jwt_issuer_wait 0; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /late { jwt_issuer_wait 2s; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /after { proxy_pass http://self/late; }
    location = /posted {
        post_action /after;
        jwt_issuer_wait 600ms;
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
    location = /injected {
        post_action /after;
        jwt_issuer_wait 600ms;
        jwt_issuer_inject demo;
        proxy_pass http://self/now;
    }
END

$nginx->put_key('ed25519.pem');
$nginx->start;

my @workers = $nginx->workers;

unlink $nginx->dir . '/key.pem';
ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 5), 'the key is stale');

my @gone = map { $nginx->ask($_) } ('/posted', '/injected') x 5;
# they have come when the worker answers on a later connection
$nginx->get('/static');
is(grep({ Test::JWTIssuer::Server::answered($_) } @gone), 0, 'they are parked');
close $_ for @gone;

# behind the deadline of the parked ones, before the end of what came after
sleep 0.1 for 1 .. 10;

is(($nginx->get('/static'))[0], 200, 'the worker answers');
is_deeply([ $nginx->workers ], \@workers, 'and is the one that parked them');

$nginx->put_key('ed25519.pem');
ok(wait_until(sub { ($nginx->get('/now'))[0] == 200 }, 5),
   'and gives tokens when the key is back');

done_testing();
