# What a reload changes: another definition of a key signs at once, and the old
# public key stays in the set as long as its tokens live; a service that was
# taken out is gone, a new one is there; the same with the algorithm and the
# environment (F29).  Every token of before and after verifies.  Fails when a
# record is found by the service's name alone, or when inherit_locked() does
# nothing.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );

my $server = <<'END';
    location = /token { jwt_issuer_token $arg_s environment=$arg_e; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

my $nginx = Test::JWTIssuer::Server->new(workers => 2, server => $server,
    http => <<'END');
    jwt_issuer_environment dev;
    jwt_issuer_service demo { key file %KEYS%/p256.pem; }
    jwt_issuer_service other { key file %KEYS%/ed25519.pem; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm RS512; }
END

sub published { return kids(($nginx->get('/jwks'))[1]) }
sub token { return ($nginx->get("/token?s=$_[0]&e=" . ($_[1] // 'dev')))[1] }

sub verifies {
    my ($body, $what) = @_;
    my ($good, $why) = judge(token_of($body) // '', ($nginx->get('/jwks'))[1]);
    ok($good, $what) or diag "$why: $body";
}

$nginx->start;

my %before = map { $_ => token($_) } qw( demo other rsa );
is(scalar(published()), 3, 'three services');

# ---- another file

$nginx->set(http => <<'END')->reload;
    jwt_issuer_environment dev;
    jwt_issuer_service demo { key file %KEYS%/p256-next.pem; }
    jwt_issuer_service other { key file %KEYS%/ed25519.pem; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm RS512; }
END

my $after = token('demo');
isnt(kids($after), kids($before{demo}), 'another file: its key signs at once');
verifies($after, 'its tokens verify');
verifies($before{demo}, 'and so do those of the old file');
is(kids(token('other')), kids($before{other}), 'another service is as it was');
is(scalar(published()), 4, 'the old public key is published');

# ---- a service removed, one added

$nginx->set(http => <<'END')->reload;
    jwt_issuer_environment dev;
    jwt_issuer_service demo { key file %KEYS%/p256-next.pem; }
    jwt_issuer_service new { key file %KEYS%/p384.pem; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm RS512; }
END

ok(wait_until(sub { $nginx->logged(qr/are dropped from jwt issuer zone/) }, 8),
   'a service removed: that is logged');
ok(!grep({ $_ eq kids($before{other}) } published()), 'its key is gone');
is(($nginx->get('/token?s=other&e=dev'))[0], 400, 'and its tokens');
verifies(token('new'), 'a service added: its tokens verify');
verifies($before{demo}, 'and what stayed is as it was');

# ---- another algorithm of the same key

$nginx->set(http => <<'END')->reload;
    jwt_issuer_environment dev;
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm RS256; }
END

$after = token('rsa');
is((jwt_of($after))[0]{alg}, 'RS256', 'another algorithm: it signs');
verifies($after, 'its tokens verify');

$nginx->set(http => <<'END')->reload;
    jwt_issuer_environment dev;
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm RS512; }
END
verifies(token('rsa'), 'and so do those of the first one when it is back');

# ---- another environment

$nginx->set(http => <<'END')->reload;
    jwt_issuer_service demo { key file %KEYS%/p256.pem; environment dev; }
    jwt_issuer_service demo { key file %KEYS%/p384.pem; environment live; }
END
verifies(token('demo', 'live'), 'another environment has a key of its own');
my $live = kids(token('demo', 'live'));
isnt(kids(token('demo', 'dev')), $live, 'and not that of the first one');

$nginx->set(http => <<'END')->reload;
    jwt_issuer_service demo { key file %KEYS%/p384.pem; environment live; }
END
is(($nginx->get('/token?s=demo&e=dev'))[0], 400, 'one removed is gone');
is_deeply([ published() ], [ $live ], 'with its key');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
