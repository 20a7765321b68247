# The key set is the same, byte for byte, from every worker and again after a
# reload and a restart, so that caches and verifiers see no change where there is
# none (K3).  Fails when keys are listed in an order that depends on a process.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my @names = qw( rsa rsa-next rsa3072 p256 p256-next p384 p521 ed25519 );
my $services = join '', map {
    "jwt_issuer_service $_ { key file %KEYS%/$_.pem; }\n"
} @names;

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    http => $services,
    server => 'location = /jwks { jwt_issuer_jwks; }');

# worker => the answer, from all of them

sub answers {
    my %answer;
    wait_until(sub {
        my (undef, $body, $headers) = $nginx->get('/jwks');
        $answer{ $headers->{'x-worker'} } = "$headers->{etag} $body";
        return keys %answer == 4;
    }, 10);
    return \%answer;
}

$nginx->start;

my $first = answers();
my ($text) = values %$first;

is(keys %$first, 4, 'four workers answer');
is(grep({ $_ eq $text } values %$first), 4, 'the same bytes and the same ETag');
is(scalar(kids($text =~ s/^\S+ //r)), 8, 'of all keys');

$nginx->reload;
is(grep({ $_ eq $text } values %{ answers() }), 4, 'so they are after a reload');

# another order of the configuration
$nginx->set(http => join '', map { "$_\n" } reverse split /\n/, $services)
      ->reload;
is(grep({ $_ eq $text } values %{ answers() }), 4,
   'and with the services in another order');

$nginx->stop;
$nginx->start;
is(grep({ $_ eq $text } values %{ answers() }), 4, 'and after a restart');

done_testing();
