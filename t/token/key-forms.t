# Every form of text that a key is accepted in gives the same key, from a file and
# from the environment.  Fails when a form is taken out of jwti_key_parse().

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

# The tokens are verified with a JWKS that jwcrypto made of the same key.
BEGIN {
    use File::Temp ();
    our $known = File::Temp->newdir(TMPDIR => 1);
    chmod 0755, $known;
    $ENV{TEST_NGINX_KNOWN} = "$known";

    my $keys = keys_dir();
    system('/usr/bin/python3', '-c', <<'END', $keys, $known) == 0 or die;
import sys
from jwcrypto import jwk
keys, known = sys.argv[1:]
for name in ("rsa", "p256", "ed25519"):
    with open(f"{keys}/{name}.pem", "rb") as file:
        pem = file.read()
    key = jwk.JWK.from_pem(pem)
    public = jwk.JWKSet()
    public["keys"].add(jwk.JWK(**{**key.export_public(True),
                                 "kid": key.thumbprint()}))
    for path, text in ((f"{known}/{name}.jwks", public.export(False).encode()),
                       (f"{known}/{name}.jwk", key.export().encode()),
                       (f"{known}/{name}.crlf", pem.replace(b"\n", b"\r\n")),
                       (f"{known}/{name}.text", b"a key:\n" + pem)):
        with open(path, "wb") as file:
            file.write(text)
END

    for my $file (glob("$keys/*"), glob("$known/*")) {
        my ($name) = $file =~ m{/((?:rsa|p256|ed25519)\.(?!der)\w+)$} or next;
        open my $in, '<', $file or die "$file: $!\n";
        local $/;
        $ENV{'JWT_ISSUER_' . uc $name =~ s/\W/_/gr} = <$in>;
    }
}

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: rsa: PKCS#8 in PEM, in a file
--- service
key file $TEST_NGINX_KEYS/rsa.pem;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 2: rsa: PKCS#8 in PEM, in a variable
--- service
key env JWT_ISSUER_RSA_PEM;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 3: p256: PKCS#8 in PEM, in a file
--- service
key file $TEST_NGINX_KEYS/p256.pem;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 4: p256: PKCS#8 in PEM, in a variable
--- service
key env JWT_ISSUER_P256_PEM;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 5: ed25519: PKCS#8 in PEM, in a file
--- service
key file $TEST_NGINX_KEYS/ed25519.pem;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 6: ed25519: PKCS#8 in PEM, in a variable
--- service
key env JWT_ISSUER_ED25519_PEM;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 7: rsa: PKCS#1 in PEM, in a file
--- service
key file $TEST_NGINX_KEYS/rsa.pkcs1;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 8: rsa: PKCS#1 in PEM, in a variable
--- service
key env JWT_ISSUER_RSA_PKCS1;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 9: p256: SEC1 in PEM, in a file
--- service
key file $TEST_NGINX_KEYS/p256.sec1;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 10: p256: SEC1 in PEM, in a variable
--- service
key env JWT_ISSUER_P256_SEC1;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 11: rsa: PEM with \n written as two characters, in a file
--- service
key file $TEST_NGINX_KEYS/rsa.escaped;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 12: rsa: PEM with \n written as two characters, in a variable
--- service
key env JWT_ISSUER_RSA_ESCAPED;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 13: p256: PEM with \n written as two characters, in a file
--- service
key file $TEST_NGINX_KEYS/p256.escaped;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 14: p256: PEM with \n written as two characters, in a variable
--- service
key env JWT_ISSUER_P256_ESCAPED;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 15: ed25519: PEM with \n written as two characters, in a file
--- service
key file $TEST_NGINX_KEYS/ed25519.escaped;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 16: ed25519: PEM with \n written as two characters, in a variable
--- service
key env JWT_ISSUER_ED25519_ESCAPED;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 17: rsa: base64 of DER on one line, in a file
--- service
key file $TEST_NGINX_KEYS/rsa.b64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 18: rsa: base64 of DER on one line, in a variable
--- service
key env JWT_ISSUER_RSA_B64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 19: p256: base64 of DER on one line, in a file
--- service
key file $TEST_NGINX_KEYS/p256.b64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 20: p256: base64 of DER on one line, in a variable
--- service
key env JWT_ISSUER_P256_B64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 21: ed25519: base64 of DER on one line, in a file
--- service
key file $TEST_NGINX_KEYS/ed25519.b64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 22: ed25519: base64 of DER on one line, in a variable
--- service
key env JWT_ISSUER_ED25519_B64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 23: rsa: base64 of PEM, in a file
--- service
key file $TEST_NGINX_KEYS/rsa.pem64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 24: rsa: base64 of PEM, in a variable
--- service
key env JWT_ISSUER_RSA_PEM64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 25: p256: base64 of PEM, in a file
--- service
key file $TEST_NGINX_KEYS/p256.pem64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 26: p256: base64 of PEM, in a variable
--- service
key env JWT_ISSUER_P256_PEM64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 27: ed25519: base64 of PEM, in a file
--- service
key file $TEST_NGINX_KEYS/ed25519.pem64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 28: ed25519: base64 of PEM, in a variable
--- service
key env JWT_ISSUER_ED25519_PEM64;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 29: rsa: DER bytes, in a file
--- service
key file $TEST_NGINX_KEYS/rsa.der;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 30: p256: DER bytes, in a file
--- service
key file $TEST_NGINX_KEYS/p256.der;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 31: ed25519: DER bytes, in a file
--- service
key file $TEST_NGINX_KEYS/ed25519.der;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 32: rsa: a JWK, in a file
--- service
key file $TEST_NGINX_KNOWN/rsa.jwk;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 33: rsa: a JWK, in a variable
--- service
key env JWT_ISSUER_RSA_JWK;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 34: p256: a JWK, in a file
--- service
key file $TEST_NGINX_KNOWN/p256.jwk;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 35: p256: a JWK, in a variable
--- service
key env JWT_ISSUER_P256_JWK;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 36: ed25519: a JWK, in a file
--- service
key file $TEST_NGINX_KNOWN/ed25519.jwk;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 37: ed25519: a JWK, in a variable
--- service
key env JWT_ISSUER_ED25519_JWK;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 38: rsa: PEM with CRLF, in a file
--- service
key file $TEST_NGINX_KNOWN/rsa.crlf;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 39: rsa: PEM with CRLF, in a variable
--- service
key env JWT_ISSUER_RSA_CRLF;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 40: p256: PEM with CRLF, in a file
--- service
key file $TEST_NGINX_KNOWN/p256.crlf;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 41: p256: PEM with CRLF, in a variable
--- service
key env JWT_ISSUER_P256_CRLF;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 42: ed25519: PEM with CRLF, in a file
--- service
key file $TEST_NGINX_KNOWN/ed25519.crlf;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 43: ed25519: PEM with CRLF, in a variable
--- service
key env JWT_ISSUER_ED25519_CRLF;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 44: rsa: PEM behind other text, in a file
--- service
key file $TEST_NGINX_KNOWN/rsa.text;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 45: rsa: PEM behind other text, in a variable
--- service
key env JWT_ISSUER_RSA_TEXT;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'RS512', jwks => "$main::known/rsa.jwks")
--- response_body
verified
{"alg":"RS512","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 46: p256: PEM behind other text, in a file
--- service
key file $TEST_NGINX_KNOWN/p256.text;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 47: p256: PEM behind other text, in a variable
--- service
key env JWT_ISSUER_P256_TEXT;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'ES256', jwks => "$main::known/p256.jwks")
--- response_body
verified
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 48: ed25519: PEM behind other text, in a file
--- service
key file $TEST_NGINX_KNOWN/ed25519.text;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 49: ed25519: PEM behind other text, in a variable
--- service
key env JWT_ISSUER_ED25519_TEXT;
--- request
GET /token
--- response_body_filters eval: verified(algorithm => 'EdDSA', jwks => "$main::known/ed25519.jwks")
--- response_body
verified
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}
