# The connection to AWS fails, at a relay that the suite controls: certificates
# that must be refused, a server that speaks old TLS only, one that never says a
# word, one that is not there, connections that are closed or reset at once, and
# no port to connect to.  The key of before signs, the same worker answers
# meanwhile, the log tells it once, and it goes on by itself.
#
# Fails when a certificate's name, chain or time is not checked, when TLS 1.1 is
# spoken, when a connection is waited for without end, when a kept connection
# that has died is an error.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
my $ports = $aws->{ports};
my $relay = relay($ports->{tls});

$aws->ask(secret => name => 'core/dev', generate => 'P-256');

my $nginx = nginx(env => { key_env() }, http => conf('localhost'));

wait_for('the key is fetched over TLS', 5, sub { $nginx->token('core') });
my $kid = $nginx->kid('core');

# what happens, what the log says, how it comes

my @faults = (
    [ 'a certificate for another name', qr/certificate.*refused/,
      port => 'wrong_name' ],
    [ 'a certificate of an unknown CA', qr/certificate.*refused/,
      port => 'unknown_ca' ],
    [ 'a certificate that has expired', qr/certificate.*refused/,
      port => 'expired' ],
    [ 'a certificate that nobody signed', qr/certificate.*refused/,
      port => 'self_signed' ],
    [ 'TLS 1.1 and older', qr/TLS handshake failed/, port => 'old_tls' ],
    [ 'no TLS at all', qr/TLS handshake failed/, port => 'http' ],
    [ 'a server that never says a word', qr/timed out/, port => 'silent' ],
    [ 'nobody listens', qr/no connection/, port => 0 ],
    [ 'connections closed at once', qr/TLS handshake failed|closed too early/,
      fault => { cut => 'before' } ],
    [ 'connections reset at once', qr/TLS handshake failed|closed too early/,
      fault => { cut => 'before', reset => JSON::PP::true() } ],
    [ 'a handshake that takes too long', qr/timed out/,
      fault => { delay => 5 } ],
);

fails(@$_) for @faults;

# an idle connection that AWS has closed is no failure

$nginx->mark;
for (1 .. 3) {
    my $before = $aws->count('secretsmanager.GetSecretValue');
    $aws->ask('close_idle');
    wait_for("fetched after connections were closed, $_", 4, sub {
        $aws->count('secretsmanager.GetSecretValue') > $before;
    });
}
is(join('', $nginx->log('\[error\]')), '', 'without a word');

my ($worker) = $nginx->workers;
my $fds = $nginx->fds($worker);
cmp_ok($fds, '<', 40, "$fds descriptors after all of that");
is($nginx->judge('core'), '', 'and the token verifies');
$nginx->stop;

# an endpoint that is an address: no certificate that only names it is good for it

$nginx = nginx(env => { key_env() }, http => conf('127.0.0.1'));
wait_for('an address: the key is fetched', 5, sub { $nginx->token('core') });
fails('an address that is only named', qr/certificate.*refused/,
      port => 'no_address');

finish();


sub conf {
    my ($host) = @_;
    return <<"END";
jwt_issuer_core_dump on;
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint https://$host:$relay->{port};
                 ca_file $aws->{dir}/ca.pem;
                 connect_timeout 400ms; timeout 500ms; }
jwt_issuer_defaults { refresh 1s; stale 5m; }
jwt_issuer_service core { key secretsmanager; }
END
}


sub fails {
    my ($what, $said, $kind, $value) = @_;

    $nginx->mark;
    my $probe = probe($nginx, '/static');

    if ($kind eq 'fault') {
        $aws->ask(fault => action => 'connect', key => 'tls',
                  times => 'always', %$value);
        $relay->to($ports->{tls});
    } else {
        $relay->to($value && $ports->{$value});
    }

    wait_for("$what: is noticed", 8, sub { $nginx->log('key is not fetched') });
    like(($nginx->log('key is not fetched'))[0] // '', $said,
         "$what: what the log says");
    is($nginx->kid('core'), $kid, "$what: the key of before signs");

    $aws->ask('clear');
    $relay->to($ports->{tls});
    wait_for("$what: it goes on by itself", 8, sub {
        $nginx->log('key is fetched again');
    });
    is(scalar $nginx->log('key source'), 2, "$what: two lines in the log");

    my ($worst, $requests, $bad) = $probe->stop;
    is($bad, 0, "$what: $requests answers meanwhile, at most $worst ms");
}
