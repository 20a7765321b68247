# Every request gets its own token: nothing of one is left for the next, in one
# location, on one connection or at one time (F98).  Fails when request-time state
# is kept in the configuration or in the process.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

use File::Temp ();

run_tests();

__DATA__

=== TEST 1: A, B, A in one location
--- services
jwt_issuer_service other { key file $TEST_NGINX_KEYS/p256.pem; subject $arg_u; claim a $arg_a; }
--- service
subject $arg_u;
audience $arg_a;
--- config
location = /token {
    jwt_issuer_token $arg_s;
    jwt_issuer_require $arg_u;
}
--- pipelined_requests eval
[ map { "GET /token?$_" } "s=demo&u=A&a=1", "s=other&u=B&a=2", "s=demo&u=A&a=1",
  "s=demo&a=1", "s=nobody&u=C", "s=demo&u=D&a=3", "s=other&u=A&a=1", "s=demo&u=E" ]
--- error_code eval
[ (200) x 3, 403, 400, 200, 200, 400 ]
--- response_body_filters eval: claims(qw( sub aud a ))
--- response_body_like eval
[ '^\{"aud":"1","sub":"A"\}$', '^\{"a":"2","sub":"B"\}$', '^\{"aud":"1","sub":"A"\}$',
  'access_denied', 'invalid_target', '^\{"aud":"3","sub":"D"\}$',
  '^\{"a":"1","sub":"A"\}$', 'invalid_request' ]



=== TEST 2: 200 requests at once, of 200 subjects, by every kind of key
--- services
jwt_issuer_service k0 { key file $TEST_NGINX_KEYS/rsa.pem; subject $jwt_issuer_form_u; }
jwt_issuer_service k1 { key file $TEST_NGINX_KEYS/p256.pem; subject $jwt_issuer_form_u; }
jwt_issuer_service k2 { key file $TEST_NGINX_KEYS/p521.pem; subject $jwt_issuer_form_u; }
--- service
subject $jwt_issuer_form_u;
--- config
location = /jwks { jwt_issuer_jwks; }
location = /token {
    jwt_issuer_token $jwt_issuer_form_s;
    jwt_issuer_require $jwt_issuer_form_u;
}
--- request
GET /jwks
--- response_body_filters eval
sub {
    my $dir = File::Temp->newdir(TMPDIR => 1);
    my @alg = qw( RS512 ES256 ES512 );
    open my $plan, '>', "$dir/plan" or die;
    for my $i (1 .. 200) {
        printf $plan "%surl = %s\ndata = s=k%d&u=user%d\noutput = %s/%d\n",
            $i == 1 ? '' : "next\n", url('/token'), $i % 3, $i, $dir, $i;
    }
    close $plan;
    system("curl -s -Z --parallel-immediate --parallel-max 50 -K $dir/plan"
           . " >/dev/null 2>&1");
    my $good = 0;
    for my $i (1 .. 200) {
        open my $in, '<', "$dir/$i" or next;
        my $body = <$in> // '';
        my $says = claims('sub')->($body) . jose('alg')->($body);
        $good++ if $says eq qq({"sub":"user$i"}\n{"alg":"$alg[$i % 3]"}\n);
    }
    return "$good of 200";
}
--- response_body chomp
200 of 200



=== TEST 3: an error leaves nothing for the next request of the connection
--- service
subject $jwt_issuer_form_u;
--- config
location = /token {
    jwt_issuer_token demo;
    jwt_issuer_require off;
}
--- more_headers
Content-Type: application/x-www-form-urlencoded
--- pipelined_requests eval
[ "POST /token\nu=A", "POST /token\nx=A", "POST /token\nu=%%", "POST /token\nu=B", "GET /token" ]
--- error_code eval
[ 200, 400, 400, 200, 400 ]
--- response_body_filters eval: claims('sub')
--- response_body_like eval
[ '"sub":"A"', 'cannot be part', 'percent', '"sub":"B"', 'cannot be part' ]
