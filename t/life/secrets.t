# What a worker itself remembers of keys (t/life/memory.t looks at what they
# share): a key that was replaced is nowhere in its memory, in no form, once it
# has made the next token of that service, unless the master has read it.  Nor is
# anything of a key in the environment of the processes, in the status, in a key
# set or in an error page.  That the search finds something is proven by the keys
# that sign.
#
# Fails when a reference to a parsed key is not given back.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::Keys;

my $keys = Test::JWTIssuer::Server::keys_dir();
my %kind = (ec => [ 'p256', 'p256-next' ], rsa => [ 'rsa', 'rsa-next' ],
            okp => [ 'ed25519', 'ed25519-next' ]);

my $nginx = Test::JWTIssuer::Server->new(log => 'info',
    http => join('', <<'END', map { <<"END" } sort keys %kind),
    jwt_issuer_core_dump on;
    jwt_issuer_defaults { refresh 1s; activate_after 0; lifetime 1s; retire 2s;
                          reuse off; }
    jwt_issuer_service hmac { key file %DIR%/hmac.pem; algorithm HS256; }
END
    jwt_issuer_service $_ { key file %DIR%/$_.pem; }
END
    server => <<'END');
    location = /token { jwt_issuer_token $arg_s; jwt_issuer_require off; }
    location = /jwks { jwt_issuer_jwks; }
    location = /status { jwt_issuer_status; jwt_issuer_require off; }
END

sub put_all {
    my ($which) = @_;
    $nginx->put_key("$kind{$_}[$which].pem", "$_.pem") for keys %kind;
    $nginx->put_key($which ? 'hmac48' : 'hmac32', 'hmac.pem');
}

# which of these keys are in the worker's own memory
my $found;
sub found {
    my ($which) = @_;
    my @words = map { "$_=$keys/$kind{$_}[$which].pem" } keys %kind;
    my $hmac = 'hmac=' . "$keys/" . ($which ? 'hmac48' : 'hmac32');
    my @command = ('/usr/bin/python3', '-B', 't/lib/soak/memory.py',
                   $nginx->workers, @words, $hmac);
    open my $out, '-|', @command or die "memory.py: $!\n";
    $found = JSON::PP::decode_json(<$out> // '{}');
    close $out or die "memory.py failed\n";
    return join ' ', grep { $found->{$_}{own} } 'ec', 'hmac', 'okp', 'rsa';
}

sub rotate {
    my ($which) = @_;
    my %kid = map { $_ => kid($_) } 'hmac', keys %kind;
    put_all($which);
    for my $service ('hmac', sort keys %kind) {
        ok(wait_until(sub { kid($service) ne $kid{$service} }, 15),
           "a rotation of $service");
    }
}

sub token_for { return ($nginx->get("/token?s=$_[0]"))[1] }
sub kid { return (jwt_of(token_for($_[0])))[0]{kid} // '' }

put_all(0);
$nginx->start;
ok(token_of(token_for($_)), "a token of $_") for 'hmac', sort keys %kind;

is(found(0), 'ec hmac okp rsa', 'keys that sign are found');
is(found(1), '', 'those to come are not');

rotate(1);
is(found(1), 'ec hmac okp rsa', 'those that follow are found');

# what the master has read stays until a reload: back to that
rotate(0);
# OpenSSL frees some copies as they are: they go when their memory is used again
ok(wait_until(sub { token_for($_) for 'hmac', keys %kind; found(1) eq '' }, 30),
   'those that were replaced are not')
    or diag(JSON::PP::encode_json($found));

# what everybody may see, or an administrator

my $seen = join '', map { ($nginx->get($_))[1] }
           qw( /token?s=ec /token?s=none /jwks /nothing /status?format=json
               /status?format=html /status?format=prometheus );
my $environment = join '', map { Test::JWTIssuer::Keys::slurp("/proc/$_/environ") }
                  $nginx->master, $nginx->workers;

open my $list, '<', "$keys/forbidden" or die "forbidden: $!\n";
my @secrets = map { /^key (\S+)/ ? $1 : () } <$list>;

cmp_ok(scalar @secrets, '>', 20, 'secrets are known');
is(scalar grep({ index($seen, $_) >= 0 } @secrets), 0, 'none is in an answer');
is(scalar grep({ index($environment, $_) >= 0 } @secrets), 0,
   'none is in an environment');

done_testing();
