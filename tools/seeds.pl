#!/usr/bin/perl
# seeds.pl DIR: makes what the fuzz targets begin with and what has no place in a
# repository or is no text: keys, which are made here and now, and the published
# examples of t/unit/rfc_keys.h; claims as bytes.  DIR/NAME/seed-...; texts are
# in t/unit/corpus/NAME.

use strict;
use warnings;

use File::Temp ();
use FindBin ();
use JSON::PP ();
use MIME::Base64 qw( encode_base64 decode_base64url );

my $dir = shift // die "usage: $0 DIR\n";
my $temp = File::Temp->newdir('jwt-issuer-seeds-XXXXXX', TMPDIR => 1);

keys_of_types();
keys_of_rfcs();
claims();


sub seed {
    my ($target, $name, $bytes) = @_;

    for my $folder ($dir, "$dir/$target") {
        -d $folder or mkdir $folder or die "$folder: $!\n";
    }

    open my $out, '>:raw', "$dir/$target/seed-$name"
        or die "$dir/$target/seed-$name: $!\n";
    print $out $bytes;
    close $out or die "$name: $!\n";
}


sub openssl {
    my ($arguments) = @_;
    my $out = `openssl $arguments 2>$temp/errors`;
    die "openssl $arguments: ", `cat $temp/errors` if $?;
    return $out;
}


sub keys_of_types {
    my %types = (
        rsa => 'RSA -pkeyopt rsa_keygen_bits:2048', ed25519 => 'ED25519',
        pss => 'RSA-PSS -pkeyopt rsa_keygen_bits:2048',
        map { (lc($_) => "EC -pkeyopt ec_paramgen_curve:$_") }
            qw( P-256 P-384 P-521 ),
    );

    for my $name (sort keys %types) {
        my $file = "$temp/$name";
        openssl("genpkey -algorithm $types{$name} -out $file");

        my $der = openssl("pkcs8 -topk8 -nocrypt -in $file -outform DER");
        my $pem = openssl("pkey -in $file");

        seed('fuzz_keytext', "$name-pem", $pem);
        seed('fuzz_keytext', "$name-der", $der);
        seed('fuzz_keytext', "$name-base64", encode_base64($der, ''));
        seed('fuzz_keytext', "$name-escaped", $pem =~ s/\n/\\n/gr);
        seed('fuzz_keytext', "$name-public", openssl("pkey -in $file -pubout"));
        seed('fuzz_keytext', "$name-encrypted",
             openssl("pkcs8 -topk8 -in $file -passout pass:x"));
        seed('fuzz_keytext', "$name-older", openssl("pkey -in $file -traditional"))
            if $name =~ /^(?:rsa|p-)/;
    }
}


# as texts, and as the numbers in them; the names are those of fuzz_jwk.c

sub keys_of_rfcs {
    my $text = slurp("$FindBin::Bin/../t/unit/rfc_keys.h");
    my $target = slurp("$FindBin::Bin/../t/unit/fuzz_jwk.c");
    my ($types, $members) = map { [ strings($_) ] }
        $target =~ /fuzz_types\[\] = \{(.*?)\};.*?fuzz_members\[\] = \{(.*?)\};/s;

    while ($text =~ /static const char  (\w+_jwk)\[\] =(.*?);\n/gs) {
        my $name = $1;
        my $jwk = join '', strings($2);
        my $key = JSON::PP::decode_json($jwk);

        seed('fuzz_keytext', $name, $jwk);

        my $bytes = chr index_of($key->{kty}, @$types);

        for my $member (sort grep { $_ ne 'kty' } keys %$key) {
            my $value = $key->{$member};
            my $at = index_of(qq($member":"$value), @$members);

            if ($at >= 0) {
                $bytes .= pack 'Cn', $at, 0;
                next;
            }

            $at = index_of($member, @$members);
            $bytes .= pack 'Cn/a*', $at, decode_base64url($value) if $at >= 0;
        }

        seed('fuzz_jwk', $name, $bytes);
    }
}


# the strings of a piece of C

sub strings {
    my ($text) = @_;
    return map { s/\\(.)/$1/gr } $text =~ /"((?:[^"\\]|\\.)*)"/g;
}


sub index_of {
    my ($what, @list) = @_;
    my ($at) = grep { $list[$_] eq $what } 0 .. $#list;
    return $at // -1;
}


# as take_claims() of t/unit/fuzz_claims.h reads them

sub claims {
    my $n = 0;

    for my $case (
        [ 0, 0, [], [] ],
        [ 0x08, 0, [], [ [ 0, 'c', 'v' ] ], 'read write:all' ],
        [ 0x38, 1, [], [ [ 1, 'n', '9007199254740993' ] ] ],
        [ 0xfd, 2, [ 'a', "b\x{fffd}", '"\\' ],
          [ [ 3, 'o', '{"a":[1],"jti":"yyyyyyyyyyyyyyyyyyyyyy"}' ], [ 2, 'b', 'true' ],
            [ 0, 'client_id', "\e\x7f" ] ] ],
        [ 0x7a, 0, [ 'aud' ], [ [ 0, 'd', '"' x 254 ] ] ],

        # as long as a token may be, or hardly more
        map { [ 0x72, 0, [ 'a' x 4000 ], [ [ 0, 'd', 'b' x (1680 + 6 * $_) ] ] ] }
            1 .. 8)
    {
        my ($flags, $headers, $audience, $claims, $scope) = @$case;
        my @headers = map { [ 0, "h$_", 'v' ] } 1 .. $headers;
        my @texts = grep { defined } ($flags & 0x10 ? "sub,\"jti\":\"" : undef,
                                      $flags & 0x20 ? 'https://x/' : undef,
                                      @$audience);
        utf8::encode($_) for @texts;

        my $bytes = pack 'C4', $flags, 60, 1, 130;
        $bytes .= join '', map { counted($_) } @texts;
        $bytes .= pack 'C', @$claims | $headers << 2 | (defined $scope ? 16 : 0);
        $bytes .= counted($scope) if defined $scope;
        $bytes .= pack('C', $_->[0]) . counted($_->[1]) . counted($_->[2])
            for @$claims, @headers;

        $n++;
        seed('fuzz_claims', "claims-$n", "\xff$bytes");
        seed('fuzz_token', "claims-$n-$_", chr($_) . $bytes) for 0 .. 3;
    }
}


# behind its length, as take() reads it

sub counted {
    my ($text) = @_;
    my $len = length $text;
    return pack('C', $len) . $text if $len < 255;
    my $high = $len < 4080 ? int($len / 16) : 255;
    return pack('CCC', 255, $high, $len - 16 * $high) . $text;
}


sub slurp {
    my ($file) = @_;
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    return <$in>;
}
