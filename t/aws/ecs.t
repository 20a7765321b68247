# A task definition is deployed, found wanting, and taken back: the key is always
# that of the definition the service has, also where that refers to a secret.
#
# Fails when what is known of one definition is used for another.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();

my $arn = $aws->ask(secret => name => 'shared', field => undef,
                    generate => 'P-256')->{arn};
my $lost = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:lost-abcdef';

my %revision = (plain => deploy('plain', plain()),
                refers => deploy('refers', refers($arn)));

deploy('nothing', { name => 'app' });
$aws->ask(service => cluster => 'dev-draining', service => 'dev-draining',
          status => 'DRAINING', generate => 'P-256');

my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1s; stale 5m; activate_after 0; }
@{[ map { "jwt_issuer_service $_ { key ecs; }\n" }
    qw( plain refers draining nothing ) ]}
END

wait_for("$_: the key is fetched", 5, sub { $nginx->token($_) })
    for qw( plain refers );
wait_for('a service that is not active is no service', 3, sub {
    $nginx->log('"dev-draining".* is DRAINING');
});
wait_for('no variables at all', 3, sub {
    $nginx->log('container "app" has no variable "PRIVATE_KEY"');
});

# a definition that is known is not asked for again

my $before = $aws->count('ecs.DescribeServices');
my $tasks = tasks();
wait_for('asked for the services again', 5, sub {
    $aws->count('ecs.DescribeServices') > $before + 8;
});
is(tasks(), $tasks, 'but not for what they run');

# a secret that the definition refers to changes: the definition does not

my $kid = $nginx->kid('refers');
$aws->ask(secret => name => 'shared', field => undef, generate => 'P-256');
wait_for('another key in the secret is noticed', 5, sub {
    $nginx->kid('refers') ne $kid;
});

# deployed, found wanting, taken back: the revision of before, as a roll-back has

for my $name (qw( plain refers )) {
    for my $bad ([ 'a variable that is no key', plain('no key') ],
                 [ 'a reference to nothing', refers($lost) ])
    {
        my ($what, $container) = @$bad;
        my $kid = $nginx->kid($name);

        $nginx->mark;
        deploy($name, $container);
        wait_for("$name: $what: is an error", 5, sub {
            $nginx->log("key is not fetched.*\"$name/dev\"");
        });
        is($nginx->kid($name), $kid, "$name: $what: the key of before signs");

        $aws->ask(fault => action => 'ecs.DescribeServices', key => "dev-$name",
                  times => 'always', fields => { services => [ {
                      status => 'ACTIVE', serviceName => "dev-$name",
                      taskDefinition => $revision{$name} } ] });
        wait_for("$name: $what: taken back", 4, sub {
            $nginx->log("key is fetched again.*\"$name/dev\"");
        });
        is($nginx->kid($name), $kid, "$name: $what: the key signs on");

        if ($name eq 'refers') {
            $aws->ask(secret => name => 'shared', field => undef,
                      generate => 'P-256');
            wait_for("$name: $what: the secret is followed", 4, sub {
                $nginx->kid($name) ne $kid;
            });
        }

        # a good revision ends whatever state this was in
        $aws->ask('clear');
        $nginx->mark;
        $kid = $nginx->kid($name);
        $revision{$name} = deploy($name, $name eq 'plain' ? plain()
                                                          : refers($arn));
        wait_for("$name: $what: another revision is taken", 5, sub {
            $name eq 'plain'
                ? $nginx->kid($name) ne $kid
                : tasks($revision{$name});
        });
    }
}

finish();


# a new revision of a service; its ARN

sub deploy {
    my ($name, $container) = @_;
    return $aws->ask(service => cluster => "dev-$name", service => "dev-$name",
                     containers => [ $container ])->{task_definition};
}


# containers with a key, or a text, or a reference

sub plain {
    my ($text) = @_;
    $text //= `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`
              =~ s/-----.*-----//gr =~ s/\s//gr;
    return { name => 'app',
             environment => [ { name => 'PRIVATE_KEY', value => $text } ] };
}


sub refers {
    my ($from) = @_;
    return { name => 'app',
             secrets => [ { name => 'PRIVATE_KEY', valueFrom => $from } ] };
}


# how often a good definition was asked for; this one, or of both services

sub tasks {
    my ($arn) = @_;
    return scalar grep {
        defined $arn ? ($_->{key} // '') eq $arn
                     : ($_->{key} // '') =~ m{/dev-(?:plain|refers)(?::|$)}
    } @{ $aws->ask(log => action => 'ecs.DescribeTaskDefinition')->{log} };
}
