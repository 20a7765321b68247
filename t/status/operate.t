# What an operator asks for happens: a key is fetched before its time, a dropped
# key is gone at once and stays away, in all workers and over reloads (K9).  Fails
# when worker 0 does not look for it, when zone_operate forgets a dropped key, or
# when a page of another site can do it.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, reuseport => 1,
    http => <<'END', server => <<'END2');
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1d;
        stale 2d;
        activate_after 0;
    }
    jwt_issuer_service other {
        key file %KEYS%/p384.pem;
        environment dev;
    }
    jwt_issuer_service twin { key file %DIR%/key.pem; refresh 1d; stale 2d; }
    jwt_issuer_service fixed { key env STATUS_KEY; algorithm HS256; }
    map $http_x_operator $operator { default 0; alice 1; }
END
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /status { jwt_issuer_status; jwt_issuer_require $operator; }
    location = /open { jwt_issuer_status; jwt_issuer_require off; }
    location = /read { jwt_issuer_status; }
END2

$ENV{STATUS_KEY} = join '', map { chr(97 + $_ % 26) } 1 .. 40;
$nginx->put_key('p256.pem');
$nginx->start;

sub post {
    my ($form, %headers) = @_;
    my $path = delete $headers{':path'} // '/status';
    return $nginx->get($path, ':method' => 'POST', ':body' => $form,
                       'Content-Type' => 'application/x-www-form-urlencoded',
                       'X-Operator' => 'alice', %headers);
}

sub state_of {
    my ($name) = @_;
    my ($status) = grep { $_->{name} eq $name } @{
        JSON::PP::decode_json(($nginx->get('/open'))[1])->{services} };
    return $status;
}

sub signs { return kids(($nginx->get("/token?s=$_[0]"))[1]) }
sub published { return kids(($nginx->get('/jwks'))[1]) }

my $old = signs('demo');

# ---- who may

is((post('action=refresh', 'X-Operator' => 'mallory'))[0], 403,
   'who is no operator is refused');
is(($nginx->get('/status'))[0], 403, 'and sees nothing');
is((post('action=refresh', ':path' => '/read'))[0], 405,
   'without jwt_issuer_require there is no operating');
is(((post('action=refresh', ':path' => '/read'))[2])->{allow}, 'GET, HEAD',
   'as Allow says');
is((post('action=refresh&service=demo', ':path' => '/open'))[0], 202,
   '"off" leaves it to other directives');

for my $site ([ 'Sec-Fetch-Site' => 'cross-site' ],
              [ 'Sec-Fetch-Site' => 'same-site' ],
              [ Origin => 'https://evil.example' ], [ Origin => 'null' ],
              [ Origin => 'http://localhost.evil.example' ],
              [ Origin => 'http://' ])
{
    my ($status, $body) = post('action=refresh', @$site);
    is($status, 403, "refused: @$site");
    like($body, qr/another site/, 'with its reason');
}

is((post('action=refresh&service=demo', @$_))[0], 202, "let in: @$_")
    for [ 'Sec-Fetch-Site' => 'same-origin' ], [ Origin => 'http://localhost' ];

# ---- what is no request

my %wrong = (
    '' => 'action must be', 'action=x' => 'action must be',
    'action=drop' => 'kid must be', 'action=drop&kid=abc' => 'kid must be',
    "action=refresh&kid=$old" => 'takes no kid',
    'action=refresh&service=nobody' => 'no such service',
    'action=refresh&service=..%2f' => 'no such service',
    'action=refresh&environment=dev' => 'needs a service',
    'action=refresh&action=drop' => 'a parameter is repeated',
    'action=refresh&service=%00' => 'NUL',
    'action=drop&kid=' . 'x' x 43 => 'no such key',
    'action=refresh&service=fixed' => 'read at reload only',
    'action=drop&service=other&environment=dev&kid=' . $old => 'no such key',
);

for my $form (sort keys %wrong) {
    my ($status, $body) = post($form);
    is($status, 400, "refused: $form");
    like($body, qr/$wrong{$form}/, "with: $wrong{$form}");
}

is((post('action=refresh&x=' . 'y' x 17000))[0], 413, 'a body that is too long');
is((post('action=refresh', 'Content-Type' => 'text/plain'))[0], 400,
   'a body that is no form');

# ---- a refresh before its time

$nginx->put_key('p256-next.pem');
is(signs('demo'), $old, 'a day is to go until the file is read');

my ($status, $body, $headers) = post('action=refresh&service=demo');
is($status, 202, 'a fetch is asked for');
is($body, '{"action":"refresh","services":["demo"]}', 'and said for whom');
is($headers->{'cache-control'}, 'no-store', 'not to be stored');

ok(wait_until(sub { signs('demo') ne $old }, 5), 'the new key is found');
my $new = signs('demo');
is(signs('twin'), $old, 'a service that was not asked for is as it was');
is($nginx->logged(qr/key is fetched at an operator's request, jwt service: "demo"/),
   4, 'each is logged');

($status, $body) = post('action=refresh');
is($body, '{"action":"refresh","services":["demo","other/dev","twin"]}',
   'all that can be fetched');
ok(wait_until(sub { grep { $_->{state} eq 'next' } @{ state_of('twin')->{keys} } },
              5), 'are fetched');
is($nginx->logged(qr/keys of all jwt services are fetched/), 1,
   'in one line of the log');

# a browser is led back to the page
($status, $body, $headers) = post('action=refresh', Accept => 'text/html,*/*');
is($status, 303, 'a browser is redirected');
is($headers->{location}, '?', 'to the page it came from');

# ---- a key is dropped

is(scalar(grep { $_ eq $new } published()), 1, 'the key is published');

($status, $body) = post("action=drop&kid=$new");
is($status, 200, 'the key is dropped');
is($body, '{"action":"drop","services":["demo","twin"]}',
   'from each service that had it');
is(scalar(grep { $_ eq $new } published()), 0, 'it is in no key set');

my %seen;
for (1 .. 20) {
    my ($code, $body, $headers) = $nginx->get('/token?s=demo');
    $seen{ $headers->{'x-worker'} } = 1;
    is($code, 503, 'no worker signs with it or has a token of it') or last;
}
is(scalar(keys %seen), 2, 'all workers have answered');
is(state_of('demo')->{state}, 'no_key', 'the service has no key, as is said');
is($nginx->logged(qr/key "\Q$new\E" is dropped at an operator's request/), 2,
   'each is logged');
is($nginx->logged(qr/there is no usable key, requests are answered 503/), 1,
   'also what became of it');
is(signs('twin'), $old, 'where it was to sign later, the one before goes on');

post('action=refresh&service=demo');
ok(wait_until(sub { (state_of('demo')->{fetch}{error} // '')
                    =~ /an operator has dropped this key/ }, 5),
   'the source still has it, which is an error');
is(($nginx->get('/token?s=demo'))[0], 503, 'it is not let in again');

$nginx->reload;
is(scalar(grep { $_ eq $new } published()), 0, 'nor by a reload');
is(($nginx->get('/token?s=demo'))[0], 503, 'which starts all the same');
is($nginx->logged(qr/key "\Q$new\E" is not used, an operator has dropped it/),
   2, 'and says so');

$nginx->put_key('p521.pem');
post('action=refresh&service=demo');
ok(wait_until(sub { ($nginx->get('/token?s=demo'))[0] == 200 }, 5),
   'another key in the source ends it');

# for one service only

($status, $body) = post("action=drop&kid=$old&service=twin");
is($body, '{"action":"drop","services":["twin"]}', 'a key of one service');
is(($nginx->get('/token?s=twin'))[0], 503, 'is gone there');

done_testing();
