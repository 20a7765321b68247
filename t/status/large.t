# The status of many services is sent a little at a time: whole and well-formed
# over HTTP/1.1, 1.0 and 2, to a client that reads slowly or leaves, while the
# same worker answers others.  Fails when _document.c loses or repeats a part,
# forgets what is still to be sent, or writes everything at once.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( time );

my $n = 1500;

my $nginx = Test::JWTIssuer::Server->new(
    http => "jwt_issuer_core_dump on;\njwt_issuer_zone large:16m;\n" . join('', map {
        "jwt_issuer_service s$_ { key file %KEYS%/p256.pem; }\n" } 1 .. $n),
    log => 'info',
    server => <<'END');
    listen 127.0.0.1:%PORT2% http2;
    location = /status { jwt_issuer_status; jwt_issuer_require off; }
    location = /zipped { jwt_issuer_status; gzip on; gzip_types *; }
END

my $http2 = Test::JWTIssuer::Server::free_port();
$nginx->{conf}{server} =~ s/%PORT2%/$http2/;
$nginx->start;

my $base = 'http://127.0.0.1:' . $nginx->port;

sub curl {
    open my $out, '-|', qw( curl -sS --max-time 30 ), @_ or die "curl: $!\n";
    local $/;
    my $body = <$out> // '';
    close $out;
    return $body;
}

sub services {
    my ($body) = @_;
    my $status = eval { JSON::PP::decode_json($body) } or return $@;
    my %name = map { $_->{name} => 1 } @{ $status->{services} };
    return scalar keys %name;
}

is(services(curl("$base/status")), $n, 'all services, over HTTP/1.1');
is(services(curl('--http1.0', "$base/status")), $n, 'over HTTP/1.0');
is(services(curl('--http2-prior-knowledge',
                 "http://127.0.0.1:$http2/status")), $n, 'over HTTP/2');
is(services(curl('--compressed', "$base/zipped")), $n, 'compressed');
is(services(curl("$base/status", '--limit-rate', '1M')), $n,
   'to a client that reads slowly');

like(curl("$base/status", '-I'), qr{^HTTP/1.1 200 }, 'HEAD');

my $page = curl("$base/status", '-H', 'Accept: text/html');
like($page, qr{</html>\n\z}, 'the page has its end');
is(scalar(() = $page =~ /<tbody /g), $n, 'and all services');

my $metrics = curl("$base/status", '-H', 'Accept: text/plain;version=0.0.4');
is(scalar(() = $metrics =~ /^jwt_issuer_tokens_minted_total\{/mg), $n,
   'so have the metrics');
is(scalar(() = $metrics =~ /^# TYPE jwt_issuer_tokens_minted_total /mg), 1,
   'each family once');
like($metrics, qr/_count\{service="s$n",environment=""\} 0\n\z/, 'to the end');

# ---- others have their turn

my $slow = $nginx->ask('/status', Accept => 'text/plain;version=0.0.4');
my $answered = 0;
my $end = time + 10;

# it has begun and is not read: the rest waits in the worker
wait_until(sub { Test::JWTIssuer::Server::answered($slow) }, 10);

for (1 .. 20) {
    $answered++ if ($nginx->get('/static'))[0] == 200;
}

is($answered, 20, 'others are answered in the middle of it');

my ($code, $body) = Test::JWTIssuer::Server::answer($slow);
like($body, qr/service="s$n"/, 'which then goes on to its end');

# ---- clients that leave

for (1 .. 20) {
    my $gone = $nginx->ask('/status', Accept => 'text/html');
    wait_until(sub { Test::JWTIssuer::Server::answered($gone) }, 10) if $_ % 2;
    close $gone;
}

is(services(curl("$base/status")), $n, 'clients that leave harm nobody');
ok(wait_until(sub {
    my ($pid) = $nginx->workers;
    my @fds = glob "/proc/$pid/fd/*";
    @fds or die "files of $pid cannot be seen\n";
    return grep({ (readlink($_) // '') =~ /^socket/ } @fds) < 12;
}, 10), 'their connections are closed');

is($nginx->logged(qr/\[(?:alert|crit|emerg|error)\]/), 0, 'nothing is wrong');

done_testing();
