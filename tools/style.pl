#!/usr/bin/perl
# style.pl FILE...: only what nginx itself keeps; exits 1 on any finding
use strict; use warnings; my $bad = 0;
for my $f (@ARGV) {
    open my $h, '<', $f or die "$f: $!";
    my ($in, $start, $prev, $blank) = (0, 0, '', 0);
    while (<$h>) {
        chomp; my $c = $_;
        my $say = sub { print "$f:$.: $_[0]\n"; $bad = 1 };
        if ($in) { $c =~ s{^.*?\*/}{} ? ($in = 0) : ($c = '') }
        $c =~ s/"(?:\\.|[^"\\])*"/""/g; $c =~ s/'(?:\\.|[^'\\])+'/''/g;
        $c =~ s{/\*.*?\*/}{}g; $in = 1 if $c =~ s{/\*.*$}{};
        $say->('over 80 columns')           if length > 80;
        $say->('tab')                       if /\t/;
        $say->('trailing space')            if / $/;
        $say->('carriage return')           if /\r/;
        $say->('// comment')                if $c =~ m{//};
        $say->('no space after keyword')    if $c =~ /\b(?:if|for|while|switch)\(/;
        $say->('statement on the if line')  if $c =~ /^\s+(?:if|while) \(.*\) \S.*;$/ && $c !~ /\{/;
        $say->('assignment in a condition') if $c =~ /^\s+if \(\(?\w[\w>.-]* = /;
        $say->('brace on function line')    if $c =~ /^\w.*\)\s*\{$/;
        $say->('log text: capital or period')
            if "$prev$_" =~ /ngx_(?:conf_)?log_error\(/ && /^\s+"(?:[A-Z][a-z]+ [a-z]|.*[a-z]\.",)/;
        $say->('DDEBUG left on')            if $c =~ /^#define\s+DDEBUG\s+1/;
        $start = $. if /^\{/;
        $say->('function over 120 lines') if /^\}$/ && $start && $. - $start > 121 && $ENV{LONG};
        $blank++ if $. < 4 && /^$/;
        $say->('no comment at the head of the file') if $. == $blank + 1 && !m{^/\*} && !/^$/;
        $say->('file over 600 lines')       if $. == 601 && $ENV{LONG};
        $prev = $_;
    }
}
exit $bad;
