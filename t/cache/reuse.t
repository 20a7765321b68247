# The same token is handed out while its share lasts, with an expires_in that is
# true, and $jwt_issuer_cache says so; reuse off makes a new one each time; what
# is not the same input is not the same token, whoever asks, in whatever form.
# Fails when expires_in is the lifetime, when HEAD mints, or when the cache's key
# leaves out the service, its environment, a value of the location, or where one
# audience ends.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Time::HiRes qw( time );

my $open = 'jwt_issuer_require off; add_header X-Cache $jwt_issuer_cache'
           . ' always;';

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<"END2");
    log_format cache '$uri $jwt_issuer_cache';
    jwt_issuer_service demo {
        key file %KEYS%/p256.pem;
        subject s$arg_s;
        jti on;
    }
    jwt_issuer_service off {
        key file %KEYS%/p256.pem;
        reuse off;
        jti on;
    }
    jwt_issuer_service two {
        key file %KEYS%/ed25519.pem;
        subject x;
        audience $arg_a $arg_b;
    }
    jwt_issuer_service env { environment one; key file %KEYS%/p256.pem; }
    jwt_issuer_service env { environment two; key file %KEYS%/p256.pem; }
    jwt_issuer_service twin { key file %KEYS%/p256.pem; subject env; }
END
    access_log %DIR%/logs/cache cache;
    location = /demo { jwt_issuer_token demo; $open }
    location = /jwt { jwt_issuer_token demo format=jwt; $open }
    location = /off { jwt_issuer_token off; $open }
    location = /two { jwt_issuer_token two; $open }
    location = /env { jwt_issuer_token env environment=\$arg_e; $open }
    location = /twin { jwt_issuer_token twin; $open }
    location = /own {
        jwt_issuer_token two subject=\$arg_s audience=\$arg_a;
        $open
    }
    location = /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:%PORT%/up;
    }
    location = /up { return 200 \$http_authorization; }
END2

$nginx->start;

sub ask { return issued($nginx, @_) }

my $first = ask('/demo');
is($first->{cache}, 'MISS', 'the first one is made');
is($first->{expires_in}, 600, 'for all of its lifetime');

ok(wait_until(sub { int(time) > $first->{claims}{iat} }), 'a second later');
my $second = ask('/demo');
is($second->{cache}, 'HIT', 'the next one is the one before');
is($second->{token}, $first->{token}, 'to the last byte');
is($second->{claims}{jti}, $first->{claims}{jti}, 'with its jti');
cmp_ok($second->{expires_in}, '<', 600, 'and less of its life left');
cmp_ok($second->{expires_in}, '>=', $second->{claims}{exp} - int(time),
       'as much as there is');
cmp_ok($second->{expires_in}, '<=',
       $second->{claims}{exp} - int $second->{asked}, 'and no more');

my ($status, $body, $headers) = $nginx->get('/jwt');
is($body, $first->{token}, 'in another form');
is($headers->{'x-cache'}, 'HIT', 'it is a hit too');
($status, $body) = $nginx->get('/i');
is($body, "Bearer $first->{token}", 'and so it is for injection');

is((ask('/demo', ':method' => 'HEAD'))->{status}, 200, 'HEAD');
is(ask('/demo?s=h', ':method' => 'HEAD')->{status}, 200, 'HEAD of another');
is(ask('/demo?s=h')->{cache}, 'MISS', 'mints nothing');
is(ask('/demo?s=h')->{cache}, 'HIT', 'GET does');

# off

my ($one, $other) = map { ask('/off') } 1, 2;
is($_->{cache}, 'BYPASS', 'reuse off') for $one, $other;
isnt($one->{token}, $other->{token}, 'another one');
isnt($one->{claims}{jti}, $other->{claims}{jti}, 'with another jti');
ok(wait_until(sub { ask('/off')->{claims}{rnd} > $one->{claims}{rnd} }),
   'and a later rnd');

# differences

sub differ {
    my ($name, @paths) = @_;
    my @answers = map { ask($_) } @paths, @paths;
    my %tokens = map { ($_->{token} // '') => 1 } @answers;
    is_deeply([ map { $_->{cache} } @answers ],
              [ ('MISS') x @paths, ('HIT') x @paths ], "$name: each is made");
    is(keys %tokens, @paths, "$name: each once");
    return @answers;
}

my @aud = differ('audiences', '/two?a=a&b=bc', '/two?a=ab&b=c',
                 '/two?a=abc&b=%20', '/two?a=bc&b=a');
is_deeply($aud[0]{claims}{aud}, [ 'a', 'bc' ], 'the audiences asked for');
is_deeply($aud[5]{claims}{aud}, [ 'ab', 'c' ], 'and those of the next one');

differ('values of the location', '/own?s=a&a=bc', '/own?s=ab&a=c',
       '/own?s=bc&a=a');
my @env = differ('environments', '/env?e=one', '/env?e=two');
is($env[0]{claims}{sub}, 'env', 'of one name');

my $twin = ask('/twin');
is($twin->{cache}, 'MISS', 'another service with the same key and subject');
is($twin->{header}{kid}, $env[0]{header}{kid}, 'the same key');

my $log = '';
wait_until(sub {
    open my $in, '<', $nginx->dir . '/logs/cache' or return;
    local $/;
    $log = <$in>;
    return $log =~ m{^/off BYPASS$}m;
});
like($log, qr{^/demo MISS\n(?:/\w+ .*\n)*/demo HIT\n}m, 'the variable in a log');
like($log, qr{^/i HIT$}m, 'of an injection');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

done_testing();
