# A worker is killed while it holds the zone's lock, and others at any moment,
# in the middle of signatures too: the master gives the lock back, what was half
# written is not believed, and the other workers go on with tokens that verify
# (F07, F09).  Fails when arena_begin_locked() leaves no mark and the torn cache
# is believed (an endless loop, a crash), or when the lock is not nginx's own.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;
use Test::JWTIssuer::Peer qw( judge );
use Time::HiRes qw( sleep time );

# a size that no other zone has
my $size = 132 * 1024;

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    log => 'notice', http => <<'END', server => <<'END2');
    jwt_issuer_core_dump on;
    jwt_issuer_zone odd:132k;
    keepalive_requests 1000000;
    jwt_issuer_service ec { key file %KEYS%/p256.pem; subject $arg_s; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; reuse off; }
    jwt_issuer_service turn {
        key file %DIR%/key.pem;
        refresh 1s;
        activate_after 0;
    }
END
    location = /token { jwt_issuer_token $arg_c; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

expect_alert('exited on signal 9');
expect_alert('zone "odd" was locked by');
$nginx->put_key('p256.pem');
$nginx->start;

# other tokens all the time: the cache changes with each of them

my @requests = map { "GET /token?c=$_ HTTP/1.1\r\nHost: x\r\n\r\n" }
               (map { "ec&s=$_" } 1 .. 6000), ('rsa') x 300, ('turn') x 300;
@requests = sort { substr($a, -30) cmp substr($b, -30) } @requests;

my $load = load($nginx, 8, @requests);
my $rounds = rounds(8, 100);
my ($held, $longest, $bad, $tokens) = (0, 0, 0, 0, 0);

for my $round (1 .. $rounds) {
    my @workers = $nginx->workers;
    my $victim = $workers[ $round % @workers ];

    $nginx->put_key($round % 20 < 10 ? 'p256.pem' : 'p256-next.pem');

    if ($round % 4) {
        $held++ if kill_locked($victim, $size);
    } else {
        sleep rand 0.02;
        kill 'KILL', $victim;
    }

    my $from = time;
    $bad++ for grep { !good($_) } qw( ec&s=own rsa turn );
    my $took = time - $from;
    $longest = $took if $took > $longest;

    wait_until(sub {
        my @now = $nginx->workers;
        return @now == 4 && !grep { $_ == $victim } @now;
    }, 10) or fail('a killed worker is not replaced');
}

my ($good, $other, $lost, $again, $last) = load_end($load);
my $set = ($nginx->get('/jwks'))[1];
$lost += $again;

is($bad, 0, "$tokens tokens right behind a death verify");
cmp_ok($held, '>', $rounds / 2, 'most had the lock when they died');
cmp_ok($good, '>', 100, 'the others went on');
is($other, 0, 'no request was refused');
cmp_ok(scalar @$last, '>=', 80, 'tokens of kept connections');
is(scalar(grep { !(judge($_, $set))[0] } @$last), 0, @$last . ' of those verify');

# what was asked of a killed worker is lost, and nothing else
cmp_ok($lost, '<=', 8 * $rounds, 'only its own requests were lost');
ok(wait_until(sub { $nginx->workers == 4 }), 'all workers are there');
good('ec&s=own');
my ($first, $second) = map { ($nginx->get('/token?c=ec&s=own'))[1] } 1, 2;
is(token_of($first), token_of($second), 'tokens are cached again');

is($nginx->logged(qr/exited on signal (?!9\b)/), 0, 'no worker ended but by our hand');
is($nginx->logged(qr/exited on signal 9\b/), $rounds, 'and each of those once');

figure(F07 => sprintf '%d workers killed, %d of them with the lock; %d requests'
       . ' answered, %d refused, %d lost with their worker; a token after at'
       . ' most %.0f ms', $rounds, $held, $good, $other, $lost, 1000 * $longest);

done_testing();


# from any worker that lives

sub good {
    my ($what) = @_;
    my $body;

    wait_until(sub {
        my ($status, $text) = $nginx->get("/token?c=$what");
        $body = $text if $status == 200;
        return $body;
    }, 10) or return 0;

    my ($sure, $why) = judge(token_of($body), ($nginx->get('/jwks'))[1]);
    # the worker that was asked for the set may be the one that died
    ($sure, $why) = judge(token_of($body), ($nginx->get('/jwks'))[1])
        unless $sure;
    diag "$what: $why" unless $sure;
    $tokens++;
    return $sure;
}
