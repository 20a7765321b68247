# What an operator has asked for is done, also when the worker that has begun it
# ends before the source answers: killed, at a reload, or at a reload when it was
# the old worker that took the word.  The next one asks again, and does not wait
# for the refresh.  Once, and a failure is an end of it, too.  Fails when an
# operator's word is forgotten as soon as a worker has seen it, when it is not
# told who has seen it, and when it is not forgotten in the end.

use strict;
use warnings;

use lib 't/lib';
use HTTP::Tiny;
use JSON::PP ();
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';

expect_alert('worker process \d+ exited on signal 9');

for my $how (qw( kill reload overlap )) {
    my $nginx = start($how);
    my ($before) = $nginx->kids;
    my ($worker) = $how eq 'overlap' ? overlap($nginx) : $nginx->workers;

    $aws->ask(fault => action => $get, key => "$how/dev", times => 'always',
              hold => $how);
    $aws->ask(secret => name => "$how/dev", generate => 'P-256');

    is(refresh($nginx), 202, "$how: an operator wants the key to be fetched");
    wait_for("$how: the source is asked", 5, sub {
        $aws->ask(waiting => gate => $how)->{waiting};
    });

    my %end = (kill => [ 'KILL', $worker ], reload => [ 'HUP' ], overlap => [ 'CONT' ]);
    $nginx->signal(@{ $end{$how} });
    wait_for("$how: its worker is gone", 5, sub { !kill 0 => $worker });
    kill CONT => $nginx->workers;
    $aws->ask('clear');
    wait_for("$how: the next one asks, long before its refresh", 5, sub {
        grep { $_ ne $before } eval { $nginx->kids };
    });
    wait_for("$how: and comes to the end", 5, sub { fetched($nginx) == 2 });

    $aws->ask('forget');
    $nginx->signal('HUP');
    stays("$how: and then never again", 0.7, sub { !entries() });
    $nginx->stop;
}

# its own next try must not be taken for one of the next worker: it is stopped

my $nginx = start('denied');
my ($worker) = $nginx->workers;
$aws->ask(fault => action => $get, key => 'denied/dev', times => 'always',
          status => 400, body => '{"__type":"AccessDeniedException"}');
is(refresh($nginx), 202, 'a source that refuses');
wait_for('is asked', 5, sub { $nginx->log('key is not fetched') });
$nginx->signal('STOP', $worker);
$aws->ask('forget');
$nginx->signal('HUP');
wait_for('after a reload', 5, sub { $nginx->workers > 1 });
stays('it is not asked for the operator', 1, sub { !entries() });
$nginx->signal('CONT', $worker);
$nginx->stop;

finish();


# an old worker that does not know of its end, and has the requests: the new one
# has looked what there is to do, and it and the master are stopped.  The master
# gives them a tenth of a second together.

sub overlap {
    my ($nginx) = @_;

    for (1 .. 20) {
        my ($old) = $nginx->workers;
        $nginx->signal('HUP');
        wait_for('overlap: a reload', 5, sub { grep { $_ != $old } $nginx->workers });
        $nginx->signal('STOP');
        my @workers = $nginx->workers;
        if (grep { $_ == $old } @workers) {
            kill STOP => grep { $_ != $old } @workers;
            return $old;
        }
        $nginx->signal('CONT');
        wait_for('overlap: once more', 5, sub { !kill 0 => $old });
    }

    die "no overlap of two workers\n";
}


# nginx whose key was fetched, to the end of it

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
    wait_for("$service: a key", 5, sub { fetched($nginx) == 1 });
    return $nginx;
}


sub fetched {
    my ($nginx) = @_;
    my ($status, $body) = $nginx->get('/operate?format=json');
    my $told = eval { JSON::PP::decode_json($body) } // return 0;
    return $told->{services}[0]{counters}{fetched};
}


sub refresh {
    my ($nginx) = @_;
    my $url = "http://127.0.0.1:$nginx->{port}/operate";
    return HTTP::Tiny->new->post_form($url, { action => 'refresh' })->{status};
}


sub entries {
    return @{ $aws->ask(log => action => $get)->{log} };
}
