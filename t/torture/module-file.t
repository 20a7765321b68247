# The file of the module is another one at a reload, as an upgrade has it that
# puts a new file in the place of the old one: the zone of the old one is not
# touched by the new one, whatever its records look like, and no request notices
# (F22, F31).  One that was built for another nginx is refused, and all goes on
# (F20).  Fails when a new module is given the old one's zone, or when a process
# has state that two modules share.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;
use File::Copy qw( copy );

my $built = (split ' ', $ENV{TEST_NGINX_LOAD_MODULES}
             // 'build/ngx_http_jwt_issuer_module.so')[-1];
my @others = split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
pop @others;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, log => 'info',
    modules => 0, http => <<'END', server => <<'END2');
    jwt_issuer_service demo { key file %DIR%/key.pem; refresh 1s; activate_after 0; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; reuse off; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /rsa { jwt_issuer_token rsa; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

my $file = $nginx->dir . '/module.so';
my $load = join '', map { "load_module $_;\n" } @others, $file;

install();
$nginx->set(main => $load);
$nginx->put_key('p256.pem');
$nginx->start;

my $watch = $nginx->watch('threads=3');
my $rounds = rounds(4, 20);

for my $round (1 .. $rounds) {
    # by a rename: the old file stays as long as it is mapped
    install();
    $nginx->put_key($round % 2 ? 'p256-next.pem' : 'p256.pem');
    my $signer = kids(($nginx->get('/token'))[1]);
    $nginx->reload;
    isnt(kids(($nginx->get('/token'))[1]), $signer, "$round: another module, another key");
    is(($nginx->get('/rsa'))[0], 200, "$round: and its threads sign");
}

my $master = $nginx->master;
open my $maps, '<', "/proc/$master/maps" or die "maps: $!\n";
my %inodes = map { m{ (\d+) +\S*/module\.so} ? ($1 => 1) : () } <$maps>;
is(keys %inodes, 1, 'the master has the last one only');

# built for another nginx: nginx compares what the module says of that

my $text = Test::JWTIssuer::Keys::slurp($built);
$text =~ s/(\d,\d,\d,[01]{10,})/my $sign = $1; $sign =~ tr{01}{10}; $sign/e
    or die "no signature\n";
Test::JWTIssuer::Keys::spew("$file.new", $text);
rename "$file.new", $file or die "$file: $!\n";
expect_alert('is not binary compatible');
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/module.so" is not binary compatible/) }, 5),
   'one for another nginx is refused');
install();
is(($nginx->get('/token'))[0], 200, 'and all goes on');

my $seen = $nginx->watched($watch);
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], "$seen->{tokens} tokens, every one verified");
ok(defined $nginx->drained, 'no old worker is left');
is($nginx->logged(qr/exited on signal|\[(?:crit|alert)\]/), 0, 'nothing is wrong');

figure(F31 => "$rounds times another module by reload: $seen->{tokens} tokens, 0 wrong,"
       . ' 0 failed requests');

done_testing();


sub install {
    copy($built, "$file.new") or die "$file.new: $!\n";
    rename "$file.new", $file or die "$file: $!\n";
}
