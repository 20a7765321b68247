# Cached tokens outlive a reload, with other workers and settings beside them, and
# are gone when something changes that they are made of.  Fails when the cache is
# emptied by every reload, or when the cache's key leaves out one of these
# settings.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my %conf = (key => 'file %KEYS%/rsa.pem');

sub http {
    my %now = (%conf, @_);
    return "jwt_issuer_service demo {\n"
           . join('', map { "    $_ $now{$_};\n" } sort keys %now) . "}\n"
           . "jwt_issuer_service other { key file %KEYS%/p256.pem; }\n";
}

my $nginx = Test::JWTIssuer::Server->new(http => http(), server => <<'END2');
    add_header X-Cache $jwt_issuer_cache always;
    location ~ ^/token/(.+)$ {
        jwt_issuer_token $1;
        jwt_issuer_require off;
    }
END2

$nginx->start;

my $demo = issued($nginx, '/token/demo');
my $other = issued($nginx, '/token/other');

$nginx->reload for 1, 2;

my $now = issued($nginx, '/token/demo');
is($now->{cache}, 'HIT', 'reloads without a change');
is($now->{token}, $demo->{token}, 'the same token');

$nginx->set(workers => 3, http => http() . "jwt_issuer_service third {\n"
            . "key file %KEYS%/ed25519.pem; }\n")->reload;
is(issued($nginx, '/token/demo')->{token}, $demo->{token},
   'more workers and another service: the same token');

my @changes = (
    [ lifetime => '9m' ], [ backdate => '10s' ], [ not_before => '0s' ],
    [ subject => 'x' ], [ issuer => 'x' ], [ audience => 'x' ],
    [ audience => 'x y' ], [ 'claim a' => 'x' ], [ 'claim a' => '1' ],
    [ 'claim a' => '1 number' ], [ 'claim a' => '1 json' ],
    [ 'claim b' => '1' ], [ 'header h' => 'x' ], [ profile => 'plain' ],
    [ jti => 'on' ], [ reuse => '80%' ], [ algorithm => 'RS256' ],
    [ key => 'file %KEYS%/rsa-next.pem' ],
);

my %seen = ($demo->{token} => 1);

for my $change (@changes) {
    my ($name, $value) = @$change;
    $nginx->set(http => http($name => $value))->reload;
    my $answer = issued($nginx, '/token/demo');
    is($answer->{cache}, 'MISS', "$name $value: it is made anew");
    ok(!$seen{ $answer->{token} }++, 'none of those before');
    is(issued($nginx, '/token/demo')->{cache}, 'HIT', 'and then kept');
}

$nginx->set(http => http(reuse => 'off'))->reload;
is(issued($nginx, '/token/demo')->{cache}, 'BYPASS', 'reuse off');

$nginx->set(http => http())->reload;
is(issued($nginx, '/token/other')->{token}, $other->{token},
   'the other service had the same token all the time');

$nginx->stop;
$nginx->start;
isnt(issued($nginx, '/token/other')->{token}, $other->{token},
     'another nginx begins without');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
