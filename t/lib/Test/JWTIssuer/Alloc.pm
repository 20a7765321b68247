package Test::JWTIssuer::Alloc;

# Allocations of the module that fail, one at a time, in an nginx that runs:
# for suites that walk through all of them.  The module is linked once more by
# tools/wrap-module.sh; see t/lib/alloc/fail.c.
#
#   my $alloc = Test::JWTIssuer::Alloc->new;      before an nginx is made
#   my $nginx = nginx(env => { $alloc->env }, ...);
#   $alloc->walk('what', sub { my ($n) = @_; ... });
#
# walk() calls the sub with the n-th call ordered to fail, n = 0, 1, ... until
# one comes that nothing has failed in.  What the sub returns is a complaint, or
# nothing.  walk_places() is for what has no fixed order: of each place that the
# sub goes through when nothing fails the first call fails, then all, then all
# but the first.  walk_left() is for what no walk has come to.  Two tests for each.
# step => N: only each Nth, and all places of the zone; JWT_ISSUER_ALLOC_STEP
# comes before it.

use strict;
use warnings;

use Cwd ();
use Test::More ();

use constant { ARMED => 0, COUNT => 1, AT => 2, ONLY => 3, LASTING => 4,
               FAILED => 5, SITE => 6, NSITES => 7, SITES => 8,
               WORDS => 8 + 3 * 2048, LIMIT => 3000, NEVER => 1 << 40 };

my ($root) = Cwd::abs_path(__FILE__)
             =~ m{^(.*)/t/lib/Test/JWTIssuer/Alloc\.pm$};


sub new {
    my ($class, $dir) = @_;

    my $module = "$dir/alloc.so";
    system("$root/tools/wrap-module.sh", "$root/t/lib/alloc/fail.c", $module) == 0
        or die "no module with allocations that fail\n";
    $ENV{TEST_NGINX_LOAD_MODULES} = $module;

    my $self = bless { file => "$dir/alloc.order", module => $module,
                       step => $ENV{JWT_ISSUER_ALLOC_STEP} }, $class;

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
    my ($self, $n, $only, $lasting) = @_;
    $self->set(ARMED, 0);
    $self->set(COUNT, 0);
    $self->set(FAILED, 0);
    $self->set(AT, $n);
    $self->set(ONLY, $only // 0);
    $self->set(LASTING, $lasting // 0);
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
    my $step = $self->{step} // $option{step} // 1;
    my ($failures, @wrong) = (0);

    for (my $n = 0; $n < LIMIT; $n += $step) {
        push @wrong, $self->one($once, $n);
        last if !$self->failed || @wrong > 5;
        $failures++;
    }

    $self->walked($what, $failures, $option{least} // 1, @wrong);
}


sub walk_places {
    my ($self, $what, $once, %option) = @_;
    my $step = $self->{step} // $option{step} // 1;
    my ($failures, @wrong) = (0);

    $self->set(SITES + 3 * $_ + 2, 0) for 0 .. $self->value(NSITES) - 1;
    @wrong = $self->one($once, NEVER);
    my @places = grep { $self->value(SITES + 3 * $_ + 2) }
                 0 .. $self->value(NSITES) - 1;

    for my $i (0 .. $#places) {
        my $place = $self->value(SITES + 3 * $places[$i]);
        next if $i % $step && $self->{names}{$place} !~ /_zone_/;
        last if @wrong > 5;

        for my $order ([ 0, $place ], [ 0, $place, 1 ], [ 1, $place, 1 ]) {
            push @wrong, $self->one($once, @$order);
            $failures++ if $self->failed;
        }
    }

    $self->walked($what, $failures, $option{least} // 1, @wrong);
}


# what is wrong after one call has failed

sub one {
    my ($self, $once, @order) = @_;

    $self->{order} = \@order;
    $self->arm(@order);
    my $complaint = $once->();
    my $failed = $self->failed;
    $self->disarm;

    return if ($complaint // '') eq '';
    return "order @order, in " . ($failed ? $self->where : 'nothing') . ": $complaint";
}


# the same order from the beginning: when the sub has prepared something

sub again { $_[0]->arm(@{ $_[0]{order} }) }


sub walked {
    my ($self, $what, $failures, $least, @wrong) = @_;

    Test::More::is(join("\n", @wrong), '', "$what: $failures calls failed");
    Test::More::cmp_ok($failures, '>=', $least, "$what: and no fewer");
}


# Places where nothing has failed, neither here nor in the suites whose folders
# are given: those have kept a file there before.

sub left {
    my ($self, @others) = @_;
    my %failed;

    for my $n (0 .. $self->value(NSITES) - 1) {
        $failed{ $self->value(SITES + 3 * $n) } = 1
            if $self->value(SITES + 3 * $n + 1);
    }

    for my $other (@others) {
        open my $in, '<', "$other/places" or die "$other/places: $!\n";
        while (<$in>) {
            my ($place, $function) = split ' ';
            die "$other has another module\n"
                unless ($self->{names}{$place} // '') eq $function;
            $failed{$place} = 1;
        }
    }

    return grep { !$failed{$_} } sort { $a <=> $b } keys %{ $self->{names} };
}


# the functions that they are in

sub functions_left {
    my ($self, @others) = @_;
    my %left = map { $self->{names}{$_} => 1 } $self->left(@others);
    return sort keys %left;
}


# for another suite: where something has failed

sub keep {
    my ($self, $folder) = @_;
    my %left = map { $_ => 1 } $self->left;

    open my $out, '>', "$folder/places" or die "$folder/places: $!\n";
    print $out map { "$_ $self->{names}{$_}\n" }
               grep { !$left{$_} } keys %{ $self->{names} };
    close $out or die "$folder/places: $!\n";
}


# the first call of each of them fails, if there is one

sub walk_left {
    my ($self, $what, $once, @others) = @_;
    my ($failures, @wrong) = (0);

    for my $place ($self->left(@others)) {
        push @wrong, $self->one($once, 0, $place);
        last if @wrong > 5;
        $failures++ if $self->failed;
    }

    $self->walked($what, $failures, 0, @wrong);
}


1;
