# When there are no random bytes there is no jti, and so no token: neither for a
# caller nor for an upstream; services without a jti go on.  Fails when draft.c
# does not look at what RAND_bytes() says.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service random { key file %KEYS%/p256.pem; jti on; reuse off; }
    jwt_issuer_service legacy { key file %KEYS%/p256.pem; }
END
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /up { return 200 "reached $http_authorization\n"; }
    location = /api {
        jwt_issuer_inject random;
        proxy_pass http://127.0.0.1:%PORT%/up;
    }
END2

# OpenSSL's own signatures ask another function of the same library, and nginx
# itself wants some when it starts

my $dir = $nginx->dir;
Test::JWTIssuer::Keys::spew("$dir/none.c", <<"END");
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

int
RAND_bytes(unsigned char *p, int n)
{
    int  (*real)(unsigned char *p, int n);

    if (access("$dir/none", F_OK) == 0) {
        return 0;
    }

    *(void **) &real = dlsym(RTLD_NEXT, "RAND_bytes");

    return real(p, n);
}
END
system($ENV{CC} // 'cc', qw( -shared -fPIC -o ), "$dir/none.so", "$dir/none.c")
    and die "none.so was not built\n";

{
    local $ENV{LD_PRELOAD} = "$dir/none.so";
    $nginx->start;
}

is(($nginx->get('/token?s=random'))[0], 200, 'with random bytes there is a token');
$nginx->put('', 'none');

my ($status, $body) = $nginx->get('/token?s=random');
is($status, 503, 'no token without random bytes');
unlike($body, qr/access_token|eyJ/, 'nor a part of one');

($status, $body) = $nginx->get('/api');
is($status, 503, 'none for an upstream either');
unlike($body, qr/reached/, 'which is not asked');

is($nginx->logged(qr/\[crit\] .*RAND_bytes\(\) failed/), 2, 'each is logged');
like(($nginx->get('/token?s=legacy'))[1], qr/"access_token"/,
     'a service that needs none goes on');

done_testing();
