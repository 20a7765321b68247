# How a form comes: in pieces, chunked, over HTTP/2, with Expect; and how long it
# may be: 16384 bytes, and no longer than the location holds in memory.  Fails
# when form_body() reads the first buffer only, or does not count.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: 16384 bytes and not 16385
--- service
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ "POST /token\n" . "a=" . "x" x 16382, "POST /token\n" . "a=" . "x" x 16383 ]
--- error_code eval
[ 200, 413 ]
--- response_body_like eval
[ '"access_token"', '^\{"error":"invalid_request","error_description":"the body is too large"\}$' ]



=== TEST 2: a chunked body is counted, too
--- service
--- config
location = /token {
    client_body_buffer_size 64k;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- more_headers
Content-Type: application/x-www-form-urlencoded
Transfer-Encoding: chunked
--- request eval
[ "POST /token\n" . sprintf("%x\r\n", 16384) . ("a=" . "x" x 16382) . "\r\n0\r\n\r\n",
  "POST /token\n" . sprintf("%x\r\n", 16385) . ("a=" . "x" x 16383) . "\r\n0\r\n\r\n" ]
--- error_code eval
[ 200, 413 ]



=== TEST 3: 16384 bytes in chunks pass with the default buffer, too
--- service
--- more_headers
Content-Type: application/x-www-form-urlencoded
Transfer-Encoding: chunked
--- request eval
"POST /token\n" . sprintf("%x\r\n", 16384) . ("a=" . "x" x 16382) . "\r\n0\r\n\r\n"
--- response_body_like eval: qr/"access_token"/



=== TEST 4: chunks are put together
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
Transfer-Encoding: chunked
--- request eval
"POST /token\n3\r\nsub\r\n5\r\nject=\r\n4\r\nabcd\r\n0\r\n\r\n"
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"abcd"}



=== TEST 5: a chunked body in packets of its own
--- service
subject $jwt_issuer_form_subject;
--- raw_request eval
[ "POST /token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
  . "Content-Type: application/x-www-form-urlencoded\r\n"
  . "Transfer-Encoding: chunked\r\n\r\n", "3\r\nsu", "b\r\n5\r\nject=\r\n4\r\nab",
  "cd\r\n0\r\n", "\r\n" ]
--- raw_request_middle_delay: 0.02
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"abcd"}



=== TEST 6: a body in two packets
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ [ "POST /token\nsubject=ab", { value => "cd", delay_before => 0.05 } ] ]
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"abcd"}



=== TEST 7: a body behind its head
--- service
subject $jwt_issuer_form_subject;
--- raw_request eval
[ "POST /token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
  . "Content-Type: application/x-www-form-urlencoded\r\n"
  . "Content-Length: 12\r\n\r\n", "subject=abcd" ]
--- raw_request_middle_delay: 0.05
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"abcd"}



=== TEST 8: Expect: 100-continue
--- service
subject $jwt_issuer_form_subject;
--- request
GET /jwks
--- response_body_filters eval
sub {
    my $url = url('/token');
    my $says = `curl -sS -v -H 'Expect: 100-continue' -d subject=abcd $url 2>&1`;
    my $continued = $says =~ /^< HTTP\/1.1 100 Continue/m ? 'continued ' : '';
    return $continued . claims('sub')->($says);
}
--- response_body
continued {"sub":"abcd"}



=== TEST 9: a body longer than client_body_buffer_size
--- service
--- config
location = /token {
    client_body_buffer_size 1k;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ "POST /token\n" . ("a=" . "x" x 1022), "POST /token\n" . ("a=" . "x" x 4094) ]
--- error_code eval
[ 200, 200 ]
--- response_body_like eval
[ '"access_token"', '"access_token"' ]



=== TEST 10: client_body_in_file_only does not lose the form
--- service
subject $jwt_issuer_form_subject;
--- config
location = /token {
    client_body_in_file_only clean;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /token
subject=abcd
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"abcd","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 11: HTTP/2
--- services
server {
    listen unix:$TEST_NGINX_SERVER_ROOT/html/h2.sock http2;
    location = /token {
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
}
--- service
subject $jwt_issuer_form_subject;
--- request
GET /jwks
--- response_body_filters eval
sub {
    my $curl = 'curl -sS --http2-prior-knowledge --unix-socket '
               . Test::Nginx::Util::server_root() . '/html/h2.sock';
    return CORE::join('', map { claims('sub')->($_) }
        `$curl -d subject=abcd http://a/token`,
        `$curl -w '%{http_version} %{http_code}\n' -d a=b -o /dev/null http://a/token`);
}
--- response_body
{"sub":"abcd"}
2 400



=== TEST 12: HTTP/2 without Content-Length, in more than one frame
--- services
server {
    listen unix:$TEST_NGINX_SERVER_ROOT/html/h2.sock http2;
    location = /token {
        jwt_issuer_token demo;
        jwt_issuer_require off;
    }
}
--- service
subject $jwt_issuer_form_subject;
--- request
GET /jwks
--- response_body_filters eval
sub {
    my $curl = 'curl -sS --http2-prior-knowledge --unix-socket '
               . Test::Nginx::Util::server_root() . '/html/h2.sock';
    return claims('sub')->(
        `(printf subject=ab; sleep 0.1; printf cd) | $curl -T - -X POST -H 'Content-Type: application/x-www-form-urlencoded' http://a/token`);
}
--- response_body
{"sub":"abcd"}



=== TEST 13: pipelined requests with bodies keep apart
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- pipelined_requests eval
[ "POST /token\nsubject=one", "POST /token\nsubject=two", "GET /jwks",
  "POST /token\nsubject=three" ]
--- response_body_filters eval: claims('sub')
--- response_body_like eval
[ '^\{"sub":"one"\}$', '^\{"sub":"two"\}$', '"keys"', '^\{"sub":"three"\}$' ]



=== TEST 14: a body that ends early answers nothing and harms nothing
--- service
subject $jwt_issuer_form_subject;
--- request
GET /jwks
--- response_body_filters eval
sub {
    require IO::Socket::INET;
    my ($peer) = url('') =~ m{//(.*)};
    for (1 .. 3) {
        my $s = IO::Socket::INET->new($peer);
        print $s "POST /token HTTP/1.1\r\nHost: a\r\n"
                 . "Content-Length: 20\r\n\r\nsubject=";
        close $s;
    }
    my ($status) = fetch('/token', method => 'POST', content => 'subject=abcd',
        headers => { 'Content-Type' => 'application/x-www-form-urlencoded' });
    return $status;
}
--- response_body chomp
200
