# A request that finds no key waits for it as long as jwt_issuer_wait says,
# wherever it wants it, and nothing else on this worker waits with it.  A client
# that goes away is forgotten.  Fails when a waiter's deadline is not kept, when
# its cleanup does not take it off the list, or when the loop is blocked.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( time sleep );

my $h2 = Test::JWTIssuer::Server::free_port();

my $nginx = Test::JWTIssuer::Server->new(http => <<'END',
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1200ms;
    }
    upstream self { server 127.0.0.1:%PORT%; }
END
    server => "listen 127.0.0.1:$h2 http2;" . <<'END');
    jwt_issuer_wait 20s;
    proxy_http_version 1.0;     # no connection stays open for later
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /now { jwt_issuer_wait 0; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /soon { jwt_issuer_wait 400ms; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /up { return 200 "$http_authorization\n"; }
    location /i { jwt_issuer_inject demo; proxy_pass http://self/up; }
    location /page { jwt_issuer_inject demo; ssi on; ssi_types *; }
    location /checked {
        auth_request /check;
        jwt_issuer_inject demo;
        proxy_pass http://self/up;
    }
    location = /check { jwt_issuer_inject demo; proxy_pass http://self/got; }
    location = /got { return 204; }
    location = /count { stub_status; }
END

$nginx->put_key('ed25519.pem');
$nginx->put('<!--# include virtual="/i" --><!--# include virtual="/i" -->',
            'html/page');
$nginx->start;

sub away {
    unlink $nginx->dir . '/key.pem';
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 5),
       'the key is stale');
}

sub back { $nginx->put_key('ed25519.pem') }

# connections that are open beside the one that asks
sub open_connections {
    return ($nginx->get('/count'))[1] =~ /Active connections: (\d+)/
           ? $1 - 1 : -1;
}

away();

my $long = $nginx->ask('/token');
is(($nginx->get('/now'))[0], 503, 'with "jwt_issuer_wait 0" the answer is 503');

my $from = time;
my ($status, $body, $headers) = $nginx->get('/soon');
is($status, 503, 'when the key does not come in time it is 503');
is($headers->{'retry-after'}, 5, 'with Retry-After');
cmp_ok(time - $from, '>', 0.38, 'after the time to wait');
ok(!Test::JWTIssuer::Server::answered($long),
   'and both before one that may wait longer');
close $long;

# all at once: what has to wait waits, and nothing else

my %waiting = map { $_ => $nginx->ask($_) } qw( /token /i /checked /page );
$waiting{post} = $nginx->ask('/token', ':method' => 'POST',
    ':body' => 'grant_type=client_credentials',
    'Content-Type' => 'application/x-www-form-urlencoded');
$waiting{upload} = $nginx->ask('/i', ':method' => 'POST', ':body' => 'x' x 100);
my @many = map { $nginx->ask('/token') } 1 .. 100;

# one curl each: 7.88 does not send its second request over HTTP/2
my @h2_out = map {
    open my $out, '-|', qw( curl -s -m 30 --http2-prior-knowledge ),
        "http://127.0.0.1:$h2$_", '-d', 'grant_type=client_credentials';
    $out;
} qw( /i /token );

my @gone = map { $nginx->ask($_) } ('/token', '/i', '/checked', '/page') x 5;

is(($nginx->get('/static'))[0], 200, 'static answers go on');
ok(!Test::JWTIssuer::Server::answered($waiting{$_}), "$_ waits")
    for sort keys %waiting;

# with those of HTTP/2, whose clients take a moment to start
my $all = keys(%waiting) + @many + @gone + @h2_out;
ok(wait_until(sub { open_connections() == $all }, 10), 'all are there');
close $_ for @gone;
ok(wait_until(sub { open_connections() == $all - @gone }, 10),
   'clients that went away are forgotten while others wait');

# streams of HTTP/2 that are reset while they wait

for my $path (qw( /i /token )) {
    system qw( curl -s -m 0.3 --http2-prior-knowledge ),
        "http://127.0.0.1:$h2$path";
    is($? >> 8, 28, "$path: a client of HTTP/2 gives up");
}

back();

for my $name (sort keys %waiting) {
    ($status, $body) = Test::JWTIssuer::Server::answer($waiting{$name});
    is($status, 200, "$name gets its answer when the key is back");
    like($body, qr/ey[\w-]+\.[\w-]+\.[\w-]+/, "$name: with a token");
}

my $good = grep { (Test::JWTIssuer::Server::answer($_))[0] == 200 } @many;
is($good, 100, 'so do a hundred others');

{
    local $/;
    like(<$_>, qr/ey[\w-]+\.ey[\w-]+\.[\w-]+/, 'and one over HTTP/2')
        for @h2_out;
    close $_ for @h2_out;
}

is(($nginx->get('/now'))[0], 200, 'and new ones');
ok(wait_until(sub { open_connections() == 0 }, 10), 'no connection is left');

# clients that have closed before the worker reads their requests

away();

my ($worker) = $nginx->workers;
$nginx->signal('STOP', $worker);
@gone = map { $nginx->ask($_) } ('/token', '/i') x 10;
close $_ for @gone;
$nginx->signal('CONT', $worker);

ok(wait_until(sub { open_connections() == 0 }, 10),
   'clients that are gone before their requests are parked are forgotten, too');

back();

unlike($nginx->log_text, qr/\[(?:crit|alert|emerg)\]|open socket/,
       'nothing is wrong in the log');

done_testing();
