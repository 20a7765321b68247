# Many requests for a token that is not there cost one signature, in one worker and
# across workers, and an error is everybody's at once; requests for different
# tokens do not wait for each other, nor short ones for long ones.  Fails when
# each request signs for itself, or when a worker does not see that another one
# is at it.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Time::HiRes qw( time );

# seconds that a worker waits for another one's signature
use constant CLAIM => 2;

my @conf = (http => <<'END', server => <<'END2');
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; subject $arg_s; }
    jwt_issuer_service ec { key file %KEYS%/p256.pem; subject $arg_s; }
    jwt_issuer_service slow { key file %KEYS%/rsa4096.pem; subject $arg_s; }
    jwt_issuer_service number {
        key file %KEYS%/rsa.pem;
        claim n $arg_n number;
    }
END
    add_header X-Cache $jwt_issuer_cache always;
    location ~ ^/token/(.+)$ {
        jwt_issuer_token $1;
        jwt_issuer_require off;
    }
END2

for my $workers (1, 4) {
    my $nginx = Test::JWTIssuer::Server->new(@conf, workers => $workers,
                                             reuseport => $workers > 1);
    $nginx->start;

    my $made = sub { $nginx->logged(qr/jwt issuer signature made/) };
    my $before = $made->();

    # what a burst is like: how many statuses, tokens, signatures, workers; one
    # that outlasts the claims, as the machine is busy, is made once more with
    # other subjects, for % is another number then
    my $round = 0;
    my $like = sub {
        my (@paths) = @_;
        my (%status, %token, %worker, @answers);
        for (1 .. 5) {
            my $from = time;
            $before = $made->();
            $round++;
            @answers = burst($nginx, map { s/%/$round/r } @paths);
            last if time - $from < CLAIM;
            note("a burst took ", time - $from, ' s');
        }
        for my $answer (@answers) {
            $status{ $answer->{status} }++;
            $token{ $answer->{token} // '' }++;
            $worker{ $answer->{headers}{'x-worker'} }++;
        }
        my $now = $made->();
        my $like = { status => \%status, tokens => scalar keys %token,
                     signatures => $now - $before };
        $before = $now;
        is(keys %worker, $workers, "answers of $workers workers");
        return $like;
    };

    for my $service (qw( rsa ec slow )) {
        is_deeply($like->(("/token/$service?s=one%") x 500),
                  { status => { 200 => 500 }, tokens => 1, signatures => 1 },
                  "500 requests for one token: one signature, $service");
    }

    is_deeply($like->(map { "/token/rsa?s=$_-%" } 1 .. 500),
              { status => { 200 => 500 }, tokens => 500, signatures => 500 },
              '500 for different ones: each its own');

    is_deeply($like->(map { '/token/rsa?s=m%-' . $_ % 50 } 1 .. 500),
              { status => { 200 => 500 }, tokens => 50, signatures => 50 },
              'mixed: as many as there are tokens');

    is_deeply($like->(('/token/number?n=x%') x 100),
              { status => { 400 => 100 }, tokens => 1, signatures => 0 },
              'what cannot be signed is refused to all');

    my @answers = burst($nginx, (map { "/token/slow?s=q$_" } 1 .. 60),
                        map { "/token/ec?s=q$_" } 1 .. 60);
    is(grep({ $_->{status} == 200 } @answers), 120, 'slow ones and fast ones');

    # several workers share the processors with their threads
    if ($workers == 1) {
        my ($fast) = sort { $b->{place} <=> $a->{place} } @answers[60 .. 119];
        cmp_ok(scalar(grep { $_->{place} > $fast->{place} } @answers), '>', 10,
               'the fast ones did not wait for the slow');
    }

    is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0,
       'no error is logged');
    $nginx->stop;
}

done_testing();
