package Test::JWTIssuer::Token;

# Tokens and key sets as the tests see them: readable forms, PyJWT's judgement,
# and what of them must not be in the logs of this suite.

use strict;
use warnings;

use base 'Exporter';

use IPC::Open3 qw( open3 );
use JSON::PP ();
use MIME::Base64 qw( decode_base64url );
use Time::HiRes ();

our @EXPORT_OK = qw( jwt jwks token_of jwt_parts verify note_tokens
                     forbid_in_logs expect_alert );

our ($Lib, $Log);   # t/lib and the folder of this suite's logs

my %forbidden;


# a string that must be in no log of this suite; what: "token" (nginx's own
# messages about header lines may have it) or "key" (nowhere)

sub forbid_in_logs {
    my ($string, $what) = @_;

    return if $forbidden{$string}++;

    open my $out, '>>', "$Log/forbidden" or die "$Log/forbidden: $!\n";
    print $out ($what // 'key'), " $string\n";
}


# an [alert] or another line that alerts.pl would report and this suite causes

sub expect_alert {
    my ($pattern) = @_;

    open my $out, '>>', "$Log/expected" or die "$Log/expected: $!\n";
    print $out "$pattern\n";
}


# the signatures of all tokens that a test sees are forbidden in the logs

sub note_tokens {
    my ($text) = @_;

    while ($text =~ /\beyJ[\w-]+\.[\w-]+\.([\w-]{20,})/g) {
        forbid_in_logs($1, 'token');
    }
}


# the token in an answer: JSON with access_token, "Bearer TOKEN" or bare

sub token_of {
    my ($body) = @_;

    note_tokens($body);

    return $1 if $body =~ /"access_token"\s*:\s*"([^"]*)"/;
    return $1 if $body =~ /^\s*(?:Bearer\s+)?([\w-]+\.[\w-]+\.[\w-]*)\s*$/i;
    return;
}


# header and claims as the module wrote them, and the signature's bytes

sub jwt_parts {
    my ($token) = @_;
    return map { decode_base64url($_) } split /\./, $token, 3;
}


# Filter: a token becomes two lines, header and claims, byte for byte as they
# were written, but what differs from run to run has a name instead:
#
#   "kid":"KID"        43 characters of base64url, an RFC 7638 thumbprint
#   "jti":"JTI"        22 or more characters of base64url
#   "iat":NOW          up to 8 seconds old; NOW-60 with "backdate 60s"
#   "exp":IAT+600      relative to iat, as is "nbf"
#   "rnd":IAT.ms       milliseconds within the second iat

sub jwt {
    my ($body) = @_;

    my $token = token_of($body);
    return "no token in: $body" unless defined $token;

    return join '', map { "$_\n" } readable(jwt_parts($token));
}


sub readable {
    my ($header, $claims) = @_;

    $header =~ s/("kid":)"[\w-]{43}"/$1"KID"/;

    if ($claims =~ /"iat":(\d+)/) {
        my $iat = $1;
        # Perl's own time() is of the last tick, and may be behind nginx's
        my $age = int(Time::HiRes::time()) - $iat;
        my $past = $age - $age % 10;

        my $now = $age >= 0 && $age % 10 <= 8 ? $past ? "NOW-$past" : 'NOW'
                                              : $iat;

        $claims =~ s/"iat":\d+/"iat":$now/;
        $claims =~ s/"(exp|nbf)":(\d+)/
                     sprintf '"%s":IAT%+d', $1, $2 - $iat/gex;
        $claims =~ s/"rnd":(\d+)(\d{3})(?!\d)/
                     '"rnd":' . ($1 == $iat + ($past || 0) ? 'IAT.ms' : "$1$2")
                    /ex;
    }

    $claims =~ s/("jti":)"[\w-]{22,}"/$1"JTI"/;

    return ($header, $claims);
}


# PyJWT's judgement: (1, header and claims) or (0, why); keys: see verify.py

sub verify {
    my ($token, $jwks, %want) = @_;

    my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';
    my $pid = open3(my $in, my $out, undef, $python, "$Lib/verify.py", $jwks,
                    map { "$_=$want{$_}" } sort keys %want);
    print $in $token;
    close $in;

    my $answer = do { local $/; <$out> } // '';
    waitpid $pid, 0;

    return ($? == 0 ? 1 : 0, $answer);
}


# Filter: a JWKS becomes one line per key, "kty alg use crv members"; kid is
# compared with the thumbprint's form only.  A private member is shown loudly.

sub jwks {
    my ($body) = @_;

    my $set = eval { JSON::PP->new->decode($body) };
    return "no JWKS: $body" unless ref $set eq 'HASH' && $set->{keys};

    return join '', map {
        my $key = $_;
        my $kid = ($key->{kid} // '') =~ /^[\w-]{43}$/ ? 'kid' : 'NO-KID';
        my @secret = grep { exists $key->{$_} } qw( d p q dp dq qi oth k );

        join(' ', (grep { defined } @{$key}{qw( kty alg use crv )}), $kid,
             (grep { exists $key->{$_} } qw( n e x y )),
             map { "PRIVATE-$_" } @secret) . "\n";
    } @{ $set->{keys} };
}


1;
