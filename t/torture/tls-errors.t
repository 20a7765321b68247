# Keys that cannot be used leave entries in OpenSSL's queue of errors, which nginx
# takes for its own on the next TLS connection: "ignoring stale global SSL error",
# or that connection ends (F56).  Fails when jwti_key_parse() and jwti_sign() do not
# empty the queue.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Keys ();
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;

my $tls = Test::JWTIssuer::Server::free_port();
my @bad = map { "bad$_" } 1 .. 20;

my $nginx = Test::JWTIssuer::Server->new(log => 'info',
    http => join('', map { <<"END" } @bad), server => <<"END2" . <<'END3');
    jwt_issuer_service $_ { key file %DIR%/$_.pem; refresh 1s; stale 1h; }
END
    listen 127.0.0.1:$tls ssl;
END2
    ssl_certificate %DIR%/tls.crt;
    ssl_certificate_key %DIR%/tls.key;
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
END3

my $dir = $nginx->dir;
system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
       . " -subj /CN=localhost -keyout $dir/tls.key -out $dir/tls.crt 2>/dev/null")
    == 0 or die "openssl\n";
my $good = Test::JWTIssuer::Keys::slurp(Test::JWTIssuer::Keys::folder() . '/p256.pem');
$nginx->put($good, "$_.pem") for @bad;
$nginx->start;

# each a different wrong one, again and again

my @lines = split /\n/, $good;
my $round = 0;
sub spoil {
    $round++;
    for my $n (1 .. @bad) {
        my $body = $lines[1];
        substr $body, ($n * 3 + $round) % 60, 1, chr 65 + ($n + $round) % 26;
        $nginx->put(join("\n", $lines[0], $n % 3 ? $body : substr($body, 0, 20 + $n),
                         @lines[2 .. $#lines], ''), "bad$n.pem");
    }
}

my ($asked, $answered) = (0, 0);
my $until = time + rounds(4, 15);

while (time < $until) {
    spoil();
    my $got = `curl -sk --no-keepalive -w '%{http_code}\\n' -o /dev/null 'https://127.0.0.1:$tls/static?[1-40]'`;
    $asked += 40;
    $answered += () = $got =~ /^200$/mg;
    $nginx->get("/token?s=$_") for @bad[0 .. 3];
}

my $failures = $nginx->logged(qr/key is not fetched/);
cmp_ok($failures, '>=', 15, 'keys were refused meanwhile');
is($answered, $asked, "$asked TLS connections were served");
is($nginx->logged(qr/ignoring stale global SSL error|SSL_.*failed/), 0,
   'nginx has found nothing of ours');

figure(F56 => "$round rounds of 20 bad keys: $answered of $asked TLS connections served");

done_testing();
