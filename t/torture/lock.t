# Nobody holds the zone's lock for long: eight workers on a few processors make,
# push out and find tokens, a key is replaced all the while, key sets and the
# status are written and configurations loaded anew, with a module that counts
# what is done between lock and unlock (F34).  Nothing is signed, logged or
# allocated there (tools/layers.sh looks for lines for debugging, too), nothing
# long is copied, and of a thousand times 999 take no more than 50 microseconds of
# a processor in the long form.  Fails when a key is parsed, when memory is asked
# for, when a line is logged under the lock.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Held;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;

my $held = Test::JWTIssuer::Held->new;

my $nginx = Test::JWTIssuer::Server->new(workers => 8, reuseport => 1,
    log => 'info',
    http => <<'END' . subjects_service(), server => <<'END2');
    jwt_issuer_zone small:256k;
    keepalive_requests 1000000;
    jwt_issuer_service turns { key file %DIR%/key.pem; refresh 1s; lifetime 5s;
                               activate_after 1s; retire 6s; }
    jwt_issuer_service slow { key file %KEYS%/rsa2048.pem; reuse off; }
END
    location = /query { jwt_issuer_token ledger; jwt_issuer_require off; }
    location = /turns { jwt_issuer_token turns; jwt_issuer_require off; }
    location = /slow { jwt_issuer_token slow; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /status { jwt_issuer_status; }
END2

$nginx->put_key('p256.pem', 'key.pem');
$nginx->start;

my $requests = rounds(6000, 60_000);
my $load = load($nginx, 2, map { "GET /$_ HTTP/1.1\r\nHost: x\r\n\r\n" }
                           qw( turns jwks turns status slow ));
my @run = map { client_start($nginx, 'property.py', 'processes=1', 'connections=8',
                             'sample=5', 'again=1', "subjects=s$_",
                             "requests=$requests") } 1 .. 2;

for my $round (1 .. rounds(4, 20)) {
    $nginx->put_key($round % 2 ? 'p256-next.pem' : 'p256.pem', 'key.pem');
    sleep 1;
    $nginx->reload if $round % 4 == 0;
}

my @seen = map { client_end($_) } @run;
my ($good, $other) = load_end($load);

# a reload ends kept connections, and a request may come just then

for my $seen (@seen) {
    is($seen->{answers} + $seen->{lost}, $requests, 'each request has an answer');
    cmp_ok($seen->{lost}, '<', $requests / 20, "but $seen->{lost} that met a reload");
    is_deeply([ @$seen{qw( wrong unverified shared instead )} ], [ [], [], [], [] ],
              'with its token');
}

is($other, 0, 'nor did another one fail');
cmp_ok($good, '>', 100, "of $good");
$nginx->stop;

# ---- what was counted

my %figures = $held->figures;
my $times = $held->times;

# 999 of 1000 are shorter than so many microseconds

sub most {
    my ($what) = @_;
    my ($left, $us) = ($times * 0.999, 0);
    $left -= $figures{$what}[$us++] while $left > 0;
    return $us;
}

cmp_ok($times, '>', 4 * $requests, "the lock was held $times times");
is("@{ $figures{places} }", '', 'nothing that takes long was called meanwhile');
cmp_ok($figures{copied}, '<=', 16_384,
       "no copy of more than 16 KiB: $figures{copied} bytes");
cmp_ok(most('cpu'), '<=', rounds(1000, 50),
       'of 1000 times 999 took few microseconds of a processor');

figure(F34 => sprintf '%d times with 8 workers: of 1000 times 999 took less than'
       . ' %d microseconds of a processor (%d by the clock), the longest one %d;'
       . ' nothing was signed, logged or allocated meanwhile, the longest copy was'
       . ' %d bytes', $times, most('cpu'), most('clock'),
       $figures{longest} / 1000, $figures{copied});

done_testing();
