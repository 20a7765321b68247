# The definition of a key changes again and again under load: old workers still
# answer while the new ones have begun, and each token verifies with the set that
# any worker, old or new, gives right after.  A set without a key in it would be
# kept by those who verify.  Fails when worker 0 drops the records that old
# workers still publish.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my @http = map { <<"END" } qw( p256 p256-next );
    jwt_issuer_service demo { key file %KEYS%/$_.pem; }
END

my $nginx = Test::JWTIssuer::Server->new(workers => 4, log => 'info',
    http => $http[0], server => <<'END');
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

$nginx->start;

my $watch = $nginx->watch('threads=4');
$nginx->set(http => $http[$_ % 2])->reload for 1 .. 10;
my $seen = $nginx->watched($watch);

cmp_ok($seen->{tokens}, '>', 100, 'clients had tokens all the time');
is(scalar @{ $seen->{kids} }, 2, 'of both keys');
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], 'every token verified');

done_testing();
