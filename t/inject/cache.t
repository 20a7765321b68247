# proxy_cache: the update that nginx makes in the background, and the parts that
# the slice module fetches, go to the same upstream and start behind the phases
# that give the client's list back: they carry the token.  The answer's key is
# the operator's; the default one has nothing of the token.  Fails when a
# subrequest that clones its parent gets the client's list.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $services = <<'EOF';
    jwt_issuer_service demo { key file $TEST_NGINX_KEYS/ed25519.pem; }
    proxy_cache_path $TEST_NGINX_SERVER_ROOT/cache keys_zone=c:1m;
EOF

our $config = <<'EOF';
    location /i {
        jwt_issuer_inject demo subject=$arg_who;
        proxy_cache c;
        proxy_cache_key $uri;
        proxy_cache_valid 200 1s;
        proxy_cache_use_stale updating;
        proxy_cache_background_update on;
        add_header X-Cache $upstream_cache_status always;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
    location /slice {
        jwt_issuer_inject demo;
        slice 100;
        proxy_cache c;
        proxy_cache_key $uri$slice_range;
        proxy_cache_valid 200 206 1m;
        proxy_set_header Range $slice_range;
        proxy_http_version 1.1;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF

# the answer is too old, it comes once more while the update runs, and then the
# updated one has come

sub updated {
    my ($cached) = @_;
    my $stale;

    for (1 .. 60) {
        my ($status, $body, $headers) =
            Test::JWTIssuer::fetch('/i?who=second',
                                   headers => { Authorization => 'client' });
        $stale = 1 if $headers->{'x-cache'} eq 'STALE';
        return $body if $stale && $body ne $cached;
        select undef, undef, undef, 0.1;
    }

    return "never updated: $cached";
}

*Test::Base::Filter::updated = *Test::Base::Filter::updated = \&updated;

run_tests();

__DATA__

=== TEST 1: the update in the background carries a token
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /i?who=first
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
[\&main::updated, \&upstream]
--- response_body
Authorization: Bearer <second>



=== TEST 2: an answer of the cache comes without asking
--- http_config eval: $main::services
--- config eval
$main::config =~ s/200 1s/200 1m/r
--- request eval
["GET /i/kept?who=first", "GET /i/kept?who=second"]
--- response_body_filters eval: \&upstream
--- response_body eval
["Authorization: Bearer <first>\n", "Authorization: Bearer <first>\n"]
--- no_error_log
[crit]



=== TEST 3: each slice is asked for with the token
--- http_config eval: $main::services
--- config eval: $main::config
--- request
GET /slice?size=250
--- more_headers
Authorization: Bearer client
--- response_body_filters eval
sub { join '', map { /^Bearer ey/ ? "Bearer token\n" : "$_\n" } split /\n/, $_[0] }
--- response_body
Bearer token
Bearer token
Bearer token
