# A new file that is no good key never replaces the good one: that goes on
# signing and alone is published, the log has one line when it begins and one
# when it is over, and no byte of the file (K6).  Each case is a service with a
# file of its own, so that all are tried in the same seconds.  Fails when
# refresh_failed() logs each try, or when a key is let in before it was tried.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Keys;
use Time::HiRes qw( sleep );

my $keys = Test::JWTIssuer::Keys::folder();
my $good = Test::JWTIssuer::Keys::slurp("$keys/p256.pem");
my $nginx;

sub put { my ($name, $text) = @_; $nginx->put($text, "$name.pem") }
sub path { return $nginx->dir . "/$_[0].pem" }

# name, what is done to the file, what the log says

my @cases = (
    [ garbage => sub { put(@_, 'marmalade' x 20) }, qr/is not fetched: / ],
    [ truncated => sub { put(@_, substr $good, 0, length($good) / 2) },
      qr/is not fetched: / ],
    [ type => sub { $nginx->put_key('rsa.pem', 'type.pem') }, qr/of the type or curve/ ],
    [ curve => sub { $nginx->put_key('p384.pem', 'curve.pem') }, qr/of the type or curve/ ],
    [ public => sub { $nginx->put_key('p256-next.pub', 'public.pem') },
      qr/is not fetched: / ],
    [ empty => sub { put(@_, '') }, qr/it is empty/ ],
    [ long => sub { put(@_, 'x' x 4e6) }, qr/it is too long/ ],
    [ removed => sub { unlink path(@_) }, qr/open\(\) failed.*\(2: No such/ ],
    [ directory => sub { unlink path(@_); mkdir path(@_) },
      qr/it is not a regular file/ ],
    [ pipe => sub { unlink path(@_); system 'mkfifo', path(@_) },
      qr/it is not a regular file/ ],
);

my $services = join '', map { <<"END" } map { $_->[0] } @cases;
    jwt_issuer_service $_ {
        key file %DIR%/$_.pem;
        algorithm ES256;
        refresh 1s;
        stale 1h;
        activate_after 0;
    }
END

$nginx = Test::JWTIssuer::Server->new(log => 'info', http => $services,
    server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

sub logged {
    my ($name, $like) = @_;
    return [ grep { /$like/ && /jwt service: "\Q$name\E"/ }
             split /\n/, $nginx->log_text ];
}

put($_->[0], $good) for @cases;
$nginx->start;

my $kid = kids(($nginx->get('/token?s=garbage'))[1]);

$_->[1]->($_->[0]) for @cases;

for my $case (@cases) {
    my ($name, undef, $says) = @$case;
    wait_until(sub { @{ logged($name, qr/\[error\]/) } }, 4);
    like(logged($name, qr/\[error\]/)->[0] // '', $says, "$name: it says why");
}

# as long as it takes to try each of them twice more
sleep 0.1 for 1 .. 22;

for my $case (@cases) {
    my ($name) = @$case;
    is(@{ logged($name, qr/\[error\]/) }, 1, "$name: it says so once");
    is(kids(($nginx->get("/token?s=$name"))[1]), $kid,
       "$name: the good key signs");
}

is_deeply([ kids(($nginx->get('/jwks'))[1]) ], [ $kid ],
          'no other key is published');

for my $case (@cases) {
    my ($name) = @$case;
    rmdir path($name) or unlink path($name);
    put($name, $good);
}

for my $case (@cases) {
    my ($name) = @$case;
    ok(wait_until(sub { @{ logged($name, qr/fetched again/) } }, 5),
       "$name: the end is logged");
    is(@{ logged($name, qr/\[error\]/) }, 1, "$name: and nothing else");
    is(kids(($nginx->get("/token?s=$name"))[1]), $kid, "$name: the same key");
}

unlike($nginx->log_text, qr/marmalade/, 'nothing of a file is in the log');

done_testing();
