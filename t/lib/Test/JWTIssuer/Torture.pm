package Test::JWTIssuer::Torture;

# For the suites of t/torture: they have a short form, which runs with all the
# others, and a long one with figures, which "make torture" runs
# (JWT_ISSUER_TORTURE=1).
#
#   rounds(SHORT, LONG)     how often, in this form
#   figure(F07 => 'text')   what make torture prints and reports for a fault
#   my $load = load(SERVER, CLIENTS, REQUESTS...): HTTP/1.1 requests without a
#       Connection header, again and again by so many processes, until
#       load_end($load): (how many were answered 200, how many otherwise, how
#       many connections were refused or ended before they had an answer, how
#       many kept ones ended before the next: a server may, and a client asks
#       again; a list of the last tokens of each process)
#   kill_locked(WORKER, ZONE_SIZE): see there
#   my $control = preload(): t/lib/preload.c, for processes that are started
#       with preload_env(); $control->(pid => ..., left => ...) sets its fields
#       and $control->() reads them

use strict;
use warnings;

use base 'Exporter';

use File::Temp ();
use IO::Socket::INET ();
use IPC::Open2 qw( open2 );

use Test::JWTIssuer::Token qw( note_tokens );

our @EXPORT = qw( rounds figure load load_end preload preload_env
                  kill_locked );

my ($lib) = __FILE__ =~ m{^(.*)/Test/JWTIssuer/Torture\.pm$};
my ($folder, @loads, $killer, $to_killer, $from_killer);


sub rounds {
    my ($short, $long) = @_;
    return $ENV{JWT_ISSUER_TORTURE} ? $long : $short;
}


sub figure {
    my ($fault, $text) = @_;
    print "# figure $fault: $text\n";
}


# ---- clients

sub load {
    my ($server, $clients, @requests) = @_;
    my $port = $server->port;
    my @children;

    for my $number (1 .. $clients) {
        pipe my $in, my $out or die "pipe: $!\n";
        my $pid = fork() // die "fork: $!\n";

        if (!$pid) {
            close $in;
            require POSIX;
            syswrite $out, join(' ', ask($port, $number, @requests)) . "\n";
            POSIX::_exit(0);
        }

        close $out;
        push @children, { pid => $pid, in => $in };
    }

    push @loads, @children;
    return \@children;
}


sub ask {
    my ($port, $number, @requests) = @_;
    my ($end, $good, $other, $lost, $again, $kept) = (0, 0, 0, 0, 0, 0);
    my ($socket, $text, @tokens);
    local $SIG{TERM} = sub { $end = 1 };
    local $SIG{PIPE} = 'IGNORE';

    until ($end) {
        if (!$socket) {
            $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                            PeerPort => $port);
            if (!$socket) {
                $lost++ unless $end;
                next;
            }
            ($text, $kept) = ('', 0);
        }

        syswrite $socket, $requests[$number % @requests];

        my ($status, $body) = answer($socket, \$text, \$end);
        last if $end;
        push @tokens, $1 if ($body // '') =~ /\b(eyJ[\w-]+\.[\w-]+\.[\w-]+)/;
        shift @tokens if @tokens > 20;
        $status ? $status == 200 ? $good++ : $other++
                : $kept && $text eq '' ? $again++ : $lost++;
        $kept++;

        # not with one worker for ever
        $socket = undef unless $status && ++$number % 5;
    }

    return ($good, $other, $lost, $again, @tokens);
}


# the status of the answer that comes next and its body, 0 when the connection
# ends

sub answer {
    my ($socket, $text, $end) = @_;

    until ($$end) {
        my $head = index $$text, "\r\n\r\n";
        my ($length) = $$text =~ /^Content-Length: (\d+)\r\n/mi;
        if ($head >= 0 && length $$text >= $head + 4 + $length) {
            my ($status) = $$text =~ m{^HTTP/1\.1 (\d+)};
            my $body = substr $$text, $head + 4, $length;
            substr $$text, 0, $head + 4 + $length, '';
            return ($status, $body);
        }
        sysread $socket, $$text, 65536, length $$text or return 0;
    }

    return 0;
}


sub load_end {
    my ($load) = @_;
    my @sum = (0, 0, 0, 0);
    my @tokens;

    kill 'TERM', $_->{pid} for @$load;

    for my $child (@$load) {
        my @seen = split ' ', readline($child->{in}) // '';
        $sum[$_] += shift @seen // 0 for 0 .. 3;
        push @tokens, @seen;
        waitpid $child->{pid}, 0;
    }

    @loads = grep { my $pid = $_->{pid}; !grep { $_->{pid} == $pid } @$load }
             @loads;
    note_tokens("@tokens");
    return (@sum, \@tokens);
}


# ---- the zone

# kills a worker while it has the lock of the zone of that size: true, or 0 when
# that did not happen

sub kill_locked {
    my ($worker, $size) = @_;

    open my $maps, '<', "/proc/$worker/maps" or return 0;
    no warnings 'portable';
    my ($at) = map { /^([0-9a-f]+)-([0-9a-f]+) rw-s /
                     && hex($2) - hex($1) == $size ? hex $1 : () } <$maps>;
    return 0 unless defined $at;

    my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';
    $killer ||= open2($from_killer, $to_killer, $python, '-B',
                      "$lib/kill_locked.py");

    # ngx_slab_pool_t begins with its lock
    print $to_killer "$worker $at 10\n";
    $to_killer->flush;
    my ($held, $why) = split ' ', readline($from_killer) // '0', 2;
    chomp $why, print "# $worker: $why\n" if $why;
    return $held;
}


# ---- memory and time

sub preload {
    $folder = File::Temp->newdir('jwt-issuer-preload-XXXXXX', TMPDIR => 1);
    chmod 0755, "$folder";

    system($ENV{CC} // 'cc', '-shared', '-fPIC', '-O2', '-o',
           "$folder/preload.so", "$lib/preload.c") == 0
        or die "preload.c does not compile\n";

    my @fields = qw( pid left failed seconds delay slept slow );
    my %now = map { $_ => 0 } @fields;
    my $file = "$folder/control";

    open my $io, '+>:raw', $file or die "$file: $!\n";
    syswrite $io, pack 'q*', @now{@fields};
    chmod 0666, $file;

    return sub {
        my %set = @_;
        for my $i (grep { defined $set{ $fields[$_] } } 0 .. $#fields) {
            sysseek $io, 8 * $i, 0;
            syswrite $io, pack 'q', $set{ $fields[$i] };
        }
        sysseek $io, 0, 0;
        sysread $io, my $text, 8 * @fields;
        @now{@fields} = unpack 'q*', $text;
        return \%now;
    };
}


sub preload_env {
    return (LD_PRELOAD => "$folder/preload.so",
            JWT_ISSUER_PRELOAD => "$folder/control");
}


END {
    my $status = $?;
    kill 'KILL', $_->{pid} for @loads;
    $? = $status;
}


1;
