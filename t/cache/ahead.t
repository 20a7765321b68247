# Under steady traffic nobody waits for a signature: after the first one, every
# answer is a hit, though tokens are renewed again and again, and none is older
# than its share.  Fails when the renewal waits for the share to be over, or when
# each worker renews for itself.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Time::HiRes qw( sleep time );

my $nginx = Test::JWTIssuer::Server->new(workers => 2, reuseport => 1,
    http => join('', map { <<"END" } qw( rsa p256 )), server => <<'END2');
    jwt_issuer_service $_ {
        key file %KEYS%/$_.pem;
        lifetime 16s;
        reuse 50%;
    }
END
    add_header X-Cache $jwt_issuer_cache always;
    location ~ ^/token/(.+)$ {
        jwt_issuer_token $1;
        jwt_issuer_require off;
    }
    location = /i {
        jwt_issuer_inject rsa;
        proxy_pass http://127.0.0.1:%PORT%/up;
    }
    location = /up { return 200 $http_authorization; }
END2

$nginx->start;

my (%cache, %tokens, %old, %workers);
my $end = time + 60;

# a renewal has a second and more before the share of 8 s is over
while (time < $end && grep { keys %{ $tokens{$_} } < 3 } qw( rsa p256 )) {
    for my $service (qw( rsa p256 )) {
        my $answer = issued($nginx, "/token/$service");
        $cache{$service}{ $answer->{cache} }++;
        $tokens{$service}{ $answer->{token} }++;
        $workers{ $answer->{headers}{'x-worker'} }++;
        $old{$service}++ if $answer->{asked}
                            - $answer->{claims}{rnd} / 1000 > 8.2;
    }
    my ($status) = $nginx->get('/i');
    fail("injection: $status") if $status != 200;
    sleep 0.02;
}

is(keys %workers, 2, 'both workers answer');

for my $service (qw( rsa p256 )) {
    my $made = keys %{ $tokens{$service} };
    is($cache{$service}{MISS}, 1, "$service: one request waited");
    is_deeply([ sort keys %{ $cache{$service} } ], [ 'HIT', 'MISS' ],
              'all others had a token at once');
    cmp_ok($made, '>=', 3, 'of several');
    is($old{$service}, undef, 'none was beyond its share');
    is($nginx->logged(qr/token is renewed ahead.*"$service"/), $made - 1,
       'each but the first was made ahead');
    is($nginx->logged(qr/signature made.*"$service"/), $made,
       'and once, whatever the number of workers');
}

done_testing();
