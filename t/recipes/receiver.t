# The recipe "A receiver that verifies" of README.md, its nginx and its program,
# against another nginx that issues: what is no good token does not reach the
# service, and the key set is fetched when it is needed.
#
# Fails when the program does not look at the audience, the algorithm, the time
# or the signature, when nginx does not keep the set, or when an unknown kid is
# not looked for.

use strict;
use warnings;

use lib 't/lib';
use Digest::SHA qw( hmac_sha256 );
use JSON::PP qw( encode_json );
use MIME::Base64 qw( encode_base64url );
use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Recipe;
use Test::More;

my $issuer = Test::JWTIssuer::Server->new;
my $nginx = Test::JWTIssuer::Server->new;
my ($dir, $keys) = ($nginx->dir, $nginx->keys_dir);
my ($port, $edge, $verifier, $local) = map { free_port() } 1 .. 4;
my $up = upstream();

mkdir "$dir/certs";
my $ca = authority("$dir/certs/services-ca");
certificate("$dir/certs/$_", $ca, "/CN=$_", "DNS:$_.example.com")
    for qw( ledger edge );
$issuer->put_key('p256.pem');

sub issue {
    my ($key) = @_;

    return http => <<"END";
    jwt_issuer_defaults { audience ledger; reuse off; }
    jwt_issuer_service core { key file $key; }
    jwt_issuer_service news { key file $key; audience news; }
    jwt_issuer_service web {
        key file %KEYS%/rsa.pem;
        algorithm RS512;
    }
    log_format seen '\$request';
    server {
        listen 127.0.0.1:$edge ssl;
        ssl_certificate $dir/certs/edge.crt;
        ssl_certificate_key $dir/certs/edge.key;
        access_log logs/seen seen;
        location = /.well-known/jwks.json { jwt_issuer_jwks; }
    }
END
}

$issuer->set(server => <<'END', issue('key.pem'))->start;
    location = /token {
        jwt_issuer_token $arg_service subject=$arg_subject;
        jwt_issuer_require off;
    }
END

my $title = 'A receiver that verifies';

# how often a set is fetched for an unknown kid is not for a clock to decide:
# once in this suite, later without a limit

sub config {
    my ($rate) = @_;

    return http => placed(recipe($title),
        'listen 443 ssl' => "listen 127.0.0.1:$port ssl",
        'listen 127.0.0.1:9101' => "listen 127.0.0.1:$local",
        '127.0.0.1:9100' => "127.0.0.1:$verifier",
        '127.0.0.1:8080' => '127.0.0.1:' . $up->port,
        '/var/lib/nginx/jwks' => "$dir/temp/jwks",
        'https://edge.example.com' => "https://localhost:$edge",
        'proxy_ssl_server_name on;' =>
            'proxy_ssl_server_name on; proxy_ssl_name edge.example.com;',
        'rate=6r/m' => "rate=$rate");
}

$nginx->set(config('1r/m'))->start;

my $program = recipe($title, 'python');
$program =~ s/127\.0\.0\.1:9101/127.0.0.1:$local/ or die "no port 9101\n";
$program =~ s/("127\.0\.0\.1", )9100/$1$verifier/ or die "no port 9100\n";
Test::JWTIssuer::Keys::spew("$dir/verifier.py", $program);

my $pid = child('/usr/bin/python3', '-B', "$dir/verifier.py");
wait_until(sub { (curl("http://127.0.0.1:$verifier/"))[0] == 401 }, 20)
    or die "the verifier does not start\n";


my ($good, $kid);
my $now = time;

sub token {
    my ($service, $subject) = @_;
    return token_of(($issuer->get("/token?service=$service&subject="
                                  . ($subject // 'shop')))[1]);
}


sub ask {
    my ($token, @more) = @_;
    my ($status, $body, $headers) = curl("https://ledger.example.com:$port/a",
        '--resolve', "ledger.example.com:$port:127.0.0.1",
        '--cacert', "$ca.crt",
        (defined $token ? ('-H', "Authorization: Bearer $token") : ()), @more);
    return ($status, { told($body) }, $headers);
}


sub forged {
    my (@arguments) = @_;
    open my $in, '-|', '/usr/bin/python3', '-B', 't/lib/sign.py', @arguments
        or die "sign.py: $!\n";
    chomp(my $token = <$in> // '');
    return $token;
}


sub unsigned {
    my ($algorithm) = @_;
    return join '.', (map { encode_base64url(encode_json($_)) }
        { alg => $algorithm, kid => $kid },
        { sub => 'shop', aud => 'ledger', iat => $now, exp => $now + 600 }), '';
}


sub kid_of {
    my ($head) = Test::JWTIssuer::Token::jwt_parts($_[0]);
    return $head =~ /"kid":"([^"]+)"/ ? $1 : die "no kid\n";
}


$good = token('core');
$kid = kid_of($good);

my ($status, $got) = ask($good);
is($status, 200, 'a good token');
is($got->{'X-Caller'}, 'shop', 'the service sees whose it is');
is($got->{Authorization}, '', 'and not the token');

(undef, $got) = ask($good, '-H', 'X-Caller: admin');
is($got->{'X-Caller'}, 'shop', 'what a client says of itself is gone');

# what the issuer would not say, written by another hand with its key

my @claims = ('aud=ledger', 'sub=shop');
my ($head, undef, $signature) = split /\./, $good;

($status) = ask(forged("$keys/p256.pem", 'ES256', "kid=$kid", @claims));
is($status, 200, 'a token of the same key is good, whoever writes it');

($status, $got) = ask(forged("$keys/p256.pem", 'ES256', "kid=$kid",
                             'aud=ledger', "sub=a\r\nX-Caller: admin"));
is("$status $got->{'X-Caller'}", '200 a%0D%0AX-Caller%3A%20admin',
   'a subject brings no other header');

is(asked($issuer), 1, 'the key set was fetched once for all of these');
my $reached = asked($up, 4);

my %bad = (
    'expired' => forged("$keys/p256.pem", 'ES256', "kid=$kid", @claims,
                        'exp=' . ($now - 100)),
    'of another audience' => token('news'),
    'without audience' => forged("$keys/p256.pem", 'ES256', "kid=$kid",
                                 'sub=shop'),
    'without subject' => forged("$keys/p256.pem", 'ES256', "kid=$kid",
                                'aud=ledger'),
    'changed' => join('.', $head, encode_base64url(encode_json(
        { sub => 'admin', aud => 'ledger', iat => $now,
          exp => $now + 600 })), $signature),
    'of another key' => forged("$keys/p256-next.pem", 'ES256', "kid=$kid",
                               @claims),
    'of another algorithm' => token('web'),
    'of a key that is for another one' =>
        forged("$keys/p256.pem", 'ES256', 'kid=' . kid_of(token('web')),
               @claims),
    'without kid' => forged("$keys/p256.pem", 'ES256', @claims),
    'that is no token' => 'a.b.c',
    'that is empty' => '',
    (map { ("with alg $_" => unsigned($_)) } qw( none None )),
    'with the public key as a secret' => do {
        my $text = unsigned('HS256') =~ s/\.$//r;
        my $public = Test::JWTIssuer::Keys::slurp("$keys/p256.pub");
        "$text." . encode_base64url(hmac_sha256($text, $public));
    },
);

for my $what (sort keys %bad) {
    ($status, undef, my $headers) = ask($bad{$what});
    is("$status " . ($headers->{'www-authenticate'} // ''), '401 Bearer',
       "a token $what");
}

($status) = ask(undef);
is($status, 401, 'no token');
($status) = ask(undef, '-H', 'Authorization: Basic YTpi');
is($status, 401, 'another scheme');
is(asked($up), $reached, 'the service has seen none of them');


is(asked($issuer, 2), 2, 'unknown keys are looked for, but not each time');

# a new key signs at once

$nginx->set(config('100r/s'))->reload;
$issuer->put_key('p256-next.pem', 'next.pem');
$issuer->set(issue('next.pem'))->reload;

my $next = token('core');
($status) = ask($next);
is($status, 200, 'a new key is found before the set is too old');
my $before = asked($issuer, 3);
ask($next) for 1 .. 3;
($status) = ask($good);
is($status, 200, 'the one before it is good as long as it is published');
is(asked($issuer), $before, 'and the set is kept again');
is($before, 3, 'which was fetched for the new key');

# without the edge, then without the verifier

$issuer->stop;
($status) = ask($next);
is($status, 200, 'what is in the set is verified without the edge');
($status) = ask(forged("$keys/ed25519.pem", 'EdDSA', 'kid=x', @claims));
is($status, 401, 'what is not in it is refused');

kill 'TERM', $pid;
waitpid $pid, 0;
$reached = asked($up);
($status) = ask($next);
is($status, 500, 'without the verifier nobody is let in');
is(asked($up), $reached, 'nor is the service asked');

done_testing();
