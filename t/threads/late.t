# A token that had to wait for its turn so long that it has ended is not handed
# out, but made again, and who joins a signature that is under way gets none that
# has ended either.  Fails when a finished signature is handed out as it is.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my $nginx = Test::JWTIssuer::Server->new(log => 'info', server => <<'END');
    location = /token { jwt_issuer_token $arg_of; jwt_issuer_require off; }
END

$nginx->set(http => <<'END');
    jwt_issuer_service reused {
        key file %KEYS%/rsa4096.pem;
        subject $arg_s;
        lifetime 2s;
    }
    jwt_issuer_service own {
        key file %KEYS%/rsa4096.pem;
        subject $arg_s;
        lifetime 3s;
        reuse off;
    }
END

$nginx->start;

for my $of (qw( reused own )) {
    ok(wait_until(sub { ($nginx->get('/token?of=own&s=x'))[0] == 200 }, 60),
       'nothing else waits');

    # more than one processor signs in the time that they are good for
    my @answers = burst($nginx, map { "/token?of=$of&s=$_" } 1 .. 450);
    my @good = grep { $_->{status} == 200 } @answers;

    is(@good + grep({ $_->{status} == 503 } @answers), 450,
       "$of: all are answered");
    cmp_ok(scalar @good, '>', 20, "$of: some in time");
    is(grep({ $_->{expires_in} < 1 } @good), 0, "$of: none that is too old");
}

ok(wait_until(sub { ($nginx->get('/token?of=own&s=x'))[0] == 200 }),
   'then all is well');

done_testing();
