#!/usr/bin/perl
# docs.pl [DIR [PAGE]]: compares the directives in the ngx_command_t tables of
# src/*.c, and their parameters and variables, with README.md, conf.example*
# and the syntax file for Vim; with PAGE, a manual page, also with that.
# Prints each finding; exits 1 on any.
#
# An outer directive (jwt_issuer_...) has a heading "### name", one inside a
# block "#### name"; an outer one is also used in conf.example or in an
# example of the README.  No heading names a directive that does not exist.

use strict;
use warnings;

my $dir = shift // '.';
my $page = shift;
my $bad = 0;

my (%outer, %inner, %param, %variable);

for my $file (sort glob "$dir/src/*.c") {
    my $text = slurp($file);

    # the flags after the name tell a directive from an enum's value
    while ($text =~ /\{ \s* ngx_string\("([a-z0-9_]+)"\), \s*
                     NGX_(?:CONF_|HTTP_(?:MAIN|SRV|LOC|SIF|LIF|LMT)_CONF)/gx)
    {
        my $name = $1;
        ($name =~ /^jwt_issuer_/ ? \%outer : \%inner)->{$name} = $file;
    }

    # tables of other names: up to the line that ends them
    while ($text =~ /^static [^\n;]*\b(\w+_(?:params|variables))\[\]\s*=
                     (.*?)^\};/gmsx)
    {
        my ($table, $rows) = ($1, $2);
        my $names = $table =~ /_params$/ ? \%param : \%variable;
        $names->{$1} = $file while $rows =~ /\{ ngx_string\("([a-z_]+)"\)/g;
    }
}

finding("no directive found in $dir/src/*.c") unless %outer;

my $readme = slurp("$dir/README.md");
my $sample = slurp("$dir/conf.example");
$sample .= slurp("$dir/conf.example.aws") if -e "$dir/conf.example.aws";

my %heading = (3 => {}, 4 => {});
my $code = '';
my $fenced = 0;

for my $line (split /\n/, $readme) {
    if ($line =~ /^\s*```/) {
        $fenced = !$fenced;

    } elsif ($fenced || $line =~ /^(?: {4}|\t)/) {
        $code .= "$line\n";

    # "### jwt_issuer_token", also with backquotes or an anchor around it
    } elsif ($line =~ /^(#{3,4}) (?:<a [^>]*><\/a>)?`?([a-z0-9_]+)`?\s*$/) {
        $heading{ length $1 }{$2} = 1;
    }
}

for my $name (sort keys %outer) {
    finding("$name ($outer{$name}) has no heading \"### $name\" in README.md")
        unless $heading{3}{$name};

    finding("$name ($outer{$name}) is in no example of README.md and not in "
            . "conf.example")
        unless "$sample\n$code" =~ /^[ \t]*#?[ \t]*\Q$name\E[ \t;{]/m;
}

for my $name (sort keys %inner) {
    finding("$name ($inner{$name}) has no heading \"#### $name\" in README.md")
        unless $heading{4}{$name};
}

for my $name (sort keys %{ $heading{3} }) {
    finding("README.md describes $name, which is no directive")
        if $name =~ /^jwt_issuer_/ && !$outer{$name};
}

for my $name (sort keys %{ $heading{4} }) {
    finding("README.md describes $name, which is no directive of a block")
        unless $inner{$name};
}

while ($sample =~ /^[ \t]*(jwt_issuer_[a-z_]+)[ \t;{]/mg) {
    finding("a sample uses $1, which is no directive") unless $outer{$1};
}

check_vim("$dir/contrib/vim/after/syntax/nginx/jwt_issuer.vim");

if (defined $page) {
    my $text = slurp($page);
    for my $name (sort keys %outer, keys %inner) {
        finding("$page has no part \"$name\"")
            unless $text =~ /^\.SS "\Q$name\E"$/m;
    }
    for my $name (sort keys %variable) {
        finding("$page has no \$$name") if index($text, "\$$name") < 0;
    }
}

exit $bad;


# the lists of the syntax file; each has the same names as the source
sub check_vim {
    my ($file) = @_;
    my $text = slurp($file) =~ s/^".*\n//gmr =~ s/\n\s*\\//gr;
    my (%words, %pattern);

    for (split /\n/, $text) {
        if (/^syn keyword (\w+) (.*)/) {
            $words{$1}{$_} = 1
                for grep { !/^(?:contained|skip\w+|.*=.*)$/ } split ' ', $2;

        } elsif (/^syn (?:match|region) (\w+).*?\\%\(([a-z_][\\|+\w]*)\\\)/) {
            my $names = $pattern{$1} //= {};
            $names->{ s/\\w\\\+$//r } = 1 for split /\\\|/, $2;
        }
    }

    my %blocks = %{ $words{ngxJwtIssuerBlockDirective} // {} };
    same($file, 'directives', \%outer,
         { %{ $words{ngxJwtIssuerDirective} // {} }, %blocks });
    same($file, 'blocks', \%blocks,
         prefixed($pattern{ngxJwtIssuerBlock}));
    same($file, 'directives of blocks', { %inner, include => 1 },
         $words{ngxJwtIssuerInnerName});
    same($file, 'parameters', \%param, $pattern{ngxJwtIssuerParameter});
    same($file, 'variables', \%variable,
         prefixed($pattern{ngxJwtIssuerVariable}));
}


sub prefixed { return { map { ("jwt_issuer_$_" => 1) } keys %{ $_[0] // {} } } }


sub same {
    my ($file, $what, $is, $said) = @_;
    $said //= {};

    for my $name (sort keys %$is) {
        finding("$file: $name is missing among the $what")
            unless $said->{$name};
    }
    for my $name (sort keys %$said) {
        finding("$file: $name is among the $what, but does not exist")
            unless $is->{$name};
    }
}


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
