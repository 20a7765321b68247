#!/usr/bin/perl
# harness.pl: runs commands that print TAP and counts what they say.
#
#   harness.pl [-j N] SUMS < JOBS     each line of JOBS: "name<TAB>command";
#                                     appends "passed failed name" to SUMS
#   harness.pl --total SUMS           prints "N passed, N failed", the sum
#
# Stricter than prove: a skipped or "todo" test counts as failed, and so does a
# program that ends without a plan, with another number of tests than planned,
# with no tests at all or with a bad status.  Exits 1 on any failure.

use strict;
use warnings;

use TAP::Harness;
use TAP::Parser::Aggregator;

# What a failed test says is shown at once.  "Bail out!" would end every other
# job too: it becomes a comment, and its program is counted as failed because
# it ends without a plan.
my $filter = q{awk '
    /^Bail out!/ { print > "/dev/stderr"; $0 = "# " $0 }
    /^ok/        { bad = 0 }
    /^not ok/    { bad = 1 }
    bad          { print > "/dev/stderr" }
                 { print; fflush() }'};

my $jobs = 1;

if (@ARGV == 2 && $ARGV[0] eq '--total') {
    exit total($ARGV[1]);
}

if (@ARGV > 2 && $ARGV[0] eq '-j') {
    shift;
    $jobs = shift;
}

die "usage: $0 [-j N] SUMS < JOBS | --total SUMS\n" unless @ARGV == 1;

exit run($ARGV[0]);


sub run {
    my ($sums) = @_;
    my (%command, @tests);

    while (<STDIN>) {
        chomp;
        next unless /\S/;
        my ($name, $command) = split /\t/, $_, 2;
        $command{$name} = $command;
        push @tests, [ $name, $name ];
    }

    return 0 unless @tests;

    my $aggregator = TAP::Parser::Aggregator->new;

    my $harness = TAP::Harness->new({
        jobs => $jobs,
        exec => sub { [ '/bin/bash', '-o', 'pipefail', '-c',
                        "{ $command{ $_[1] }; } | $filter" ] },
    });

    $aggregator->start;
    $harness->aggregate_tests($aggregator, @tests);
    $aggregator->stop;

    my $bad = 0;
    open my $out, '>>', $sums or die "$sums: $!\n";

    for my $name ($aggregator->descriptions) {
        my ($parser) = $aggregator->parsers($name);
        my ($passed, $failed) = judge($parser);
        print $out "$passed $failed $name\n";
        delete $command{$name};
        $bad ||= $failed;
    }

    # a job without a result never ran
    for my $name (sort keys %command) {
        print $out "0 1 $name\n";
        print STDERR "# $name: did not run\n";
        $bad = 1;
    }

    close $out or die "$sums: $!\n";

    return $bad ? 1 : 0;
}


sub judge {
    my ($parser) = @_;

    my %bad = map { $_ => 1 } $parser->failed, $parser->skipped,
                              $parser->todo;
    my $failed = keys %bad;
    my $passed = grep { !$bad{$_} } $parser->passed;

    my @problems = $parser->parse_errors;
    push @problems, 'skipped all' if defined $parser->skip_all;
    push @problems, 'no tests' if !$parser->tests_run;
    push @problems, 'ended with status ' . $parser->exit
        if $parser->exit && !$failed;
    push @problems, 'died of signal ' . ($parser->wait & 127)
        if $parser->wait & 127;

    # they may well be one fault seen several times
    $failed++ if @problems;

    return ($passed, $failed);
}


sub total {
    my ($sums) = @_;
    my ($passed, $failed) = (0, 0);
    my @bad;

    open my $in, '<', $sums or die "$sums: $!\n";

    while (<$in>) {
        my ($p, $f, $name) = /^(\d+) (\d+) (.*)/ or next;
        $passed += $p;
        $failed += $f;
        push @bad, "  $name: $f failed" if $f;
    }

    if ($passed + $failed == 0) {
        print "no test was executed\n";
        $failed = 1;
    }

    print join("\n", 'failed:', @bad), "\n" if @bad;
    print "$passed passed, $failed failed\n";

    return $failed ? 1 : 0;
}
