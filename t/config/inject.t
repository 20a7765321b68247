# What jwt_issuer_inject takes: a header that frames the message, or that nginx
# keeps in a field of its own, is not one to put a token in.  Fails when a check
# of target_inject(), target_header() or target_scheme() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: a service that is not there
--- service
--- config
location = /x {
    jwt_issuer_inject other;
    proxy_pass http://127.0.0.1:1;
}
--- refused
unknown jwt service "other"



=== TEST 2: an environment that is not there
--- service
--- config
location = /x {
    jwt_issuer_inject demo environment=dev;
    proxy_pass http://127.0.0.1:1;
}
--- refused
unknown jwt service "demo/dev"



=== TEST 3: an empty service
--- service
--- config
location = /x {
    jwt_issuer_inject "";
    proxy_pass http://127.0.0.1:1;
}
--- refused
empty service name in "jwt_issuer_inject" directive



=== TEST 4: off with a parameter
--- service
--- config
location = /x {
    jwt_issuer_inject off header=X-Token;
    proxy_pass http://127.0.0.1:1;
}
--- refused
"jwt_issuer_inject" directive takes no parameters with "off"



=== TEST 5: an unknown parameter
--- service
--- config
location = /x {
    jwt_issuer_inject demo realm=a;
    proxy_pass http://127.0.0.1:1;
}
--- refused
unknown parameter "realm=a"



=== TEST 6: a parameter of the other directive
--- service
--- config
location = /x {
    jwt_issuer_inject demo format=jwt;
    proxy_pass http://127.0.0.1:1;
}
--- refused
unknown parameter "format=jwt"



=== TEST 7: an empty header
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=": it is no header name



=== TEST 8: a header name with a colon
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=A:B;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=A:B": it is no header name



=== TEST 9: a header name with a space
--- service
--- config
location = /x {
    jwt_issuer_inject demo "header=A B";
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=A B": it is no header name



=== TEST 10: a header name with a variable
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=$arg_a;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=$arg_a": it is no header name



=== TEST 11: a header twice
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=X-A header=X-B;
    proxy_pass http://127.0.0.1:1;
}
--- refused
duplicate parameter "header=X-B"



=== TEST 12: a scheme that is two words
--- service
--- config
location = /x {
    jwt_issuer_inject demo "scheme=a b";
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "scheme=a b": it is no authentication scheme



=== TEST 13: a scheme with a variable
--- service
--- config
location = /x {
    jwt_issuer_inject demo scheme=$arg_a;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "scheme=$arg_a": it is no authentication scheme



=== TEST 14: a scheme twice
--- service
--- config
location = /x {
    jwt_issuer_inject demo scheme=a scheme=;
    proxy_pass http://127.0.0.1:1;
}
--- refused
duplicate parameter "scheme="



=== TEST 15: an empty subject
--- service
--- config
location = /x {
    jwt_issuer_inject demo subject=;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "subject=": it is empty



=== TEST 16: an empty audience
--- service
--- config
location = /x {
    jwt_issuer_inject demo audience=;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "audience=": it is empty



=== TEST 17: Connection is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Connection;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Connection": this header cannot be injected



=== TEST 18: content-length is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=content-length;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=content-length": this header cannot be injected



=== TEST 19: Content-Type is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Content-Type;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Content-Type": this header cannot be injected



=== TEST 20: Cookie is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Cookie;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Cookie": this header cannot be injected



=== TEST 21: Expect is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Expect;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Expect": this header cannot be injected



=== TEST 22: HOST is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=HOST;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=HOST": this header cannot be injected



=== TEST 23: Keep-Alive is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Keep-Alive;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Keep-Alive": this header cannot be injected



=== TEST 24: Range is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Range;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Range": this header cannot be injected



=== TEST 25: Referer is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Referer;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Referer": this header cannot be injected



=== TEST 26: TE is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=TE;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=TE": this header cannot be injected



=== TEST 27: Trailer is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Trailer;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Trailer": this header cannot be injected



=== TEST 28: Transfer-Encoding is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Transfer-Encoding;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Transfer-Encoding": this header cannot be injected



=== TEST 29: Upgrade is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Upgrade;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Upgrade": this header cannot be injected



=== TEST 30: User-Agent is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=User-Agent;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=User-Agent": this header cannot be injected



=== TEST 31: Via is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=Via;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=Via": this header cannot be injected



=== TEST 32: X-Forwarded-For is not replaced
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=X-Forwarded-For;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=X-Forwarded-For": this header cannot be injected



=== TEST 33: a header name of 65 characters
--- service
--- config
location = /x {
    jwt_issuer_inject demo header=XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX;
    proxy_pass http://127.0.0.1:1;
}
--- refused
invalid parameter "header=XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX": it is no header name



=== TEST 34: the directive twice
--- service
--- config
location = /x {
    jwt_issuer_inject demo;
    jwt_issuer_inject off;
    proxy_pass http://127.0.0.1:1;
}
--- refused
"jwt_issuer_inject" directive is duplicate



=== TEST 35: no service at all
--- config
location /x {
    jwt_issuer_inject demo;
    proxy_pass http://127.0.0.1:1;
}
--- refused
no "jwt_issuer_service" is configured



=== TEST 36: injection into everything
--- services
jwt_issuer_inject demo;
--- refused
"jwt_issuer_inject" directive is not allowed here
