package Test::JWTIssuer::TLS;

# A certificate authority of the tests' own and a certificate of it for
# localhost and 127.0.0.1, made when they are asked for.
#
#   my $tls = Test::JWTIssuer::TLS::folder();
#   "$tls/ca.pem"  "$tls/server.pem"  "$tls/server.key"

use strict;
use warnings;

use File::Temp ();

use Test::JWTIssuer::Keys ();

my $temp;   # removed with the object


sub folder {
    return "$temp" if $temp;

    $temp = File::Temp->newdir('jwt-issuer-tls-XXXXXX', TMPDIR => 1);

    my $new = 'openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

    Test::JWTIssuer::Keys::run("cd $temp && $new -x509 -days 2 -subj '/CN=CA'"
        . " -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem");

    Test::JWTIssuer::Keys::spew("$temp/extensions",
        "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
        . "basicConstraints=CA:FALSE\n");

    Test::JWTIssuer::Keys::run("cd $temp && $new -subj /CN=localhost"
        . " -keyout server.key -out server.csr && openssl x509 -req -days 2"
        . " -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial"
        . " -extfile extensions -out server.pem");

    return "$temp";
}


1;
