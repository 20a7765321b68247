# A reload with another key or another algorithm for a service: what is signed
# must verify with what is published, and however often it happens, nginx takes
# the new configuration: keys that are kept for old tokens only must not be in
# the way of the one that signs.  Fails when zone_inherit_locked() fills all
# slots of a record, or publishes the new key's kid with its former algorithm.

use lib 't/lib';
use Test::JWTIssuer 'no_plan';

use File::Temp ();
use IO::Socket::UNIX ();
use Time::HiRes qw( sleep );

my $dir = File::Temp->newdir(TMPDIR => 1);
my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $keys = keys_dir();

chmod 0755, $dir;
mkdir "$dir/logs";

sub config {
    my ($version, $key, $alg) = @_;
    open my $out, '>', "$dir/nginx.conf" or die "$dir/nginx.conf: $!\n";
    print $out <<"END";
load_module $ENV{TEST_NGINX_LOAD_MODULES};
pid $dir/nginx.pid;
error_log $dir/logs/error.log info;
events { }
http {
    access_log off;
    jwt_issuer_service demo { key file $keys/$key; algorithm $alg; }
    server {
        listen unix:$dir/sock;
        location = /version { return 200 $version; }
        location = /jwks { jwt_issuer_jwks; }
        location = /token {
            jwt_issuer_token demo format=jwt;
            jwt_issuer_require off;
        }
    }
}
END
}

sub get {
    my ($path) = @_;
    my $s = IO::Socket::UNIX->new("$dir/sock") or return '';
    print $s "GET $path HTTP/1.0\r\n\r\n";
    local $/;
    return (<$s> // '') =~ s/^.*?\r\n\r\n//sr;
}

sub version_is {
    my ($version) = @_;
    for (1 .. 60) {
        return 1 if get('/version') eq $version;
        sleep 0.05;
    }
    return 0;
}

my @steps = (
    [ 'rsa.pem', 'RS256' ], [ 'rsa.pem', 'RS384' ], [ 'rsa.pem', 'PS256' ],
    [ 'p256.pem', 'ES256' ], [ 'p384.pem', 'ES384' ], [ 'p521.pem', 'ES512' ],
    [ 'ed25519.pem', 'EdDSA' ], [ 'rsa3072.pem', 'RS512' ],
    [ 'rsa4096.pem', 'RS512' ], [ 'rsa-next.pem', 'RS512' ],
    [ 'p256-next.pem', 'ES256' ], [ 'ed25519-next.pem', 'EdDSA' ],
    [ 'rsa.pem', 'RS256' ],
);

my $master;

for my $n (0 .. $#steps) {
    my ($key, $alg) = @{ $steps[$n] };
    my $title = "step $n: $key for $alg";

    config("v$n", $key, $alg);

    if (!$n) {
        system($nginx, '-p', $dir, '-c', "$dir/nginx.conf") == 0
            or die "nginx does not start\n";
        open my $in, '<', "$dir/nginx.pid" or die "$dir/nginx.pid: $!\n";
        chomp($master = <$in>);

    } else {
        kill HUP => $master;
    }

    ok(version_is("v$n"), "$title: nginx takes the configuration") or next;

    # a worker that is about to go may still have taken a connection
    my ($good, $says);
    for (1 .. 5) {
        open my $out, '>', "$dir/jwks" or die "$dir/jwks: $!\n";
        print $out get('/jwks');
        close $out;

        ($good, $says) = verify(get('/token'), "$dir/jwks", algorithm => $alg);
        last if $good;
        sleep 0.1;
    }
    ok($good, "$title: the token verifies with the JWKS") or diag($says);
}

kill TERM => $master;
for (1 .. 100) {
    last unless -e "$dir/nginx.pid";
    sleep 0.05;
}

open my $in, '<', "$dir/logs/error.log" or die "$dir/logs/error.log: $!\n";
my @bad = grep { /\[(?:alert|emerg|crit|error)\]|exited on signal/ } <$in>;
is("@bad", '', 'nothing went wrong');
