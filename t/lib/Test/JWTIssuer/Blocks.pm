package Test::JWTIssuer::Blocks;

# Short sections for suites with many small blocks; after "use Test::JWTIssuer".
#
#   --- service     what stands in the block of the service "demo"; its key is
#                   the Ed25519 one unless the section says "key" itself, and
#                   "key none" leaves it out; "reuse off" unless it says "reuse",
#                   so that each block sees a token of its own
#   --- named       another name for it, where many blocks have other keys: in
#                   a reload the keys of a service before it stay published
#   --- services    what stands in the http block, as --- http_config
#   --- refused     nginx must not start and say this as an [emerg] that ends
#                   with "in FILE:LINE"
#
# Without --- config a block of these has the locations /token, open to all,
# and /jwks; a refused one has none.
#
# Filters: claims(NAME...) shows these claims of a token as canonical JSON in
# ASCII, jose(NAME...) members of its header; what is no token stays as it is.
# Function: url(PATH), for programs that a filter runs.

use strict;
use warnings;

use JSON::PP ();

use Test::JWTIssuer ();
use Test::JWTIssuer::Token qw( token_of jwt_parts );

my $json = JSON::PP->new->canonical->ascii->allow_nonref;

{
    no strict 'refs';
    *{"Test::Base::Filter::$_"} = \&{$_} for qw( claims jose url );
}


Test::Nginx::Util::add_block_preprocessor(sub {
    my ($block) = @_;

    chomp(my $name = $block->named // 'demo');

    if (defined $block->service) {
        my $body = $block->service;

        $body = "key file \$TEST_NGINX_KEYS/ed25519.pem;\n$body"
            unless $body =~ s/^key none;?\n?//m || $body =~ /^\s*key(?:\s|;)/m;

        $body = "reuse off;\n$body" unless $body =~ /^\s*reuse\s/m;

        $block->set_value('http_config', ($block->services // '')
                          . "jwt_issuer_service $name {\n$body\n}\n");

    } elsif (defined $block->services) {
        $block->set_value('http_config', $block->services);
    }

    if (defined $block->refused) {
        my $says = $block->refused;

        if (!ref $says) {
            chomp $says;
            $says = quotemeta $says;
        }

        $block->set_value('must_die', '');
        $block->set_value('error_log',
                          [ qr/\[emerg\] .*$says.* in \S+:\d+$/ ]);
        $block->set_value('config', '') unless defined $block->config;
    }

    $block->set_value('config', <<"END") unless defined $block->config;
    location = /token {
        jwt_issuer_token $name;
        jwt_issuer_require off;
    }
    location = /jwks {
        jwt_issuer_jwks;
    }
END
});


sub claims {
    my @names = @_;

    return sub {
        my ($body) = @_;
        my $token = token_of($body);
        return $body unless defined $token;
        return part((jwt_parts($token))[1], @names);
    };
}


sub jose {
    my @names = @_;

    return sub {
        my ($body) = @_;
        my $token = token_of($body);
        return $body unless defined $token;
        return part((jwt_parts($token))[0], @names);
    };
}


sub url {
    my ($path) = @_;
    return 'http://127.0.0.1:' . Test::Nginx::Util::server_port_for_client()
           . $path;
}


sub part {
    my ($text, @names) = @_;

    my $object = eval { JSON::PP->new->utf8->decode($text) };
    return "no JSON: $text\n" unless ref $object eq 'HASH';

    return $json->encode({ map { $_ => $object->{$_} }
                           grep { exists $object->{$_} } @names }) . "\n";
}


1;
