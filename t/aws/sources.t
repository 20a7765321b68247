# Keys from Secrets Manager and ECS as moto has them, an AWS that is not ours and
# that verifies signatures and policies: each way to name a key finds that key
# and no other, a role is assumed, and what is not there or not allowed is said
# with the name that was looked for.
#
# Fails when the convention of a name, a parameter of "key", a part of valueFrom
# or the session token in the signature is left out.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $moto = moto();
my $dir = $moto->{dir};
my ($core, $map, $whole) = @{ $moto->{seed} }{qw( core_dev map whole )};

# deployed as users deploy, while the rest is tested

my $ansible = fork() // die "fork: $!\n";
if ($ansible == 0) {
    open STDOUT, '>', work_dir() . '/ansible.log';
    open STDERR, '>&', \*STDOUT;
    exec '/usr/bin/python3', '-B', 't/lib/aws/ecs_deploy.py', '--dir', $dir,
         'dev', 'fleet' or POSIX::_exit(127);
}

# what the seed does not have

python(<<'END');
manager.create_secret(Name="raw/dev", SecretString=folder.key("raw-dev"))
manager.create_secret(Name="binary/dev",
                      SecretBinary=base64.b64decode(folder.key("binary-dev")))
manager.create_secret(Name="field/dev", SecretString=json.dumps(
    {"private_key": "not this one", "signing": folder.key("field-dev")}))
container = {"image": "app", "memory": 64}
register(ecs, "dev-two", [
    {**container, "name": "sidecar", "environment": [
        {"name": "PRIVATE_KEY", "value": folder.key("dev-sidecar")}]},
    {**container, "name": "app", "environment": [
        {"name": "PRIVATE_KEY", "value": "not this one"},
        {"name": "SIGNING_KEY", "value": folder.key("dev-app")}]}])
register(ecs, "dev-nofield", [{**container, "name": "app", "secrets": [
    {"name": "PRIVATE_KEY", "valueFrom": seed["map"] + ":nowhere::"}]}])
register(ecs, "dev-noref", [{**container, "name": "app", "secrets": [
    {"name": "PRIVATE_KEY", "valueFrom": "/dev/nowhere/key"}]}])
ecs.create_cluster(clusterName="dev-noservice")
END

my $aws = 'region us-east-1; endpoint ' . $moto->url . ';';

my $env = "jwt_issuer_environment dev; jwt_issuer_aws { $aws }\n";

# service => [ the public key's file, what follows "key" ]

my %good = (
    core => [ 'core-dev', 'secretsmanager' ],
    name => [ 'core-dev', 'secretsmanager secret=core/dev' ],
    arn => [ 'core-dev', "secretsmanager secret=$core" ],
    raw => [ 'raw-dev', 'secretsmanager' ],
    binary => [ 'binary-dev', 'secretsmanager' ],
    field => [ 'field-dev', 'secretsmanager secret=field/dev field=signing' ],
    ledger => [ 'dev-ledger', 'ecs' ],
    named => [ 'dev-ledger', 'ecs cluster=dev-ledger service=dev-ledger' ],
    two => [ 'dev-sidecar', 'ecs' ],
    container => [ 'dev-app', 'ecs cluster=dev-two service=dev-two'
                              . ' container=app variable=SIGNING_KEY' ],
    'whole' => [ 'ledger-whole', 'ecs' ],
    'ref-field' => [ 'ledger-map', 'ecs cluster=dev-field service=dev-field' ],
    stage => [ 'ledger-map', 'ecs' ],
    ssm => [ 'ledger-ssm', 'ecs' ],
    ssmname => [ 'ledger-ssm', 'ecs' ],
);

my $nginx = nginx(env => $moto->env, http => $env . services(\%good));

wait_for('all keys are fetched', 15, sub {
    $nginx->log('is the current one') == keys %good;
}) or diag $nginx->log('not fetched');

for my $name (sort keys %good) {
    my $token = $nginx->token($name);
    ok($token && !verified($token, slurp("$dir/$good{$name}[0].pem")),
       "$name: $good{$name}[1]");
}

is($nginx->judge($_), '', "$_: the JWKS has this key") for qw( core ledger );

is(scalar $nginx->log('can be read by everybody'), 4,
   'a variable in the task definition is warned about, a reference is not');

is(scalar $nginx->log('\[(?:error|crit|alert|emerg)\]'), 0, 'no error');

like(($nginx->log('AWS credentials are from'))[0], qr/from environment/,
     'the log says where the credentials are from');

$nginx->stop;

# what is not there: each names it

my %bad = (
    nosecret => [ qr/ResourceNotFoundException: .*"secretsmanager nosecret\/dev"/,
                  'secretsmanager' ],
    nofield => [ qr/the secret has no field "nowhere".*private_key/,
                 'secretsmanager secret=core/dev field=nowhere' ],
    notmap => [ qr/no JSON object, so it has no field "nowhere"/,
                'secretsmanager secret=raw/dev field=nowhere' ],
    nocluster => [ qr/ClusterNotFoundException: .*dev-nocluster/, 'ecs' ],
    noservice => [ qr/ECS service "dev-noservice" in cluster .* was not found/,
                   'ecs' ],
    nocontainer => [ qr/no container "web".*"app"/,
                     'ecs cluster=dev-ledger service=dev-ledger'
                     . ' container=web' ],
    novariable => [ qr/container "app" has no variable "NOWHERE"/,
                    'ecs cluster=dev-ledger service=dev-ledger'
                    . ' variable=NOWHERE' ],
    notkey => [ qr/jwt service: "notkey\/dev"/,
                'ecs cluster=dev-two service=dev-two container=app' ],
    'ref-nofield' => [ qr/the secret has no field "nowhere"/,
                       'ecs cluster=dev-nofield service=dev-nofield' ],
    'ref-noparameter' => [ qr/ParameterNotFound/,
                           'ecs cluster=dev-noref service=dev-noref' ],
);

$nginx = nginx(env => $moto->env, http => $env . services(\%bad));

wait_for('all fetches have failed', 15, sub {
    $nginx->log('key is not fetched') == keys %bad;
});

for my $name (sort keys %bad) {
    my ($line) = $nginx->log("key is not fetched.*jwt service: \"$name/dev\"");
    like($line // '', $bad{$name}[0], "$name: $bad{$name}[1]");
    like($line // '', qr/\[error\].*next try in \d+ ms.*key source: "/,
         "$name: source and next try");
}

$nginx->stop;

# a role: the keys of the environment may not read anything by themselves

$nginx = nginx(env => $moto->env('nginx'), http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { $aws role_arn $moto->{seed}{role}; role_session_name edge; }
jwt_issuer_service core { key secretsmanager; }
jwt_issuer_service ledger { key ecs; }
END

wait_for('an assumed role', 10, sub {
    $nginx->log('is the current one') == 2;
}) or diag $nginx->log('\[error\]');
is($nginx->judge($_), '', "$_: by the role's session token")
    for qw( core ledger );
like(($nginx->log('AWS credentials are from'))[0], qr/environment.*\Q$moto->{seed}{role}/,
     'the log names the role');
$nginx->stop;

# who may not; moto says it in XML where AWS writes JSON: the log has both

my ($id, $secret) = @{ $moto->{seed}{keys}{nginx} };

my @refused = (
    [ 'a wrong secret key', { AWS_ACCESS_KEY_ID => $id,
                              AWS_SECRET_ACCESS_KEY => "${secret}x" },
      qr/SignatureDoesNotMatch.*signature we calculated does not match/ ],
    [ 'an unknown access key', { AWS_ACCESS_KEY_ID => 'AKIAUNKNOWN000000000',
                                 AWS_SECRET_ACCESS_KEY => $secret },
      qr/InvalidClientTokenId.*security token included/ ],
    [ 'a user without policy', $moto->env('nobody'),
      qr/AccessDenied.*user\/nobody is not authorized to perform: secret/ ],
    [ 'a made-up session token', $moto->env('nginx',
                                            AWS_SESSION_TOKEN => 'made/up+' x 9),
      qr/not fetched/ ],
    [ 'no credentials', { AWS_EC2_METADATA_DISABLED => 'true' },
      qr/no source of AWS credentials is configured/ ],
);

for my $case (@refused) {
    my ($what, $keys, $message) = @$case;
    my $nginx = nginx(env => $keys, http => $env
                      . 'jwt_issuer_service core { key secretsmanager; }');

    wait_for("$what: is said", 10, sub { $nginx->log('key is not fetched') });
    my ($line) = $nginx->log('key is not fetched');
    like($line // '', $message, "$what: what AWS said");
    is(($nginx->get('/jwks'))[0], 503, "$what: no JWKS");
    is(scalar $nginx->log('key is not fetched'), 1, "$what: once");
    $nginx->stop;
}

# the playbook

waitpid $ansible, 0;
is($?, 0, 'the playbook has run') or diag slurp(work_dir() . '/ansible.log');

$nginx = nginx(env => $moto->env, http => $env
               . 'jwt_issuer_service fleet { key ecs; }');
wait_for('the key of the vault signs', 10, sub { $nginx->token('fleet') });
is(verified($nginx->token('fleet') // '', slurp("$dir/dev-fleet.pem")), '',
   'and the token verifies with the public half of what was encrypted');

finish();


sub services {
    my ($services) = @_;
    return join '', map {
        "jwt_issuer_service $_ { key $services->{$_}[1]; }\n"
    } sort keys %$services;
}


# with the admin's rights

sub python {
    my ($code) = @_;
    open my $in, '|-', '/usr/bin/python3', '-B', '-' or die "python3: $!\n";
    print $in <<"END", $code;
import base64, json, sys
sys.path.insert(0, "t/lib/aws")
from moto_server import Clients, Folder, register
folder = Folder("$dir")
seed = folder.seed()
clients = Clients(seed["endpoint"], *seed["keys"]["admin"])
manager, ecs = clients.client("secretsmanager"), clients.client("ecs")
END
    close $in or die "python3 failed\n";
}
