
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_base64.c: the vectors of RFC 4648, section 10, and of RFC 7515,
 * appendix C; everything that is not the one form of a value is refused.
 */


#include "jwti_base64.h"
#include "tap.h"


typedef struct {
    const char  *plain;
    const char  *padded;
    const char  *url;
} test_vector_t;

typedef struct {
    const char  *text;
    const char  *want;          /* NULL: refused */
    const char  *name;
} test_text_t;


static void test_vectors(void);
static void test_url_texts(void);
static void test_texts(void);
static void test_space(void);
static void test_every_byte(void);
static void test_random(void);


static const test_vector_t  test_rfc4648[] = {
    { "", "", "" },
    { "f", "Zg==", "Zg" },
    { "fo", "Zm8=", "Zm8" },
    { "foo", "Zm9v", "Zm9v" },
    { "foob", "Zm9vYg==", "Zm9vYg" },
    { "fooba", "Zm9vYmE=", "Zm9vYmE" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    { "\x03\xec\xff\xe0\xc1", "A+z/4ME=", "A-z_4ME" }
};


static const test_text_t  test_url_table[] = {
    { "Zg==", NULL, "url: padding is refused" },
    { "Zm8=", NULL, "url: one pad is refused" },
    { "Z", NULL, "url: a lone character is refused" },
    { "Zm9vY", NULL, "url: a lone last character is refused" },
    { "A", NULL, "url: a lone zero is refused" },
    { "Zh", NULL, "url: four bits over are refused" },
    { "Zm9", NULL, "url: two bits over are refused" },
    { "Zm 8", NULL, "url: a blank is refused" },
    { "Zm8\n", NULL, "url: a line end is refused" },
    { "A+z/4ME", NULL, "url: the other alphabet is refused" },
    { "Zm8.", NULL, "url: a dot is refused" },
    { "Zm\xc3\xa4", NULL, "url: bytes above 127 are refused" },
    { "AA", "\0", "url: zero bits are a byte" }
};


static const test_text_t  test_table[] = {
    { "Zm9v\nYmFy\n", "foobar", "std: wrapped lines" },
    { "Zm9v\r\nYmFy\r\n", "foobar", "std: lines with CR LF" },
    { " \tZ m\t8 = ", "fo", "std: blanks and tabs anywhere" },
    { "Zg=\n=", "f", "std: a line end in the padding" },
    { " \n", "", "std: white space alone is nothing" },
    { "Zg", NULL, "std: missing padding is refused" },
    { "Zg=", NULL, "std: half a padding is refused" },
    { "Zg===", NULL, "std: a third pad is refused" },
    { "Zm9v=", NULL, "std: a pad after a whole group is refused" },
    { "Zm9v====", NULL, "std: a group of pads is refused" },
    { "====", NULL, "std: pads alone are refused" },
    { "A===", NULL, "std: a lone character with pads is refused" },
    { "=Zg=", NULL, "std: a pad at the start is refused" },
    { "Z=g=", NULL, "std: a pad in the middle is refused" },
    { "Zg==Zg==", NULL, "std: text after the padding is refused" },
    { "Zg==\nZg==", NULL, "std: also on the next line" },
    { "Zh==", NULL, "std: four bits over are refused" },
    { "Zm9=", NULL, "std: two bits over are refused" },
    { "A-z_4ME=", NULL, "std: the url alphabet is refused" },
    { "Zm9v\v", NULL, "std: a vertical tab is refused" },
    { "Zm9v\f", NULL, "std: a form feed is refused" },
    { "Zm9v,", NULL, "std: a comma is refused" }
};


int
main(void)
{
    test_vectors();
    test_url_texts();
    test_texts();
    test_space();
    test_every_byte();
    test_random();

    return done();
}


static void
test_vectors(void)
{
    char                  memory[32];
    size_t                i;
    jwti_buf_t            buf;
    const test_vector_t  *v;

    for (i = 0; i < sizeof(test_rfc4648) / sizeof(test_rfc4648[0]); i++) {
        v = &test_rfc4648[i];

        jwti_buf_init(&buf, memory, strlen(v->url));
        jwti_base64url_encode(&buf, tap_str(v->plain));
        is_str(jwti_buf_written(&buf), v->url, "a vector is encoded");
        ok(jwti_buf_ok(&buf) == JWTI_OK, "into its exact length");
        is_int((long long) jwti_base64url_len(strlen(v->plain)),
               (long long) strlen(v->url), "which is known before");

        jwti_buf_init(&buf, memory, strlen(v->plain));
        ok(jwti_base64url_decode(&buf, tap_str(v->url)) == JWTI_OK,
           "a vector is decoded");
        is_str(jwti_buf_written(&buf), v->plain, "to what it stands for");

        jwti_buf_init(&buf, memory, strlen(v->plain));
        ok(jwti_base64_decode(&buf, tap_str(v->padded)) == JWTI_OK,
           "a padded vector is decoded");
        is_str(jwti_buf_written(&buf), v->plain, "to what it stands for");
    }
}


static void
test_url_texts(void)
{
    char                memory[32];
    size_t              i;
    jwti_rc_t           rc;
    jwti_buf_t          buf;
    const test_text_t  *t;

    for (i = 0; i < sizeof(test_url_table) / sizeof(test_url_table[0]); i++) {
        t = &test_url_table[i];

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_base64url_decode(&buf, tap_str(t->text));
        is_int(rc, t->want == NULL ? JWTI_INVALID : JWTI_OK, t->name);
    }
}


static void
test_texts(void)
{
    char                memory[32];
    size_t              i;
    jwti_rc_t           rc;
    jwti_buf_t          buf;
    const test_text_t  *t;

    for (i = 0; i < sizeof(test_table) / sizeof(test_table[0]); i++) {
        t = &test_table[i];

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_base64_decode(&buf, tap_str(t->text));
        is_int(rc, t->want == NULL ? JWTI_INVALID : JWTI_OK, t->name);

        if (t->want != NULL) {
            is_str(jwti_buf_written(&buf), t->want, t->name);
        }
    }
}


static void
test_space(void)
{
    char        memory[8];
    jwti_buf_t  buf;

    memset(memory, '#', sizeof(memory));

    jwti_buf_init(&buf, memory, 5);
    jwti_base64url_encode(&buf, jwti_str("foob"));
    ok(jwti_buf_ok(&buf) == JWTI_NO_SPACE, "one character short overflows");
    is_int((long long) jwti_buf_len(&buf), 0, "and nothing is written");

    jwti_base64url_encode(&buf, jwti_str("f"));
    is_int((long long) jwti_buf_len(&buf), 0, "nor later");

    jwti_buf_init(&buf, memory, 5);
    ok(jwti_base64url_decode(&buf, jwti_str("Zm9vYmFy")) == JWTI_NO_SPACE,
       "one byte short has no space");
    is_int(memory[5], '#', "the byte behind the end is untouched");

    jwti_buf_init(&buf, memory, 5);
    ok(jwti_base64_decode(&buf, jwti_str("Zm9vYmFy")) == JWTI_NO_SPACE,
       "the same for the standard alphabet");

    jwti_buf_init(&buf, NULL, 0);
    jwti_base64url_encode(&buf, tap_str(NULL));
    ok(jwti_buf_ok(&buf) == JWTI_OK, "nothing is encoded to nothing");
    ok(jwti_base64url_decode(&buf, tap_str(NULL)) == JWTI_OK,
       "and decoded to nothing");
}


/* of the 256 bytes exactly 64 are characters of the alphabet */

static void
test_every_byte(void)
{
    char           memory[8];
    unsigned       i, url, standard;
    jwti_buf_t     buf;
    jwti_str_t     text;
    unsigned char  group[4] = { 'A', 'A', 'A', 'A' };

    url = 0;
    standard = 0;
    text.data = group;
    text.len = 4;

    for (i = 0; i < 256; i++) {
        group[1] = (unsigned char) i;

        jwti_buf_init(&buf, memory, sizeof(memory));
        url += (jwti_base64url_decode(&buf, text) == JWTI_OK);

        jwti_buf_init(&buf, memory, sizeof(memory));
        standard += (jwti_base64_decode(&buf, text) == JWTI_OK);
    }

    is_int(url, 64, "the url alphabet has 64 characters");
    is_int(standard, 64, "the standard alphabet has 64 characters");
}


static void
test_random(void)
{
    size_t         len, i, round, bad;
    jwti_buf_t     encoded, decoded;
    jwti_str_t     data;
    unsigned char  bytes[200], text[300], back[200];

    bad = 0;

    for (round = 0; round < 20000; round++) {
        len = tap_random() % sizeof(bytes);

        for (i = 0; i < len; i++) {
            bytes[i] = (unsigned char) tap_random();
        }

        data.data = bytes;
        data.len = len;

        jwti_buf_init(&encoded, text, jwti_base64url_len(len));
        jwti_base64url_encode(&encoded, data);
        jwti_buf_init(&decoded, back, len);

        bad += jwti_buf_ok(&encoded) != JWTI_OK
               || encoded.pos != encoded.end
               || jwti_base64url_decode(&decoded, jwti_buf_written(&encoded))
                  != JWTI_OK
               || decoded.pos != decoded.end
               || memcmp(bytes, back, len) != 0;
    }

    is_int((long long) bad, 0, "20000 random strings come back unchanged");
}
