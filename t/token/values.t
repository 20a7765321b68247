# Values of a request that reach a claim: what was sent is what the token says,
# byte for byte, or there is a clear 400 and no token.  Never dropped, shortened,
# or of another type (F106).  Fails when json_write_string() escapes one byte too
# few, or lets through what is no UTF-8.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

use JSON::PP ();

our @values = (
    'plain', 'a "quoted" b', 'back\\slash', "tab\there", "line\nfeed", "cr\rlf\n",
    "\x01\x1f\x7f", "</script>", "a/b", "%2e%2e%2f", "../../etc/passwd",
    "\xe2\x80\xa8 \xe2\x80\xa9", "\xf0\x9f\x94\x91", "\xc3\xa9", "e\xcc\x81",
    "\xef\xbf\xbd", "\xef\xbb\xbf", "\xf4\x8f\xbf\xbf", '","sub":"root', '\\u0000',
    '${host}', '$host', 'null', '1', ' ', "x" x 4096,
);

sub escaped {
    return $_[0] =~ s/([^A-Za-z0-9])/sprintf '%%%02X', ord $1/ger;
}

sub as_claim {
    my ($name, $value) = @_;
    utf8::decode($value);
    return JSON::PP->new->canonical->ascii->encode({ $name => $value }) . "\n";
}

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: every value of a form arrives as it is
--- service
subject $jwt_issuer_form_v;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\nv=" . main::escaped($_) } @main::values ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ map { main::as_claim(sub => $_) } @main::values ]



=== TEST 2: the same in claim, issuer, audience and header, and PyJWT agrees
--- service
issuer $jwt_issuer_form_v;
audience $jwt_issuer_form_v;
claim "a\"b" $jwt_issuer_form_v;
header note $jwt_issuer_form_v;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\nv=" . main::escaped($_) } @main::values[1 .. 6, 11, 12, 18] ]
--- response_body_filters eval
sub {
    my ($good, $says) = verify(token_of($_[0]), url('/jwks'));
    return $good ? claims(qw( iss aud ), 'a"b')->($_[0]) . jose('note')->($_[0])
                 : $says;
}
--- response_body eval
[ map { my $v = main::as_claim(v => $_) =~ s/^\{"v":|\}\n$//gr;
        qq({"a\\"b":$v,"aud":$v,"iss":$v}\n{"note":$v}\n) }
  @main::values[1 .. 6, 11, 12, 18] ]



=== TEST 3: raw bytes in a header
--- service
subject $http_x_v;
--- request eval
[ ("GET /token") x 8 ]
--- more_headers eval
[ map { "X-V: $_" } "a\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xe2\x80",
  "\x80", "\xf5\x80\x80\x80", "\xc3\xa9", 'a"b\\c' ]
--- error_code eval
[ (400) x 6, 200, 200 ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}') x 6, qq({"sub":"\\u00e9"}\n), qq({"sub":"a\\"b\\\\c"}\n) ]



=== TEST 4: bytes of the path
--- service
subject $sub;
--- config
location ~ (?s)^/token/(?<sub>.*)\z {
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- request eval
[ map { "GET /token/$_" } "%ff%fe", "a%0ab", "%c3%a9", "a%22b", "a%2fb", "%7f", "%e2%80%a8" ]
--- error_code eval
[ 400, (200) x 6 ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ '{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}', map { main::as_claim(sub => $_) } "a\nb", "\xc3\xa9", 'a"b', 'a/b', "\x7f", "\xe2\x80\xa8" ]



=== TEST 5: a NUL of a path that was decoded twice
--- service
subject $sub;
--- config
location ~ (?s)^/token/(?<raw>.*)\z {
    set $sub $arg_v;
    rewrite ^ /again/$raw break;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- request
GET /token/x?v=a%00b
--- error_code: 400
--- response_body chomp
{"error":"invalid_request","error_description":"a parameter is no valid UTF-8 or holds a NUL"}



=== TEST 6: an escape of the query stays one
--- service
subject $arg_v;
--- request eval
[ map { "GET /token?v=$_" } "a%20b", "a+b", "a%22", "%c3%a9" ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ map { qq({"sub":"$_"}\n) } "a%20b", "a+b", "a%22", "%c3%a9" ]



=== TEST 7: values of 8 KB are refused
--- service
subject $http_x_v;
--- request eval
[ "GET /token", "GET /token" ]
--- more_headers eval
[ "X-V: " . "x" x 8000, "X-V: " . "x" x 4097 ]
--- error_code eval
[ 400, 400 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}') x 2 ]



=== TEST 8: a refused value is not in the log, its claim is
--- service
claim note $http_x_v;
--- request
GET /token
--- more_headers eval
"X-V: very-bad\xff"
--- error_code: 400
--- error_log
token is refused: value is not valid UTF-8: note, jwt service: "demo"
--- no_error_log eval
[ qr/refused.*very-bad/, qr/\[error\]/ ]
