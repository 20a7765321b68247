package Test::JWTIssuer::Load;

# Many requests, and what came of them; beside Test::JWTIssuer::Server, whose
# objects are the first argument everywhere.
#
# issued(SERVER, PATH, HEADERS...): one answer of a token location as a hash:
# status, body, headers, cache (X-Cache), asked (when); with a token also token,
# header, claims, expires_in.
#
# burst(SERVER, PATHS...): one connection each; all requests are there before a
# worker looks at the first one, as the workers stand still meanwhile (more than
# 500 do not fit the listen queue: they are sent to running workers).  Returns
# what issued() does for each, with place: the how-manieth was complete.  The
# first 20 tokens of it must be in no log.
#
# hold(PIDS...): these processes stand still when it returns.  ask_all(SERVER,
# PATHS...) and collect(WHAT IT RETURNED) are the halves of burst.
#
# client(SERVER, PROGRAM, ARGUMENTS...): a program of t/lib that gets the
# server's address and prints a line of JSON: what it printed.  A "sample" in it
# are tokens that must be in no log.  %KEYS% in the arguments is as in the
# configuration.  client_start and client_end do the same in two steps.
#
# subjects_service(): the service that property.py asks with subjects=, as
# configuration.

use strict;
use warnings;

use base 'Exporter';

use IO::Select ();
use IO::Socket::INET ();
use JSON::PP ();
use Time::HiRes qw( time );

use Test::JWTIssuer::Server ();
use Test::JWTIssuer::Token qw( note_tokens jwt_parts );

our @EXPORT = qw( issued burst hold ask_all collect client client_start client_end
    subjects_service );

my ($lib) = __FILE__ =~ m{^(.*)/Test/JWTIssuer/Load\.pm$};
my $keys = Test::JWTIssuer::Server::keys_dir();


sub issued {
    my ($nginx, $path, %headers) = @_;
    my $asked = time;
    return answer($asked, $nginx->get($path, %headers));
}


sub answer {
    my ($asked, $status, $body, $headers) = @_;

    my $answer = { asked => $asked, status => $status, body => $body,
                   headers => $headers, cache => $headers->{'x-cache'} };

    my ($token) = $body =~ /"access_token":"([^"]+)"/ or return $answer;
    my ($header, $claims) = map { JSON::PP::decode_json($_) }
                            (jwt_parts($token))[0, 1];

    return { %$answer, token => $token, header => $header, claims => $claims,
             expires_in => $body =~ /"expires_in":(\d+)/ ? $1 : undef };
}


sub burst {
    my ($nginx, @paths) = @_;
    my @workers = $nginx->workers;

    hold(@workers) if @paths <= 500;
    my $asked = ask_all($nginx, @paths);
    kill 'CONT', @workers;

    return collect($asked);
}


sub ask_all {
    my ($nginx, @paths) = @_;
    my $socket = socket_to($nginx);
    my @sockets = map { $socket->() } @paths;
    my $asked = time;

    for my $i (0 .. $#paths) {
        syswrite $sockets[$i], "GET $paths[$i] HTTP/1.1\r\nHost: localhost\r\n"
            . "Connection: close\r\n\r\n" or die "write: $!\n";
    }

    return { asked => $asked, sockets => \@sockets };
}


sub hold {
    my @pids = @_;
    kill 'STOP', @pids;
    Test::JWTIssuer::Server::wait_until(sub {
        !grep { state($_) ne 'T' } @pids
    }) or die "a worker does not stop\n";
}


sub socket_to {
    my ($nginx) = @_;
    return sub {
        IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                              PeerPort => $nginx->port) or die "connect: $!\n";
    };
}


sub state {
    my ($pid) = @_;
    open my $stat, '<', "/proc/$pid/stat" or return '';
    return (<$stat> // '') =~ /^\d+ \(.*\) (\S)/ ? $1 : '';
}


# every answer until its connection is closed; one that never comes has
# status 0

sub collect {
    my ($all) = @_;
    my ($asked, @sockets) = ($all->{asked}, @{ $all->{sockets} });
    my %number = map { (fileno $sockets[$_]) => $_ } 0 .. $#sockets;
    my $select = IO::Select->new(@sockets);
    my $end = time + 30;
    my ($place, @text, @place) = 0;

    while ($select->count && time < $end) {
        for my $ready ($select->can_read($end - time)) {
            my $i = $number{ fileno $ready };
            $text[$i] //= '';
            next if sysread $ready, $text[$i], 65536, length $text[$i];
            $place[$i] = ++$place;
            $select->remove($ready);
        }
    }

    return map {
        my ($head, $body) = split /\r\n\r\n/, $text[$_] // '', 2;
        $head //= '';
        my ($status) = $head =~ m{^HTTP/1\.\d (\d+)};
        my %headers = map { /^([^:]+): ?(.*)/ ? (lc $1, $2) : () }
                      split /\r\n/, $head;
        my $answer = answer($asked, $status // 0, $body // '', \%headers);
        $answer->{place} = $place[$_];
        note_tokens($body // '') if $_ < 20;
        $answer;
    } 0 .. $#sockets;
}


sub client {
    return client_end(client_start(@_));
}


sub client_start {
    my ($nginx, $program, @args) = @_;
    my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';

    my $pid = open my $out, '-|', $python, '-B', "$lib/$program",
        'http://127.0.0.1:' . $nginx->port, map { s/%KEYS%/$keys/r } @args
        or die "$program: $!\n";
    return { pid => $pid, out => $out };
}


sub client_end {
    my ($client) = @_;
    my $out = $client->{out};
    my $line = <$out> // '{}';
    close $out;

    my $seen = JSON::PP::decode_json($line);
    note_tokens(join ' ', @{ $seen->{sample} // [] });
    return $seen;
}


sub subjects_service {
    return <<'END';
    jwt_issuer_service ledger {
        environment dev;
        key file %KEYS%/ed25519.pem;
        subject $arg_sub;
        audience $arg_aud;
        header x-h $arg_h;
        claim svc ledger;
        claim env dev;
        claim a $arg_a;
        claim b $arg_b;
        claim num $arg_num number;
        claim flag $arg_flag boolean;
        claim doc $arg_doc json;
    }
END
}


1;
