# Credentials from each source of the SDKs' order, each from a stand-in of its
# endpoint on its real address where it has one, with credentials that end while
# the test runs: they are renewed before.  All sources at once, an nginx each.
#
# Fails when a source is not asked the way its protocol has it (the PUT of
# IMDSv2, the token in Authorization, the session token in the signature), when
# credentials are not renewed or only when they have ended, when a source that is
# configured and fails is skipped, when a worker looks into its own environment,
# when a machine's metadata is asked for through a proxy.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;
use Time::HiRes qw( time sleep );

for my $address (qw( 169.254.169.254 169.254.170.2 )) {
    system('ip', 'addr', 'add', "$address/32", 'dev', 'lo') == 0
        or die "no address $address: not in a network of its own?\n";
}

my $dir = work_dir();
my $key = 'test+secret/key0123456789abcdefghijklmn';
my $arn = 'arn:aws:iam::123456789012:role/edge';
my $get = 'secretsmanager.GetSecretValue';

spew("$dir/config", <<"END");
[default]
region = us-east-1
[profile edge]
role_arn = $arn-profile
source_profile = base
external_id = out/there:1
END
spew("$dir/credentials", <<"END");
[default]
aws_access_key_id = AKIATESTTESTTEST0001
aws_secret_access_key = $key
[base]
aws_access_key_id = AKIATESTTESTTEST0001
aws_secret_access_key = $key
END
spew("$dir/web-token", "eyJweb.identity.token\n");
spew("$dir/container-token", "container-token\n");
mkdir $_ for "$dir/home", "$dir/home/.aws";
spew("$dir/home/.aws/$_", slurp("$dir/$_")) for qw( credentials config );

my %files = (AWS_CONFIG_FILE => "$dir/config",
             AWS_SHARED_CREDENTIALS_FILE => "$dir/credentials");
my %off = (AWS_EC2_METADATA_DISABLED => 'true');

# a proxy that is not there, for all but AWS
my %proxy = (all_proxy => 'http://127.0.0.1:1', http_proxy => 'http://127.0.0.1:1',
             no_proxy => '127.0.0.1');

# source => environment, in jwt_issuer_aws, in the log, action at the server

my %source = (
    env => [ { key_env(), %off }, '', qr/environment$/ ],
    session => [ { key_env(AWS_ACCESS_KEY_ID => 'ASIATESTTESTTEST0002',
                           AWS_SESSION_TOKEN => 'session+token/with=signs'),
                   %off },
                 '', qr/environment$/ ],
    files => [ { %files, %off }, '', qr/profile "default"/ ],
    home => [ { HOME => "$dir/home", %off }, '', qr/profile "default"/ ],
    role => [ { %files, %off, AWS_PROFILE => 'edge' }, '',
              qr/profile "edge", role "\Q$arn-profile\E"/, 'sts.AssumeRole' ],
    directive => [ { %files, %off, key_env() }, 'profile edge;',
                   qr/profile "edge"/ ],
    web => [ { AWS_WEB_IDENTITY_TOKEN_FILE => "$dir/web-token",
               AWS_ROLE_ARN => "$arn-web", %off }, '', qr/web identity/,
             'sts.AssumeRoleWithWebIdentity' ],
    relative => [ { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI =>
                        '/v2/credentials/0c2a', %off, %proxy },
                  '', qr/from container$/, 'container.Get' ],
    full => [ { AWS_CONTAINER_CREDENTIALS_FULL_URI => 'FULL/v1/credentials',
                AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE =>
                    "$dir/container-token", %off },
              '', qr/from container$/, 'container.Get' ],
    imds => [ { %proxy }, '', qr/instance metadata/, 'imds.Get' ],
);

# one AWS, and one more where the container's endpoint wants no token

my $aws = fault_server('--extra', '169.254.169.254:80');
my $agent = fault_server('--extra', '169.254.170.2:80');
my (%nginx, %aws);

for my $server ($aws, $agent) {
    $server->ask(credentials => access_key => 'ASIATESTTESTTEST0002',
                 secret_key => $key, token => 'session+token/with=signs');
    $server->ask(role => arn => "$arn-profile", external_id => 'out/there:1',
                 expires_in => 9);
    $server->ask(role => arn => "$arn-web", expires_in => 9,
                 tokens => ['eyJweb.identity.token']);
    $server->ask(container => expires_in => 9,
                 $server == $agent ? (tokens => []) : ());
    $server->ask(imds => expires_in => 9);
}

for my $name (sort keys %source) {
    my ($env, $block) = @{ $source{$name} };
    $aws{$name} = $name eq 'relative' ? $agent : $aws;
    my $url = $aws{$name}->url;

    $aws{$name}->ask(secret => name => "$name/dev", generate => 'P-256');
    $nginx{$name} = nginx(
        env => { map { ($_ => $env->{$_} =~ s/^FULL/$url/r) } keys %$env },
        http => conf($name, "endpoint $url; $block"),
        log => log_dir() . "/$name.log",
        # on an upgrade nginx itself writes the environment to a debug log
        level => $name eq 'session' ? 'info' : 'debug');
}

my $start = time();

for my $name (sort keys %source) {
    my $nginx = $nginx{$name};

    wait_for("$name: the key is fetched", 5, sub { $nginx->token($name) })
        or diag $nginx->log('\[(?:error|warn)\]');
    my ($line) = $nginx->log('AWS credentials are from');
    chomp $line if $line;
    like($line // '', $source{$name}[2], "$name: the log names the source");
    is(scalar $nginx->log('\[(?:error|crit|alert|emerg)\]'), 0,
       "$name: no error");
}

cmp_ok($aws->count('imds.PutToken'), '>', 0, 'imds: a token is got by PUT');

# the old one is refused now: another PUT

$aws->ask('imds_expire_tokens');

# they end 9 seconds after they were issued, and are renewed before

for my $name (grep { $source{$_}[3] } sort keys %source) {
    my $asked = sub {
        return map { $_->{time} }
               @{ $aws{$name}->ask(log => action => $source{$name}[3])->{log} };
    };
    my ($first) = $asked->();

    wait_for("$name: renewed before the end", $start + 9 - time(), sub {
        return (reverse $asked->())[0] > $first + 3;
    });
}

while (time() < $start + 11) {
    sleep 0.05;
}

for my $name (sort keys %source) {
    my $before = fetches($name);
    wait_for("$name: goes on after the first ones have ended", 3, sub {
        fetches($name) > $before + 1;
    });
    is(join('', $nginx{$name}->log('key is not fetched|not renewed|emerg')), '',
       "$name: without a failure");
}

cmp_ok($aws->count('imds.PutToken'), '>', 1,
       'imds: another token after the 401');

# a service that says they have ended: renewed at once, asked once more

for my $name (qw( full imds )) {
    my $before = $aws->count($source{$name}[3]);
    $aws->ask(fault => action => $get, key => "$name/dev", times => 1,
              error => 'ExpiredTokenException');
    wait_for("$name: ExpiredTokenException brings new ones", 5, sub {
        $aws->count($source{$name}[3]) > $before
            && !grep { $_->{left} } @{ $aws->ask('faults')->{faults} };
    });
    is(join('', $nginx{$name}->log('key is not fetched')), '',
       "$name: and no failure");
}

# renewal fails: the ones there are go on, and the log has one line of it

$aws->ask(fault => action => 'container.Get', times => 'always',
          error => 'CredentialsUninitialized');
$nginx{full}->mark;
wait_for('full: renewal fails', 9, sub { $nginx{full}->log('not renewed') });
stays('full: the key signs', 2, sub { $nginx{full}->token('full') });
is(scalar $nginx{full}->log('not renewed'), 1, 'full: one line in the log');
$aws->ask('clear');

# a binary upgrade: the new master has what the old one had

my $nginx = $nginx{session};
my $old = $nginx->pid;
my $kid = $nginx->kid('session');
$nginx->mark;
$nginx->signal('USR2');
wait_for('upgrade: there is a new master', 5, sub {
    my $pid = $nginx->pid;
    return $pid && $pid != $old && $nginx->processes(undef, $pid);
});
$nginx->signal('QUIT', $old);
wait_for('upgrade: the old one has gone', 5, sub { !kill 0 => $old });
my $before = fetches('session');
wait_for('upgrade: the new worker fetches', 5, sub {
    fetches('session') > $before + 1;
});
is($nginx->kid('session'), $kid, 'upgrade: the key signs');
is(join('', $nginx->log('key is not fetched')), '', 'upgrade: no failure');

$_->stop for values %nginx;

# configured and failing: an error, and nobody else is asked

my $metadata = fault_server();
$metadata->ask(secret => name => 'core/dev', generate => 'P-256');
my %there = (AWS_EC2_METADATA_SERVICE_ENDPOINT => $metadata->url);

my %failing = (
    halfenv => [ { AWS_ACCESS_KEY_ID => 'AKIAX' },
                 qr/environment: .*AWS_SECRET_ACCESS_KEY is not/ ],
    notoken => [ { AWS_WEB_IDENTITY_TOKEN_FILE => "$dir/nowhere",
                   AWS_ROLE_ARN => $arn },
                 qr/web identity.*nowhere.*no such file/ ],
    norole => [ { AWS_WEB_IDENTITY_TOKEN_FILE => "$dir/web-token",
                  AWS_ROLE_ARN => "$arn-unknown" }, qr/web identity/ ],
    noprofile => [ { %files, AWS_PROFILE => 'nowhere' },
                   qr/profile "nowhere": not found/ ],
    nocontainer => [ { AWS_CONTAINER_CREDENTIALS_FULL_URI =>
                           'http://127.0.0.1:1/v1/credentials' },
                     qr/container credentials.*no connection/ ],
    wrongtoken => [ { AWS_CONTAINER_CREDENTIALS_FULL_URI =>
                          $metadata->url . '/v1/credentials',
                      AWS_CONTAINER_AUTHORIZATION_TOKEN => 'wrong-one-here' },
                    qr/container credentials.*(?:401|token)/ ],
    elsewhere => [ { AWS_CONTAINER_CREDENTIALS_FULL_URI =>
                         'http://198.51.100.7/v1/credentials' },
                   qr/container credentials.*https only/ ],
);

for my $name (sort keys %failing) {
    my ($env, $said) = @{ $failing{$name} };
    my $nginx = nginx(env => { %there, %$env }, log => log_dir() . "/$name.log",
                      http => conf('core', 'endpoint ' . $metadata->url . ';'));
    wait_for("$name: is said", 6, sub { $nginx->log('key is not fetched') });
    like(($nginx->log('key is not fetched'))[0] // '', $said, "$name: what");
    $nginx->stop;
}

is($metadata->count('imds.PutToken') + $metadata->count('imds.Get'), 0,
   'instance metadata was not asked instead');

# one file for the last checks

for my $log (map { log_dir() . "/$_.log" } keys %source, keys %failing) {
    open my $out, '>>', log_dir() . '/error.log' or die "error.log: $!\n";
    print $out slurp($log);
    unlink $log;
}

finish();


sub conf {
    my ($name, $block) = @_;
    return <<"END";
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; $block }
jwt_issuer_defaults { refresh 1s; stale 5m; }
jwt_issuer_service $name { key secretsmanager; }
END
}


# how often the secret of a source was asked for

sub fetches {
    my ($name) = @_;
    return scalar grep { ($_->{key} // '') eq "$name/dev" }
        @{ $aws{$name}->ask(log => action => $get)->{log} };
}
