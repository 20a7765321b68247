
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_aws_xml.c: elements by their exact names, entities, hostile documents.
 */


#include "jwti_aws_xml.h"
#include "tap.h"


typedef struct {
    const char  *text;
    const char  *want;          /* NULL: refused or not found */
} test_xml_t;


static void test_plain(void);
static void test_elements(void);
static void test_texts(void);


static const test_xml_t  test_element_table[] = {
    { "<a><Code>x</Code></a>", "x" },
    { "<Code>x</Code>", "x" },
    { "<Code xmlns=\"y\">x</Code>", "x" },
    { "<Code\n>x</Code >", "x" },
    { "<Code></Code>", "" },
    { "<Code/>", "" },
    { "<Code />", "" },
    { "<Codes>y</Codes><Code>x</Code>", "x" },
    { "<Cod>y</Cod><Code>x</Code>", "x" },
    { "<MyCode>y</MyCode><Code>x</Code>", "x" },
    { "<Code>x<Codes>y</Codes></Code>", "x<Codes>y</Codes>" },
    { "<Code>x</Code><Code>y</Code>", "x" },
    { "<code>x</code>", NULL },
    { "<Code>x", NULL },
    { "<Code>x</Codes>", NULL },
    { "<Code", NULL },
    { "<Code ", NULL },
    { "<Code>", NULL },
    { "<Code>x</Code", NULL },
    { "</Code>", NULL },
    { "<", NULL },
    { "", NULL },
    { "x", NULL }
};


static const test_xml_t  test_text_table[] = {
    { "", "" },
    { "abc", "abc" },
    { "a&amp;b&lt;c&gt;d&quot;e&apos;f", "a&b<c>d\"e'f" },
    { "&amp;lt;", "&lt;" },
    { "&#65;&#x41;&#x4a;&#x4A;", "AAJJ" },
    { "&#228;&#x20ac;&#x1F600;&#x10ffff;",
      "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf" },
    { "&#x7f;&#x80;&#x7ff;&#x800;&#xffff;&#x10000;",
      "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80" },
    { "&#00000000000000065;", "A" },
    { "&", NULL },
    { "&;", NULL },
    { "&amp", NULL },
    { "&AMP;", NULL },
    { "&nbsp;", NULL },
    { "&#;", NULL },
    { "&#x;", NULL },
    { "&#xg;", NULL },
    { "&#a;", NULL },
    { "&#-1;", NULL },
    { "&#0;", NULL },
    { "&#xd800;", NULL },
    { "&#xdfff;", NULL },
    { "&#x110000;", NULL },
    { "&#99999999999999999999;", NULL },
    { "a<b/>", NULL }
};


int
main(void)
{
    test_plain();
    test_elements();
    test_texts();

    return done();
}


static void
test_plain(void)
{
    static unsigned char  text[JWTI_AWS_XML_MAX + 1];

    jwti_str_t  xml;

    ok(jwti_aws_xml_is_plain(jwti_str("<?xml version=\"1.0\"?>\n<a/>")),
       "a document");
    ok(!jwti_aws_xml_is_plain(jwti_str("")), "nothing");
    ok(!jwti_aws_xml_is_plain(jwti_str("{}")), "JSON");
    ok(!jwti_aws_xml_is_plain(jwti_str("<!DOCTYPE a><a/>")), "a DOCTYPE");
    ok(!jwti_aws_xml_is_plain(jwti_str("<a><!-- <Code>x</Code> --></a>")),
       "a comment");
    ok(!jwti_aws_xml_is_plain(jwti_str("<a><![CDATA[<Code>]]></a>")),
       "CDATA");
    ok(!jwti_aws_xml_is_plain(jwti_str("<a><!")), "half of one");

    memset(text, '<', sizeof(text));
    xml.data = text;
    xml.len = JWTI_AWS_XML_MAX;
    ok(jwti_aws_xml_is_plain(xml), "the longest document");

    xml.len++;
    ok(!jwti_aws_xml_is_plain(xml), "a longer one");
}


static void
test_elements(void)
{
    size_t             i;
    jwti_rc_t          rc;
    jwti_str_t         content;
    const test_xml_t  *test;

    for (i = 0; i < sizeof(test_element_table) / sizeof(test_xml_t); i++) {
        test = &test_element_table[i];
        rc = jwti_aws_xml_element(tap_str(test->text), "Code", &content);

        if (test->want == NULL) {
            is_int(rc, JWTI_NOT_FOUND, "no element");

        } else if (is_int(rc, JWTI_OK, "an element")) {
            is_str(content, test->want, "its content");
        }
    }
}


static void
test_texts(void)
{
    size_t             i;
    jwti_rc_t          rc;
    jwti_buf_t         buf;
    unsigned char      memory[64];
    const test_xml_t  *test;

    for (i = 0; i < sizeof(test_text_table) / sizeof(test_xml_t); i++) {
        test = &test_text_table[i];

        jwti_buf_init(&buf, memory, sizeof(memory));
        rc = jwti_aws_xml_text(&buf, tap_str(test->text));

        if (test->want == NULL) {
            is_int(rc, JWTI_INVALID, test->text);

        } else if (is_int(rc, JWTI_OK, test->text)) {
            is_str(jwti_buf_written(&buf), test->want, "its text");
        }
    }

    jwti_buf_init(&buf, memory, 2);
    is_int(jwti_aws_xml_text(&buf, jwti_str("a&lt;")), JWTI_OK, "what fits");

    jwti_buf_init(&buf, memory, 2);
    is_int(jwti_aws_xml_text(&buf, jwti_str("a&lt;b")), JWTI_NO_SPACE,
           "what does not");
}
