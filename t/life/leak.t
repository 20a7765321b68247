# A worker's memory does not grow with its requests: 20,000 through all that the
# module does.  Judged by the slope behind a warm-up, with a limit of its own: a
# leak of 64 bytes for each request would be 1 MB.  Fails when a key's reference
# is not given back, or when something is taken from the cycle's pool.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(log => 'warn', http => <<'END',
    jwt_issuer_service demo { key file %KEYS%/ed25519.pem; }
    jwt_issuer_service other { key file %KEYS%/p256.pem; }
    upstream self { server 127.0.0.1:%PORT%; keepalive 4; }
END
    server => <<'END');
    keepalive_requests 1000000;
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /post {
        jwt_issuer_token $jwt_issuer_form_audience;
        jwt_issuer_require off;
    }
    location = /i {
        jwt_issuer_inject demo;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_pass http://self/up;
    }
    location = /up { return 200 "ok\n"; }
END

my @requests = (
    (map { "GET $_ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer c\r\n\r\n" }
        qw( /token?s=demo /jwks /i /token?s=other )),
    "POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 13\r\n"
        . "Content-Type: application/x-www-form-urlencoded\r\n\r\naudience=demo",
);

$nginx->start;
my ($worker) = $nginx->workers;

is($nginx->flood(4000, @requests), 4000, 'a warm-up');

my @rss;

for my $round (1 .. 4) {
    is($nginx->flood(4000, @requests), 4000, "round $round: all are answered");
    push @rss, $nginx->rss($worker);
}

cmp_ok($rss[3] - $rss[0], '<', 300 * ($ENV{JWT_ISSUER_RSS_FACTOR} // 1),
       'kB more behind 12,000 of them') or diag "@rss";
is_deeply([ $nginx->workers ], [ $worker ], 'it is the same worker');

done_testing();
