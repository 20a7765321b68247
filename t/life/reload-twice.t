# A reload while the worker 0 of the reload before has not begun yet: what that
# worker then finds in the zone, and does not know, is the later configuration's.
# Fails when zone_sweep() frees records of a later generation: the service signs
# by a key that is in no set, or not at all.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );
use Test::JWTIssuer::Torture;

my %conf = map { $_ => "jwt_issuer_service demo { key file %KEYS%/$_.pem; }\n" }
           qw( p256 p384 ed25519 );

my $nginx = Test::JWTIssuer::Server->new(workers => 1, http => $conf{p256},
    server => <<'END');
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

my $control = preload();
{
    my %env = preload_env();
    local @ENV{ keys %env } = values %env;
    $nginx->start;
}

# from one to the next, and to a third one or back, while a worker begins

for my $way ([ qw( p256 p384 ed25519 ) ], [ qw( ed25519 p384 ed25519 ) ]) {
    my ($from, $over, $to) = @$way;

    $nginx->set(http => $conf{$from})->reload;
    ok(defined $nginx->drained, "$from: only one configuration is at work");

    my $late = $nginx->logged(qr/\] \S+ reconfiguring/);
    my $exits = $nginx->logged(qr/worker process \d+ exited/);

    $control->(delay => 1500);
    $nginx->set(http => $conf{$over})->signal('HUP');
    ok(wait_until(sub { $control->()->{delay} == 0 }, 5),
       "$over: its worker begins");

    $nginx->set(http => $conf{$to})->signal('HUP');
    ok(wait_until(sub { $nginx->logged(qr/\] \S+ reconfiguring/) == $late + 2 }, 5),
       "$to: follows at once");

    # the one that was late has begun, and ended
    ok(wait_until(sub {
        $nginx->logged(qr/worker process \d+ exited/) == $exits + 2 }, 10),
       'the old workers have left');

    my $body = ($nginx->get('/token'))[1];
    my ($sure, $why) = judge(token_of($body) // '', ($nginx->get('/jwks'))[1]);
    ok($sure, "$from, $over, $to: a token verifies") or diag $why;
    is((jwt_of($body))[0]{alg},
       { p256 => 'ES256', p384 => 'ES384', ed25519 => 'EdDSA' }->{$to},
       "and is of the last configuration's key");
}

done_testing();
