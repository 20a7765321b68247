package Test::JWTIssuer::Upstream;

# Upstreams that answer with what they received, for the injection suites; after
# "use Test::JWTIssuer".  Small servers of ours, so that nothing of the request
# is joined or dropped before a test sees it: HTTP, FastCGI, uwsgi, SCGI.
#
#   $TEST_NGINX_UP_HTTP, _FASTCGI, _UWSGI, _SCGI, _NEVER    their ports
#
# An answer has one line "Name: value" for each header line or parameter in the
# order of arrival, then "body: LENGTH SHA1".  The query of the request may ask
# for another answer (HTTP only): status=502, cc= (Cache-Control), accel=
# (X-Accel-Redirect), drop=1 (closed without an answer), size=N (ranges can be
# taken of that many bytes).
#
# The default --- http_config has the services "demo" (Ed25519) and "other"
# (P-256); every --- config also gets "location = /jwks".
#
# Filters: upstream(NAME...) shows those header lines only (default: what looks
# like credentials), a token as <its subject> when PyJWT accepts it with this
# server's /jwks and loudly when not; untouched says instead of the body how
# many requests _NEVER has seen.
# http2(PATH, CURL-ARGUMENT...), as a filter: the body is what curl gets over
# HTTP/2 from "listen $TEST_NGINX_HTTP2_PORT http2".  (Test::Nginx's own section
# takes nginx 1.22 for one that knows "http2 on".)
# Functions: asked (requests to all upstreams since the last call); last_line
# (what an access_log of the block wrote last into logs/NAME, which is empty then;
# no *.log, because it may hold a token).

use strict;
use warnings;

use base 'Exporter';

use Digest::SHA qw( sha1_hex );
use File::Temp ();
use IO::Socket::INET ();

use Test::JWTIssuer ();
use Test::JWTIssuer::Peer qw( judge );
use Test::JWTIssuer::Token qw( note_tokens );

our @EXPORT = qw( upstream untouched http2 asked last_line );

my %serve = (
    http => \&serve_http, never => \&serve_http, fastcgi => \&serve_fastcgi,
    uwsgi => \&serve_uwsgi, scgi => \&serve_scgi,
);

my $services = <<'END';
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    jwt_issuer_service other { key file $TEST_NGINX_KEYS/p256.pem; }
END

my $owner = $$;
my $dir = File::Temp->newdir('jwt-issuer-up-XXXXXX', TMPDIR => 1);
my $seen = 0;
my @pids;

start($_) for sort keys %serve;
$ENV{TEST_NGINX_HTTP2_PORT} = listener()->sockport;

{
    no strict 'refs';
    *{"Test::Base::Filter::$_"} = \&{$_} for @EXPORT;
}

Test::Nginx::Util::add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('http_config', $services
                      . ($block->http_config // ''))
        unless ($block->http_config // '') =~ /jwt_issuer_service/;

    $block->set_value('config', ($block->config // '')
                      . "\n    location = /jwks { jwt_issuer_jwks; }\n")
        unless ($block->config // '') =~ m{location = /jwks};
});


sub start {
    my ($kind) = @_;

    my $socket = listener();

    $ENV{ 'TEST_NGINX_UP_' . uc $kind } = $socket->sockport;

    my $pid = fork // die "fork: $!\n";

    if ($pid) {
        push @pids, $pid;
        return;
    }

    $SIG{CHLD} = 'IGNORE';
    $SIG{TERM} = 'DEFAULT';
    open STDOUT, '>', '/dev/null';

    # each connection has a process: nginx keeps some of them open

    while (1) {
        my $client = $socket->accept or next;
        my $child = fork;

        if (defined $child && $child == 0) {
            close $socket;
            binmode $client;
            $client->autoflush(1);
            1 while $serve{$kind}->($client, $kind);
            close $client;
            kill 'KILL', $$;
        }
    }
}


sub listener {
    return IO::Socket::INET->new(Listen => 64, LocalAddr => '127.0.0.1',
                                 ReuseAddr => 1) || die "listen: $!\n";
}


END {
    if ($$ == $owner) {
        my $status = $?;
        kill 'TERM', @pids;
        waitpid $_, 0 for @pids;
        $? = $status;
    }
}


sub note {
    my ($kind) = @_;
    open my $out, '>>', "$dir/$kind" or return;
    syswrite $out, '.';
}


sub count {
    return -s "$dir/$_[0]" || 0;
}


sub asked {
    my $all = 0;
    $all += count($_) for keys %serve;
    my $new = $all - $seen;
    $seen = $all;
    return $new;
}


sub answer {
    my ($lines, $body) = @_;
    return join('', map { "$_->[0]: $_->[1]\n" } @$lines)
           . 'body: ' . length($body) . ' ' . sha1_hex($body) . "\n";
}


sub take {
    my ($client, $n) = @_;
    my $got = '';
    while (length $got < $n) {
        read($client, my $part, $n - length $got) or last;
        $got .= $part;
    }
    return $got;
}


# ---- HTTP

sub serve_http {
    my ($client, $kind) = @_;

    my $line = <$client> // return 0;
    my ($query) = $line =~ m{^\S+ [^? ]*\??(\S*) HTTP/};
    my %asked = map { /^(\w+)=(.*)/ ? ($1, $2) : () } split /&/, $query // '';

    my (@lines, %header);

    while (defined(my $text = <$client>)) {
        $text =~ s/\r?\n$//;
        last if $text eq '';
        my ($name, $value) = split /:[ ]?/, $text, 2;
        push @lines, [ $name, $value ];
        $header{lc $name} = $value;
    }

    note($kind);

    my $body = '';

    if (($header{'transfer-encoding'} // '') eq 'chunked') {
        while (defined(my $size = <$client>)) {
            my $n = hex $size;
            $body .= take($client, $n);
            take($client, 2);
            last unless $n;
        }
    } elsif ($header{'content-length'}) {
        $body = take($client, $header{'content-length'});
    }

    return 0 if $asked{drop};

    my $status = $asked{status} // 200;
    my $out = answer(\@lines, $body);
    my @extra;

    if ($asked{size} && ($header{range} // '') =~ /^bytes=(\d+)-(\d+)/) {
        my $last = $2 < $asked{size} ? $2 : $asked{size} - 1;
        my $auth = join ',', map { $_->[1] }
                   grep { lc $_->[0] eq 'authorization' } @lines;
        $out = substr("$auth " . ('.' x 4096), 0, $last - $1) . "\n";
        $status = 206;
        push @extra, "Content-Range: bytes $1-$last/$asked{size}",
                     'ETag: "one"';
    }

    push @extra, "Cache-Control: $asked{cc}" if $asked{cc};
    push @extra, "X-Accel-Redirect: $asked{accel}" if $asked{accel};

    if ($status == 101) {
        print $client join "\r\n", 'HTTP/1.1 101 Switching Protocols',
              'Upgrade: echo', 'Connection: upgrade', '', $out;
        return 0;
    }

    my $keep = $line =~ m{HTTP/1\.1} && lc($header{connection} // '') ne 'close';

    print $client join "\r\n", "HTTP/1.1 $status Answer", @extra,
          'Content-Type: text/plain', 'Content-Length: ' . length $out,
          'Connection: ' . ($keep ? 'keep-alive' : 'close'), '', $out;

    return $keep;
}


# ---- SCGI: a netstring of NUL-terminated pairs

sub serve_scgi {
    my ($client) = @_;

    local $/ = ':';
    my $size = <$client> // return 0;
    chop $size;

    my @parts = split /\0/, take($client, $size), -1;
    take($client, 1);

    return finish_cgi($client, 'scgi', \@parts);
}


# ---- uwsgi: one packet of pairs with 16-bit lengths

sub serve_uwsgi {
    my ($client) = @_;

    my $head = take($client, 4);
    return 0 unless length $head == 4;

    my (undef, $size) = unpack 'C v', $head;
    my @parts = unpack '(v/a)*', take($client, $size);

    return finish_cgi($client, 'uwsgi', \@parts);
}


sub finish_cgi {
    my ($client, $kind, $parts) = @_;
    my (@lines, $length);

    while (@$parts > 1) {
        my ($name, $value) = splice @$parts, 0, 2;
        push @lines, [ $name, $value ];
        $length = $value if $name eq 'CONTENT_LENGTH';
    }

    note($kind);

    my $out = answer(\@lines, $length ? take($client, $length) : '');

    print $client "Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n$out";
    return 0;
}


# ---- FastCGI

sub serve_fastcgi {
    my ($client) = @_;
    my ($params, $body, $id) = ('', '', 1);

    while (1) {
        my $head = take($client, 8);
        return 0 unless length $head == 8;

        my (undef, $type, $number, $size, $padding) = unpack 'C C n n C', $head;
        my $data = take($client, $size);
        take($client, $padding) if $padding;

        $id = $number;
        $params .= $data if $type == 4;
        $body .= $data if $type == 5;
        last if $type == 5 && $size == 0;
    }

    note('fastcgi');

    my $out = "Content-Type: text/plain\r\n\r\n"
              . answer(fastcgi_params($params), $body);

    while (length $out) {
        my $part = substr $out, 0, 60000, '';
        print $client pack('C C n n C C', 1, 6, $id, length $part, 0, 0), $part;
    }

    print $client pack('C C n n C C', 1, 6, $id, 0, 0, 0),
                  pack('C C n n C C', 1, 3, $id, 8, 0, 0), "\0" x 8;
    return 0;
}


sub fastcgi_params {
    my ($params) = @_;
    my @lines;

    while (length $params) {
        my @size;

        for (0, 1) {
            my $n = unpack 'C', $params;
            my $wide = $n & 0x80;
            $n = unpack('N', $params) & 0x7fffffff if $wide;
            substr $params, 0, $wide ? 4 : 1, '';
            push @size, $n;
        }

        push @lines, [ substr($params, 0, $size[0], ''),
                       substr($params, 0, $size[1], '') ];
    }

    return \@lines;
}


# ---- filters

sub upstream {
    my @names = @_;

    # used as \&upstream it gets the body itself

    return show($names[0]) if @names == 1 && $names[0] =~ /\n/;

    my $like = join '|', map { quotemeta } @names;
    return sub { return show($_[0], qr/^(?:HTTP_)?(?:$like)$/i) };
}


sub show {
    my ($body, $like) = @_;
    $like //= qr/auth|token/i;

    return $body unless $body =~ /^body: /m;

    my @lines = map {
        my ($name, $value) = split /: ?/, $_, 2;
        $name =~ $like ? "$name: " . named($value // '') . "\n" : ()
    } split /\n/, $body;

    return @lines ? join '', @lines : "nothing\n";
}


sub named {
    my ($value) = @_;

    $value =~ s/(eyJ[\w-]+\.[\w-]+\.[\w-]+)/'<' . whose($1) . '>'/ge;
    return $value;
}


sub whose {
    my ($token) = @_;

    note_tokens($token);

    my $port = Test::Nginx::Util::server_port_for_client();
    my ($good, $claims) = judge($token, "http://127.0.0.1:$port/jwks");

    return $good ? $claims->{sub} : "NOT VERIFIED: $claims";
}


sub http2 {
    my ($path, @args) = @_;

    my @command = (qw( curl -sS -m 5 --http2-prior-knowledge ), @args,
                   "http://127.0.0.1:$ENV{TEST_NGINX_HTTP2_PORT}$path");

    return sub {
        open my $in, '-|', @command or die "curl: $!\n";
        local $/;
        return scalar <$in>;
    };
}


sub last_line {
    my ($name) = @_;
    my $file = Test::Nginx::Util::server_root() . "/logs/$name";

    # it is written when the request ends, maybe after its answer

    for (1 .. 150) {
        if (-s $file) {
            open my $in, '<', $file or die "$file: $!\n";
            my @lines = <$in>;
            close $in;
            truncate $file, 0;
            return $lines[-1];
        }
        select undef, undef, undef, 0.02;
    }

    return "nothing in $name\n";
}


sub untouched {
    return count('never') . " requests passed\n";
}


1;
