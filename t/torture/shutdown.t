# Old workers are told to end while requests wait in them, for a key and for a
# signature, and are given half a second: they are gone by then, and leave no open
# socket, although nginx is told to abort over one (F04, F06).  Signatures that
# are under way at QUIT are delivered.  Then the worker has no descriptor left for
# a while (F24).  Fails when wait_stop() leaves its timer, or when the timer of a
# signature does not keep its worker.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Torture;
use Test::More;
use Time::HiRes qw( sleep time );

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';
$aws->ask(secret => name => 'core/dev', generate => 'P-256');
$aws->ask(secret => name => 'big/dev', generate => 'RSA');

my $rounds = rounds(2, 20);
my ($longest, $cut, $delivered, $lost) = (0, 0, 0, 0);

my $nginx = nginx(env => { key_env() }, http => conf(),
                  main => "worker_shutdown_timeout 500ms;\ndebug_points abort;\n");
wait_for('a key', 8, sub { $nginx->token('big') && $nginx->token('core') });

for my $round (1 .. $rounds) {
    # nobody's key, for which requests wait as long as they may
    my @waiting = map { $nginx->client } 1 .. 20;
    $_->send('/token/late') for @waiting;
    $nginx->get('/static');
    my ($old) = $nginx->workers;
    my $start = time();
    $nginx->signal('HUP');
    # long before they would have been told that there is no key
    wait_for("$round: the old worker is gone", 20, sub { !kill 0 => $old });
    my $took = time() - $start;
    $longest = $took if $took > $longest;
    $cut += grep { ($_->receive)[0] != 200 } @waiting;
}

is(join('', $nginx->log('exited on signal|open socket')), '', 'and left nothing');
$nginx->stop;

# signatures under way, and no hurry

$nginx = nginx(env => { key_env() }, http => conf(), main => 'debug_points abort;');
wait_for('a key', 8, sub { $nginx->token('big') });

for my $round (1 .. $rounds) {
    my @asked = map { $nginx->client(close => 1) } 1 .. 60;
    $_->send('/token/big') for @asked;
    # all are accepted: a later one is answered
    $nginx->get('/static');
    $nginx->signal('HUP');
    for my $client (@asked) {
        ($client->receive)[0] == 200 ? $delivered++ : $lost++;
    }
}

is($lost, 0, "QUIT: $delivered tokens that were being signed are delivered");
wait_for('no old worker is left', 5, sub { $nginx->processes == 1 });
is(join('', $nginx->log('exited on signal|open socket')), '', 'nothing was left');

# no descriptors

$nginx->stop;
expect_alert('Too many open files');
$nginx = nginx(env => { key_env() }, http => conf(), main => 'worker_rlimit_nofile 40;');
wait_for('a key', 8, sub { $nginx->token('core') });
my ($worker) = $nginx->workers;
my $kept = $nginx->client;
$kept->get('/static');
$nginx->mark;
my @taken = map { $nginx->client } 1 .. 50;
wait_for('its descriptors are taken', 5, sub { $nginx->log('Too many open files') });
$aws->ask('close_idle');
wait_for('no descriptor: the fetch fails', 15, sub { $nginx->log('key is not fetched') });
is(($kept->get('/token/core'))[0], 200, 'the key of before signs');
$_->{socket}->close for @taken;
my $start = time();
wait_for('descriptors: it goes on', 10, sub { $nginx->log('key is fetched again') });
my $back = time() - $start;
is("@{[ $nginx->workers ]}", $worker, 'in the same worker');

figure(F04 => sprintf '%d workers told to end in 0.5 s: %d requests that waited'
       . ' were cut off, gone in %.2f s at most, no socket left', $rounds, $cut,
       $longest);
figure(F06 => "$rounds times QUIT: $delivered tokens under way were delivered, $lost lost");
figure(F24 => sprintf 'no descriptors: fetched again %.1f s after there were some', $back);

finish();


sub conf {
    return <<"END";
jwt_issuer_environment dev;
jwt_issuer_wait 60s;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1s; stale 5m; reuse off; }
jwt_issuer_service core { key secretsmanager; }
jwt_issuer_service big { key secretsmanager; }
jwt_issuer_service late { key secretsmanager; }
END
}
