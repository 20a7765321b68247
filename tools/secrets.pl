#!/usr/bin/perl
# secrets.pl DIR...: no log under DIR (files named *.log) may hold a key, a
# secret or a token.  Prints each finding, without the secret; exits 1 on any,
# and where there is no log or no key to look for.
#
# Looked for: the marker of a private key in PEM, the private members of a JWK,
# and the strings that "forbidden" files under DIR list, one per line:
#
#   key STRING      a part of a key or of a secret
#   token STRING    the signature of a token that a test received
#
# nginx's own debug messages print the header lines that it receives and sends:
# a token may be seen there, and only there.

use strict;
use warnings;

use File::Find;
use File::Temp;

die "usage: $0 DIR...\n" unless @ARGV;

my $own = qr/^(?:
    http[ ](?:proxy[ ])?header: | http2?[ ]header: | http3[ ]header: |
    grpc[ ]header: | (?:http[ ])?(?:fastcgi|uwsgi|scgi)[ ]param: |
    http[ ]script[ ](?:var|copy|capture): |
    HTTP\/1\.[01][ ]\d{3} | posted[ ]event | recv: | send:
)/x;

my ($bad, $read, $bytes, @logs, %key, %token) = (0, 0, 0);

find({ no_chdir => 1, wanted => sub {
    push @logs, $_ if /\.log$/ && -f;
    learn($_) if m{/forbidden$} && -f;
} }, @ARGV);

my $key = any(keys %key);
my $token = any(keys %token);
my $words = words();

check($_) for sort @logs;

if (!$read) {
    print "no log was found under @ARGV\n";
    $bad = 1;
}

if (!%key) {
    print "no key to look for was found under @ARGV\n";
    $bad = 1;
}

printf "%d logs, %d bytes, %d key strings, %d signatures\n",
       $read, $bytes, scalar keys %key, scalar keys %token;

exit $bad;


sub learn {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    while (<$in>) {
        $key{$1} = 1 if /^key (\S{12,})/;
        $token{$1} = 1 if /^token (\S{12,})/;
    }
}


sub any {
    return qr/(?!)/ unless @_;
    my $list = join '|', map { quotemeta } sort @_;
    return qr/(?:$list)/;
}


# all that may be found, as plain words for grep: it reads some hundred
# megabytes in seconds, where Perl's thousands of alternatives take minutes

sub words {
    my $file = File::Temp->new;
    print $file "$_\n" for keys %key, keys %token, 'PRIVATE KEY',
                            map { qq("$_") } qw( d p q dp dq qi k );
    $file->flush;
    return $file;
}


# the numbers of the lines that have one of them

sub hits {
    my ($file) = @_;

    local $ENV{LC_ALL} = 'C';
    open my $grep, '-|', 'grep', '-anF', '-f', "$words", '--', $file
        or die "grep: $!\n";
    my %hit = map { /^(\d+):/ ? ($1 => 1) : () } <$grep>;
    close $grep;
    die "grep failed on $file\n" if $? >> 8 > 1;

    return \%hit;
}


# an entry is a line with a time stamp and the lines until the next one

sub check {
    my ($file) = @_;
    my ($entry, $line, $wanted) = ('', 0, 0);

    $read++;
    $bytes += -s $file;

    my $hit = hits($file);
    return unless %$hit;

    open my $in, '<', $file or die "$file: $!\n";

    while (<$in>) {
        if (m{^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[}) {
            check_entry($file, $line, $entry) if $wanted;
            ($entry, $line, $wanted) = ('', $., 0);
        }
        $entry .= $_;
        $wanted = 1 if $hit->{$.};
    }

    check_entry($file, $line, $entry) if $wanted;
}


sub check_entry {
    my ($file, $line, $entry) = @_;

    my $what = $entry =~ /-----BEGIN [A-Z ]*PRIVATE KEY/ ? 'a private key'
             : $entry =~ /"(?:d|p|q|dp|dq|qi|k)"\s*:\s*"[\w-]{16,}"/
                                                 ? 'a private JWK'
             : $entry =~ $key                    ? 'a part of a key'
             : $entry =~ $token && !is_own($entry) ? 'a token'
             : return;

    print "$file:$line: $what\n";
    $bad = 1;
}


sub is_own {
    my ($entry) = @_;
    return $entry =~ m{^\S+ \S+ \[debug\] \S+ (?:\*\d+ )?(.*)}s && $1 =~ $own;
}
