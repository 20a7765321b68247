# What the directives of a service put into its tokens.  Fails when a directive is
# not read, or a type is written as another.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

run_tests();

__DATA__

=== TEST 1: claims of every type
--- service
claim string 1;
claim number -1.5e2 number;
claim integer 9007199254740991 number;
claim yes true boolean;
claim no false boolean;
claim json '{"a": [1, null, "b"]}' json;
claim empty "";
claim mixed "a-$arg_a-b";
--- request
GET /token?a=1
--- response_body_filters eval
sub { (jwt_parts(token_of($_[0])))[1] =~ s/.*"exp":\d+,//r }
--- response_body chomp
"string":"1","number":-1.5e2,"integer":9007199254740991,"yes":true,"no":false,"json":{"a":[1,null,"b"]},"empty":"","mixed":"a-1-b"}



=== TEST 2: a value of a request that is not of its type is refused
--- service
claim n $arg_n number;
claim b $arg_b boolean;
claim j $http_j json;
--- request eval
[ map { "GET /token?$_" } "n=1&b=true", "n=x&b=true", "n=01&b=true",
  "n=9007199254740992&b=true", "n=1e999&b=true", "n=NaN&b=true", "n=&b=true",
  "n=1&b=TRUE", "n=1&b=1", "n=1&b=", "n=1&b=true", "n=1&b=true" ]
--- more_headers eval
[ ('J: {"a":1}') x 10, 'J: {"a":1,"a":2}', 'J: [' ]
--- error_code eval
[ 200, (400) x 11 ]
--- response_body_filters eval: claims(qw( n b j ))
--- response_body eval
[ qq({"b":true,"j":{"a":1},"n":1}\n), ('{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}') x 11 ]



=== TEST 3: json cannot add members beside itself
--- service
claim j $http_j json;
--- request eval
[ ("GET /token") x 4 ]
--- more_headers eval
[ 'J: 1,"sub":"root"', 'J: 1} {', 'J: "a" "b"', 'J: {"sub":"root"}' ]
--- error_code eval
[ (400) x 3, 200 ]
--- response_body_filters eval: claims(qw( sub j ))
--- response_body eval
[ ('{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}') x 3, qq({"j":{"sub":"root"},"sub":"demo"}\n) ]



=== TEST 4: one audience is a string, several are an array
--- services
jwt_issuer_service two { key file $TEST_NGINX_KEYS/p256.pem; audience $arg_a two; }
--- service
audience $arg_a;
--- config
location ~ ^/(\w+)$ {
    jwt_issuer_token $1;
    jwt_issuer_require off;
}
location = /own {
    jwt_issuer_token two audience=$arg_b;
    jwt_issuer_require off;
}
--- request eval
[ "GET /demo?a=x", "GET /two?a=x", "GET /own?a=x&b=y", "GET /two" ]
--- error_code eval
[ 200, 200, 200, 400 ]
--- response_body_filters eval: claims('aud')
--- response_body eval
[ qq({"aud":"x"}\n), qq({"aud":["x","two"]}\n), qq({"aud":"y"}\n), '{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}' ]



=== TEST 5: the subject of the location is before the service's, and both before its name
--- services
jwt_issuer_service none { key file $TEST_NGINX_KEYS/p256.pem; }
--- service
subject own;
--- config
location = /demo {
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
location = /none {
    jwt_issuer_token none;
    jwt_issuer_require off;
}
location = /said {
    jwt_issuer_token demo subject=u-$arg_u;
    jwt_issuer_require off;
}
--- request eval
[ "GET /demo", "GET /none", "GET /said?u=1" ]
--- response_body_filters eval: claims('sub')
--- response_body eval
[ map { qq({"sub":"$_"}\n) } qw( own none u-1 ) ]



=== TEST 6: an empty subject, issuer or audience is refused, not left out
--- service
subject $arg_s;
issuer $arg_i;
audience $arg_a;
--- request eval
[ map { "GET /token?$_" } "s=1&i=1&a=1", "i=1&a=1", "s=1&a=1", "s=1&i=1", "s=&i=1&a=1" ]
--- error_code eval
[ 200, (400) x 4 ]



=== TEST 7: times
--- service
lifetime 1h;
backdate 30s;
not_before 10s;
--- request
GET /token
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW-30,"exp":IAT+3600,"nbf":IAT+10}



=== TEST 8: header members
--- service
header cty "a/$arg_a";
header typ own+jwt;
header x-y z;
--- request
GET /token?a=b
--- response_body_filters eval: jose(qw( alg typ cty x-y ))
--- response_body
{"alg":"EdDSA","cty":"a/b","typ":"own+jwt","x-y":"z"}



=== TEST 9: 32 claims and 16 audiences
--- service eval
my $claims = "audience @{[ 1 .. 16 ]};\n";
$claims .= "claim c$_ $_ number;\n" for 1 .. 32;
$claims;
--- request
GET /token
--- response_body_filters eval
sub { my ($c) = (jwt_parts(token_of($_[0])))[1];
      return (() = $c =~ /"c\d+":\d+[,}]/g) . ' ' . (() = $c =~ /"\d+"/g) }
--- response_body chomp
32 16



=== TEST 10: values of 4096 bytes and not of 4097
--- service
subject $jwt_issuer_form_s;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
[ "POST /token\ns=" . "x" x 4096, "POST /token\ns=" . "x" x 4097 ]
--- error_code eval
[ 200, 400 ]
--- response_body_filters eval
sub { $_[0] =~ s/eyJ[\w.-]{5461,}/long/r }
--- response_body_like eval
[ '"long"', '^\{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}$' ]



=== TEST 11: values that make a token too long are the client's fault
--- service
claim a $jwt_issuer_form_a;
claim b $jwt_issuer_form_b;
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- request eval
"POST /token\na=" . "x" x 3500 . "&b=" . "x" x 3500
--- error_code: 400
--- response_body chomp
{"error":"invalid_request","error_description":"a value of the request cannot be part of a token"}



=== TEST 12: a variable of the location and a map
--- services
map $arg_role $scope {
    admin "read write";
    default read;
}
--- service
claim scope $scope;
--- config
location = /token {
    set $role $arg_role;
    jwt_issuer_token demo subject=$role;
    jwt_issuer_require off;
}
--- request eval
[ "GET /token?role=admin", "GET /token?role=user" ]
--- response_body_filters eval: claims(qw( sub scope ))
--- response_body eval
[ qq({"scope":"read write","sub":"admin"}\n), qq({"scope":"read","sub":"user"}\n) ]
