# The recipe "From a token service to the proxy" of README.md: a token service
# that signs by itself and nginx, both with the keys of Secrets Manager (the
# fault server of t/lib/aws), give tokens that a receiver with a fixed public
# key takes alike, in the old form of answer, each to its share of the callers.
#
# Fails when the default profile has other claims than the old tokens, when
# sub_filter is left out, or when a caller is sent to both.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP qw( decode_json );
use Test::JWTIssuer::AWS qw( fault_server key_env );
use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $aws = fault_server();
my $nginx = Test::JWTIssuer::Server->new;
my ($dir, $keys) = ($nginx->dir, $nginx->keys_dir);
my ($port, $old) = (free_port(), free_port());
my %key = (core => 'rsa', ledger => 'rsa-next');

sub secret {
    my ($name, $file) = @_;
    chomp(my $text = Test::JWTIssuer::Keys::slurp("$keys/$file.b64"));
    $aws->ask(secret => name => "$name/prod", region => 'eu-central-1',
              json_map => { private_key => $text, database => 'elsewhere' });
}

secret($_, $key{$_}) for sort keys %key;

child('/usr/bin/python3', '-B', 't/lib/recipes/token_service.py', $old,
      map { "$_=$keys/$key{$_}.pem" } sort keys %key);
wait_until(sub { (curl("http://127.0.0.1:$old/"))[0] }, 20)
    or die "the token service does not start\n";

mkdir "$dir/certs";
my $ca = authority("$dir/certs/ca");
certificate("$dir/certs/tokens", $ca, '/CN=tokens', 'DNS:tokens.example.com');

# where AWS is comes from the environment, as it does for the SDKs

%ENV = (%ENV, key_env(), AWS_ENDPOINT_URL => $aws->url);


sub config {
    my ($share) = @_;

    return placed(recipe('From a token service to the proxy'),
        'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
        '10.0.0.0/16' => '127.0.0.0/16', '10% edge;' => $share,
        'https://a1b2c3.execute-api.eu-central-1.amazonaws.com' =>
            "http://127.0.0.1:$old");
}


# an answer to a caller: status, token, whose token it is; the old ones have
# no kid

sub ask {
    my ($path, $from) = @_;

    my ($status, $body, $headers) = curl(
        "https://tokens.example.com:$port$path",
        '--resolve', "tokens.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt", '--interface', $from // '127.0.0.1');
    return ($status, $body) if $status != 200;

    my ($token) = $body =~ /^\{"token":"([^"]+)"/ or return ($status, $body);
    my ($header) = Test::JWTIssuer::Token::jwt_parts($token);
    return ($status, $token, $header =~ /"kid"/ ? 'edge' : 'lambda');
}


sub receiver {
    my ($name, $token) = @_;
    my ($status, $body) = curl("http://127.0.0.1:$old/receiver/$name",
                               '-H', "Authorization: Bearer $token");
    return ($status, $status == 200 ? decode_json($body) : $body);
}


sub jwks {
    return (curl("https://tokens.example.com:$port/.well-known/jwks.json",
        '--resolve', "tokens.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt"))[1];
}


# 1. beside it

$nginx->set(http => config(''))->start;

my @from = map { (ask('/token?service=core', "127.0.0.$_"))[2] } 1 .. 10;
is("@from", join(' ', ('lambda') x 10), 'callers notice nothing');

my ($status, $mine, $whose) = ask('/token/edge?service=core');
is("$status $whose", '200 edge', 'the proxy has the key');
my (undef, $theirs) = ask('/token?service=core');

my ($took, $my_claims) = receiver('core', $mine);
is($took, 200, 'a receiver with a fixed key takes its token');
($took, my $their_claims) = receiver('core', $theirs);
is($took, 200, 'as it takes the old one');
is(join(' ', sort keys %$my_claims), join(' ', sort keys %$their_claims),
   'they have the same claims');
is_deeply([ @$my_claims{qw( sub typ )}, $my_claims->{exp} - $my_claims->{iat} ],
          [ @$their_claims{qw( sub typ )},
            $their_claims->{exp} - $their_claims->{iat} ],
          'which say the same');

($took) = receiver('ledger', $mine);
is($took, 401, 'another service has another key');
($status) = ask('/token/edge?service=core', '127.1.0.1');
is($status, 403, 'callers are those who may');
($status) = ask('/token/lambda?service=core');
is($status, 404, 'the old one is asked by way of /token only');

# 2. callers move, a tenth of them

$nginx->set(http => config('10% edge;'))->reload;

my %by;
for my $n (1 .. 60) {
    my $caller = "127.0.0.$n";
    my ($status, $token, $whose) = ask('/token?service=ledger', $caller);

    push @{ $by{ $whose // "$status $token" } }, $caller;
    $by{refused}++ if (receiver('ledger', $token))[0] != 200;
}

is(join(' ', sort keys %by), 'edge lambda', 'both answer, all tokens are good');
cmp_ok(@{ $by{edge} }, '<', 20, 'the proxy to its share');

for my $whose (qw( edge lambda )) {
    my $caller = $by{$whose}[0];
    my @again = map { (ask('/token?service=ledger', $caller))[2] } 1 .. 3;
    is("@again", "$whose $whose $whose", "a caller stays with $whose");
}

# 3. receivers take the key set, when all tokens are the proxy's

$nginx->set(http => config('') =~ s/\* +lambda;/* edge;/r)->reload;
@from = map { (ask('/token?service=core', "127.0.0.$_"))[2] } 1 .. 10;
is("@from", join(' ', ('edge') x 10), 'all callers have moved');

ok(claims($mine, jwks()), 'the key set has the keys of its tokens');
ok(!claims($theirs, jwks()), 'an old token does not say which key it is of');

# 4. the key is rotated; times are short, for the test

$nginx->set(http => config('') =~ s/\* +lambda;/* edge;/r
                    . 'jwt_issuer_defaults { refresh 1s; activate_after 1s; }')
      ->reload;
secret('core', 'rsa3072');

my $new;
wait_until(sub {
    $new = (ask('/token?service=core'))[1];
    return (receiver('core', $new))[0] == 401;
}, 15);
ok(claims($new, jwks()), 'a receiver that has the key set takes the new key');
ok(claims($mine, jwks()), 'and tokens of the one before');
is((receiver('core', $new))[0], 401, 'one with a fixed key does not');

# an error keeps its form

($status, my $body) = ask('/token?service=nothing');
is($status, 400, 'an unknown service');
is(decode_json($body)->{error}, 'invalid_target', 'is said as ever');

is_deeply($aws->ask('counts')->{refused}, {},
          'no question to AWS was refused as wrong');

done_testing();
