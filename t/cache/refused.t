# What cannot become a token takes no place in the cache from those that can:
# whoever may ask for tokens would push out everybody's with requests that cost
# no signature.  Fails when a refusal leaves its claim where the token would be.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my $nginx = Test::JWTIssuer::Server->new(log => 'info', http => <<'END',
    jwt_issuer_zone small:128k;
    jwt_issuer_service demo {
        key file %KEYS%/p256.pem;
        subject $arg_s;
        claim a $arg_a;
        claim b $arg_b;
    }
END
    server => <<'END');
    location = /token {
        add_header X-Cache $jwt_issuer_cache;
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
END

$nginx->start;

is(issued($nginx, "/token?s=good$_")->{cache}, 'MISS', "token $_ is made")
    for 1 .. 20;

# each value may be that long, but all of them together are too long
my $long = 'x' x 3500;
my %status;
$status{ issued($nginx, "/token?s=bad$_&a=$long&b=$long")->{status} }++
    for 1 .. 200;
is_deeply(\%status, { 400 => 200 }, '200 that are too long are refused');

is(issued($nginx, "/token?s=good$_")->{cache}, 'HIT', "token $_ is there still")
    for 1 .. 20;

done_testing();
