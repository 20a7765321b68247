package Test::JWTIssuer::Alloc;

# Allocations of the module that fail, one at a time, in an nginx that runs:
# for suites that walk through all of them.  The module is linked once more by
# tools/alloc-module.sh; see t/lib/alloc/fail.c.
#
#   my $alloc = Test::JWTIssuer::Alloc->new;      before an nginx is made
#   my $nginx = nginx(env => { $alloc->env }, ...);
#   $alloc->walk('what', sub { my ($n) = @_; ... });
#
# walk() calls the sub with the n-th call ordered to fail, n = 0, 1, ... until
# one comes that nothing has failed in.  What the sub returns is a complaint, or
# nothing.  One test for each walk.  JWT_ISSUER_ALLOC_STEP=N: only each Nth.

use strict;
use warnings;

use Cwd ();
use Test::More ();
use Time::HiRes qw( sleep time );

use constant { ARMED => 0, COUNT => 1, AT => 2, FAILED => 3, SITE => 4,
               NSITES => 5, SITES => 6, WORDS => 6 + 2 * 2048, LIMIT => 3000 };

my ($root) = Cwd::abs_path(__FILE__)
             =~ m{^(.*)/t/lib/Test/JWTIssuer/Alloc\.pm$};


sub new {
    my ($class, $dir) = @_;

    my $module = "$dir/alloc.so";
    system("$root/tools/alloc-module.sh", $module) == 0
        or die "no module with allocations that fail\n";
    $ENV{TEST_NGINX_LOAD_MODULES} = $module;

    my $self = bless { file => "$dir/alloc.order", module => $module,
                       step => $ENV{JWT_ISSUER_ALLOC_STEP} // 1 }, $class;

    open my $sites, '<', "$dir/alloc.sites" or die "alloc.sites: $!\n";
    while (<$sites>) {
        my ($address, $function) = split ' ';
        $self->{names}{ hex $address } = $function;
    }

    open $self->{io}, '+>:raw', $self->{file} or die "$self->{file}: $!\n";
    syswrite $self->{io}, "\0" x (8 * WORDS);
    chmod 0666, $self->{file};

    return $self;
}


sub env { return (JWT_ISSUER_FAIL => $_[0]{file}) }


sub set {
    my ($self, $word, $value) = @_;
    sysseek $self->{io}, 8 * $word, 0;
    syswrite $self->{io}, pack 'Q', $value;
}


sub value {
    my ($self, $word) = @_;
    sysseek $self->{io}, 8 * $word, 0;
    sysread $self->{io}, my $bytes, 8;
    return unpack 'Q', $bytes;
}


# from now on the n-th call fails; have() says whether it has; disarm() ends it

sub arm {
    my ($self, $n) = @_;
    $self->set(ARMED, 0);
    $self->set(COUNT, 0);
    $self->set(FAILED, 0);
    $self->set(AT, $n);
    $self->set(ARMED, 1);
}


sub disarm { $_[0]->set(ARMED, 0) }
sub failed { return $_[0]->value(FAILED) }


# the function whose allocation failed last

sub where {
    my ($self) = @_;
    my $site = $self->value(SITE);
    return $self->{names}{$site} // sprintf '%#x', $site;
}


sub walk {
    my ($self, $what, $once, %option) = @_;
    my $step = $option{step} // $self->{step};
    my ($failures, @wrong) = (0);
    my $start = time;

    for (my $n = 0; $n < LIMIT; $n += $step) {
        $self->arm($n);
        my $complaint = $once->($n);
        my $failed = $self->failed;
        $self->disarm;

        push @wrong, "$n, in " . ($failed ? $self->where : 'nothing')
                     . ": $complaint" if defined $complaint && $complaint ne '';
        last if !$failed || @wrong > 5;
        $failures++;
    }

    Test::More::is(join("\n", @wrong), '', "$what: $failures calls failed")
        or Test::More::diag(@wrong);
    Test::More::cmp_ok($failures, '>=', $option{least} // 1,
                       "$what: and no fewer");
    Test::More::note(sprintf '%s: %.1f s', $what, time - $start);
}


# how many places there are, and the names of those that have not failed

sub places {
    my ($self) = @_;
    my %failed;

    for my $n (0 .. $self->value(NSITES) - 1) {
        sysseek $self->{io}, 8 * (SITES + 2 * $n), 0;
        sysread $self->{io}, my $pair, 16;
        my ($site, $times) = unpack 'QQ', $pair;
        $failed{$site} = 1 if $times;
    }

    my %left;
    $left{ $self->{names}{$_} }++
        for grep { !$failed{$_} } keys %{ $self->{names} };

    return (scalar keys %{ $self->{names} }, \%left);
}


1;
