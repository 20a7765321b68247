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

my $words = words();

my $hits = hits(@logs);

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


# all that may be found, as plain words for grep: it reads some hundred
# megabytes in seconds, where Perl's thousands of alternatives take minutes

sub words {
    my $file = File::Temp->new;
    print $file "$_\n" for keys %key, keys %token, 'PRIVATE KEY',
                            map { qq("$_") } qw( d p q dp dq qi k );
    $file->flush;
    return $file;
}


# file => [ where, which word ], ... of all that is found: by one grep for all
# logs, as it takes long to read so many words

sub hits {
    my %hits;

    return {} unless @_;

    local $ENV{LC_ALL} = 'C';
    open my $grep, '-|', 'grep', '-abFHZo', '-f', "$words", '--', @_
        or die "grep: $!\n";
    while (<$grep>) {
        push @{ $hits{$1} }, [ $2, $3 ] if /^([^\0]+)\0(\d+):(.*)/;
    }
    close $grep;
    die "grep failed\n" if $? & 127 || $? >> 8 > 1;

    return \%hits;
}


# an entry is a line with a time stamp and the lines until the next one

sub check {
    my ($file) = @_;
    my ($start, $end, $said) = (0, 0);

    $read++;
    $bytes += -s $file;

    my $hits = $hits->{$file} or return;

    open my $in, '<:raw', $file or die "$file: $!\n";
    my $text = do { local $/; <$in> };

    for my $hit (@$hits) {
        my ($at, $word) = @$hit;

        if ($at >= $end) {
            $start = 1 + rindex $text, "\n", $at;
            $start = 1 + rindex $text, "\n", $start - 2
                while $start > 0 && !is_stamped($text, $start);

            $end = $at;
            do { $end = 1 + index $text, "\n", $end }
                until $end == 0 || $end == length $text || is_stamped($text, $end);
            $end ||= length $text;
            $said = 0;
        }

        next if $said;

        my $what = secret($word, substr $text, $start, $end - $start) // next;
        printf "%s:%d: %s\n", $file, 1 + (substr($text, 0, $start) =~ tr/\n//), $what;
        $said = $bad = 1;
    }
}


sub is_stamped {
    return substr($_[0], $_[1], 21) =~ m{^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[};
}


# what the word is in its entry, when it must not be there

sub secret {
    my ($word, $entry) = @_;

    return 'a part of a key' if $key{$word};
    return is_own($entry) ? undef : 'a token' if $token{$word};

    return $entry =~ /-----BEGIN [A-Z ]*PRIVATE KEY/ ? 'a private key'
         : $entry =~ /"(?:d|p|q|dp|dq|qi|k)"\s*:\s*"[\w-]{16,}"/
                                             ? 'a private JWK'
         : undef;
}


sub is_own {
    my ($entry) = @_;
    return $entry =~ m{^\S+ \S+ \[debug\] \S+ (?:\*\d+ )?(.*)}s && $1 =~ $own;
}
