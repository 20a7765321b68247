# A reload parses and tries what is new: a service whose key's text and algorithm
# are in use already goes on with that key, also under another name.  The files
# are read again all the same.  Fails when known_old() finds nothing or trusts
# more than the digest, when a reference is not given back with its configuration
# (the master grows), or is given back too often (it crashes).

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Peer qw( judge );

my $server = <<'END';
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END

my $more = join "\n",
    map { "jwt_issuer_service more$_ { key file %KEYS%/p384.pem; }" } 1 .. 5;

sub services { return join "\n", @_, $more }

my $nginx = Test::JWTIssuer::Server->new(workers => 1, server => $server,
    http => services(
        'jwt_issuer_service demo { key file %DIR%/key.pem; activate_after 0; }',
        'jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm RS256; }'));

sub signs {
    my ($service, $title) = @_;
    my $body = ($nginx->get("/token?s=$service"))[1];
    my ($sure, $why) = judge(token_of($body) // '', ($nginx->get('/jwks'))[1]);
    ok($sure, $title) or diag $why;
    return kids($body) // '';
}

# services that went on with a key in use, since the last question

my %seen;

sub known {
    my %now;
    $now{$_}++ for $nginx->log_text =~ /jwt issuer key of service "(\S+)" is known/g;
    my @new = sort grep { $now{$_} > ($seen{$_} // 0) } keys %now;
    %seen = %now;
    return "@new";
}

my $all = join ' ', map { "more$_" } 1 .. 5;

$nginx->put_key('p256.pem');
$nginx->start;
known();

my $first = signs('demo', 'it signs');

$nginx->reload;
is(known(), "demo $all rsa", 'a reload that changes nothing parses nothing');
is(signs('demo', 'it still signs'), $first, 'with the same key');
signs($_, "$_ still signs") for qw( more1 more5 rsa );

$nginx->put_key('p256-next.pem');
$nginx->reload;
is(known(), "$all rsa", 'a file with another text is parsed');
my $second = signs('demo', 'the new key signs');
isnt($second, $first, 'it is the new one');

$nginx->set(http => services(
    'jwt_issuer_service other { key file %DIR%/key.pem; activate_after 0; }',
    'jwt_issuer_service rsa { key file %KEYS%/rsa.pem; algorithm PS256; }'));
$nginx->reload;
is(known(), "$all other", 'a key is known by another name,'
   . ' not for another algorithm');
is(signs('other', 'the other name signs'), $second, 'with that key');
signs('rsa', 'the other algorithm signs');
is((jwt_of(($nginx->get('/token?s=rsa'))[1]))[0]{alg}, 'PS256', 'as it says');

# a key that cannot be used, beside others that are in use

$nginx->put("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            'key.pem');
expect_alert(qr/cannot use key "file \S+" in service "other"/);
my @workers = $nginx->workers;
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/\[emerg\].*in service "other": /) }),
   'a file that became bad fails the reload');
is(signs('other', 'what runs goes on'), $second, 'with its key');
is_deeply([ $nginx->workers ], \@workers, 'the workers are the same');

# references go with their configurations: ten keys of ever new text, each of
# them of some kilobytes

my $rsa = Test::JWTIssuer::Keys::slurp(Test::JWTIssuer::Keys::folder()
                                       . '/rsa.pem');
my $round = 0;

sub reload_anew {
    $round++;
    $nginx->put($rsa . "\n" x (10 * $round + $_), "rsa$_.pem") for 0 .. 9;
    $nginx->reload;
}

$nginx->put_key('p256-next.pem');
$nginx->set(http => services(
    'jwt_issuer_service other { key file %DIR%/key.pem; activate_after 0; }',
    map { "jwt_issuer_service rsa$_ { key file %DIR%/rsa$_.pem; }" } 0 .. 9));

reload_anew() for 1 .. 10;
known();
my $rss = $nginx->rss($nginx->master);
reload_anew() for 1 .. 30;
is(known(), "$all other", 'of 30 reloads, ten keys were new each time');
# a sanitizer remembers who has allocated
cmp_ok($nginx->rss($nginx->master) - $rss, '<',
       400 * ($ENV{JWT_ISSUER_RSS_FACTOR} // 1),
       'kB more in the master behind them');
is(signs('other', 'the key signs behind all of them'), $second,
   'it is the same');
is($nginx->logged(qr/exited on signal|\[alert\]/), 0, 'nothing crashed');

done_testing();
