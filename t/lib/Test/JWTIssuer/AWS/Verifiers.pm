package Test::JWTIssuer::AWS::Verifiers;

# The receivers of a fleet of proxies: t/lib/verifiers.py, which says what they
# do and what a report has.
#
#   my $verifiers = Test::JWTIssuer::AWS::Verifiers->new(
#       { near => $nginx, far => $other }, services => 'core', leeway => 60);
#   my $report = $verifiers->report;

use strict;
use warnings;

use IPC::Open2 qw( open2 );
use JSON::PP ();

my ($Lib) = __FILE__ =~ m{^(.*)/Test/JWTIssuer/AWS/Verifiers\.pm$};


sub new {
    my ($class, $fleet, %options) = @_;

    my @words = ((map { "$_=http://$fleet->{$_}{address}:$fleet->{$_}{port}" }
                  sort keys %$fleet),
                 map { "$_=$options{$_}" } sort keys %options);
    my $pid = open2(my $out, my $in, '/usr/bin/python3', '-B',
                    "$Lib/verifiers.py", @words);
    die "the verifiers did not start\n" if (<$out> // '') ne "ready\n";

    return bless { pid => $pid, in => $in, out => $out, known => {} }, $class;
}


sub report {
    my ($self) = @_;
    print { $self->{in} } "\n";
    $self->{in}->flush;
    return JSON::PP::decode_json(readline($self->{out}) // '{}');
}


# the kids that are new since the last time: those of all proxies

sub fresh {
    my ($self, $report) = @_;
    my %kids = map { $_ => 1 } map { keys %$_ } values %{ $report->{published} };
    my @fresh = sort grep { !$self->{known}{$_}++ } keys %kids;
    return @fresh;
}


sub stop {
    my ($self) = @_;
    close $self->{in};
    waitpid $self->{pid}, 0;
}


1;
