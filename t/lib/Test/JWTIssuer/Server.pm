package Test::JWTIssuer::Server;

# nginx for suites that are about processes, signals and time, which
# Test::Nginx's one server for each block cannot show.  Such a suite is plain
# Test::More; it reloads by itself, so it runs once and not a second time with
# TEST_NGINX_USE_HUP=1 (tools/test.sh asks for the line "use
# Test::JWTIssuer::Server").
#
#   my $nginx = Test::JWTIssuer::Server->new(http => ..., server => ...,
#                                            workers => 4);
#   $nginx->start;
#   my ($status, $body, $headers) = $nginx->get('/token');
#   $nginx->set(server => ...)->reload;
#
# The configuration: main, events, http, server (text for these blocks),
# workers (1), log (debug), single (1: master_process off), reuseport (1), raw
# (instead of the blocks events and http), modules (0: load_module is left out).
# In
# it %KEYS% is the folder of Test::JWTIssuer::Keys, %DIR% the server's own,
# which the workers' user may read, %PORT% its port.  The server has "location =
# /static", and X-Worker says who answered.
#
# A suite that looks into nginx's processes, such as at their files in /proc, has
# "jwt_issuer_core_dump on": without it only root could do so.
#
# Nothing here sleeps for a fixed time: wait_until() looks every 20 ms.

use strict;
use warnings;

use base 'Exporter';

use File::Copy ();
use File::Temp ();
use IO::Select ();
use IO::Socket::INET ();
use JSON::PP ();
use Time::HiRes qw( sleep time );

use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Token qw( note_tokens forbid_in_logs expect_alert );

our @EXPORT = qw( wait_until token_of jwt_of kids expect_alert );

my ($lib) = __FILE__ =~ m{^(.*)/Test/JWTIssuer/Server\.pm$};
my $root = "$lib/../..";
my $keys = Test::JWTIssuer::Keys::folder();
my $temp;
my (@all, @watches);

$Test::JWTIssuer::Token::Lib = $lib;
$Test::JWTIssuer::Token::Log //= $ENV{JWT_ISSUER_LOG_DIR} // do {
    $temp = File::Temp->newdir('jwt-issuer-logs-XXXXXX', TMPDIR => 1);
    "$temp";
};


sub new {
    my ($class, %conf) = @_;

    my $self = bless {
        dir => File::Temp->newdir('jwt-issuer-nginx-XXXXXX', TMPDIR => 1),
        port => free_port(),
        owner => $$,
        binary => $ENV{TEST_NGINX_BINARY} // 'nginx',
        log_file => "$Test::JWTIssuer::Token::Log/error.log",
        conf => { workers => 1, log => 'debug', modules => 1, %conf },
    }, $class;

    $self->{start} = -s $self->{log_file} || 0;

    chmod 0755, "$self->{dir}";
    mkdir "$self->{dir}/$_" for qw( logs html temp );

    push @all, $self;
    return $self;
}


sub free_port {
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "listen: $!\n";
    return $socket->sockport;
}


sub dir { return "$_[0]{dir}" }
sub port { return $_[0]{port} }
sub keys_dir { return $keys }


# ---- the configuration

sub set {
    my ($self, %conf) = @_;
    $self->{conf}{$_} = $conf{$_} for keys %conf;
    $self->write_conf;
    return $self;
}


sub write_conf {
    my ($self) = @_;
    my %c = %{ $self->{conf} };
    my $modules = $ENV{TEST_NGINX_LOAD_MODULES}
                  // "$root/build/ngx_http_jwt_issuer_module.so";

    my $text = join "\n",
        (map { "load_module $_;" } split ' ', $c{modules} ? $modules : ''),
        $c{single} ? 'master_process off;' : "worker_processes $c{workers};",
        "error_log $self->{log_file} $c{log};",
        'pid logs/nginx.pid;', 'worker_shutdown_timeout 20s;',
        $c{main} // '',
        defined $c{raw} ? $c{raw} : (
        'events {', 'worker_connections 2048;', $c{events} // '', '}',
        'http {', 'access_log off;', 'root html;', 'lingering_close off;',
        (map { "${_}_temp_path temp/$_;" }
            qw( client_body proxy fastcgi uwsgi scgi )),
        $c{http} // '',
        'server {',
        'listen 127.0.0.1:%PORT%' . ($c{reuseport} ? ' reuseport;' : ';'),
        'add_header X-Worker $pid always;',
        'location = /static { return 200 "static\n"; }',
        $c{server} // '',
        '}', '}'), '';

    my %name = (KEYS => $keys, DIR => $self->dir, PORT => $self->{port});
    $text =~ s/%(KEYS|DIR|PORT)%/$name{$1}/g;

    Test::JWTIssuer::Keys::spew($self->dir . '/nginx.conf', $text);
}


# a key of the folder as the file NAME of the server's own, in one step as a
# careful operator would, readable by the workers

sub put_key {
    my ($self, $key, $name) = @_;
    $self->put(Test::JWTIssuer::Keys::slurp("$keys/$key"), $name // 'key.pem');
}


sub put {
    my ($self, $text, $name) = @_;
    my $path = $self->dir . "/$name";

    Test::JWTIssuer::Keys::spew("$path.new", $text);
    chmod 0644, "$path.new";
    rename "$path.new", $path or die "$path: $!\n";
}


# ---- processes

sub command {
    my ($self, @args) = @_;
    return ($self->{binary}, '-p', $self->dir . '/', '-c', 'nginx.conf',
            '-e', $self->{log_file}, @args);
}


# (status, what it said) of nginx with these arguments

sub run {
    my ($self, @args) = @_;
    my @command = $self->command(@args);

    my $pid = open my $out, '-|';
    die "fork: $!\n" unless defined $pid;

    if (!$pid) {
        open STDERR, '>&', \*STDOUT;
        exec @command or exit 127;
    }

    local $/;
    my $said = <$out> // '';
    close $out;
    return ($? >> 8, $said);
}


sub start {
    my ($self) = @_;

    $self->write_conf;

    if ($self->{conf}{single}) {
        my $pid = fork // die "fork: $!\n";
        if (!$pid) {
            open STDOUT, '>', '/dev/null';
            exec $self->command('-g', 'daemon off;') or exit 127;
        }
        $self->{child} = $pid;

    } else {
        my ($status, $said) = $self->run;
        die "nginx does not start: $said\n" if $status;
    }

    wait_until(sub { $self->master && ($self->get('/static'))[0] == 200 }, 10)
        or die "nginx does not answer\n";
    wait_until(sub { $self->workers == $self->{conf}{workers} }, 10)
        or die "nginx has not its workers\n" unless $self->{conf}{single};

    return $self;
}


sub master {
    my ($self) = @_;
    open my $in, '<', $self->dir . '/logs/nginx.pid' or return 0;
    my $pid = <$in> // '';
    return $pid =~ /^(\d+)/ ? $1 : 0;
}


# pids of the workers that take requests, of those that end, of others

sub workers { return $_[0]->children(qr/: worker process$/) }
sub old_workers { return $_[0]->children(qr/: worker process is shutting/) }

sub children {
    my ($self, $like, $master) = @_;
    $master //= $self->master;
    my @found;

    for my $dir (glob '/proc/[0-9]*') {
        my ($pid) = $dir =~ /(\d+)$/;
        open my $stat, '<', "$dir/stat" or next;
        next unless (<$stat> // '') =~ /^\d+ \(.*\) (\S) (\d+)/
                    && $2 == $master && $1 ne 'Z';
        open my $line, '<', "$dir/cmdline" or next;
        my $title = <$line> // '';
        $title =~ s/[\0 ]+$//;
        push @found, $pid if $title =~ $like;
    }

    @found = sort { $a <=> $b } @found;
    return @found;
}


sub signal {
    my ($self, $signal, $pid) = @_;
    kill $signal, $pid // $self->master or die "kill $signal: $!\n";
}


# a reload that succeeds: back when only the new configuration takes requests

sub reload {
    my ($self) = @_;
    my %old = map { $_ => 1 } $self->workers;

    $self->signal('HUP');

    wait_until(sub {
        my @new = $self->workers;
        return @new == $self->{conf}{workers} && !grep { $old{$_} } @new;
    }, 10) or die "nginx does not reload\n";
}


# the old workers are gone: seconds that it took, or nothing

sub drained {
    my ($self, $limit) = @_;
    my $from = time;
    wait_until(sub { !$self->old_workers }, $limit // 10) or return;
    return time - $from;
}


sub alive {
    my ($pid) = @_;
    open my $stat, '<', "/proc/$pid/stat" or return 0;
    return (<$stat> // '') =~ /^\d+ \(.*\) ([^Z])/ ? 1 : 0;
}


sub rss {
    my ($self, $pid) = @_;
    open my $in, '<', "/proc/$pid/status" or return 0;
    while (<$in>) {
        return $1 if /^VmRSS:\s+(\d+) kB/;
    }
    return 0;
}


sub stop {
    my ($self, $signal) = @_;
    my $pid = $self->{child} // $self->master;

    if ($pid && alive($pid)) {
        kill $signal // 'TERM', $pid;
        wait_until(sub { waitpid $pid, 1; !alive($pid) }, 10)
            or kill 'KILL', $pid;
    }

    delete $self->{child};
}


END {
    my $status = $?;
    # a suite that died would wait for them
    for my $watch (@watches) {
        kill 'KILL', $watch->{pid} if $watch->{owner} == $$;
    }
    for my $self (@all) {
        $self->stop if $self->{owner} == $$;
    }
    @all = ();
    $? = $status;
}


# ---- requests

# the whole exchange: (status, body, headers); status 0: no answer

sub get {
    my ($self, $path, %headers) = @_;
    my $socket = $self->ask($path, %headers) or return (0, '', {});
    return answer($socket);
}


# only sends; :method and :body are no headers

sub ask {
    my ($self, $path, %headers) = @_;
    my $method = delete $headers{':method'} // 'GET';
    my $body = delete $headers{':body'};

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $self->{port}) or return;
    $headers{'Content-Length'} = length $body if defined $body;
    $headers{Connection} //= 'close';

    local $SIG{PIPE} = 'IGNORE';
    print $socket join "\r\n", "$method $path HTTP/1.1", 'Host: localhost',
        (map { "$_: $headers{$_}" } sort keys %headers), '', $body // '';
    $socket->flush;
    return $socket;
}


sub answer {
    my ($socket, $limit) = @_;
    my $text = '';
    my $end = time + ($limit // 15);
    my $select = IO::Select->new($socket);

    while (time < $end && $select->can_read($end - time)) {
        sysread $socket, $text, 65536, length $text or last;
        last if $text =~ /\r\n\r\n/
                && $text =~ /^Content-Length: (\d+)\r\n/mi
                && length $text >= index($text, "\r\n\r\n") + 4 + $1;
    }

    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    return (0, '', {}) unless defined $head
                              && $head =~ m{^HTTP/1\.\d (\d+)};

    my %headers = map { /^([^:]+): ?(.*)/ ? (lc $1, $2) : () }
                  split /\r\n/, $head;
    note_tokens($body // '');
    return ($1, $body // '', \%headers);
}


# requests one after the other over a connection that is kept, some of them at
# once; returns how many were answered 200

sub flood {
    my ($self, $n, @requests) = @_;
    my ($good, $sent, $text) = (0, 0, '');

    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $self->{port}) or return 0;

    while ($sent < $n) {
        my $batch = $n - $sent < 40 ? $n - $sent : 40;
        print $socket map { $requests[$_ % @requests] } $sent + 1 .. $sent + $batch;
        $socket->flush;
        $sent += $batch;

        my $got = 0;
        while ($got < $batch) {
            my $end = index $text, "\r\n\r\n";
            my ($size) = $text =~ /^Content-Length: (\d+)\r\n/mi;
            if ($end >= 0 && defined $size
                && length $text >= $end + 4 + $size)
            {
                $good++ if $text =~ m{^HTTP/1\.1 200};
                substr $text, 0, $end + 4 + $size, '';
                $got++;
                next;
            }
            sysread $socket, $text, 65536, length $text or return $good;
        }
    }

    return $good;
}


# 1 when an answer, or the end, can be read

sub answered {
    my ($socket, $limit) = @_;
    return IO::Select->new($socket)->can_read($limit // 0) ? 1 : 0;
}


# until(CONDITION, SECONDS): what it returned, or nothing

sub wait_until {
    my ($condition, $limit) = @_;
    my $end = time + ($limit // 10);

    while (1) {
        my $result = $condition->();
        return $result if $result;
        return if time > $end;
        sleep 0.02;
    }
}


# the token in an answer of the token location, and its parts

sub token_of {
    my ($body) = @_;
    return $body =~ /"access_token":"([^"]+)"/ ? $1 : undef;
}


sub jwt_of {
    my ($body) = @_;
    my $token = token_of($body) // return;
    return map { JSON::PP::decode_json($_) }
           (Test::JWTIssuer::Token::jwt_parts($token))[0, 1];
}


# the kids of a key set, or that of a token location's answer

sub kids {
    my ($body) = @_;
    my $set = eval { JSON::PP::decode_json($body) } // return;
    return map { $_->{kid} } @{ $set->{keys} } if $set->{keys};
    return (jwt_of($body))[0]{kid};
}


# what the error log says since this server was made

sub log_text {
    my ($self) = @_;
    open my $in, '<', $self->{log_file} or return '';
    seek $in, $self->{start}, 0;
    local $/;
    return <$in> // '';
}


sub logged {
    my ($self, $like) = @_;
    my $n = () = $self->log_text =~ /$like/g;
    return $n;
}


# ---- clients that go on while a suite does something: t/lib/watch.py

sub watch {
    my ($self, @args) = @_;
    my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';

    pipe my $in, my $hold or die "pipe: $!\n";
    my $pid = open my $out, '-|';
    die "fork: $!\n" unless defined $pid;

    if (!$pid) {
        close $hold;
        open STDIN, '<&', $in;
        exec $python, '-B', "$lib/watch.py", "http://127.0.0.1:$self->{port}",
            @args or exit 127;
    }

    close $in;
    my $watch = { pid => $pid, out => $out, hold => $hold, owner => $$ };
    push @watches, $watch;
    <$out>;     # it has made its first request
    return $watch;
}


sub watched {
    my ($self, $watch) = @_;
    close $watch->{hold};
    my $out = $watch->{out};
    my $line = <$out> // '{}';
    close $out;
    @watches = grep { $_ != $watch } @watches;
    return JSON::PP::decode_json($line);
}


1;
