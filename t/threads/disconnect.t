# Clients that leave while their tokens are being signed, 10^4 times: nothing is
# left of them, in memory or in descriptors, and nobody else notices; also while
# old workers end.  Fails when a request that ends does not take itself off the
# list of those that wait, or when the thread writes into the request's pool.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;

my $nginx = Test::JWTIssuer::Server->new(log => 'info', http => <<'END',
    jwt_issuer_core_dump on;
    jwt_issuer_service each {
        key file %KEYS%/rsa.pem;
        subject $arg_s;
        reuse off;
    }
    jwt_issuer_service kept { key file %KEYS%/rsa.pem; subject $arg_s; }
    upstream self { server 127.0.0.1:%PORT%; }
END
    server => <<'END');
    location = /token {
        jwt_issuer_token $arg_c;
        jwt_issuer_require off;
    }
    location = /i {
        jwt_issuer_inject $arg_c;
        proxy_pass http://self/up;
    }
    location = /up { return 200 "ok\n"; }
END

my $paths = 'paths=' . join ',', map { ("/token?c=$_&s=", "/i?c=$_&s=") }
                                 qw( each kept );

$nginx->start;
my ($worker) = $nginx->workers;

sub open_files {
    return scalar(my @fds = glob "/proc/$worker/fd/*")
           || die "files of $worker cannot be seen\n";
}

# kB of its own: the zone's pages count as they are touched
sub memory {
    open my $in, '<', "/proc/$worker/status" or return 0;
    local $/;
    return <$in> =~ /^RssAnon:\s+(\d+) kB/m ? $1 : 0;
}

$nginx->get('/i?c=kept&s=x');
my $fds = open_files();

client($nginx, 'leave.py', 'requests=2000', $paths);
my $rss = memory();

my $seen = client($nginx, 'leave.py', 'requests=10000', $paths);

is($seen->{asked}, 10000, 'clients asked');
cmp_ok($seen->{left}, '>', 9000, 'and left');
is($seen->{lost}, 0, 'those that stayed');
is_deeply([ keys %{ $seen->{answers} } ], [ 200 ], 'had their tokens');

ok(wait_until(sub { open_files() <= $fds }, 30), 'no descriptor is left');
cmp_ok(memory() - $rss, '<', 1000 * ($ENV{JWT_ISSUER_RSS_FACTOR} // 1), 'kB more');
is_deeply([ $nginx->workers ], [ $worker ], 'it is the same worker');
is(($nginx->get('/token?c=each&s=x'))[0], 200, 'tokens go on');

# old workers end with tasks and clients of theirs

my $client = client_start($nginx, 'leave.py', 'seconds=4', $paths);
for (1 .. 5) {
    $nginx->reload;
    wait_until(sub { 0 }, 0.3);
}
$seen = client_end($client);

cmp_ok($seen->{asked}, '>', 500, 'clients asked and left during reloads');
is($seen->{lost}, 0, 'those that stayed');
is_deeply([ keys %{ $seen->{answers} } ], [ 200 ], 'had their tokens');
ok(defined $nginx->drained, 'no old worker is left');

is($nginx->logged(qr/\[(?:error|crit|alert|emerg)\]/), 0, 'no error is logged');

# TERM does not wait for anybody, nor nginx for the one that it asked

$client = client_start($nginx, 'leave.py', 'seconds=1', $paths);
wait_until(sub { 0 }, 0.5);
my @workers = $nginx->workers;
$nginx->stop;
client_end($client);
is(grep({ Test::JWTIssuer::Server::alive($_) } @workers), 0, 'all are gone');

is($nginx->logged(qr/\[(?:crit|alert|emerg)\]/), 0, 'and nothing went wrong');

done_testing();
