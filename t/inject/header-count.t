# nginx keeps headers in parts of 20: what is copied when the token is put in
# must not lose, repeat or reorder any at a part's edge, nor read behind it.
# Fails when headers_replace() goes through the first part only.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Upstream;

our $config = <<'EOF';
    location /i {
        jwt_issuer_inject demo;
        proxy_pass_header Server;
        proxy_pass http://127.0.0.1:$TEST_NGINX_UP_HTTP;
    }
EOF

# request lines of a client with so many headers, the credentials at a place

sub headers {
    my ($n, $at) = @_;
    my @lines = map { "X-$_: v$_" } 1 .. $n;
    splice @lines, $at, 0, 'Authorization: Bearer client' if defined $at;
    return join "\r\n", 'GET /i HTTP/1.0', @lines, '', '';
}

# the upstream's view: how many X-n in their order, and the rest

sub counted {
    my ($body) = @_;
    my $n = 0;
    $n++ while $body =~ /^X-@{[ $n + 1 ]}: v@{[ $n + 1 ]}$/m;
    my $all = () = $body =~ /^X-/mg;
    my $order = join(' ', $body =~ /^X-(\d+)/mg) eq join ' ', 1 .. $n;
    return "$n of $all" . ($order ? '' : ' in disorder') . "\n"
           . main::upstream($body);
}

*Test::Base::Filter::counted = *Test::Base::Filter::counted = \&counted;

run_tests();

__DATA__

=== TEST 1: none
--- config eval: $main::config
--- raw_request eval: main::headers(0)
--- response_body_filters eval: \&counted
--- response_body
0 of 0
Authorization: Bearer <demo>



=== TEST 2: HTTP/0.9 has none
--- config eval: $main::config
--- raw_request eval
"GET /i\r\n"
--- http09
--- response_body_filters eval: \&counted
--- response_body
0 of 0
Authorization: Bearer <demo>



=== TEST 3: one
--- config eval: $main::config
--- raw_request eval: main::headers(1)
--- response_body_filters eval: \&counted
--- response_body
1 of 1
Authorization: Bearer <demo>



=== TEST 4: twenty, a full part
--- config eval: $main::config
--- raw_request eval: main::headers(20)
--- response_body_filters eval: \&counted
--- response_body
20 of 20
Authorization: Bearer <demo>



=== TEST 5: twenty with the client's own as the last of the part
--- config eval: $main::config
--- raw_request eval: main::headers(19, 19)
--- response_body_filters eval: \&counted
--- response_body
19 of 19
Authorization: Bearer <demo>



=== TEST 6: twenty-one
--- config eval: $main::config
--- raw_request eval: main::headers(21)
--- response_body_filters eval: \&counted
--- response_body
21 of 21
Authorization: Bearer <demo>



=== TEST 7: twenty-one with the client's own alone in the second part
--- config eval: $main::config
--- raw_request eval: main::headers(20, 20)
--- response_body_filters eval: \&counted
--- response_body
20 of 20
Authorization: Bearer <demo>



=== TEST 8: a hundred, the client's own in the middle
--- config eval: $main::config
--- raw_request eval: main::headers(100, 50)
--- response_body_filters eval: \&counted
--- response_body
100 of 100
Authorization: Bearer <demo>
