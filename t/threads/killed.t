# A worker that stands still, or is killed, while it makes tokens that others wait
# for holds nobody up for long: they make them themselves, and do not keep looking
# for it meanwhile.  Fails when a claim on a token does not end by itself, or when
# the one on a token that was good once does not end with its worker.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_service slow {
        key file %KEYS%/rsa4096.pem;
        subject $arg_s;
        lifetime 50s;
        reuse 2%;
    }
END
    server => <<'END');
    location = /token { jwt_issuer_token slow; jwt_issuer_require off; }
END

sub statuses {
    my %status;
    $status{ $_->{status} }++ for @_;
    return \%status;
}

# a worker alone has begun what is asked for: a signature is made, and of the
# others it has said that it makes them
sub begun {
    my ($one, $other, @paths) = @_;
    my $made = $nginx->logged(qr/signature made/);
    hold($other);
    my $asked = ask_all($nginx, @paths);
    ok(wait_until(sub { $nginx->logged(qr/signature made/) > $made }),
       'a worker has begun');
    return $asked;
}

$nginx->start;
expect_alert('exited on signal 9');

my ($one, $other) = $nginx->workers;
my @paths = map { "/token?s=still$_" } 1 .. 40;

my $first = begun($one, $other, @paths);
hold($one);
kill 'CONT', $other;
my @answers = collect(ask_all($nginx, @paths));
is_deeply(statuses(@answers), { 200 => 40 },
          'it stands still: another one makes all its tokens');
is_deeply([ keys %{ { map { $_->{headers}{'x-worker'} => 1 } @answers } } ],
          [ $other ], 'itself');

kill 'CONT', $one;
my %late = %{ statuses(collect($first)) };
is(($late{200} // 0) + ($late{503} // 0), 40, 'its own clients are answered');
is_deeply(statuses(burst($nginx, @paths)), { 200 => 40 }, 'then all is well');

@paths = map { "/token?s=killed$_" } 1 .. 40;

$first = begun($one, $other, @paths);
kill 'KILL', $one;
kill 'CONT', $other;
is_deeply(statuses(collect(ask_all($nginx, @paths))), { 200 => 40 },
          'it is killed: others make all its tokens');
collect($first);
ok(wait_until(sub { $nginx->workers == 2 }), 'and it has a successor');
is_deeply(statuses(burst($nginx, @paths)), { 200 => 40 }, 'then all is well');

# the same where there is a token in each place, whose share is over

($one, $other) = $nginx->workers;
my $over = time + 2;
wait_until(sub { time > $over });

my $looks = $nginx->logged(qr/event timer add: -1: 1:/);

$first = begun($one, $other, @paths);
kill 'KILL', $one;
kill 'CONT', $other;
is_deeply(statuses(collect(ask_all($nginx, @paths))), { 200 => 40 },
          'it is killed over old tokens: others make new ones');
cmp_ok($nginx->logged(qr/event timer add: -1: 1:/) - $looks, '<', 400,
       'and looked for them a few times');
collect($first);
ok(wait_until(sub { $nginx->workers == 2 }), 'it has a successor');

done_testing();
