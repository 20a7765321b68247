# Requests that wait in an old worker, for a key that was dropped or is stale,
# while a reload defines another one: they are refused, and not served with the
# key that the worker still remembers.  Fails when keys_get() takes what it has
# parsed once its record is gone.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, server => <<'END');
    jwt_issuer_wait 2s;
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /now {
        jwt_issuer_wait 0;
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
    location = /status { jwt_issuer_status; jwt_issuer_require off; }
END
$nginx->set(http => <<'END');
    jwt_issuer_service demo { key file %DIR%/key.pem; refresh 1s; stale 1200ms; }
END

$nginx->put_key('ed25519.pem');
$nginx->start;

my %gone = (
    stale => sub { unlink $nginx->dir . '/key.pem' },
    dropped => sub {
        my $kid = kids(($nginx->get('/now'))[1]);
        my ($status) = $nginx->get('/status', ':method' => 'POST',
            ':body' => "action=drop&kid=$kid",
            'Content-Type' => 'application/x-www-form-urlencoded');
        is($status, 200, 'dropped: so it is');
    },
);

my $http = $nginx->{conf}{http};

for my $why (sort keys %gone) {
    $nginx->put_key('p256.pem', 'key.pem') if $why eq 'stale';
    $nginx->set(http => $http)->reload;
    ok(wait_until(sub { $nginx->logged(qr/notice.*exited with code 0/)
                        && !$nginx->old_workers }, 8), "$why: one configuration");

    # both workers have signed by it
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 200 }, 8),
       "$why: there is a key") for 1 .. 8;
    $gone{$why}->();
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 8),
       "$why: and then there is none");

    my @waiting = map { $nginx->ask('/token') } 1 .. 10;
    $nginx->get('/static');

    $nginx->set(http => $http =~ s{%DIR%/key.pem}{%KEYS%/p384.pem}r)->reload;
    my %status;
    $status{ (Test::JWTIssuer::Server::answer($_, 6))[0] }++ for @waiting;
    is_deeply(\%status, { 503 => 10 }, "$why: those that wait are refused");
    is(($nginx->get('/now'))[0], 200, "$why: the new workers have their key");
}

done_testing();
