# What an operator has asked for is done, also when the worker that has begun it
# ends before the source answers, at a reload or killed: the next worker asks
# again, and does not wait for the refresh.  Once, and a failure is an end of it,
# too.  Fails when an operator's word is forgotten as soon as a worker has seen it.

use strict;
use warnings;

use lib 't/lib';
use HTTP::Tiny;
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';

expect_alert('worker process \d+ exited on signal 9');

for my $how (qw( reload kill )) {
    my $nginx = start($how);
    my ($before) = $nginx->kids;

    $aws->ask(fault => action => $get, key => "$how/dev", times => 'always',
              hold => $how);
    $aws->ask(secret => name => "$how/dev", generate => 'P-256');
    is(refresh($nginx), 202, "$how: an operator wants the key to be fetched");
    wait_for("$how: the source is asked", 5, sub {
        $aws->ask(waiting => gate => $how)->{waiting};
    });

    my ($worker) = $nginx->workers;
    $how eq 'kill' ? $nginx->signal('KILL', $worker) : $nginx->signal('HUP');
    wait_for("$how: its worker is gone", 5, sub { !kill 0 => $worker });
    $aws->ask('clear');
    wait_for("$how: the next one asks, long before its refresh", 5, sub {
        grep { $_ ne $before } eval { $nginx->kids };
    });

    quiet("$how: and then never again", $nginx);
    $nginx->stop;
}

my $nginx = start('denied');
$aws->ask(fault => action => $get, key => 'denied/dev', times => 'always',
          status => 400, body => '{"__type":"AccessDeniedException"}');
is(refresh($nginx), 202, 'a source that refuses');
wait_for('is asked', 5, sub { $nginx->log('key is not fetched') });
$aws->ask('clear');
my ($worker) = $nginx->workers;
$aws->ask('forget');
$nginx->signal('HUP');
wait_for('after a reload', 5, sub { !kill 0 => $worker });
stays('it is not asked for the operator', 0.5, sub { !entries() });
$nginx->stop;

finish();


sub start {
    my ($service) = @_;
    $aws->ask(secret => name => "$service/dev", generate => 'P-256');
    my $nginx = nginx(env => { key_env() }, http => <<"END", server => <<'END2');
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1h; stale 2h; activate_after 0; }
jwt_issuer_service $service { key secretsmanager; }
END
location = /operate { jwt_issuer_status; jwt_issuer_require off; }
END2
    wait_for("$service: a key", 5, sub { $nginx->token($service) });
    return $nginx;
}


sub refresh {
    my ($nginx) = @_;
    my $url = "http://127.0.0.1:$nginx->{port}/operate";
    return HTTP::Tiny->new->post_form($url, { action => 'refresh' })->{status};
}


sub quiet {
    my ($name, $nginx) = @_;
    $aws->ask('forget');
    $nginx->signal('HUP');
    stays($name, 0.7, sub { !entries() });
}


sub entries {
    return @{ $aws->ask(log => action => $get)->{log} };
}
