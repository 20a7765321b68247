# Every directive of a service is inherited from jwt_issuer_defaults, and what the
# service says replaces it: lists (audience, claim, header) as a whole, as
# proxy_set_header and others of nginx do.  Fails when a line of settings_merge()
# is taken out, or when one service's list is pushed into the defaults'.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: everything is inherited
--- services
jwt_issuer_defaults {
    algorithm PS384;
    lifetime 2m;
    backdate 10s;
    not_before 5s;
    subject sub-$arg_a;
    issuer https://$arg_a.example;
    audience a-$arg_a b;
    claim scope read;
    claim level 1 number;
    header cty one;
    profile plain;
    jti on;
}
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/rsa.pem; }
--- config
location ~ ^/([a-z]+)$ {
    jwt_issuer_token $1;
    jwt_issuer_require off;
}
location = /jwks {
    jwt_issuer_jwks;
}
--- request
GET /demo?a=x
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"PS384","typ":"JWT","kid":"KID","cty":"one"}
{"sub":"sub-x","iat":NOW-10,"exp":IAT+120,"nbf":IAT+5,"iss":"https://x.example","aud":["a-x","b"],"jti":"JTI","scope":"read","level":1}



=== TEST 2: everything is replaced
--- services
jwt_issuer_defaults {
    algorithm PS384;
    lifetime 2m;
    backdate 10s;
    not_before 5s;
    subject sub-$arg_a;
    issuer https://$arg_a.example;
    audience a-$arg_a b;
    claim scope read;
    claim level 1 number;
    header cty one;
    profile plain;
    jti on;
}
jwt_issuer_service demo {
    key file $TEST_NGINX_KEYS/rsa.pem;
    algorithm RS256;
    lifetime 3m;
    backdate 0;
    not_before off;
    subject other;
    issuer other;
    audience other;
    claim group a;
    header typ own;
    profile service;
    jti off;
}
--- config
location ~ ^/([a-z]+)$ {
    jwt_issuer_token $1;
    jwt_issuer_require off;
}
location = /jwks {
    jwt_issuer_jwks;
}
--- request
GET /demo?a=x
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"RS256","kid":"KID","typ":"own"}
{"sub":"other","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+180,"iss":"other","aud":"other","group":"a"}



=== TEST 3: one service does not change what another inherits
--- services
jwt_issuer_defaults {
    algorithm PS384;
    lifetime 2m;
    backdate 10s;
    not_before 5s;
    subject sub-$arg_a;
    issuer https://$arg_a.example;
    audience a-$arg_a b;
    claim scope read;
    claim level 1 number;
    header cty one;
    profile plain;
    jti on;
}
jwt_issuer_service first {
    key file $TEST_NGINX_KEYS/rsa.pem;
    claim group a;
    header kty b;
    audience c;
}
jwt_issuer_service second { key file $TEST_NGINX_KEYS/rsa-next.pem; }
--- config
location ~ ^/([a-z]+)$ {
    jwt_issuer_token $1;
    jwt_issuer_require off;
}
location = /jwks {
    jwt_issuer_jwks;
}
--- pipelined_requests eval
[ "GET /first?a=x", "GET /second?a=x", "GET /first?a=x" ]
--- response_body_filters eval: claims(qw( aud scope group ))
--- response_body eval
[ qq({"aud":"c","group":"a"}\n), qq({"aud":["a-x","b"],"scope":"read"}\n),
  qq({"aud":"c","group":"a"}\n) ]



=== TEST 4: what a default says for one type of key fails for another
--- services
jwt_issuer_defaults {
    algorithm PS384;
    lifetime 2m;
    backdate 10s;
    not_before 5s;
    subject sub-$arg_a;
    issuer https://$arg_a.example;
    audience a-$arg_a b;
    claim scope read;
    claim level 1 number;
    header cty one;
    profile plain;
    jti on;
}
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; }
--- refused
key is not of the type or curve of the algorithm



=== TEST 5: an environment is inherited and replaced
--- services
jwt_issuer_environment dev;
jwt_issuer_defaults { environment test; }
jwt_issuer_service one { key file $TEST_NGINX_KEYS/p256.pem; }
jwt_issuer_service two { key file $TEST_NGINX_KEYS/p384.pem; environment prod; }
--- config
location ~ ^/([a-z]+)/([a-z]+)$ {
    jwt_issuer_token $1 environment=$2;
    jwt_issuer_require off;
}
--- pipelined_requests eval
[ "GET /one/test", "GET /one/dev", "GET /two/prod", "GET /two/test" ]
--- error_code eval
[ 200, 400, 200, 400 ]



=== TEST 6: times of keys are inherited and checked
--- services
jwt_issuer_defaults { refresh 1h; stale 1h; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; refresh 1m; }
jwt_issuer_service two { key file $TEST_NGINX_KEYS/p384.pem; }
--- refused
"stale" must be at least 1.2 times "refresh" and at most 30d in service "two"



=== TEST 7: activate_after and retire are inherited
--- services
jwt_issuer_defaults { activate_after 31d; retire 20d; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; activate_after 1s; retire 1h; }
jwt_issuer_service two { key file $TEST_NGINX_KEYS/p384.pem; }
--- refused
"activate_after" must be at most 30d in service "two"



=== TEST 8: retire of the defaults is checked with a service's lifetime
--- services
jwt_issuer_defaults { retire 1h; }
jwt_issuer_service demo { key file $TEST_NGINX_KEYS/p256.pem; lifetime 2h; }
--- refused
"retire" must be at least "lifetime" and at most 30d in service "demo"



=== TEST 9: empty defaults change nothing
--- services
jwt_issuer_defaults { }
--- service
--- request
GET /token
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"EdDSA","typ":"JWT","kid":"KID"}
{"sub":"demo","typ":"service","rnd":IAT.ms,"iat":NOW,"exp":IAT+600}



=== TEST 10: a block may be an included file
--- http_config
jwt_issuer_defaults { include $TEST_NGINX_SERVER_ROOT/html/defaults*.conf; }
jwt_issuer_service demo {
    include $TEST_NGINX_SERVER_ROOT/html/key.conf;
    lifetime 1m;
}
--- user_files
>>> defaults1.conf
subject included;
>>> defaults2.conf
profile plain;
>>> key.conf
key file $TEST_NGINX_KEYS/p256.pem;
claim scope read;
--- request
GET /token
--- response_body_filters eval: \&jwt
--- response_body
{"alg":"ES256","typ":"JWT","kid":"KID"}
{"sub":"included","iat":NOW,"exp":IAT+60,"scope":"read"}
