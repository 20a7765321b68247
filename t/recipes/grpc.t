# The recipe "gRPC" of README.md, with a client and a service of grpcio: calls
# and streams carry the token as metadata, and errors are what clients know.
#
# Fails when jwt_issuer_inject does not replace the client's metadata, or when
# the recipe talks to a service whose certificate it does not know.

use strict;
use warnings;

use lib 't/lib';
use IPC::Open2 qw( open2 );
use IO::Socket::INET ();
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $nginx = Test::JWTIssuer::Server->new;
my $dir = $nginx->dir;
my ($port, $service, $false) = map { free_port() } 1 .. 3;
my @peer = ('/usr/bin/python3', '-B', 't/lib/recipes/grpc_peer.py');

mkdir "$dir/$_" for qw( keys certs );
$nginx->put_key('p256.pem', 'keys/orders.key');
my $ca = authority("$dir/certs/services-ca");
my $other = authority("$dir/certs/other-ca");
certificate("$dir/certs/grpc", $ca, '/CN=grpc', 'DNS:grpc.example.com');
certificate("$dir/certs/orders", $ca, '/CN=orders', 'DNS:orders.example.com');
certificate("$dir/certs/false", $other, '/CN=orders',
            'DNS:orders.example.com');

child(@peer, 'serve', $service, map { "$dir/certs/orders.$_" } qw( crt key ));
child(@peer, 'serve', $false, map { "$dir/certs/false.$_" } qw( crt key ));

for my $peer ($service, $false) {
    wait_until(sub { IO::Socket::INET->new(PeerAddr => "127.0.0.1:$peer") }, 20)
        or die "the service does not start\n";
}


sub config {
    my ($peer) = @_;
    return placed(recipe('gRPC'),
                  'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
                  '10.0.1.41:50051' => "127.0.0.1:$peer");
}


sub call {
    my ($method, $messages, @metadata) = @_;

    my $pid = open2(my $out, my $in, @peer, 'call', "127.0.0.1:$port",
                    "$ca.crt", 'grpc.example.com', $method, @metadata);
    print $in "$_\n" for @$messages;
    close $in;
    chomp(my @lines = <$out>);
    waitpid $pid, 0;
    return @lines;
}


$nginx->set(server => 'location = /jwks { jwt_issuer_jwks; }',
            http => config($service))->start;
my (undef, $jwks) = $nginx->get('/jwks');

my ($one) = call('/shop.Orders/Meta', ['x']);
my ($number, $token) = $one =~ /^(\d+) Bearer (\S+)$/;
is($number, 1, 'a call has the token as metadata');
is((claims($token, $jwks) // {})->{aud}, 'orders', 'which is for the service');

($one) = call('/shop.Orders/Meta', ['x'], 'authorization=Bearer mine');
like($one, qr/^1 Bearer eyJ\S+$/, "the client's own is gone");

my @stream = call('/shop.Orders/Count', [1 .. 3]);
is(scalar @stream, 3, 'a stream in both directions');
is_deeply([ grep { !/^1 Bearer eyJ\S+$/ } @stream ], [], 'has it as well');

is((call('/shop.Orders/Nothing', ['x']))[0], 'UNIMPLEMENTED',
   "what the service says is the client's to know");

# not in the recipe: what it says of nginx's own answers

for ([ 403, 'PERMISSION_DENIED', 'jwt_issuer_require 0;' ],
     [ 503, 'UNAVAILABLE', 'return 503;' ])
{
    my ($status, $name, $line) = @$_;
    my $text = config($service) =~ s/(?=grpc_pass)/$line /r;

    $nginx->set(http => $text)->reload;
    is((call('/shop.Orders/Meta', ['x']))[0], $name, "$status is $name");
}

$nginx->set(http => config($false))->reload;
is((call('/shop.Orders/Meta', ['x']))[0], 'UNAVAILABLE',
   'a service with a certificate of another CA gets nothing');

done_testing();
