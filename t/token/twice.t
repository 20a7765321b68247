# The token of a request is one token (F45): the same bytes however often a string
# has it, before its header is set and after; the same one while the key is
# replaced under the request; and when there was none at first, and the request
# waited for its key, what is read later is the token that it waited for.  Every
# mint makes another token here.  Fails when the variable mints each time it is
# read, when an empty one is kept, or when a string is shorter than what is put
# into it (AddressSanitizer).

use strict;
use warnings;

use lib 't/lib';
use IO::Select ();
use IO::Socket::INET ();
use Test::More;
use Test::JWTIssuer::Server;

my $upstream = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
    or die "listen: $!\n";
my $port = $upstream->sockport;

my $nginx = Test::JWTIssuer::Server->new(http => <<'END', server => <<"END2");
    jwt_issuer_service demo {
        key file %DIR%/key.pem;
        jti on;
        reuse off;
        lifetime 2s;
        refresh 1s;
        stale 1200ms;
        activate_after 0;
        retire 2s;
    }
END
    jwt_issuer_wait 20s;
    location = /now { jwt_issuer_wait 0; jwt_issuer_token demo; jwt_issuer_require off; }
    location = /own {
        jwt_issuer_inject demo;
        set \$early "Bearer \$jwt_issuer_token|\$jwt_issuer_token";
        add_header X-Early \$early always;
        add_header X-Late "\$jwt_issuer_token|\$jwt_issuer_token|\$jwt_issuer_kid" always;
        proxy_pass http://127.0.0.1:$port;
    }
END2

# what the upstream of a request gets; it is answered after what happens meanwhile

sub through {
    my ($asked, $meanwhile) = @_;
    die "the upstream is not asked\n"
        unless IO::Select->new($upstream)->can_read(20);
    my $socket = $upstream->accept;
    my $request = '';
    while ($request !~ /\r\n\r\n/) {
        sysread $socket, $request, 65536, length $request or last;
    }
    $meanwhile->();
    print $socket "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";
    close $socket;
    my ($status, undef, $headers) = Test::JWTIssuer::Server::answer($asked);
    is($status, 200, 'the request is answered');
    return ($request =~ /^Authorization: Bearer (\S+)/m,
            @{$headers}{qw( x-early x-late )});
}

# the token of "x|x|..."
sub same {
    my ($string) = @_;
    my ($one, $two) = split /\|/, $string =~ s/^Bearer //r, -1;
    return $one eq $two && $one =~ /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/ ? $one : '';
}

$nginx->put_key('p256.pem');
$nginx->start;

# ---- while another key takes over

my $old = kids(($nginx->get('/now'))[1]);

my ($sent, $early, $late) = through($nginx->ask('/own'), sub {
    $nginx->put_key('rsa.pem');
    ok(wait_until(sub { kids(($nginx->get('/now'))[1]) ne $old }, 10),
       'meanwhile another key signs');
});

isnt(same($early), '', 'one token twice in one string, before the header');
is(same($late), $sent, 'and after it, the one that the upstream got');
is((split /\|/, $late)[2], $old, 'of the key that signed it');

# ---- none at first

unlink $nginx->dir . '/key.pem';
ok(wait_until(sub { ($nginx->get('/now'))[0] == 503 }, 10), 'the key is stale');

my $asked = $nginx->ask('/own');
$nginx->get('/static');
ok(!Test::JWTIssuer::Server::answered($asked), 'the request waits');
$nginx->put_key('p384.pem');

($sent, $early, $late) = through($asked, sub { });
is($early, 'Bearer |', 'nothing twice where there is no key');
is(same($late), $sent, 'then twice the token that the upstream got');

is($nginx->logged(qr/\[(?:alert|emerg)\]/), 0, 'nothing is wrong in the log');

done_testing();
