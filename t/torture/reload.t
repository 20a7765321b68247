# Reloads under load, four workers, connections that are kept and HTTP/2: no
# request fails and no token is wrong; a client of a kept connection that ends
# before the next request asks again, as HTTP has it, and one of HTTP/2 for what
# GOAWAY left (F02).  The master does not grow.  Fails when an old worker loses its
# keys before its requests are over, or when a configuration is not given back.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;
use Test::JWTIssuer::Peer qw( judge );
use IPC::Open2 qw( open2 );
use JSON::PP ();

my $h2 = Test::JWTIssuer::Server::free_port();

my $nginx = Test::JWTIssuer::Server->new(workers => 4, log => 'notice',
    http => <<'END', server => "listen 127.0.0.1:$h2 http2;" . <<'END2');
    keepalive_requests 1000000;
    jwt_issuer_service demo { key file %KEYS%/p256.pem; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; reuse off; }
    upstream self { server 127.0.0.1:%PORT%; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /rsa { jwt_issuer_token rsa; jwt_issuer_require off; }
    location = /i { jwt_issuer_inject rsa; proxy_pass http://self/up; }
    location = /up { return 200 "$http_authorization\n"; }
    location = /jwks { jwt_issuer_jwks; }
END2

$nginx->start;

my $watch = $nginx->watch('threads=2');
my $load = load($nginx, 2, map { "GET $_ HTTP/1.1\r\nHost: x\r\n\r\n" }
                           qw( /token /rsa /i /jwks ));
my $pid = open2(my $out, my $in, '/usr/bin/python3', '-B', 't/lib/h2.py',
                "http://127.0.0.1:$h2", '/rsa', 'load', 10);
is(readline $out, "sent\n", 'HTTP/2');

my $rounds = rounds(5, 100);
$nginx->reload for 1 .. 3;
my $rss = $nginx->rss($nginx->master);
$nginx->reload for 1 .. $rounds;
my $grown = $nginx->rss($nginx->master) - $rss;

print $in "end\n";
close $in;
my $streams = JSON::PP::decode_json(readline($out) // '{}');
waitpid $pid, 0;
my ($good, $other, $lost, $again, $tokens) = load_end($load);
my $seen = $nginx->watched($watch);

is($other + $lost, 0, "kept connections: $good answers, none failed");
is_deeply($seen->{failed}, [], "new connections: $seen->{tokens} tokens, none failed");
is_deeply($seen->{refused}, [], 'and each verified');
is($streams->{other}, 0, "HTTP/2: $streams->{good} answers, none failed");
cmp_ok($streams->{good}, '>', 50, 'many');
my $set = ($nginx->get('/jwks'))[1];
is(scalar(grep { !(judge(token_of($_) // '', $set))[0] } @{ $streams->{sample} }), 0,
   @{ $streams->{sample} } . ' of those verified');
cmp_ok(scalar @$tokens, '>=', 20, 'tokens of kept connections');
is(scalar(grep { !(judge($_, $set))[0] } @$tokens), 0, @$tokens . ' of those verified');
cmp_ok($grown, '<', 2048, "kB more in the master behind $rounds reloads");
ok(defined $nginx->drained(25), 'no old worker is left');
is($nginx->logged(qr/exited on signal|\[(?:crit|alert|emerg)\]/), 0, 'none has crashed');

figure(F02 => "$rounds reloads: $good answers on kept connections, $streams->{good} by"
       . " HTTP/2, $seen->{tokens} on new ones, 0 failed, 0 wrong; " . ($again
       + $streams->{again}) . " asked again; $grown kB more in the master");

done_testing();
