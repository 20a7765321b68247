# A token is handed out while its share of its lifetime lasts, and not a moment
# longer: nobody gets one that is older, whoever renews it and when.  Fails when
# the share is counted from exp, or in whole seconds that round the wrong way.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Time::HiRes qw( sleep time );

my @shares = ([ half => 6, '50%' ], [ tenth => 30, '10%' ],
              [ most => 3, '90%' ]);

my $nginx = Test::JWTIssuer::Server->new(workers => 2, reuseport => 1,
    http => join('', map { <<"END" } @shares), server => <<'END2');
    jwt_issuer_service $_->[0] {
        key file %KEYS%/ed25519.pem;
        lifetime $_->[1]s;
        reuse $_->[2];
    }
END
    add_header X-Cache $jwt_issuer_cache always;
    location ~ ^/token/(.+)$ {
        jwt_issuer_token $1;
        jwt_issuer_require off;
    }
END2

$nginx->start;

my (%old, %hits, %tokens, %wrong);
my $end = time + 40;

while (time < $end && grep { keys %{ $tokens{ $_->[0] } } < 4 } @shares) {
    for my $share (@shares) {
        my ($name, $lifetime, $percent) = @$share;
        my $answer = issued($nginx, "/token/$name");
        my $claims = $answer->{claims};
        my $age = $answer->{asked} - $claims->{rnd} / 1000;
        my $left = $claims->{exp} - $answer->{asked};

        # nginx's clock may be some milliseconds behind ours
        $old{$name}++ if $age > $lifetime * $percent =~ s/%//r / 100 + 0.2;
        $wrong{$name}++ if $answer->{expires_in} > $left + 1
                           || $answer->{expires_in} < $claims->{exp}
                                                      - int(time);
        $hits{$name}++ if $answer->{cache} eq 'HIT';
        $tokens{$name}{ $answer->{token} }++;
    }
    sleep 0.02;
}

for my $share (@shares) {
    my ($name, $lifetime, $percent) = @$share;
    my @uses = values %{ $tokens{$name} };

    is($old{$name}, undef, "$percent of ${lifetime}s: none is older");
    is($wrong{$name}, undef, 'expires_in is what is left');
    cmp_ok(scalar @uses, '>=', 3, 'others follow');
    cmp_ok($hits{$name}, '>', 10 * @uses, 'each is used many times');
}

done_testing();
