# "Fetch all keys now" with many files reads a few at a time: the worker that does
# it answers requests in between.  Fails when operate_handler() asks for all of
# them at once.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use Test::More;
use Test::JWTIssuer::Server;

my $many = 240;

my $nginx = Test::JWTIssuer::Server->new(log => 'notice',
    http => join('', map { <<"END" } 1 .. $many), server => <<'END2');
    jwt_issuer_service s$_ { key file %DIR%/key.pem; refresh 1d; stale 2d; }
END
    location = /status { jwt_issuer_status; jwt_issuer_require off; }
END2

$nginx->put_key('ed25519.pem');
$nginx->start;

# of how many services the source has answered since the start

sub fetched {
    open my $out, '-|', 'curl', '-sS', 'http://127.0.0.1:' . $nginx->port
                                       . '/status' or die "curl: $!\n";
    local $/;
    my $services = JSON::PP::decode_json(<$out>)->{services};
    return scalar grep { $_->{counters}{fetched} } @$services;
}

is(fetched(), 0, 'the master has read them, nobody else');
is(($nginx->get('/status', ':method' => 'POST', ':body' => 'action=refresh',
                'Content-Type' => 'application/x-www-form-urlencoded'))[0],
   202, 'all are asked for');

my %seen;
ok(wait_until(sub { my $n = fetched(); $seen{$n} = 1; return $n == $many }, 30),
   'all are fetched');
cmp_ok(scalar(grep { $_ > 0 && $_ < $many } keys %seen), '>', 0,
       'requests are answered before the last one is');

done_testing();
