# The recipe "A token for each user" of README.md: the upstream sees who the
# session service says it is, and nothing that the client says about itself.
#
# Fails when subject is not $user, when auth_request is left out, or when
# jwt_issuer_require does not stop an empty user.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $nginx = Test::JWTIssuer::Server->new;
my $dir = $nginx->dir;
my $port = free_port();
my $up = upstream();

# what a client says about itself must not come back as an answer

my $sessions = upstream(http => <<'END', server => <<'END');
map $cookie_session $known {
    in-alice  1;
    in-bob    1;
    in-none   1;
}
map $cookie_session $user {
    in-alice  alice;
    in-bob    bob;
    default   $http_x_user;
}
END
location = /whoami {
    if ($known = "") { return 401; }
    add_header X-User $user;
    return 200;
}
END

mkdir "$dir/$_" for qw( keys certs );
$nginx->put_key('p256.pem', 'keys/shop.key');
my $ca = authority("$dir/certs/ca");
certificate("$dir/certs/shop", $ca, '/CN=shop', 'DNS:shop.example.com');

# all workers and the key set: not a part of the recipe
$nginx->set(workers => 2, server => 'location = /jwks { jwt_issuer_jwks; }',
    http => placed(recipe('A token for each user'),
        'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
        '10.0.1.20:8080' => '127.0.0.1:' . $sessions->port,
        '10.0.1.21:8080' => '127.0.0.1:' . $up->port))->start;

my (undef, $jwks) = $nginx->get('/jwks');


sub ask {
    my ($session, @more) = @_;

    my ($status, $body, $headers) = curl(
        "https://shop.example.com:$port/cart",
        '--resolve', "shop.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt", '-H', "Cookie: session=$session", @more);
    return ($status, { told($body) }, $headers);
}


sub subject {
    my ($got) = @_;
    my $claims = claims($got->{Authorization} // '', $jwks) // return '';
    return "$claims->{sub} for $claims->{aud}";
}


my ($status, $alice) = ask('in-alice');
is($status, 200, 'a user who is known');
is(subject($alice), 'alice for shop', 'the token is about her');
is($alice->{Cookie}, '', 'the upstream does not see the session');

my (undef, $again) = ask('in-alice');
is($again->{Authorization}, $alice->{Authorization},
   'she gets the same token again');

my (undef, $bob) = ask('in-bob');
is(subject($bob), 'bob for shop', 'the token of another user is about him');

my (undef, $back) = ask('in-alice');
is($back->{Authorization}, $alice->{Authorization},
   'users do not disturb each other');

(undef, my $spoofed) = ask('in-bob', '-H', 'X-User: alice',
    '-H', "Authorization: $alice->{Authorization}");
is(subject($spoofed), 'bob for shop',
   'with the token of another one it is still about him');
is($spoofed->{'X-User'}, '', 'what he says about himself is gone');

($status) = ask('invented');
is($status, 401, 'a session that is not known');
($status) = ask('invented', '-H', 'X-User: alice',
                '-H', "Authorization: $alice->{Authorization}");
is($status, 401, 'whatever else there is');

($status) = ask('in-none', '-H', 'X-User: alice');
is($status, 403, 'a session without a user, whatever the client says');

is(asked($up, 5), 5, 'the upstream has seen those who are known only');

($status) = curl("https://shop.example.com:$port/session",
    '--resolve', "shop.example.com:$port:127.0.0.1", '--cacert', "$ca.crt");
is($status, 404, 'the question cannot be asked from outside');

$sessions->stop;
($status) = ask('in-alice');
is($status, 500, 'without the session service nobody is let in');
is(asked($up), 5, 'nor is the upstream asked');

done_testing();
