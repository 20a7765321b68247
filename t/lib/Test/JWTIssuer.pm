package Test::JWTIssuer;

# The suites' layer over Test::Nginx::Socket.  A suite begins with
#
#   use lib 't/lib';
#   use Test::JWTIssuer;
#   run_tests();
#   __DATA__
#
# and every block gets: the module loaded, a debug log that is kept (alerts.pl
# and secrets.pl read it), repeat_each(2), or once where nginx is reloaded between
# the blocks (what a block leaves for its second turn was seen without), a master with one worker, blocks in
# the order of the file, and, unless the block says something about the error
# log itself, the check that it has no [error], [crit], [alert] or [emerg].
#
# In sections: $TEST_NGINX_KEYS (Test::JWTIssuer::Keys lists the files),
# $TEST_NGINX_LIB (t/lib), $TEST_NGINX_SERVER_PORT, $TEST_NGINX_SERVER_ROOT.
#
# Filters for "--- response_body_filters eval" (as \&name, or called where they
# take arguments): jwt, verified, jwks.
# Functions: keys_dir, jwt_parts, token_of, forbid_in_logs, expect_alert, fetch,
# verify.

use strict;
use warnings;

my ($Lib, $Root, $Log, $Temp);

# Test::Nginx reads the environment when it is loaded

BEGIN {
    require Cwd;
    require File::Temp;
    require Test::JWTIssuer::Keys;

    ($Lib) = Cwd::abs_path(__FILE__) =~ m{^(.*)/Test/JWTIssuer\.pm$};
    ($Root) = $Lib =~ m{^(.*)/t/lib$};

    unshift @INC, "$Root/.deps/usr/share/perl5"
        if -d "$Root/.deps/usr/share/perl5";

    $ENV{TEST_NGINX_LIB} = $Lib;
    $ENV{TEST_NGINX_KEYS} = Test::JWTIssuer::Keys::folder();
    $ENV{TEST_NGINX_LOAD_MODULES} //=
        "$Root/build/ngx_http_jwt_issuer_module.so";

    $Log = $ENV{JWT_ISSUER_LOG_DIR};
    if (!defined $Log) {
        $Temp = File::Temp->newdir('jwt-issuer-logs-XXXXXX', TMPDIR => 1);
        $Log = "$Temp";
    }

    require Test::JWTIssuer::Token;
    $Test::JWTIssuer::Token::Lib = $Lib;
    $Test::JWTIssuer::Token::Log = $Log;

    # /usr/sbin is on no user's path in Debian
    $ENV{PATH} .= ':/usr/sbin:/sbin';
}

use HTTP::Tiny ();

use Test::JWTIssuer::Token qw( jwt jwks token_of jwt_parts verify note_tokens
                               forbid_in_logs expect_alert );
use Test::Nginx::Socket -base;

our @EXPORT = qw( keys_dir jwt verified jwks token_of jwt_parts fetch verify
                  forbid_in_logs expect_alert );

# sections with "eval" are evaluated in this package
{
    no strict 'refs';
    *{"Test::Base::Filter::$_"} = \&{$_} for @EXPORT;
}

# "use Test::JWTIssuer;" alone plans nothing: the number of tests follows from
# the blocks

sub import {
    my ($class, @args) = @_;
    @_ = ($class, @args ? @args : 'no_plan');
    goto &Test::Base::import;
}


repeat_each($ENV{TEST_NGINX_USE_HUP} ? 1 : 2);
no_long_string();
no_shuffle();
master_on();


add_block_preprocessor(sub {
    my ($block) = @_;

    $block->set_value('main_config',
                      "error_log $Log/error.log debug;\n"
                      . ($block->main_config // ''));

    # a must_die block tells its reason in the log, not on the terminal
    if (defined $block->must_die && !defined $block->suppress_stderr) {
        $block->set_value('suppress_stderr', '');
    }

    for my $section (qw( error_log no_error_log grep_error_log )) {
        return if defined $block->$section;
    }

    # a denial is for the operator to see, and what a block has asked for
    $block->set_value('no_error_log',
                      qr/\[(?:error|crit|alert|emerg)\]
                         (?!.*access\ forbidden\ by\ jwt_issuer_require)/x)
        unless defined $block->must_die;
});


# what nginx says while it reads its configuration goes to the log of the
# server root only, and that goes with the next block

add_test_cleanup_handler(sub {
    my ($block) = @_;

    return unless defined $block->must_die;

    open my $in, '<', server_root() . '/logs/error.log' or return;
    open my $out, '>>', "$Log/must_die.log" or die "$Log/must_die.log: $!\n";
    print $out $_ while <$in>;
});


add_response_body_check(sub {
    my ($block, $body) = @_;
    note_tokens($body // '');
});


sub keys_dir {
    return $ENV{TEST_NGINX_KEYS};
}


# Filter: "verified" and the lines of jwt() when PyJWT accepts the token with
# the JWKS that this server publishes at the time; else "refused: why".
# With arguments: verified(jwks => '/jwks', audience => …, algorithm => …)

sub verified {
    return verified_with({}, $_[0]) if @_ == 1;

    my %want = @_;
    return sub { return verified_with(\%want, $_[0]) };
}


sub verified_with {
    my ($want, $body) = @_;
    my %want = %$want;

    my $token = token_of($body);
    return "no token in: $body" unless defined $token;

    my $path = delete $want{jwks} // '/jwks';
    my $url = $path =~ m{^/} && !-e $path
              ? 'http://127.0.0.1:' . server_port_for_client() . $path : $path;

    my ($good, $why) = verify($token, $url, %want);

    return $good ? "verified\n" . jwt($body) : $why;
}


# a request outside of the blocks' own, for init sections and filters:
# (status, body, headers)

sub fetch {
    my ($path, %options) = @_;

    my $answer = HTTP::Tiny->new(timeout => 5, no_proxy => ['127.0.0.1'])
        ->request(delete $options{method} // 'GET',
                  'http://127.0.0.1:' . server_port_for_client() . $path,
                  \%options);

    note_tokens($answer->{content});

    return @{$answer}{qw( status content headers )};
}


1;
