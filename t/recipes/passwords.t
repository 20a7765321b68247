# The recipe "A token endpoint with passwords and a brake" of README.md: OAuth
# 2.0 clients get tokens by name and password, and every refusal is the JSON
# that they understand and may not be stored.
#
# Fails when a password is not asked for, when the brakes let everything pass,
# when one caller's brake stops another one, or when error_page is left out.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP qw( decode_json );
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $nginx = Test::JWTIssuer::Server->new;
my $dir = $nginx->dir;
my $port = free_port();

mkdir "$dir/$_" for qw( keys certs );
$nginx->put_key('p256.pem', 'keys/ledger.key');
$nginx->put_key('p256-next.pem', 'keys/mail.key');
my $ca = authority("$dir/certs/ca");
certificate("$dir/certs/tokens", $ca, '/CN=tokens', 'DNS:tokens.example.com');

# the command of the README, but for where the password comes from
my $command = recipe('A token endpoint with passwords and a brake', 'sh');
$command =~ s/openssl passwd -apr1/openssl passwd -apr1 -stdin/
    or die "the recipe makes passwords in another way\n";

for my $name (qw( core shop )) {
    my $line = $command =~ s/core:/$name:/r;
    open my $out, '|-', 'sh', '-c', "cd '$dir' && $line" or die "sh: $!\n";
    print $out "secret-of-$name\n";
    close $out or die "sh: $?\n";
}

# the times of a brake are not for a test: so slow that a share does not come
# back while it runs
my $text = placed(recipe('A token endpoint with passwords and a brake'),
    'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
    'rate=20r/s' => 'rate=1r/m', 'rate=2r/s' => 'rate=1r/m');

$nginx->set(server => 'location = /jwks { jwt_issuer_jwks; }', http => $text)
    ->start;
my (undef, $jwks) = $nginx->get('/jwks');


sub ask {
    my ($from, $user, $audience, @more) = @_;

    return curl("https://tokens.example.com:$port/oauth/token",
        '--resolve', "tokens.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt", '--interface', "127.0.1.$from",
        (defined $user ? ('-u', $user) : ()),
        '-d', "grant_type=client_credentials&audience=$audience", @more);
}


sub not_stored {
    my ($headers, $what) = @_;
    is($headers->{'content-type'}, 'application/json', "$what: JSON");
    is($headers->{'cache-control'}, 'no-store', 'that is not stored');
}


my ($status, $body, $headers) = ask(1, 'core:secret-of-core', 'ledger');
is($status, 200, 'the right password');
my $claims = claims(token_of($body), $jwks) // {};
is("@$claims{qw( sub aud )}", 'core ledger', 'gives a token of the caller');
not_stored($headers, 'a token');

($status, $body, $headers) = ask(1, 'shop:secret-of-shop', 'mail');
is($status, 403, 'a service that is not for this caller');
is(decode_json($body)->{error}, 'access_denied', 'says so');
not_stored($headers, 'access_denied');

for ([ 'core:secret-of-shop', 'a wrong password' ],
     [ 'eve:secret-of-core', 'an unknown name' ],
     [ undef, 'no password' ])
{
    my ($user, $what) = @$_;

    ($status, $body, $headers) = ask(2, $user, 'ledger');
    is($status, 401, $what);
    is(decode_json($body)->{error}, 'invalid_client', 'is what OAuth calls it');
    is($headers->{'www-authenticate'}, 'Basic realm="tokens"',
       'with the way to do better');
    not_stored($headers, 'invalid_client');
}

# six in a row: the first one and the burst

my @many = map { (ask(3, 'core:secret-of-core', 'ledger'))[0] } 1 .. 8;
is("@many", '200 200 200 200 200 200 429 429', 'a caller that asks too often');

($status, $body, $headers) = ask(3, 'core:secret-of-core', 'ledger');
is(decode_json($body)->{error}, 'temporarily_unavailable', 'is told so');
is($headers->{'retry-after'}, 1, 'and when to come back');
not_stored($headers, 'temporarily_unavailable');

($status) = ask(3, 'shop:secret-of-shop', 'ledger');
is($status, 200, 'another caller at the same address is not stopped');
($status) = ask(4, 'core:secret-of-core', 'ledger');
is($status, 200, 'nor is the same name elsewhere, whoever used it up there');

# 41 in a row from one address, each with another name

my ($first) = ask(5, 'eve0:x', 'ledger');
is($first, 401, 'who guesses with one name');

my @guesses = map { (ask(5, "eve$_:x", 'ledger'))[0] } 1 .. 42;
is("@guesses", join(' ', (401) x 40, (429) x 2),
   'and with many, is stopped as well');

done_testing();
