
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_uri.c: what is an absolute URI, and which URLs can be an issuer's or an
 * endpoint's.
 */


#include "jwti_uri.h"
#include "tap.h"


typedef struct {
    const char  *text;
    int          absolute;
} test_absolute_t;

typedef struct {
    const char  *text;
    const char  *origin;
    const char  *host;
    const char  *path;
    int          https;
    int          loopback;
} test_url_t;

typedef struct {
    const char  *text;
    const char  *err;
} test_bad_t;


static const test_absolute_t  test_absolute_table[] = {
    { "https://api.example.com/ledger", 1 },
    { "https://api.example.com", 1 },
    { "http://user@[2001:db8::1]:8080/a;b/c?d=e/f?g", 1 },
    { "urn:example:ledger", 1 },
    { "urn:uuid:33336dcd-a239-444a-90ae-76d381c3e6d5", 1 },
    { "a+b-c.d1:", 1 },
    { "https://a/%C3%a4", 1 },
    { "", 0 },
    { "ledger", 0 },
    { "/ledger", 0 },
    { "//api.example.com/ledger", 0 },
    { ":a", 0 },
    { "1a:b", 0 },
    { "a_b:c", 0 },
    { "https://api.example.com/#a", 0 },
    { "https://api.example.com#", 0 },
    { "https://a/b c", 0 },
    { "https://a/\"", 0 },
    { "https://a/<b>", 0 },
    { "https://a/\\", 0 },
    { "https://a/[b]", 0 },
    { "https://a/?[b]", 0 },
    { "https://a/%", 0 },
    { "https://a/%a", 0 },
    { "https://a/%ag", 0 },
    { "https://a/%ga", 0 },
    { "https://a/\xc3\xa4", 0 },
    { "https://a/\x7f", 0 },
    { "https://a/\n", 0 }
};


static const test_url_t  test_url_table[] = {
    { "https://a.example", "https://a.example", "a.example", "", 1, 0 },
    { "https://a.example/", "https://a.example", "a.example", "/", 1, 0 },
    { "https://a.example:8443/b/c", "https://a.example:8443", "a.example",
      "/b/c", 1, 0 },
    { "http://localhost:80/b", "http://localhost:80", "localhost", "/b", 0,
      1 },
    { "http://LOCALHOST", "http://LOCALHOST", "LOCALHOST", "", 0, 1 },
    { "http://127.0.0.1", "http://127.0.0.1", "127.0.0.1", "", 0, 1 },
    { "http://127.200.0.1", "http://127.200.0.1", "127.200.0.1", "", 0, 1 },
    { "http://[::1]:1", "http://[::1]:1", "[::1]", "", 0, 1 },
    { "http://[::2]", "http://[::2]", "[::2]", "", 0, 0 },
    { "http://10.0.0.1", "http://10.0.0.1", "10.0.0.1", "", 0, 0 },
    { "http://127.example.com", "http://127.example.com", "127.example.com",
      "", 0, 0 },
    { "http://127.0.0.1.example.com", "http://127.0.0.1.example.com",
      "127.0.0.1.example.com", "", 0, 0 },
    { "http://127.1", "http://127.1", "127.1", "", 0, 0 },
    { "http://localhost.example.com", "http://localhost.example.com",
      "localhost.example.com", "", 0, 0 },
    { "https://a.example:65535/%2F", "https://a.example:65535", "a.example",
      "/%2F", 1, 0 }
};


static const test_bad_t  test_bad_table[] = {
    { "", "does not begin" },
    { "a.example", "does not begin" },
    { "ftp://a.example", "does not begin" },
    { "https:/a.example", "does not begin" },
    { "https:", "does not begin" },
    { "https", "does not begin" },
    { "HTTPS://a.example", "does not begin" },
    { "httpss://a.example", "does not begin" },
    { "https://", "host" },
    { "https:///b", "host" },
    { "https://:1", "host" },
    { "https://a.example:", "host" },
    { "https://a.example:0", "host" },
    { "https://a.example:65536", "host" },
    { "https://a.example:1a", "host" },
    { "https://a.example:000001", "host" },
    { "https://a b", "host" },
    { "https://a%zz", "host" },
    { "https://[::1", "host" },
    { "https://[]", "host" },
    { "https://[a.example]", "host" },
    { "https://[::1]a", "host" },
    { "https://user@a.example", "user" },
    { "https://a.example?b", "query" },
    { "https://a.example/?", "query" },
    { "https://a.example/#", "query" },
    { "https://a.example#b", "query" },
    { "https://a.example/b c", "path" },
    { "https://a.example/\"", "path" },
    { "https://a.example/%", "path" },
    { "https://a.example/\xc3\xa4", "path" }
};


static jwti_str_t
str(const char *text)
{
    return (jwti_str_t) { (const unsigned char *) text, strlen(text) };
}


static void
test_absolute(void)
{
    size_t                  i;
    const test_absolute_t  *row;

    for (i = 0;
         i < sizeof(test_absolute_table) / sizeof(test_absolute_table[0]);
         i++)
    {
        row = &test_absolute_table[i];
        is_int(jwti_uri_is_absolute(str(row->text)), row->absolute, row->text);
    }

    is_int(jwti_uri_is_absolute((jwti_str_t) {
               (const unsigned char *) "a:b\0c", 5 }), 0, "a NUL");
    is_int(jwti_uri_is_absolute((jwti_str_t) { NULL, 0 }), 0, "no text");
}


static void
test_urls(void)
{
    size_t             i;
    jwti_uri_t         uri;
    const char        *err;
    const test_url_t  *row;

    for (i = 0; i < sizeof(test_url_table) / sizeof(test_url_table[0]); i++) {
        row = &test_url_table[i];

        is_int(jwti_uri_parse(str(row->text), &uri, &err), JWTI_OK, row->text);
        is_str(uri.origin, row->origin, row->text);
        is_str(uri.host, row->host, row->text);
        is_str(uri.path, row->path, row->text);
        is_int(uri.https, row->https, row->text);
        is_int(uri.loopback, row->loopback, row->text);
    }
}


static void
test_bad(void)
{
    size_t             i;
    jwti_uri_t         uri;
    const char        *err;
    const test_bad_t  *row;

    for (i = 0; i < sizeof(test_bad_table) / sizeof(test_bad_table[0]); i++) {
        row = &test_bad_table[i];
        err = "";

        is_int(jwti_uri_parse(str(row->text), &uri, &err), JWTI_INVALID,
               row->text);
        ok(strstr(err, row->err) != NULL, err);
    }
}


int
main(void)
{
    test_absolute();
    test_urls();
    test_bad();

    return done();
}
