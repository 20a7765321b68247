# Keys are replaced while threads sign with them, several times a second, by an
# operator who asks for it: every token verifies, and none is of a key that was
# freed (F59).  The ids of tokens that four workers make, old ones and new ones,
# are all different (F94).  Fails when a signature does not hold a reference to its
# key, or when the jti is not of RAND_bytes().

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;
use Test::JWTIssuer::Peer qw( judge );
use MIME::Base64 qw( decode_base64url );

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    log => 'notice', http => <<'END', server => <<'END2');
    keepalive_requests 1000000;
    jwt_issuer_service rsa {
        key file %DIR%/key.pem;
        refresh 1h;
        activate_after 0;
        reuse off;
    }
    jwt_issuer_service ids { key file %KEYS%/ed25519.pem; reuse off; jti on; }
END
    location = /token { jwt_issuer_token rsa; jwt_issuer_require off; }
    location = /ids { jwt_issuer_token ids; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /status { jwt_issuer_status; jwt_issuer_require on; }
END2

$nginx->put_key('rsa.pem');
$nginx->start;

my $watch = $nginx->watch('threads=3');
my $load = load($nginx, 3, "GET /token HTTP/1.1\r\nHost: x\r\n\r\n");
my $rounds = rounds(10, 100);

for my $round (1 .. $rounds) {
    $nginx->put_key($round % 2 ? 'rsa-next.pem' : 'rsa.pem');
    my $signer = kids(($nginx->get('/token'))[1]);
    $nginx->get('/status', ':method' => 'POST', ':body' => 'action=refresh',
                'Content-Type' => 'application/x-www-form-urlencoded');
    wait_until(sub { kids(($nginx->get('/token'))[1]) ne $signer }, 5)
        or fail("round $round: the key is not replaced");
}

my ($good, $other, $lost, undef, $tokens) = load_end($load);
my $set = ($nginx->get('/jwks'))[1];
my $seen = $nginx->watched($watch);

is($other + $lost, 0, "$good tokens were signed meanwhile, none was refused");
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], "$seen->{tokens} tokens verify");
is(scalar @{ $seen->{kids} }, 2, 'of both keys');
cmp_ok(scalar @$tokens, '>=', 20, 'tokens of kept connections');
is(scalar(grep { !(judge($_, $set))[0] } @$tokens), 0, @$tokens . ' of those verify');

# ids: before a reload and behind it

my (%ids, $twice);
my $each = rounds(600, 12_500);
for my $half (1, 2) {
    my @sockets = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                              PeerPort => $nginx->port) } 1 .. 16;
    for (1 .. $each / 16) {
        syswrite $_, "GET /ids HTTP/1.1\r\nHost: x\r\n\r\n" x 4 for @sockets;
        for my $socket (@sockets) {
            my $text = '';
            while ((() = $text =~ /"expires_in":\d+\}/g) < 4) {
                sysread $socket, $text, 65536, length $text or die "it ends\n";
            }
            for ($text =~ /"access_token":"[\w-]+\.([\w-]+)/g) {
                my ($id) = decode_base64url($_) =~ /"jti":"([^"]{22,})"/ or next;
                $twice++ if $ids{$id}++;
            }
        }
    }
    $nginx->reload if $half == 1;
}

cmp_ok(scalar keys %ids, '>=', 4 * $each, keys(%ids) . ' tokens have an id');
is($twice, undef, 'each another one');
is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

figure(F59 => "$rounds keys replaced under load: $good + $seen->{tokens} tokens,"
       . ' all that were looked at verify');
figure(F94 => keys(%ids) . ' ids of 8 workers over a reload, none twice');

done_testing();
