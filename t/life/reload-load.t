# Twenty reloads under load, with four workers: no request fails, and every token
# verifies with the set that any worker gives right after (F02).  Fails when an
# old worker loses its keys before its requests are over.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(workers => 4, log => 'info',
    http => <<'END', server => <<'END2');
    jwt_issuer_service demo { key file %KEYS%/p256.pem; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

$nginx->start;

my $watch = $nginx->watch('threads=3');
$nginx->reload for 1 .. 20;
my $seen = $nginx->watched($watch);

cmp_ok($seen->{tokens}, '>', 200, 'clients had tokens all the time');
cmp_ok(scalar @{ $seen->{workers} }, '>=', 20, 'from workers old and new');
is(scalar @{ $seen->{kids} }, 1, 'of one key');
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], 'every token verified');
ok(defined $nginx->drained, 'no old worker is left');

done_testing();
