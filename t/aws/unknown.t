# Requests never cause a call to AWS: neither one for a service that nobody has
# configured, whatever it looks like, nor one for a service whose key is there.
# Fails when a name that a client chose becomes the name of a secret.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
$aws->ask(secret => name => "$_/dev", generate => 'P-256') for qw( core other );

my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1d; stale 2d; }
jwt_issuer_service core { key secretsmanager; }
END

# the two other stages are asked for while the key is there already
wait_for('the key is fetched', 5, sub { asked() =~ /GetSecretValue 3$/ });
my $asked = asked();

my ($known, $unknown) = (0, 0);

for my $n (1 .. 200) {
    for my $name ("other", "core-$n", 'x' x $n, "core%2Fdev", "..") {
        $unknown++ if $nginx->token($name);
    }
    $known++ if $nginx->token('core');
}

is($known, 200, 'a service that is configured');
is($unknown, 0, 'services that are not, also where AWS has their secrets');
is(asked(), $asked, 'AWS was not asked');

finish();


sub asked {
    my $counts = $aws->ask('counts');
    return join ' ', map { "$_ $counts->{actions}{$_}" }
           sort keys %{ $counts->{actions} };
}
