# Old workers leave promptly, long before worker_shutdown_timeout (20 s): our timers
# do not hold them, nor do connections that idle, and requests that wait for a key still get their answer (F03, F04).
# Fails when a timer is not cancelable, or when that of the waiting ones is.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_service demo { key file %KEYS%/p256.pem; refresh 5m; }
    jwt_issuer_service soon { key file %DIR%/key.pem; refresh 1s; stale 1200ms; }
    upstream self { server 127.0.0.1:%PORT%; }
END
    server => <<'END');
    keepalive_timeout 60s;
    jwt_issuer_wait 3s;
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /now { jwt_issuer_wait 0; jwt_issuer_token soon; jwt_issuer_require off; }
    location = /i { jwt_issuer_inject soon; proxy_pass http://self/up; }
    location = /up { return 200 "$http_authorization\n"; }
END

$nginx->put_key('ed25519.pem');
$nginx->start;

# the key that others wait for
sub away {
    unlink $nginx->dir . '/key.pem';
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 10),
       'the key is stale');
}

# ---- nobody there

sub drained {
    my ($what) = @_;
    my $took = $nginx->drained;
    ok(defined $took, $what) and note("in $took s");
}

$nginx->reload;
drained('old workers leave');

# ---- connections that idle

my @idle = map {
    $nginx->ask('/token?s=demo', Connection => 'keep-alive')
} 1 .. 20;
is((Test::JWTIssuer::Server::answer($_))[0], 200, 'a connection is kept')
    for @idle[0 .. 1];
$nginx->reload;
drained('old workers leave while connections idle');
close $_ for @idle;

# ---- requests that wait for a key

away();

my @waiting = map { $nginx->ask($_) } ('/token?s=soon', '/i') x 5;
$nginx->get('/static');

$nginx->put_key('ed25519.pem');
$nginx->reload;
my $good = grep { (Test::JWTIssuer::Server::answer($_))[0] == 200 } @waiting;
is($good, 10, 'requests that wait get their token from an old worker');
drained('and then it leaves');

# ---- requests that wait for a key which the new configuration does not have

away();

@waiting = map { $nginx->ask($_) } ('/token?s=soon', '/i') x 5;
$nginx->get('/static');

$nginx->set(http => $nginx->{conf}{http} =~ s{%DIR%/key.pem}{%KEYS%/p384.pem}r)
      ->reload;
my $ended = grep { (Test::JWTIssuer::Server::answer($_))[0] } @waiting;
is($ended, 10, 'requests that wait in vain get an answer, too');
drained('and then the old workers leave');
is(($nginx->get('/now'))[0], 200, 'the new workers have their key');

# ---- the end

my ($master) = $nginx->master;
$nginx->signal('QUIT');
ok(wait_until(sub { !Test::JWTIssuer::Server::alive($master) }, 10),
   'nginx ends');

is($nginx->logged(qr/open socket|aborting|\[alert\]|\[crit\]/), 0,
   'nothing was left');

done_testing();
