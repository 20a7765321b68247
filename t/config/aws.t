# What is wrong in "jwt_issuer_aws" and in the parameters of "key secretsmanager"
# and "key ecs" fails "nginx -t" with a reason.  Fails when a check is taken out.

use lib 't/lib';
use Test::JWTIssuer;
use Test::JWTIssuer::Blocks;

BEGIN {
    delete @ENV{ grep { /^AWS_/ } keys %ENV };
}

repeat_each(1);
run_tests();

__DATA__

=== TEST 1: jwt_issuer_aws twice
--- services
jwt_issuer_aws { region us-east-1; }
jwt_issuer_aws { region us-east-1; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"jwt_issuer_aws" directive is duplicate\E/



=== TEST 2: an unknown directive
--- services
jwt_issuer_aws { regoin us-east-1; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qunknown directive "regoin"\E/



=== TEST 3: a region twice
--- services
jwt_issuer_aws { region us-east-1; region us-east-2; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"region" directive is duplicate\E/



=== TEST 4: an empty region
--- services
jwt_issuer_aws { region ""; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"region" directive has an empty value\E/



=== TEST 5: fips is a flag
--- services
jwt_issuer_aws { fips maybe; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qmust be "on" or "off"\E/



=== TEST 6: fips twice
--- services
jwt_issuer_aws { fips on; fips off; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"fips" directive is duplicate\E/



=== TEST 7: an unknown source of credentials
--- services
jwt_issuer_aws { credentials sso; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qmust be "env", "web_identity", "profile", "container" or "imds"\E/



=== TEST 8: credentials twice
--- services
jwt_issuer_aws { credentials env; credentials imds; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"credentials" directive is duplicate\E/



=== TEST 9: an endpoint of an unknown service
--- services
jwt_issuer_aws { endpoint s3 http://127.0.0.1:1; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qunknown AWS service "s3"\E/



=== TEST 10: an endpoint that is no URL
--- services
jwt_issuer_aws { endpoint nowhere; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qinvalid endpoint "nowhere": \E/



=== TEST 11: an endpoint of another scheme
--- services
jwt_issuer_aws { endpoint ftp://127.0.0.1; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qinvalid endpoint "ftp:\/\/127.0.0.1": \E/



=== TEST 12: http to another host
--- services
jwt_issuer_aws { endpoint http://198.51.100.7; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qinvalid endpoint "http:\/\/198.51.100.7": \E/



=== TEST 13: an endpoint with user and password
--- services
jwt_issuer_aws { endpoint https://a:b@localhost; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qinvalid endpoint "\E/



=== TEST 14: an endpoint twice
--- services
jwt_issuer_aws { endpoint ecs http://127.0.0.1:1; endpoint ecs http://127.0.0.1:2; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"endpoint" directive is duplicate\E/



=== TEST 15: a CA file that is not there
--- services
jwt_issuer_aws { region us-east-1; ca_file /nowhere/ca.pem; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\QCA file "\/nowhere\/ca.pem" cannot be read\E/



=== TEST 16: a timeout that is too short
--- services
jwt_issuer_aws { region us-east-1; timeout 10ms; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"connect_timeout" and "timeout" must be between 100ms and 60s\E/



=== TEST 17: a timeout that is too long
--- services
jwt_issuer_aws { region us-east-1; connect_timeout 2m; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"connect_timeout" and "timeout" must be between 100ms and 60s\E/



=== TEST 18: a timeout that is no time
--- services
jwt_issuer_aws { timeout soon; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Q"timeout" directive invalid value\E/



=== TEST 19: secretsmanager: an unknown parameter
--- services
jwt_issuer_service demo { environment dev; key secretsmanager name=x; }
--- refused eval
qr/\Q"name=x"\E/



=== TEST 20: secretsmanager: a parameter twice
--- services
jwt_issuer_service demo { environment dev; key secretsmanager field=a field=b; }
--- refused eval
qr/\Q"field=b"\E/



=== TEST 21: secretsmanager: an empty field
--- services
jwt_issuer_service demo { environment dev; key secretsmanager field=; }
--- refused eval
qr/\Qit is empty\E/



=== TEST 22: secretsmanager: an empty secret
--- services
jwt_issuer_service demo { environment dev; key secretsmanager secret=; }
--- refused eval
qr/\Qit is empty or too long\E/



=== TEST 23: secretsmanager: a name with a space
--- services
jwt_issuer_service demo { environment dev; key secretsmanager "secret=a b"; }
--- refused eval
qr/\Qa secret's name has no such character\E/



=== TEST 24: secretsmanager: an ARN that is none
--- services
jwt_issuer_service demo { environment dev; key secretsmanager secret=arn:aws:secretsmanager; }
--- refused eval
qr/\Qit is no ARN\E/



=== TEST 25: secretsmanager: neither secret nor environment
--- services
jwt_issuer_service demo { key secretsmanager; }
--- refused eval
qr/\Q"key secretsmanager" needs "secret=" or an "environment"\E/



=== TEST 26: ecs: an unknown parameter
--- services
jwt_issuer_service demo { environment dev; key ecs task=x; }
--- refused eval
qr/\Q"task=x"\E/



=== TEST 27: ecs: a parameter twice
--- services
jwt_issuer_service demo { environment dev; key ecs container=a container=b; }
--- refused eval
qr/\Q"container=b"\E/



=== TEST 28: ecs: an empty cluster
--- services
jwt_issuer_service demo { environment dev; key ecs cluster=; }
--- refused eval
qr/\Qit is empty or too long\E/



=== TEST 29: ecs: a name that ECS does not allow
--- services
jwt_issuer_service demo { environment dev; key ecs "service=a b"; }
--- refused eval
qr/\Qit has no such character\E/



=== TEST 30: ecs: no service and no environment
--- services
jwt_issuer_service demo { key ecs cluster=x; }
--- refused eval
qr/\Q"key ecs" needs "cluster=" and "service=" or an "environment"\E/



=== TEST 31: a secret is not chosen by a request
--- services
jwt_issuer_service demo { environment dev; key secretsmanager secret=$arg_s; }
--- refused eval
qr/\Qa secret's name has no such character\E/



=== TEST 32: nor is a cluster
--- services
jwt_issuer_service demo { environment dev; key ecs cluster=$arg_c; }
--- refused eval
qr/\Qit has no such character\E/



=== TEST 33: nor is a region
--- services
jwt_issuer_aws { region $arg_r; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qthe region is none in "jwt_issuer_aws"\E/



=== TEST 34: nor is an endpoint
--- services
jwt_issuer_aws { region eu-west-1; endpoint https://$arg_host/; }
jwt_issuer_service demo { environment dev; key secretsmanager; }
--- refused eval
qr/\Qthe endpoint has no valid host\E/
