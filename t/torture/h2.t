# A hundred streams of one HTTP/2 connection wait for a key; then they are reset,
# the connection is closed, or half of them stay: those have their tokens when it
# comes, the others are forgotten, and nothing of them is left (F37, F38).  Then
# 256 parts of one page wait, more than r->blocked could count (F43).  Fails when
# wait_cleanup() does not take the request off the list, or when wait_wake()
# goes on from a pointer to the next one that the first one's end has freed.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;
use IPC::Open2 qw( open2 );
use JSON::PP ();

my $h2 = Test::JWTIssuer::Server::free_port();

my $nginx = Test::JWTIssuer::Server->new(log => 'info', http => <<'END',
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        refresh 1s;
        stale 1200ms;
        reuse off;
    }
    upstream self { server 127.0.0.1:%PORT%; }
END
    server => "listen 127.0.0.1:$h2 http2;" . <<'END');
    jwt_issuer_wait 10s;
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /now { jwt_issuer_wait 0; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /i { jwt_issuer_inject demo; proxy_pass http://self/up; }
    location = /up { return 200 "$http_authorization\n"; }
    location = /page { ssi on; ssi_types *; }
    location = /count { stub_status; }
END

$nginx->put_key('ed25519.pem');
$nginx->put('<!--# include virtual="/i" -->' x 256, 'html/page');
$nginx->start;

my ($worker) = $nginx->workers;
my %modes = (reset => 0, close => 0, goaway => 0, half => 50, stay => 100);
my ($sent, $waited) = (0, 0);

for my $round (1 .. rounds(1, 5)) {
    away();
    my %client = map { $_ => client($_) } keys %modes;

    # all have what they asked under way: later connections are answered
    is(($nginx->get('/static'))[0], 200, 'the worker answers meanwhile');

    go($client{$_}) for qw( reset close goaway half );
    $nginx->get('/static');
    $nginx->put_key('ed25519.pem');
    go($client{stay});

    for my $mode (sort keys %modes) {
        my $seen = end($client{$mode});
        $sent += $seen->{sent};
        $waited += $seen->{good};
        is("$seen->{good} $seen->{data} $seen->{other}",
           "$modes{$mode} $modes{$mode} 0",
           "$mode: those that stayed have their tokens");
    }

    ok(wait_until(sub { connections() == 0 }, 5), 'no connection is left');
}

# one answer, which is many requests

away();
my $page = $nginx->ask('/page');
my $now = time;
ok(!Test::JWTIssuer::Server::answered($page, 0.5), 'a page of 256 parts waits');
$nginx->put_key('ed25519.pem');
my ($status, $body) = whole($page);
is($status, 200, 'the page is there');
my @tokens = $body =~ /Bearer (ey[\w-]+\.[\w-]+\.[\w-]+)/g;
is(scalar @tokens, 256, 'with all of its parts');

is_deeply([ $nginx->workers ], [ $worker ], 'it is the same worker');
is($nginx->logged(qr/\[(?:crit|alert|emerg)\]|open socket/), 0, 'nothing is wrong');

figure(F37 => "$waited streams answered in one turn, beside others that ended");
figure(F38 => "$sent streams waited, " . ($sent - $waited) . ' of them ended by'
       . ' RST_STREAM, GOAWAY or a close; nothing was left');
figure(F43 => '256 subrequests of one request waited at once, all answered');

done_testing();


sub away {
    unlink $nginx->dir . '/key.pem';
    ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 8), 'the key is stale');
}


sub connections {
    return ($nginx->get('/count'))[1] =~ /Active connections: (\d+)/ ? $1 - 1 : -1;
}


sub client {
    my ($mode) = @_;
    my $pid = open2(my $out, my $in, '/usr/bin/python3', '-B', 't/lib/h2.py',
                    "http://127.0.0.1:$h2", '/token', $mode, 100);
    is(readline $out, "sent\n", "$mode: a hundred streams");
    return { pid => $pid, in => $in, out => $out };
}


sub go {
    my ($client) = @_;
    print { $client->{in} } "go\n";
    $client->{in}->flush;
}


sub end {
    my ($client) = @_;
    my $line = readline $client->{out};
    close $client->{in};
    waitpid $client->{pid}, 0;
    return JSON::PP::decode_json($line // '{}');
}


# until the connection ends: it is chunked

sub whole {
    my ($socket) = @_;
    my $text = '';
    1 while sysread $socket, $text, 65536, length $text;
    my ($head, $body) = split /\r\n\r\n/, $text, 2;
    return ($head =~ m{^HTTP/1\.\d (\d+)} ? $1 : 0, $body // '');
}
