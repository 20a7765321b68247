# The cache finds tokens by a hash of 32 bits, for which a caller can make two
# subjects that have the same one: each still gets its own token (F90).  A flood
# of subjects does not push out those that are asked for all the time (F96).  Fails
# when zone_cached_cmp() does not compare all of the key, or when a token that is
# handed out does not move to the head of the list.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Load;
use Test::JWTIssuer::Torture;

my $nginx = Test::JWTIssuer::Server->new(workers => 1, log => 'notice',
    http => <<'END', server => <<'END2');
    jwt_issuer_zone small:256k;
    keepalive_requests 1000000;
    jwt_issuer_service demo { key file %KEYS%/ed25519.pem; subject $s; }
    map $request_method $s { POST $jwt_issuer_form_s; default $arg_s; }
END
    add_header X-Cache $jwt_issuer_cache always;
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
END2

$nginx->start;

# MurmurHash2 mixes 4 bytes at a time by a function that can be inverted: two
# words whose mixed values differ in the highest bit cancel each other

my @pair = map { colliding($_) } 0, 1;
my ($wrong, $same) = (0, 0);

for my $pad (0 .. 3) {
    for my $blocks (1 .. 3) {
        my @subjects = map { 'x' x $pad . $_ x $blocks }
                       join('', map { $_->[0] } @pair), join('', map { $_->[1] } @pair);
        is(murmur($subjects[0], $pad), murmur($subjects[1], $pad),
           "two subjects of one hash, $pad bytes before, $blocks times");
        for my $subject (@subjects, @subjects) {
            my $answer = issued($nginx, '/token', ':method' => 'POST',
                'Content-Type' => 'application/x-www-form-urlencoded',
                ':body' => 's=' . $subject =~ s/(.)/sprintf '%%%02X', ord $1/gers);
            my $got = $answer->{claims}{sub} // '';
            utf8::encode($got);
            $wrong++ if $got ne $subject;
            $same++ if $answer->{cache} eq 'HIT';
        }
    }
}

is($wrong, 0, 'each has its own token');
is($same, 24, 'and has it again');

# ten that are asked for again and again among many that are asked for once

my ($hits, $asked) = (0, 0);

for my $n (1 .. rounds(300, 3000)) {
    $nginx->flood(20, map { "GET /token?s=once$n-$_ HTTP/1.1\r\nHost: x\r\n\r\n" } 1 .. 20);
    my $answer = issued($nginx, '/token?s=hot' . $n % 10);
    next if $n < 20;
    $asked++;
    $hits++ if $answer->{cache} eq 'HIT';
}

cmp_ok($hits, '>=', 0.8 * $asked, "$hits of $asked are found in the cache");

figure(F90 => '24 subjects of 12 hashes: each has its own token');
figure(F96 => "a flood of " . 20 * $asked . " subjects through 256k: $hits of $asked"
       . ' requests for those in use were hits');

done_testing();


# two words, the mixed value of one is that of the other with another highest bit;
# one is of ASCII, the other begins with a character of three bytes

sub colliding {
    my ($seed) = @_;
    srand 42 + $seed;

    while (1) {
        my $one = join '', map { chr $_->[0] + rand $_->[1] - $_->[0] + 1 }
                  [ 0x61, 0x6f ], [ 0x5f, 0x7e ], [ 0x20, 0x4c ], [ 0x6e, 0x7e ];
        my $other = pack 'V', unmix(mix(unpack 'V', $one) ^ 0x80000000);
        return [ $one, $other ]
            if $other =~ /^[\xe1-\xec\xee\xef][\x80-\xbf]{2}[ -~]$/;
    }
}


sub mix {
    use integer;
    my ($k) = @_;
    $k = ($k * 0x5bd1e995) & 0xffffffff;
    $k ^= ($k >> 24) & 0xff;
    return ($k * 0x5bd1e995) & 0xffffffff;
}


# 0xe59b19bd is the inverse of the factor
sub unmix {
    use integer;
    my ($k) = @_;
    $k = ($k * 0xe59b19bd) & 0xffffffff;
    $k ^= ($k >> 24) & 0xff;
    return ($k * 0xe59b19bd) & 0xffffffff;
}


# of what stands at a multiple of 4 bytes, as ngx_murmur_hash2() has it

sub murmur {
    use integer;
    my ($text, $pad) = @_;
    my $h = 7;
    for my $word (unpack 'V*', substr $text, $pad) {
        $h = ($h * 0x5bd1e995) & 0xffffffff;
        $h ^= mix($word);
    }
    return $h;
}
