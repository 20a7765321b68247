# A reload that fails, to the same key under another algorithm: the key set goes
# on saying by which one tokens are signed, also after the next good reload.
# Fails when zone_inherit takes a key for a former one that still signs.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );
use IO::Socket::INET;
use JSON::PP ();

my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
my $listen = 'listen 127.0.0.1:' . $taken->sockport . ';';

my $server = <<'END';
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END
my $good = "jwt_issuer_service demo { key file %KEYS%/rsa.pem; }\n";

my $nginx = Test::JWTIssuer::Server->new(http => $good, server => $server);
$nginx->start;

sub check {
    my ($when) = @_;
    my $set = ($nginx->get('/jwks'))[1];
    my $body = ($nginx->get('/token'))[1];
    my $keys = JSON::PP::decode_json($set)->{keys};

    is(scalar @$keys, 1, "$when: one key");
    is($keys->[0]{alg}, 'RS512', "$when: for its algorithm");
    is((jwt_of($body))[0]{alg}, 'RS512', "$when: by which tokens are signed");
    my ($sure, $why) = judge(token_of($body) // '', $set);
    ok($sure, "$when: and verify") or diag $why;
}

check('at first');

my $failed = qr/\[emerg\].*still could not bind\(\)/;
$nginx->set(http => $good =~ s/\}/algorithm RS256; }/r,
            server => "$listen $server")->signal('HUP');
ok(wait_until(sub { $nginx->logged($failed) }, 8), 'a reload fails late');
expect_alert("$failed");
expect_alert('\[emerg\].*bind\(\) to .* failed');
check('after it');

$nginx->set(http => $good, server => $server)->reload;
check('after a good one');

done_testing();
