
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_status.c: texts of any bytes, in every place of a status: jansson reads
 * the JSON and finds the texts in it, and the structure of the page and of the
 * metrics is that of harmless texts.
 */


#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "jwti_json.h"
#include "status.h"
#include "status_check.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fuzz_check(int condition);
static jwti_str_t fuzz_take(jwti_str_t *rest, size_t len);
static void fuzz_json(const jwti_status_t *status);
static void fuzz_text(json_t *object, const char *name, jwti_str_t text);
static int fuzz_has_controls(jwti_str_t text);
static void fuzz_same(jwti_status_format_e format, const jwti_status_t *status,
    const jwti_status_t *harmless);
static void fuzz_harmless(jwti_str_t *text);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char                   alg[8], harmless_alg[] = "RS512";
    size_t                 part;
    jwti_str_t             rest, text;
    jwti_status_t          status, harmless;
    jwti_status_service_t  services[STATUS_SERVICES], others[STATUS_SERVICES];

    if (size < JWTI_KID_LEN + sizeof(alg) + 1) {
        return 0;
    }

    rest.data = data;
    rest.len = size;

    status_example(&status, services);
    status.nservices = 3;
    status.operable = 1;

    text = fuzz_take(&rest, JWTI_KID_LEN);
    memcpy(services[0].keys[0].kid, text.data, JWTI_KID_LEN);
    memcpy(services[1].keys[1].kid, text.data, JWTI_KID_LEN);

    text = fuzz_take(&rest, sizeof(alg));
    memcpy(alg, text.data, sizeof(alg));
    alg[sizeof(alg) - 1] = '\0';
    services[0].keys[0].alg = alg;
    status.server = alg;
    status.version = alg;

    part = fuzz_take(&rest, 1).data[0];
    services[0].name = fuzz_take(&rest, part);
    services[0].environment = fuzz_take(&rest, part / 2);
    services[1].source = fuzz_take(&rest, part / 2);
    services[0].error = rest;
    services[2].error = rest;

    fuzz_json(&status);

    harmless = status;
    memcpy(others, services, sizeof(services));
    harmless.services = others;
    harmless.version = harmless_alg;
    harmless.server = harmless_alg;
    memcpy(others[0].keys[0].kid, STATUS_KID_1, JWTI_KID_LEN);
    memcpy(others[1].keys[1].kid, STATUS_KID_1, JWTI_KID_LEN);
    others[0].keys[0].alg = harmless_alg;
    fuzz_harmless(&others[0].name);
    fuzz_harmless(&others[0].environment);
    fuzz_harmless(&others[1].source);
    fuzz_harmless(&others[0].error);
    fuzz_harmless(&others[2].error);

    fuzz_same(JWTI_STATUS_HTML, &status, &harmless);
    fuzz_same(JWTI_STATUS_PROMETHEUS, &status, &harmless);

    return 0;
}


static void
fuzz_check(int condition)
{
    if (!condition) {
        abort();
    }
}


static jwti_str_t
fuzz_take(jwti_str_t *rest, size_t len)
{
    jwti_str_t  text;

    text.data = rest->data;
    text.len = (len < rest->len) ? len : rest->len;
    rest->data += text.len;
    rest->len -= text.len;

    return text;
}


static void
fuzz_json(const jwti_status_t *status)
{
    json_t             *root, *service;
    status_document_t   document;

    document = status_write(JWTI_STATUS_JSON, status);
    root = json_loadb((const char *) document.data, document.len,
                      JSON_REJECT_DUPLICATES, NULL);
    service = json_array_get(json_object_get(root, "services"), 0);
    fuzz_check(json_object_size(service) == 9);

    fuzz_text(service, "name", status->services[0].name);
    fuzz_text(service, "environment", status->services[0].environment);

    if (status->services[0].error.len != 0) {
        fuzz_text(json_object_get(service, "fetch"), "error",
                  status->services[0].error);
    }

    json_decref(root);
    free(document.data);
}


/* what is text comes out as it was */

static void
fuzz_text(json_t *object, const char *name, jwti_str_t text)
{
    json_t  *value;

    value = json_object_get(object, name);
    fuzz_check(json_is_string(value));

    if (jwti_json_is_text(text) && !fuzz_has_controls(text)) {
        fuzz_check(json_string_length(value) == text.len);
        fuzz_check(text.len == 0
                   || memcmp(json_string_value(value), text.data, text.len)
                      == 0);
    }
}


static int
fuzz_has_controls(jwti_str_t text)
{
    size_t  i;

    for (i = 0; i + 1 < text.len; i++) {
        if (text.data[i] == 0xc2 && text.data[i + 1] < 0xa0) {
            return 1;
        }
    }

    return 0;
}


static void
fuzz_same(jwti_status_format_e format, const jwti_status_t *status,
    const jwti_status_t *harmless)
{
    uint64_t            one, two;
    status_document_t   document, other;

    document = status_write(format, status);
    other = status_write(format, harmless);

    if (format == JWTI_STATUS_HTML) {
        one = check_html(document.data, document.len);
        two = check_html(other.data, other.len);

    } else {
        one = check_metrics(document.data, document.len);
        two = check_metrics(other.data, other.len);
    }

    fuzz_check(one != 0 && one == two);

    free(document.data);
    free(other.data);
}


static void
fuzz_harmless(jwti_str_t *text)
{
    if (text->len != 0) {
        *text = jwti_str("harmless");
    }
}
