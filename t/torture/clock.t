# Somebody sets the clock, by an hour and by a day, ahead and back, or the machine
# sleeps for ten minutes, with a monotonic clock that sleeps, too, and with one that
# does not: tokens are of the new time at once, none that has ended or is of the
# future is handed out of the cache, and timers go on (F61).  Fails when zone_token_is_good() does not look
# at the time that a token was issued, when zone_token_is_newer() does not, so that
# nothing is kept until the clock is where it was, or when a rotation is timed by
# the clock that can be set.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Torture;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, http => <<'END',
    jwt_issuer_service demo { key file %KEYS%/p256.pem; lifetime 10m; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; lifetime 10m; reuse 90%; }
    jwt_issuer_service file { key file %DIR%/key.pem; refresh 1s; activate_after 1s; }
END
    server => <<'END');
    add_header X-Cache $jwt_issuer_cache always;
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

my $control = preload();
$nginx->put_key('ed25519.pem');
{
    my %env = preload_env();
    local @ENV{ keys %env } = values %env;
    $nginx->start;
}

my ($wrong, $asked, $ahead, $steps, $again, $slept) = (0, 0, 0, 0, 0, 0);
my @paths = map { ("/token?s=$_") x 6 } 'demo', 'rsa';
my %last = map { $_ => kids(($nginx->get("/token?s=$_"))[1]) } 'file';

for my $step ((3600, -3600, 86400, -86400, -7200, 7200) x rounds(1, 3)) {
    $ahead += $step;
    $steps++;
    $control->(seconds => $ahead);

    # nginx looks at the clock with its next event
    $nginx->get('/static') for 1 .. 4;

    my @answers = map { issued($nginx, $_) } @paths;
    $again += grep { $_->{cache} eq 'HIT' } @answers;
    look(@answers);
    rotate("the clock by $step s");
}

# the first one of each service, or two when the workers' clocks differ
cmp_ok($again, '>=', $asked * 2 / 3, "$again of them were handed out again");

# what was asked meanwhile is answered by who has slept

for my $monotonic ((0, 600) x rounds(1, 5)) {
    my @sleep = ($nginx->master, $nginx->workers);
    hold(@sleep);
    my $waiting = ask_all($nginx, @paths);
    $slept += $monotonic;
    $ahead += 600;
    $steps++;
    $control->(seconds => $ahead, slept => $slept);
    kill 'CONT', @sleep;
    look(collect($waiting));
    look(map { issued($nginx, $_) } @paths);
    rotate("600 s of sleep, $monotonic of them on the other clock");
}

is($wrong, 0, "$asked tokens are of the time that the clock says");
is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

figure(F61 => "$steps steps of the clock of up to a day, and sleeps of 10 minutes:"
       . " $asked tokens, 0 of another time; each time a key rotated behind it");

done_testing();


sub look {
    my $now = time + $ahead;
    $asked += @_;
    $wrong += grep {
        my $claims = $_->{claims} // { iat => 0, exp => 0 };
        abs($claims->{iat} - $now) > 30 || $claims->{exp} <= $now
            || abs($_->{expires_in} - 600) > 30;
    } @_;
}


# one key after the other

sub rotate {
    my ($what) = @_;
    my $old = $last{file};
    $nginx->put_key($steps % 2 ? 'ed25519-next.pem' : 'ed25519.pem');
    ok(wait_until(sub {
        ($last{file} = kids(($nginx->get('/token?s=file'))[1]) // '') ne $old }, 10),
       "$what: a rotation goes on");
}
