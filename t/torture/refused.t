# Many requests at once, over four workers, for a token that cannot be made: each
# of them is refused, and none waits for a worker that does not make it (F93).
# Their clock is slow: who waits for nobody, for 2 seconds, does so for 80.  Fails
# when a worker that has said that it makes a token waits for another one's.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Torture;
use Time::HiRes qw( time );

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    log => 'notice', http => <<'END', server => <<'END2');
    jwt_issuer_service number { key file %KEYS%/p256.pem; claim n $arg_n number; }
END
    location = /token { jwt_issuer_token number; jwt_issuer_require off; }
END2

my $control = preload();
$control->(slow => 40);
{
    my %env = preload_env();
    local @ENV{ keys %env } = values %env;
    $nginx->start;
}

my ($asked, $other, $late, $longest) = (0, 0, 0, 0);

for my $round (1 .. rounds(15, 150)) {
    my $from = time;
    my @answers = burst($nginx, ("/token?n=x$round") x 100);
    my $took = time - $from;

    $asked += @answers;
    $other += grep { $_->{status} && $_->{status} != 400 } @answers;
    $late += grep { !$_->{status} } @answers;
    $longest = $took if $took > $longest;
    last if $late;
}

is($other, 0, "$asked requests are refused");
is($late, 0, 'and none of them waited for nobody');

figure(F93 => sprintf '%d requests for tokens that cannot be made, by 100 at once:'
       . ' refused within %.2f s', $asked, $longest);

done_testing();
