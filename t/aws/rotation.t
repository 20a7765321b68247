# A key is rotated in Secrets Manager, as a rotation there goes: the new key is
# published, signs after activate_after, the old one stays in the JWKS until its
# tokens have ended and is gone then.  At every moment every token handed out and
# not yet ended is in the JWKS of that moment, in each of 4 workers.
#
# Fails when a new key signs at once, when the old one leaves with it, when cached
# tokens of the old key are still handed out, when AWSPENDING is not published or
# breaks the fetch, or when a known version is parsed again.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Torture qw( rounds figure );
use Test::More;
use Time::HiRes qw( sleep time );

my $aws = fault_server();
my $name = 'core/dev';

my $first = secret(stages => ['AWSCURRENT'])->{version};

my $nginx = nginx(workers => 4, listen => 'reuseport', env => { key_env() },
                  http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1s; lifetime 2s; activate_after 2s; retire 3s;
                      stale 1m; }
jwt_issuer_service core { key secretsmanager; }
END

wait_for('the first key signs at once', 3, sub { $nginx->token('core') });

my @clients = $nginx->clients;
is(scalar @clients, 4, 'a connection to each of 4 workers');

my (%alive, %seen, @wrong);     # tokens: when they end; kid => times it signed
my ($tokens, $rounds) = (0, 0);

my $first_kid = $nginx->kid('core');

# AWSPENDING is published ahead and does not sign

my $second = secret(stages => ['AWSPENDING'])->{version};
my $second_kid = until_true('AWSPENDING is published', 3, sub {
    my ($other) = grep { $_ ne $first_kid } published();
    return $other;
});
during('and does not sign', 1.2, sub { !$seen{ $second_kid // '' } });

# it becomes AWSCURRENT: long enough published, so it signs at the next fetch

stage('AWSCURRENT', $second);
my $start = time();
until_true('the pending key signs without another wait', 3, sub {
    signs($second_kid);
});
wait_for('each worker hands out tokens of the new key only', 5, sub {
    !grep { kid_by($_) ne $second_kid } @clients;
});
ok((grep { $_ eq $first_kid } published()), 'the old key is still published');
my $switched = time();
until_true('the old key leaves the JWKS', 7, sub {
    !grep { $_ eq $first_kid } published();
});
cmp_ok(time() - $switched, '>', 2.2, 'not before its tokens had ended');

# without AWSPENDING: published first, signs after activate_after

my $third = secret(stages => ['AWSCURRENT'])->{version};
my $third_kid = until_true('a new AWSCURRENT is published', 3, sub {
    my ($other) = grep { $_ ne $second_kid && $_ ne $first_kid } published();
    return $other;
});
$start = time();
until_true('it signs', 4, sub { signs($third_kid) });
cmp_ok(time() - $start, '>', 1.5, 'not before activate_after');
is(scalar $nginx->log('another key signs from now on'), 2,
   'the log has a line for each key that took over');

# back to the version before, which is AWSPREVIOUS and published

stage('AWSCURRENT', $second);
until_true('after a roll-back the old key signs again', 3, sub {
    signs($second_kid);
});

# what rotations leave behind

$nginx->mark;
stage('AWSPENDING', $second);
during('AWSPENDING on the version of AWSCURRENT changes nothing', 1.2, sub {
    signs($second_kid);
});
secret(stages => ['AWSPENDING'], generate => undef, empty => JSON::PP::true());
during('AWSPENDING on an empty version changes nothing', 1.2, sub {
    signs($second_kid);
});
secret(stages => ['AWSPENDING'], generate => undef, string => 'no key at all');
during('AWSPENDING that is no key changes nothing', 1.2, sub {
    signs($second_kid);
});
stage('AWSPENDING', undef);

# a version that is known

my $before = $aws->count('secretsmanager.GetSecretValue');
until_true('it is asked for again and again', 5, sub {
    $aws->count('secretsmanager.GetSecretValue') > $before + 5;
});
is(join('', $nginx->log('\[(?:notice|warn|error|crit)\]')), '',
   'and nothing of that is a change of state');

# answers of a store that is not yet consistent with itself

$nginx->mark;
my $end = time() + 4;
my $flips = 0;
until_true('the store wavers between two versions', 10, sub {
    stage('AWSCURRENT', ++$flips % 2 ? $third : $second);
    my $pause = time() + 0.65;
    watch() while time() < $pause;
    return time() > $end;
});
stage('AWSCURRENT', $third);
until_true('and settles: that key signs', 5, sub { signs($third_kid) });
diag(sprintf '%d changes in the store, %d of the signer', $flips,
     scalar $nginx->log('another key signs'));

# one rotation behind the other

my $more = rounds(0, 8);

for my $turn (1 .. $more) {
    my %known = map { $_ => 1 } published();
    secret(stages => ['AWSCURRENT']);
    my $next = until_true("rotation $turn: a new key is published", 10, sub {
        my ($other) = grep { !$known{$_} } published();
        return $other;
    });
    until_true("rotation $turn: it signs", 10, sub { signs($next) });
}

figure(F81 => 2 + $more . " rotations, a roll-back and a store that wavers: $tokens"
       . ' tokens in 4 workers, ' . @wrong . ' wrong');

# all of that time

is(join(', ', @wrong[0 .. ($#wrong > 4 ? 4 : $#wrong)]), '',
   "$tokens tokens verify at every moment in every worker ($rounds rounds)");
cmp_ok($tokens, '>', 20, 'there were many tokens');
is(scalar $nginx->log('\[(?:error|crit|alert|emerg)\]'), 0, 'no error');

finish();


# a new version of the secret; moves a label

sub secret {
    return $aws->ask(secret => name => $name, generate => 'P-256', @_);
}


sub stage {
    my ($stage, $version) = @_;
    $aws->ask(stage => name => $name, stage => $stage, version => $version);
}


sub kid_by {
    my ($client) = @_;
    my ($token) = Test::JWTIssuer::AWS::Nginx::token_in(
        $client->get('/token/core'));
    return Test::JWTIssuer::AWS::Nginx::kid_of($token);
}


sub published {
    return $nginx->kids($clients[0]);
}


sub signs {
    my ($kid) = @_;
    return kid_by($clients[1]) eq ($kid // '');
}


# one round: a token from each worker, and each token that has not ended is
# looked for in the JWKS of each worker

sub watch {
    my $now = time();
    $rounds++;

    for my $client (@clients) {
        my ($status, $body) = $client->get('/token/core');
        my $token = Test::JWTIssuer::AWS::Nginx::token_in($status, $body);

        if (!defined $token) {
            push @wrong, "no token: $status $body";
            next;
        }

        next if $alive{$token};
        my $kid = Test::JWTIssuer::AWS::Nginx::kid_of($token);
        $tokens++;
        $seen{$kid}++;
        $alive{$token} = [ $kid, $now + 2 ];

        my $why = verified($token, ($clients[rand 4]->get('/jwks'))[1]);
        push @wrong, "a new token: $why" if $why;
    }

    for my $client (@clients) {
        my %there = map { $_ => 1 } $nginx->kids($client);
        for my $token (keys %alive) {
            my ($kid, $ends) = @{ $alive{$token} };
            delete $alive{$token}, next if $ends < time();
            push @wrong, "$kid is not published" unless $there{$kid};
        }
    }
}


# as wait_for() and stays(), watching

sub until_true {
    my ($what, $seconds, $condition) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return wait_for($what, $seconds, sub { watch(); $condition->() });
}


sub during {
    my ($what, $seconds, $condition) = @_;
    local $Test::Builder::Level = $Test::Builder::Level + 1;
    return stays($what, $seconds, sub { watch(); $condition->() });
}
