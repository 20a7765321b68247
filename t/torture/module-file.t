# The file of the module is another one at a reload.  In the place of the old one
# it is not looked at: that goes on.  By another name it is loaded, and the zone of
# the old one is not touched by it, whatever its records look like; no request
# notices (F22, F31).  One that was built for another nginx is refused, and all goes on
# (F20).  Fails when a new module is given the old one's zone, or when a process
# has state that two modules share.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;

my $built = (split ' ', $ENV{TEST_NGINX_LOAD_MODULES}
             // 'build/ngx_http_jwt_issuer_module.so')[-1];
my @others = split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
pop @others;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, log => 'info',
    modules => 0, http => <<'END', server => <<'END2');
    jwt_issuer_service demo { key file %DIR%/key.pem; refresh 1s; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; reuse off; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /rsa { jwt_issuer_token rsa; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

my $dir = $nginx->dir;

# a file of that name, put there by a rename: the old one stays as long as it is
# mapped; and the configuration with it

sub install {
    my ($name, $change) = @_;
    my $text = Test::JWTIssuer::Keys::slurp($built);
    $text = $change->($text) if $change;
    Test::JWTIssuer::Keys::spew("$dir/$name.new", $text);
    rename "$dir/$name.new", "$dir/$name" or die "$dir/$name: $!\n";
    $nginx->set(main => join '', map { "load_module $_;\n" } @others, "$dir/$name");
}

# the inodes of it that the master has

sub mapped {
    open my $maps, '<', '/proc/' . $nginx->master . '/maps' or die "maps: $!\n";
    my %inodes = map { m{ (\d+) +\S*/module\S*} ? ($1 => 1) : () } <$maps>;
    return keys %inodes;
}

install('module.so');
$nginx->put_key('p256.pem');
$nginx->start;

my $watch = $nginx->watch('threads=3');
my $rounds = rounds(4, 20);
my ($before) = mapped();

# the same name: what is loaded goes on until a binary upgrade

install('module.so');
$nginx->reload;
is_deeply([ mapped() ], [ $before ], 'the same name: the old one goes on');

for my $round (1 .. $rounds) {
    ($before) = mapped();
    install("module$round.so");
    $nginx->reload;
    is(($nginx->get('/rsa'))[0], 200, "$round: another module, its threads sign");
    my @now = mapped();
    ok(@now == 1 && $now[0] != $before, "$round: the old one is gone");
}

# built for another nginx: nginx compares what the module says of that

install('module-foreign.so', sub {
    $_[0] =~ s/(\d,\d,\d,[01]{10,})/my $sign = $1; $sign =~ tr{01}{10}; $sign/er;
});
expect_alert('is not binary compatible');
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/module-foreign.so" is not binary compatible/) }, 5),
   'one for another nginx is refused');
is(($nginx->get('/token'))[0], 200, 'and all goes on');

my $seen = $nginx->watched($watch);
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], "$seen->{tokens} tokens, every one verified");
ok(defined $nginx->drained, 'no old worker is left');
is($nginx->logged(qr/exited on signal|\[(?:crit|alert)\]/), 0, 'nothing is wrong');

figure(F31 => "$rounds times another module by reload: $seen->{tokens} tokens, 0 wrong,"
       . ' 0 failed requests');

done_testing();

