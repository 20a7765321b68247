#!/usr/bin/perl
# promises.pl [DIR]: each promise of SECURITY.md, a heading "### S01 Its name",
# is held by tests, which are named as
#
#   Held by `t/token/x.t`: "what a test is called", "another one";
#   `t/unit/y.c`: "…".
#
# or is explained: a paragraph that begins with "Not promised". The file is there
# and has the words; promises are numbered without a gap. Prints each finding;
# exits 1 on any.

use strict;
use warnings;

my $dir = shift // '.';
my ($bad, $last, $tests) = (0, 0, 0);

my $text = slurp("$dir/SECURITY.md");
my @sections = grep { /^### S\d/ } split /^(?=### S\d+ )/m, $text;

for my $section (@sections) {
    my ($number) = $section =~ /^### S(\d+) /;
    my $name = "S$number";

    # the next heading of a higher level ends it
    $section =~ s/^##? .*//ms;

    finding(sprintf '%s does not follow S%02d', $name, $last)
        if $number != $last + 1;
    $last = $number;

    my $held = join ' ', $section =~ /^Held by (.*?)(?:\n\n|\z)/msg;
    my $named = 0;

    while ($held =~ /`([^`]+)`((?:[:,]\s+"[^"]+")*)/g) {
        my ($file, $words) = ($1, $2);
        my @words = map { s/\s+/ /gr } $words =~ /"([^"]+)"/g;

        $named += @words;
        finding("$name: no test of $file is named") unless @words;
        look($name, $file, @words);
    }

    $tests += $named;
    finding("$name is neither held by a test nor explained")
        unless $named || $section =~ /^Not promised/m;
}

finding('SECURITY.md has no promises') unless @sections;
print scalar @sections, " promises, $tests tests\n";

exit $bad;


sub look {
    my ($name, $file, @words) = @_;

    if ($file !~ m{^(?:t|tools)/} || !-f "$dir/$file") {
        finding("$name: there is no test $file");
        return;
    }

    my $test = slurp("$dir/$file");

    for my $words (@words) {
        finding("$name: $file has no \"$words\"") if index($test, $words) < 0;
    }
}


sub finding {
    my ($what) = @_;
    print "$what\n";
    $bad = 1;
}


sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in> // '';
}
