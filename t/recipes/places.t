# The recipe "Other places than Authorization" of README.md: an upstream finds
# the token in a header of its own, another one in a cookie, and both nothing
# that the client sent there.
#
# Fails when the recipe passes the client's Cookie or Set-Cookie of the
# upstream, or when it says header= or scheme= otherwise.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $nginx = Test::JWTIssuer::Server->new;
my $dir = $nginx->dir;
my $port = free_port();
my $up = upstream(
    server => 'add_header Set-Cookie "$http_cookie; Path=/archive/";');

mkdir "$dir/$_" for qw( keys certs );
$nginx->put_key('p256.pem', 'keys/billing.key');
$nginx->put_key('ed25519.pem', 'keys/archive.key');
my $ca = authority("$dir/certs/ca");
certificate("$dir/certs/edge", $ca, '/CN=edge', 'DNS:edge.example.com');

$nginx->set(server => 'location = /jwks { jwt_issuer_jwks; }',
    http => placed(recipe('Other places than Authorization'),
        'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
        '10.0.1.31:8080' => '127.0.0.1:' . $up->port,
        '10.0.1.32:8080' => '127.0.0.1:' . $up->port))->start;

my (undef, $jwks) = $nginx->get('/jwks');


sub ask {
    my ($path, @headers) = @_;

    my ($status, $body, $headers) = curl(
        "https://edge.example.com:$port$path",
        '--resolve', "edge.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt", map { ('-H', $_) } @headers);
    return ($status, { told($body) }, $headers);
}


sub audience {
    my ($token) = @_;
    return (claims($token, $jwks) // {})->{aud};
}


my ($status, $got) = ask('/billing/', 'X-Service-Token: mine',
    'X_Service_Token: mine', 'Authorization: Bearer mine', 'Cookie: a=b');
is($status, 200, 'a header of its own');
is(audience($got->{'X-Service-Token'}), 'billing', 'has the token');
unlike($got->{'X-Service-Token'}, qr/^Bearer|mine/, 'and nothing else');
is($got->{Authorization}, '', 'the usual one is not there');
is($got->{Cookie}, 'a=b', 'cookies pass');

($status, $got, my $headers) = ask('/archive/', 'Cookie: session=mine',
    'Cookie: a=b; lang=de; session=mine', 'Authorization: Bearer mine');
is($status, 200, 'a cookie');
my ($token) = $got->{Cookie} =~ /^session=([^;]+); lang=de$/;
is(audience($token), 'archive', 'has the token, and the one of lang');
is($got->{Authorization}, '', 'the usual header is not there');
is($headers->{'set-cookie'}, undef,
   'and what the upstream makes of it does not come back');

(undef, $got) = ask('/archive/', 'Cookie: lang=de,session=mine; session=mine');
like($got->{Cookie}, qr/^session=eyJ[^;]+; lang=$/,
     'a cookie that is kept brings no other one with it');

(undef, $got) = ask('/archive/');
like($got->{Cookie}, qr/^session=eyJ[^;]+; lang=$/, 'without any cookies');

(undef, $got, $headers) = ask('/billing/', 'Cookie: a=b');
is($headers->{'set-cookie'}, 'a=b; Path=/archive/',
   'where it is not hidden the upstream does set cookies');

done_testing();
