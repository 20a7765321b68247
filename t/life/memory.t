# The zone, which all workers share, is left out of core dumps, and what is not
# used any more is not in it: a key that was replaced, dropped by an operator, or
# whose service is gone.  (Parsed keys are OpenSSL's, in each process: they are
# not looked for.)  Fails when the zone is not MADV_DONTDUMP, when zone_key frees a
# key without OPENSSL_cleanse().

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

# a size that no other memory of the process has
my $size = 1236 * 1024;

my %conf = (http => <<'END', server => <<'END2');
    jwt_issuer_core_dump on;
    jwt_issuer_zone demo:1236k;
    jwt_issuer_service demo {
        key file %DIR%/key.pem; refresh 1d; stale 2d; activate_after 0;
    }
END
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /status { jwt_issuer_status; jwt_issuer_require off; }
END2

my $other = <<'END';
    jwt_issuer_service other { key file %KEYS%/ed25519.pem; }
    jwt_issuer_service mac { key file %KEYS%/hmac64; algorithm HS512; }
END

my $nginx = Test::JWTIssuer::Server->new(%conf, http => $conf{http} . $other);
my $keys = $nginx->keys_dir;

# the private numbers, as they stand in PKCS#8; a secret is stored as it is
my %private = (
    p256 => substr(slurp('p256.der'), 36, 32),
    next => substr(slurp('p256-next.der'), 36, 32),
    ed25519 => substr(slurp('ed25519.der'), 16, 32),
    hmac64 => slurp('hmac64'),
);

$nginx->put_key('p256.pem');
$nginx->start;

# ---- core dumps

for my $process ([ master => $nginx->master ], [ worker => $nginx->workers ]) {
    my ($name, $pid) = @$process;
    like((zone($pid))[2] // '', qr/\bdd\b/,
         "the zone is not in core dumps of the $name");
}

# ---- a key that was replaced

is(found(), 'ed25519 hmac64 p256', 'keys that sign are in the zone');

my $old = signed('demo');
$nginx->put_key('p256-next.pem');
post('action=refresh&service=demo');
ok(wait_until(sub { signed('demo') ne $old }, 5), 'another key signs');
is(found(), 'ed25519 hmac64 next', 'the one before is not in the zone');

# ---- a key that was dropped

my ($kid) = kids(($nginx->get('/token?s=demo'))[1]);
is((post("action=drop&kid=$kid"))[0], 200, 'a key is dropped');
is(found(), 'ed25519 hmac64', 'and is not in the zone');

# ---- services that are gone

$nginx->set(%conf)->reload;
ok($nginx->drained, 'services are removed');
is(found(), '', 'and their keys are not in the zone');

done_testing();


sub slurp { return Test::JWTIssuer::Keys::slurp("$keys/$_[0]") }


sub post {
    my ($form) = @_;
    return $nginx->get('/status', ':method' => 'POST', ':body' => $form,
                       'Content-Type' => 'application/x-www-form-urlencoded');
}


sub signed { return join ' ', kids(($nginx->get("/token?s=$_[0]"))[1]) }


# begin, end and flags of the zone in a process

sub zone {
    my ($pid) = @_;
    my @zone;

    open my $in, '<', "/proc/$pid/smaps" or die "smaps of $pid: $!\n";

    while (<$in>) {
        if (/^([0-9a-f]+)-([0-9a-f]+) rw-s /) {
            @zone = (hex $1, hex $2);
        } elsif (@zone && $zone[1] - $zone[0] == $size && /^VmFlags: (.*)/) {
            return @zone, $1;
        }
    }

    return;
}


# which of the keys are in the zone

sub found {
    my ($begin, $end) = zone($nginx->master);

    open my $in, '<:raw', '/proc/' . $nginx->master . '/mem'
        or die "memory: $!\n";
    sysseek $in, $begin, 0;
    sysread($in, my $bytes, $end - $begin) == $size or die "memory: $!\n";

    return join ' ', grep { index($bytes, $private{$_}) >= 0 }
           sort keys %private;
}
