# What the status says is what happened: each request is counted once, in the
# service it was for, by all workers together, and over reloads (O1).  Fails when
# a count is left out in _mint.c, _inject.c, _require.c or _answer.c, when
# _zone_stats.c keeps it in a worker, or when another definition of a service
# begins at zero.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use Test::More;
use Test::JWTIssuer::Server;

my $services = <<'END';
    jwt_issuer_service demo { key file %KEYS%/rsa.pem; }
    jwt_issuer_service fresh {
        key file %KEYS%/p256.pem;
        environment dev;
        reuse off;
        subject $arg_sub;
    }
    jwt_issuer_service late { key secretsmanager secret=late; }
    jwt_issuer_aws {
        region eu-central-1;
        endpoint http://127.0.0.1:1;
        credentials env;
    }
    jwt_issuer_wait 0;
END

my $nginx = Test::JWTIssuer::Server->new(workers => 4, reuseport => 1,
    http => $services, server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require $arg_ok; }
    location = /up { return 200 "up\n"; }
    location /api/ {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:%PORT%/up?;
    }
    location = /status { jwt_issuer_status; }
END

$ENV{AWS_ACCESS_KEY_ID} = 'AKIDEXAMPLE';
$ENV{AWS_SECRET_ACCESS_KEY} = 'not-used-by-anybody';

$nginx->start;

sub status {
    my ($code, $body) = $nginx->get('/status');
    my $status = JSON::PP::decode_json($body);
    my %service = map { $_->{name} => $_ } @{ $status->{services} };
    return ($status, \%service);
}

sub counters {
    my ($name) = @_;
    my %counted = %{ (status())[1]{$name}{counters} };
    delete @counted{qw( fetched not_fetched )};
    return { map { $counted{$_} ? ($_ => $counted{$_}) : () } keys %counted };
}

is_deeply(counters('demo'), {}, 'nothing is counted at first');

my %worker;
for (1 .. 12) {
    my ($code, undef, $headers) = $nginx->get('/token?s=demo&ok=1');
    $worker{ $headers->{'x-worker'} } = 1;
    $nginx->get('/api/') if $_ <= 5;
    $nginx->get('/token?s=fresh&ok=1&sub=a') if $_ <= 7;
}

cmp_ok(scalar(keys %worker), '>', 1, 'more than one worker has answered');
is_deeply(counters('demo'), { minted => 1, reused => 16, injected => 5 },
          'signed once, reused by the token location and by injection');
is_deeply(counters('fresh'), { minted => 7 }, 'without reuse each is signed');

my (undef, $service) = status();
my $times = $service->{fresh}{sign_duration};
is($times->{count}, 7, 'each signature has its time');
is($times->{buckets}[-1]{count}, 7, 'in one of the buckets');
cmp_ok($times->{sum}, '>', 0, 'which took some time');
is($service->{demo}{sign_duration}{count}, 1,
   'so has one that was made in a thread');

$nginx->get('/token?s=demo') for 1 .. 2;
$nginx->get('/token?s=nobody&ok=1') for 1 .. 3;
$nginx->get('/token?s=nobody');
$nginx->get('/token?s=fresh&ok=1') for 1 .. 4;
$nginx->get('/token?s=late&ok=1');

is(counters('demo')->{denied}, 2, 'refused by jwt_issuer_require');
is(counters('fresh')->{bad_value}, 4, 'refused for an empty subject');
is(counters('late')->{no_key}, 1, 'refused without a key');
is((status())[0]{unknown_service}, 3, 'asked for no service');

# HEAD mints nothing and is counted nowhere
my $before = counters('demo');
$nginx->get('/token?s=demo&ok=1', ':method' => 'HEAD');
is_deeply(counters('demo'), $before, 'HEAD counts nothing');

cmp_ok((status())[0]{cached_tokens}, '>=', 1, 'a token is kept');

# ---- over a reload

my %kept = map { $_ => counters($_) } qw( demo fresh late );
my $seconds = (status())[1]{fresh}{sign_duration}{sum};

$nginx->reload;
is_deeply({ map { $_ => counters($_) } qw( demo fresh late ) }, \%kept,
          'a reload keeps all counts');
is((status())[1]{fresh}{sign_duration}{sum}, $seconds, 'and all times');
is((status())[0]{unknown_service}, 3, 'and that of no service');

$nginx->set(http => $services =~ s/rsa\.pem/p384.pem/r)->reload;
is_deeply(counters('demo'), $kept{demo}, 'so does one with another key source');

$nginx->get('/token?s=demo&ok=1');
is(counters('demo')->{minted}, 2, 'from where the counts go on');

# a definition that no configuration has used before starts from the others'

$nginx->set(http => $services . 'unknown_directive;');
$nginx->signal('HUP');
wait_until(sub { $nginx->logged(qr/unknown directive/) }, 5);
$nginx->set(http => $services)->reload;
is(counters('demo')->{minted}, 2, 'a failed reload in between loses nothing');

expect_alert(qr/unknown directive/);

done_testing();
