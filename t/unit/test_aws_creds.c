
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_creds.c: every source of credentials, its success and its errors,
 * by scripts of what is read and asked.
 */


#include "creds.h"


#define JSON(id, end)                                                         \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" id "\",\"SecretAccessKey\":\"" \
    KEY "\",\"Token\":\"CANARY-token\",\"Expiration\":\"" end "\"}"

#define STS(action, id, end)                                                  \
    "<" action "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"\
    "<" action "Result><Credentials><AccessKeyId>" id "</AccessKeyId>"        \
    "<SecretAccessKey>" KEY "</SecretAccessKey>"                              \
    "<SessionToken>CANARY-token</SessionToken><Expiration>" end               \
    "</Expiration></Credentials></" action "Result></" action "Response>"

/* what the service was told comes back */
#define STS_ERROR(code)                                                       \
    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"     \
    "<Error><Type>Sender</Type><Code>" code "</Code><Message>said CANARY-jwt" \
    "</Message></Error><RequestId>1</RequestId></ErrorResponse>"

#define ROLE_ERROR(code)                                                      \
    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"     \
    "<Error><Type>Sender</Type><Code>" code "</Code><Message>said " KEY       \
    "</Message></Error><RequestId>1</RequestId></ErrorResponse>"

#define WEB  "AssumeRoleWithWebIdentity"
#define ARN  "arn:aws:iam::123456789012:role/demo"

#define ENV_KEYS                                                              \
    "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", KEY

#define ENV_WEB                                                               \
    "AWS_WEB_IDENTITY_TOKEN_FILE", "/token", "AWS_ROLE_ARN", ARN,             \
    "AWS_REGION", "eu-west-1"

#define ENV_FILES                                                             \
    "AWS_CONFIG_FILE", "/config", "AWS_SHARED_CREDENTIALS_FILE", "/creds"

#define NO_CREDS   { "/creds", "", 0 }
#define JWT_FILE   { "/token", "CANARY-jwt\n", 0 }
#define STS_URL    "https://sts.eu-west-1.amazonaws.com/"
#define ECS_URL    "http://169.254.170.2/v2/x"
#define IMDS       "http://169.254.169.254/latest/"
#define IMDS_ROLE  IMDS "meta-data/iam/security-credentials/"
#define TTL        "x-aws-ec2-metadata-token-ttl-seconds: 21600"
#define TOKEN      "x-aws-ec2-metadata-token: CANARY-imds"
#define IMDS_PUT   { .method = "PUT", .url = IMDS "api/token", .with = TTL,   \
                     .status = 200, .body = "CANARY-imds" }
#define IMDS_NAME  { .method = "GET", .url = IMDS_ROLE, .with = TOKEN,        \
                     .status = 200, .body = "my-role\n" }


typedef struct {
    const char  *title;
    const char  *key;           /* NULL: FAILED */
    const char  *want;          /* the source; in the error */
    world_t      world;
} case_t;


static case_t  cases[] = {

    /* environment */

    { "env", "AKENV", "environment", { .env = { ENV_KEYS } } },
    { "env, token", "AKENV", "environment",
      { .env = { ENV_KEYS, "AWS_SESSION_TOKEN", "CANARY-t" } } },
    { "env, id without secret", NULL, "AWS_SECRET_ACCESS_KEY is not",
      { .env = { "AWS_ACCESS_KEY_ID", "AK" } } },
    { "env, secret without id", NULL, "AWS_ACCESS_KEY_ID is not",
      { .env = { "AWS_SECRET_ACCESS_KEY", KEY } } },
    { "env, empty ones count as unset", NULL, "no source of AWS credentials",
      { .env = { "AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "",
                 "AWS_EC2_METADATA_DISABLED", "true" } } },
    { "env, space in the secret", NULL, "secret access key",
      { .env = { "AWS_ACCESS_KEY_ID", "AK", "AWS_SECRET_ACCESS_KEY",
                 "CANARY x" } } },
    { "env, expiration", "AKENV", "environment",
      { .env = { ENV_KEYS, "AWS_CREDENTIAL_EXPIRATION", SOON } } },
    { "env, expired", NULL, "expired already",
      { .env = { ENV_KEYS, "AWS_CREDENTIAL_EXPIRATION", PAST } } },
    { "env, malformed expiration", NULL, "AWS_CREDENTIAL_EXPIRATION",
      { .env = { ENV_KEYS, "AWS_CREDENTIAL_EXPIRATION", "tomorrow" } } },
    { "env wins over all", "AKENV", "environment",
      { .env = { ENV_KEYS, ENV_WEB, ENV_FILES,
                 "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .files = { { "/config", "", 0 },
                   { "/creds", "[default]\naws_access_key_id=AKP\n"
                     "aws_secret_access_key=" KEY, 0 } } } },
    { "env is forced", NULL, "AWS_ACCESS_KEY_ID is not set",
      { .conf = { .source = JWTI_AWS_SOURCE_ENV } } },
    { "region is none", NULL, "region: is none",
      { .env = { ENV_KEYS, "AWS_REGION", "EU/x" } } },

    /* web identity */

    { "web identity", "AKWEB", "web identity, role \"" ARN "\"",
      { .env = { ENV_WEB }, .files = { JWT_FILE },
        .replies = { { .method = "POST", .url = STS_URL,
                       .with = "WebIdentityToken=CANARY-jwt", .status = 200,
                       .body = STS(WEB, "AKWEB", SOON) } } } },
    { "web identity, no role", NULL, "AWS_ROLE_ARN is not",
      { .env = { "AWS_WEB_IDENTITY_TOKEN_FILE", "/token" } } },
    { "web identity, no file", NULL, "no such file",
      { .env = { ENV_WEB } } },
    { "web identity, not readable", NULL, "permission denied",
      { .env = { ENV_WEB }, .files = { { "/token", NULL, EACCES } } } },
    { "web identity, empty file", NULL, "it is empty",
      { .env = { ENV_WEB }, .files = { { "/token", "\n", 0 } } } },
    { "web identity, communication error is retried", "AKWEB", "web identity",
      { .env = { ENV_WEB }, .files = { JWT_FILE },
        .replies = { { .method = "POST", .url = STS_URL, .status = 400,
                       .body = STS_ERROR("IDPCommunicationError") },
                     { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS(WEB, "AKWEB", SOON) } } } },
    { "web identity, invalid token is read again", "AKWEB", "web identity",
      { .env = { ENV_WEB }, .files = { JWT_FILE },
        .replies = { { .method = "POST", .url = STS_URL, .status = 400,
                       .body = STS_ERROR("InvalidIdentityToken") },
                     { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS(WEB, "AKWEB", SOON) } } } },
    { "web identity, rejected", NULL, "IDPRejectedClaim",
      { .env = { ENV_WEB }, .files = { JWT_FILE },
        .replies = { { .method = "POST", .url = STS_URL, .status = 403,
                       .body = STS_ERROR("IDPRejectedClaim") } } } },
    { "web identity, malformed expiration", NULL, "role \"" ARN "\"",
      { .env = { ENV_WEB }, .files = { JWT_FILE },
        .replies = { { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS(WEB, "AKWEB", "soon") } } } },
    { "web identity, STS endpoint of the environment", "AKWEB",
      "web identity",
      { .env = { ENV_WEB, "AWS_ENDPOINT_URL_STS", "http://localhost:9" },
        .files = { JWT_FILE },
        .replies = { { .method = "POST", .url = "http://localhost:9/",
                       .status = 200, .body = STS(WEB, "AKWEB", SOON) } } } },
    { "web identity in a profile", "AKWEB",
      "profile \"p\", web identity, role \"" ARN "\"",
      { .env = { ENV_FILES, "AWS_PROFILE", "p" },
        .files = { { "/config", "[profile p]\nrole_arn = " ARN "\n"
                     "web_identity_token_file = /token\n"
                     "region = eu-west-1\n", 0 }, NO_CREDS, JWT_FILE },
        .replies = { { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS(WEB, "AKWEB", SOON) } } } },
    { "web identity in a profile, no role", NULL,
      "web_identity_token_file without role_arn",
      { .env = { ENV_FILES },
        .files = { { "/config", "[default]\nweb_identity_token_file = /t\n",
                     0 }, NO_CREDS } } },

    /* profile */

    { "profile", "AKP", "profile \"default\"",
      { .env = { "HOME", "/h" },
        .files = { { "/h/.aws/credentials", "[default]\n"
                     "aws_access_key_id = AKP\n"
                     "aws_secret_access_key = " KEY "\n", 0 } } } },
    { "profile of the configuration beats the environment", "AKQ",
      "profile \"q\"",
      { .env = { ENV_KEYS, "HOME", "/h", "AWS_PROFILE", "p" },
        .conf = { .profile = "q" },
        .files = { { "/h/.aws/credentials", "[q]\n"
                     "aws_access_key_id = AKQ\n"
                     "aws_secret_access_key = " KEY "\n", 0 } } } },
    { "profile not found", NULL, "profile \"p\": not found",
      { .env = { "AWS_PROFILE", "p" } } },
    { "profile, config file named but missing", NULL,
      "AWS_CONFIG_FILE \"/config\": no such file",
      { .env = { "AWS_CONFIG_FILE", "/config" } } },
    { "profile, half", NULL, "aws_secret_access_key is not",
      { .env = { ENV_FILES }, .files = { { "/config", "", 0 },
          { "/creds", "[default]\naws_access_key_id = AKP\n", 0 } } } },
    { "profile, broken file", NULL, "AWS credentials file, line 2: no \"=\"",
      { .env = { ENV_FILES }, .files = { { "/config", "", 0 },
          { "/creds", "[default]\naws_secret_access_CANARY\n", 0 } } } },
    { "profile, credential_process", NULL, "let it write a credentials file",
      { .env = { ENV_FILES }, .files = { NO_CREDS,
          { "/config", "[default]\ncredential_process = CANARY\n", 0 } } } },
    { "profile, sso", NULL, "sso_* is not supported",
      { .env = { ENV_FILES }, .files = { NO_CREDS,
          { "/config", "[default]\nsso_session = CANARY\n", 0 } } } },
    { "profile, sso does not matter to the environment", "AKENV",
      "environment",
      { .env = { ENV_KEYS, ENV_FILES }, .files = { NO_CREDS,
          { "/config", "[default]\nsso_session = CANARY\n", 0 } } } },
    { "profile is forced, none", NULL, "profile \"default\": not found",
      { .conf = { .source = JWTI_AWS_SOURCE_PROFILE } } },
    { "profile may not be read, no other source", NULL,
      "~/.aws/credentials was left out",
      { .env = { "HOME", "/root", "AWS_EC2_METADATA_DISABLED", "TRUE" },
        .files = { { "/root/.aws/config", NULL, ENOENT },
                   { "/root/.aws/credentials", NULL, EACCES } } } },
    { "profile that is asked for may not be read", NULL, "permission denied",
      { .env = { "HOME", "/root", "AWS_PROFILE", "p" },
        .files = { { "/root/.aws/config", NULL, EACCES } } } },

    /* roles */

    { "role with a source_profile", "AKROLE",
      "profile \"a\", role \"" ARN "\"",
      { .env = { ENV_FILES, "AWS_PROFILE", "a" },
        .files = { { "/config", "[profile a]\nrole_arn = " ARN "\n"
                     "source_profile = b\nexternal_id = ext1\n"
                     "duration_seconds = 1800\nregion = eu-west-1\n", 0 },
                   { "/creds", "[b]\naws_access_key_id = AKB\n"
                     "aws_secret_access_key = " KEY "\n", 0 } },
        .replies = { { .method = "POST", .url = STS_URL,
                       .with = "ExternalId=ext1", .status = 200,
                       .body = STS("AssumeRole", "AKROLE", SOON) } } } },
    { "chain of roles", "AKTWO", "profile \"a\"",
      { .env = { ENV_FILES, "AWS_PROFILE", "a", "AWS_REGION", "eu-west-1" },
        .files = { { "/config", "[profile a]\nrole_arn = " ARN "A\n"
                     "source_profile = b\n[profile b]\nrole_arn = " ARN "B\n"
                     "source_profile = c\n", 0 },
                   { "/creds", "[c]\naws_access_key_id = AKC\n"
                     "aws_secret_access_key = " KEY "\n", 0 } },
        .replies = { { .method = "POST", .url = STS_URL, .with = "demoB",
                       .status = 200,
                       .body = STS("AssumeRole", "AKONE", SOON) },
                     { .method = "POST", .url = STS_URL, .with = "demoA",
                       .status = 200,
                       .body = STS("AssumeRole", "AKTWO", SOON) } } } },
    { "role of the configuration on top", "AKTOP",
      "environment, role \"" ARN "\"",
      { .env = { ENV_KEYS }, .conf = { .role_arn = ARN,
          .external_id = "ext2", .role_session_name = "me",
          .region = "eu-west-1" },
        .replies = { { .method = "POST", .url = STS_URL,
                       .with = "ExternalId=ext2", .status = 200,
                       .body = STS("AssumeRole", "AKTOP", SOON) } } } },
    { "role, denied", NULL, "AccessDenied",
      { .env = { ENV_KEYS, "AWS_REGION", "eu-west-1" },
        .conf = { .role_arn = ARN },
        .replies = { { .method = "POST", .url = STS_URL, .status = 403,
                       .body = ROLE_ERROR("AccessDenied") } } } },
    { "role, throttled twice", "AKTOP", "environment",
      { .env = { ENV_KEYS, "AWS_REGION", "eu-west-1" },
        .conf = { .role_arn = ARN },
        .replies = { { .method = "POST", .url = STS_URL, .status = 400,
                       .body = ROLE_ERROR("Throttling") },
                     { .method = "POST", .url = STS_URL,
                       .result = JWTI_HTTP_CUT },
                     { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS("AssumeRole", "AKTOP", SOON) } } } },
    { "role, unavailable", NULL, "AWS STS",
      { .env = { ENV_KEYS, "AWS_REGION", "eu-west-1" },
        .conf = { .role_arn = ARN },
        .replies = { { .method = "POST", .url = STS_URL, .status = 503 },
                     { .method = "POST", .url = STS_URL, .status = 503 },
                     { .method = "POST", .url = STS_URL, .status = 503 } } } },
    { "role, clock of the service", "AKTOP", "environment",
      { .env = { ENV_KEYS, "AWS_REGION", "eu-west-1" },
        .conf = { .role_arn = ARN },
        .replies = { { .method = "POST", .url = STS_URL, .status = 403,
                       .with = "20251009T085320Z",
                       .body = ROLE_ERROR("SignatureDoesNotMatch"),
                       .date = NOW / 1000 + 7200 },
                     { .method = "POST", .url = STS_URL, .status = 200,
                       .with = "20251009T105320Z",
                       .body = STS("AssumeRole", "AKTOP", SOON) } } } },
    { "role, no region", NULL, "no AWS region is configured",
      { .env = { ENV_KEYS, "AWS_EC2_METADATA_DISABLED", "true" },
        .conf = { .role_arn = ARN } } },
    { "role with both sources", NULL, "and not both",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n"
          "credential_source = Environment\n", 0 } } } },
    { "role without a source", NULL, "needs source_profile",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\n", 0 } } } },
    { "role with mfa", NULL, "mfa_serial is not supported",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n"
          "mfa_serial = x\n", 0 } } } },
    { "role, loop", NULL, "leads back to it",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n"
          "[profile b]\nrole_arn = " ARN "\nsource_profile = default\n",
          0 } } } },
    { "role, long chain", NULL, "more than 5 profiles",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n"
          "[profile b]\nrole_arn = " ARN "\nsource_profile = c\n"
          "[profile c]\nrole_arn = " ARN "\nsource_profile = d\n"
          "[profile d]\nrole_arn = " ARN "\nsource_profile = e\n"
          "[profile e]\nrole_arn = " ARN "\nsource_profile = f\n", 0 } } } },
    { "role, its own source", "AKROLE", "profile \"default\"",
      { .env = { ENV_FILES, "AWS_REGION", "eu-west-1" },
        .files = { { "/config", "", 0 }, { "/creds",
          "[default]\nrole_arn = " ARN "\nsource_profile = default\n"
          "aws_access_key_id = A\naws_secret_access_key = " KEY "\n", 0 } },
        .replies = { { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS("AssumeRole", "AKROLE", SOON) } } } },
    { "role, its own source without keys", NULL, "but has no keys",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = default\n",
          0 } } } },
    { "role, source without credentials", NULL, "has no credentials",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n"
          "[profile b]\nregion = x\n", 0 } } } },
    { "role, source not found", NULL, "profile \"b\": not found",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n", 0 } } } },
    { "role, bad duration", NULL, "duration_seconds",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\nsource_profile = b\n"
          "duration_seconds = 99999999999999999999\n", 0 } } } },
    { "role, credential_source Environment", "AKROLE",
      "profile \"p\", environment, role",
      { .env = { ENV_FILES, "AWS_REGION", "eu-west-1", ENV_KEYS },
        .conf = { .profile = "p" },
        .files = { NO_CREDS, { "/config", "[profile p]\nrole_arn = " ARN "\n"
          "credential_source = Environment\n", 0 } },
        .replies = { { .method = "POST", .url = STS_URL, .status = 200,
                       .body = STS("AssumeRole", "AKROLE", SOON) } } } },
    { "role, credential_source Environment, unset", NULL,
      "credential_source: AWS_ACCESS_KEY_ID is not set",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\n"
          "credential_source = Environment\n", 0 } } } },
    { "role, credential_source unknown", NULL, "credential_source is none",
      { .env = { ENV_FILES }, .files = { NO_CREDS, { "/config",
          "[default]\nrole_arn = " ARN "\n"
          "credential_source = CANARY\n", 0 } } } },

    /* container */

    { "container", "AKECS", "container",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .with = "Accept: application/json",
                       .body = JSON("AKECS", SOON) } } } },
    { "container, token file wins", "AKEKS", "container",
      { .env = { "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                 "http://169.254.170.23/v1/credentials",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN", "CANARY-env",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token" },
        .files = { JWT_FILE },
        .replies = { { .method = "GET", .status = 200,
                       .url = "http://169.254.170.23/v1/credentials",
                       .with = "Authorization: CANARY-jwt",
                       .body = JSON("AKEKS", SOON) } } } },
    { "container, token", "AKECS", "container",
      { .env = { "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                 "http://[fd00:ec2::23]:80/x?y",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN", "CANARY-env" },
        .replies = { { .method = "GET", .status = 200,
                       .url = "http://[fd00:ec2::23]/x?y",
                       .with = "Authorization: CANARY-env",
                       .body = JSON("AKECS", SOON) } } } },
    { "container, CR in the token file", NULL, "header cannot have",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token" },
        .files = { { "/token", "CANARY\r\nX: y", 0 } } } },
    { "container, token file missing", NULL, "no such file",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token" } } },
    { "container, just started", "AKECS", "container",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 503,
                       .body = "{\"code\":\"CredentialsUninitialized\","
                               "\"message\":\"wait\"}" },
                     { .method = "GET", .url = ECS_URL, .status = 429 },
                     { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = JSON("AKECS", SOON) } } } },
    { "container, never starts", NULL, "CredentialsUninitialized",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 503 },
                     { .method = "GET", .url = ECS_URL, .status = 503 },
                     { .method = "GET", .url = ECS_URL, .status = 503,
                       .body = "{\"code\":\"CredentialsUninitialized\","
                               "\"message\":\"wait\"}" } } } },
    { "container, no role", NULL, "NoCredentialsAssociated: CA",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 400,
                       .body = "{\"code\":\"NoCredentialsAssociated\","
                               "\"message\":\"CA\"}" } } } },
    { "container, the token is told back", NULL, "bad **********",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN", "CANARY-env" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 400,
                       .body = "{\"code\":\"No\",\"message\":"
                               "\"bad CANARY-env\"}" } } } },
    { "container, expired", NULL, "expired already",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = JSON("AKECS", PAST) } } } },
    { "container, malformed expiration", NULL, "is no time",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = JSON("AKECS", "CANARY") } } } },
    { "container, empty secret", NULL, "secret access key is empty",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":"
                               "\"\",\"Token\":\"CANARY\",\"Expiration\":\""
                               SOON "\"}" } } } },
    { "container, something left out", NULL, "no text \"Token\"",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":"
                               "\"CANARY\"}" } } } },
    { "container, no JSON", NULL, "no JSON object",
      { .env = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x" },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = "CANARY" },
                     { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = "{" },
                     { .method = "GET", .url = ECS_URL, .status = 200 } } } },
    { "container is forced", NULL, "RELATIVE_URI is not set",
      { .env = { ENV_KEYS }, .conf = {
          .source = JWTI_AWS_SOURCE_CONTAINER } } },

    /* instance metadata */

    { "imds", "AKEC2", "instance metadata",
      { .replies = { IMDS_PUT, IMDS_NAME,
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .with = TOKEN, .status = 200,
                       .body = JSON("AKEC2", SOON) } } } },
    { "imds, expired ones are used", "AKEC2", "instance metadata",
      { .replies = { IMDS_PUT, IMDS_NAME,
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .status = 200, .body = JSON("AKEC2", PAST) } } } },
    { "imds, region and credentials", "AKEC2", "instance metadata",
      { .conf = { .need_region = 1 },
        .replies = { IMDS_PUT,
                     { .method = "GET", .url = IMDS
                       "meta-data/placement/region", .with = TOKEN,
                       .status = 200, .body = "eu-west-1" },
                     IMDS_NAME,
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .status = 200, .body = JSON("AKEC2", SOON) } } } },
    { "imds, a region that is none", NULL, "the answer is no region",
      { .env = { ENV_KEYS }, .conf = { .need_region = 1 },
        .replies = { IMDS_PUT,
                     { .method = "GET", .url = IMDS
                       "meta-data/placement/region", .status = 200,
                       .body = "<html>" } } } },
    { "imds, IPv6", NULL, "no role is attached",
      { .env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6" },
        .replies = { { .method = "PUT", .status = 200, .body = "CANARY-imds",
                       .url = "http://[fd00:ec2::254]/latest/api/token" },
                     { .method = "GET", .status = 404, .url =
                       "http://[fd00:ec2::254]/latest/meta-data/iam/"
                       "security-credentials/" } } } },
    { "imds, endpoint", NULL, "no version 2",
      { .env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                 "http://localhost:1338/" },
        .replies = { { .method = "PUT", .status = 404,
                       .url = "http://localhost:1338/latest/api/token" } } } },
    { "imds, mode is none", NULL, "endpoint mode",
      { .env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5" } } },
    { "imds, no answer", NULL, "hop limit has to be 2",
      { .replies = { { .method = "PUT", .url = IMDS "api/token",
                       .result = JWTI_HTTP_TIMEOUT } } } },
    { "imds, no route", NULL, "no other source of AWS credentials",
      { .replies = { { .method = "PUT", .url = IMDS "api/token",
                       .result = JWTI_HTTP_CONNECT } } } },
    { "imds, refused", NULL, "HTTP status 403",
      { .replies = { { .method = "PUT", .url = IMDS "api/token",
                       .status = 403 } } } },
    { "imds, token has expired", "AKEC2", "instance metadata",
      { .replies = { IMDS_PUT,
                     { .method = "GET", .url = IMDS_ROLE, .status = 401 },
                     { .method = "PUT", .url = IMDS "api/token",
                       .status = 200, .body = "CANARY-imds" },
                     IMDS_NAME,
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .status = 200, .body = JSON("AKEC2", SOON) } } } },
    { "imds, always 401", NULL, "HTTP status 401",
      { .replies = { IMDS_PUT,
                     { .method = "GET", .url = IMDS_ROLE, .status = 401 },
                     IMDS_PUT,
                     { .method = "GET", .url = IMDS_ROLE, .status = 401 },
                     IMDS_PUT,
                     { .method = "GET", .url = IMDS_ROLE,
                       .status = 401 } } } },
    { "imds, 500 is retried", "AKEC2", "instance metadata",
      { .replies = { { .method = "PUT", .url = IMDS "api/token",
                       .status = 500 },
                     IMDS_PUT, IMDS_NAME,
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .result = JWTI_HTTP_TIMEOUT },
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .status = 200, .body = JSON("AKEC2", SOON) } } } },
    { "imds, no role", NULL, "no role is attached",
      { .replies = { IMDS_PUT,
                     { .method = "GET", .url = IMDS_ROLE,
                       .status = 404 } } } },
    { "imds, a role that is a path", NULL, "no role's name",
      { .replies = { IMDS_PUT,
                     { .method = "GET", .url = IMDS_ROLE, .status = 200,
                       .body = "../x?y" } } } },
    { "imds, no success", NULL, "AssumeRoleUnauthorizedAccess",
      { .replies = { IMDS_PUT, IMDS_NAME,
                     { .method = "GET", .url = IMDS_ROLE "my-role",
                       .status = 200, .body = "{\"Code\":"
                       "\"AssumeRoleUnauthorizedAccess\",\"Message\":"
                       "\"CANARY\"}" } } } },
    { "imds, token with CR and LF", NULL, "a header cannot have",
      { .replies = { { .method = "PUT", .url = IMDS "api/token",
                       .status = 200, .body = "CANARY\r\nx: y" },
                     { .method = "PUT", .url = IMDS "api/token",
                       .status = 200, .body = "" },
                     { .method = "PUT", .url = IMDS "api/token",
                       .status = 200, .body = "CANARY y" } } } },
    { "imds is switched off", NULL, "AWS_EC2_METADATA_DISABLED",
      { .env = { "AWS_EC2_METADATA_DISABLED", "True" } } },
    { "imds is forced and switched off", NULL, "AWS_EC2_METADATA_DISABLED",
      { .env = { "AWS_EC2_METADATA_DISABLED", "True" },
        .conf = { .source = JWTI_AWS_SOURCE_IMDS } } },
    { "a profile for the region only", "AKECS", "container",
      { .env = { ENV_FILES, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                 "/v2/x" },
        .conf = { .need_region = 1 },
        .files = { NO_CREDS, { "/config", "[default]\nregion = eu-west-1\n",
                               0 } },
        .replies = { { .method = "GET", .url = ECS_URL, .status = 200,
                       .body = JSON("AKECS", SOON) } } } }
};

static void
test_cases(void)
{
    size_t            i;
    case_t           *test;
    world_t          *world;
    const char       *text;
    jwti_aws_step_e   step;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test = &cases[i];
        world = &test->world;

        if (!ok(world_open(world), test->title)) {
            continue;
        }

        step = world_run(world);

        is_int(step, test->key != NULL ? JWTI_AWS_STEP_READY
                                       : JWTI_AWS_STEP_FAILED, test->title);

        text = (step == JWTI_AWS_STEP_READY)
               ? jwti_aws_creds_source(world->creds) : world->ask.error;

        if (!ok(text != NULL && strstr(text, test->want) != NULL, test->title))
        {
            printf("# %s\n", text);
        }

        ok(text != NULL && strstr(text, "CANARY") == NULL, "no secret");
        is_str(tap_str(world_key(world)), test->key, test->title);
        ok(!world->wrong, test->title);
        ok(world->replies[world->asked].method == NULL, "all was asked");

        world_close(world);
    }
}


int
main(void)
{
    test_cases();

    return done();
}
