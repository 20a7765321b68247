# The file of the module is another one at a reload.  In the place of the old one
# it is not looked at: that goes on.  By another name it is loaded, and the zone of
# the old one is not touched by it, also when its records are others; no request
# notices (F22, F31).  One that was built for another nginx is refused, and all goes on
# (F20).
#
# nginx gives a zone only to the module whose address it belongs to, and two that
# are loaded at a reload have two addresses: another layout in the same zone can
# only come of a file that is written in place, under the nginx that has it mapped.
# Then the zone is not read either.
#
# Fails when a new module is given the old one's zone, when zone_init() does not
# look at the layout, when a process has state that two modules share, or when the
# installer writes into the file that is there.

use strict;
use warnings;

use lib 't/lib';
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Torture;

my $built = (split ' ', $ENV{TEST_NGINX_LOAD_MODULES}
             // 'build/ngx_http_jwt_issuer_module.so')[-1];
my @others = split ' ', $ENV{TEST_NGINX_LOAD_MODULES} // '';
pop @others;

my $nginx = Test::JWTIssuer::Server->new(workers => 2, log => 'info',
    modules => 0, http => <<'END', server => <<'END2');
    jwt_issuer_core_dump on;
    jwt_issuer_service demo { key file %DIR%/key.pem; refresh 1s; }
    jwt_issuer_service rsa { key file %KEYS%/rsa.pem; reuse off; }
END
    location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
    location = /rsa { jwt_issuer_token rsa; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
END2

my $dir = $nginx->dir;

# a file of that name, put there by a rename: the old one stays as long as it is
# mapped; and the configuration with it

sub install {
    my ($name, $change) = @_;
    my $text = Test::JWTIssuer::Keys::slurp($built);
    $text = $change->($text) if $change;
    Test::JWTIssuer::Keys::spew("$dir/$name.new", $text);
    rename "$dir/$name.new", "$dir/$name" or die "$dir/$name: $!\n";
    $nginx->set(main => join '', map { "load_module $_;\n" } @others, "$dir/$name");
}

# the inodes of it that the master has

sub mapped {
    open my $maps, '<', '/proc/' . $nginx->master . '/maps' or die "maps: $!\n";
    my %inodes = map { m{ (\d+) +\S*/module\S*} ? ($1 => 1) : () } <$maps>;
    return keys %inodes;
}

# the module as it is but for the layout of its zone, which is the next one

sub other_layout {
    my ($objs) = $built =~ m{^(.*)/[^/]+$};
    my $source = Test::JWTIssuer::Keys::slurp('src/ngx_http_jwt_issuer_zone.c');
    my $name = 'NGX_HTTP_JWT_ISSUER_ZONE_LAYOUT';
    my ($layout) = Test::JWTIssuer::Keys::slurp('src/ngx_http_jwt_issuer_zone.h')
                   =~ /^#define $name +(\d+)$/m or die "no $name\n";
    my $next = $layout + 1;
    $source =~ s/(.*\n#include [^\n]*\n)/$1#undef $name\n#define $name  $next\n/s;
    Test::JWTIssuer::Keys::spew("$dir/zone.c", $source);

    # what make would do if this file were another
    local $ENV{MAKEFLAGS} = '';
    my ($file) = Test::JWTIssuer::Keys::slurp("$objs/Makefile")
                 =~ m{^\s+(\S+/ngx_http_jwt_issuer_zone\.c)$}m;
    my $commands = `make -n -C $objs/.. -f $objs/Makefile -W $file modules`;
    $commands =~ s{^make.*\n}{}mg;
    $commands =~ s{\Q$file\E}{$dir/zone.c}g;
    $commands =~ s{\S+/ngx_http_jwt_issuer_zone\.o}{$dir/zone.o}g;
    $commands =~ s{\S+/ngx_http_jwt_issuer_module\.so}{$dir/other.so}g;
    system('sh', '-ec', "cd $objs/..\n$commands") == 0 or die "no module\n";
    return Test::JWTIssuer::Keys::slurp("$dir/other.so");
}

my $other = other_layout();

install('module.so');
$nginx->put_key('p256.pem');
$nginx->start;

my $watch = $nginx->watch('threads=3');
my $rounds = rounds(4, 20);
my ($before) = mapped();

# the same name: what is loaded goes on until a binary upgrade

install('module.so');
$nginx->reload;
is_deeply([ mapped() ], [ $before ], 'the same name: the old one goes on');

for my $round (1 .. $rounds) {
    ($before) = mapped();
    install("module$round.so");
    $nginx->reload;
    is(($nginx->get('/rsa'))[0], 200, "$round: another module, its threads sign");
    my @now = mapped();
    ok(@now == 1 && $now[0] != $before, "$round: the old one is gone");
}

# another layout: by another name it has a zone of its own

sub token { return token_of(($nginx->get('/token'))[1]) }

my $token = token();
$nginx->reload;
is(token(), $token, 'the same module finds its tokens in its zone');

install('module-other.so', sub { $other });
$nginx->reload;
isnt(token(), $token, 'one with another layout has none');
is($nginx->logged(qr/unknown layout/), 0, 'and no zone that is not its own');

# written into the file that is mapped, which nobody should do

sub overwrite {
    my ($text) = @_;
    open my $out, '+<:raw', "$dir/module-other.so" or die "open: $!\n";
    syswrite $out, $text;
    truncate $out, length $text;
    close $out or die "close: $!\n";
}

my $old = Test::JWTIssuer::Keys::slurp($built);
$token = token();
my @workers = $nginx->workers;
expect_alert('has an unknown layout');
overwrite($old);
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/zone "\S+" has an unknown layout/) }, 10),
   'a zone of another layout is not read');
is_deeply([ $nginx->workers ], \@workers, 'the reload is refused');
overwrite($other);
is(token(), $token, 'and all goes on');
$nginx->reload;
is(token(), $token, 'also behind a reload of the module that was there');

# the installer does not: what is mapped stays as it is

my $installed = "$dir/dest/modules/" . ((split m{/}, $built)[-1]);
for my $time (1, 2) {
    my $mapped;
    $time == 1 or open $mapped, '<:raw', $installed or die "$installed: $!\n";
    my $inode = $mapped ? (stat $mapped)[1] : 0;
    local @ENV{qw( DESTDIR MODULESDIR )} = ("$dir/dest", '/modules');
    is(system('tools/install.sh >/dev/null'), 0, "make install, $time");
    isnt((stat $installed)[1], $inode, "$time: another file");
    is((stat $mapped)[3], 0, 'the one of before has no name any more') if $mapped;
}

# built for another nginx: nginx compares what the module says of that

install('module-foreign.so', sub {
    $_[0] =~ s/(\d,\d,\d,[01]{10,})/my $sign = $1; $sign =~ tr{01}{10}; $sign/er;
});
expect_alert('is not binary compatible');
$nginx->signal('HUP');
ok(wait_until(sub { $nginx->logged(qr/module-foreign.so" is not binary compatible/) }, 5),
   'one for another nginx is refused');
is(($nginx->get('/token'))[0], 200, 'and all goes on');

my $seen = $nginx->watched($watch);
is_deeply($seen->{failed}, [], 'no request failed');
is_deeply($seen->{refused}, [], "$seen->{tokens} tokens, every one verified");
ok(defined $nginx->drained, 'no old worker is left');
is($nginx->logged(qr/exited on signal|\[(?:crit|alert)\]/), 0, 'nothing is wrong');

figure(F31 => "$rounds times another module by reload and once another layout:"
       . " $seen->{tokens} tokens, 0 wrong, 0 failed requests");

done_testing();

