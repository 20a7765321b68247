#!/usr/bin/perl
# man.pl [DIR]: prints ngx_http_jwt_issuer_module(5), which is made of the
# parts of README.md that say how the module is configured and what it says.
#
# It knows the Markdown that README.md has there and no other: anything else
# is an error with its line, never a page with something missing.

use strict;
use warnings;
use utf8;

my $dir = shift // '.';

# heading of README.md => heading of the page; the introduction is DESCRIPTION
my @parts = (
    [ 'A minimal configuration', 'EXAMPLE' ],
    [ 'Directives',              'DIRECTIVES' ],
    [ 'Embedded variables',      'VARIABLES' ],
    [ 'Answers',                 'ANSWERS' ],
    [ 'Log messages',            'LOG MESSAGES' ],
);

my %dash = ("\x{2014}" => '\(em', "\x{2013}" => '\(en', "\x{2026}" => '...',
            "\x{d7}" => '\(mu');
my %plain = ('\\' => '\e', '`' => '\(ga', '^' => '\(ha', '~' => '\(ti');
my %code = (%plain, '-' => '\-', "'" => '\(aq');

my $file = "$dir/README.md";
my ($part, %lines, %url);
my $fenced = 0;

for my $line (slurp($file)) {
    $line->[1] =~ s/\s+$//;
    $fenced = !$fenced if $line->[1] =~ /^```/;

    if (!$fenced && $line->[1] =~ /^#{1,2} (.*)/) {
        $part = $1;

    } elsif (!$fenced && $line->[1] =~ /^\[([^\]]+)\]: (\S+)$/) {
        $url{$1} = $2;

    } elsif (defined $part) {
        push @{ $lines{$part} }, $line;
    }
}

my ($title) = grep { $_ eq 'nginx-jwt-issuer' } keys %lines;
die "$file: no heading \"# nginx-jwt-issuer\"\n" unless $title;

binmode STDOUT, ':utf8';

my $version = `"$dir/tools/version.sh" "$dir"`;
exit 1 if $?;
chomp $version;

# of the version's day, not of the building's
my %month;
@month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = 1 .. 12;
my ($date) = map { $_->[1] =~ /^ -- .*>  \w+, (\d+) (\w+) (\d+)/
                   ? sprintf '%04d-%02d-%02d', $3, $month{$2}, $1 : () }
                 slurp("$dir/debian/changelog");

# names of directives are long: rather a short line than a broken name
print <<"END";
.\\" Made of README.md by tools/man.pl: edit that.
.TH NGX_HTTP_JWT_ISSUER_MODULE 5 $date "nginx-jwt-issuer $version"
.nh
.ad l
.SH NAME
ngx_http_jwt_issuer_module \\- sign short\\-lived tokens at the edge proxy
.SH SYNOPSIS
.nf
.B load_module modules/ngx_http_jwt_issuer_module.so;
.fi
.SH DESCRIPTION
END

# its first paragraph; the rest is about the repository
my @intro = @{ $lines{$title} };
shift @intro while @intro && $intro[0][1] eq '';
my ($end) = grep { $intro[$_][1] eq '' } 0 .. $#intro;
render(@intro[ 0 .. $end - 1 ]);

for (@parts) {
    my ($heading, $name) = @$_;
    die "$file: no heading \"## $heading\"\n" unless $lines{$heading};
    print ".SH $name\n";
    render(@{ $lines{$heading} });
}

print <<'END';
.SH SEE ALSO
.BR nginx (8)
.PP
README.md, installed with the module: keys and their rotation, AWS, security,
capacity, and how a token is verified.
END

exit 0;


sub slurp {
    my ($name) = @_;
    open my $in, '<:encoding(UTF-8)', $name or die "$name: $!\n";
    my $n = 0;
    return map { chomp; [ ++$n, $_ ] } <$in>;
}


sub refuse {
    my ($line, $what) = @_;
    die "$file:$line->[0]: $what is not known to man.pl: $line->[1]\n";
}


# lines of one part: blocks that are told from each other by how they begin
sub render {
    my @rest = @_;
    my $first = 1;

    while (@rest) {
        my $line = $rest[0];
        my $text = $line->[1];

        if ($text eq '') {
            shift @rest;

        } elsif ($text =~ /^#{3,4} (?:`)?([^`]+)(?:`)?$/) {
            print ".SS ", quoted($1), "\n";
            shift @rest;
            $first = 1;

        } elsif ($text =~ /^```/) {
            shift @rest;
            my @code;
            push @code, shift(@rest)->[1] while @rest && $rest[0][1] ne '```';
            shift @rest or refuse($line, 'a fence without an end');
            print ".PP\n" unless $first;
            verbatim(@code);
            $first = 0;

        } elsif ($text =~ /^\|/) {
            my @rows;
            push @rows, shift @rest while @rest && $rest[0][1] =~ /^\|/;
            table(@rows);
            $first = 0;

        } elsif ($text =~ /^(- |\d+\. )/) {
            items(\@rest);
            $first = 0;

        } elsif ($text =~ /^(?:[>#<]|!\[|    |\* |={3}|-{3})/) {
            refuse($line, 'this');

        } else {
            my @paragraph;
            while (@rest && $rest[0][1] ne '' && $rest[0][1] !~ /^(?:```|\|)/) {
                push @paragraph, shift @rest;
            }
            # the lines below a directive's syntax belong to it
            my $below = $paragraph[0][1] =~ /^\*\*(?:Default|Context|Phase):/;
            print $below ? ".br\n" : ".PP\n" unless $first;
            paragraph(@paragraph);
            $first = 0;
        }
    }
}


sub verbatim {
    print ".RS 4\n.nf\n";
    print guarded(coded($_)), "\n" for @_;
    print ".fi\n.RE\n";
}


# "- x" or "1. x", each with indented lines that go on with it
sub items {
    my ($rest) = @_;

    while (@$rest && $rest->[0][1] =~ /^(- |\d+\. )(.*)/) {
        my ($mark, $text) = ($1, $2);
        my $line = shift @$rest;
        while (@$rest && $rest->[0][1] =~ /^ +(\S.*)/) {
            refuse($rest->[0], 'a list in a list') if $1 =~ /^(- |\d+\. )/;
            $text .= " $1";
            shift @$rest;
        }
        print '.IP ', $mark =~ /^-/ ? '\(bu 2' : "$mark 4", "\n";
        fill(inline($text, [ $line->[0], $text ]));
    }
}


# The first cell is the tag and the last one says what it is; those between
# have lines of their own and need the names of their columns.
sub table {
    my ($head, $rule, @rows) = @_;
    refuse($head, 'a table without head') unless $rule
        && $rule->[1] =~ /^\|(?: *:?-+:? *\|)+$/;
    my @names = cells($head);

    for my $row (@rows) {
        my @cells = cells($row);
        refuse($row, 'a row of another length') if @cells != @names;
        my $tag = shift @cells;
        my $last = pop @cells;

        print ".TP\n", guarded(inline($tag, $row)), "\n";
        for (grep { $cells[$_] ne '' } 0 .. $#cells) {
            fill(inline("*$names[$_ + 1]:* $cells[$_]", $row));
            print ".br\n";
        }
        fill(inline($last, $row));
    }
}


sub cells {
    my ($row) = @_;
    my ($inner) = $row->[1] =~ /^\|(.*)\|$/ or refuse($row, 'this row');
    return map { s/^\s+|\s+$//gr =~ s/\\\|/|/gr } split /(?<!\\)\|/, $inner, -1;
}


# lines that end with a backslash end there
sub paragraph {
    my @lines = @_;
    my $syntax = $lines[0][1] =~ /^\*\*Syntax:\*\*/;
    my @text = ('');

    for (@lines) {
        my $text = $_->[1];
        my $break = $text =~ s/\\$//;
        $text[-1] .= ($text[-1] eq '' ? '' : ' ') . $text;
        push @text, '' if $break;
    }

    for my $i (0 .. $#text) {
        print ".br\n" if $i;
        fill(inline($text[$i], $lines[0], $syntax));
    }
}


# Emphasis, code and links.  In a syntax line the code is what somebody puts
# a value for.  A link to another part of README.md is only its text.
sub inline {
    my ($text, $line, $syntax) = @_;
    my $out = '';

    while ($text ne '') {
        if ($text =~ s/^`([^`]+)`//) {
            $out .= ($syntax ? '\fI' : '\fB') . coded($1) . '\fR';

        } elsif ($text =~ s/^\*\*(.+?)\*\*//) {
            $out .= '\fB' . texted($1 =~ tr/`//dr) . '\fR';

        } elsif ($text =~ s/^\*(\w.*?)\*//) {
            $out .= '\fI' . texted($1) . '\fR';

        } elsif ($text =~ s/^\[((?:`[^`]*`|[^\]`])+)\]\(([^)]+)\)//) {
            my ($name, $to) = ($1, $2);
            $out .= inline($name, $line, $syntax);
            $out .= ' <' . coded($to) . '>' if $to =~ /^https?:/;

        } elsif ($text =~ /^\[([^\]]+)\]/ && $url{$1}) {
            $text =~ s/^\[([^\]]+)\]//;
            $out .= texted($1) . ' <' . coded($url{$1}) . '>';

        } elsif ($text =~ s/^\\([*_\[\]|<>])//) {
            $out .= texted($1);

        } elsif ($text =~ s/^([^`*\[\\]+|[*\[])//) {
            $out .= $syntax ? coded($1) : texted($1);

        } else {
            refuse([ $line->[0], $text ], 'this');
        }
    }

    return $out;
}


sub fill {
    my ($text) = @_;
    my $line = '';

    for my $word (split / +/, $text) {
        if (length("$line $word") > 78 && $line ne '') {
            print guarded($line), "\n";
            $line = '';
        }
        $line .= ($line eq '' ? '' : ' ') . $word;
    }

    print guarded($line), "\n" if $line ne '';
}


# what begins a line with a dot would be a request
sub guarded { my ($text) = @_; return $text =~ s/^(?=[.'])/\\&/r; }

sub quoted { my ($text) = @_; return '"' . coded($text =~ s/"/""/gr) . '"'; }

sub texted { my ($text) = @_; return escaped($text, \%plain); }

sub coded { my ($text) = @_; return escaped($text, \%code); }


sub escaped {
    my ($text, $map) = @_;
    return $text =~ s{([^ -~]|[\\`^~'-])}
                     { $map->{$1} // $dash{$1}
                       // (ord $1 < 128 ? $1 : sprintf '\[u%04X]', ord $1) }egr;
}
