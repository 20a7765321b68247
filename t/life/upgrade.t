# A new binary takes over with USR2, WINCH and QUIT: its master has only those
# variables of the environment that nginx hands on, and a key may be in one
# (F16, F17).  Tokens of either verify with the set of either, and no two have the
# same id (F94).  Fails when "key env" does not ask nginx to keep the variable, or
# when ids are numbers that a process begins anew.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Keys;

my $keys = Test::JWTIssuer::Keys::folder();

my $nginx = Test::JWTIssuer::Server->new(workers => 2, log => 'info',
    http => <<'END',
    jwt_issuer_defaults { jti on; reuse off; }
    jwt_issuer_service demo { key env DEMO_KEY; }
    jwt_issuer_service file { key file %KEYS%/ed25519.pem; }
END
    server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /demo { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

{
    local $ENV{DEMO_KEY} = Test::JWTIssuer::Keys::slurp("$keys/p256.pem");
    $nginx->start;
}

my ($tokens, %jti) = (0);

sub token {
    my ($service, $what) = @_;
    my ($status, $body) = $nginx->get("/token?s=$service");
    is($status, 200, "$service: $what");
    $jti{ (jwt_of($body))[1]{jti} // '' }++;
    $tokens++;
}

my $watch = $nginx->watch('threads=2', 'token=/demo');
my $old = $nginx->master;

$nginx->signal('USR2');
ok(wait_until(sub { $nginx->master && $nginx->master != $old }, 10),
   'a new master');
my $new = $nginx->master;
ok(wait_until(sub { $nginx->workers == 2 }, 5), 'with its workers');

token($_, 'a token from either')
    for ('demo', 'file') x 2;

kill 'WINCH', $old;
ok(wait_until(sub { !$nginx->children(qr/worker/, $old) }, 5),
   'the old workers leave');
token($_, 'a token from the new one')
    for qw( demo file );

# back, as if the new one were bad, and then again

kill 'HUP', $old;
ok(wait_until(sub { $nginx->children(qr/worker process$/, $old) == 2 }, 5),
   'the old master starts workers again');
kill 'QUIT', $new;
ok(wait_until(sub { !Test::JWTIssuer::Server::alive($new) }, 5),
   'the new one leaves');
ok(wait_until(sub { $nginx->master == $old }, 5), 'the old one is back');
token('demo', 'with its key');

$nginx->signal('USR2');
wait_until(sub { $nginx->master && $nginx->master != $old
                 && $nginx->workers == 2 }, 10);
kill 'QUIT', $old;
ok(wait_until(sub { !Test::JWTIssuer::Server::alive($old) }, 5),
   'the old one leaves for good');
token($_, 'a token') for qw( demo file );

$nginx->reload;
token($_, 'a token after a reload')
    for qw( demo file );

is(scalar keys %jti, $tokens, 'each with another jti');

my $seen = $nginx->watched($watch);
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], 'every token verified');
is(scalar @{ $seen->{kids} }, 1, 'of one key');

done_testing();
