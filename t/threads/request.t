# A request that waits for the thread pool goes on where it was: injection, with
# the client's own header gone; a body; HTTP/2; subrequests of every kind, each
# with its own token.  Fails when the phase handler that goes on is not the one
# that waited, or when a subrequest wakes its parent.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $http = <<'EOF';
    jwt_issuer_service demo {
        key file $TEST_NGINX_KEYS/rsa.pem;
        reuse off;
        jti on;
    }
    jwt_issuer_service other {
        key file $TEST_NGINX_KEYS/rsa-next.pem;
        reuse off;
    }
    jwt_issuer_service kept { key file $TEST_NGINX_KEYS/rsa3072.pem; }
EOF

our $plain = <<'EOF';
    location = /other {
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /plain { proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP; }
EOF

add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value('http_config', $main::http . ($block->more_http // ''));
});

run_tests();

__DATA__

=== TEST 1: injection, and the client's own header is gone
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
aUTHORIZATION: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 2: many requests over one connection, cached and not
--- config
    location /i/ {
        jwt_issuer_inject $arg_s;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- pipelined_requests eval
[ map { "GET /i/?s=$_" } qw( demo kept demo other kept demo ) ]
--- response_body_filters eval: \&upstream
--- response_body eval
[ map { "Authorization: Bearer <$_>\n" } qw( demo kept demo other kept demo ) ]



=== TEST 3: a body that is sent on, read before and behind the wait
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /unbuffered {
        jwt_issuer_inject demo;
        proxy_request_buffering off;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request eval
[ map { "POST $_\n" . "abcdefghij" x 20000 } '/i', '/unbuffered' ]
--- response_body_filters eval
sub { CORE::join '', map { "$_\n" } $_[0] =~ /^(body: .*)$/m, $_[0] =~ /^(Authorization: Bearer ey)/m }
--- response_body eval
my $body = "abcdefghij" x 20000;
use Digest::SHA;
[ ("body: 200000 " . Digest::SHA::sha1_hex($body) . "\nAuthorization: Bearer ey\n") x 2 ]



=== TEST 4: HTTP/2
--- config
    listen 127.0.0.1:$TEST_NGINX_HTTP2_PORT http2;
    location /i {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /t { return 200 "t\n"; }
--- request
GET /t
--- response_body_filters eval
[http2('/i', '-H', 'Authorization: Bearer client', '-d', 'abc'), \&upstream]
--- response_body
Authorization: Bearer <demo>



=== TEST 5: HTTP/2, many streams of one connection
--- config
    listen 127.0.0.1:$TEST_NGINX_HTTP2_PORT http2;
    location /token {
        jwt_issuer_token $arg_s;
        jwt_issuer_require off;
    }
    location /t { return 200 "t\n"; }
--- request
GET /t
--- response_body_filters eval
sub { my $out = `nghttp -m 40 "http://127.0.0.1:$ENV{TEST_NGINX_HTTP2_PORT}/token?s=demo" 2>&1`;
      my %tokens = map { $_ => 1 } $out =~ /"access_token":"([^"]+)"/g;
      return scalar(keys %tokens) . "\n" }
--- response_body
40



=== TEST 6: auth_request whose location injects another service
--- more_http
    log_format got "X-Check-Auth: $http_authorization";
    server {
        listen 127.0.0.1:$TEST_NGINX_RAND_PORT_1;
        access_log $TEST_NGINX_SERVER_ROOT/logs/got.txt got;
        location / { return 204; }
    }
--- config
    location /i {
        auth_request /check;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /check {
        internal;
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_RAND_PORT_1;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[sub { last_line('got.txt') . $_[0] }, \&upstream]
--- response_body
X-Check-Auth: Bearer <other>
Authorization: Bearer <demo>



=== TEST 7: SSI, each part with its token at the same time
--- config eval
$main::plain . <<'EOF'
    location = /page {
        ssi on;
        ssi_types *;
        add_header X-T $jwt_issuer_kid;
        return 200 '<!--# include virtual="/other" --><!--# include virtual="/plain" --><!--# include virtual="/demo" -->';
    }
    location = /demo {
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF
--- request
GET /page
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>
Authorization: Bearer client
Authorization: Bearer <demo>



=== TEST 8: a mirror beside an injecting request
--- config
    location /i {
        mirror /mirror;
        jwt_issuer_inject demo;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location = /mirror {
        internal;
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
--- request
GET /i
--- more_headers
Authorization: Bearer client
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <demo>



=== TEST 9: a token location as a subrequest
--- config
    location = /page {
        add_before_body /token;
        addition_types *;
        return 200 "page\n";
    }
    location = /token {
        jwt_issuer_token demo format=jwt;
        jwt_issuer_require off;
    }
--- request
GET /page
--- response_body_filters eval
sub { $_[0] =~ s/^ey[\w-]+\.[\w-]+\.[\w-]+(?=page$)/TOKEN /r }
--- response_body
TOKEN page



=== TEST 10: internal redirects and an error page behind the wait
--- config
    location /i {
        jwt_issuer_inject demo;
        proxy_intercept_errors on;
        error_page 502 = /again;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/?status=502;
    }
    location = /again {
        jwt_issuer_inject other;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP/;
    }
--- request
GET /i
--- response_body_filters eval: \&upstream
--- response_body
Authorization: Bearer <other>
