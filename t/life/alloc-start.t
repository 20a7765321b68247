# Memory runs out while nginx starts and while it reloads: each allocation of
# the module fails once.  A start ends with an error or succeeds and hands out
# good tokens; after a reload the workers before it go on, or those after it
# have taken over; the next reload succeeds, keys are as before.  Fails when a
# result of an allocation is not looked at, when the zone's lock stays, when a
# record is left half made.
#
# Memory that is short when a worker has just begun ends that worker, as nginx's
# own code does, and nginx starts no other one for it: there a reload is needed.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Alloc;
use Test::JWTIssuer::Keys;
use Test::More;
use Time::HiRes qw( sleep time );

my $alloc = Test::JWTIssuer::Alloc->new(work_dir());
my $aws = fault_server();
my $keys = Test::JWTIssuer::Keys::folder();

$aws->ask(secret => name => 'core/dev', generate => 'P-256');

my %conf = (
    main => 'thread_pool default threads=2;',
    env => { key_env(), $alloc->env, A_KEY => slurp("$keys/p384.pem") },
    http => <<"END",
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { issuer \$host; audience one two; claim a \$host;
                      scope "a b"; }
jwt_issuer_service core { key secretsmanager; }
jwt_issuer_service file { key file $keys/p256.pem; }
jwt_issuer_service old { key file $keys/p256.sec1; header a b; }
jwt_issuer_service okp { key file $keys/ed25519.b64; subject me; }
jwt_issuer_service rsa { key file $keys/rsa.der; }
jwt_issuer_service env { key env A_KEY; algorithm ES384; }
jwt_issuer_service hmac { key file $keys/hmac32; algorithm HS256; }
jwt_issuer_service task { key ecs cluster=dev-core service=task; }
jwt_issuer_service live { key file $keys/rsa4096.pem; environment live;
                          issuer https://x.test; }
map \$host \$caller { default me; }
END
    server => <<'END');
location = /i { jwt_issuer_inject file environment=dev header=X-Token;
                return 204; }
location = /some { jwt_issuer_jwks file okp environment=dev; }
location = /state { jwt_issuer_status; jwt_issuer_require $caller; }
location = /about { jwt_issuer_metadata https://x.test token=/t auth=none; }
location = /s { jwt_issuer_inject file environment=dev scheme=Token;
                return 204; }
END

# starts, in the foreground of a test of the configuration

my $try = nginx(%conf, wait => 1);
my %ended;

$alloc->walk('a start', sub {
    my ($status, $signal, $said) = try_start();

    $ended{$status}++;
    return "it died of signal $signal" if $signal;
    return "status $status: $said" if $status > 1;
    return $said =~ /Sanitizer|Assertion/ ? $said : '';
}, step => 4, least => 20);

cmp_ok($ended{1} // 0, '>', 10, 'most of them ended with an error');
note(join ', ', map { "status $_: $ended{$_}" } sort keys %ended);

# reloads

expect_alert('exited with fatal code 2 and cannot be respawned');
expect_alert('jwt issuer zone ".*" of \d+ bytes is too small for the keys');
expect_alert('cannot use key .*: no memory in ');
expect_alert('curl_multi_init\(\) failed');

my $nginx = nginx(%conf, workers => 2);
my ($reloads, $served) = (0, 0);

wait_for('a token', 5, sub { $nginx->token('core') });
my %kid = map { $_ => $nginx->kid($_) } qw( core file rsa );

my $reload = sub {

    # the one before has come to its end, too
    my $begin = time + 10;
    sleep 0.02 until alone() || time > $begin;

    my %old = map { $_ => 1 } $nginx->workers;
    $nginx->mark;
    $nginx->signal('HUP');
    $reloads++;

    # it has been given up, or others work; memory was short in any of them
    my $end = time + 10;
    my @now;
    while (time < $end) {
        @now = grep { !$old{$_} } $nginx->workers;
        last if $alloc->failed || @now == 2;
        sleep 0.02;
    }
    sleep 0.02 until settled(\%old) || time > $end;
    $alloc->disarm;
    return 'it does not end' if time > $end;

    # a worker that could not begin has no successor until a reload
    if ($nginx->log('cannot be respawned')) {
        $nginx->reload or return 'no reload after it';
    }
    else {
        $served++;
    }
    for my $service (sort keys %kid) {
        my $why = $nginx->judge($service);
        return "$service: $why" if $why ne '';
        my $kid = $nginx->kid($service);
        return "$service has another key" if $kid ne $kid{$service};
    }
    return '';
};

$alloc->walk('a reload', $reload, step => 9, least => 10);

# of all processes, and so in no fixed order: what the n-th calls were not; "make
# alloc" runs alloc.t before, which comes to most of the others

my $other = log_dir() =~ s/alloc-start/alloc/r;
my $long = ($ENV{JWT_ISSUER_ALLOC_STEP} // 0) == 1;

$alloc->walk_left('a reload, what is left', $reload, $other) if $long;

note("$served of $reloads reloads left workers that serve");
$nginx->reload or fail('a last reload');
is($nginx->judge($_), '', "$_ after all that") for qw( core file rsa okp env );

# what neither of them comes to

if ($long) {
    my %known = map { $_ => 1 } map { split ' ' }
        # keys in forms that no service has here: t/unit/test_alloc_key.c
        'jwti_key_load jwti_key_public_pem jwti_keyjwk_make jwti_keyjwk_parse
         jwti_public_to_pkey',
        # credentials from elsewhere, and answers that are not whole at once
        'jwti_aws_creds_create jwti_aws_files_file
         ngx_http_jwt_issuer_aws_complete ngx_http_jwt_issuer_aws_drive.part.0
         ngx_http_jwt_issuer_ecs_secret ngx_http_jwt_issuer_sm_fetch
         ngx_http_jwt_issuer_source_file_fetch',
        # parameters and errors that are not in these configurations
        'ngx_http_jwt_issuer_answer_error ngx_http_jwt_issuer_claim_eval
         ngx_http_jwt_issuer_ecs_complete ngx_http_jwt_issuer_form_read
         ngx_http_jwt_issuer_headers_none ngx_http_jwt_issuer_jwks_check
         ngx_http_jwt_issuer_scope',
        # a second try, once the zone is full
        'ngx_http_jwt_issuer_zone_alloc_locked
         ngx_http_jwt_issuer_zone_cached_create_locked';

    my @left = $alloc->functions_left($other);
    is(join(' ', grep { !$known{$_} } @left), '',
       'every other place has failed once');
}
else {
    note('not failed: ', join ', ', $alloc->functions_left);
}

finish();


# (status, signal, what it said) of nginx -t

sub try_start {
    my $pid = open my $out, '-|' // die "fork: $!\n";

    if ($pid == 0) {
        open STDERR, '>&', \*STDOUT;
        $try->exec('-t');
    }

    my $said = do { local $/; <$out> } // '';
    close $out;
    return ($? >> 8, $? & 127, $said);
}


# the old workers serve on, as the log says why, or there are new ones, or
# these could not begin

sub alone { return $nginx->workers == 2 && $nginx->processes == 2 }


sub settled {
    my ($old) = @_;
    my @now = $nginx->workers;
    my @new = grep { !$old->{$_} } @now;
    return 1 if @new == 2 && !grep { $old->{$_} } @now;
    return 1 if $nginx->log('cannot be respawned')
                && @new + $nginx->log('cannot be respawned') == 2;
    return !@new && $nginx->log('\[emerg\]|reconfiguring') > 1
           || !@new && $nginx->log('failed|\[emerg\]') ? 1 : 0;
}
