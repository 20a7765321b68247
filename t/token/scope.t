# What a client gets of the scopes of a service (RFC 6749, 3.3): all of them when
# it asks for none, those it asks for, an error when it asks for more; and the
# answer says which.  Fails when scope_narrow() lets a token through that is not
# granted, when the answer leaves it out, or when the cache's key does.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

our $form = 'Content-Type: application/x-www-form-urlencoded';

# the scope of the answer and that of the token

sub scopes {
    my ($body) = @_;
    my ($echo) = $body =~ /,"scope":"([^"]*)"\}$/;
    my $token = token_of($body) // return $body;
    my ($scope) = (jwt_parts($token))[1] =~ /"scope":"([^"]*)"/;
    return join(' | ', $echo // '-', $scope // '-') . "\n";
}

# and which of the tokens that were seen here it is

our %seen;

sub numbered {
    my ($body) = @_;
    my $token = token_of($body) // return $body;
    my $next = 1 + keys %seen;
    my $number = $seen{$token} //= $next;
    return scopes($body) =~ s/$/ | $number/r;
}

run_tests();

__DATA__

=== TEST 1: all of them, those asked for in the service's order, and never more
--- service
scope "read write admin";
--- more_headers eval: $main::form
--- request eval
[ map { "POST /token\n$_" } "a=b", "scope=", "scope=write", "scope=write+read",
  "scope=write%20read+write", "scope=admin+write+read",
  "scope=delete", "scope=read+delete", "scope=READ", "scope=rea", "scope=reads",
  "scope=read++write", "scope=+read", "scope=read%09write", "scope=read%22",
  "scope=%c3%a4", "scope=" . "read+" x 1000 . "read", "scope=read&scope=read" ]
--- error_code eval
[ (200) x 6, (400) x 12 ]
--- response_body_like eval
[ ('"scope":"read write admin"\}$') x 2, '"scope":"write"\}$',
  ('"scope":"read write"\}$') x 2, '"scope":"read write admin"\}$',
  ('^\{"error":"invalid_scope","error_description":"the scope cannot be granted"\}$') x 11,
  'a parameter is repeated' ]



=== TEST 2: the token says what the answer says
--- service
scope "read write";
--- more_headers eval: $main::form
--- request eval
[ map { "POST /token\n$_" } "a=b", "scope=write" ]
--- response_body_filters eval: \&main::scopes
--- response_body_like eval
[ '^read write \| read write$', '^write \| write$' ]



=== TEST 3: it is all of an answer to GET, and only of JSON
--- service
scope read;
profile access_token;
issuer https://a.example;
audience b;
--- config
location = /token { jwt_issuer_token demo; jwt_issuer_require off; }
location = /bare { jwt_issuer_token demo format=jwt; jwt_issuer_require off; }
--- request eval
[ "GET /token?scope=write", "GET /bare", "HEAD /token" ]
--- response_body_filters eval: \&main::scopes
--- response_body_like eval
[ '^read \| read$', '^- \| read$', '^$' ]



=== TEST 4: reused tokens are those of the same scopes, however they were asked for
--- service
scope "read write admin";
reuse 50%;
--- more_headers eval: $main::form
--- request eval
[ map { "POST /token\n$_" } "a=b", "scope=read", "scope=write",
  "scope=write+read", "scope=read+write", "scope=admin+read+write", "a=b",
  "scope=write" ]
--- response_body_filters eval: \&main::numbered
--- response_body_like eval
[ map { "^$_\$" } '(.*) \| \1 \| 1', 'read \| read \| 2',
  'write \| write \| 3', ('read write \| read write \| 4') x 2,
  ('read write admin \| read write admin \| 1') x 2, 'write \| write \| 3' ]



=== TEST 5: a map says which caller may have which
--- services
map $arg_caller $scopes {
    one  "read write";
    two  "read";
    bad  "read  write";
}
--- service
scope $scopes;
reuse 50%;
--- more_headers eval: $main::form
--- request eval
[ "POST /token?caller=one\na=b", "POST /token?caller=two\na=b",
  "POST /token?caller=one\nscope=write", "POST /token?caller=two\nscope=write",
  "POST /token?caller=three\na=b", "POST /token?caller=bad\na=b",
  "GET /token?caller=two" ]
--- error_code eval
[ 200, 200, 200, 400, 400, 400, 200 ]
--- response_body_filters eval: \&main::scopes
--- response_body_like eval
[ '^read write \| read write$', '^read \| read$', '^write \| write$',
  ('^\{"error":"invalid_scope"') x 3, '^read \| read$' ]



=== TEST 6: a service without scopes grants none and says so
--- service
--- more_headers eval: $main::form
--- request eval
[ "POST /token\nscope=read", "POST /token\nscope=", "POST /token\na=b" ]
--- error_code eval
[ 400, 200, 200 ]
--- response_body_like eval
[ '^\{"error":"invalid_scope","error_description":"this service has no scopes"\}$',
  ('"expires_in":600\}$') x 2 ]



=== TEST 7: a claim of that name is the operator's affair
--- service
claim scope $jwt_issuer_form_scope;
--- more_headers eval: $main::form
--- request
POST /token
scope=any+thing
--- response_body_filters eval: \&main::scopes
--- response_body_like: ^- \| any thing$



=== TEST 8: a caller who is refused learns nothing of scopes
--- service
scope read;
--- config
location = /token { jwt_issuer_token demo; jwt_issuer_require $arg_ok; }
--- more_headers eval: $main::form
--- request
POST /token
scope=write
--- error_code: 403
--- response_body_like: access_denied



=== TEST 9: HEAD is refused as GET would be, and the log says why
--- service
scope $arg_scopes;
--- request
HEAD /token
--- error_code: 400
--- error_log eval
qr/token is refused: value is no list of scopes: scope, jwt service: "demo"/
--- no_error_log
signature made



=== TEST 10: injected tokens have all of them, whatever a client posts
--- service
scope "read write";
--- config
location /up {
    jwt_issuer_inject demo;
    proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/echo;
}
location /echo { return 200 $http_authorization; }
--- more_headers eval: $main::form
--- request
POST /up
scope=read
--- response_body_filters eval: \&main::scopes
--- response_body_like: ^- \| read write$



=== TEST 11: inherited
--- services
jwt_issuer_defaults { scope "read write"; }
--- service
--- request
GET /token
--- response_body_like: "scope":"read write"\}$



=== TEST 12: what is no list of scopes is found at start
--- service
scope "read  write";
--- refused
"scope" is refused: value is no list of scopes in service "demo"



=== TEST 13: an empty one, too
--- service
scope "";
--- refused
"scope" is refused: value is no list of scopes in service "demo"



=== TEST 14: a claim beside it
--- service
scope read;
claim scope write;
--- refused
"scope" is refused: name is reserved in service "demo"



=== TEST 15: twice
--- service
scope read;
scope write;
--- refused
"scope" directive is duplicate



=== TEST 16: a long one, and the kid that lies behind it
--- service eval
"scope '" . join(' ', map { "scope-$_" } 100 .. 480) . "';"
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    add_header X-Kid $jwt_issuer_kid;
}
--- request
GET /token
--- response_body_filters eval: \&main::scopes
--- response_body_like: ^(scope-100 .* scope-480) \| \1$
--- response_headers_like
X-Kid: [\w-]{43}
