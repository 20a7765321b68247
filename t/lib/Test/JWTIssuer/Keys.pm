package Test::JWTIssuer::Keys;

# Keys for the tests, made by the openssl command when they are needed: none is
# in the repository.  One folder serves a whole "make test"
# (TEST_NGINX_KEYS), a suite that is run alone makes its own.
#
#   rsa.pem = rsa2048.pem, rsa3072.pem, rsa4096.pem, rsa1024.pem (too short),
#   p256.pem, p384.pem, p521.pem, k256.pem (no JOSE curve of ours),
#   ed25519.pem            private keys, PKCS#8 in PEM
#   rsa-next.pem, p256-next.pem, ed25519-next.pem   a second one to rotate to
#   NAME.pub               the public key in PEM
#   NAME.b64               base64 of the PKCS#8 DER, one line: as users have it
#   NAME.pem64             base64 of the PEM, one line
#   NAME.escaped           the PEM with \n as two characters
#   NAME.der               PKCS#8 DER
#   rsa.pkcs1, p256.sec1   the older PEM forms
#   hmac32, hmac48, hmac64, hmac16 (too short)   secrets: printable text
#   forbidden              what of all that must never be in a log

use strict;
use warnings;

use File::Temp ();
use MIME::Base64 qw( encode_base64 );

my %RECIPE = (
    (map { ("rsa$_" => "-algorithm RSA -pkeyopt rsa_keygen_bits:$_") }
        1024, 2048, 3072, 4096),
    (map { ($_->[0] => "-algorithm EC -pkeyopt ec_paramgen_curve:$_->[1]") }
        [ p256 => 'P-256' ], [ p384 => 'P-384' ], [ p521 => 'P-521' ],
        [ k256 => 'secp256k1' ], [ 'p256-next' => 'P-256' ]),
    'rsa-next' => '-algorithm RSA -pkeyopt rsa_keygen_bits:2048',
    ed25519 => '-algorithm ED25519',
    'ed25519-next' => '-algorithm ED25519',
);

# where the private number lies in the PKCS#8 DER, in bytes; of an RSA key the
# part behind the modulus
my %PRIVATE = (
    p256 => [ 36, 68 ], p384 => [ 35, 83 ], p521 => [ 35, 101 ],
    'p256-next' => [ 36, 68 ], k256 => [ 33, 65 ],
    ed25519 => [ 16, 48 ], 'ed25519-next' => [ 16, 48 ],
);

my $temp;   # removed with the object


# The folder; made when it is not there

sub folder {
    my $dir = $ENV{TEST_NGINX_KEYS};

    if (!defined $dir) {
        $temp = File::Temp->newdir('jwt-issuer-keys-XXXXXX', TMPDIR => 1);
        $dir = "$temp";
        chmod 0755, $dir;
    }

    make($dir) unless -e "$dir/forbidden";

    return $dir;
}


sub make {
    my ($dir) = @_;

    -d $dir || mkdir $dir or die "$dir: $!\n";

    my %secret;

    for my $name (sort keys %RECIPE) {
        my $base = "$dir/$name";

        run("openssl genpkey $RECIPE{$name} -out $base.pem");
        run("openssl pkey -in $base.pem -pubout -out $base.pub");
        run("openssl pkcs8 -topk8 -nocrypt -in $base.pem -outform DER"
            . " -out $base.der");

        my $pem = slurp("$base.pem");
        my $b64 = encode_base64(slurp("$base.der"), '');

        spew("$base.b64", "$b64\n");
        spew("$base.pem64", encode_base64($pem, '') . "\n");
        spew("$base.escaped", $pem =~ s/\n/\\n/gr);

        note_secret(\%secret, $name, slurp("$base.der"));
    }

    for my $suffix (qw( pem pub der b64 pem64 escaped )) {
        link "$dir/rsa2048.$suffix", "$dir/rsa.$suffix" or die "link: $!\n";
    }

    run("openssl rsa -traditional -in $dir/rsa.pem -out $dir/rsa.pkcs1");
    run("openssl ec -in $dir/p256.pem -out $dir/p256.sec1");

    for my $size (16, 32, 48, 64) {
        my @alphabet = ('A' .. 'Z', 'a' .. 'z', '0' .. '9', '-', '_');
        open my $in, '<', '/dev/urandom' or die "/dev/urandom: $!\n";
        read($in, my $bytes, $size);
        my $text = join '', map { $alphabet[$_ & 63] } unpack 'C*', $bytes;
        spew("$dir/hmac$size", $text);
        $secret{$text} = 1;
    }

    # last: it says that the folder is complete
    spew("$dir/forbidden", join '', map { "key $_\n" } sort keys %secret);
}


# The private part of a key in base64, as pieces of 20 characters: a log that
# holds a longer row of it holds a whole piece, wherever the row begins.  The
# public part is no secret, and the head is the same in all keys of a type.
# (A PEM in a log is found by its marker; base64 of a PEM is the second form.)

sub note_secret {
    my ($secret, $name, $der) = @_;

    my ($from, $to) = @{ $PRIVATE{$name} // [ length($der) * 0.5,
                                              length($der) * 0.95 ] };

    my $b64 = encode_base64($der, '');
    my $pem = "-----BEGIN PRIVATE KEY-----\n" . join '', map { "$_\n" }
              $b64 =~ /.{1,64}/g;

    # base64 character of a byte, and where that is in the PEM
    ($from, $to) = (int($from * 4 / 3) + 1, int($to * 4 / 3) - 1);
    pieces($secret, $b64, $from, $to);

    ($from, $to) = map { $_ + 28 + int($_ / 64) } $from, $to;
    pieces($secret, encode_base64($pem, ''), int($from * 4 / 3) + 1,
           int($to * 4 / 3) - 1);
}


sub pieces {
    my ($secret, $text, $from, $to) = @_;

    for (my $i = $from; $i + 20 <= $to; $i += 10) {
        $secret->{ substr $text, $i, 20 } = 1;
    }
}


sub run {
    my ($command) = @_;
    my $out = `$command 2>&1`;
    die "$command: $out\n" if $?;
}


sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or die "$file: $!\n";
    local $/;
    return scalar <$in>;
}


sub spew {
    my ($file, $text) = @_;
    open my $out, '>:raw', $file or die "$file: $!\n";
    print $out $text;
    close $out or die "$file: $!\n";
}


1;
