# A receiver that knows nothing but the issuer's URL finds the keys and verifies a
# token, over TLS, with a path in the issuer and without; what the document says
# holds for OAuth2 libraries that check it.  Fails when the document has another
# issuer, a list that is not true or a URL that does not answer.

use strict;
use warnings;

use lib 't/lib';
use IPC::Open3 qw( open3 );
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::TLS ();

my $tls = Test::JWTIssuer::TLS::folder();
my $port = Test::JWTIssuer::Server::free_port();
my $origin = "https://localhost:$port";

my $nginx = Test::JWTIssuer::Server->new(
    http => <<"EOC",
jwt_issuer_service root { key file %KEYS%/rsa.pem; algorithm RS256;
                          issuer $origin; }
jwt_issuer_service edge { key file %KEYS%/p256.pem; issuer $origin/edge; }
jwt_issuer_service other { key file %KEYS%/ed25519.pem;
                           issuer $origin/other; }
EOC
    server => <<"EOC");
listen 127.0.0.1:$port ssl;
ssl_certificate $tls/server.pem;
ssl_certificate_key $tls/server.key;

location ~ ^/token/(.*)\$ {
    jwt_issuer_token \$1;
    jwt_issuer_require off;
}
location = /.well-known/jwks.json { jwt_issuer_jwks; }

location ~ ^/\\.well-known/(?:oauth-authorization-server|openid-configuration)\$ {
    jwt_issuer_metadata  $origin token=/token/root
                         auth=client_secret_basic,client_secret_post;
}

location = /edge/jwks { jwt_issuer_jwks edge; }
location = /.well-known/oauth-authorization-server/edge {
    jwt_issuer_metadata  $origin/edge jwks=/edge/jwks;
}
location = /edge/.well-known/openid-configuration {
    jwt_issuer_metadata  $origin/edge jwks=$origin/edge/jwks;
}

location ~ ^/(?:\\.well-known/oauth-authorization-server/other|other/\\.well-known/openid-configuration)\$ {
    jwt_issuer_metadata  $origin/other jwks=/edge/jwks;
}
EOC

$nginx->start;

my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';

sub discover {
    my ($issuer, $service, @args) = @_;
    my $token = token_of(($nginx->get("/token/$service"))[1]);

    my $pid = open3(my $in, my $out, undef, $python, '-B', 't/lib/discover.py',
                    $issuer, "ca=$tls/ca.pem", @args);
    print $in $token;
    close $in;
    my $said = do { local $/; <$out> } // '';
    waitpid $pid, 0;

    my ($kid) = kids(qq({"access_token":"$token"}));
    return $said eq "verified by $kid\n" ? 'verified' : $said;
}

is(discover($origin, 'root', 'strict=rfc8414,openid'), 'verified',
   'an issuer without a path');
is(discover("$origin/edge", 'edge'), 'verified', 'an issuer with a path');

like(discover("$origin/edge", 'root'), qr/algorithm is not listed/,
     'a token of another issuer');
like(discover("$origin/", 'root'), qr/another issuer's/,
     'an issuer that differs by a slash');
like(discover("$origin/none", 'root'), qr/404/, 'an issuer that is not there');
like(discover("$origin/other", 'other'), qr/0 keys/,
     'keys that are published elsewhere');

done_testing();
