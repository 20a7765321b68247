# Memory runs out in the middle of things: each allocation of the module fails
# once while tokens are made, cached, joined, injected, while key sets, the
# status and errors are written, and while a key is rotated.  What was asked for
# is answered 200 and right, or 500, 503 or not at all; the worker lives; the
# next one who asks gets a token; the key in use goes on; the zone has lost
# no more than a page.  Fails when a result of an allocation is not looked at, when
# a lock stays, when there is no answer 500 any more as the header is sent.

use strict;
use warnings;

use lib 't/lib';
use JSON::PP ();
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Alloc;
use Test::JWTIssuer::Keys;
use Test::More;
use Time::HiRes qw( sleep time );

my $alloc = Test::JWTIssuer::Alloc->new(work_dir());
my $aws = fault_server();
my $Url = 'application/x-www-form-urlencoded';

my $keys = Test::JWTIssuer::Keys::folder();

# a new key where each service has its own
my %renew = (
    core => sub {
        $aws->ask(secret => name => 'core/dev', generate => 'P-256');
    },
    task => sub {
        $aws->ask(service => cluster => 'dev-core', service => 'task',
                  generate => 'RSA');
    },
    local => sub {
        my ($n) = @_;
        spew(work_dir() . '/new.pem',
             slurp("$keys/" . ($n % 2 ? 'ed25519-next.pem' : 'ed25519.pem')));
        rename work_dir() . '/new.pem', work_dir() . '/local.pem';
    },
);
$_->(0) for values %renew;

my $nginx = nginx(env => { key_env(), $alloc->env }, level => 'info',
                  http => <<"END",
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url ]}; }
jwt_issuer_defaults { refresh 1h; stale 2h; activate_after 0; retire 6s;
                      lifetime 6s; reuse off; }
jwt_issuer_service core { key secretsmanager; jti on; }
jwt_issuer_service task { key ecs cluster=dev-core service=task; }
jwt_issuer_service local { key file @{[ work_dir() ]}/local.pem; }
jwt_issuer_service slow { key file $keys/rsa4096.pem; issuer https://x.test; }
jwt_issuer_service hmac { key file $keys/hmac32; algorithm HS256; }
jwt_issuer_service kept { key secretsmanager secret=core/dev; reuse 50%; lifetime 20m;
                          retire 30m; subject \$arg_s;
                          claim roles '["a"]' json; }
END
    server => <<'END');
location = /again { jwt_issuer_token kept; jwt_issuer_require off; }
location = /post { jwt_issuer_token $jwt_issuer_form_audience;
                   jwt_issuer_require off; }
location = /inject { jwt_issuer_inject core;
                     proxy_pass http://$server_addr:$server_port/up; }
location = /logged { jwt_issuer_token core; jwt_issuer_require off;
                     add_header X "$jwt_issuer_expires $jwt_issuer_jti_hash"; }
location = /up { return 200 $http_authorization; }
location = /about { jwt_issuer_metadata https://x.test token=/t auth=none; }
location = /state { jwt_issuer_status; jwt_issuer_require 1; }
END

my $worker;
wait_for('the worker is there', 10, sub { ($worker) = $nginx->workers; $worker });
my $json = JSON::PP->new->utf8;

wait_for("a token of $_", 5, sub { $nginx->token($_) }) for keys %renew;

# it reads what is in the zone, and could not
expect_alert('key in the zone cannot be used: ');

my $serial = 0;

# what is asked for => what is wrong with a 200

my @asks = (
    [ 'a token', sub { '/token/core' }, \&token_wrong ],
    [ 'one that a thread signs', sub { '/token/slow' }, \&token_wrong ],
    [ 'one with a secret', sub { '/token/hmac' }, sub { '' } ],
    [ 'one for the cache', sub { '/again?s=' . ++$serial }, \&token_wrong ],
    [ 'one of the cache', sub { '/again?s=1' }, \&token_wrong ],
    [ 'an injected token', sub { '/inject' }, sub {
        my ($body) = @_;
        return $body =~ /^Bearer (.*)/ ? verified($1, key_set()) : 'no header';
    } ],
    [ 'a form', sub { { body => 'grant_type=client_credentials&audience=core',
                        path => '/post' } }, \&token_wrong ],
    [ 'a wrong form', sub { { body => 'x', path => '/post' } },
      sub { 'it was let through' }, 400 ],
    [ 'an unknown service', sub { '/token/none' },
      sub { 'it was let through' }, 400 ],
    [ 'a token for a log', sub { '/logged' }, \&token_wrong ],
    [ 'a key set', sub { '/jwks' }, sub { $_[0] eq key_set() ? '' : 'another' } ],
    [ 'a document', sub { '/about' }, sub { $_[0] =~ /"jwks_uri"/ ? '' : 'short' } ],
    (map { my $format = $_;
           [ "the status as $format", sub { "/state?format=$format" },
             sub { length $_[0] > 100 ? '' : 'short' } ] }
         qw( json prometheus html )),
    [ 'a refresh', sub { { body => 'action=refresh', path => '/state' } },
      sub { '' } ],
);

for my $ask (@asks) {
    my ($what, $path, $wrong, $good) = @$ask;
    $good //= '20[02]';

    $alloc->walk($what, sub {
        my $request = $path->();
        my ($status, $body) = ask($request);
        $alloc->disarm;

        return "status $status" if $status !~ /^(?:0|$good|500|503)$/;
        my $why = $status == 200 ? $wrong->($body) : '';
        return $why if $why ne '';
        return alive();
    });
}

# rotations: the old key or the new one signs, and the new one in the end; each
# takes its time, so those of AWS are left to "make alloc"

my $free = zone_free();

for my $service ($ENV{JWT_ISSUER_ALLOC_STEP} ? sort keys %renew : 'local') {
    my $old = $nginx->kid($service);
    my $round = 0;

    $alloc->walk_places("a rotation of $service", sub {
        $alloc->disarm;
        $renew{$service}->(++$round);
        $alloc->again;
        refresh($service);

        my $new = wait_new($service, $old, sub { $alloc->failed });
        $alloc->disarm;

        my $why = alive($service);
        return $why if $why ne '';

        for (1 .. 5) {
            last if defined($new = wait_new($service, $old, sub { 0 }, 1.5));
            refresh($service);
        }
        return 'the new key does not come' unless defined $new;
        $old = $new;
        return alive($service);
    }, step => 9, least => 9);
}

is(join(' ', $nginx->workers), $worker, 'it is the same worker all the time');

wait_for('old keys have left the zone, and nothing else stays there', 20, sub {
    return zone_free() >= $free - 8192;
});

note('not failed: ', join ', ', $alloc->functions_left);
$alloc->keep(log_dir());

finish();


# (status, body) on a connection of its own; 0: it was closed

sub ask {
    my ($request) = @_;
    my $client = eval { $nginx->client(limit => 5) } or return (0, '');
    return $client->get($request) unless ref $request;

    my $body = $request->{body};
    syswrite $client->{socket}, join "\r\n",
        "POST $request->{path} HTTP/1.1", 'Host: localhost',
        "Content-Type: $Url", 'Content-Length: ' . length $body, '', $body;
    return $client->receive;
}


sub token_wrong {
    my ($body) = @_;
    my $token = Test::JWTIssuer::AWS::Nginx::token_in(200, $body)
                // return 'no token in it';
    return verified($token, key_set());
}


sub key_set {
    return ($nginx->get('/jwks'))[1];
}


# what is wrong with the next token, when all is well again

sub alive {
    my ($now) = $nginx->workers;
    return 'the worker is gone' unless ($now // 0) == $worker;
    return $nginx->judge($_[0] // 'core');
}


sub refresh {
    my ($service) = @_;
    return ask({ body => "action=refresh&service=$service", path => '/state' });
}


sub wait_new {
    my ($service, $before, $enough, $limit) = @_;
    my $end = time + ($limit // 4);

    while (time < $end) {
        my $kid = $nginx->kid($service);
        return $kid if $kid ne '' && $kid ne $before;
        return if $enough->();
        sleep 0.02;
    }

    return;
}


sub zone_free {
    return $json->decode(($nginx->get('/state?format=json'))[1])->{zone}{free};
}
