# Server, location, nested location, "if" and limit_except: each level inherits
# what it does not say itself, "off" ends it, and the levels beside and above it
# keep theirs.  Fails when a line of merge_loc_conf() or target_check() is taken
# out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

no_root_location();
run_tests();

__DATA__

=== TEST 1: require of the http block and of the server, replaced level by level
--- services
jwt_issuer_require $arg_http;
--- service
--- config
location /http {
    jwt_issuer_token demo;
}
location /own {
    jwt_issuer_require $arg_own;
    jwt_issuer_token demo;

    location /own/nested {
        jwt_issuer_token demo;

        if ($arg_open) {
            jwt_issuer_require off;
        }
    }

    location /own/off {
        jwt_issuer_require off;
        jwt_issuer_token demo;
    }
}
--- pipelined_requests eval
[ map { "GET $_" } qw( /http /http?http=1 /http?own=1
                       /own /own?http=1 /own?own=1
                       /own/nested?http=1 /own/nested?own=1
                       /own/nested?open=1 /own/off /own/nested ) ]
--- error_code eval
[ 403, 200, 403,  403, 403, 200,  403, 200,  200, 200, 403 ]



=== TEST 2: require of a server
--- service
--- config
jwt_issuer_require $arg_server;
location = /token {
    jwt_issuer_token demo;
}
--- pipelined_requests eval
[ "GET /token", "GET /token?server=0", "GET /token?server=yes" ]
--- error_code eval
[ 403, 403, 200 ]



=== TEST 3: limit_except has the token and the require of its location
--- service
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require $arg_ok;
    limit_except GET {
        deny 127.0.0.2;
    }
}
--- request eval
[ "GET /token", "POST /token", "GET /token?ok=1", "POST /token?ok=1",
  "DELETE /token?ok=1" ]
--- error_code eval
[ 403, 403, 200, 200, 405 ]



=== TEST 4: injection into a whole server, replaced and ended level by level
--- services
server {
    listen unix:$TEST_NGINX_SERVER_ROOT/html/up.sock;
    location / {
        return 200 "auth=$http_authorization\n";
    }
}
--- service
--- config
jwt_issuer_inject demo subject=server;

location / {
    proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/up.sock;
}
location /own {
    jwt_issuer_inject demo subject=own;
    proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/up.sock;

    location /own/nested {
        proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/up.sock;

        if ($arg_if) {
            jwt_issuer_inject demo subject=if;
        }

        if ($arg_off) {
            jwt_issuer_inject off;
        }
    }

    location /own/off {
        jwt_issuer_inject off;
        proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/up.sock;

        location /own/off/again {
            jwt_issuer_inject demo subject=again;
            proxy_pass http://unix:$TEST_NGINX_SERVER_ROOT/html/up.sock;
        }
    }
}
--- pipelined_requests eval
[ map { "GET $_" } qw( / /own /own/nested /own/nested?if=1 /own/nested?off=1
                       /own/off /own/off/again / ) ]
--- more_headers
Authorization: Basic client
--- response_body_filters eval
[ sub { $_[0] =~ s/^auth=|\n\z//gr }, claims('sub') ]
--- response_body eval
[ map { /^Basic/ ? $_ : qq({"sub":"$_"}\n) }
  qw( server own own if ), ('Basic client') x 2, qw( again server ) ]



=== TEST 5: wait is taken at every level
--- services
jwt_issuer_wait 1s;
--- service
--- config
jwt_issuer_wait 2s;
location = /token {
    jwt_issuer_wait 0;
    jwt_issuer_require off;
    jwt_issuer_token demo;
}
--- request
GET /token
--- response_body_filters eval: claims('sub')
--- response_body
{"sub":"demo"}



=== TEST 6: a token location inside a token location is none by itself
--- service
--- config
location /outer {
    jwt_issuer_token demo;
    jwt_issuer_require off;
    location /outer/inner {
        return 204;
    }
    location /outer/files {
        root $TEST_NGINX_SERVER_ROOT/html;
    }
}
--- request eval
[ "GET /outer", "GET /outer/inner", "GET /outer/files" ]
--- error_code eval
[ 200, 204, 404 ]
--- no_error_log
[alert]
