# Proxies with one source and without a word between them, each in a network of
# its own: the clock of one is right, of one 2 minutes ahead, of one 2 minutes
# behind.  The key is rotated while the one that is ahead is cut off from the
# source.  As long as the cut is shorter than
#
#   activate_after - max-age - what the fetch after it takes at most,
#
# no verifier ever refuses a token: of any proxy, with the key set of any proxy,
# which it keeps for max-age and not a moment less.  When the cut is longer, those
# with the key set of the cut proxy do, and only they, until it is healed.
#
# The clocks may be off by backdate + the verifiers' leeway to one side and by
# what a reused token has left to the other.
#
# Fails when a new key signs at once, when a cut proxy drops the key in use, when a
# failed fetch is not tried again soon, and when the verifiers do not look (then
# the long cut goes unnoticed).

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::AWS::Place;
use Test::JWTIssuer::AWS::Verifiers;
use Test::More;
use Time::HiRes qw( sleep time );

my ($faketime) = glob '/usr/lib/*/faketime/libfaketimeMT.so.1';
ok($faketime, 'libfaketime is there');

my %offset = (right => 0, ahead => 120, behind => -120);
my %place = map { $_ => Test::JWTIssuer::AWS::Place->new } sort keys %offset;
my $source = Test::JWTIssuer::AWS::Place::source();

my $aws = do {
    # certificates that are good by the clock that is behind
    local $ENV{CERTS_FAKETIME_LIB} = $faketime;
    fault_server('--extra', "$source:4443/tls");
};

secret();

# A call that is lost takes 0.6 s, its three attempts less than the cut, and the
# wait for the next fetch a second: a healed proxy has the key within 2 s.

my $http = <<"END";
jwt_issuer_jwks_max_age 1s;
jwt_issuer_aws {
    region us-east-1;
    endpoint https://$source:4443;
    ca_file $aws->{dir}/ca.pem;
    connect_timeout 500ms;
    timeout 600ms;
}
jwt_issuer_defaults {
    refresh 1s; stale 1m; activate_after 6s; lifetime 10m; backdate 70s;
}
jwt_issuer_service core { key secretsmanager secret=core/dev; }
jwt_issuer_service plain {
    key secretsmanager secret=core/dev; backdate 0s; reuse off;
}
END

my %nginx = map { $_ => proxy($_) } sort keys %offset;

wait_for("$_ has the key", 10, sub { $nginx{$_}->token('core') })
    for sort keys %nginx;

for my $name (sort keys %nginx) {
    my $off = issued($name) + 70 - time();
    cmp_ok(abs($off - $offset{$name}), '<', 20,
           "the tokens of $name are of its own time");
}

# they share a log

is(scalar $nginx{ahead}->log('clock is 1[12]\d seconds ahead of'), 1,
   'the log has a line of the clock that is ahead');
is(scalar $nginx{ahead}->log('clock is 1[12]\d seconds behind'), 1,
   'and of the one that is behind');
is(scalar $nginx{ahead}->log('clock is \d+ seconds'), 2,
   'and none of the right one');

my $verifiers = Test::JWTIssuer::AWS::Verifiers->new(
    \%nginx, services => 'core', leeway => 60);
my ($first) = $verifiers->fresh($verifiers->report);

# a rotation, during which one is cut off for less than the bound

$place{ahead}->cut;
secret();
my $start = time();
my $second = wait_for('the others publish the new key', 5, sub {
    return ($verifiers->fresh($verifiers->report))[0];
});
$verifiers->report while time() - $start < 2;
ok(!published('ahead', $second), 'the one that is cut off does not');
$place{ahead}->heal;
wait_for('but soon after the cut', 5, sub { published('ahead', $second) });
wait_for('all sign with the new key', 15, sub { all_sign($second) });

my $report = $verifiers->report;
is("@{ $report->{rejected} }", '',
   "no verifier ever refuses a token: $report->{tokens} tokens,"
   . " judged $report->{checks} times");
is($report->{unanswered}, 0, 'and there always was one');
orderly('of the short cut', $second);

# the bound of the clocks: without backdate iat is too far ahead for them

my $jwks = ($nginx{right}->get('/jwks'))[1];
like(verified($nginx{ahead}->token('plain'), $jwks),
     qr/ImmatureSignatureError/,
     'without backdate, a clock that is ahead makes tokens of the future');
is(verified($nginx{behind}->token('plain'), $jwks), '',
   'one that is behind does not');

# a cut that is longer than the bound

my $before = $report->{rejections};
$place{ahead}->cut;
secret();
my $third = wait_for('the others publish the third key', 5, sub {
    return ($verifiers->fresh($verifiers->report))[0];
});
wait_for('and sign with it while one is cut off', 15, sub {
    $report = $verifiers->report;
    return $report->{signs}{right}{core}{$third}
           && $report->{rejections} > $before;
});
is(join(', ', grep { !m{by ahead/\d+: its key is not known$} }
                   @{ $report->{rejected} }), '',
   'then it is verifiers beside that one that refuse the new key');
is_deeply([ sort keys %{ $report->{signs}{ahead}{core} } ],
          [ sort $first, $second ], 'and it still signs, with the former key');
$place{ahead}->heal;
wait_for('it has the key soon after the cut', 5, sub {
    published('ahead', $third);
});
my $healed = time();
wait_for('all sets that are kept have ended', 5, sub {
    $verifiers->report;
    return time() - $healed > 1.5;
});
$before = $verifiers->report->{rejections};
stays('and from then on none refuses any', 1, sub {
    $verifiers->report->{rejections} == $before;
});

$verifiers->stop;
finish();


sub secret {
    return $aws->ask(secret => name => 'core/dev', generate => 'P-256');
}


sub proxy {
    my ($name) = @_;

    my %time = $offset{$name}
        ? (LD_PRELOAD => $faketime, FAKETIME_DONT_FAKE_MONOTONIC => 1,
           FAKETIME => sprintf '%+ds', $offset{$name})
        : ();

    # nginx takes the variables from its workers that it is not told of
    return nginx(address => $place{$name}->address, http => $http,
                 within => [ $place{$name}->within ], level => 'info',
                 main => join('', map { "env $_;\n" } sort keys %time),
                 env => { key_env(%time) });
}


sub issued {
    my ($name) = @_;
    require MIME::Base64;
    my $claims = MIME::Base64::decode_base64url(
        (split /\./, $nginx{$name}->token('core'))[1]);
    return $claims =~ /"iat":(\d+)/ ? $1 : 0;
}


sub published {
    my ($name, $kid) = @_;
    return $verifiers->report->{published}{$name}{ $kid // '' };
}


sub all_sign {
    my ($kid) = @_;
    my $signs = $verifiers->report->{signs};
    return !grep { !$signs->{$_}{core}{ $kid // '' } } keys %$signs;
}


# no proxy signs with a key before each of them publishes it

sub orderly {
    my ($what, $kid) = @_;
    my $report = $verifiers->report;
    my ($published) = sort { $b <=> $a }
        map { $report->{published}{$_}{$kid}[0] } keys %nginx;
    my ($signs) = sort { $a <=> $b }
        map { $report->{signs}{$_}{core}{$kid}[0] } keys %nginx;
    cmp_ok($signs - $published, '>', 1,
           "$what: all published it more than max-age before one signed");
    diag(sprintf '%s: %.1f s before', $what, $signs - $published);
}
