# With proxy_cache_path nginx has two more processes, the cache manager and the
# cache loader, where init_process also runs and the number of the worker is 0,
# too: neither may look after keys (F11).  Fails when process_init() does not
# look at ngx_process.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( sleep );

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    proxy_cache_path %DIR%/cache keys_zone=c:1m loader_sleep=10s;
    jwt_issuer_service demo { key file %DIR%/key.pem; refresh 1s; stale 1h; }
END
    server => <<'END');
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
END

$nginx->put_key('p256.pem');
$nginx->start;

ok(wait_until(sub { $nginx->children(qr/cache manager/) }, 3),
   'there is a cache manager');
my ($manager) = $nginx->children(qr/cache manager/);
my ($zero, $one) = $nginx->workers;

unlink $nginx->dir . '/key.pem';

ok(wait_until(sub { $nginx->logged(qr/is not fetched/) }, 4),
   'the file is looked at');
sleep 0.1 for 1 .. 15;
is($nginx->logged(qr/\[error\].*is not fetched/), 1, 'by one process');
is($nginx->logged(qr/\] $zero#\d+: key is not fetched/), 1, 'which is worker 0');
is($nginx->logged(qr/\] $manager#\d+: (?:.*jwt|key )/), 0,
   'the cache manager has nothing to do with it');
is(($nginx->get('/token'))[0], 200, 'tokens are handed out');

done_testing();
