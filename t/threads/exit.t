# A worker that exits waits for its threads: what OpenSSL has for each of them is
# given back by the thread before exit() frees all that is OpenSSL's.  At a
# reload, at QUIT and at TERM, with threads that take their time to end.  Fails when
# threads_wait() is not called.

use strict;
use warnings;

use lib 't/lib';
use File::Temp ();
use Test::More;
use Test::JWTIssuer::Keys;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Server;

my $folder = File::Temp->newdir('jwt-issuer-ends-XXXXXX', TMPDIR => 1);
chmod 0755, "$folder";
system($ENV{CC} // 'cc', '-shared', '-fPIC', '-O2', '-Wall', '-o', "$folder/ends.so",
       't/lib/thread_ends.c') == 0
    or die "thread_ends.c does not compile\n";

# ends_t in t/lib/thread_ends.c, of all processes
sub ends {
    my %ends;
    @ends{qw( delay begun ended exits late )} =
        unpack 'q5', Test::JWTIssuer::Keys::slurp("$folder/ends");
    return \%ends;
}

Test::JWTIssuer::Keys::spew("$folder/ends", pack 'q5', 300, 0, 0, 0, 0);
chmod 0666, "$folder/ends";

my $nginx = Test::JWTIssuer::Server->new(log => 'info',
    main => 'thread_pool one threads=1;', http => <<'END', server => <<'END2');
    jwt_issuer_thread_pool one;
    jwt_issuer_service slow { key file %KEYS%/rsa2048.pem; reuse off; }
END
    location = /slow { jwt_issuer_token slow; jwt_issuer_require off; }
END2

{
    local @ENV{qw( LD_PRELOAD JWT_ISSUER_THREAD_ENDS )} = map { "$folder/$_" } 'ends.so', 'ends';
    for my $how (qw( HUP QUIT TERM )) {
        $nginx->start unless $how eq 'QUIT';
        my $before = ends();
        issued($nginx, '/slow') for 1 .. 3;

        if ($how eq 'HUP') {
            $nginx->reload;
            ok($nginx->drained, "$how: the old worker is gone");

        } else {
            $nginx->stop($how);
        }

        my $now = ends();
        cmp_ok($now->{exits}, '>', $before->{exits}, "$how: a process has ended");
        cmp_ok($now->{begun}, '>', $before->{begun}, "$how: its thread began to end");
        is($now->{ended}, $now->{begun}, "$how: and had its time");
        is($now->{late}, 0, "$how: which OpenSSL's own end waited for");
    }
}

is($nginx->logged(qr/exited on signal/), 0, 'nobody crashed');

done_testing();
