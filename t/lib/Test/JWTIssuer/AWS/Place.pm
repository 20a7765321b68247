package Test::JWTIssuer::AWS::Place;

# A network of its own for one nginx, with two wires to the suite's: one to
# clients, one to the source, which can be cut by itself.
#
#   my $place = Test::JWTIssuer::AWS::Place->new;
#   nginx(address => $place->address, within => [ $place->within ], …)
#   $place->cut;  …  $place->heal;
#
# The source is Test::JWTIssuer::AWS::Place::source(), an address of the suite's
# network: make a place before a server listens there.  Ends with the suite, as
# its processes hang on pipes and tools/netns.sh ends all.

use strict;
use warnings;

use IPC::Open2 qw( open2 );

my $Source = '169.254.77.1';
my @all;


sub source {
    return $Source;
}


sub new {
    my ($class) = @_;

    command(qw( ip address add ), "$Source/32", qw( dev lo )) if !@all;

    # it holds the network for as long as its standard input is open
    my $pid = open2(my $out, my $in, 'unshare', '--net', 'sh', '-c',
                    'echo made; read x');
    die "no network can be made\n" if (<$out> // '') ne "made\n";

    my $n = @all + 1;
    my $self = bless { pid => $pid, in => $in, out => $out, n => $n }, $class;
    push @all, $self;

    $self->inside(qw( ip link set lo up ));
    $self->wire("clients$n", 'clients', "10.77.$n");
    $self->wire("source$n", 'source', "169.254.$n");
    $self->heal;

    return $self;
}


sub wire {
    my ($self, $here, $there, $net) = @_;

    command(qw( ip link add ), $here, qw( type veth peer name ), $there,
            'netns', $self->{pid});
    command(qw( ip address add ), "$net.1/24", 'dev', $here);
    command(qw( ip link set ), $here, 'up');
    $self->inside(qw( ip address add ), "$net.2/24", 'dev', $there);
    $self->inside(qw( ip link set ), $there, 'up');
}


sub address {
    my ($self) = @_;
    return "10.77.$self->{n}.2";
}


sub within {
    my ($self) = @_;
    return ('nsenter', "--net=/proc/$self->{pid}/ns/net");
}


sub inside {
    my ($self, @command) = @_;
    command($self->within, @command);
}


# What is sent to the source is lost, without a word: the wire is up on this
# side, and open connections do not learn of it.

sub cut {
    my ($self) = @_;
    command(qw( ip link set ), "source$self->{n}", 'down');
    return $self;
}


sub heal {
    my ($self) = @_;
    command(qw( ip link set ), "source$self->{n}", 'up');
    $self->inside(qw( ip route replace ), "$Source/32", 'via',
                  "169.254.$self->{n}.1");
    return $self;
}


sub command {
    my (@command) = @_;
    system(@command) == 0 or die "@command: failed\n";
}


END {
    my $status = $?;
    close $_->{in} for @all;
    waitpid $_->{pid}, 0 for @all;
    $? = $status;
}


1;
