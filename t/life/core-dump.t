# Processes have parsed keys, tokens and credentials in memory: none of them
# leaves a core dump, whatever nginx and the system allow, nor can a process of
# the workers' user look into a worker that serves.  "jwt_issuer_core_dump on"
# allows both, as debugging needs it; that such a dump has keys, and its search
# finds them, is seen then.  Fails when prctl() is not called by one of three: what
# reads a configuration, the hook of a process, which nginx has allowed it before,
# and, where it is wanted, the hook of the master.
#
# Where the system keeps dumps to itself (kernel.core_pattern with a pipe or a
# path) those that are wanted are not looked for, but the process's memory is.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use POSIX ();
use Test::More;
use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Server;

my $http = <<'END';
    jwt_issuer_service demo { key file %KEYS%/p256.pem; reuse off; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; }
    proxy_cache_path %DIR%/cache keys_zone=c:64k;
END

my $nginx = Test::JWTIssuer::Server->new(log => 'notice',
    main => 'worker_rlimit_core 1g; working_directory %DIR%/cores;',
    http => $http, server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /front {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:%PORT%/token?s=rsa;
    }
END

my $keys = $nginx->keys_dir;
my $cores = $nginx->dir . '/cores';
my $ignored = qr/"worker_rlimit_core" has no effect without "jwt_issuer_core_dump on"/;

mkdir $cores;
chmod 0777, $cores;

# the limit of a shell, for processes that worker_rlimit_core is not for
Test::JWTIssuer::Keys::spew("$cores.sh",
    "ulimit -c unlimited\ncd $cores\nexec $nginx->{binary} \"\$\@\"\n");
$nginx->{binary} = "$cores.sh";
chmod 0755, $nginx->{binary};

# a line of a key's text
Test::JWTIssuer::Keys::spew("$cores.text",
    (split /\n/, Test::JWTIssuer::Keys::slurp("$keys/p256.pem"))[1]);

expect_alert('process \d+ exited on signal 6');

my $pattern = Test::JWTIssuer::Keys::slurp('/proc/sys/kernel/core_pattern');
my $ours = $pattern !~ m{^[|/]};
diag("core dumps are not ours: $pattern") unless $ours;

# ---- as it is by default

$nginx->write_conf;
like(($nginx->run('-t'))[1], $ignored, 'nginx -t says that no dump is written');

$nginx->start;
work();

is(peek(), 0, "the workers' user cannot look into a worker");
is(aborted(worker()), '', 'a worker that is aborted leaves no core dump');
work();
is(peek(), 0, 'nor can it look into the worker that follows');
is(aborted(helper()), '', 'nor does the cache manager leave one');

$nginx->reload;
work();
is(aborted(worker()), '', 'nor does a worker after a reload');
is(files(), 0, 'there is no file');
$nginx->stop;

is(aborted_master(), 0, 'a master that is aborted leaves no core dump');
is(aborted_test(), 0, 'nor does nginx -t, which has read the keys');

$nginx->set(single => 1);
is(aborted_master(), 0, 'nor does a single process');
is(files(), 0, 'there is no file');

# ---- where the configuration wants it

$nginx->set(single => 0, http => "jwt_issuer_core_dump on; $http");
unlike(($nginx->run('-t'))[1], $ignored, 'on: nginx -t has nothing to say');

$nginx->start;
work();
is(peek(), 1, "the workers' user can look into a worker");

my $worker = worker();
my $found = found($worker);
my $told = aborted($worker);

if ($ours) {
    is($told, ' (core dumped)', 'a worker that is aborted leaves a core dump');
    my ($core) = glob "$cores/*";
    $found = found($core);
    unlink $core;
}

work();
is(join(' ', grep { $found->{$_}{own} } sort keys %$found), 'demo rsa',
   'keys that sign are in it, their text is not')
    or diag(JSON::PP::encode_json($found));

$nginx->set(http => $http)->reload;
work();
is(peek(), 0, 'off after a reload: the user cannot look into a worker');
is(aborted(worker()), '', 'and it leaves no core dump');

$nginx->set(http => "jwt_issuer_core_dump on; $http")->reload;
work();
is(peek(), 1, 'on again: it can');
$nginx->stop;

if ($ours) {
    is(aborted_master(), 1, 'a master leaves a core dump');
    is(aborted_test(), 1, 'nginx -t leaves one');
    $nginx->set(http => $http);
    is(aborted_master(http => "jwt_issuer_core_dump on; $http"), 1,
       'a master leaves one when a reload was for it');
    unlink glob "$cores/*";
}

is(aborted_master(http => $http), 0, 'and none when a reload was against it');
is(files(), 0, 'there is no file');

done_testing();


sub worker { return ($nginx->workers)[0] }
sub helper { return ($nginx->children(qr/: cache manager process$/))[0] }
sub files { return scalar(my @files = glob "$cores/*") }


# keys are in use, tokens have been made and sent

sub work {
    my @status = map { ($nginx->get($_))[0] } '/token?s=demo', '/token?s=rsa',
                     '/front';
    is("@status", '200 200 200', 'tokens');
}


# what nginx says of a dump when this process has been aborted

sub aborted {
    my ($pid) = @_;
    my $told;
    my $follower = sub { my $new = worker(); $new && $new != $pid };

    $nginx->signal('ABRT', $pid);
    wait_until(sub {
        ($told) = $nginx->log_text =~
            / process $pid exited on signal 6(.*)$/m;
        defined $told && $follower->();
    }, 20);
    return $told // 'did not end';
}


# whether the kernel wrote a dump of the first process, after a reload with
# another configuration if there is one

sub aborted_master {
    my (%then) = @_;

    $nginx->write_conf;
    my $pid = background('-g', 'daemon off;');
    wait_until(sub { $nginx->master == $pid
                     && ($nginx->get('/token?s=demo'))[0] == 200 }, 10)
        or return 'it does not answer';
    $nginx->set(%then)->reload if %then;

    my @others = $nginx->children(qr/./);
    my $dumped = dumped($pid);

    kill 'KILL', @others;
    wait_until(sub { !grep { Test::JWTIssuer::Server::alive($_) } @others }, 10);
    return $dumped;
}


# whether it wrote one of a test of the configuration, which has come to its end
# but for a file that nobody writes

sub aborted_test {
    my $fifo = "$cores.fifo";
    -p $fifo || POSIX::mkfifo($fifo, 0600) or die "$fifo: $!\n";

    $nginx->write_conf;
    open my $out, '>>', $nginx->dir . '/nginx.conf' or die "nginx.conf: $!\n";
    print $out "include $fifo;\n";
    close $out;

    my $pid = background('-t');
    my $sleeps = 0;
    wait_until(sub {
        my $stat = Test::JWTIssuer::Keys::slurp("/proc/$pid/stat");
        $sleeps = $stat =~ /^\d+ \(nginx\) S/ ? $sleeps + 1 : 0;
        $sleeps == 10;
    }, 20) or return 'it does not wait for the file';

    return dumped($pid);
}


sub background {
    my (@args) = @_;
    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        open STDOUT, '>', '/dev/null';
        open STDERR, '>', '/dev/null';
        exec $nginx->command(@args) or exit 127;
    }
    return $pid;
}


sub dumped {
    my ($pid) = @_;
    kill 'ABRT', $pid;
    waitpid $pid, 0;
    return ($? & 127) == 6 ? $? >> 7 & 1 : "status $?";
}


# 1 when a process of the workers' user may read what it was started with

sub peek {
    my $worker = worker();
    my ($uid, $gid) = Test::JWTIssuer::Keys::slurp("/proc/$worker/status")
                      =~ /^Uid:\s+(\d+).*?^Gid:\s+(\d+)/ms;

    my $pid = fork // die "fork: $!\n";
    if (!$pid) {
        POSIX::setgid($gid) && POSIX::setuid($uid) or POSIX::_exit(2);
        POSIX::_exit(open(my $in, '<', "/proc/$worker/environ") ? 1 : 0);
    }

    waitpid $pid, 0;
    return $? >> 8;
}


# where keys are, in the memory of a process or in a core dump of it

sub found {
    my ($where) = @_;
    open my $out, '-|', '/usr/bin/python3', '-B', 't/lib/soak/memory.py',
         $where, "demo=$keys/p256.pem", "rsa=$keys/rsa.pem",
         "other=$keys/ed25519.pem", "text=$cores.text"
        or die "memory.py: $!\n";
    my $found = JSON::PP::decode_json(<$out> // '{}');
    close $out or die "memory.py failed\n";
    delete $found->{excluded};
    return $found;
}
