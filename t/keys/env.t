# A key in the environment of the master: read at start and at each reload, the
# same one as long as nginx runs; it is told by no message.  Fails when the
# variable is looked for in a worker, whose environment nginx has emptied.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Keys;
use Test::JWTIssuer::Peer qw( judge );

my $keys = Test::JWTIssuer::Keys::folder();

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_core_dump on;
    jwt_issuer_service demo { key env DEMO_KEY; }
    jwt_issuer_service line { key env LINE_KEY; }
END
    server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

{
    local $ENV{DEMO_KEY} = Test::JWTIssuer::Keys::slurp("$keys/p256.pem");
    local $ENV{LINE_KEY} = Test::JWTIssuer::Keys::slurp("$keys/ed25519.escaped");
    $nginx->start;
}

my %kid;

for my $round ('at the start', 'after a reload') {
    for my $service (qw( demo line )) {
        my ($status, $body) = $nginx->get("/token?s=$service");
        is($status, 200, "$service: a token $round");
        my ($good, $why) = judge(token_of($body) // '',
                                 ($nginx->get('/jwks'))[1]);
        ok($good, "$service: that verifies") or diag $why;
        $kid{$service} //= kids($body);
        is(kids($body), $kid{$service}, "$service: of the same key");
    }
    $nginx->reload;     # this process has no such variable
}

# who may look at the processes does not see it there (nginx's title is longer)

for my $pid ($nginx->master, $nginx->workers) {
    my $environment = Test::JWTIssuer::Keys::slurp("/proc/$pid/environ");
    unlike($environment, qr/(?:DEMO|LINE)_KEY|PRIVATE/,
           'no process shows the key in its environment');
}

# a variable that is not there

$nginx->set(http => <<'END');
    jwt_issuer_service demo { key env NO_SUCH_KEY; }
END
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/\[emerg\].*"NO_SUCH_KEY" is not set/) }),
   'a reload without the variable fails');
is(($nginx->get('/token?s=demo'))[0], 200, 'and all goes on');

expect_alert('"NO_SUCH_KEY" is not set');

done_testing();
