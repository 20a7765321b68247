# The life of processes: a cold start, reloads during traffic, a worker that is
# killed, one process only, no connections left, an exit in the middle of a
# transfer.  Requests wait for the first key in every worker and are answered;
# one worker fetches, once for each key and interval; nothing is left behind.
#
# Fails when each worker fetches, when a cache manager does, when "nginx -t"
# does, when a transfer holds an old worker, when what ends it forgets a part.

use strict;
use warnings;

use lib 't/lib';
use File::Find;
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Keys;
use Test::More;
use Time::HiRes qw( sleep time );

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';
my @names = map { "core$_" } 1 .. 5;

$aws->ask(secret => name => "$_/dev", generate => 'P-256') for @names;

# a cold start

$aws->ask(fault => action => $get, times => 'always', hold => 'cold');
my $nginx = nginx(workers => 4, listen => 'reuseport', env => { key_env() },
                  main => 'worker_rlimit_nofile 2048;', http => <<"END");
proxy_cache_path @{[ work_dir() ]}/cache keys_zone=cache:1m;
jwt_issuer_wait 3s;
@{[ conf(@names) ]}
END

my @clients = $nginx->clients;
is(scalar @clients, 4, 'a connection to each of 4 workers');
my @others = $nginx->clients;

$_->send('/token/core1') for @clients;
is(($others[0]->get('/jwks'))[0], 503, 'JWKS: 503 before the first key of all');
wait_for('the fetch is held', 3, sub {
    $aws->ask(waiting => gate => 'cold')->{waiting};
});
is(($_->get('/static'))[0], 200, 'a worker answers while a request waits')
    for @others;
$aws->ask(release => gate => 'cold');
my @answers = map { ($_->receive)[0] } @clients;
is("@answers", '200 200 200 200', 'then the waiting are answered, in any worker');
$aws->ask('clear');
is($nginx->judge('core1'), '', 'and the token verifies');

# once for each key and interval

wait_for("$_ is there", 5, sub { $nginx->token($_) }) for @names;
$aws->ask('forget');
my $start = time();
stays('5 keys for 3 seconds', 3, sub { 1 });
my %asked;
$asked{ $_->{key} }++ for grep { $_->{stage} eq 'AWSCURRENT' } entries();
my $most = (sort { $b <=> $a } values %asked)[0];
is(scalar keys %asked, 5, 'each is fetched');
cmp_ok($most, '<=', int((time() - $start) / 0.9) + 1,
       "at most $most times, by one of 4 workers, cache manager and loader");
cmp_ok($aws->ask('counts')->{max_open}, '<=', 6, 'on few connections');

# 20 reloads during traffic, fetches under way

$aws->ask(fault => action => $get, times => 'always', delay => 0.15);
my $traffic = traffic($nginx, "/token/core2");
my ($longest, %fds) = (0);
for my $round (1 .. 20) {
    my $took = $nginx->reload // 99;    # not within 10 s
    $longest = $took if $took > $longest;
    $fds{$round} = $nginx->fds($nginx->pid);
    sleep 0.05;
}
my ($good, $bad) = stop($traffic);
is($bad, 0, "20 reloads, $good requests: none failed");
cmp_ok($longest, '<', 99, sprintf 'old workers exit promptly: %.2f s', $longest);
cmp_ok($fds{20}, '<=', $fds{2} + 16,
       "descriptors of the master: $fds{2}, then $fds{20}");
cmp_ok($nginx->fds($_), '<=', 16 + 2 * 12 + 20, 'and a worker what it needs')
    for $nginx->workers;
$aws->ask('clear');
wait_for('fetches go on', 4, sub {
    $aws->ask('forget');
    sleep 0.5;
    return entries();
});
is($nginx->judge('core3'), '', 'and the token verifies');

# the worker that fetches is killed

expect_alert('worker process \d+ exited on signal 9');
$aws->ask(fault => action => $get, times => 'always', hold => 'kill');
wait_for('a fetch is under way', 4, sub {
    $aws->ask(waiting => gate => 'kill')->{waiting};
});
my ($first) = sort { $a <=> $b } $nginx->workers;
$nginx->signal('KILL', $first);
$aws->ask('clear');
wait_for('another worker 0 is there', 3, sub {
    my @now = $nginx->workers;
    return @now == 4 && !grep { $_ == $first } @now;
});
$aws->ask('forget');
wait_for('it fetches', 4, sub { entries() > 5 });
is($nginx->judge('core1'), '', 'and the token verifies');
$nginx->stop;

# it never comes

$aws->ask(fault => action => $get, times => 'always', hold => 'never');
$nginx = nginx(env => { key_env() }, http => 'jwt_issuer_wait 700ms;'
                                              . conf('core1'));
$start = time();
my ($status, undef, undef, $head) = $nginx->get('/token/core1');
my $took = time() - $start;
is($status, 503, 'a key that never comes: 503');
like($head, qr/^Retry-After: \d+\r/m, 'with Retry-After');
cmp_ok($took, '>', 0.6, sprintf 'after jwt_issuer_wait: %.2f s', $took);

# an exit while requests wait for it and a transfer is under way

my $client = $nginx->client;
$client->send('/token/core1');
my ($old) = $nginx->workers;
$nginx->signal('HUP');
is(($client->receive)[0], 503, 'an old worker still answers who waits');
wait_for('and exits', 2, sub { !kill 0 => $old });
$aws->ask('clear');
$nginx->stop;

$aws->ask('forget');

# neither does who asks for the version, a test of the configuration, or who
# sends a signal; nor do they write files, or touch what the zone has

$nginx = nginx(env => { key_env() }, http => conf('core1') =~ s/refresh 1s; stale 5m/refresh 1h/r);
wait_for('a key for an hour', 5, sub { $nginx->token('core1') });
wait_for('and all that the source has to say', 5, sub {
    grep { ($_->{stage} // '') eq 'AWSPREVIOUS' && $_->{status} } entries();
});
my ($token, @files) = ($nginx->token('core1'), files());
$aws->ask('close_idle');
$aws->ask('forget');
for my $what ('-v', '-V', '-t', '-T', '-s reload') {
    ($status) = $nginx->run(split ' ', $what);
    is($status, 0, "nginx $what");
}
stays('nobody connects to AWS', 0.7, sub {
    my $counts = $aws->ask('counts');
    return !$counts->{connections} && !keys %{ $counts->{actions} };
});
is_deeply([ files() ], \@files, 'or writes a file');
is($nginx->token('core1'), $token, 'the zone has the token that it had');
$nginx->stop;

# all of nginx's but its logs: name and time of change

sub files {
    my @found;
    find({ no_chdir => 1, wanted => sub {
        push @found, join ' ', $_, (lstat)[9, 7] if -f && !m{/logs/};
    } }, $nginx->{dir});
    return sort @found;
}

# worker_shutdown_timeout in a transfer; somebody else holds the worker

$nginx = nginx(env => { key_env() }, main => 'worker_shutdown_timeout 300ms;',
               server => 'location = /slow { limit_rate 1; return 200 '
                         . '"' . 'x' x 300 . '"; }',
               http => conf('core1', 'core2'));
wait_for('a key', 5, sub { $nginx->token('core2') });
for my $round (1 .. 3) {
    $aws->ask(fault => action => $get, times => 'always', hold => 'exit');
    wait_for('a fetch is under way', 4, sub {
        $aws->ask(waiting => gate => 'exit')->{waiting};
    });
    my $slow = $nginx->client;
    $slow->send('/slow');
    ($old) = $nginx->workers;
    $nginx->signal('HUP');
    wait_for("worker_shutdown_timeout, $round: the old worker exits", 3, sub {
        !kill 0 => $old;
    });
    $aws->ask('clear');
}
is(join('', $nginx->log('exited on signal')), '', 'and does not crash');
is($nginx->judge('core1'), '', 'the token verifies');
$nginx->stop;

# all connections of the worker are taken

expect_alert('worker_connections are not enough');
$nginx = nginx(env => { key_env() }, events => '', http => conf('core1'),
               wait => 1);
$nginx->write;
spew("$nginx->{dir}/nginx.conf", slurp("$nginx->{dir}/nginx.conf")
     =~ s/worker_connections 512/worker_connections 12/r);
$nginx->start;
wait_for('a key', 5, sub { $nginx->token('core1') });
$nginx->mark;
my $keep = $nginx->client;
$keep->get('/static');
$aws->ask('close_idle');
my @taken;
for (1 .. 20) {
    my $client = eval { $nginx->client } // last;
    syswrite $client->{socket}, "GET /static HTTP/1.1\r\nHost: x";
    push @taken, $client;
}
wait_for('no connections: the fetch fails', 10, sub {
    $nginx->log('key is not fetched');
}) or diag $nginx->log('notice|warn|error|alert');
$_->{socket}->close for @taken;
wait_for('connections: it goes on', 6, sub {
    $nginx->log('key is fetched again');
}) or diag $nginx->log('error');
is($nginx->judge('core1'), '', 'and the token verifies');
$nginx->stop;

# one process, and poll: Debian's nginx has no poll, one that is built for it has

my $poll = ($nginx->run('-V'))[1] =~ /--with-poll_module/
           or note("NOT TESTED: poll, which this nginx is built without");

for my $case ([ 'one process', single => 1 ],
              $poll ? ([ 'poll', events => 'use poll;' ],
                       [ 'one process and poll', single => 1,
                         events => 'use poll;' ]) : ())
{
    my ($what, @options) = @$case;
    $nginx = nginx(env => { key_env() }, http => conf('core1'), @options);
    wait_for("$what: a key", 5, sub { $nginx->token('core1') });
    $aws->ask('forget');
    wait_for("$what: again and again", 5, sub { entries() > 2 });
    $nginx->mark;
    is($nginx->judge('core1'), '', "$what: the token verifies");

    $aws->ask(fault => action => $get, times => 'always', hold => 'quit');
    wait_for("$what: a fetch is under way", 4, sub {
        $aws->ask(waiting => gate => 'quit')->{waiting};
    });
    my $pid = $nginx->pid;
    $nginx->signal('QUIT');
    wait_for("$what: it exits in the middle of it", 3, sub {
        waitpid $nginx->{child}, 1 if $nginx->{child};
        return !kill 0 => $pid;
    });
    $aws->ask('clear');
    is(join('', $nginx->log('not fetched|open socket')), '', "$what: no error");
    $nginx->stop;
}

# a reload of one process: nginx accepts no connection after it, with or without
# us, but it must come to its end

$nginx = nginx(env => { key_env() }, http => conf('core1'), single => 1);
wait_for('one process: a key', 5, sub { $nginx->token('core1') });
$nginx->signal('HUP');
wait_for('one process: reloaded', 4, sub { $nginx->log('reconfiguring') });
sleep 0.1;
my $pid = $nginx->pid;
$nginx->signal('TERM');
wait_for('one process: ends after a reload', 3, sub {
    waitpid $nginx->{child}, 1;
    return !kill 0 => $pid;
});
is($?, 0, 'one process: with status 0');

# a block that no service uses begins nothing of libcurl's

my $local = 'jwt_issuer_core_dump on; jwt_issuer_service local { key file '
            . Test::JWTIssuer::Keys::folder() . '/p256.pem; }';
my @open = map {
    $nginx = nginx(http => "$_ $local");
    wait_for('a token without AWS', 5, sub { $nginx->token('local') });
    my ($worker) = $nginx->workers;
    my $least;
    for (1 .. 10) {                 # connections of clients come and go
        my $now = $nginx->fds($worker);
        $least = $now if $now < ($least // $now + 1);
        sleep 0.05;
    }
    $nginx->stop;
    $least;
} '', "jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }";
is($open[1], $open[0], "a block that no service uses opens nothing, of $open[0]");

finish();


sub conf {
    return <<"END" . join '', map { "jwt_issuer_service $_ { key secretsmanager; }\n" } @_;
jwt_issuer_core_dump on;
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1s; stale 5m; }
END
}


sub entries {
    return @{ $aws->ask(log => action => $get)->{log} };
}


# a request after the other, each on its own connection

sub traffic {
    my ($nginx, $path) = @_;
    pipe my $in, my $out or die "pipe: $!\n";
    my $pid = fork() // die "fork: $!\n";
    if ($pid == 0) {
        my ($end, $good, %bad) = (0, 0);
        $SIG{TERM} = sub { $end = 1 };
        until ($end) {
            my ($status, $body) = eval {
                $nginx->client(close => 1, limit => 5)->get($path);
            };
            last if $end;
            ($status // 0) == 200 ? $good++ : $bad{ $status // $@ }++;
        }
        my $bad = 0;
        $bad += $_ for values %bad;
        syswrite $out, "$good $bad " . join(';', map { "$_=$bad{$_}" } keys %bad);
        require POSIX;
        POSIX::_exit(0);
    }
    close $out;
    return { pid => $pid, in => $in };
}


sub stop {
    my ($traffic) = @_;
    kill TERM => $traffic->{pid};
    my $line = readline $traffic->{in};
    waitpid $traffic->{pid}, 0;
    my ($good, $bad, $how) = split ' ', $line, 3;
    diag $how if $bad;
    return ($good, $bad);
}
