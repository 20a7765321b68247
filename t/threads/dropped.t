# A key that is dropped while signatures of it wait for their turn: none of them
# is handed out, also where tokens are not reused; and a share of the lifetime
# that is shorter than a signature takes still gives a token to whoever asked.
# Fails when sign_store() looks at the time only, or when it makes a token anew
# because its share is over.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my $nginx = Test::JWTIssuer::Server->new(log => 'info', http => <<'END',
    jwt_issuer_service own { key file %KEYS%/rsa4096.pem; reuse off; }
    jwt_issuer_service brief {
        key file %KEYS%/rsa4096.pem;
        subject $arg_s;
        lifetime 1s;
        reuse 1%;
    }
END
    server => <<'END');
    jwt_issuer_wait 0;
    location = /token { jwt_issuer_token $arg_of; jwt_issuer_require off; }
    location = /status { jwt_issuer_status; jwt_issuer_require off; }
END

$nginx->start;

# ---- a share of 10 ms

my @answers = burst($nginx, map { "/token?of=brief&s=$_" } 1 .. 60);
is(grep({ $_->{status} == 200 } @answers), 60,
   'whoever waited for a token has it, though nobody else gets it');
is(grep({ $_->{expires_in} < 1 } @answers), 0, 'and none that has ended');

# ---- a key that is dropped

my $kid = kids(($nginx->get('/token?of=own'))[1]);
my @waiting = map { $nginx->ask('/token?of=own') } 1 .. 300;

my ($status) = $nginx->get('/status', ':method' => 'POST',
    ':body' => "action=drop&kid=$kid",
    'Content-Type' => 'application/x-www-form-urlencoded');
is($status, 200, 'the key is dropped');

# one worker: what it had sent before is there
my @later = grep { !Test::JWTIssuer::Server::answered($_) } @waiting;
cmp_ok(scalar @later, '>', 0, 'while ' . @later . ' waited for it');

my %status;
$status{ (Test::JWTIssuer::Server::answer($_, 20))[0] }++ for @later;
is_deeply(\%status, { 503 => scalar @later }, 'no token of it is handed out');

done_testing();
