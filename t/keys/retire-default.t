# By default a replaced key stays published for lifetime, a minute, and the longer
# of 1.1 times refresh and max-age: so long after this proxy another one may meet
# the new key, and sign with the former one until then (K1).  Fails when the
# default does not know of refresh.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my %retire = (
    often => [ 'refresh 1m;', 600 + 60 + 300 ],
    usual => [ '', 600 + 60 + 330 ],
    rare => [ 'refresh 1h;', 600 + 60 + 3960 ],
    brief => [ 'refresh 1h; lifetime 1m;', 60 + 60 + 3960 ],
    said => [ 'refresh 1h; retire 11m;', 660 ],
);

my $nginx = Test::JWTIssuer::Server->new(
    http => join('', map {
        "jwt_issuer_service $_ {"
        . " key file %DIR%/key.pem; activate_after 0; $retire{$_}[0] }\n"
    } sort keys %retire),
    server => 'location = /status { jwt_issuer_status; }');

$nginx->put_key('p256.pem');
$nginx->start;
$nginx->put_key('p256-next.pem');
$nginx->reload;

my ($status, $body) = $nginx->get('/status');
is($status, 200, 'there is a status');

for my $service (@{ JSON::PP::decode_json($body)->{services} }) {
    my ($key) = grep { $_->{state} eq 'previous' } @{ $service->{keys} };
    my $left = $retire{ $service->{name} }[1] - ($key->{retires_in} // 0);
    ok($left >= 0 && $left < 60,
       "the former key of \"$service->{name}\" goes after"
       . " $retire{ $service->{name} }[1] s")
        or diag($body);
}

done_testing();
