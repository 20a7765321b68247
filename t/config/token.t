# What jwt_issuer_token takes, and that nobody gets tokens without a word about
# who may have them.  Fails when a check of target_token(), target_create(),
# target_check() or params() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: a token for everybody is refused by default
--- service
--- config
location = /x {
    jwt_issuer_token demo;
}
--- refused
"jwt_issuer_token" without "jwt_issuer_require" would give tokens to everybody



=== TEST 2: the same in an if block
--- service
--- config
location = /x {
    if ($arg_a) {
        jwt_issuer_token demo;
    }
}
--- refused
"jwt_issuer_token" without "jwt_issuer_require" would give tokens to everybody



=== TEST 3: require of another location is not enough
--- service
--- config
location = /x {
    jwt_issuer_token demo;
}
location /y {
    jwt_issuer_require off;
}
--- refused
"jwt_issuer_token" without "jwt_issuer_require" would give tokens to everybody



=== TEST 4: a service that is not there
--- service
--- config
location = /x {
    jwt_issuer_token other;
    jwt_issuer_require off;
}
--- refused
unknown jwt service "other"



=== TEST 5: a service is not found by its beginning
--- service
--- config
location = /x {
    jwt_issuer_token dem;
    jwt_issuer_require off;
}
--- refused
unknown jwt service "dem"



=== TEST 6: an environment that is not there
--- service
--- config
location = /x {
    jwt_issuer_token demo environment=dev;
    jwt_issuer_require off;
}
--- refused
unknown jwt service "demo/dev"



=== TEST 7: no service at all
--- config
location /x {
    jwt_issuer_token $arg_a;
    jwt_issuer_require off;
}
--- refused
no "jwt_issuer_service" is configured



=== TEST 8: an empty service
--- service
--- config
location = /x {
    jwt_issuer_token "";
    jwt_issuer_require off;
}
--- refused
empty service name in "jwt_issuer_token" directive



=== TEST 9: no argument
--- service
--- config
location = /x {
    jwt_issuer_token;
    jwt_issuer_require off;
}
--- refused
invalid number of arguments in "jwt_issuer_token" directive



=== TEST 10: an unknown parameter
--- service
--- config
location = /x {
    jwt_issuer_token demo issuer=a;
    jwt_issuer_require off;
}
--- refused
unknown parameter "issuer=a"



=== TEST 11: a parameter without a value
--- service
--- config
location = /x {
    jwt_issuer_token demo subject;
    jwt_issuer_require off;
}
--- refused
unknown parameter "subject"



=== TEST 12: a parameter of the other directive
--- service
--- config
location = /x {
    jwt_issuer_token demo header=X-Token;
    jwt_issuer_require off;
}
--- refused
unknown parameter "header=X-Token"



=== TEST 13: a parameter has one case
--- service
--- config
location = /x {
    jwt_issuer_token demo Subject=a;
    jwt_issuer_require off;
}
--- refused
unknown parameter "Subject=a"



=== TEST 14: an empty environment
--- service
--- config
location = /x {
    jwt_issuer_token demo environment=;
    jwt_issuer_require off;
}
--- refused
invalid parameter "environment=": it is empty



=== TEST 15: environment twice
--- service
--- config
location = /x {
    jwt_issuer_token demo environment=$arg_a environment=b;
    jwt_issuer_require off;
}
--- refused
duplicate parameter "environment=b"



=== TEST 16: an empty subject
--- service
--- config
location = /x {
    jwt_issuer_token demo subject=;
    jwt_issuer_require off;
}
--- refused
invalid parameter "subject=": it is empty



=== TEST 17: subject twice
--- service
--- config
location = /x {
    jwt_issuer_token demo subject=$arg_a subject=b;
    jwt_issuer_require off;
}
--- refused
duplicate parameter "subject=b"



=== TEST 18: an empty audience
--- service
--- config
location = /x {
    jwt_issuer_token demo audience=;
    jwt_issuer_require off;
}
--- refused
invalid parameter "audience=": it is empty



=== TEST 19: audience twice
--- service
--- config
location = /x {
    jwt_issuer_token demo audience=$arg_a audience=b;
    jwt_issuer_require off;
}
--- refused
duplicate parameter "audience=b"



=== TEST 20: an unknown format
--- service
--- config
location = /x {
    jwt_issuer_token demo format=xml;
    jwt_issuer_require off;
}
--- refused
invalid parameter "format=xml": it must be "json" or "jwt"



=== TEST 21: an empty format
--- service
--- config
location = /x {
    jwt_issuer_token demo format=;
    jwt_issuer_require off;
}
--- refused
invalid parameter "format=": it must be "json" or "jwt"



=== TEST 22: a format twice
--- service
--- config
location = /x {
    jwt_issuer_token demo format=jwt format=jwt;
    jwt_issuer_require off;
}
--- refused
duplicate parameter "format=jwt"



=== TEST 23: the directive twice
--- service
--- config
location = /x {
    jwt_issuer_token demo;
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- refused
"jwt_issuer_token" directive is duplicate



=== TEST 24: a token of a whole server
--- service
--- config
jwt_issuer_token demo;
--- refused
"jwt_issuer_token" directive is not allowed here



=== TEST 25: an unknown service is named with the environment that it is looked for in
--- services
jwt_issuer_environment dev;
--- service
--- config
location = /x {
    jwt_issuer_token other;
    jwt_issuer_require off;
}
--- refused
unknown jwt service "other/dev"
