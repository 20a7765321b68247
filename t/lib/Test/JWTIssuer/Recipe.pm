package Test::JWTIssuer::Recipe;

# The recipes of README.md, taken from there when a suite runs: what users read
# is what is tested.  After "use Test::JWTIssuer::Server".
#
#   my $nginx = Test::JWTIssuer::Server->new;
#   my $text = recipe('gRPC');                  the ```nginx under that heading
#   my $code = recipe('A receiver that verifies', 'python');
#   $text = placed($text, 'listen 443 ssl' => …);
#
# placed() changes words that must be there (any white space fits one space),
# and dies when an address of the README is left.
#
#   my $ca = authority("$dir/certs/ca");        .crt and .key
#   certificate("$dir/certs/edge", $ca, '/CN=edge', 'DNS:edge.example.com');
#   my ($status, $body, $headers) = curl($url, @arguments);
#   my $up = upstream();                        an nginx that tells what it got
#   my %got = told($body);   my $n = asked($up);
#   my $claims = claims($token, $jwks);         undef unless PyJWT accepts it
#   child('program', @arguments);               ends with the suite

use strict;
use warnings;

use base 'Exporter';

use IPC::Open2 qw( open2 );
use Time::HiRes qw( sleep );

use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Peer qw( judge );
use Test::JWTIssuer::Server ();
use Test::JWTIssuer::Token qw( note_tokens );

our @EXPORT = qw( recipe placed authority certificate curl upstream told asked
                  claims child free_port );

my ($lib) = __FILE__ =~ m{^(.*)/Test/JWTIssuer/Recipe\.pm$};
my $owner = $$;
my @children;

# a proxy of the environment has nothing to do with this machine's servers
delete @ENV{ grep { /_proxy$/i } keys %ENV };


sub recipe {
    my ($title, $language) = @_;
    $language //= 'nginx';

    my $readme = Test::JWTIssuer::Keys::slurp("$lib/../../README.md");

    my ($section) = $readme =~ /^\#\#\# \Q$title\E\n(.*?)(?=^\#\#\#? )/ms
        or die "README.md has no recipe \"$title\"\n";
    my @blocks = $section =~ /^```\Q$language\E\n(.*?)^```$/msg;

    die "recipe \"$title\" has " . @blocks . " blocks of $language\n"
        unless @blocks == 1;

    return $blocks[0];
}


sub placed {
    my ($text, %words) = @_;

    # longer ones first: an address may begin another one

    for my $old (sort { length $b <=> length $a || $a cmp $b } keys %words) {
        my $like = join '\s+', map { quotemeta } split / /, $old;
        $text =~ s/(?<![\w.])$like(?!\w)/$words{$old}/g
            or die "the recipe does not say \"$old\"\n";
    }

    die "the recipe still says \"$1\"\n"
        if $text =~ /(\blisten\s+(?!127\.)[^;]*|\b10\.\d+\.\d+\.\d+[^;]*
                      |\bhttps:\/\/[^;]*\.com\/[^;]*)/x;

    return $text;
}


sub free_port {
    return Test::JWTIssuer::Server::free_port();
}


# ---- certificates

my @new = qw( openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes );

sub authority {
    my ($path) = @_;

    run(@new, '-x509', '-days', 2, '-subj', '/CN=an authority',
        '-keyout', "$path.key", '-out', "$path.crt",
        '-addext', 'keyUsage=critical,keyCertSign,cRLSign');

    return $path;
}


# names: subjectAltName of a server, nothing for a client

sub certificate {
    my ($path, $ca, $subject, $names) = @_;

    run(@new, '-subj', $subject, '-keyout', "$path.key", '-out', "$path.csr");

    Test::JWTIssuer::Keys::spew("$path.ext", join "\n",
        'basicConstraints=CA:FALSE',
        defined $names ? "subjectAltName=$names"
                       : 'extendedKeyUsage=clientAuth', '');

    run(qw( openssl x509 -req -days 2 -CAcreateserial ), '-in', "$path.csr",
        '-CA', "$ca.crt", '-CAkey', "$ca.key", '-extfile', "$path.ext",
        '-out', "$path.crt");
}


sub run {
    my @command = @_;

    my $pid = open2(my $out, undef, 'sh', '-c', 'exec "$@" 2>&1', 'sh',
                    @command);
    my $said = do { local $/; <$out> } // '';
    waitpid $pid, 0;
    die "@command: $said\n" if $?;
}


# ---- requests

sub curl {
    my ($url, @arguments) = @_;

    open my $in, '-|', qw( curl -s -i -m 15 ), @arguments, $url
        or die "curl: $!\n";
    my $text = do { local $/; <$in> } // '';
    close $in;

    $text =~ s/\r\n/\n/g;
    my ($head, $body) = split /\n\n/, $text, 2;
    return (0, '', {}) unless ($head // '') =~ m{^HTTP/[\d.]+ (\d+)};

    my $status = $1;
    my %headers;
    push @{ $headers{lc $1} }, $2 while $head =~ /^([\w-]+): (.*)$/mg;

    note_tokens($body);
    return ($status, $body, { map { $_ => join ' | ', @{ $headers{$_} } }
                              keys %headers });
}


# ---- upstreams: what they got, a line for each; who: the port asked or, with
# a proxy_pass to an "upstream" block, that one's name

sub upstream {
    my (%conf) = @_;

    my $lines = join '', "Request: \$request_method \$request_uri\n",
        map { "$_: \$http_" . (lc($_) =~ tr/-/_/r) . "\n" }
            qw( Host Authorization Cookie X-Service-Token X-User X-Caller );

    return Test::JWTIssuer::Server->new(
        log => 'warn', modules => 0, %conf,
        http => ($conf{http} // '') . "log_format seen '\$request';\n",
        server => 'access_log logs/seen seen; default_type text/plain;'
                  . ($conf{server} // '')
                  . "location / { return 200 '$lines'; }",
    )->start;
}


sub told {
    my ($body) = @_;
    return $body =~ /^([\w-]+): (.*)$/mg;
}


# requests to an upstream up to now; it is told when they end, so that the
# number that is expected is waited for

sub asked {
    my ($up, $expected) = @_;
    my $n;

    Test::JWTIssuer::Server::wait_until(sub {
        my @seen = grep { !m{ /static } } split /\n/,
                   Test::JWTIssuer::Keys::slurp($up->dir . '/logs/seen');
        $n = @seen;
        return !defined $expected || $n >= $expected;
    }, 3);

    return $n;
}


sub claims {
    my ($token, $jwks) = @_;
    my ($good, $claims) = judge($token =~ s/^Bearer //r, $jwks);
    return $good ? $claims : undef;
}


# ---- programs of a suite

sub child {
    my (@command) = @_;

    my $pid = fork // die "fork: $!\n";

    if (!$pid) {
        open STDOUT, '>', '/dev/null';
        exec @command or exit 127;
    }

    push @children, $pid;
    return $pid;
}


END {
    if ($$ == $owner) {
        my $status = $?;
        kill 'TERM', @children;
        waitpid $_, 0 for @children;
        $? = $status;
    }
}


1;
