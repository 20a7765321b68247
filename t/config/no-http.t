# The module is loaded by nginx instances that do not use it: without an http
# block its main configuration is NULL in every hook, and an http block without
# our directives has no zone and no process.  Reloads lead from one to another.
# Fails when cycle_conf() does not test for it: nginx dies of a signal.

use lib 't/lib';
use Test::JWTIssuer 'no_plan';

use File::Temp ();
use IPC::Open3 ();
use Time::HiRes qw( sleep );

my $dir = File::Temp->newdir(TMPDIR => 1);
my $nginx = $ENV{TEST_NGINX_BINARY} || 'nginx';
my $keys = keys_dir();

mkdir "$dir/logs";

my %http = (
    'no http block' => '',
    'an empty http block' => 'http { }',
    'an http block without our directives' =>
        "http { server { listen unix:$dir/sock; location / { return 204; } } }",
    'an http block with everything' =>
        "http { jwt_issuer_service demo { key file $keys/p256.pem; }
                server { listen unix:$dir/sock;
                         location / { jwt_issuer_jwks; } } }",
    'only a zone and an environment' =>
        'http { jwt_issuer_zone a:1m; jwt_issuer_environment dev; }',
    'only defaults' => 'http { jwt_issuer_defaults { lifetime 5m; } }',
);


sub config {
    my ($http, $more) = @_;
    open my $out, '>', "$dir/nginx.conf" or die "$dir/nginx.conf: $!\n";
    print $out "load_module $ENV{TEST_NGINX_LOAD_MODULES};\n",
               "pid $dir/nginx.pid;\nerror_log $dir/logs/error.log info;\n",
               $more // '', "\nevents { }\n$http\n";
}


sub nginx {
    my $pid = IPC::Open3::open3(my $in, my $out, undef, $nginx, '-p', $dir,
                                '-c', "$dir/nginx.conf", @_);
    my $says = do { local $/; <$out> };
    waitpid $pid, 0;
    return ($?, $says);
}


sub log_text {
    open my $in, '<', "$dir/logs/error.log" or return '';
    local $/;
    return <$in> // '';
}


sub wait_for {
    my ($condition) = @_;
    for (1 .. 100) {
        return 1 if $condition->();
        sleep 0.05;
    }
    return 0;
}


for my $name (sort keys %http) {
    config($http{$name});
    my ($status, $says) = nginx('-t');
    ok($status == 0 && $says =~ /test is successful/, "$name: nginx -t")
        or diag($says);
}

# one master goes through all of them and back
my @way = ('no http block', 'an http block with everything',
           'an empty http block', 'an http block with everything',
           'no http block', 'only defaults', 'an http block with everything',
           'an http block without our directives',
           'only a zone and an environment');

for my $mode ('on', 'off') {
    unlink "$dir/logs/error.log", "$dir/sock";

    config($http{ $way[0] }, "master_process $mode; daemon $mode;");

    my $pid;
    if ($mode eq 'on') {
        my ($status, $says) = nginx();
        ok($status == 0, "master_process $mode: nginx starts") or diag($says);

    } else {
        $pid = fork // die "fork: $!\n";
        if (!$pid) {
            open STDERR, '>', '/dev/null';
            exec $nginx, '-p', $dir, '-c', "$dir/nginx.conf";
        }
        ok(wait_for(sub { -s "$dir/nginx.pid" }),
           "master_process $mode: nginx starts");
    }

    open my $in, '<', "$dir/nginx.pid" or die "$dir/nginx.pid: $!\n";
    chomp(my $master = <$in>);

    my $reloads = 0;
    for my $name (@way[1 .. $#way]) {
        config($http{$name}, "master_process $mode; daemon $mode;");
        kill HUP => $master;
        $reloads++;
        ok(wait_for(sub {
               return $reloads == (() = log_text() =~ /: reconfiguring$/mg)
                   && (() = log_text() =~ /start worker process \d/g)
                      >= ($mode eq 'on' ? $reloads + 1 : 0);
           }) && kill(0, $master),
           "master_process $mode: a reload to $name");
        sleep 0.1;
    }

    kill TERM => $master;
    waitpid $pid, 0 if $pid;
    ok(wait_for(sub { !-e "$dir/nginx.pid" }),
       "master_process $mode: nginx ends");

    my @bad = log_text() =~ /^(.*(?:exited on signal|\[(?:alert|emerg)\]).*)$/mg;
    is("@bad", '', "master_process $mode: nothing went wrong");
}
