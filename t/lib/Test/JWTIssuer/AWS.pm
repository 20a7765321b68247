package Test::JWTIssuer::AWS;

# What the suites in t/aws stand on: the fault server and moto as child
# processes (they end with the suite), an nginx of the suite's own, and ways to
# wait, to verify and to measure.
#
#   my $aws = fault_server();           $aws->ask(secret => name => 'core/dev', …)
#   my $moto = moto();                  $moto->command('rotate', 'core/dev')
#   my $nginx = nginx(http => …, env => { … }, workers => 4);
#   wait_for('what it is', 5, sub { … });        one test, the sub's value
#   stays('what it is', 2, sub { … });           one test: true all the time
#   my $probe = probe($nginx, '/static');        … $probe->stop: (ms, requests)
#
# The servers are in t/lib/aws, nginx is AWS/Nginx.pm.  Needs a network of its
# own (tools/suite.sh) as ports and addresses are taken as they come.

use strict;
use warnings;

use base 'Exporter';

use Cwd ();
use File::Path qw( make_path );
use File::Temp ();
use HTTP::Tiny ();
use IPC::Open2 qw( open2 );
use JSON::PP ();
use Test::More ();
use Time::HiRes qw( sleep time );

use Test::JWTIssuer::AWS::Nginx ();

our @EXPORT = qw( fault_server moto nginx wait_for stays probe relay verified
                  key_env slurp spew work_dir log_dir expect_alert finish );

my ($Lib) = Cwd::abs_path(__FILE__) =~ m{^(.*)/Test/JWTIssuer/AWS\.pm$};
my $Json = JSON::PP->new->canonical->utf8;
my $Http = HTTP::Tiny->new(timeout => 20, no_proxy => ['127.0.0.1']);

my ($Work, $Log, @servers, @children, @expected, $verifier, $parent);

BEGIN {
    $parent = $$;
    $ENV{PATH} .= ':/usr/sbin:/sbin';
    delete @ENV{ grep { /^AWS_|_proxy$/i } keys %ENV };
    $SIG{PIPE} = 'IGNORE';
}


# folders: of this run, readable by workers; of the logs that are kept

sub work_dir {
    return "$Work" if $Work;
    $Work = File::Temp->newdir('jwt-issuer-aws-XXXXXX', TMPDIR => 1);
    chmod 0755, "$Work";
    return "$Work";
}


sub log_dir {
    $Log //= $ENV{JWT_ISSUER_LOG_DIR} // work_dir() . '/log';
    make_path($Log);
    return $Log;
}


# a child that says "ready" and ends when we do

sub child {
    my (@command) = @_;

    my $pid = open2(my $out, my $in, '/usr/bin/python3', '-B', @command);
    push @children, $pid;

    my $line = <$out> // '';
    die "@command did not start: $line\n" unless $line =~ /^ready\s+(\S.*)/;

    return { pid => $pid, in => $in, out => $out, said => $1 };
}


my $count = 0;

sub fault_server {
    my (@options) = @_;

    my $dir = work_dir() . '/fault' . ++$count;
    my $self = child("$Lib/aws/fault_server.py", '--dir', $dir,
                     '--until-eof', @options);

    $self->{dir} = $dir;
    $self->{ports} = $Json->decode($self->{said});
    push @servers, $self;

    return bless $self, 'Test::JWTIssuer::AWS::Fault';
}


sub moto {
    my $dir = work_dir() . '/moto' . ++$count;
    my $self = child("$Lib/aws/moto_server.py", 'serve', '--dir', $dir,
                     '--port', free_port(), '--until-eof');

    $self->{dir} = $dir;
    $self->{seed} = $Json->decode(slurp("$dir/seed.json"));
    push @servers, $self;

    return bless $self, 'Test::JWTIssuer::AWS::Moto';
}


sub nginx {
    return Test::JWTIssuer::AWS::Nginx->new(
        dir => work_dir() . '/nginx' . ++$count, log => log_dir() . '/error.log',
        port => free_port(), @_);
}


sub free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
        or die "no free port: $@\n";
    return $socket->sockport;
}


# the fault server's first access key as environment

sub key_env {
    return (AWS_ACCESS_KEY_ID => 'AKIATESTTESTTEST0001',
            AWS_SECRET_ACCESS_KEY => 'test+secret/key0123456789abcdefghijklmn',
            @_);
}


# polls: a condition that comes true, one that does not cease to be

sub wait_for {
    my ($what, $seconds, $condition) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($start, $value) = time();

    while (1) {
        $value = $condition->();
        last if $value || time() - $start > $seconds;
        sleep 0.02;
    }

    Test::More::ok($value, $what)
        or Test::More::diag("not within $seconds s");

    return $value;
}


sub stays {
    my ($what, $seconds, $condition) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;
    my ($start, $rounds) = (time(), 0);

    while (time() - $start < $seconds) {
        $rounds++;
        next if $condition->();
        Test::More::diag(sprintf 'no longer after %.2f s', time() - $start);
        return Test::More::ok(0, $what);
    }
    continue {
        sleep 0.02;
    }

    return Test::More::ok($rounds, $what);
}


# A request after the other on one connection, by another process, until stop():
# the longest time that an answer took in ms, how many there were, and how many
# were not 200.

sub probe {
    my ($nginx, $path) = @_;

    pipe my $in, my $out or die "pipe: $!\n";

    my $pid = fork() // die "fork: $!\n";

    if ($pid == 0) {
        # not the end of a pipe: later children would have it as well
        my ($stop, $worst, $requests, $bad) = (0, 0, 0, 0);
        local $SIG{TERM} = sub { $stop = 1 };
        my $client = $nginx->client;

        until ($stop) {
            my $start = time();
            my ($status) = $client->get($path);
            last if $stop;      # the signal may have cut it short
            my $took = time() - $start;
            $worst = $took if $took > $worst;
            $requests++;
            $bad++ if $status ne 200;
            sleep 0.003;
        }

        syswrite $out, sprintf "%.1f %d %d\n", $worst * 1000, $requests, $bad;
        require POSIX;
        POSIX::_exit(0);
    }

    close $out;
    push @children, $pid;

    return bless { pid => $pid, in => $in },
                 'Test::JWTIssuer::AWS::Probe';
}


# A port that leads to another one, which can be changed: to(PORT), to(0):
# nobody listens.  A change ends the connections there are.  It may be at
# another address than 127.0.0.1.

sub relay {
    my ($target, $address) = @_;
    my $self = bless { port => free_port(), address => $address // '127.0.0.1' },
                     'Test::JWTIssuer::AWS::Relay';
    $self->to($target);
    return $self;
}


# PyJWT's judgement of a token with the text of a JWKS: '' or why not

sub verified {
    my ($token, $jwks) = @_;

    $verifier //= child("$Lib/verify_many.py");

    print { $verifier->{in} } $Json->encode([ $token, $jwks ]), "\n";
    $verifier->{in}->flush;

    chomp(my $answer = readline($verifier->{out}) // 'the verifier has ended');
    return $answer eq 'ok' ? '' : $answer;
}


sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;
    return scalar <$in> // '';
}


sub spew {
    my ($file, $text, $mode) = @_;
    unlink $file;
    open my $out, '>:raw', $file or die "$file: $!\n";
    chmod $mode // 0644, $file;
    print $out $text;
    close $out or die "$file: $!\n";
}


# an alert that the suite causes; also told to tools/alerts.pl

sub expect_alert {
    my ($pattern) = @_;
    push @expected, $pattern;
    open my $out, '>>', log_dir() . '/expected' or die "expected: $!\n";
    print $out "$pattern\n";
}


# The last tests of a suite: nothing was refused by a fault server that is not
# in expect (code => number), no alert, no secret in the log.

sub finish {
    my (%expect) = @_;

    for my $server (grep { $_->isa('Test::JWTIssuer::AWS::Fault') } @servers) {
        my $counts = $server->ask('counts');
        Test::More::is_deeply($counts->{refused}, \%expect,
                              'no request was refused as wrong')
            or Test::More::diag(map { "$_->{action}: $_->{why}\n" }
                                grep { $_->{why} }
                                @{ $server->ask('log')->{log} });
    }

    $_->stop for Test::JWTIssuer::AWS::Nginx->all;

    my $text = slurp(log_dir() . '/error.log');
    my @alarm = grep { my $line = $_; !grep { $line =~ $_ } @expected } $text =~
        /^.*(?:\[alert\]|\[emerg\]|Sanitizer|exited on signal).*$/mg;
    Test::More::is("@alarm[0 .. ($#alarm > 4 ? 4 : $#alarm)]", '',
                   'no alert in the log');

    my %secret;
    for my $server (@servers) {
        my $known = slurp("$server->{dir}/forbidden");
        $secret{$1} = 1 while $known =~ /^key (\S{12,})/mg;
        open my $out, '>>', log_dir() . '/forbidden' or die "forbidden: $!\n";
        print $out $known;
    }

    my $any = join '|', map { quotemeta } sort keys %secret;
    my @told = $any ? $text =~ /^(.*)(?:$any).*$/mg : ();
    Test::More::is(scalar @told, 0,
                   'no secret in the log, of ' . keys(%secret));

    Test::More::done_testing();
}


END {
    if ($$ == $parent) {
        my $status = $?;
        $_->stop for Test::JWTIssuer::AWS::Nginx->all;
        kill TERM => $_ for @children;
        waitpid $_, 0 for @children;
        $? = $status;
    }
}


package Test::JWTIssuer::AWS::Fault;

# one command of control.py; dies when it is refused

sub ask {
    my ($self, $name, %arguments) = @_;

    my $answer = $Http->post($self->url . "/_control/$name",
        { content => $Json->encode(\%arguments) });

    die "control $name: $answer->{status} $answer->{content}\n"
        unless $answer->{success};

    return $Json->decode($answer->{content});
}


sub url {
    my ($self, $port) = @_;
    $port //= 'http';
    return ($port =~ /^(?:http|silent|redirect)$/ ? 'http' : 'https')
           . "://127.0.0.1:$self->{ports}{$port}";
}


# how often an action was asked for, or whatever else counts has

sub count {
    my ($self, $action) = @_;
    return $self->ask('counts')->{actions}{$action} // 0;
}


package Test::JWTIssuer::AWS::Moto;

sub command {
    my ($self, $what, @arguments) = @_;

    my @command = ('/usr/bin/python3', '-B', "$Lib/aws/moto_server.py", $what,
                   '--dir', $self->{dir}, @arguments);
    open my $out, '-|', @command or die "@command: $!\n";
    my $said = do { local $/; <$out> };
    close $out or die "@command failed\n";
    return $said;
}


sub url {
    return $_[0]{seed}{endpoint};
}


sub env {
    my ($self, $user, %more) = @_;
    my ($id, $secret) = @{ $self->{seed}{keys}{ $user // 'nginx' } };
    return { AWS_ACCESS_KEY_ID => $id, AWS_SECRET_ACCESS_KEY => $secret, %more };
}


package Test::JWTIssuer::AWS::Probe;

sub stop {
    my ($self) = @_;
    kill TERM => $self->{pid};
    my $line = readline($self->{in}) // '';
    waitpid $self->{pid}, 0;
    return split ' ', $line;
}


package Test::JWTIssuer::AWS::Relay;

use IO::Select ();
use IO::Socket::INET ();

sub to {
    my ($self, $target) = @_;

    if (my $pid = delete $self->{pid}) {
        kill KILL => $pid;
        waitpid $pid, 0;
        @children = grep { $_ != $pid } @children;
    }

    return if !$target;

    my $listen = IO::Socket::INET->new(
        LocalAddr => $self->{address}, LocalPort => $self->{port}, Listen => 64,
        ReuseAddr => 1) or die "relay: $@\n";

    $self->{pid} = fork() // die "fork: $!\n";

    if ($self->{pid} == 0) {
        relay_run($listen, $target);
    }

    push @children, $self->{pid};
}


sub relay_run {
    my ($listen, $target) = @_;
    my $select = IO::Select->new($listen);
    my %other;

    while (1) {
        for my $from ($select->can_read) {
            if ($from == $listen) {
                my $client = $listen->accept or next;
                my $server = IO::Socket::INET->new("127.0.0.1:$target");
                if (!$server) {
                    close $client;
                    next;
                }
                @other{ $client, $server } = ($server, $client);
                $select->add($client, $server);
                next;
            }

            my $to = $other{$from} or next;
            if (sysread $from, my $data, 65536) {
                next if defined syswrite $to, $data;
            }
            delete @other{ $from, $to };
            $select->remove($from, $to);
            close $_ for $from, $to;
        }
    }
}


1;
