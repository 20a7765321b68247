# What works beside a request, for valgrind: it is slow there, so nothing is
# judged by time.  Run by tools/valgrind.sh, not one of the suites.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Keys;
use Test::More;
use Time::HiRes qw( sleep time );

my $aws = fault_server();
my $keys = Test::JWTIssuer::Keys::folder();
my $any = 'secretsmanager.*';
my $get = 'secretsmanager.GetSecretValue';

$aws->ask(secret => name => 'core/dev', generate => 'P-256');
$aws->ask(service => cluster => 'dev-core', service => 'task',
          generate => 'P-256');
$aws->ask(fault => action => $any, times => 'always', hold => 'first');

my $nginx = nginx(workers => 2, level => 'info', env => { key_env() },
                  http => <<"END", server => <<'END2');
jwt_issuer_environment dev;
jwt_issuer_wait 30s;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; timeout 20s; }
jwt_issuer_defaults { refresh 2s; activate_after 0; lifetime 2s; retire 5s;
                      stale 1h; reuse off; }
jwt_issuer_service core { key secretsmanager; }
jwt_issuer_service task { key ecs cluster=dev-core service=task; }
jwt_issuer_service slow { key file $keys/rsa.pem; subject \$arg_s;
                          lifetime 60s; retire 60s; }
jwt_issuer_service kept { key file $keys/rsa2048.pem; subject \$arg_s;
                          lifetime 60s; retire 60s; reuse 5%; }
jwt_issuer_service hmac { key file $keys/hmac32; algorithm HS256; }
END
location = /slow { jwt_issuer_token slow; jwt_issuer_require off; }
location = /kept { jwt_issuer_token kept; jwt_issuer_require off; }
location = /form { jwt_issuer_token $jwt_issuer_form_audience;
                   jwt_issuer_require off; }
location = /inject { jwt_issuer_inject kept;
                     proxy_pass http://$server_addr:$server_port/up; }
location = /up { return 204; }
location = /state { jwt_issuer_status; jwt_issuer_require 1; }
END2

wait_for('it answers', 60, sub { eval { ($nginx->get('/static'))[0] == 200 } });

# requests that are parked for the first key, some of which leave

my @parked = map { $nginx->client(limit => 60) } 1 .. 6;
$_->send('/token/core') for @parked;
my @left = map { my $c = $nginx->client; $c->send('/token/task'); $c } 1 .. 4;
wait_for('the source is asked', 60, sub {
    $aws->ask(waiting => gate => 'first')->{waiting};
});
@left = ();
$aws->ask(release => gate => 'first');
$aws->ask('clear');
is(join(' ', map { ($_->receive)[0] } @parked), '200 200 200 200 200 200',
   'the parked ones are answered');
@parked = ();

# signatures in threads, joined ones, ones that nobody waits for any more

for my $path (qw( /slow?s= /kept?s= /inject?s= )) {
    my @stay = map { my $c = $nginx->client(limit => 60);
                     $c->send($path . $_ % 3); $c } 1 .. 12;
    my @leave = map { my $c = $nginx->client; $c->send("${path}x$_"); $c }
                1 .. 8;
    @leave = ();
    # 503: a signature waits for 5 seconds, and here it takes long
    is(scalar grep({ ($_->receive)[0] =~ /^(?:20[04]|503)$/ } @stay), 12,
       "all are answered: $path");
}

# the source fails in every way, a key is rotated

for my $fault ({ cut => 'mid' }, { error => 'ThrottlingException' },
               { body => '{' }, { status => 500 }, { truncate => 9 })
{
    $aws->ask(fault => action => $any, times => 2, %$fault);
    refresh();
    wait_for('a fault of the source', 60, sub {
        !grep { $_->{left} } @{ $aws->ask('faults')->{faults} };
    });
}

my $old = $nginx->kid('core');
$aws->ask(secret => name => 'core/dev', generate => 'P-256');
$aws->ask(service => cluster => 'dev-core', service => 'task',
          generate => 'RSA');
wait_for('a rotation', 60, sub { refresh(); $nginx->kid('core') ne $old });

is(($nginx->get($_))[0], 200, $_) for qw( /jwks /token/task /token/hmac
                                          /state?format=json
                                          /state?format=html
                                          /state?format=prometheus );
is(($nginx->get('/token/none'))[0], 400, 'no such service');

# reloads, with requests and transfers under way

for my $round (1 .. 3) {
    my %old = map { $_ => 1 } pids();
    $aws->ask(fault => action => $get, times => 1, delay => 2);
    refresh();
    my @busy = map { my $c = $nginx->client(limit => 60);
                     $c->send("/slow?s=$_"); $c } 1 .. 4;
    $nginx->signal('HUP');
    is(scalar grep({ ($_->receive)[0] =~ /^(?:200|503)$/ } @busy), 4,
       "reload $round: what was under way is answered");
    @busy = ();
    wait_for('others answer', 60, sub {
        !grep { $old{$_} } map { pids() } 1 .. 3;
    });
    $aws->ask('clear');
}

$nginx->signal('QUIT');
my $pid = $nginx->pid;
wait_for('and it ends', 60, sub { !$pid || !kill 0 => $pid });

finish();


sub refresh {
    my $client = $nginx->client(limit => 60);
    syswrite $client->{socket}, join "\r\n", 'POST /state HTTP/1.1',
        'Host: localhost', 'Content-Length: 14', 'Content-Type: '
        . 'application/x-www-form-urlencoded', '', 'action=refresh';
    return $client->receive;
}


sub pids {
    return eval { ($nginx->get('/static'))[2] } // 0;
}
