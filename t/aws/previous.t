# The key before the current one, whose tokens other proxies have handed out, is
# asked for until there was an answer: also when the worker that was to ask ends
# first, at a reload or killed, and the next one does not wait for its refresh.
# Then never again.  Fails when only the worker that has fetched the current key
# knows that the one before is missing.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';

# AWSPREVIOUS and AWSCURRENT; the third question is that for AWSPREVIOUS

for my $name (qw( reload kill throttled )) {
    $aws->ask(secret => name => "$name/dev", generate => 'P-256') for 1 .. 2;
}

expect_alert('worker process \d+ exited on signal 9');

for my $how (qw( reload kill )) {
    $aws->ask(fault => action => $get, key => "$how/dev", skip => 2, times => 'always',
              hold => $how);
    my $nginx = start($how);
    wait_for("$how: AWSPREVIOUS is asked for", 5, sub {
        $aws->ask(waiting => gate => $how)->{waiting};
    });
    is(keys_of($nginx), 1, "$how: and not there yet");

    my ($worker) = $nginx->workers;
    $how eq 'kill' ? $nginx->signal('KILL', $worker) : $nginx->signal('HUP');
    wait_for("$how: its worker is gone", 5, sub { !kill 0 => $worker });
    $aws->ask('clear');
    wait_for("$how: the next one asks, long before its refresh", 5, sub {
        eval { keys_of($nginx) } == 2;
    });
    is($nginx->judge($how), '', "$how: the token verifies");

    $aws->ask('forget');
    $nginx->signal('HUP');
    stays("$how: and then never again", 1, sub { !entries() });
    $nginx->stop;
}

# that there is none is an answer

$aws->ask(secret => name => 'first/dev', generate => 'P-256');
$aws->ask('forget');
my $nginx = start('first', '1s');
wait_for('a first version: it is asked for', 5, sub { asked('AWSPREVIOUS') });
$aws->ask('forget');
wait_for('the others again and again', 5, sub { asked('AWSCURRENT') > 2 });
is(asked('AWSPREVIOUS'), 0, 'this one once');
$nginx->stop;

# no answer is none: the next refresh asks again

$aws->ask(fault => action => $get, key => 'throttled/dev', skip => 2, times => 1,
          status => 500);
$nginx = start('throttled', '1s');
wait_for('an error is no answer: it is there after a refresh', 8, sub {
    keys_of($nginx) == 2;
});
$nginx->stop;

finish();


sub start {
    my ($service, $refresh) = @_;
    my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh @{[ $refresh // '1h' ]}; stale 2h; activate_after 0; }
jwt_issuer_service $service { key secretsmanager; }
END
    wait_for("$service: a key", 5, sub { $nginx->token($service) });
    return $nginx;
}


sub keys_of {
    my ($nginx) = @_;
    my ($status, $body) = $nginx->get('/jwks');
    return $status == 200 ? scalar(() = $body =~ /"kid"/g) : 0;
}


sub asked {
    my ($stage) = @_;
    return scalar grep { ($_->{stage} // '') eq $stage && $_->{status} } entries();
}


sub entries {
    return @{ $aws->ask(log => action => $get)->{log} };
}
