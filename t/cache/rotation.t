# Once a new key signs, none of four workers hands out a token of the old one,
# cached or not; a stale key gives no token though there is a cached one, and a
# service that is gone gives none either.  Fails when the key that signs is not
# looked at before a token is taken from the cache.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my $demo = 'jwt_issuer_service demo { key file %DIR%/key.pem;'
    . ' subject $arg_s; refresh 1s; activate_after 1s; stale 1500ms; }';
my $other = 'jwt_issuer_service other { key file %KEYS%/p256.pem; }';

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    http => "$demo\n$other\njwt_issuer_wait 0;", server => <<'END');
    add_header X-Cache $jwt_issuer_cache always;
    location ~ ^/token/(.+)$ {
        jwt_issuer_token $1;
        jwt_issuer_require off;
    }
END

sub ask { return issued($nginx, "/token/demo?s=$_[0]") }

$nginx->put_key('rsa.pem');
$nginx->start;

my (%old, %workers);
for my $s ((0 .. 9) x 8) {
    my $answer = ask($s);
    $workers{ $answer->{headers}{'x-worker'} }++;
    $old{ $answer->{token} }++;
}
is_deeply([ values %old ], [ (8) x 10 ], 'ten tokens, each handed out again');
is(keys %workers, 4, 'by all workers');
my $signer = ask(0)->{header}{kid};

# reading the new key begins, and all goes on as it was until it signs

for my $key (qw( p256.pem rsa-next.pem )) {
    $nginx->put_key($key);
    my ($took, %stayed);
    %workers = ();

    ok(wait_until(sub {
        my $answer = ask(int rand 10);
        return 0 if $answer->{header}{kid} eq $signer;
        $took = $answer->{header}{kid};
    }, 6), "$key takes over");

    for my $s ((0 .. 9) x 12) {
        my $answer = ask($s);
        $stayed{$s}++ if $answer->{header}{kid} ne $took;
        $workers{ $answer->{headers}{'x-worker'} }++;
    }

    is_deeply(\%stayed, {}, 'no token of the old one is left');
    is(keys %workers, 4, 'in any worker');
    is(ask(3)->{cache}, 'HIT', 'new ones are kept');
    $signer = $took;
}

# stale

my $kept = ask(1)->{token};
ok($kept, 'a token is in the cache');
unlink $nginx->dir . '/key.pem';
ok(wait_until(sub { ask(1)->{status} == 503 }, 5), 'the key is stale');
is_deeply([ map { ask($_ % 10)->{status} } 1 .. 20 ], [ (503) x 20 ],
          'no worker has a token for anybody');

$nginx->put_key('rsa-next.pem');
ok(wait_until(sub { ask(1)->{status} == 200 }, 4), 'it is back');

# removed

my $before = ask(1)->{token};
my $stays = issued($nginx, '/token/other')->{token};
$nginx->set(http => $other)->reload;
is(ask(1)->{status}, 400, 'a service that is gone');
like(ask(1)->{body}, qr/invalid_target/, 'is not known');
is(issued($nginx, '/token/other')->{token}, $stays, 'others stay');

$nginx->set(http => "$demo\n$other")->reload;
isnt(ask(1)->{token}, $before, 'when it is there again it begins anew');

done_testing();
