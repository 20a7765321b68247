# A request of HTTP/0.9 has no header list at all: what was not injected into it
# is not taken back either.  The requests between leave memory behind that is
# not empty.  Fails (a worker crashes) when headers_restore() takes the mark of a
# request that got no token for a list.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<'END2');
    jwt_issuer_service demo { key file %KEYS%/p256.pem; }
    log_format unknown '$request_uri $http_x_unknown';
END
    location / { add_header X-Seen "[$http_x_seen]"; return 200 "open\n"; }
    location = /page {
        jwt_issuer_inject $arg_s;
        error_page 503 = /;
        proxy_pass http://127.0.0.1:%PORT%/static;
    }
    location = /passed {
        jwt_issuer_inject $arg_s;
        error_page 403 503 = @passed;
        jwt_issuer_require $arg_ok;
        proxy_pass http://127.0.0.1:%PORT%/static;
    }
    location @passed { rewrite ^ / break; proxy_pass http://127.0.0.1:%PORT%; }
    location = /logged {
        jwt_issuer_inject $arg_s;
        access_log logs/unknown.log unknown;
        proxy_pass http://127.0.0.1:%PORT%/static;
    }
END2

$nginx->start;

my ($worker) = $nginx->workers;
my %long = map { ("X-Filler-$_" => 'A' x (20 * $_)) } 1 .. 30;

sub old {
    my ($path) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $nginx->port);
    print $socket "GET $path\r\n";
    $socket->flush;
    local $/;
    return <$socket> // '';
}

my @asked = ([ '/page?s=x', 'open' ], [ '/passed?s=x&ok=1', 'open' ],
             [ '/passed?s=demo&ok=0', 'open' ], [ '/passed?s=demo&ok=1', 'static' ],
             [ '/logged?s=x', '503 Service' ], [ '/logged?s=demo', 'static' ]);

for my $round (1 .. 3) {
    for my $asked (@asked) {
        my ($path, $answer) = @$asked;
        $nginx->get("/$_?x=" . 'A' x 1500, %long) for qw( static logged page );
        like(old($path), qr/\Q$answer\E/, "$path in round $round");
    }
}

is(join(' ', $nginx->workers), $worker, 'it is the same worker');
is($nginx->logged(qr/exited on signal/), 0, 'which has not crashed');

done_testing();
