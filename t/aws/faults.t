# The fault server fails in every way it knows, one service for each fault, all
# at once: the key of before goes on signing, a static location of the same
# worker (there is only one) is answered all the while without delay, the log
# tells each change of state once, and when the fault is over the key is fetched
# again without a reload.
#
# Fails when an answer is waited for without end, when a fault is taken for a
# key, when a failed fetch takes the key away or is never tried again, when each
# retry is logged, when a redirect is followed.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::More;
use Time::HiRes qw( time );

my $aws = fault_server();
my $public = $aws->ask(secret => name => 'x/dev', generate => 'P-256')
             ->{public_pem};

# service => [ the fault, what the log says; or what happens to the secret ]

my $error = sub { return { error => $_[0], @_[1 .. $#_] } };
my $get = 'secretsmanager.GetSecretValue';

my %fault = (
    slowfirst => [ { delay => 30 }, qr/timed out/ ],
    slowheaders => [ { drip_headers => 0.05 }, qr/timed out/ ],
    slowbody => [ { drip => 0.02 }, qr/timed out/ ],
    endlessheader => [ { endless_header => JSON::PP::true() },
                       qr/timed out|too long|the request failed/ ],
    cutbefore => [ { cut => 'before' }, qr/closed too early/ ],
    cutheaders => [ { cut => 'headers' }, qr/closed too early/ ],
    cutmid => [ { cut => 'mid' }, qr/closed too early/ ],
    resetbefore => [ { cut => 'before', reset => JSON::PP::true() },
                     qr/closed too early/ ],
    resetmid => [ { cut => 'mid', reset => JSON::PP::true() },
                  qr/closed too early/ ],
    cutchunked => [ { cut => 'mid', chunked => JSON::PP::true() },
                    qr/closed too early/ ],
    status500 => [ $error->('InternalServiceError'), qr/InternalServiceError/ ],
    status503 => [ { status => 503, body => 'busy' }, qr/HTTP status 503/ ],
    html => [ { status => 503, content_type => 'text/html',
                body => '<html><h1>Service Unavailable</h1></html>' },
              qr/HTTP status 503/ ],
    html200 => [ { content_type => 'text/html',
                   body => '<html><h1>Welcome</h1></html>' },
                 qr/no JSON object/ ],
    throttled => [ $error->('ThrottlingException'), qr/ThrottlingException/ ],
    denied => [ $error->('AccessDeniedException'), qr/AccessDeniedException/ ],
    expired => [ $error->('ExpiredTokenException'), qr/ExpiredTokenException/ ],
    decrypt => [ $error->('DecryptionFailure'), qr/DecryptionFailure/ ],
    prefixed => [ $error->('InternalServiceError', form => 'prefixed'),
                  qr/InternalServiceError/ ],
    inheader => [ $error->('AccessDeniedException', form => 'header'),
                  qr/AccessDeniedException/ ],
    wrongjson => [ { body => '{"ARN": "x", "SecretString": "' },
                   qr/no JSON object/ ],
    array => [ { body => '[1, 2]' }, qr/no JSON object|VersionId|no value/ ],
    truncated => [ { truncate => 60 }, qr/no JSON object/ ],
    nesting => [ { repeat => [ '[', 100_000 ] }, qr/no JSON object/ ],
    tenmb => [ { repeat => [ 'x' x 1024, 10_240 ] }, qr/too long|too large/ ],
    nostring => [ { fields => { SecretString => undef } }, qr/no value/ ],
    wrongtype => [ { fields => { SecretString => 17 } }, qr/not fetched/ ],
    noversion => [ { fields => { VersionId => 'x y' } }, qr/VersionId/ ],
    redirect => [ { redirect => 302 }, qr/HTTP status 302/ ],
    redirect307 => [ { redirect => 307 }, qr/HTTP status 307/ ],
    nofield => [ { json_map => { other => 'x', more => 'y' } },
                 qr/the secret has no field "private_key".*other/ ],
    numberfield => [ { json_map => { private_key => 5 } }, qr/is no string/ ],
    emptyfield => [ { json_map => { private_key => '' } }, qr/is empty/ ],
    notkey => [ { json_map => { private_key => 'hunter2-hunter2-hunter2' } },
                qr/not fetched/ ],
    public => [ { json_map => { private_key => $public } },
                qr/not fetched/ ],
    weak => [ { generate => 'RSA1024' }, qr/2048|too short/ ],
    hmac => [ { string => 'x' x 64 }, qr/not fetched/ ],
    empty => [ { empty => JSON::PP::true() }, qr/no value|ResourceNotFound/ ],
    deleted => [ 'delete', qr/InvalidRequestException|ResourceNotFound/ ],
    gone => [ 'force', qr/ResourceNotFoundException/ ],
);

# a wrong content type or form alone is no fault

my %fine = (
    plaintext => { content_type => 'text/plain' },
    chunked => { chunked => JSON::PP::true() },
    lastcut => { cut => 'after' },
    kept => { keepalive => JSON::PP::false() },
);

my @names = sort keys %fault;
my %version;

secret($_, generate => 'P-256') for @names, keys %fine;
$aws->ask(service => cluster => 'dev-ledger', service => 'dev-ledger',
          generate => 'P-256');

my $nginx = nginx(env => { key_env() }, http => <<"END");
jwt_issuer_zone keys:8m;
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]};
                 timeout 900ms; connect_timeout 500ms; }
jwt_issuer_defaults { refresh 1s; stale 5m; activate_after 0; }
jwt_issuer_service ledger { key ecs; }
@{[ map { "jwt_issuer_service $_ { key secretsmanager; }\n" } @names, keys %fine ]}
END

wait_for('all keys are fetched', 15, sub {
    $nginx->log('is the current one') == 1 + @names + keys %fine;
}) or diag $nginx->log('\[error\]');

my %kid = map { $_ => $nginx->kid($_) } @names, keys %fine, 'ledger';

# everything breaks

$nginx->mark;
my $probe = probe($nginx, '/static');

for my $name (@names) {
    my $what = $fault{$name}[0];

    if (!ref $what) {
        $aws->ask(delete => name => "$name/dev",
                  force => $what eq 'force' ? JSON::PP::true()
                                            : JSON::PP::false());
    } elsif (grep { exists $what->{$_} } qw( json_map generate string empty )) {
        secret($name, %$what);
    } else {
        $aws->ask(fault => action => $get, key => "$name/dev",
                  times => 'always', %$what);
    }
}
$aws->ask(fault => action => $get, key => "$_/dev", times => 'always',
          %{ $fine{$_} }) for keys %fine;
$aws->ask(fault => action => 'ecs.*', times => 'always',
          error => 'ServerException');

wait_for('each fault is noticed', 40, sub {
    my %told = map { /jwt service: "(\w+)\/dev"/ ? ($1 => 1) : () }
               $nginx->log('key is not fetched');
    return keys %told == 1 + @names;
}) or do {
    my $log = join '', $nginx->log('key is not fetched');
    diag 'not noticed: ', grep { $log !~ /"$_\/dev"/ } @names;
};

# and goes on for a while

my $before = $aws->count($get);
wait_for('each is tried again', 15, sub {
    $aws->count($get) > $before + 2 * @names;
});

for my $name (@names) {
    my @lines = $nginx->log("jwt service: \"$name/dev\"");
    is(scalar @lines, 1, "$name: one line in the log");
    like($lines[0] // '', $fault{$name}[1], "$name: what failed");
    is($nginx->kid($name), $kid{$name}, "$name: the key of before signs");
}

is($nginx->kid('ledger'), $kid{ledger}, 'ecs: the key of before signs');
like(join('', $nginx->log('jwt service: "ledger/dev"')), qr/ServerException/,
     'ecs: the log tells what failed');
is(join('', $nginx->log("jwt service: \"(?:@{[ join '|', keys %fine ]})/")), '',
   'what is no fault is no failure');
is($nginx->judge($_), '', "$_: verifies during the fault")
    for qw( slowbody tenmb deleted ledger );

my ($worst, $requests, $bad) = $probe->stop;
cmp_ok($requests, '>', 100,
       "the same worker answers meanwhile: $requests requests, at most $worst ms");
is($bad, 0, 'all of them');
is($aws->count('redirect.Hit'), 0, 'no redirect was followed');

# everything is well again

$aws->ask('clear');
for my $name (@names) {
    my $what = $fault{$name}[0];
    if ($what eq 'delete') {
        $aws->ask(restore => name => "$name/dev");
    } elsif (ref $what && !$version{$name}[1]) {
        next;
    } elsif (ref $what) {
        $aws->ask(stage => name => "$name/dev", stage => 'AWSCURRENT',
                  version => $version{$name}[0]);
    } else {
        secret($name, generate => 'P-256');
    }
}

wait_for('all keys are fetched again, without a reload', 15, sub {
    $nginx->log('key is fetched again after \d+ failure') == 1 + @names;
}) or do {
    my $log = join '', $nginx->log('key is fetched again');
    diag 'not fetched again: ', join ' ', grep { $log !~ /"$_\/dev"/ } @names;
};

my @changed = grep { $_ ne 'gone' && $nginx->kid($_) ne $kid{$_} } @names;
is("@changed", '', 'with the keys of before');
is($nginx->judge('gone'), '', 'or with a new one');
is(scalar $nginx->log('key is not fetched'), 1 + @names,
   'one line for each failure in all');

# throttling is respected: with x-amz-retry-after as long as that says

$nginx->mark;
$aws->ask('forget');
$aws->ask(fault => action => $get, key => 'throttled/dev', times => 2,
          error => 'ThrottlingException', retry_after => 1200);
wait_for('throttled twice, then answered', 10, sub {
    my @log = entries('throttled/dev');
    my ($last) = grep { throttled($log[-$_]) } 1 .. @log;
    return $last && $last > 1 && 2 == grep { throttled($_) } @log;
});
my @log = entries('throttled/dev');
my ($one) = grep { throttled($log[$_]) } 0 .. $#log;
cmp_ok($log[$one + 1]{time} - $log[$one]{time}, '>', 1.15,
       'x-amz-retry-after is waited for');
is(scalar $nginx->log('throttled/dev'), 0,
   'two more attempts are nothing to log');

# not for a thousand years: as long as a request is worth waiting for

my %long = ('throttled/dev' => [ 'ThrottlingException', 1_000_000_000_000 ],
            'status500/dev' => [ 'InternalServiceError', 999_999_999_999_999_999 ]);
$aws->ask('forget');
$aws->ask(fault => action => $get, key => $_, times => 1,
          error => $long{$_}[0], retry_after => $long{$_}[1]) for keys %long;
for my $key (sort keys %long) {
    wait_for("$key: x-amz-retry-after $long{$key}[1] ms: it goes on", 40, sub {
        my @log = entries($key);
        my ($first) = grep { ($log[$_]{error} // '') eq $long{$key}[0] } 0 .. $#log;
        return defined $first
               && grep { ($_->{status} // 0) == 200 } @log[$first + 1 .. $#log];
    });
}

# the clock an hour off, either way: signed with the time of AWS

for my $hours (1, -1) {
    my $side = $hours > 0 ? 'behind' : 'ahead of';

    $nginx->mark;
    $probe = probe($nginx, '/static');
    $aws->ask(clock => offset => $hours * 3600);

    wait_for("clock $hours h: said in the log", 15, sub {
        $nginx->log('the clock is \d+ seconds');
    });
    like(($nginx->log('the clock is'))[0] // '',
         qr/clock is (?:3599|360\d) seconds $side the one of AWS/, 'which way');

    my $clock = clock_of();
    ok($clock->{wrong}, 'the status says so, too');
    cmp_ok(abs($clock->{behind} - $hours * 3600), '<=', 2, 'by how much');

    my $good = good();
    wait_for('fetches go on', 6, sub { good() > $good + @names });
    is($nginx->judge('html'), '', 'the key signs');

    # answers that were under way may come last and say the time before
    my $said = () = $nginx->log('the clock is \d+ seconds');
    cmp_ok($said, '<=', 6, "a warning, not one for each fetch: $said");

    $aws->ask(clock => offset => 0);
    wait_for('the clock is right again', 15, sub {
        $nginx->log('the clock is right again');
    });
    wait_for('nor does the status say so any more', 15, sub { !clock_of()->{wrong} });
    is(join('', $nginx->log('key is not fetched')), '', 'no fetch failed');
    ($worst, $requests, $bad) = $probe->stop;
    is($bad, 0, "the worker answers: $requests requests, at most $worst ms");
}

# answers with a wrong signature time are the fault server's own judgement

my $refused = $aws->ask('counts')->{refused};
my $signature = delete $refused->{InvalidSignatureException} // 0;
is_deeply($refused, {}, 'nothing else was refused');
cmp_ok($signature, '<=', 4 * 12,
       "$signature requests were under way when the clock was changed");
finish(InvalidSignatureException => $signature);


# of so many services the status comes in chunks

sub clock_of {
    open my $out, '-|', 'curl', '-sS',
        "http://127.0.0.1:$nginx->{port}/status" or die "curl: $!\n";
    local $/;
    return JSON::PP::decode_json(<$out>)->{clock};
}


sub secret {
    my ($name, @what) = @_;
    my $made = $aws->ask(secret => name => "$name/dev", @what);
    push @{ $version{$name} }, $made->{version};
}


sub entries {
    my ($key) = @_;
    return grep { ($_->{key} // '') eq $key }
           @{ $aws->ask(log => action => $get)->{log} };
}


sub throttled {
    return ($_[0]{error} // '') eq 'ThrottlingException';
}


# requests that were answered well

sub good {
    return scalar grep { ($_->{status} // 0) == 200 }
           @{ $aws->ask(log => action => $get)->{log} };
}
