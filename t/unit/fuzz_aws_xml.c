
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_aws_xml.c: any bytes as an answer of STS: what is found lies in the
 * answer between the tags of its name, its text has no markup left and is no
 * longer than before, and what was text stays the same.
 */


#include <stdlib.h>
#include <string.h>

#include "jwti_aws_xml.h"
#include "jwti_buf.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static void fuzz_element(jwti_str_t text, const char *name, int depth);
static void fuzz_text(jwti_str_t content);


static const char  *const fuzz_names[] = {
    "Credentials", "AccessKeyId", "SecretAccessKey", "Expiration", "Code"
};

#define FUZZ_NAMES  (sizeof(fuzz_names) / sizeof(fuzz_names[0]))


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t          i;
    jwti_str_t      text;
    unsigned char  *copy;

    /* of this very size, so that a byte behind it is seen */

    copy = malloc(size + (size == 0));
    fuzz_check(copy != NULL);

    if (size != 0) {
        memcpy(copy, data, size);
    }

    text.data = copy;
    text.len = size;

    fuzz_text(text);

    if (jwti_aws_xml_is_plain(text)) {
        fuzz_check(size <= JWTI_AWS_XML_MAX);

        for (i = 0; i < FUZZ_NAMES; i++) {
            fuzz_element(text, fuzz_names[i], 0);
        }
    }

    free(copy);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}


static void
fuzz_element(jwti_str_t text, const char *name, int depth)
{
    size_t      i, len;
    jwti_str_t  content;

    if (jwti_aws_xml_element(text, name, &content) != JWTI_OK) {
        return;
    }

    len = strlen(name);

    fuzz_check(content.data > text.data + len);
    fuzz_check(content.data + content.len < text.data + text.len);
    fuzz_check(content.data[0 - 1] == '>' || content.data[0 - 1] == '/');

    if (content.data[0 - 1] == '>') {
        fuzz_check((size_t) (text.data + text.len - content.data)
                   >= content.len + len + 3);
        fuzz_check(memcmp(content.data + content.len, "</", 2) == 0);
        fuzz_check(memcmp(content.data + content.len + 2, name, len) == 0);
    }

    fuzz_text(content);

    for (i = 0; depth == 0 && i < FUZZ_NAMES; i++) {
        fuzz_element(content, fuzz_names[i], 1);
    }
}


static void
fuzz_text(jwti_str_t content)
{
    jwti_buf_t      buf;
    unsigned char  *memory;

    memory = malloc(content.len + (content.len == 0));
    fuzz_check(memory != NULL);

    jwti_buf_init(&buf, memory, content.len);

    if (jwti_aws_xml_text(&buf, content) == JWTI_OK) {
        fuzz_check(content.len == 0
                   || memchr(content.data, '<', content.len) == NULL);

        if (content.len == 0 || memchr(content.data, '&', content.len) == NULL)
        {
            fuzz_check(jwti_buf_len(&buf) == content.len);
            fuzz_check(content.len == 0
                       || memcmp(memory, content.data, content.len) == 0);
        }

    } else {

        /* there was room enough: no reference is shorter than its character */

        fuzz_check(jwti_buf_ok(&buf) == JWTI_OK);
    }

    free(memory);
}
