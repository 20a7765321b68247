# Mixed requests over four workers, 10^5 in the long form: whatever the inputs of a token are, each
# answer is what was asked for, no two inputs share a token, and the same ones
# have the same token everywhere.  Fails when the cache's key leaves out a claim
# or a header member, or where one value ends and the next begins.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Torture;

my $requests = rounds(25_000, 100_000);
my $inputs = rounds(1500, 3000);

my $claims = join "\n", 'subject $sub;', 'audience $aud;', 'header x-h $h;',
    'claim a $a;', 'claim b $b;', 'claim num $num number;',
    'claim flag $flag boolean;', 'claim doc $doc json;';

# a form brings what no request line can hold
my $maps = join "\n", map {
    "map \$request_method \$$_ { POST \$jwt_issuer_form_$_; default \$arg_$_; }"
} qw( service env sub aud h a b num flag doc );

my @services = (
    [ ledger => dev => 'p256.pem' ], [ ledger => prod => 'p256-next.pem' ],
    [ books => dev => 'ed25519.pem' ], [ slow => dev => 'rsa.pem' ],
    [ mac => dev => 'hmac32', 'algorithm HS256;' ],
);

# room for all: see pressure.t for the other case
my $http = join "\n", $maps, 'jwt_issuer_zone large:32m;', 'keepalive_requests 1000000;',
    'large_client_header_buffers 4 16k;', map {
    my ($name, $env, $key, $more) = @$_;
    "jwt_issuer_service $name { environment $env; key file %KEYS%/$key;"
        . " claim svc $name; claim env $env; $claims " . ($more // '') . ' }'
} @services;

my $location = 'jwt_issuer_token $service environment=$env';
my $server = <<"END";
    add_header X-Cache \$jwt_issuer_cache;
    location = /query { $location; jwt_issuer_require off; }
    location = /form { $location; jwt_issuer_require off; }
    location = /jwt { $location format=jwt; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    log => 'warn', http => $http, server => $server);

$nginx->start;

my $seen = client($nginx, 'property.py', "requests=$requests",
                  'processes=4', "inputs=$inputs", 'secret=%KEYS%/hmac32');

is($seen->{answers}, $requests, 'every request was answered');
cmp_ok($seen->{refused}, '>', $requests / 100, 'some could not be part of a token');
cmp_ok($seen->{inputs}, '>', $inputs * 2 / 3, 'inputs of many kinds');
is_deeply($seen->{instead}, [], 'all others got a token');
is_deeply($seen->{wrong}, [], 'each the one that was asked for');
is_deeply($seen->{unverified}, [], 'each with a good signature');
is_deeply($seen->{shared}, [], 'no two inputs had the same token');
is($seen->{repeated}, 0, 'equal inputs had the same one from any worker');
cmp_ok($seen->{cache}{MISS}, '<', $seen->{tokens} + 100,
       'only those that came while it was made had to wait');
is_deeply($seen->{keys}, [], 'each service has its own key');

done_testing();
