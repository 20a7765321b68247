# What is wrong with jwt_issuer_metadata is found at start.  Fails when a check of
# metadata.c or of jwti_uri_parse() is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

repeat_each(1);

our $services = <<'EOC';
jwt_issuer_service rsa {
    key file $TEST_NGINX_KEYS/rsa.pem; issuer https://proxy.example.com;
}
EOC

add_block_preprocessor(sub {
    my ($block) = @_;
    $block->set_value('config', 'location = /m { jwt_issuer_metadata '
                                . ($block->says =~ s/\n//r) . '; }')
        if defined $block->says;
});

run_tests();

__DATA__

=== TEST 1: no such issuer
--- services eval: $main::services
--- says: https://proxy.example.com/edge
--- refused
no "jwt_issuer_service" has the issuer "https://proxy.example.com/edge"



=== TEST 2: nor one that differs by case
--- services eval: $main::services
--- says: https://Proxy.example.com
--- refused
no "jwt_issuer_service" has the issuer "https://Proxy.example.com"



=== TEST 3: http
--- services eval: $main::services
--- says: http://proxy.example.com
--- refused
invalid issuer "http://proxy.example.com": it must be https, but for loopback



=== TEST 4: a query
--- services eval: $main::services
--- says: https://proxy.example.com/?a
--- refused
invalid issuer "https://proxy.example.com/?a": it has a query or a fragment



=== TEST 5: a fragment
--- services eval: $main::services
--- says: https://proxy.example.com#a
--- refused
invalid issuer "https://proxy.example.com#a": it has a query or a fragment



=== TEST 6: no URL
--- services eval: $main::services
--- says: proxy.example.com
--- refused
invalid issuer "proxy.example.com": it does not begin with https:// or http://



=== TEST 7: variables are none
--- services eval: $main::services
--- says: https://$host
--- refused
no "jwt_issuer_service" has the issuer "https://$host"



=== TEST 8: a key set that is not to be had by TLS
--- services eval: $main::services
--- says: https://proxy.example.com jwks=http://proxy.example.com/jwks
--- refused
invalid parameter "jwks=http://proxy.example.com/jwks": it must be https, but for loopback



=== TEST 9: a path that is none
--- services eval: $main::services
--- says: https://proxy.example.com jwks=jwks
--- refused
invalid parameter "jwks=jwks": it does not begin with https:// or http://



=== TEST 10: a query at the token endpoint
--- services eval: $main::services
--- says: https://proxy.example.com token=/token?a auth=none
--- refused
invalid parameter "token=/token?a": it has a query or a fragment



=== TEST 11: a token endpoint without a word on authentication
--- services eval: $main::services
--- says: https://proxy.example.com token=/token
--- refused
"jwt_issuer_metadata" directive needs both of "token=" and "auth=", or none



=== TEST 12: authentication without an endpoint
--- services eval: $main::services
--- says: https://proxy.example.com auth=none
--- refused
"jwt_issuer_metadata" directive needs both of "token=" and "auth=", or none



=== TEST 13: an unknown one
--- services eval: $main::services
--- says: https://proxy.example.com token=/token auth=none,private_key_jwt
--- refused
invalid parameter "auth=none,private_key_jwt": unknown way of client authentication



=== TEST 14: none after the comma
--- services eval: $main::services
--- says: https://proxy.example.com token=/token auth=none,
--- refused
invalid parameter "auth=none,": unknown way of client authentication



=== TEST 15: one twice
--- services eval: $main::services
--- says: https://proxy.example.com token=/token auth=none,none
--- refused
invalid parameter "auth=none,none": it names one twice



=== TEST 16: another parameter
--- services eval: $main::services
--- says: https://proxy.example.com scope=a
--- refused
unknown parameter "scope=a"



=== TEST 17: twice in a location
--- services eval: $main::services
--- says: https://proxy.example.com; jwt_issuer_metadata https://proxy.example.com
--- refused
"jwt_issuer_metadata" directive is duplicate



=== TEST 18: beside another content handler
--- services eval: $main::services
--- says: https://proxy.example.com; jwt_issuer_jwks
--- refused
content handler in one location



=== TEST 19: and behind it
--- services eval: $main::services
--- says: https://proxy.example.com; proxy_pass http://127.0.0.1:1
--- refused
"jwt_issuer_metadata" and another content handler in one location



=== TEST 20: without any service
--- services
--- says: https://proxy.example.com
--- refused
no "jwt_issuer_service" has the issuer "https://proxy.example.com"



=== TEST 21: a slash at its end is warned of, and is a part of it
--- services eval: $main::services
--- says: https://proxy.example.com/
--- must_die
--- error_log eval
[ qr{\[warn\] .*issuer "https://proxy\.example\.com/" ends with a slash, .* in \S+:\d+$},
  qr{\[emerg\] .*no "jwt_issuer_service" has the issuer "https://proxy\.example\.com/"} ]
