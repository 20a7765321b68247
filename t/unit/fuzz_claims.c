
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * fuzz_claims.c: whatever the values are, claims that are written parse
 * strictly and say what was asked and nothing else.
 */


#include "fuzz_claims.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* the same input twice: once with room, once perhaps without */

static void
run(const jwti_claims_t *claims, size_t room, int header)
{
    json_t               *object;
    jwti_rc_t             rc;
    jwti_buf_t            buf;
    jwti_str_t            name;
    const char           *err;
    static unsigned char  memory[ROOM];

    jwti_buf_init(&buf, memory, room);

    if (header) {
        rc = jwti_claims_write_header(&buf, claims,
                                      jwti_alg_find(jwti_str("ES256")),
                                      jwti_str("a-kid"), &name, &err);
    } else {
        rc = jwti_claims_write(&buf, claims, NOW, random_bytes, &name, &err);
    }

    if (rc != JWTI_OK) {
        must(rc == JWTI_INVALID && err != NULL && name.data != NULL);
        return;
    }

    must(err == NULL);

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        must(room < sizeof(memory));
        return;
    }

    object = json_loadb((const char *) memory, jwti_buf_len(&buf),
                        JSON_REJECT_DUPLICATES, NULL);
    must(object != NULL);

    if (header) {
        check_header(object, claims, jwti_str("ES256"), jwti_str("a-kid"));

    } else {
        check_claims(object, claims);
    }

    json_decref(object);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t    room;
    input_t   input;
    saying_t  saying;

    input.pos = data;
    input.end = data + size;

    room = take_byte(&input);
    take_claims(&input, &saying);

    run(&saying.claims, ROOM, 0);
    run(&saying.claims, ROOM, 1);
    run(&saying.claims, 4 * room, 0);
    run(&saying.claims, room, 1);

    return 0;
}
