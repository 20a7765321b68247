# The usual private key is root's alone (0600): the master reads it, workers of
# another user cannot.  That is no fault: one notice, tokens for ever, and a new
# key with the next reload.  Without root there is no other user; then the file
# is made unreadable behind the master's back.  Fails when EACCES counts as a
# failed fetch, so that the key becomes stale.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( sleep );

my $nginx = Test::JWTIssuer::Server->new(main => $> ? '' : 'user nobody nogroup;',
    http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1200ms;
        activate_after 0;
    }
    jwt_issuer_wait 0;
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

my $file = $nginx->dir . '/key.pem';

# for a moment readable by the master only, if that is not root

sub as_master {
    my ($do) = @_;
    chmod 0600, $file;
    $do->();
    chmod 0000, $file if $>;
}

$nginx->put_key('p256.pem');
as_master(sub { $nginx->start });

my $kid = kids(($nginx->get('/token'))[1]);

ok(wait_until(sub { $nginx->logged(qr/cannot be read by a worker/) }, 4),
   'that workers cannot read it is logged');
like($nginx->log_text, qr/\[notice\].*cannot be read by a worker.*13: Perm/,
     'as a notice');

sleep 0.1 for 1 .. 25;

is(($nginx->get('/token'))[0], 200, 'behind "stale" there still are tokens');
is($nginx->logged(qr/cannot be read by a worker/), 1, 'it was said once');

$nginx->put_key('p256-next.pem');
chmod $> ? 0000 : 0600, $file;
sleep 0.1 for 1 .. 15;

is(kids(($nginx->get('/token'))[1]), $kid, 'a new file is not seen at once');

as_master(sub { $nginx->reload });
isnt(kids(($nginx->get('/token'))[1]), $kid, 'but with the next reload');
is(scalar(kids(($nginx->get('/jwks'))[1])), 2, 'the old key stays published');
is($nginx->logged(qr/\[error\]/), 0, 'no error is logged');

done_testing();
