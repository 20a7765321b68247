# What a name leads to: no such name, a server that fails, addresses of IPv6 only
# where there is none, two addresses where nobody listens beside the one that
# answers, one that swallows every packet, and another address than before.  The
# key of before signs, another address is tried, and the name is looked up again
# (F54).  Old workers end while questions are under way, again and again, and none
# of them crashes (F23).  Fails when addresses are remembered for a minute or tried
# in the same order each time, or when the end of a worker waits for its resolver.

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
use IO::Socket::INET ();
use IPC::Open2 qw( open2 );
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Torture;
use Test::More;
use Time::HiRes qw( sleep time );

# the name that the certificate is for, and an address that the system puts last
my $name = 'sm.us-east-1.amazonaws.com';
my $good = '127.128.0.1';
my $hosts = work_dir() . '/hosts';
hosts($good);
system('mount', '--bind', $hosts, '/etc/hosts') == 0 or die "mount failed\n";

my $answer = work_dir() . '/answer';
edit($answer, "rcode 3\n");
my $dns = open2(my $dns_out, my $dns_in, '/usr/bin/python3', '-B',
                't/lib/aws/answering_dns.py', $answer);
is(readline $dns_out, "ready\n", 'a name server');

my $aws = fault_server();
my $tls = relay($aws->{ports}{tls}, $good);
$aws->ask(secret => name => 'core/dev', generate => 'P-256');

my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint https://$name:$tls->{port};
                 ca_file $aws->{dir}/ca.pem; connect_timeout 2s; timeout 4s; }
jwt_issuer_defaults { refresh 1s; stale 5m; }
jwt_issuer_service core { key secretsmanager; }
END

wait_for('the key is fetched', 8, sub { $nginx->token('core') });
my $kid = $nginx->kid('core');

# what the name server says

my $resolv = slurp('/etc/resolv.conf');
edit('/etc/resolv.conf', "nameserver 127.0.0.55\n");

for my $case ([ 'no such name', 'rcode 3' ], [ 'the server fails', 'rcode 2' ],
              [ 'IPv6 only', 'aaaa 2001:db8::7' ])
{
    my ($what, $says) = @$case;
    edit($answer, "$says\n");
    $nginx->mark;
    hosts();
    $nginx->reload;     # and no connection is kept
    my ($worker) = $nginx->processes;
    wait_for("$what: is noticed", 15, sub {
        $nginx->log("\\] $worker#.*key is not fetched");
    });
    is($nginx->kid('core'), $kid, "$what: the key of before signs");
    hosts($good);
    wait_for("$what: it goes on by itself", 15, sub { $nginx->log('key is fetched again') });
}

# addresses that are no good beside one that is

my $swallow = IO::Socket::INET->new(LocalAddr => '127.0.1.1', LocalPort => $tls->{port},
                                    Listen => 1, ReuseAddr => 1) or die "listen: $@\n";
my @full = map { IO::Socket::INET->new(PeerAddr => "127.0.1.1:$tls->{port}", Blocking => 0) }
           1 .. 8;

for my $case ([ 'two where nobody listens', '127.0.2.1', '127.0.2.2' ],
              [ 'one that swallows everything', '127.0.1.1' ])
{
    my ($what, @first) = @$case;
    hosts(@first, $good);
    $aws->ask('close_idle');
    $nginx->reload;
    $nginx->mark;
    my $before = $aws->count('secretsmanager.GetSecretValue');
    my $start = time();
    wait_for("$what: another one is tried", 30, sub {
        $aws->count('secretsmanager.GetSecretValue') > $before + 1;
    });
    figure(F54 => sprintf '%s: fetched twice in %.1f s', $what, time() - $start);
    is($nginx->judge('core'), '', "$what: the token verifies");
}

# exits with questions under way: nobody answers 127.0.0.53, who waits for that
# waits for 30 seconds

edit('/etc/resolv.conf', $resolv);
hosts();
my ($exits, $longest, $stuck, $idle) = (rounds(6, 100), 0, 0, 0);
my $before = asked();
$nginx->reload;
for (1 .. $exits) {
    # the worker asks, and goes in the middle of it
    my $end = time() + 10;
    sleep 0.01 until asked() > $before || time() > $end;
    $idle++ unless asked() > $before;
    sleep rand 0.1;
    $before = asked();
    my $took = $nginx->reload(limit => 15);
    $stuck++ unless defined $took;
    $longest = $took if ($took // 0) > $longest;
}
is($idle, 0, 'each with a question under way');
is($stuck, 0, sprintf '%d exits, in %.2f s at most', $exits, $longest);
is($nginx->kid('core'), $kid, 'the key of before signs');
$nginx->mark;
my $pid = $nginx->pid;
$nginx->signal('QUIT');
wait_for('nginx ends', 15, sub { !kill 0 => $pid });

figure(F23 => sprintf '%d workers ended with a question to a silent server under'
       . ' way, in %.2f s at most, none crashed', $exits, $longest);

kill TERM => $dns;
waitpid $dns, 0;
finish();


# in place: what is mounted is this file

sub edit {
    my ($file, $text) = @_;
    open my $out, '>', $file or die "$file: $!\n";
    print $out $text;
    close $out or die "$file: $!\n";
}


# questions that the silent server has got

sub asked {
    return -s $ENV{DNS_COUNT} // 0;
}


sub hosts {
    edit($hosts, join '', "127.0.0.1 localhost\n", map { "$_ $name\n" } @_);
}
