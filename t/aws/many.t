# 200 services, half in Secrets Manager and half in ECS: all keys are there after
# a cold start, each was asked for once, and never more than 12 requests were
# under way at once, on no more connections than that.
#
# Fails without the bound on calls at once, when a call that waits is forgotten,
# when 4 workers fetch each for itself.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;
use Time::HiRes qw( time );

my $aws = fault_server();
my @secret = map { "secret$_" } 1 .. 100;
my @task = map { "task$_" } 1 .. 100;

$aws->ask(secret => name => "$_/dev", generate => 'Ed25519') for @secret;
$aws->ask(service => cluster => "dev-$_", service => "dev-$_",
          generate => 'Ed25519') for @task;

# a service at some distance: else one answer is there before the next is asked

$aws->ask(fault => action => '*', times => 'always', delay => 0.02);

my $start = time();
my $nginx = nginx(workers => 4, listen => 'reuseport', env => { key_env() },
                  level => 'info', http => <<"END");
jwt_issuer_zone keys:8m;
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
@{[ map { "jwt_issuer_service $_ { key secretsmanager; }\n" } @secret ]}
@{[ map { "jwt_issuer_service $_ { key ecs; }\n" } @task ]}
END

my $probe = probe($nginx, '/static');
wait_for('200 keys are fetched', 30, sub {
    $nginx->log('is the current one') == 200;
});
my $took = time() - $start;
wait_for('and all that was to be asked is answered', 5, sub {
    $aws->ask('counts')->{busy} == 0;
});

my $counts = $aws->ask('counts');
cmp_ok($counts->{max_busy}, '<=', 12, "$counts->{max_busy} requests at once");
cmp_ok($counts->{max_busy}, '>', 6, 'and not one after the other');
cmp_ok($counts->{max_open}, '<=', 16, "$counts->{max_open} connections at once");
cmp_ok($counts->{connections}, '<=', 40,
       "$counts->{connections} connections in all");

my %current;
$current{ $_->{key} }++ for grep { $_->{stage} eq 'AWSCURRENT' }
    @{ $aws->ask(log => action => 'secretsmanager.GetSecretValue')->{log} };
is(scalar(grep { $_ == 1 } values %current), 100, 'each secret was asked once');
is($counts->{actions}{"ecs.$_"}, 100, "each service once: $_")
    for qw( DescribeServices DescribeTaskDefinition );

my ($worst, $requests, $bad) = $probe->stop;
is($bad, 0, "$requests answers meanwhile, at most $worst ms");

my @missing = grep { !$nginx->token($_) } @secret, @task;
is("@missing", '', 'each of them gives tokens');
is(published(), 200, 'and the JWKS has 200 keys');
is($nginx->judge($_), '', "$_ verifies") for qw( secret1 secret100 task50 );

# nothing of it again after a reload

$aws->ask('forget');
$nginx->reload;
stays('a reload fetches nothing', 1, sub {
    !keys %{ $aws->ask('counts')->{actions} };
});
is(published(), 200, 'and the JWKS has its 200 keys');

diag(sprintf '200 keys in %.1f s, %d requests at once at most', $took,
     $counts->{max_busy});

finish();


sub published {
    my @kids = $nginx->kids;
    return scalar @kids;
}
