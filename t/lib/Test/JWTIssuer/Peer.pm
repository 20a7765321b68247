package Test::JWTIssuer::Peer;

# PyJWT's judgement in one process that is asked again and again: a suite that
# verifies many tokens would spend its time on starting Python.
#
#   my ($good, $claims_or_why, $header) = judge($token, $jwks);
#
# jwks: the set's text, or a URL of this machine.

use strict;
use warnings;

use base 'Exporter';

use IPC::Open2 qw( open2 );
use JSON::PP ();

our @EXPORT_OK = qw( judge );

my ($lib) = __FILE__ =~ m{^(.*)/Test/JWTIssuer/Peer\.pm$};
my $json = JSON::PP->new->utf8->canonical;
my ($pid, $owner, $in, $out);


sub judge {
    my ($token, $jwks) = @_;

    start() unless $pid && $owner == $$;

    my $set = $jwks =~ /^\s*\{/ ? eval { $json->decode($jwks) } : $jwks;
    return (0, "no JWKS: $jwks") unless defined $set;

    print {$in} $json->encode({ token => $token, jwks => $set }), "\n";

    my $line = <$out> // die "the verifier is gone\n";
    my $answer = $json->decode($line);

    return $answer->{good} ? (1, $answer->{claims}, $answer->{header})
                           : (0, $answer->{why});
}


sub start {
    my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';

    $owner = $$;
    $pid = open2($out, $in, $python, '-B', "$lib/peer.py");
    $in->autoflush(1);
}


END {
    if ($pid && $owner == $$) {
        my $status = $?;
        close $in;
        waitpid $pid, 0;
        $? = $status;
    }
}


1;
