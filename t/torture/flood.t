# Thousands of requests that cannot be answered with a token do not fill the log:
# without a key there is not a line for each of them, whatever they come through,
# nor for values that no token may have; what jwt_issuer_require denies is logged
# as nginx logs its own denials, and never twice for a request (F112).  Fails when
# mint_no_key() logs as an error.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;

my $nginx = Test::JWTIssuer::Server->new(log => 'notice', http => <<'END',
    jwt_issuer_service gone { key file %DIR%/key.pem; refresh 1s; stale 1200ms; }
    jwt_issuer_service demo { key file %KEYS%/p256.pem; claim n $arg_n number; }
    jwt_issuer_wait 0;
    keepalive_requests 1000000;
END
    server => <<'END');
    location = /gone { jwt_issuer_token gone; jwt_issuer_require off; }
    location = /i { jwt_issuer_inject gone; proxy_pass http://127.0.0.1:%PORT%/static; }
    location = /demo { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /nobody { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /denied { jwt_issuer_token demo; jwt_issuer_require $arg_x; }
END

$nginx->put_key('ed25519.pem');
$nginx->start;
unlink $nginx->dir . '/key.pem';
ok(wait_until(sub { ($nginx->get('/gone'))[0] == 503 }, 8), 'there is no key');
ok(wait_until(sub { $nginx->logged(qr/no usable key/) }, 5), 'and the log says so');

my $each = rounds(2000, 10_000);
my %lines;

for my $path (qw( /gone /i /demo?n=x /nobody?s=x /denied )) {
    my $before = () = $nginx->log_text =~ /\n/g;
    is($nginx->flood($each, "GET $path HTTP/1.1\r\nHost: x\r\n\r\n"), 0,
       "$path: $each requests, no token");
    $lines{$path} = (() = $nginx->log_text =~ /\n/g) - $before;
}

cmp_ok($lines{$_}, '<=', 5, "$_: $lines{$_} lines in the log")
    for qw( /gone /i /demo?n=x /nobody?s=x );
cmp_ok($lines{$_}, '<=', $each, "$_: at most one for each request")
    for '/denied';

figure(F112 => join ', ', map { "$_: $lines{$_} lines of $each requests" } sort keys %lines);

done_testing();
