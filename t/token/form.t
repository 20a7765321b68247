# A POSTed form is an OAuth2 client-credentials request (RFC 6749, 4.4.2): what two
# readers could take for different things is refused.  Fails when a check of
# form_read() or of jwti_form_parse() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: grant_type may be right or absent, and nothing else
--- service
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\n$_" }
  "grant_type=client_credentials", "grant_type=client%5Fcredentials", "a=b",
  "grant_type=password", "grant_type=Client_Credentials",
  "grant_type=client_credentials+", "grant_type=client_credentials%00" ]
--- error_code eval
[ 200, 200, 200, 400, 400, 400, 400 ]
--- response_body_like eval
[ ('"access_token"') x 3,
  ('^\{"error":"unsupported_grant_type","error_description":"grant_type must be client_credentials"\}$') x 3,
  '"invalid_request"' ]



=== TEST 2: an empty grant_type counts as left out
--- service
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /token
grant_type=
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}



=== TEST 3: a repeated parameter is refused, even with one value, empty or encoded
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\n$_" }
  "subject=a&subject=b", "subject=a&subject=a", "subject=a&subject=",
  "subject=&subject=a", "subject=a&%73ubject=b", "subject=a&x=1&x=2",
  "grant_type=client_credentials&grant_type=client_credentials" ]
--- error_code eval
[ (400) x 7 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a parameter is repeated"}') x 7 ]



=== TEST 4: names and values are percent-decoded once, plus is a space
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\n$_" }
  "subject=a%20b", "subject=a+b", "subject=a%2Bb", "subject=%2561",
  "%73%75bject=x", "subject=a%26subject%3Db", "subject=a=b", "subject=%c3%a9",
  "&&subject=a&&", "x&subject=a" ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ map { qq({"sub":"$_"}\n) }
  "a b", "a b", "a+b", "%61", "x", "a&subject=b", "a=b", '\u00e9', "a", "a" ]



=== TEST 5: a broken percent sequence is refused
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\n$_" }
  "subject=%", "subject=%4", "subject=%zz", "subject=a%4g", "%=a" ]
--- error_code eval
[ (400) x 5 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a percent sequence is broken"}') x 5 ]



=== TEST 6: what is no UTF-8, or holds a NUL, is refused
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\n$_" }
  "subject=%00", "subject=a%00b", "subject=%ff%fe", "subject=%c0%af",
  "subject=%ed%a0%80", "subject=%f4%90%80%80", "subject=%c3", "%ff=a",
  "subject=\xff" ]
--- error_code eval
[ (400) x 9 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a parameter is no valid UTF-8 or holds a NUL"}') x 9 ]



=== TEST 7: an empty value is as none
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ "POST /token\nsubject=", "POST /token\na=b" ]
--- error_code eval
[ 400, 400 ]
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}') x 2 ]



=== TEST 8: 64 parameters and not 65
--- service
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ "POST /token\n" . ("@{[ map { qq(p$_=1) } 1 .. 64 ]}" =~ tr/ /&/r),
  "POST /token\n" . ("@{[ map { qq(p$_=1) } 1 .. 65 ]}" =~ tr/ /&/r) ]
--- error_code eval
[ 200, 400 ]
--- response_body_like eval
[ '"access_token"', '"the form has too many parameters"' ]



=== TEST 9: the content type is a form's, with or without parameters
--- service
subject $jwt_issuer_form_subject;
--- request eval
[ ("POST /token\nsubject=a") x 10 ]
--- more_headers eval
[ map { "Content-Type: $_" }
  "application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded",
  "application/x-www-form-urlencoded; charset=UTF-8",
  "application/x-www-form-urlencoded ;a=b",
  "application/x-www-form-urlencoded2", "application/x-www-form-urlencoded, a/b",
  "application/json", "multipart/form-data; boundary=a", "text/plain", "x" ]
--- error_code eval
[ (200) x 4, (400) x 6 ]
--- response_body_like eval
[ ('"access_token"') x 4,
  ('^\{"error":"invalid_request","error_description":"the body must be application/x-www-form-urlencoded"\}$') x 6 ]



=== TEST 10: a body without a content type is refused
--- service
subject $jwt_issuer_form_subject;
--- request
POST /token
subject=a
--- error_code: 400
--- response_body chomp
{"error":"invalid_request","error_description":"the body must be application/x-www-form-urlencoded"}



=== TEST 11: the body of a GET is not read as a form
--- service
subject $jwt_issuer_form_subject;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
GET /token
subject=a
--- error_code: 400
--- response_body chomp
{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}



=== TEST 12: the form says service, environment and audience where the location lets it
--- services
jwt_issuer_environment dev;
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/rsa.pem; environment prod; subject prod; }
--- service
subject dev;
--- config
location = /token {
    jwt_issuer_token $jwt_issuer_form_service
        environment=$jwt_issuer_form_environment
        audience=$jwt_issuer_form_audience;
    jwt_issuer_require off;
}
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ map { "POST /token\n$_" }
  "service=demo&environment=dev&audience=https%3A%2F%2Fa",
  "audience=b&environment=prod&service=demo", "service=demo&audience=a" ]
--- error_code eval
[ 200, 200, 400 ]
--- response_body_filters eval: claims('sub', 'aud')
--- response_body_like eval
[ '^\{"aud":"https://a","sub":"dev"\}$', '^\{"aud":"b","sub":"prod"\}$', '"invalid_target"' ]



=== TEST 13: a form and a query are two things
--- service
claim form "$jwt_issuer_form_a";
claim query "$arg_a";
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request
POST /token?a=q
a=f
--- response_body_filters eval: claims('form', 'query')
--- response_body
{"form":"f","query":"q"}
