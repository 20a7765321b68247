# Memory is short for a moment: the n-th allocation of a worker fails while it
# answers, for each n until none is left to fail, and of the master while it reads
# its configuration.  There is an answer, an error or the end of that connection,
# never a crash; what is a token verifies; and the next request is answered as
# ever (F25).  Fails when a result of ngx_alloc(), of a pool or of OpenSSL is used
# without a look.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;
use Test::JWTIssuer::Peer qw( judge );

my $form = 'application/x-www-form-urlencoded';

# small pools: each allocation of a request may need one more
my $nginx = Test::JWTIssuer::Server->new(log => 'info', http => <<'END',
    request_pool_size 256;
    connection_pool_size 256;
    jwt_issuer_service ec { key file %KEYS%/p256.pem; subject $arg_s; jti on;
                            claim doc $arg_d json; audience a $arg_s; }
    jwt_issuer_service ed { key file %KEYS%/ed25519.pem; reuse off; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; reuse off; }
    jwt_issuer_service pss { key file %KEYS%/rsa3072.pem; algorithm PS256;
                             subject $arg_s; }
    jwt_issuer_service mac { key file %KEYS%/hmac64; algorithm HS512; reuse off; }
END
    server => <<'END');
    location = /token { jwt_issuer_token $arg_c; jwt_issuer_require off; }
    location = /post {
        jwt_issuer_token $jwt_issuer_form_audience;
        jwt_issuer_require off;
    }
    location = /jwks { jwt_issuer_jwks; }
    location = /status { jwt_issuer_status; }
    location = /i { jwt_issuer_inject $arg_c; proxy_pass http://127.0.0.1:%PORT%/up; }
    location = /up { return 200 "$http_authorization\n"; }
END

my $control = preload();
{
    my %env = preload_env();
    local @ENV{ keys %env } = values %env;
    $nginx->start;
}

my ($worker) = $nginx->workers;
$control->(pid => $worker);

# a new token each time where the cache would have it: %N% is another number

my @requests = (
    [ '/token?c=ec&s=%N%&d=[1,{}]' ], [ '/token?c=ec&s=kept&d=1' ],
    [ '/token?c=ed' ], [ '/token?c=rsa' ], [ '/token?c=pss&s=%N%' ],
    [ '/token?c=mac' ],
    [ '/post', ':method' => 'POST', 'Content-Type' => $form,
      ':body' => 'grant_type=client_credentials&audience=ed&x=' . 'y' x 3000 ],
    [ '/i?c=ed' ], [ '/i?c=rsa' ], [ '/jwks' ],
    (map { [ '/status', Accept => $_ ] }
        qw( application/json text/html text/plain;version=0.0.4 )),
    [ '/token?c=nobody' ],
);

my ($failed, $n, %tokens, %answers) = (0, 0);

for my $request (@requests) {
    my ($path, @more) = @$request;

    # all of them in the long form; in the short one fewer as they go on
    for (my $left = 1; $left < 3000;
         $left += rounds($left < 20 ? 1 : 1 + int $left / 8, 1))
    {
        $n++;
        my $before = $control->(left => $left)->{failed};
        my ($status, $body) = $nginx->get($path =~ s/%N%/$n/r, @more);
        my $now = $control->(left => 0);

        $answers{$status}++;
        $tokens{$_} = 1 for $body =~ /(ey[\w-]+\.[\w-]+\.[\w-]+)/g;

        last if $now->{failed} == $before;
        $failed++;
        last unless ($nginx->workers)[0] == $worker;

        # what OpenSSL keeps of a key for the next signature may be damaged
        next unless $path =~ m{^/token.c=(?!nobody)} && rand 4 < 1;
        ($status, $body) = $nginx->get($path =~ s/%N%/after$n/r);
        $answers{"$status behind it"}++;
        $tokens{$_} = 1 for $body =~ /(ey[\w-]+\.[\w-]+\.[\w-]+)/g;
    }
}

is_deeply([ $nginx->workers ], [ $worker ], "$failed failures, the same worker");
is_deeply([ grep { !/^(?:0|200|400|50[0234]|200 behind it)$/ } keys %answers ], [],
          'answers, errors, or the end of a connection')
    or diag explain \%answers;
cmp_ok($failed, '>', 150, 'many different ones have failed');

# HMAC's are nobody else's to verify
my $set = ($nginx->get('/jwks'))[1];
my @wrong = grep { !(judge($_, $set))[0] }
            grep { $_ !~ /^eyJhbGciOiJIUz/ } keys %tokens;
is(scalar @wrong, 0, keys(%tokens) . ' tokens were given, all verify')
    or diag join "\n", @wrong;

is(($nginx->get("/token?c=$_"))[0], 200, "$_: and then all is well")
    for qw( ec&s=1&d=1 ed rsa pss&s=1 mac );
is($nginx->logged(qr/exited on signal/), 0, 'no worker has crashed');

# ---- the configuration

my ($refused, $taken, %bad) = (0, 0);
my $file = $nginx->dir . '/nginx.conf';

for (my $left = 1; ; $left += rounds(1 + int $left / 8, 1 + int $left / 100)) {
    $control->(pid => -1, left => 0, failed => 0);
    my $how = check($left);
    last if !$control->()->{failed};
    $how == 0 ? $taken++ : $how == 256 ? $refused++ : $bad{$how}++;
}

$control->(pid => 0, left => 0);
is_deeply(\%bad, {}, 'nginx -t ends with 0 or 1 and not by a signal');
cmp_ok($refused, '>', 10, "$refused times refused, $taken times not needed");
expect_alert('\[emerg\]');
expect_alert('\[alert\].*(?:memory|alloc)');

figure(F25 => "$failed allocations of a worker and " . ($refused + $taken)
       . ' of a master failed one by one: no crash, ' . keys(%tokens)
       . ' tokens meanwhile, 0 wrong');

done_testing();


sub check {
    my ($left) = @_;
    my $pid = fork() // die "fork: $!\n";
    if (!$pid) {
        my %env = preload_env();
        @ENV{ keys %env } = values %env;
        open STDERR, '>', '/dev/null';
        $control->(left => $left);
        exec $nginx->command('-t', '-q') or exit 127;
    }
    waitpid $pid, 0;
    $control->(left => 0);
    return $?;
}
