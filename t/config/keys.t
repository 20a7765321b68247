# A key that cannot be used fails "nginx -t" with a reason, and nothing of it is
# printed (tools/secrets.pl reads the logs).  Fails when a check of the sources,
# of jwti_key_parse() or of the probe is taken out; without O_NONBLOCK the block
# with the FIFO hangs, without the refusing callback the one with the encrypted
# key does.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

BEGIN {
    use File::Temp ();
    our $temp = File::Temp->newdir(TMPDIR => 1);
    chmod 0755, $temp;
    $ENV{TEST_NGINX_BAD_KEYS} = "$temp";
    $ENV{TEST_NGINX_DEV} = '/dev';

    my $keys = Test::JWTIssuer::keys_dir();
    system(<<"END") == 0 or die "openssl failed\n";
        exec 2>/dev/null; set -e; cd $temp; umask 022
        openssl genrsa -out rsa2047.pem 2047
        openssl genpkey -algorithm X25519 -out x25519.pem
        openssl pkcs8 -topk8 -in $keys/p256.pem -passout pass:x -out encrypted.pem
        openssl rsa -traditional -aes128 -passout pass:x -in $keys/rsa.pem \\
            -out encrypted.pkcs1
        openssl req -x509 -new -key $keys/p256.pem -subj /CN=x -out cert.pem
        cat $keys/p256.pem $keys/ed25519.pem > two.pem
        head -c 900 $keys/rsa.pem > short.pem
        head -c 900 $keys/rsa.der > short.der
        mkdir directory; mkfifo fifo; : > empty
        head -c 64 /dev/zero > nul
        printf ' \\n\\t\\n' > space
        head -c 65537 /dev/zero | tr '\\0' A > long
        echo 'this is no key' > nonsense
        echo '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}' \\
            > public.jwk
END

    # what nginx finds in its environment when it reads the configuration
    $ENV{JWT_ISSUER_EMPTY} = '';
    $ENV{JWT_ISSUER_NONSENSE} = 'this is no key';
    $ENV{JWT_ISSUER_LONG} = 'A' x 65537;
}

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: an unknown source
--- service
key vault secret/demo;
--- refused
unknown key source "vault"



=== TEST 2: a source has one case
--- service
key FILE a;
--- refused
unknown key source "FILE"



=== TEST 3: a file and something else
--- service
key file a b;
--- refused
"key file" takes the path of one file



=== TEST 4: a file without a name
--- service
key file "";
--- refused
"key file" takes the path of one file



=== TEST 5: a variable and something else
--- service
key env A B;
--- refused
"key env" takes the name of one variable



=== TEST 6: 1A is no name of a variable
--- service
key env 1A;
--- refused
invalid variable name "1A"



=== TEST 7: A-B is no name of a variable
--- service
key env A-B;
--- refused
invalid variable name "A-B"



=== TEST 8: A=B is no name of a variable
--- service
key env A=B;
--- refused
invalid variable name "A=B"



=== TEST 9: $A is no name of a variable
--- service
key env $A;
--- refused
invalid variable name "$A"



=== TEST 10: "" is no name of a variable
--- service
key env "";
--- refused
invalid variable name ""



=== TEST 11: "A B" is no name of a variable
--- service
key env "A B";
--- refused
invalid variable name "A B"



=== TEST 12: a variable that is not set
--- service
key env JWT_ISSUER_NOT_SET;
--- refused
environment variable "JWT_ISSUER_NOT_SET" is not set in service "demo"



=== TEST 13: a variable that is empty
--- service
key env JWT_ISSUER_EMPTY;
--- refused
environment variable "JWT_ISSUER_EMPTY" is not set in service "demo"



=== TEST 14: a variable that holds no key
--- service
key env JWT_ISSUER_NONSENSE;
--- refused
cannot use key "env JWT_ISSUER_NONSENSE" in service "demo": text is not a key in any known form



=== TEST 15: a variable that is too long
--- service
key env JWT_ISSUER_LONG;
--- refused
environment variable "JWT_ISSUER_LONG" is too long in service "demo"



=== TEST 16: a file that is not there
--- service
key file $TEST_NGINX_BAD_KEYS/missing;
--- refused
(2: No such file or directory)



=== TEST 17: a directory
--- service
key file $TEST_NGINX_BAD_KEYS/directory;
--- refused
in service "demo": it is not a regular file



=== TEST 18: a FIFO is not waited for
--- service
key file $TEST_NGINX_BAD_KEYS/fifo;
--- refused
in service "demo": it is not a regular file



=== TEST 19: a device
--- service
key file $TEST_NGINX_DEV/zero;
--- refused
in service "demo": it is not a regular file



=== TEST 20: an empty file
--- service
key file $TEST_NGINX_BAD_KEYS/empty;
--- refused
in service "demo": it is empty



=== TEST 21: a file of white space
--- service
key file $TEST_NGINX_BAD_KEYS/space;
--- refused
in service "demo"



=== TEST 22: a file of 65537 bytes
--- service
key file $TEST_NGINX_BAD_KEYS/long;
--- refused
in service "demo": it is too long



=== TEST 23: a file of NULs
--- service
key file $TEST_NGINX_BAD_KEYS/nul;
--- refused
in service "demo"



=== TEST 24: an RSA key of 1024 bits
--- service
key file $TEST_NGINX_KEYS/rsa1024.pem;
--- refused
RSA key is shorter than 2048 bits



=== TEST 25: an RSA key of 2047 bits
--- service
key file $TEST_NGINX_BAD_KEYS/rsa2047.pem;
--- refused
RSA key is shorter than 2048 bits



=== TEST 26: a curve that JOSE does not know
--- service
key file $TEST_NGINX_KEYS/k256.pem;
--- refused
unsupported elliptic curve



=== TEST 27: a curve of another kind
--- service
key file $TEST_NGINX_BAD_KEYS/x25519.pem;
--- refused
unsupported key type



=== TEST 28: an encrypted key is refused at once
--- service
key file $TEST_NGINX_BAD_KEYS/encrypted.pem;
--- refused
encrypted keys are not supported



=== TEST 29: an encrypted key of the older form
--- service
key file $TEST_NGINX_BAD_KEYS/encrypted.pkcs1;
--- refused
encrypted keys are not supported



=== TEST 30: a public key
--- service
key file $TEST_NGINX_KEYS/rsa.pub;
--- refused
PEM



=== TEST 31: a certificate
--- service
key file $TEST_NGINX_BAD_KEYS/cert.pem;
--- refused
PEM



=== TEST 32: two keys in one file
--- service
key file $TEST_NGINX_BAD_KEYS/two.pem;
--- refused
several private keys in one text



=== TEST 33: a PEM that ends early
--- service
key file $TEST_NGINX_BAD_KEYS/short.pem;
--- refused
PEM is truncated



=== TEST 34: a DER that ends early
--- service
key file $TEST_NGINX_BAD_KEYS/short.der;
--- refused
in service "demo"



=== TEST 35: a JWK without its private part
--- service
key file $TEST_NGINX_BAD_KEYS/public.jwk;
--- refused
in service "demo"



=== TEST 36: text that is no key
--- service
key file $TEST_NGINX_BAD_KEYS/nonsense;
--- refused
text is not a key in any known form



=== TEST 37: text that is no key is no secret either
--- service
key file $TEST_NGINX_KEYS/hmac64;
--- refused
text is not a key in any known form



=== TEST 38: a secret shorter than the hash
--- service
key file $TEST_NGINX_KEYS/hmac16;
algorithm HS256;
--- refused
HMAC secret is shorter than the hash



=== TEST 39: a secret of 32 bytes for HS384
--- service
key file $TEST_NGINX_KEYS/hmac32;
algorithm HS384;
--- refused
HMAC secret is shorter than the hash



=== TEST 40: a secret of 48 bytes for HS512
--- service
key file $TEST_NGINX_KEYS/hmac48;
algorithm HS512;
--- refused
HMAC secret is shorter than the hash



=== TEST 41: a private key is no secret
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm HS256;
--- refused
PEM text is no secret for HMAC



=== TEST 42: an unknown algorithm (none)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "none";
--- refused
unknown algorithm "none"



=== TEST 43: an unknown algorithm (RS1)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "RS1";
--- refused
unknown algorithm "RS1"



=== TEST 44: an unknown algorithm (HS128)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "HS128";
--- refused
unknown algorithm "HS128"



=== TEST 45: an unknown algorithm (rs256)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "rs256";
--- refused
unknown algorithm "rs256"



=== TEST 46: an unknown algorithm (ES256K)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "ES256K";
--- refused
unknown algorithm "ES256K"



=== TEST 47: an unknown algorithm (Ed448)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "Ed448";
--- refused
unknown algorithm "Ed448"



=== TEST 48: an unknown algorithm (empty)
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm "";
--- refused
unknown algorithm ""



=== TEST 49: ES256 does not fit rsa
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm ES256;
--- refused
key is not of the type or curve of the algorithm



=== TEST 50: EdDSA does not fit rsa
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
algorithm EdDSA;
--- refused
key is not of the type or curve of the algorithm



=== TEST 51: RS256 does not fit p256
--- service
key file $TEST_NGINX_KEYS/p256.pem;
algorithm RS256;
--- refused
key is not of the type or curve of the algorithm



=== TEST 52: PS512 does not fit p256
--- service
key file $TEST_NGINX_KEYS/p256.pem;
algorithm PS512;
--- refused
key is not of the type or curve of the algorithm



=== TEST 53: ES384 does not fit p256
--- service
key file $TEST_NGINX_KEYS/p256.pem;
algorithm ES384;
--- refused
key is not of the type or curve of the algorithm



=== TEST 54: ES512 does not fit p256
--- service
key file $TEST_NGINX_KEYS/p256.pem;
algorithm ES512;
--- refused
key is not of the type or curve of the algorithm



=== TEST 55: ES256 does not fit p384
--- service
key file $TEST_NGINX_KEYS/p384.pem;
algorithm ES256;
--- refused
key is not of the type or curve of the algorithm



=== TEST 56: ES256 does not fit p521
--- service
key file $TEST_NGINX_KEYS/p521.pem;
algorithm ES256;
--- refused
key is not of the type or curve of the algorithm



=== TEST 57: ES256 does not fit ed25519
--- service
key file $TEST_NGINX_KEYS/ed25519.pem;
algorithm ES256;
--- refused
key is not of the type or curve of the algorithm



=== TEST 58: RS256 does not fit ed25519
--- service
key file $TEST_NGINX_KEYS/ed25519.pem;
algorithm RS256;
--- refused
key is not of the type or curve of the algorithm
