# "master_process off": one process is master and worker 0.  A reload starts no
# process there: the old configuration's timers end and the new one's begin (F13).
# Fails when process_module() does not start the new configuration, or leaves the
# old one's timer running.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Time::HiRes qw( sleep );

my $server = <<'END';
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /i { jwt_issuer_inject demo; proxy_pass http://127.0.0.1:%PORT%/up; }
    location = /up { return 200 "$http_authorization\n"; }
END

my $http = <<'END';
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        activate_after 0;
    }
END

my $nginx = Test::JWTIssuer::Server->new(single => 1, http => $http,
                                         server => $server);
sub signs { return kids(($nginx->get('/token'))[1]) // '' }

$nginx->put_key('p256.pem');
$nginx->put_key('ed25519.pem', 'other.pem');
$nginx->start;

my $first = signs();
like(($nginx->get('/i'))[1], qr/^Bearer ey/, 'it injects');

$nginx->put_key('p256-next.pem');
ok(wait_until(sub { signs() ne $first }, 4), 'it sees a new key');
my $second = signs();

# (nginx 1.22 itself takes no connection any more after a reload in this mode, and
# crashes 30 seconds later, with or without the module: what is left to see are its
# timers until then)

sub reload {
    # the last that is said of one: its files are read
    my $said = qr/using the "\w+" event method/;
    my $done = $nginx->logged($said);
    $nginx->signal('HUP');
    ok(wait_until(sub { $nginx->logged($said) > $done }, 20), 'a reload');
}

sub alive { return Test::JWTIssuer::Server::alive($nginx->{child}) }

reload() for 1 .. 3;
ok(alive(), 'three reloads');

$nginx->put_key('p256.pem');
ok(wait_until(sub { $nginx->logged(qr/key "\Q$first\E" is the current one/) },
              20), 'the file is looked at');

$nginx->set(http => $http =~ s/key\.pem/other.pem/r);
reload();

# the old file is nobody's any more

unlink $nginx->dir . '/key.pem';
sleep 0.1 for 1 .. 15;
is($nginx->logged(qr/is not fetched/), 0, 'the old timer is gone');

unlink $nginx->dir . '/other.pem';
ok(wait_until(sub { $nginx->logged(qr/is not fetched.*other\.pem/) }, 4),
   'the new one runs');
ok(alive(), 'and the process is there');

is($nginx->logged(qr/\[(?:crit|emerg)\]|signal 11/), 0, 'nothing is wrong');

done_testing();
