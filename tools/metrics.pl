#!/usr/bin/perl
# metrics.pl METRICS README FILE...: compares names of metrics with what the
# exporter writes.  METRICS is its output, of an example in which every family
# has a sample.  Prints each finding; exits 1 on any.
#
# Every jwt_issuer_... in FILEs (rules, their tests, dashboards) is a metric
# that is exported, and has the labels that a selector names, the values of
# cause, result and state, too.  Every recorded series that is used is one that
# is recorded, every alert is tested for firing and for silence, and README.md
# names every family.

use strict;
use warnings;

my ($metrics, $readme, @files) = @ARGV;
my $bad = 0;

my (%family, %labels, %values);

for my $line (split /\n/, slurp($metrics)) {
    if ($line =~ /^# TYPE (\w+) (\w+)/) {
        my $name = $1;
        $family{$name} = 1;
        $labels{$_} = {} for $2 eq 'histogram'
            ? map { "${name}_$_" } qw(bucket sum count) : $name;

    } elsif ($line =~ /^(\w+)(?:\{(.*)\})? /) {
        my ($name, $list) = ($1, $2 // '');
        while ($list =~ /(\w+)="((?:\\.|[^"\\])*)"/g) {
            $labels{$name}{$1} = 1;
            $values{"$name $1 $2"} = 1;
        }
    }
}

finding("$metrics has no metric") unless %family;

my $docs = slurp($readme);

for my $name (sort keys %family) {
    finding("$name is exported, $readme does not name it")
        unless $docs =~ /`\Q$name\E(?:\{[^`]*\})?`/;
}

while ($docs =~ /`(jwt_issuer_\w+_(?:total|seconds|bytes|info))[`{]/g) {
    finding("$readme names $1, which is not exported") unless $family{$1};
}

my (%recorded, %used, %alert, %fires, %silent);

for my $file (@files) {
    my $text = slurp($file);
    my $tests = $file =~ /\.test\.yml$/;

    while ($text =~ /(?<![\w:])(jwt_issuer_\w+)(?:\{(.*?)(?<!\\)\})?/g) {
        my ($name, $list) = ($1, $2 // '');

        # a directive, in a sentence
        next if $name =~ /^jwt_issuer_(?:zone|status|require)$/;

        if (!$labels{$name}) {
            finding("$file: $name is not exported");
            next;
        }

        while ($list =~ /(\w+)(=~?)\\?"(.*?)\\?"/g) {
            my ($label, $is, $value) = ($1, $2, $3);

            next if $label eq 'job' || $label eq 'instance';
            finding("$file: $name has no label $label")
                unless $labels{$name}{$label};
            finding("$file: $name is never with $label=\"$value\"")
                if $is eq '=' && $label =~ /^(?:cause|result|state)$/
                   && !$values{"$name $label $value"};
        }
    }

    $recorded{$1} = 1 while $text =~ /\brecord: (\S+)/g;
    $used{$1} = $file while $text =~ /([\w]+:jwt_issuer_\w+(?::\w+)?)/g;
    $alert{$1} = 1 while $text =~ /\balert: (\S+)/g;

    next unless $tests;
    ($2 eq '[]' ? \%silent : \%fires)->{$1} = 1
        while $text =~ /alertname:\ (\S+)\s+eval_time:\ \S+\s+
                        exp_alerts:\s+(\S+)/gx;
}

for my $name (sort keys %used) {
    finding("$used{$name}: $name is not recorded") unless $recorded{$name};
}

for my $name (sort keys %alert) {
    finding("no test sees the alert $name fire") unless $fires{$name};
    finding("no test sees the alert $name silent") unless $silent{$name};
}

exit $bad;


sub finding {
    print "$_[0]\n";
    $bad = 1;
}


sub slurp {
    my ($file) = @_;

    open my $in, '<', $file or do {
        finding("$file: $!");
        return '';
    };

    local $/;
    return scalar <$in>;
}
