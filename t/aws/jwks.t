# A set that lacks the first key of a service may not be remembered: that key
# signs at once when it comes.  Fails when jwks_document() does not look for
# services without a key, or when that is looked for in an empty set only.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;

my $aws = fault_server();
$aws->ask(secret => name => 'here/dev', generate => 'P-256');

my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1s; stale 5m; }
jwt_issuer_service here { key secretsmanager; }
jwt_issuer_service later { key secretsmanager; }
END

my ($status, $control);

wait_for('one key of two is there', 5, sub { $nginx->token('here') });
($status, $control) = jwks();
is($status, 200, 'the set has what there is');
is($control, 'public, max-age=1', 'and is not to be remembered');

$aws->ask(secret => name => 'later/dev', generate => 'P-256');
wait_for('the other key is there', 8, sub { $nginx->token('later') });
($status, $control) = jwks();
is($status, 200, 'the set has both');
is($control, 'public, max-age=300', 'and is to be remembered');

finish();


sub jwks {
    my ($status, undef, undef, $head) = $nginx->get('/jwks');
    return ($status, $head =~ /^Cache-Control: (.*?)\r?$/mi);
}
