# A cache that is far too small for what goes through it costs speed and nothing
# else: thousands of subjects over four workers in a zone of 64k (10^5 requests in
# the long form), all with the right token, no error, no growing worker; and with
# a reload and a killed worker meanwhile.  Afterwards it caches as before.  Fails when nothing is pushed out, or when what
# is pushed out stays in the tree.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Torture;

my ($warm, $many) = map { $_ * rounds(1, 4) } 3750, 11_250;
my $again = rounds(20_000, 40_000);

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    log => 'info',
    http => <<'END' . subjects_service(), server => <<'END2');
    jwt_issuer_zone small:64k;
    keepalive_requests 1000000;
END
    add_header X-Cache $jwt_issuer_cache always;
    location = /query {
        jwt_issuer_token ledger;
        jwt_issuer_require off;
    }
    location = /jwks { jwt_issuer_jwks; }
END2

$nginx->start;

sub all_good {
    my ($seen, $requests) = @_;
    is($seen->{answers} + $seen->{lost}, $requests, 'requests');
    is_deeply($seen->{wrong}, [], 'each with the token it asked for');
    is_deeply($seen->{unverified}, [], 'with a good signature');
    is_deeply($seen->{shared}, [], 'of its own');
    is_deeply($seen->{instead}, [], 'none with an error');
}

sub rss {
    my $sum = 0;
    $sum += $nginx->rss($_) for $nginx->workers;
    return $sum;
}

my @how = ('processes=2', 'connections=8', 'sample=20');

all_good(client($nginx, 'property.py', @how, 'subjects=warm',
                "requests=$warm"), $warm);
my @before = $nginx->workers;
my $rss = rss();

my $seen = client($nginx, 'property.py', @how, 'subjects=many',
                  "requests=$many");
all_good($seen, $many);
is($seen->{lost}, 0, 'no connection ended');
is($seen->{cache}{HIT} // 0, 0, 'none was there before');

# a token for each request would be 7 MB
cmp_ok(rss() - $rss, '<', 4000 * ($ENV{JWT_ISSUER_RSS_FACTOR} // 1),
       'kB more in four workers');
is_deeply([ $nginx->workers ], \@before, 'the same ones');

# a reload, and workers that are killed

expect_alert('exited on signal 9');
my $client = client_start($nginx, 'property.py', @how, 'again=1',
                          'subjects=again', "requests=$again");

for my $round (1 .. 3) {
    my @workers = $nginx->workers;
    $nginx->signal('KILL', $workers[$round]);
    wait_until(sub {
        my @now = $nginx->workers;
        return @now == 4 && !grep { $_ == $workers[$round] } @now;
    }, 10) or fail('a killed worker is not replaced');
    $nginx->reload;
}

$seen = client_end($client);
all_good($seen, $again);
cmp_ok($seen->{answers}, '>', $again * 3 / 4, 'most were answered all the same');

# and all is well

my @query = map { "/query?sub=$_&aud=a&num=1&flag=true&doc=1" } 1 .. 5;
my @first = map { issued($nginx, $_) } @query;
my %workers;
for (1 .. 8) {
    for my $i (0 .. 4) {
        my $answer = issued($nginx, $query[$i]);
        $workers{ $answer->{headers}{'x-worker'} }++;
        fail('another token') if $answer->{token} ne $first[$i]{token};
        fail("cache $answer->{cache}") if $answer->{cache} ne 'HIT';
    }
}
is(keys %workers, 4, 'all workers have tokens from the cache');

is($nginx->logged(qr/\[(?:error|crit|emerg)\]/), 0, 'no error is logged');
is($nginx->logged(qr/\[alert\](?!.*exited on signal 9)/), 0, 'no alert is');

done_testing();
