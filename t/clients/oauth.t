# Stock OAuth2 clients get tokens with nothing but their own configuration, over
# HTTP and TLS, whether they send their secret in a header or in the form; and a
# client that is refused is told so in a way that they understand (RFC 6749, 2.3,
# 4.4, 5).  The configuration is that of README.md.  Fails when an answer is no
# JSON, or has another "error" than RFC 6749 says.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use IPC::Open2 qw( open2 );
use Test::More;
use Test::JWTIssuer::Server;
use Test::JWTIssuer::TLS ();

my $json = JSON::PP->new->canonical;
my $tls = Test::JWTIssuer::TLS::folder();
my $tls_port = Test::JWTIssuer::Server::free_port();
my $secret = join '', map { ('a' .. 'z', 0 .. 9)[rand 36] } 1 .. 24;

my $nginx = Test::JWTIssuer::Server->new(
    http => <<"EOC",
jwt_issuer_service ledger {
    key file %KEYS%/p256.pem;
    profile access_token;
    issuer https://localhost:$tls_port;
    audience ledger;
    subject \$client;
    scope "read write";
}
jwt_issuer_service mail { key file %KEYS%/ed25519.pem; }

map \$http_authorization \$realm {
    ""       off;
    default  tokens;
}
map "\$jwt_issuer_form_client_id \$jwt_issuer_form_client_secret" \$posted {
    "core $secret"   core;
    "web $secret-2"  web;
}
map \$posted \$client {
    ""       \$remote_user;
    default  \$posted;
}
map "\$client \$target" \$may_have_token {
    "core ledger"  1;
    "web mail"     1;
}
EOC
    server => <<"EOC");
listen 127.0.0.1:$tls_port ssl;
ssl_certificate $tls/server.pem;
ssl_certificate_key $tls/server.key;

location ~ ^/oauth/token/(?<target>[^/]+)\$ {
    auth_basic            \$realm;
    auth_basic_user_file  clients.htpasswd;
    error_page 401        \@invalid_client;

    jwt_issuer_token      \$target;
    jwt_issuer_require    \$may_have_token;
}
location \@invalid_client {
    default_type  application/json;
    add_header    Cache-Control no-store always;
    add_header    Pragma no-cache always;
    return        401 '{"error":"invalid_client"}';
}
location = /plain {
    jwt_issuer_token mail;
    jwt_issuer_require off;
}
EOC

chomp(my $hash = `openssl passwd -apr1 $secret`);
$nginx->put("core:$hash\n", 'clients.htpasswd');
$nginx->start;

my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';
my $url = "http://127.0.0.1:$nginx->{port}/oauth/token";

my $pid = open2(my $out, my $in, $python, '-B', 't/lib/oauth_clients.py');

sub ask {
    print $in $json->encode({ @_ }), "\n";
    $in->flush;
    return $json->decode(scalar <$out> // die "no answer\n");
}

# the claims of what the client took for its token

sub claims {
    my ($answer) = @_;
    return $json->encode($answer) unless $answer->{access_token};
    my $claims = $json->decode((Test::JWTIssuer::Token::jwt_parts(
                                $answer->{access_token}))[1]);
    return "$claims->{sub} " . ($claims->{scope} // '-');
}

my %ledger = (url => "$url/ledger");

for my $client (qw( oauthlib authlib )) {

    for my $auth (qw( basic post )) {
        my %core = (client => $client, auth => $auth, id => 'core',
                    secret => $secret, %ledger);
        my $name = "$client, client_secret_$auth";

        my $answer = ask(%core);
        is(claims($answer), 'core read write', "$name: a token");
        like("$answer->{token_type} $answer->{expires_in}",
             qr/^Bearer (?:5\d\d|600)$/, "$name: its type and time");

        is(claims(ask(%core, scope => 'write')), 'core write',
           "$name: with a scope");
        is(ask(%core, scope => 'delete')->{error}, 'invalid_scope',
           "$name: with one that is not granted");
        is(ask(%core, url => "$url/mail")->{error},
           'access_denied', "$name: for a target that it may not have");
    }

    my %bad = (client => $client, id => 'core', secret => "not-$secret",
               %ledger);
    is(ask(%bad, auth => 'basic')->{error}, 'invalid_client',
       "$client: a wrong secret in the header");
    is(ask(%bad, auth => 'post')->{error}, 'access_denied',
       "$client: a wrong secret in the form");
    is(ask(%bad, auth => 'none')->{error}, 'access_denied',
       "$client: none");

    # a service that knows no scopes
    my %mail = (client => $client, id => 'web', secret => "$secret-2",
                auth => 'post', url => "$url/mail");
    is(claims(ask(%mail)), 'mail -', "$client: no scope");
    is(ask(%mail, scope => 'read')->{error}, 'invalid_scope',
       "$client: no scope, but one is asked for");
}

is(claims(ask(client => $_, auth => 'basic', id => 'core', secret => $secret,
              url => "https://localhost:$tls_port/oauth/token/ledger",
              ca => "$tls/ca.pem")),
   'core read write', "$_, over TLS") for qw( oauthlib authlib );

# what RFC 8707 and others add to the form disturbs nobody

is(claims(ask(client => 'authlib', auth => 'post', id => 'core',
              secret => $secret, %ledger,
              body => { audience => 'x', resource => 'urn:example:x' })),
   'core read write', 'further parameters');

# RFC 6749, 5.2: the refused client used the header

my ($status, $body, $headers) = $nginx->get('/oauth/token/ledger',
    ':method' => 'POST', ':body' => 'grant_type=client_credentials',
    'Content-Type' => 'application/x-www-form-urlencoded',
    Authorization => 'Basic eDp5');

is("$status $body", '401 {"error":"invalid_client"}', 'refused in JSON');
is($headers->{'www-authenticate'}, 'Basic realm="tokens"',
   'with the scheme that the client used');
is($headers->{'content-type'}, 'application/json', 'as what it is');
is("$headers->{'cache-control'}, $headers->{pragma}", 'no-store, no-cache',
   'to be kept by nobody');

($status, $body, $headers) = $nginx->get('/oauth/token/ledger',
    ':method' => 'POST', ':body' => 'client_id=core',
    'Content-Type' => 'application/x-www-form-urlencoded',
    Authorization => 'Bearer abc');
is($status, 401, 'another scheme is no way around the password');

# two names in one request do not make a third one

($status) = $nginx->get('/oauth/token/ledger', ':method' => 'POST',
    ':body' => "client_id=web&client_secret=$secret-2",
    'Content-Type' => 'application/x-www-form-urlencoded',
    Authorization => 'Basic ' . MIME::Base64::encode_base64("core:$secret", ''));
is($status, 403, 'who is somebody twice is one of them');

# at debug level nginx itself prints what it works with: headers, variables and
# keys of maps.  Nobody else does, and nothing does where nothing reads the form

my @lines = grep { /\Q$secret\E/ } split /\n/, $nginx->log_text;
my @others = grep { !/\[debug\] .* (?:http script var|http map|http header):/ }
             @lines;
is(join("\n", @others), '', 'secrets are in no line but those of nginx');

my $posted = 'posted-' . join '', map { ('a' .. 'z')[rand 26] } 1 .. 24;
($status) = $nginx->get('/plain', ':method' => 'POST',
    ':body' => "client_id=core&client_secret=$posted",
    'Content-Type' => 'application/x-www-form-urlencoded');
is($status, 200, 'a form that nothing reads');
is($nginx->logged(qr/$posted/), 0, 'is in no log');

done_testing();
