# The recipe "Five services, callers with certificates" of README.md: each
# caller reaches what it may, with a token for that service and about itself,
# and nothing else reaches a service.
#
# Fails when the recipe's second map lets everybody pass, when audience or
# subject is left out, or when ssl_verify_client is optional.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my %key = (ledger => 'p256', mail => 'p256-next', orders => 'ed25519',
           search => 'ed25519-next', stock => 'rsa');
my @services = sort keys %key;

# which are allowed: the table in the recipe
my %may = (core => 'ledger mail', orders => 'ledger stock',
           shop => 'orders search');

my $nginx = Test::JWTIssuer::Server->new;
my $dir = $nginx->dir;
my ($port, $keys_port) = (free_port(), free_port());
my $up = upstream();

mkdir "$dir/$_" for qw( keys certs );
$nginx->put_key("$key{$_}.pem", "keys/$_.key") for @services;

my $ca = authority("$dir/certs/callers-ca");
my $other = authority("$dir/certs/other-ca");

certificate("$dir/certs/edge", $ca, '/CN=edge', 'DNS:edge.example.com');
certificate("$dir/certs/$_", $ca, "/O=Example/CN=$_")
    for qw( core orders shop CORE stranger );
certificate("$dir/certs/more", $ca, '/O=Example/OU=core/CN=core');
certificate("$dir/certs/false", $other, '/O=Example/CN=core');

my $number = 10;
$nginx->set(http => placed(recipe('Five services, callers with certificates'),
    'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
    'listen 8443 ssl' => "listen 127.0.0.1:$keys_port ssl",
    map { ('10.0.1.' . ++$number . ':8080' => '127.0.0.1:' . $up->port) }
        @services))->start;


sub ask {
    my ($caller, $path, @more) = @_;

    return curl("https://edge.example.com:$port$path",
        '--resolve', "edge.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt",
        (defined $caller ? ('--cert', "$dir/certs/$caller.crt",
                            '--key', "$dir/certs/$caller.key") : ()), @more);
}


my ($status, $jwks, $headers) =
    curl("https://edge.example.com:$keys_port/.well-known/jwks.json",
         '--resolve', "edge.example.com:$keys_port:127.0.0.1",
         '--cacert', "$ca.crt");
is($status, 200, 'the keys are there for those who have no certificate');
is(scalar kids($jwks), 5, 'five of them');

my $passed = 0;

for my $caller (sort keys %may) {
    for my $service (@services) {
        my ($status, $body) = ask($caller, "/$service/a?b=c",
                                  '-H', 'Authorization: Bearer mine');

        if ($may{$caller} !~ /\b$service\b/) {
            is($status, 403, "$caller may not call $service");
            next;
        }

        $passed++;
        my %got = told($body);
        my $claims = claims($got{Authorization}, $jwks) // {};

        is("$status $got{Host} $got{Request}",
           "200 $service GET /$service/a?b=c",
           "$caller calls $service");
        is("@$claims{qw( aud sub iss )}",
           "$service $caller https://edge.example.com",
           'with a token for it, about the caller');
        is($claims->{exp} - $claims->{iat}, 300, 'for five minutes');
    }
}

($status, my $refused) = ask('core', '/stock/');
is($status, 403, 'forbidden');
($status, my $unknown) = ask('core', '/nothing/');
is($status, 403, 'a service that does not exist is forbidden');
is($unknown, $refused, 'in the same words');

($status) = ask('stranger', '/ledger/');
is($status, 403, 'a caller that is in no list may call nothing');
($status) = ask('more', '/ledger/');
is($status, 403, 'a name that is only a part of the one in the certificate');

($status) = ask(undef, '/ledger/');
is($status, 400, 'no certificate');
($status) = ask('false', '/ledger/');
is($status, 400, 'the right name in a certificate of another CA');

($status) = ask('core', '/ledger/../stock/', '--path-as-is');
is($status, 403, 'the path is judged by where it leads');
($status) = ask('core', '/ledger%2f..%2fstock/', '--path-as-is');
is($status, 403, 'however it is written');

is(asked($up, $passed), $passed, 'no other request has reached a service');

# the trap that the recipe tells of
($status) = ask('CORE', '/ledger/');
is($status, 200, 'capital letters make no other caller');

done_testing();
