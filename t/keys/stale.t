# A key whose source has been failing for longer than "stale" signs no more:
# 503 with Retry-After, nothing goes to an upstream, one line in the log; static
# files are served; when the file is back, so are tokens (F64, F99).  Fails when
# stale_at is not looked at, or when injection goes on without a key.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1500ms;
    }
    jwt_issuer_wait 0;
    upstream self { server 127.0.0.1:%PORT%; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /up { access_log %DIR%/logs/up; return 200 "$http_authorization\n"; }
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://self/up;
    }
    location /fallback {
        jwt_issuer_inject demo;
        error_page 503 = @public;
        proxy_pass http://self/up;
    }
    location @public { return 200 "public\n"; }
    location /checked {
        auth_request /i;
        proxy_pass http://self/up;
    }
    location /variable {
        proxy_set_header Authorization "Bearer $jwt_issuer_token";
        jwt_issuer_inject demo;
        proxy_pass http://self/up;
    }
END2

$nginx->put_key('ed25519.pem');
$nginx->start;

my @auth = (Authorization => 'Bearer client');

my ($status, $body, $headers) = $nginx->get('/i', @auth);
is($status, 200, 'with a key a request goes on');
like($body, qr/^Bearer ey/, 'with a token');

unlink $nginx->dir . '/key.pem';

ok(wait_until(sub { ($nginx->get('/token'))[0] == 503 }, 5), 'the key is stale');

my $asked = -s $nginx->dir . '/logs/up';

($status, $body, $headers) = $nginx->get('/token');
is($status, 503, 'no token');
like($body, qr/^\{"error":"temporarily_unavailable",/, 'an error in JSON');
is($headers->{'retry-after'}, 5, 'with Retry-After');
is($headers->{'cache-control'}, 'no-store', 'that may not be stored');

for my $path (qw( /i /variable )) {
    ($status, $body, $headers) = $nginx->get($path, @auth);
    is($status, 503, "$path: no injection");
    is($headers->{'retry-after'}, 5, "$path: with Retry-After");
}

is_deeply([ ($nginx->get('/fallback', @auth))[0, 1] ], [ 200, "public\n" ],
          'an error page may say something else');
is(($nginx->get('/checked', @auth))[0], 500, 'a check lets nobody in');

is(-s $nginx->dir . '/logs/up', $asked, 'the upstream was not asked');
is(($nginx->get('/static'))[0], 200, 'static answers go on');
is(scalar(kids(($nginx->get('/jwks'))[1])), 1, 'the public key is published');

wait_until(sub { $nginx->logged(qr/no usable key, requests/) }, 3);
is($nginx->logged(qr/\[error\].*no usable key, requests are answered 503/), 1,
   'that is logged once');

$nginx->put_key('ed25519.pem');
ok(wait_until(sub { ($nginx->get('/token'))[0] == 200 }, 4),
   'the file is back, and so are tokens');
is(($nginx->get('/i', @auth))[0], 200, 'and injection');
is($nginx->logged(qr/\[notice\].*key is fetched again/), 1, 'that is logged');

done_testing();
