# Another size or name of the zone is another zone, set up anew; old workers go
# on with the old one, and no request notices (F30).  One that is too small is
# refused and nothing changes (F32).  Fails when the old zone's memory is used
# by the new configuration.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $services = join '', map { "jwt_issuer_service s$_ { key file %KEYS%/rsa.pem; }\n" }
               1 .. 40;
my $demo = "jwt_issuer_service demo { key file %KEYS%/p256.pem; }\n";

my $nginx = Test::JWTIssuer::Server->new(workers => 4, log => 'info',
    http => $demo, server => <<'END');
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

$nginx->start;
my $watch = $nginx->watch('threads=3');

$nginx->set(http => "jwt_issuer_zone jwt_issuer:8m;\n$demo")->reload;
$nginx->set(http => "jwt_issuer_zone jwt_issuer:256k;\n$demo")->reload;
$nginx->set(http => "jwt_issuer_zone another:256k;\n$demo")->reload;
$nginx->set(http => "jwt_issuer_zone jwt_issuer:4m;\n$demo")->reload;
$nginx->set(http => "jwt_issuer_zone small:32k;\n$demo$services");
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/\[emerg\].*zone "small".*too small/) }, 5),
   'a zone that is too small for its services is refused');
expect_alert('zone "small" of \d+ bytes is too small');

my $seen = $nginx->watched($watch);
cmp_ok($seen->{tokens}, '>', 50, 'clients had tokens all the time');
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], 'every token verified');
is(scalar @{ $seen->{kids} }, 1, 'of one key');

is($nginx->logged(qr/\[(?:crit|alert)\]/), 0, 'nothing is wrong');

done_testing();
