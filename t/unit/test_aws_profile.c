
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_profile.c: shared config and credentials files, as people write
 * them and as an attacker would.
 *
 * LDFLAGS: -Wl,--wrap=malloc
 */


#include "jwti_aws_profile.h"
#include "tap.h"


#define CONFIG       JWTI_AWS_CONFIG_FILE
#define CREDENTIALS  JWTI_AWS_CREDENTIALS_FILE


void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static int  fail_after = -1;


/* one file, one profile, one setting; want NULL: not there */
typedef struct {
    const char          *title;
    jwti_aws_file_e      file;
    const char          *profile;
    const char          *text;
    jwti_aws_setting_e   setting;
    const char          *want;
} value_t;

typedef struct {
    const char  *title;
    const char  *text;
    const char  *err;
    size_t       line;
} broken_t;


static const value_t  values[] = {
    { "default", CONFIG, "default", "[default]\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "no line end at the end", CONFIG, "default", "[default]\nregion=a",
      JWTI_PROFILE_REGION, "a" },
    { "CRLF", CONFIG, "default", "[default]\r\nregion = a\r\n\r\n",
      JWTI_PROFILE_REGION, "a" },
    { "byte order mark", CONFIG, "default",
      "\xef\xbb\xbf[default]\nregion = a\n", JWTI_PROFILE_REGION, "a" },
    { "profile default wins", CONFIG, "default",
      "[profile default]\nregion=b\n[default]\nregion = a\n",
      JWTI_PROFILE_REGION, "b" },
    { "profile default, not default alone", CONFIG, "default",
      "[default]\nregion=a\n[profile default]\n",
      JWTI_PROFILE_REGION, NULL },
    { "named", CONFIG, "x", "[profile x]\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "named, quoted", CONFIG, "a b", "[profile \"a b\"]\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "named, tabs", CONFIG, "x", "[ profile\t x ]\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "no prefix in config", CONFIG, "x", "[x]\nregion = a\n",
      JWTI_PROFILE_REGION, NULL },
    { "no prefix in credentials", CREDENTIALS, "x", "[x]\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "prefix in credentials", CREDENTIALS, "x",
      "[profile x]\nregion = a\n", JWTI_PROFILE_REGION, NULL },
    { "profile named services", CONFIG, "x",
      "[services x]\nregion = a\n", JWTI_PROFILE_REGION, NULL },
    { "other profile", CONFIG, "x",
      "[profile y]\nregion = a\n[profile xx]\nregion = b\n",
      JWTI_PROFILE_REGION, NULL },
    { "sections of one name", CONFIG, "x",
      "[profile x]\nregion = a\n[profile y]\nregion=c\n[profile x]\n"
      "role_arn = r\n", JWTI_PROFILE_REGION, "a" },
    { "the later one wins", CONFIG, "x",
      "[profile x]\nregion = a\n[profile x]\nregion = b\n",
      JWTI_PROFILE_REGION, "b" },
    { "in any case", CREDENTIALS, "x", "[x]\nAWS_Access_Key_ID = a\n",
      JWTI_PROFILE_ACCESS_KEY_ID, "a" },
    { "equals sign in the value", CREDENTIALS, "x",
      "[x]\naws_session_token = a==\n", JWTI_PROFILE_SESSION_TOKEN, "a==" },
    { "comment lines", CONFIG, "default",
      "# one\n; two\n[default] # three\n  # four\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "comment after a value", CONFIG, "default",
      "[default]\nregion = a # b = c\n", JWTI_PROFILE_REGION, "a" },
    { "no comment without white space", CREDENTIALS, "x",
      "[x]\naws_secret_access_key = a#b;c\n",
      JWTI_PROFILE_SECRET_ACCESS_KEY, "a#b;c" },
    { "only a comment", CONFIG, "default", "[default]\nregion = # b\n",
      JWTI_PROFILE_REGION, NULL },
    { "empty counts as absent", CONFIG, "default",
      "[default]\nregion =\n", JWTI_PROFILE_REGION, NULL },
    { "emptied later", CONFIG, "default",
      "[default]\nregion = a\nregion =\n", JWTI_PROFILE_REGION, NULL },
    { "indented settings", CREDENTIALS, "x",
      "[x]\n  region = a\n  role_arn = r\n", JWTI_PROFILE_ROLE_ARN, "r" },
    { "nested is not ours", CONFIG, "default",
      "[default]\ns3 =\n  region = z\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "continued one of others", CONFIG, "default",
      "[default]\nfoo = 1\n  2\n  3\nregion = a\n",
      JWTI_PROFILE_REGION, "a" },
    { "service's endpoint", CONFIG, "default",
      "[services s]\nsecrets_manager =\n  endpoint_url = https://a\n"
      "sts =\n  endpoint_url = https://b\n[default]\nservices = s\n",
      (jwti_aws_setting_e) (JWTI_PROFILE_SERVICE_ENDPOINT + JWTI_AWS_STS),
      "https://b" },
    { "service's endpoint, other section", CONFIG, "default",
      "[services t]\nsecrets_manager =\n  endpoint_url = https://a\n"
      "[default]\nservices = s\n", JWTI_PROFILE_SERVICE_ENDPOINT, NULL },
    { "no nested services in a profile", CONFIG, "default",
      "[default]\nsecrets_manager =\n  endpoint_url = https://a\n",
      JWTI_PROFILE_SERVICE_ENDPOINT, NULL },
    { "empty file", CONFIG, "default", "", JWTI_PROFILE_REGION, NULL }
};

static const broken_t  broken[] = {
    { "no section", "region = a\n", "a setting before the first section", 1 },
    { "no bracket", "\n[default\n", "no \"]\" after the section's name", 2 },
    { "text after", "[default] x\n", "text after the section's name", 1 },
    { "no equals", "[default]\n\nregion\n", "no \"=\" in the line", 3 },
    { "no equals elsewhere", "[other]\naws_secr", "no \"=\" in the line", 2 },
    { "no name", "[default]\n = a\n", "no name before \"=\"", 2 },
    { "no nested name", "[default]\nx =\n  = a\n", "no name before \"=\"", 3 },
    { "continued", "[default]\nregion = a\n b\n",
      "continued on the next line", 3 },
    { "nested in ours", "[default]\nregion =\n b = c\n",
      "continued on the next line", 3 },
    { "control", "[default]\nregion = a\x01z\n",
      "a control character in it", 2 },
    { "too long", "[default]\nregion = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "too long", 2 }
};


void *
__wrap_malloc(size_t size)
{
    if (fail_after == 0) {
        return NULL;
    }

    if (fail_after > 0) {
        fail_after--;
    }

    return __real_malloc(size);
}


static void
test_values(void)
{
    size_t                     i;
    const char                *got;
    const value_t             *value;
    jwti_aws_profile_t         profile;
    jwti_aws_profile_error_t   error;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        value = &values[i];

        jwti_aws_profile_init(&profile);

        is_int(jwti_aws_profile_read(&profile, value->profile, value->file,
                                     tap_str(value->text), &error),
               JWTI_OK, value->title);

        got = jwti_aws_profile_get(&profile, value->setting);
        is_str(tap_str(got), value->want, value->title);

        jwti_aws_profile_free(&profile);
    }
}


static void
test_broken(void)
{
    size_t                     i;
    jwti_aws_profile_t         profile;
    jwti_aws_profile_error_t   error;

    for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        jwti_aws_profile_init(&profile);

        is_int(jwti_aws_profile_read(&profile, "default", CONFIG,
                                     tap_str(broken[i].text), &error),
               JWTI_INVALID, broken[i].title);
        is_str(tap_str(error.text), broken[i].err, broken[i].title);
        is_int((long long) error.line, (long long) broken[i].line,
               broken[i].title);
        ok(!profile.found, broken[i].title);

        jwti_aws_profile_free(&profile);
    }
}


static void
test_merge(void)
{
    jwti_aws_profile_t         profile;
    jwti_aws_profile_error_t   error;

    jwti_aws_profile_init(&profile);

    (void) !jwti_aws_profile_read(&profile, "x", CONFIG,
               tap_str("[profile x]\nregion = a\naws_access_key_id = id1\n"
                       "aws_secret_access_key = s1\naws_session_token = t1\n"),
               &error);
    is_int(jwti_aws_profile_read(&profile, "x", CREDENTIALS,
               tap_str("[x]\naws_access_key_id = id2\n"
                       "aws_secret_access_key = s2\n"), &error),
           JWTI_OK, "merge");

    is_str(tap_str(jwti_aws_profile_get(&profile, JWTI_PROFILE_REGION)), "a",
           "merge: what the first file says stays");
    is_str(tap_str(jwti_aws_profile_get(&profile,
                                        JWTI_PROFILE_SECRET_ACCESS_KEY)),
           "s2", "merge: the second file wins");
    ok(jwti_aws_profile_get(&profile, JWTI_PROFILE_SESSION_TOKEN) == NULL,
       "merge: no token of the other file's key");

    is_int(jwti_aws_profile_read(&profile, "x", CREDENTIALS,
                                 tap_str("[x]\nregion = q\nbroken"), &error),
           JWTI_INVALID, "merge: broken");
    is_str(tap_str(jwti_aws_profile_get(&profile, JWTI_PROFILE_REGION)), "a",
           "merge: broken changes nothing");

    jwti_aws_profile_free(&profile);
    ok(!profile.found && jwti_aws_profile_get(&profile, JWTI_PROFILE_REGION)
       == NULL, "freed");
}


static void
test_refused(void)
{
    size_t                     i;
    char                       text[128];
    jwti_aws_profile_t         profile;
    jwti_aws_profile_error_t   error;

    static const char  *const keys[] = {
        "credential_process", "sso_session", "sso_start_url", "login_session"
    };

    for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        snprintf(text, sizeof(text), "[default]\n%s = canary\n", keys[i]);
        jwti_aws_profile_init(&profile);

        is_int(jwti_aws_profile_read(&profile, "default", CONFIG,
                                     tap_str(text), &error), JWTI_OK, keys[i]);
        ok(profile.refused != NULL
           && strncmp(profile.refused, keys[i], 4) == 0
           && strstr(profile.refused, "not supported: ") != NULL, keys[i]);
        ok(profile.mfa == NULL, keys[i]);

        jwti_aws_profile_free(&profile);
        ok(profile.refused == NULL, "freed");
    }

    jwti_aws_profile_init(&profile);
    (void) !jwti_aws_profile_read(&profile, "default", CONFIG,
                tap_str("[default]\nmfa_serial = x\nssoo = y\n"
                        "[profile y]\nsso_session = z\n"), &error);
    ok(profile.mfa != NULL && profile.refused == NULL, "mfa_serial");
    jwti_aws_profile_free(&profile);
}


static void
test_limits(void)
{
    char                      *text;
    jwti_str_t                 str;
    jwti_aws_profile_t         profile;
    jwti_aws_profile_error_t   error;

    text = malloc(JWTI_AWS_FILE_MAX + 1);
    memset(text, '\n', JWTI_AWS_FILE_MAX + 1);
    memcpy(text, "[default]\nregion=a\n", 19);

    str.data = (const unsigned char *) text;
    str.len = JWTI_AWS_FILE_MAX;

    jwti_aws_profile_init(&profile);
    is_int(jwti_aws_profile_read(&profile, "default", CONFIG, str, &error),
           JWTI_OK, "file at the limit");

    str.len++;
    is_int(jwti_aws_profile_read(&profile, "default", CONFIG, str, &error),
           JWTI_INVALID, "file past it");
    is_str(tap_str(error.text), "longer than 256 KiB", "its error");

    text[100] = '\0';
    str.len = 200;
    is_int(jwti_aws_profile_read(&profile, "default", CONFIG, str, &error),
           JWTI_INVALID, "a NUL");

    fail_after = 0;
    is_int(jwti_aws_profile_read(&profile, "default", CONFIG,
                                 tap_str("[default]\nregion=b\n"), &error),
           JWTI_ERROR, "out of memory");
    fail_after = -1;
    is_str(tap_str(error.text), "out of memory", "its error");
    is_str(tap_str(jwti_aws_profile_get(&profile, JWTI_PROFILE_REGION)), "a",
           "nothing has changed");
    ok(jwti_aws_profile_get(&profile, JWTI_PROFILE_SETTINGS) == NULL,
       "out of range");

    jwti_aws_profile_free(&profile);
    free(text);
}


int
main(void)
{
    test_values();
    test_broken();
    test_merge();
    test_refused();
    test_limits();

    return done();
}
