# A configuration may have no http block, no service, or not even the module, and
# a later reload has them again (F15, F21).  Fails when a hook takes the main
# configuration for granted, or when something of ours outlives the module.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_service demo { key file %KEYS%/p256.pem; refresh 1s; }
END
    server => <<'END');
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
END

my $without = <<'END';
events { worker_connections 64; }
http { server { listen 127.0.0.1:%PORT%; } }
END

$nginx->start;
my $kid = kids(($nginx->get('/token'))[1]);

for my $case ([ 'no http block' => 1, 'events { worker_connections 64; }' ],
              [ 'no service' => 1, $without ],
              [ 'no module' => 0, $without ])
{
    my ($name, $modules, $raw) = @$case;

    $nginx->set(raw => $raw, modules => $modules)->reload;
    is(scalar($nginx->workers), 2, "$name: nginx runs");
    ok(defined $nginx->drained, "$name: the old workers are gone");

    $nginx->set(raw => undef, modules => 1)->reload;
    is(kids(($nginx->get('/token'))[1]), $kid, "$name: and then it is back");
}

$nginx->set(raw => $without, modules => 0)->reload;
$nginx->drained;
my $master = $nginx->master;
$nginx->signal('QUIT');
ok(wait_until(sub { !Test::JWTIssuer::Server::alive($master) }, 5),
   'nginx ends after the module was taken out');

is($nginx->logged(qr/\[(?:crit|alert|emerg)\]|signal 11/), 0, 'nothing is wrong');

done_testing();
