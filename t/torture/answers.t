# The longest secret that there may be, 65,536 characters that all need an escape,
# comes at once and in chunks, another one a byte at a time, over TLS in records of
# their own: they are read; one byte more is not, and an endless answer is given up while it comes
# (F50, F72).  What the environment says of proxies, of files for passwords and of
# certificates is not asked where it may not be (F75).  Fails when an answer is
# limited to what a secret of plain letters needs, when an answer that is too long
# is read to its end, or when libcurl reads the environment by itself.

use strict;
use warnings;

use lib 't/lib';
use Test::JWTIssuer::AWS;
use Test::JWTIssuer::Torture;
use Test::More;

my $aws = fault_server();
my $get = 'secretsmanager.GetSecretValue';

# what nobody may ask: it counts who comes

my $trap = relay($aws->{ports}{redirect});

my %trap = (NETRC => work_dir() . '/netrc', CURL_HOME => work_dir(),
            SSL_CERT_FILE => "$aws->{dir}/ca.pem", SSL_CERT_DIR => work_dir(),
            http_proxy => "http://127.0.0.1:$trap->{port}",
            ftp_proxy => "http://127.0.0.1:$trap->{port}");
spew("$trap{NETRC}", "machine 127.0.0.1 login somebody password geheim\n");
spew("$trap{CURL_HOME}/.curlrc", "proxy = 127.0.0.1:$trap->{port}\n");

my $key = `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null`;
my $text = $key =~ s/-----.*-----//gr =~ s/\s//gr;

# as JSON: { "private_key": "...", "filler": "\u0001..." }, each of its characters
# six in the answer that has it as a string

sub map_of {
    my ($length) = @_;
    my $map = qq({"private_key":"$text","filler":"FILL"});
    return $map =~ s/FILL/"\\\\" x (($length - length($map) + 4) \/ 2)/er;
}

my $long = map_of(65_536);
$long .= ' ' x (65_536 - length $long);
my $longer = "$long ";

my %case = (
    atonce => {}, bytes => { drip => 0.000001 }, chunks => { chunked => JSON::PP::true() },
);

$aws->ask(secret => name => "$_/dev", field => undef,
          string => $_ eq 'bytes' ? map_of(4000) : $long) for keys %case;
$aws->ask(secret => name => 'over/dev', string => $longer, field => undef);
$aws->ask(secret => name => 'endless/dev', string => $long, field => undef);
$aws->ask(fault => action => $get, key => "$_/dev", times => 'always', %{ $case{$_} })
    for grep { %{ $case{$_} } } keys %case;
$aws->ask(fault => action => $get, key => 'endless/dev', times => 'always',
          repeat => [ 'x' x 1024, 20_480 ]);

# What nginx waits for events with: Debian's has epoll alone, make asan-suites has all.

my $built = (nginx(wait => 1)->run('-V'))[1];
my @runs = ([ 'http' ], [ 'tls' ],
            map { $built =~ /--with-${_}_module/ ? [ 'tls', $_ ] : () } qw( poll select ));

for (@runs) {
    my ($port, $method) = @$_;
    my $what = join ' with ', @$_;
    my $nginx = nginx(env => { key_env(), %trap }, events => $method ? "use $method;" : '',
        main => join('', map { "env $_;\n" } sort keys %trap), http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url($port) ]}; timeout 20s;
                 @{[ $port eq 'tls' ? "ca_file $aws->{dir}/ca.pem;" : '' ]} }
jwt_issuer_defaults { refresh 1h; }
@{[ map { "jwt_issuer_service $_ { key secretsmanager; }\n" }
    sort keys %case, 'over', 'endless' ]}
END

    my $probe = probe($nginx, '/static');
    for my $name (sort keys %case) {
        wait_for("$what, $name: the key is fetched", 30, sub { $nginx->token($name) })
            or diag $nginx->log('not fetched');
    }
    for my $name (qw( over endless )) {
        wait_for("$what, $name: is refused", 10, sub {
            $nginx->log("key is not fetched.*\"$name/dev\"") });
        like(($nginx->log("key is not fetched.*\"$name/dev\""))[0] // '',
             qr/too long|too large|longer than/, "$what, $name: as too long");
    }
    is($nginx->judge('bytes'), '', "$what: the token verifies");
    my ($worst, $requests) = $probe->stop;
    cmp_ok($requests, '>', 100, "$what: others are answered meanwhile");
    figure(F50 => ($method // 'epoll') . ": an answer of 8,000 bytes in as many TLS"
           . " records; $requests others were answered meanwhile, after $worst ms at most")
        if $port eq 'tls';
    $nginx->stop;
}

is($aws->count('redirect.Hit'), 0, 'nobody asked the proxy');

# and a CA that the environment names is none of ours

my $nginx = nginx(env => { key_env(), SSL_CERT_FILE => "$aws->{dir}/ca.pem" },
                  main => 'env SSL_CERT_FILE;', http => <<"END");
jwt_issuer_environment dev;
jwt_issuer_aws { region us-east-1; endpoint @{[ $aws->url('tls') ]}; }
jwt_issuer_service atonce { key secretsmanager; }
END
wait_for('SSL_CERT_FILE is not looked at', 8, sub {
    $nginx->log('key is not fetched.*certificate') });

figure(F72 => '65,536 characters in 131,000 bytes are read, one more is refused,'
       . ' 20 MB are given up');

finish();
