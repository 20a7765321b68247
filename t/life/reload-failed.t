# A reload that fails, early or late, changes nothing of what runs: nginx sets
# our zone up before it opens its listening sockets, so a configuration that is
# given up has been there already (F27, F28).  Neither does "nginx -t".  Fails
# when zone_init() takes something away.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );
use IO::Socket::INET;

my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1');
my $port = $taken->sockport;

my $server = <<'END';
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

my $good = <<'END';
    jwt_issuer_service demo { key file %KEYS%/p256.pem; }
    jwt_issuer_service other { key file %DIR%/key.pem; refresh 1s; activate_after 0; }
END

my $other = <<'END';
    jwt_issuer_service demo { key file %KEYS%/p256-next.pem; }
    jwt_issuer_service third { key file %KEYS%/p384.pem; }
END

my $nginx = Test::JWTIssuer::Server->new(workers => 2, server => $server,
                                         http => $good);
$nginx->put_key('ed25519.pem');
$nginx->start;

my @workers = $nginx->workers;
my %kid = map { $_ => scalar kids(($nginx->get("/token?s=$_"))[1]) }
          qw( demo other );
my $set = ($nginx->get('/jwks'))[1];

sub unchanged {
    my ($when) = @_;
    for my $service (sort keys %kid) {
        my ($status, $body) = $nginx->get("/token?s=$service");
        is(kids($body), $kid{$service}, "$when: $service has its key");
        my ($sure, $why) = judge(token_of($body) // '', $set);
        ok($sure, "$when: and verifies with the old set") or diag $why;
    }
    is(($nginx->get('/jwks'))[1], $set, "$when: the key set is the same");
    is(($nginx->get('/token?s=third'))[0], 400, "$when: no new service");
    is_deeply([ $nginx->workers ], \@workers, "$when: the workers are the same");
}

sub fails {
    my ($when, $like, %conf) = @_;
    my $before = $nginx->logged($like);
    $nginx->set(http => $good, server => $server, %conf);
    $nginx->signal('HUP');
    ok(wait_until(sub { $nginx->logged($like) > $before }, 8), "$when: it fails");
    expect_alert("$like");
    unchanged($when);
}

fails('a bad key file', qr/\[emerg\].*cannot use key/,
      http => $other . 'jwt_issuer_service bad { key file %DIR%/nginx.conf; }');
fails('an unknown directive', qr/\[emerg\].*unknown directive/,
      http => "$other\nmarmalade on;");
fails('a port that is taken', qr/\[emerg\].*still could not bind\(\)/,
      http => $other, server => "listen 127.0.0.1:$port; $server");
expect_alert('\[emerg\].*bind\(\) to .* failed');

# a rotation goes on in the workers that stayed

$nginx->put_key('ed25519-next.pem');
ok(wait_until(sub {
    kids(($nginx->get('/token?s=other'))[1]) ne $kid{other} }, 4),
   'the workers go on looking at their file');
$kid{other} = kids(($nginx->get('/token?s=other'))[1]);
$set = ($nginx->get('/jwks'))[1];

# ---- nginx -t

$nginx->set(http => $other, server => $server);
my ($status, $said) = $nginx->run('-t');
is($status, 0, 'nginx -t with another good configuration');
unchanged('nginx -t');

($status, $said) = $nginx->run('-T');
unlike($said, qr/PRIVATE KEY/, 'nginx -T shows no key');

$nginx->set(http => 'jwt_issuer_service bad { key file %DIR%/nginx.conf; }');
($status, $said) = $nginx->run('-t');
is($status, 1, 'nginx -t with a bad key');
like($said, qr/cannot use key "file .*" in service "bad": .* in \S+nginx.conf:\d+/,
     'says where') or diag $said;
unchanged('nginx -t that fails');

# ---- and the next good one is taken

$nginx->set(http => $other)->reload;
is(($nginx->get('/token?s=third'))[0], 200, 'the next good reload is taken');
isnt(kids(($nginx->get('/token?s=demo'))[1]), $kid{demo}, 'as a whole');
ok(grep({ $_ eq $kid{demo} } kids(($nginx->get('/jwks'))[1])),
   'with the old public key');

done_testing();
