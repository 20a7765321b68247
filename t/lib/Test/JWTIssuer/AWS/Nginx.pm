package Test::JWTIssuer::AWS::Nginx;

# One nginx with a folder, a port and an environment of its own; see AWS.pm.
#
#   http     in the http block; the server has /static, /jwks, 
#            /token/SERVICE and what "server" adds; every answer says
#            in X-Worker which process it is from
#   main, events, listen, workers (1), env, level (debug)
#   single   1: master_process off; the process is a child of ours
#   address  where it listens (127.0.0.1)
#   within   a command that the binary is an argument of

use strict;
use warnings;

use File::Path qw( make_path );
use IO::Socket::INET ();
use JSON::PP ();
use Time::HiRes qw( sleep time );

my @all;


sub all {
    return @all;
}


sub new {
    my ($class, %self) = @_;

    my $self = bless { workers => 1, env => {}, main => '', events => '',
                       listen => '', server => '', level => 'debug',
                       address => '127.0.0.1', within => [], %self },
                     $class;
    make_path("$self->{dir}/logs");
    push @all, $self;

    $self->write;
    $self->mark;
    $self->start unless $self->{wait};

    return $self;
}


# the configuration; %change: other parts than before

sub write {
    my ($self, %change) = @_;
    @{$self}{ keys %change } = values %change;

    my $modules = $ENV{TEST_NGINX_LOAD_MODULES}
                  // "$ENV{PWD}/build/ngx_http_jwt_issuer_module.so";
    my $load = join '', map { "load_module $_;\n" } split ' ', $modules;

    my $master = $self->{single} ? "master_process off;\ndaemon off;\n" : '';
    my $temp = join '', map { "    ${_}_temp_path $self->{dir}/$_;\n" }
               qw( client_body proxy fastcgi uwsgi scgi );

    open my $out, '>', "$self->{dir}/nginx.conf" or die "nginx.conf: $!\n";
    print $out <<"END";
${load}pid $self->{dir}/nginx.pid;
error_log $self->{log} $self->{level};
worker_processes $self->{workers};
$master$self->{main}
events {
    worker_connections 512;
$self->{events}
}
http {
    access_log off;
    keepalive_timeout 600s;
    keepalive_requests 1000000;
$temp
$self->{http}
    server {
        listen $self->{address}:$self->{port} $self->{listen};
        add_header X-Worker \$pid always;
        location = /static { return 200 "static\\n"; }
        location = /jwks { jwt_issuer_jwks; }
        location = /status { jwt_issuer_status format=json; }
        location ~ ^/token/(?<service>[\\w.-]+)\$ {
            jwt_issuer_token \$service;
            jwt_issuer_require off;
        }
$self->{server}
    }
}
END
    close $out or die "nginx.conf: $!\n";
}


sub command {
    my ($self, @arguments) = @_;
    my $binary = $ENV{TEST_NGINX_BINARY} || 'nginx';
    return (@{ $self->{within} }, $binary, '-p', $self->{dir},
            '-c', "$self->{dir}/nginx.conf", @arguments);
}


# runs the binary with the environment of this nginx: (status, what it said)

sub run {
    my ($self, @arguments) = @_;

    my $pid = open my $out, '-|';
    die "fork: $!\n" unless defined $pid;

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        $self->exec(@arguments);
    }

    my $said = do { local $/; <$out> } // '';
    close $out;
    return ($? >> 8, $said);
}


sub exec {
    my ($self, @arguments) = @_;
    %ENV = (PATH => $ENV{PATH}, TEST_NGINX_BINARY => $ENV{TEST_NGINX_BINARY},
            %{ $self->{env} });
    delete $ENV{TEST_NGINX_BINARY} unless defined $ENV{TEST_NGINX_BINARY};
    my @command = $self->command(@arguments);
    exec { $command[0] } @command or die "$command[0]: $!\n";
}


sub start {
    my ($self) = @_;

    if ($self->{single}) {
        $self->{child} = fork() // die "fork: $!\n";
        $self->exec if $self->{child} == 0;

    } else {
        my ($status, $said) = $self->run;
        die "nginx did not start: $said\n" if $status;
    }

    for (1 .. 250) {
        last if $self->pid && eval { $self->client };
        sleep 0.02;
    }
}


sub pid {
    my ($self) = @_;
    open my $in, '<', "$self->{dir}/nginx.pid" or return;
    my $pid = <$in>;
    return unless defined $pid && $pid =~ /^(\d+)/;
    return $1;
}


sub signal {
    my ($self, $name, $pid) = @_;
    kill $name, $pid // $self->pid or die "kill $name: $!\n";
}


# QUIT would wait for kept connections: those are ours and need no answer

sub stop {
    my ($self) = @_;
    @all = grep { $_ != $self } @all;

    my $pid = $self->pid or return;
    kill TERM => $pid;

    for (1 .. 500) {
        waitpid $self->{child}, 1 if $self->{child};
        last if !kill 0 => $pid;
        sleep 0.02;
    }

    kill KILL => $pid if kill 0 => $pid;
}


# children of the master, oldest first; workers only, unless a name is given

sub processes {
    my ($self, $what, $master) = @_;
    $what //= 'worker process';
    $master //= $self->pid // return;

    open my $in, '<', "/proc/$master/task/$master/children" or return;
    return grep { (title($_) // '') =~ /$what/ } split ' ', <$in> // '';
}


sub title {
    my ($pid) = @_;
    open my $in, '<', "/proc/$pid/cmdline" or return;
    local $/;
    return scalar <$in>;
}


# those that are not about to exit

sub workers {
    my ($self) = @_;
    return grep { title($_) !~ /shutting down/ } $self->processes;
}


# HUP, until there are new workers and no old ones

sub reload {
    my ($self, %options) = @_;

    my %old = map { $_ => 1 } $self->processes;
    my $start = time();
    $self->signal('HUP');

    while (time() - $start < ($options{limit} // 10)) {
        my @now = $self->processes;
        return time() - $start
            if @now == $self->{workers} && !grep { $old{$_} } @now;
        sleep 0.01;
    }

    return;
}


sub fds {
    my ($self, $pid) = @_;
    opendir my $dir, "/proc/$pid/fd" or die "files of $pid: $!\n";
    return scalar grep { !/^\./ } readdir $dir;
}


# a connection of its own; one for each worker, by process id

sub client {
    my ($self, %options) = @_;
    return Test::JWTIssuer::AWS::Client->new(
        "$self->{address}:$self->{port}", %options);
}


sub clients {
    my ($self) = @_;
    my %client;

    for (1 .. 400) {
        my $client = $self->client;
        my (undef, undef, $worker) = $client->get('/static');
        $client{$worker} //= $client;
        last if keys %client == $self->{workers};
    }

    return values %client;
}


# a request on a new connection: (status, body, worker, head)

sub get {
    my ($self, $path) = @_;
    return $self->client->get($path);
}


sub token {
    my ($self, $service) = @_;
    return token_in($self->get("/token/$service"));
}


sub token_in {
    my ($status, $body) = @_;
    return $status == 200 && $body =~ /"access_token":"([^"]+)"/ ? $1 : undef;
}


# kid of a token; kids of the published keys, sorted

sub kid {
    my ($self, $service) = @_;
    return kid_of($self->token($service));
}


sub kid_of {
    my ($token) = @_;
    return '' unless defined $token;
    require MIME::Base64;
    my ($header) = map { MIME::Base64::decode_base64url($_) }
                   (split /\./, $token)[0];
    return $header =~ /"kid":"([^"]+)"/ ? $1 : '';
}


sub kids {
    my ($self, $client, $path) = @_;
    my ($status, $body) = ($client || $self)->get($path // '/jwks');
    return unless $status == 200;
    return sort $body =~ /"kid":"([^"]+)"/g;
}


# '' when the token of a service verifies with the JWKS of now, else why not

sub judge {
    my ($self, $service) = @_;
    my $token = $self->token($service) // return 'no token';
    my ($status, $jwks) = $self->get('/jwks');
    return "JWKS: $status" if $status != 200;
    return Test::JWTIssuer::AWS::verified($token, $jwks);
}


# the log since mark(), without debug messages; lines that match

sub mark {
    my ($self) = @_;
    $self->{from} = -s $self->{log} // 0;
    return $self;
}


sub log {
    my ($self, $pattern) = @_;

    open my $in, '<', $self->{log} or return;
    seek $in, $self->{from}, 0;

    my @lines;
    while (<$in>) {
        push @lines, $_ if !/^\S+ \S+ \[debug\]/ && /$pattern/;
    }

    return @lines;
}


package Test::JWTIssuer::AWS::Client;

# HTTP/1.1 on one kept connection, as little of it as is needed

sub new {
    my ($class, $peer, %options) = @_;

    my $socket = IO::Socket::INET->new(PeerAddr => $peer, Timeout => 5)
        or die "connect: $@\n";
    return bless { socket => $socket, limit => $options{limit} // 20,
                   close => $options{close} ? "Connection: close\r\n" : '' },
                 $class;
}


sub get {
    my ($self, $path) = @_;
    $self->send($path);
    return $self->receive;
}


sub send {
    my ($self, $path) = @_;
    syswrite $self->{socket},
        "GET $path HTTP/1.1\r\nHost: localhost\r\n$self->{close}\r\n";
}


# (status, body, worker, head); status 0: the connection ended, or silence

sub receive {
    my ($self) = @_;
    my ($text, $length) = '';

    while (1) {
        if ($text =~ /\r\n\r\n/) {
            my $at = $+[0];
            my $head = substr $text, 0, $at;
            $length //= $head =~ /^Content-Length: (\d+)/mi ? $1
                        : $head =~ /^Transfer-Encoding/mi ? undef : 0;

            my $whole = defined $length ? length($text) - $at >= $length
                                        : $text =~ /\r\n0\r\n\r\n\z/;
            if ($whole) {
                my ($status) = $head =~ m{^HTTP/1.1 (\d+)};
                my ($worker) = $head =~ /^X-Worker: (\d+)/mi;
                return ($status, substr($text, $at), $worker // 0, $head);
            }
        }

        my $bits = '';
        vec($bits, fileno($self->{socket}), 1) = 1;
        select($bits, undef, undef, $self->{limit}) > 0 or return (0, 'silence');
        sysread $self->{socket}, $text, 65536, length $text
            or return (0, "ended: $text");
    }
}


1;
