# The recipe "Two environments on one proxy" of README.md: each name and each
# path leads to its environment, with a token that verifies with that one's key
# set and never with the other's.
#
# Fails when jwt_issuer_jwks publishes both, or when a location says the other
# environment.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $nginx = Test::JWTIssuer::Server->new;
my $dir = $nginx->dir;
my ($port, $by_path) = (free_port(), free_port());
my $up = upstream();

mkdir "$dir/$_" for qw( keys certs );
$nginx->put_key('p256.pem', 'keys/ledger-dev.key');
$nginx->put_key('p256-next.pem', 'keys/ledger-prod.key');
my $ca = authority("$dir/certs/ca");
certificate("$dir/certs/edge", $ca, '/CN=edge',
            join ',', map { "DNS:$_.example.com" } qw( edge dev prod ));

$nginx->set(http => placed(recipe('Two environments on one proxy'),
    'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
    'listen 8443 ssl' => "listen 127.0.0.1:$by_path ssl",
    '10.1.1.11:8080' => '127.0.0.1:' . $up->port,
    '10.2.1.11:8080' => '127.0.0.1:' . $up->port))->start;


sub ask {
    my ($name, $at, $path, @more) = @_;

    return curl("https://$name.example.com:$at$path",
        '--resolve', "$name.example.com:$at:127.0.0.1",
        '--cacert', "$ca.crt", @more);
}


my %other = (dev => 'prod', prod => 'dev');
my %jwks = map { ($_ => (ask($_, $port, '/.well-known/jwks.json'))[1]) }
           keys %other;

for my $environment (sort keys %other) {
    is(scalar kids($jwks{$environment}), 1, "$environment publishes one key");

    for my $way ([ 'name', $environment, $port, '' ],
                 [ 'path', 'edge', $by_path, "/$environment" ])
    {
        my ($what, $name, $at, $prefix) = @$way;
        my ($status, $body) = ask($name, $at, "$prefix/ledger/a%20b?c=d");
        my %got = told($body);

        is("$status $got{Host}", "200 ledger-$environment",
           "$environment by $what");
        is($got{Request}, 'GET /ledger/a%20b?c=d',
           'with the path as the service knows it');

        my $claims = claims($got{Authorization}, $jwks{$environment});
        is(($claims // {})->{iss}, "https://$environment.example.com",
           "has a token that its key set is good for");
        ok(!claims($got{Authorization}, $jwks{ $other{$environment} }),
           "and that of $other{$environment} is not");
    }
}

my ($status) = ask('edge', $by_path, '/test/ledger/');
is($status, 404, 'there is no third one');

# the trap that the recipe tells of
(undef, my $body) = ask('dev', $port, '/ledger/', '-H',
                        'Host: prod.example.com');
is({ told($body) }->{Host}, 'ledger-prod', 'Host says which server answers');

done_testing();
