# The name of the endpoint is not resolved: nobody answers the question, or there
# is nobody to ask.  Nothing of the worker waits for it, the key of before signs,
# and when the name is there the key is fetched without a reload.
#
# Fails when the resolver is called in the worker's own thread, or the end of a
# transfer waits for the resolver's thread (CURLOPT_QUICK_EXIT).

use strict;
use warnings;

# in a network and with files of /etc that nobody else sees

BEGIN {
    if (!$ENV{JWT_ISSUER_BLACKHOLE}) {
        $ENV{JWT_ISSUER_BLACKHOLE} = 1;
        exec 't/lib/aws/blackhole_dns.sh', $^X, (map { "-I$_" } @INC), $0
            or die "blackhole_dns.sh: $!\n";
    }
}

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $name = 'secretsmanager.silent.test';
my $hosts = work_dir() . '/hosts';
hosts("127.0.0.1 localhost\n127.0.0.1 $name\n");
system('mount', '--bind', $hosts, '/etc/hosts') == 0 or die "mount failed\n";

my $aws = fault_server();
my $made = $aws->ask(secret => name => 'core/dev', generate => 'P-256');
$aws->ask(service => cluster => 'dev-ledger', service => 'dev-ledger',
          generate => 'P-256');

# the certificate is good for this name; it leads to the relay when it is resolved

my $relay = relay($aws->{ports}{tls});

my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]};
                 endpoint secretsmanager https://sm.us-east-1.amazonaws.com:$relay->{port};
                 ca_file $aws->{dir}/ca.pem;
                 connect_timeout 500ms; timeout 700ms; }
jwt_issuer_defaults { refresh 1s; stale 5m; activate_after 0; }
jwt_issuer_service core { key secretsmanager; }
jwt_issuer_service ledger { key ecs; }
END

wait_for('other endpoints work from the start', 5, sub {
    $nginx->token('ledger');
});
hosts("127.0.0.1 localhost\n127.0.0.1 sm.us-east-1.amazonaws.com\n");
wait_for('the name is there: the key is fetched', 8, sub {
    $nginx->token('core');
});
my $kid = $nginx->kid('core');

silence('nobody answers', 'timed out|could not be resolved');
cmp_ok(asked(), '>', 0, 'the silent server was asked');

# no server at all: at once

my $resolv = slurp('/etc/resolv.conf');
silence('there is nobody to ask', 'could not be resolved',
        sub { edit('/etc/resolv.conf', "nameserver 127.0.0.54\n") });
edit('/etc/resolv.conf', $resolv);

# a cold start, a reload and an exit with a question under way: nobody else asks

$nginx->stop;
$relay->to(0);
hosts("127.0.0.1 localhost\n");
my $before = asked();
my $other = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint https://$name:1;
                 connect_timeout 10s; timeout 20s; }
jwt_issuer_service core { key secretsmanager; }
END
wait_for('a question is under way', 10, sub { asked() > $before });

# who waits for the answer waits for 30 seconds

$before = asked();
ok(defined $other->reload(limit => 15), 'a reload does not wait for it');
wait_for('another question is under way', 10, sub { asked() > $before });
my $pid = $other->pid;
$other->signal('QUIT');
wait_for('neither does the exit', 15, sub { !kill 0 => $pid });

finish();


sub silence {
    my ($what, $said, $also) = @_;

    $nginx->mark;
    hosts("127.0.0.1 localhost\n");
    $also->() if $also;
    $nginx->reload;                     # libcurl remembers names for a while
    my $probe = probe($nginx, '/static');

    wait_for("$what: is noticed", 20, sub {
        $nginx->log('key is not fetched.*"core/dev"');
    });
    like(($nginx->log('key is not fetched.*"core/dev"'))[0] // '', qr/$said/,
         "$what: what the log says");
    stays("$what: the key of before signs", 1.5, sub {
        $nginx->kid('core') eq $kid;
    });

    hosts("127.0.0.1 localhost\n127.0.0.1 sm.us-east-1.amazonaws.com\n");
    wait_for("$what: it goes on by itself", 10, sub {
        $nginx->log('key is fetched again.*"core/dev"');
    });
    is(scalar $nginx->log('key is .*fetched.*"core/dev"'), 2,
       "$what: two lines in the log");
    is(join('', $nginx->log('key is .*fetched.*"ledger/dev"')), '',
       "$what: other services do not notice");

    my ($worst, $requests, $bad) = $probe->stop;
    cmp_ok($worst, '<', 15_000,
           "$what: $requests answers meanwhile, at most $worst ms");
    is($bad, 0, "$what: good ones");
}


# in place: what is mounted is this file

sub edit {
    my ($file, $text) = @_;
    open my $out, '>', $file or die "$file: $!\n";
    print $out $text;
    close $out or die "$file: $!\n";
}


sub hosts {
    edit($hosts, $_[0]);
}


# questions that the silent server has got

sub asked {
    return -s $ENV{DNS_COUNT} // 0;
}
