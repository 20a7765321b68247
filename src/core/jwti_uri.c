
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_uri.c: URIs.
 */


#include <string.h>
#include <strings.h>

#include "jwti_uri.h"


static size_t jwti_uri_scheme(jwti_str_t text);
static int jwti_uri_is_text(jwti_str_t text, const char *further);
static int jwti_uri_is_hex(unsigned char ch);
static size_t jwti_uri_until(jwti_str_t text, size_t from, const char *ends);
static jwti_str_t jwti_uri_sub(jwti_str_t text, size_t from, size_t end);
static int jwti_uri_has(jwti_str_t text, char ch);
static int jwti_uri_authority(jwti_str_t authority, jwti_str_t *host);
static int jwti_uri_is_port(jwti_str_t port);
static int jwti_uri_is_loopback(jwti_str_t host);


int
jwti_uri_is_absolute(jwti_str_t text)
{
    size_t  scheme, end;

    scheme = jwti_uri_scheme(text);

    if (scheme == 0) {
        return 0;
    }

    /* past the authority, where an IPv6 address is in brackets */

    end = scheme;

    if (text.len - end >= 2 && memcmp(text.data + end, "//", 2) == 0) {
        end = jwti_uri_until(text, end + 2, "/?#");
    }

    return jwti_uri_is_text(jwti_uri_sub(text, scheme, end), "/:@[]")
           && jwti_uri_is_text(jwti_uri_sub(text, end, text.len), "/:@?");
}


jwti_rc_t
jwti_uri_parse(jwti_str_t text, jwti_uri_t *uri, const char **err)
{
    size_t      scheme, end;
    jwti_str_t  authority;

    scheme = jwti_uri_scheme(text);

    uri->https = scheme == 6 && memcmp(text.data, "https:", 6) == 0;

    if ((!uri->https && (scheme != 5 || memcmp(text.data, "http:", 5) != 0))
        || text.len - scheme < 2
        || memcmp(text.data + scheme, "//", 2) != 0)
    {
        *err = "it does not begin with https:// or http://";
        return JWTI_INVALID;
    }

    if (jwti_uri_has(text, '?') || jwti_uri_has(text, '#')) {
        *err = "it has a query or a fragment";
        return JWTI_INVALID;
    }

    end = jwti_uri_until(text, scheme + 2, "/");

    uri->origin = jwti_uri_sub(text, 0, end);
    uri->path = jwti_uri_sub(text, end, text.len);
    authority = jwti_uri_sub(text, scheme + 2, end);

    if (jwti_uri_has(authority, '@')) {
        *err = "it has a user name";
        return JWTI_INVALID;
    }

    if (!jwti_uri_authority(authority, &uri->host)) {
        *err = "it has no valid host and port";
        return JWTI_INVALID;
    }

    if (!jwti_uri_is_text(uri->path, "/:@")) {
        *err = "its path holds characters that must be percent-encoded";
        return JWTI_INVALID;
    }

    uri->loopback = jwti_uri_is_loopback(uri->host);

    return JWTI_OK;
}


/* the length of the scheme with its colon; 0: none */

static size_t
jwti_uri_scheme(jwti_str_t text)
{
    size_t         i;
    unsigned char  ch, letter;

    for (i = 0; i < text.len; i++) {
        ch = text.data[i];
        letter = ch | 0x20;

        if (letter >= 'a' && letter <= 'z') {
            continue;
        }

        if (i == 0) {
            return 0;
        }

        if (ch == ':') {
            return i + 1;
        }

        if (!((ch >= '0' && ch <= '9') || ch == '+' || ch == '-' || ch == '.'))
        {
            return 0;
        }
    }

    return 0;
}


/* unreserved, sub-delims, percent sequences, and what else may stand there */

static int
jwti_uri_is_text(jwti_str_t text, const char *further)
{
    size_t         i;
    unsigned char  ch, letter;

    for (i = 0; i < text.len; i++) {
        ch = text.data[i];
        letter = ch | 0x20;

        if ((letter >= 'a' && letter <= 'z') || (ch >= '0' && ch <= '9')
            || (ch != '\0' && (strchr("-._~!$&'()*+,;=", ch) != NULL
                               || strchr(further, ch) != NULL)))
        {
            continue;
        }

        if (ch != '%' || text.len - i < 3
            || !jwti_uri_is_hex(text.data[i + 1])
            || !jwti_uri_is_hex(text.data[i + 2]))
        {
            return 0;
        }

        i += 2;
    }

    return 1;
}


static int
jwti_uri_is_hex(unsigned char ch)
{
    unsigned char  letter;

    letter = ch | 0x20;

    return (ch >= '0' && ch <= '9') || (letter >= 'a' && letter <= 'f');
}


/* where the first one of ends is, or the end of text */

static size_t
jwti_uri_until(jwti_str_t text, size_t from, const char *ends)
{
    size_t  i;

    for (i = from; i < text.len; i++) {

        if (text.data[i] != '\0' && strchr(ends, text.data[i]) != NULL) {
            break;
        }
    }

    return i;
}


static jwti_str_t
jwti_uri_sub(jwti_str_t text, size_t from, size_t end)
{
    return (jwti_str_t) { text.data + from, end - from };
}


static int
jwti_uri_has(jwti_str_t text, char ch)
{
    return text.len > 0 && memchr(text.data, ch, text.len) != NULL;
}


/* a host, perhaps with a port; names and addresses are not told apart */

static int
jwti_uri_authority(jwti_str_t authority, jwti_str_t *host)
{
    size_t      end;
    jwti_str_t  inside;

    if (authority.len > 0 && authority.data[0] == '[') {
        end = jwti_uri_until(authority, 0, "]");

        if (end == authority.len) {
            return 0;
        }

        inside = jwti_uri_sub(authority, 1, end);
        end++;

        if (!jwti_uri_has(inside, ':') || !jwti_uri_is_text(inside, ":")) {
            return 0;
        }

    } else {
        end = jwti_uri_until(authority, 0, ":");

        if (!jwti_uri_is_text(jwti_uri_sub(authority, 0, end), "")) {
            return 0;
        }
    }

    *host = jwti_uri_sub(authority, 0, end);

    return host->len > 0
           && jwti_uri_is_port(jwti_uri_sub(authority, end, authority.len));
}


/* a colon and a number, or nothing */

static int
jwti_uri_is_port(jwti_str_t port)
{
    size_t    i;
    unsigned  number;

    if (port.len == 0) {
        return 1;
    }

    if (port.data[0] != ':' || port.len < 2 || port.len > 6) {
        return 0;
    }

    number = 0;

    for (i = 1; i < port.len; i++) {

        if (port.data[i] < '0' || port.data[i] > '9') {
            return 0;
        }

        number = number * 10 + (unsigned) (port.data[i] - '0');
    }

    return number > 0 && number <= 65535;
}


static int
jwti_uri_is_loopback(jwti_str_t host)
{
    size_t  i, dots;

    if ((host.len == 9
         && strncasecmp((const char *) host.data, "localhost", 9) == 0)
        || (host.len == 5 && memcmp(host.data, "[::1]", 5) == 0))
    {
        return 1;
    }

    if (host.len < 4 || memcmp(host.data, "127.", 4) != 0) {
        return 0;
    }

    /* "127.example.com" is somebody's */

    dots = 0;

    for (i = 0; i < host.len; i++) {

        if (host.data[i] == '.') {
            dots++;

        } else if (host.data[i] < '0' || host.data[i] > '9') {
            return 0;
        }
    }

    return dots == 3;
}
