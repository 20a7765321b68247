# The source is down when nginx starts: that goes on, answers 503 soon, asks no
# more often than its back-off says, and has the key when the source is there
# again; a reload while the first fetch is under way loses nobody who waits, and
# an old worker does not go on fetching beside the new one (F01, F05, F10, F12,
# F55, F63, F87).  Names that nobody configured are never asked for (F85).  Fails
# when init_process() ends with an error, when a failure is tried again at once,
# when a worker that ends leaves its connections, when libcurl is begun in the
# master, or when an unknown service reaches the source.

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

# every connection is reset

$aws->ask(fault => action => 'connect', times => 'always', cut => 'before',
          reset => JSON::PP::true());
my $from = time();
my $nginx = nginx(workers => 4, env => { key_env() }, level => 'info', http => conf('5m'));
wait_for('the workers are there', 5, sub { $nginx->workers == 4 });
my @workers = $nginx->workers;
wait_for('the source is asked', 5, sub { $nginx->log('key is not fetched') });

my $start = time();
my ($status, undef, undef, $head) = $nginx->get('/token/core');
my $took = time() - $start;
is($status, 503, 'no key yet: 503');
like($head, qr/^Retry-After: [1-9]/m, 'with Retry-After');
cmp_ok($took, '>', 0.9, sprintf 'after jwt_issuer_wait: %.2f s', $took);
is(($nginx->get('/jwks'))[0], 503, 'and no empty JWKS');

stays('the workers are alive', 2.5, sub { "@{[ $nginx->workers ]}" eq "@workers" });
my $down = time() - $from;

# three attempts at once, then after 1 s, 2 s, 4 s...
my $tries = $aws->ask('faults')->{faults}[0]{hits};
cmp_ok($tries, '>', 2, 'it is tried again');
cmp_ok($tries, '<=', 3 * (2 + $down / 1.5), "$tries connections in "
       . int($down * 10) / 10 . ' s, no more than the back-off allows');
is(scalar $nginx->log('\[error\].*(?:key is not fetched|no usable key)'), 2,
   'a line in the log that it fails, one that requests are refused');

my ($threads, $sockets) = master();
is($threads, 1, 'the master has no thread');
is($sockets, 0, 'and no connection');

$aws->ask('clear');
$start = time();
wait_for('the source is there, and so is the key', 8, sub { $nginx->token('core') });
my $back = time() - $start;
is($nginx->judge('core'), '', 'it verifies');
is("@{[ $nginx->workers ]}", "@workers", 'in the same workers');

# nobody's names

my $before = $aws->ask('counts')->{actions};
my $client = $nginx->client;
my $names = rounds(1000, 10_000);
my %unknown;
$unknown{ ($client->get("/token/nobody$_"))[0] }++ for 1 .. $names;
is_deeply(\%unknown, { 400 => $names }, 'unknown names are refused');
is_deeply($aws->ask('counts')->{actions}, $before, 'and ask nothing of AWS');

# the kept connection is closed with its worker

cmp_ok(open_now(), '>=', 1, 'a connection to AWS is kept');
my $pid = $nginx->pid;
$nginx->signal('QUIT');
wait_for('QUIT: nginx is gone', 10, sub { !kill 0 => $pid });
wait_for('and AWS sees the end of its connection', 10, sub { open_now() == 0 });
$nginx->stop;

# reloads while the first fetch is under way

my ($good, $refused, $most) = (0, 0, 0);
my $rounds = rounds(1, 5);

for my $round (1 .. $rounds) {
    idle();
    $aws->ask(fault => action => $get, times => 'always', hold => 'first');
    $nginx = nginx(workers => 2, env => { key_env() }, level => 'info', http => conf('5m')
                   =~ s/wait 1s/wait 8s/r);
    my @clients = map { $nginx->client } 1 .. 20;
    $_->send('/token/core') for @clients;
    waiting(1);
    is(fetches(), 1, "round $round: one worker fetches for those that wait");

    # old workers stay for those that wait, their fetch too
    $nginx->signal('HUP');
    waiting(2);
    $aws->ask(release => gate => 'first');
    $aws->ask('clear');

    for my $client (@clients) {
        ($client->receive)[0] == 200 ? $good++ : $refused++;
    }
    wait_for("round $round: the old workers are gone", 3, sub {
        $nginx->processes == 2;
    });
    is($nginx->judge('core'), '', "round $round: the token verifies");
    is(fetches(), 2, "round $round: the old workers have fetched once, and the new ones");

    # with nobody who waits the old one ends, and so does its fetch
    $aws->ask(fault => action => $get, times => 'always', hold => 'again');
    $nginx->stop;
    idle();
    $nginx = nginx(workers => 2, env => { key_env() }, level => 'info', http => conf('5m'));
    for (1 .. 3) {
        wait_for('a fetch is under way', 4, sub {
            $aws->ask(waiting => gate => 'again')->{waiting};
        });
        $nginx->reload;
    }
    wait_for('one fetch is under way', 4, sub {
        return $aws->ask(waiting => gate => 'again')->{waiting} == 1;
    });
    my $busy = $aws->ask('counts')->{max_busy};
    $most = $busy if $busy > $most;
    $aws->ask('clear');
    wait_for('and it brings the key', 5, sub { $nginx->token('core') });
    is(join('', $nginx->log('open socket')), '',
       "round $round: workers that ended in a fetch left no socket");
    $nginx->stop;
}

# an old worker's, until it is gone, and a new one's
cmp_ok($most, '<=', 2, "never more than $most at once");
is($refused, 0, "$good requests that waited over a reload have their token");

figure(F01 => "$rounds reloads in the first fetch: $good that waited, $refused refused");
figure(F10 => sprintf '4 workers, source down for %.1f s: none ended', $down);
figure(F12 => "3 reloads in a fetch, $rounds times: $most under way at once at"
       . ' most, one behind them');
figure(F63 => sprintf 'down at start for %.1f s, a token %.1f s after its return',
       $down, $back);
figure(F85 => "$names unknown names, 0 calls to AWS");
figure(F87 => sprintf '%d connections in %.1f s of resets, 2 lines in the log',
       $tries, $down);

finish();


sub conf {
    my ($refresh) = @_;
    return <<"END";
jwt_issuer_core_dump on;
jwt_issuer_environment dev;
jwt_issuer_wait 1s;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_service core { key secretsmanager; refresh $refresh; }
END
}


# nothing is under way, and nothing is known of what was

sub idle {
    wait_for('nothing is under way', 10, sub { !$aws->ask('counts')->{busy} });
    $aws->ask('forget');
}


sub fetches {
    return scalar grep { $_->{stage} eq 'AWSCURRENT' }
           @{ $aws->ask(log => action => $get)->{log} };
}


sub waiting {
    my ($number) = @_;
    wait_for("$number at the gate", 4, sub {
        $aws->ask(waiting => gate => 'first')->{waiting} >= $number;
    });
}


# threads of the master, and its connections but for the ones that listen

sub master {
    my $pid = $nginx->pid;
    my @threads = glob "/proc/$pid/task/*";
    my %link = map { (readlink($_) // '') =~ /^socket:\[(\d+)\]/ ? ($1 => 1) : () }
               glob "/proc/$pid/fd/*";
    open my $tcp, '<', "/proc/$pid/net/tcp" or return (0, 99);
    my @connected = grep { my @f = split ' '; ($f[3] // '') eq '01' && $link{ $f[9] } }
                    <$tcp>;
    return (scalar @threads, scalar @connected);
}


# established connections at the server's port

sub open_now {
    my $port = sprintf '%04X', $aws->{ports}{http};
    open my $tcp, '<', '/proc/net/tcp' or return 99;
    return scalar grep { my @f = split ' ';
                         ($f[1] // '') =~ /:$port$/ && $f[3] =~ /^(?:01|08)$/
                         && $f[7] eq $> && peer_is_nginx($f[2]) } <$tcp>;
}


# not our own control connection: that is another process's

sub peer_is_nginx {
    my ($peer) = @_;
    open my $tcp, '<', '/proc/net/tcp' or return 0;
    my ($inode) = map { my @f = split ' '; ($f[1] // '') eq $peer ? $f[9] : () } <$tcp>;
    return 0 unless $inode;
    for my $worker ($nginx->processes) {
        return 1 if grep { (readlink($_) // '') eq "socket:[$inode]" }
                    glob "/proc/$worker/fd/*";
    }
    return 0;
}
