# What an operator asks for while AWS is being asked, or of its only key: a refresh
# that comes in the middle of a fetch is another fetch, as that one may have seen
# what was there before; and when the only key is dropped, the key set is empty,
# and not out of reach, which would leave those who verify with the old one.
# Fails when refresh_now() does nothing during a fetch, or when the key set takes
# a key that was dropped for one that was never fetched.

use strict;
use warnings;

use lib 't/lib';
use HTTP::Tiny;
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';
my @secret = (secret => name => 'core/dev', generate => 'P-256',
              stages => ['AWSCURRENT']);
$aws->ask(@secret);

# the second question of a fetch is for AWSPENDING
$aws->ask(fault => action => $get, every => 2, times => 1, hold => 'pending');

my $nginx = nginx(env => { key_env() }, http => <<"END", server => <<'END2');
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_service core { key secretsmanager; refresh 1d; stale 2d; }
END
location = /operate { jwt_issuer_status; jwt_issuer_require off; }
END2

sub post {
    my ($form) = @_;
    return HTTP::Tiny->new->request(POST => "http://$nginx->{address}:$nginx->{port}/operate", {
        content => $form,
        headers => { 'content-type' => 'application/x-www-form-urlencoded' },
    })->{status};
}

wait_for('there is a key', 5, sub { $nginx->token('core') });
wait_for('and the fetch goes on', 5, sub {
    $aws->ask(waiting => gate => 'pending')->{waiting} == 1 });
my ($old) = $nginx->kids;

$aws->ask(@secret);
is(post('action=refresh&service=core'), 202, 'a refresh is asked for meanwhile');
stays('it waits for the fetch', 1.5, sub { $aws->count($get) == 2 });

$aws->ask(release => gate => 'pending');
wait_for('then the source is asked again, and the new key is published', 10,
         sub { grep { $_ ne $old } $nginx->kids });

# ---- dropped

my @kids = $nginx->kids;
is(post("action=drop&kid=$_"), 200, "$_ is dropped") for @kids;
my ($status, $body, undef, $head) = $nginx->get('/jwks');
is($status, 200, 'the key set is there');
is($body, '{"keys":[]}', 'and it is empty');
like($head, qr/^Cache-Control:.*max-age=1\r$/mi, 'for a moment');
is(($nginx->get('/token/core'))[0], 503, 'no token is made');

finish();
