# The worker that fetches is killed in the middle of it, again and again: the key
# of before signs, its successor fetches at once, and no more often than that (F08).
# Fails when only the first worker 0 fetches, when a successor waits for a lease
# that nobody gives back, or when each worker that sees the death fetches.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Torture;
use Test::More;
use Time::HiRes qw( sleep time );

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';
$aws->ask(secret => name => 'core/dev', generate => 'P-256');

my $nginx = nginx(workers => 3, env => { key_env() }, http => <<"END");
jwt_issuer_core_dump on;
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_service core { key secretsmanager; refresh 3s; stale 5m; activate_after 0; }
END

expect_alert('worker process \d+ exited on signal 9');
wait_for('a key', 5, sub { $nginx->token('core') });

my $rounds = rounds(3, 40);
my ($bad, $longest, $most, $killed) = (0, 0, 0);

for my $round (1 .. $rounds) {
    # at any byte of the answer, or before it
    $aws->ask(fault => action => $get, times => 'always',
              $round % 2 ? (hold => 'kill') : (drip => 0.002));
    my $end = time() + 10;
    sleep 0.005 until $aws->ask('counts')->{busy} || time() > $end;
    sleep rand 0.3 unless $round % 2;

    my ($zero) = grep { fetches($_) } $nginx->workers;
    $bad++, next unless $zero;
    $nginx->signal('KILL', $zero);
    $killed = seen()->[-1]{n};
    $aws->ask('clear');
    my $start = time();
    $bad++ if !$nginx->token('core');
    $aws->ask(secret => name => 'core/dev', generate => 'P-256') if $round % 10 == 0;
    until (good() || time() > $start + 12) { sleep 0.01 }
    my $took = time() - $start;
    $longest = $took if $took > $longest;
    $bad++ unless good();
    # one that has just fetched does so again after more than 2.5 s
    sleep 0.5;
    my @got = good();
    my $got = grep { $_->{monotonic} < $got[0]{monotonic} + 2 } @got;
    $most = $got if $got > $most;
    $end = time() + 5;
    sleep 0.01 until $nginx->workers == 3 || time() > $end;
}

is($bad, 0, "$rounds deaths in a fetch: a successor has fetched each time");
is($most, 1, 'and once');
is($nginx->judge('core'), '', 'the token verifies');

figure(F08 => sprintf '%d workers killed in a fetch: fetched again, and once, after'
       . ' %.2f s at most, tokens all the time', $rounds, $longest);

finish();


sub seen {
    return $aws->ask(log => action => $get, @_)->{log};
}


# answers to others than who was killed

sub good {
    return grep { ($_->{status} // 0) == 200 && $_->{stage} eq 'AWSCURRENT' }
           @{ seen(since => $killed) };
}


# a worker with a connection to the server

sub fetches {
    my ($worker) = @_;
    my %link = map { (readlink($_) // '') =~ /^socket:\[(\d+)\]/ ? ($1 => 1) : () }
               glob "/proc/$worker/fd/*";
    my $port = sprintf ':%04X', $aws->{ports}{http};
    open my $tcp, '<', '/proc/net/tcp' or return 0;
    return scalar grep { my @f = split ' '; ($f[2] // '') =~ /$port$/ && $link{ $f[9] } }
           <$tcp>;
}
