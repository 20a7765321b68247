# The key that requests wait for, the end of their time to wait and the end of
# their clients come in one turn of the event loop: each client that stays has
# exactly one answer, each that leaves is forgotten, and what waited signs once
# (F36, F39, F40).  Fails when wait_leave() does not say that the request is not
# parked any more, so that its end takes it off the list a second time.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Torture;
use Time::HiRes qw( sleep );

# one worker brings the keys, the other one's requests wait
my $nginx = Test::JWTIssuer::Server->new(workers => 2, reuseport => 1,
    http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1200ms;
        reuse off;
    }
END
    keepalive_timeout 30s;
    location = /token {
        jwt_issuer_wait 1s;
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
    location = /now { jwt_issuer_wait 0; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

$nginx->put_key('ed25519.pem');
$nginx->start;

my ($zero, $other) = $nginx->workers;
my $rounds = rounds(2, 12);
my ($left, $answers, $twice, $more, $bad) = (0, 0, 0, 0, 0);

for my $round (1 .. $rounds) {
    unlink $nginx->dir . '/key.pem';
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 8),
       "round $round: the key is stale");

    my @stay = map { on($other) } 1 .. 30;
    my @leave = map { on($other) } 1 .. 30;
    my $before = length $nginx->log_text;

    # all of them are parked when a later request is answered
    print $_ "GET /token HTTP/1.1\r\nHost: x\r\n\r\n" for @stay, @leave;
    my $late = on($other);
    print $late "GET /static HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    Test::JWTIssuer::Server::answer($late);

    hold($other);
    $nginx->put_key('ed25519.pem');

    # in every second round also their time is over
    ok(wait_until(sub { $nginx->logged(qr/key is fetched again/) == $round }, 8),
       "round $round: it is there again");
    sleep 0.1 for 1 .. ($round % 2 ? 0 : 12);
    close $_ for @leave;
    kill 'CONT', $other;

    for my $socket (@stay) {
        my ($status) = Test::JWTIssuer::Server::answer($socket, 8);
        $status == 200 ? $answers++ : $bad++;
    }

    # a second answer would come before this one
    print $_ "GET /jwks HTTP/1.1\r\nHost: x\r\n\r\n" for @stay;
    $twice += grep { (Test::JWTIssuer::Server::answer($_))[1] !~ /^\{"keys"/ }
              @stay;

    $left += @leave;
    my %signed;
    $signed{$_}++ for substr($nginx->log_text, $before)
                      =~ /\*(\d+) jwt issuer signature made/g;
    $more += grep { $_ > 1 } values %signed;
    # those that left may have been seen before
    $bad++ if keys %signed < 30 || keys %signed > 60;
}

is($bad, 0, 'who stays gets a token');
is($more, 0, 'each waiting request signs once');
is($twice, 0, 'and exactly one answer');
is_deeply([ $nginx->workers ], [ $zero, $other ], 'the workers are the same');
is($nginx->logged(qr/\[(?:crit|alert|emerg)\]|open socket/), 0, 'nothing is wrong');

figure($_ => "$rounds rounds: $left clients left in the turn of their answer,"
       . " $answers stayed, each had one answer") for qw( F36 F39 F40 );

done_testing();


# a connection to that worker

sub on {
    my ($worker) = @_;

    for (1 .. 200) {
        my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                           PeerPort => $nginx->port)
            or die "connect: $!\n";
        $socket->autoflush(1);
        print $socket "GET /static HTTP/1.1\r\nHost: x\r\n\r\n";
        my (undef, undef, $headers) = Test::JWTIssuer::Server::answer($socket);
        return $socket if ($headers->{'x-worker'} // 0) == $worker;
    }

    die "no connection to $worker\n";
}
