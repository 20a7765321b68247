# What the thread pool is for, and what not: RSA signs there while the event loop
# goes on, other algorithms and "off" sign at once.  Without a place in the pool a
# request is answered 503 at once and not parked, and when there is one again all
# is well.  Fails when jwti_alg_is_slow() is not asked, or when a task that was
# not posted leaves its request parked.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my @fast = (map({ [ $_ => "$_.pem" ] } qw( p256 p384 p521 ed25519 )),
            [ hmac => 'hmac64', 'algorithm HS512;' ]);
my @slow = ([ rsa => 'rsa.pem' ], [ pss => 'rsa3072.pem', 'algorithm PS256;' ],
            [ rsa4096 => 'rsa4096.pem' ]);

my $services = join '', map { <<"END" } @fast, @slow;
    jwt_issuer_service $_->[0] {
        key file %KEYS%/$_->[1];
        subject s\$arg_s;
        reuse off;
        @{[ $_->[2] // '' ]}
    }
END

my $server = <<'END';
    add_header X-Cache $jwt_issuer_cache always;
    location ~ ^/token/(.+)$ {
        jwt_issuer_token $1;
        jwt_issuer_require off;
    }
    location = /up { return 200 $http_authorization; }
    location = /i {
        jwt_issuer_inject pss;
        proxy_pass http://127.0.0.1:%PORT%/up;
    }
END

my $nginx = Test::JWTIssuer::Server->new(http => $services,
                                         server => $server);

# in the debug log: what nginx's pool was given, what we say of it
sub counts {
    my ($what) = @_;
    my @like = (qr/task #\d+ added to thread pool/,
                qr/jwt issuer signature made/);
    my @before = map { $nginx->logged($_) } @like;
    $what->();
    my @now = map { $nginx->logged($_) } @like;
    return join ' ', map { $now[$_] - $before[$_] } 0, 1;
}

sub tokens {
    for my $one (@_) {
        my $answer = issued($nginx, "/token/$one->[0]");
        is($answer->{status}, 200, "$one->[0]: a token");
        is($answer->{cache}, 'BYPASS', "$one->[0]: made for this request");
    }
}

$nginx->start;

is(counts(sub { tokens(@fast) }), '0 5', 'fast ones are made at once');
is(counts(sub { tokens(@slow) }), '3 3', 'RSA in the pool that is there by itself');

# the event loop goes on: what came last is answered before all of what is slow

my @answers = burst($nginx, (map { "/token/rsa4096?s=$_" } 1 .. 60),
                    ('/static') x 20, map { "/token/p256?s=$_" } 1 .. 20);
is(grep({ $_->{status} == 200 } @answers), 100, 'slow ones beside others');
my ($last) = sort { $b <=> $a } map { $_->{place} } @answers[60 .. 99];
cmp_ok(scalar(grep { $_->{place} > $last } @answers[0 .. 59]), '>', 10,
       'which come later than those');

# more than may wait, whatever nginx's own queue has room for

$nginx->set(main => 'thread_pool small threads=1 max_queue=1;',
            http => "jwt_issuer_thread_pool small;\n$services")->reload;

@answers = burst($nginx, map { ("/token/pss?s=$_", "/i?s=$_") } 1 .. 800);
my @refused = grep { $_->{status} == 503 } @answers;
my @good = sort { $a->{place} <=> $b->{place} }
           grep { $_->{status} == 200 } @answers;

is(@refused + @good, 1600, 'too many: some are refused, the others are not');
cmp_ok(scalar @good, '>', 100, 'as many as can wait are not');
cmp_ok(scalar @refused, '>', 100, 'those beyond are');
is(grep({ ($_->{headers}{'retry-after'} // '') =~ /^\d+$/ } @refused),
   scalar @refused, 'with the time to come again');
my @json = grep { $_->{body} =~ /^\{"error":"temporarily_unavailable",/ }
           @refused;
cmp_ok(scalar @json, '>', 50, 'and an error in JSON');
is(grep({ ($_->{headers}{'cache-control'} // '') eq 'no-store' } @json),
   scalar @json, 'not to be stored');
cmp_ok(scalar(grep { $_->{place} < $good[-1]{place} } @refused), '>', 100,
       'at once, not when the others are done');
is(issued($nginx, '/token/rsa4096')->{status}, 200, 'then all is well');
is(counts(sub { tokens(@slow) }), '3 3', 'in the pool');

# off

$nginx->set(main => '', http => "jwt_issuer_thread_pool off;\n$services")
      ->reload;
is(counts(sub { tokens(@fast, @slow) }), '0 8', 'off: all are made at once');

# what nginx -t says

for my $case ([ 'nobody', 'unknown thread pool "nobody" in' ],
              [ 'off', undef ], [ 'default', undef ],
              map { [ $_, '"jwt_issuer_thread_pool" directive is'
                          . ' duplicate in' ] }
              map { join ";\njwt_issuer_thread_pool ", split / / }
              'off default', 'default off', 'default default', 'off off')
{
    my ($value, $says) = @$case;
    $nginx->set(http => "jwt_issuer_thread_pool $value;\n$services");
    my ($status, $said) = $nginx->run('-t');
    is($status, defined $says ? 1 : 0, "nginx -t: $value");
    like($said, qr/\[emerg\].*\Q$says\E/, 'with the reason') if defined $says;
}

expect_alert('\[emerg\].*(unknown thread pool "nobody"'
             . '|"jwt_issuer_thread_pool" directive is duplicate)');

done_testing();
