# 4 proxies with the same 8 keys, half of them in Secrets Manager, half in ECS,
# against what tools/scaling.py says of such a fleet: how often each action of AWS
# is called from a start of all of them on, how long a rotated key takes to every
# JWK set; and verifiers, each with a key set that it keeps for max-age and not a
# moment less, never refuse a token of any proxy.
#
# JWT_ISSUER_SCALING=SECONDS for a longer run with more rotations (make scaling).
#
# Calls: never more than in the most of 100 simulations, and 2 % for when a run
# ends.  Not less than 80 % of the least: a busy machine holds up timers.  Times of
# the key: two seconds, a refresh, more than at the latest, for the same reason.
#
# Fails when every worker fetches, when a refresh makes a call more or less, when
# the task definition is asked for each time, when the waits are spread to one side
# (31 random bits for 32 did that), when a new key signs at once, when a replaced
# one leaves too soon.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::AWS::Verifiers;
use Test::More;
use Time::HiRes qw( clock_gettime sleep CLOCK_MONOTONIC );

my $seconds = $ENV{JWT_ISSUER_SCALING} || 16;
my ($refresh, $max_age) = (2, 2);
my @secret = map { "secret$_" } 1 .. 4;
my @task = map { "task$_" } 1 .. 4;
my @proxy = map { "proxy$_" } 1 .. 4;

# the model and the simulation themselves, while the fleet runs

open my $checked, '-|', '/usr/bin/python3', '-B', 'tools/scaling.py', '--check'
    or die "scaling.py: $!\n";

my $aws = fault_server();
my %changed;                # service => when its key was changed
change($_) for @secret, @task;

# the default of activate_after is 4.2 s; 2 more for a busy machine, of retire 3

my $http = <<"END";
jwt_issuer_environment dev;
jwt_issuer_jwks_max_age ${max_age}s;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults {
    refresh ${refresh}s; stale 1m; lifetime 3s; activate_after 6s; retire 9s;
}
@{[ map { "jwt_issuer_service $_ { key secretsmanager; }\n" } @secret ]}
@{[ map { "jwt_issuer_service $_ { key ecs; }\n" } @task ]}
END

my %nginx = map { $_ => proxy($_) } @proxy;

my $began = (journal())[0]{monotonic};
my $verifiers = Test::JWTIssuer::AWS::Verifiers->new(
    \%nginx, services => join(',', @secret, @task), caches => 3, pause => 0.05);
my @kids = $verifiers->fresh($verifiers->report);
is(scalar @kids, 8, 'all proxies have the same 8 keys');

# a rotation of all keys after 4 s, and every 30 s of a long run

my (@rotations, @waits, $report);
my $next = 4;

while (passed() < $seconds) {
    sleep 0.1;
    $report = $verifiers->report;
    next if passed() < $next;

    push @rotations, passed();
    change($_) for @secret, @task;
    $next += 30;
    $next = 9 ** 9 if $next > $seconds - 12;    # it would not come to its end
    push @waits, rotated();
}

my $ended = passed();
my @calls = grep { $_->{monotonic} - $began <= $ended } journal();
my %count;
$count{ $_->{action} =~ s/.*\.//r }++ for @calls;

my $took = 0;
$took += $_->{took} // 0 for @calls;
$took /= @calls;

$report = $verifiers->report;
$verifiers->stop;

my $expected = prediction();

for my $action (sort keys %{ $expected->{calls} }) {
    my ($mean, $least, $most) =
        @{ $expected->{calls}{$action} }{qw( mean least most )};
    my $found = $count{$action} // 0;
    ok($found >= 0.8 * $least && $found <= 1.02 * $most + 1,
       sprintf '%s: %d calls, predicted %.0f', $action, $found, $mean)
        or diag(sprintf '%d to %d in the simulations', $least, $most);
    diag(sprintf '%s: %d calls in %.1f s, predicted %.1f (%d to %d)', $action,
         $found, $ended, $mean, $least, $most);
}

is_deeply([ sort keys %count ], [ sort keys %{ $expected->{calls} } ],
          'and no other action');
my ($shorter, $longer) = spread();
cmp_ok($shorter, '>', 0.1, 'a key is fetched again sooner than after refresh');
cmp_ok($longer, '>', 0.1, 'and later than that');
diag(sprintf '%.0f %% of the waits are 5 %% shorter, %.0f %% longer',
     100 * $shorter, 100 * $longer);
cmp_ok((sort { $b <=> $a } @waits)[0], '<=', $expected->{latest} + 2,
       sprintf 'every JWK set has the key within the bound of %.1f s',
       $expected->{latest});
is("@{ $report->{rejected} }", '',
   "no verifier ever refuses a token: $report->{tokens} tokens,"
   . " judged $report->{checks} times");
is($report->{unanswered}, 0, 'and there always was one');

my $said = do { local $/; <$checked> };
ok(close $checked, 'the model and the simulation agree') or diag($said);

@waits = sort { $a <=> $b } @waits;
diag(sprintf 'half of %d JWK sets have a key after %.2f s, predicted %.2f;'
     . ' 99 %%: %.2f, predicted %.2f', scalar @waits, $waits[@waits / 2],
     $expected->{waits}[0], $waits[0.99 * @waits], $expected->{waits}[1]);

finish();


sub passed {
    return clock_gettime(CLOCK_MONOTONIC) - $began;
}


sub journal {
    return grep { $_->{access_key} } @{ $aws->ask('log')->{log} };
}


# a new key for a service

sub change {
    my ($name) = @_;
    my @generate = (generate => 'P-256');
    if ($name =~ /^secret/) {
        $aws->ask(secret => name => "$name/dev", @generate);
    } else {
        $aws->ask(service => cluster => "dev-$name", service => "dev-$name",
                  @generate);
    }
    return $changed{$name} = clock_gettime(CLOCK_MONOTONIC);
}


# each with access keys of its own, so that the log tells them apart

sub proxy {
    my ($name) = @_;
    my %key = (access_key => "AKIATESTTEST\U$name",
               secret_key => 'test+secret/key0123456789abc' . $name);
    $aws->ask(credentials => %key);
    return nginx(http => $http, workers => 2, level => 'info', env => {
        AWS_ACCESS_KEY_ID => $key{access_key},
        AWS_SECRET_ACCESS_KEY => $key{secret_key} });
}


# Waits until every proxy signs with every new key; the order of things on the
# way, and how long each set took to have each key.

sub rotated {
    my %new;        # service => kid => when each proxy signed with it first
    wait_for('all proxies sign with the new keys', 20, sub {
        %new = ();
        my $signs = $verifiers->report->{signs};
        for my $name (keys %changed) {
            for my $proxy (@proxy) {
                my $kids = $signs->{$proxy}{$name};
                push @{ $new{$name}{$_} }, $kids->{$_}[0]
                    for grep { $kids->{$_}[0] > $changed{$name} } keys %$kids;
            }
        }
        return @proxy * keys %changed
               == grep { 1 } map { @$_ } map { values %$_ } values %new;
    }) or return 99;

    my $published = $verifiers->report->{published};
    my (@took, @early);

    for my $name (sort keys %new) {
        my ($kid) = keys %{ $new{$name} };
        my ($first) = sort { $a <=> $b } @{ $new{$name}{$kid} };
        my @when = map { $published->{$_}{$kid}[0] } @proxy;
        push @took, map { $_ - $changed{$name} } @when;
        push @early, $name if grep { $_ > $first } @when;
    }

    is("@early", '', 'none signs before all proxies publish it');
    return @took;
}


# The times from one fetch of a key to the next: parts of them that are 5 % shorter,
# and longer, than refresh.

sub spread {
    my (%last, @apart);
    for my $call (@calls) {
        next if ($call->{stage} // 'AWSCURRENT') ne 'AWSCURRENT'
                || $call->{action} =~ /TaskDefinition/;
        my $which = "$call->{access_key} $call->{key}";
        push @apart, $call->{monotonic} - $last{$which} if $last{$which};
        $last{$which} = $call->{monotonic};
    }
    return map { $_ / @apart } scalar(grep { $_ < 0.95 * $refresh } @apart),
                               scalar(grep { $_ > 1.05 * $refresh } @apart);
}


sub prediction {
    my @command = ('/usr/bin/python3', '-B', 'tools/scaling.py', '--predict',
        'proxies=4', 'secrets=4', 'tasks=4', "refresh=$refresh",
        "call=$took", "for=$ended", 'rotations=' . join(',', @rotations));
    open my $out, '-|', @command or die "scaling.py: $!\n";
    my $said = do { local $/; <$out> };
    close $out or die "scaling.py failed\n";
    return JSON::PP::decode_json($said);
}
