package Test::JWTIssuer::Held;

# A module that counts how long it holds locks, and what it does meanwhile; for
# all servers that are started later.
#
#   my $held = Test::JWTIssuer::Held->new;
#   my $times = $held->times;          # that a lock was taken
#   my %figures = $held->figures;

use strict;
use warnings;

use File::Temp ();

use Test::JWTIssuer::Keys ();

# held_t in t/lib/held/held.c
my ($Bins, $Places) = (1024, 64);


sub new {
    my ($class) = @_;
    my $folder = File::Temp->newdir('jwt-issuer-held-XXXXXX', TMPDIR => 1);
    chmod 0755, "$folder";
    system('tools/wrap-module.sh', 't/lib/held/held.c', "$folder/held.so") == 0
        or die "no module that counts\n";

    my $self = bless { folder => $folder, file => "$folder/figures" }, $class;
    Test::JWTIssuer::Keys::spew($self->{file},
                                "\0" x (8 * (2 * $Bins + 3 + $Places)));
    chmod 0666, $self->{file};

    $ENV{TEST_NGINX_LOAD_MODULES} = "$folder/held.so";
    $ENV{JWT_ISSUER_HELD} = $self->{file};
    return $self;
}


# clock, cpu: how often for so many microseconds; longest: nanoseconds; copied:
# bytes at most; places: functions that called what must not be

sub figures {
    my ($self) = @_;
    my @value = unpack 'Q*', Test::JWTIssuer::Keys::slurp($self->{file});
    my %figures = (clock => [ splice @value, 0, $Bins ],
                   cpu => [ splice @value, 0, $Bins ]);
    (@figures{qw( longest copied )}, my ($n, @places)) = @value;

    my %calls = map { split ' ' } split /\n/,
                Test::JWTIssuer::Keys::slurp("$self->{folder}/held.sites");
    my %who = map { $calls{ sprintf '%x', $_ } // '?' => 1 }
              @places[0 .. ($n < $Places ? $n : $Places) - 1];

    return (%figures, places => [ sort keys %who ]);
}


sub times {
    my ($self) = @_;
    my %figures = $self->figures;
    my $times = 0;
    $times += $_ for @{ $figures{clock} };
    return $times;
}

1;
