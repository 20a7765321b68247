#!/usr/bin/perl
# alerts.pl DIR: prints one test per suite whose logs are kept under DIR: no
# line in its error.log tells of a crash, a sanitizer's report, a leaked
# connection or any other alert or emergency.
#
# Test::Nginx looks at the log while a request is answered; what nginx says on
# reload and exit is only seen here.  A suite lists what it expects in its file
# "expected", one regular expression per line (Test::JWTIssuer::expect_alert).

use strict;
use warnings;

use File::Find;

my $dir = shift // die "usage: $0 DIR\n";

my $alarm = qr/\[alert\]|\[emerg\]|Sanitizer|runtime[ ]error:
              |exited[ ]on[ ]signal|Assertion[ ].*failed/x;

my ($count, $bad, @logs) = (0, 0);

find({ no_chdir => 1, wanted => sub {
    push @logs, $_ if m{/error\.log$};
} }, $dir);

for my $log (sort @logs) {
    my ($suite) = $log =~ m{^\Q$dir\E/*(.*)/error\.log$};
    my @found = findings($log, expected("$dir/$suite/expected"));

    $count++;
    $bad ||= @found;
    print @found ? 'not ok' : 'ok', " $count - no alert in the log of $suite\n";
    print "#   $_" for @found > 10 ? @found[0 .. 9] : @found;
}

print "1..$count\n";
exit($bad ? 1 : 0);


sub expected {
    my ($file) = @_;
    open my $in, '<', $file or return;
    chomp(my @patterns = <$in>);
    return @patterns;
}


sub findings {
    my ($log, @expected) = @_;
    my @found;

    open my $in, '<', $log or die "$log: $!\n";

    LINE: while (my $line = <$in>) {
        next unless $line =~ $alarm;
        for my $pattern (@expected) {
            next LINE if $line =~ /$pattern/;
        }
        push @found, $line;
    }

    return @found;
}
