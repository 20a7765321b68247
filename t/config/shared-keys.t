# Services whose keys have the same text share one key that was parsed and tried
# once, whatever source it came from; each of them still signs for itself, with
# its own algorithm, and a key that cannot be used is refused at its own line.
# Fails when known_digest() leaves the text or the algorithm out, and when the
# key of one service is freed with another's.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );

my $keys = Test::JWTIssuer::Keys::folder();

my $services = join "\n",
    (map { "jwt_issuer_service same$_ { key file %KEYS%/p256.pem; }" } 1 .. 6),
    'jwt_issuer_service env { key env SHARED; }',
    'jwt_issuer_service named { key file %KEYS%/p256.pem; algorithm ES256; }',
    'jwt_issuer_service next { key file %KEYS%/p256-next.pem; }',
    'jwt_issuer_service hs256 { key file %KEYS%/hmac64; algorithm HS256; }',
    'jwt_issuer_service rsa { key file %KEYS%/rsa.pem; }',
    'jwt_issuer_service rsa2 { key file %KEYS%/rsa.pem; algorithm RS512; }';

$ENV{SHARED} = Test::JWTIssuer::Keys::slurp("$keys/p256.pem");

my $nginx = Test::JWTIssuer::Server->new(
    main => 'env SHARED;', http => $services, server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

$nginx->start;
my $set = ($nginx->get('/jwks'))[1];
my %kid;

for my $service ((map { "same$_" } 1 .. 6), qw( env named next rsa rsa2 )) {
    my ($status, $body) = $nginx->get("/token?s=$service");
    is($status, 200, "$service has a token");
    is((jwt_of($body))[1]{sub}, $service, 'of its own');
    my ($sure, $why) = judge(token_of($body) // '', $set);
    ok($sure, 'which verifies with the key set') or diag $why;
    $kid{$service} = kids($body);
}

is(scalar(grep { $kid{$_} eq $kid{same1} } map({ "same$_" } 2 .. 6),
          qw( env named )), 7, 'one key for those of the same text');
isnt($kid{next}, $kid{same1}, 'another one for another text');
is($kid{rsa2}, $kid{rsa}, 'the same text with its algorithm named');
is((jwt_of(($nginx->get('/token?s=hs256'))[1]))[0]{alg}, 'HS256', 'a secret');

# the same text for another algorithm is another key

sub refused {
    my ($title, $file, $like, $rest) = @_;
    my $bad = "jwt_issuer_service bad { key file $file; $rest}";

    $nginx->set(http => "$services\n$bad\n"
                        . 'jwt_issuer_service last { key file %KEYS%/p256.pem; }');
    my ($status, $said) = $nginx->run('-t');
    isnt($status, 0, "$title: refused");

    my ($before) = Test::JWTIssuer::Keys::slurp($nginx->dir . '/nginx.conf')
                   =~ /^(.*?)jwt_issuer_service bad /s;
    my $line = 1 + $before =~ tr/\n//;
    like($said, qr/$like.* in \S+nginx\.conf:$line$/m, "$title: at its line");
}

expect_alert(qr/\[emerg\] \d+#\d+: cannot use key "file \S+" in service "bad": /);

refused('a text in use, not for this algorithm', '%KEYS%/p256.pem',
        qr/service "bad": key is not of the type or curve of the algorithm/,
        'algorithm RS256; ');

refused('a secret in use, too short for this algorithm', '%KEYS%/hmac16',
        qr/service "bad": HMAC secret is shorter than the hash/,
        'algorithm HS256; ');

$nginx->put(Test::JWTIssuer::Keys::slurp("$keys/p256.pem")
                =~ s/\n.*\n/\nAAAA\n/r, 'bad.pem');

refused('a broken copy of a text in use', '%DIR%/bad.pem',
        qr/cannot use key "file \S+" in service "bad": /, '');

done_testing();
