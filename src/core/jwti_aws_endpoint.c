
/*
 * Copyright (C) nginx-jwt-issuer authors
 *
 * jwti_aws_endpoint.c: services, partitions, endpoints, ARNs.  The table of
 * partitions is that of botocore 1.43.11's rule sets.  Called while the
 * configuration is read and before requests are written.
 */


#include <string.h>

#include "jwti_aws_endpoint.h"
#include "jwti_buf.h"


#define JWTI_AWS_ENDPOINT_PORT_MAX   65535
#define JWTI_AWS_ENDPOINT_HTTP_PORT  80
#define JWTI_AWS_ENDPOINT_TLS_PORT   443


typedef struct {
    const char  *name;              /* signing name and start of the host */
    const char  *env;
} jwti_aws_endpoint_service_t;

typedef struct {
    jwti_str_t   prefix;            /* of the partition's regions */
    const char  *suffix;
    const char  *dualstack;

    /* where the formula is not what the services have */
    unsigned     plain_secrets:1;   /* dual-stack is on the plain host */
    unsigned     plain_secrets_fips:1;      /* also for FIPS */
    unsigned     plain_fips:1;      /* FIPS of SSM and STS is the plain host */
} jwti_aws_endpoint_partition_t;


static const jwti_aws_endpoint_partition_t *jwti_aws_endpoint_partition(
    jwti_str_t region);
static int jwti_aws_endpoint_host(jwti_str_t host);
static int jwti_aws_endpoint_port(jwti_str_t text, unsigned *port);
static jwti_rc_t jwti_aws_endpoint_write(jwti_aws_endpoint_t *endpoint,
    int tls, jwti_str_t host, unsigned port);
static int jwti_aws_endpoint_starts(jwti_str_t text, jwti_str_t prefix);
static jwti_str_t jwti_aws_endpoint_rest(jwti_str_t text, size_t skip);
static size_t jwti_aws_endpoint_find(jwti_str_t text, unsigned char ch);


static const jwti_aws_endpoint_service_t  jwti_aws_endpoint_services[] = {
    { "secretsmanager", "SECRETS_MANAGER" },
    { "ecs", "ECS" },
    { "ssm", "SSM" },
    { "sts", "STS" }
};


/* "aws" is last: what has no prefix of its own is taken for one of its own */

static const jwti_aws_endpoint_partition_t  jwti_aws_endpoint_table[] = {
    { jwti_str("cn-"), "amazonaws.com.cn", "api.amazonwebservices.com.cn",
      1, 0, 0 },
    { jwti_str("us-gov-"), "amazonaws.com", "api.aws", 1, 1, 1 },
    { jwti_str("eusc-"), "amazonaws.eu", "api.amazonwebservices.eu", 0, 0, 0 },
    { jwti_str("us-iso-"), "c2s.ic.gov", "api.aws.ic.gov", 0, 0, 0 },
    { jwti_str("us-isob-"), "sc2s.sgov.gov", "api.aws.scloud", 0, 0, 0 },
    { jwti_str("eu-isoe-"), "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk",
      0, 0, 0 },
    { jwti_str("us-isof-"), "csp.hci.ic.gov", "api.aws.hci.ic.gov", 0, 0, 0 },
    { jwti_str(""), "amazonaws.com", "api.aws", 1, 1, 0 }
};


const char *
jwti_aws_service_name(jwti_aws_service_e service)
{
    return jwti_aws_endpoint_services[service].name;
}


const char *
jwti_aws_service_env(jwti_aws_service_e service)
{
    return jwti_aws_endpoint_services[service].env;
}


int
jwti_aws_region_valid(jwti_str_t text)
{
    size_t         i;
    unsigned char  ch;

    if (text.len == 0 || text.len > JWTI_AWS_REGION_MAX
        || text.data[0] == '-' || text.data[text.len - 1] == '-')
    {
        return 0;
    }

    for (i = 0; i < text.len; i++) {
        ch = text.data[i];

        if ((ch < 'a' || ch > 'z') && (ch < '0' || ch > '9') && ch != '-') {
            return 0;
        }
    }

    return 1;
}


jwti_rc_t
jwti_aws_endpoint_default(jwti_aws_endpoint_t *endpoint,
    jwti_aws_service_e service, jwti_str_t region, int fips, int dualstack)
{
    jwti_buf_t                            buf;
    unsigned char                         host[JWTI_AWS_ENDPOINT_MAX];
    const jwti_aws_endpoint_partition_t  *partition;

    if (!jwti_aws_region_valid(region)) {
        return JWTI_INVALID;
    }

    partition = jwti_aws_endpoint_partition(region);

    if (fips && !dualstack && partition->plain_fips
        && (service == JWTI_AWS_SSM || service == JWTI_AWS_STS))
    {
        fips = 0;
    }

    if (service == JWTI_AWS_SECRETSMANAGER
        && (fips ? partition->plain_secrets_fips : partition->plain_secrets))
    {
        dualstack = 0;
    }

    jwti_buf_init(&buf, host, sizeof(host));
    jwti_buf_text(&buf, jwti_aws_service_name(service));
    jwti_buf_text(&buf, fips ? "-fips." : ".");
    jwti_buf_str(&buf, region);
    jwti_buf_byte(&buf, '.');
    jwti_buf_text(&buf, dualstack ? partition->dualstack : partition->suffix);

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        return JWTI_INVALID;
    }

    return jwti_aws_endpoint_write(endpoint, 1, jwti_buf_written(&buf),
                                   JWTI_AWS_ENDPOINT_TLS_PORT);
}


jwti_rc_t
jwti_aws_endpoint_parse(jwti_aws_endpoint_t *endpoint, jwti_str_t url,
    const char **err)
{
    int         tls;
    size_t      len;
    unsigned    port;
    jwti_str_t  host;

    tls = jwti_aws_endpoint_starts(url, jwti_str("https://"));

    if (!tls && !jwti_aws_endpoint_starts(url, jwti_str("http://"))) {
        *err = "the endpoint does not begin with https:// or http://";
        return JWTI_INVALID;
    }

    host = jwti_aws_endpoint_rest(url, tls ? 8 : 7);

    if (host.len != 0 && host.data[host.len - 1] == '/') {
        host.len--;
    }

    if (jwti_aws_endpoint_find(host, '@') != host.len) {
        *err = "the endpoint has a user name";
        return JWTI_INVALID;
    }

    if (jwti_aws_endpoint_find(host, '/') != host.len
        || jwti_aws_endpoint_find(host, '?') != host.len
        || jwti_aws_endpoint_find(host, '#') != host.len)
    {
        *err = "the endpoint has a path or a query";
        return JWTI_INVALID;
    }

    /* colons within brackets belong to an IPv6 address */

    len = 0;

    if (host.len != 0 && host.data[0] == '[') {
        len = jwti_aws_endpoint_find(host, ']');
    }

    len += jwti_aws_endpoint_find(jwti_aws_endpoint_rest(host, len), ':');
    port = tls ? JWTI_AWS_ENDPOINT_TLS_PORT : JWTI_AWS_ENDPOINT_HTTP_PORT;

    if (len != host.len
        && !jwti_aws_endpoint_port(jwti_aws_endpoint_rest(host, len + 1),
                                   &port))
    {
        *err = "the endpoint has no valid port";
        return JWTI_INVALID;
    }

    host.len = len;

    if (!jwti_aws_endpoint_host(host)) {
        *err = "the endpoint has no valid host";
        return JWTI_INVALID;
    }

    if (jwti_aws_endpoint_write(endpoint, tls, host, port) != JWTI_OK) {
        *err = "the endpoint is too long";
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


jwti_rc_t
jwti_aws_arn_parse(jwti_aws_arn_t *arn, jwti_str_t text)
{
    size_t       i, len;
    jwti_str_t  *parts[4];

    if (!jwti_aws_endpoint_starts(text, jwti_str("arn:"))) {
        return JWTI_NOT_FOUND;
    }

    if (text.len > JWTI_AWS_ID_MAX) {
        return JWTI_INVALID;
    }

    for (i = 0; i < text.len; i++) {

        if (text.data[i] < 0x20 || text.data[i] > 0x7e) {
            return JWTI_INVALID;
        }
    }

    parts[0] = &arn->partition;
    parts[1] = &arn->service;
    parts[2] = &arn->region;
    parts[3] = &arn->account;

    text = jwti_aws_endpoint_rest(text, 4);

    for (i = 0; i < 4; i++) {
        len = jwti_aws_endpoint_find(text, ':');

        if (len == text.len) {
            return JWTI_INVALID;
        }

        parts[i]->data = text.data;
        parts[i]->len = len;
        text = jwti_aws_endpoint_rest(text, len + 1);
    }

    arn->resource = text;

    if (arn->partition.len == 0 || arn->service.len == 0 || text.len == 0
        || (arn->region.len != 0 && !jwti_aws_region_valid(arn->region)))
    {
        return JWTI_INVALID;
    }

    return JWTI_OK;
}


jwti_rc_t
jwti_aws_arn_region(char region[JWTI_AWS_REGION_MAX + 1], jwti_str_t id)
{
    jwti_rc_t       rc;
    jwti_aws_arn_t  arn;

    rc = jwti_aws_arn_parse(&arn, id);

    if (rc != JWTI_OK) {
        return rc;
    }

    if (arn.region.len == 0) {
        return JWTI_NOT_FOUND;
    }

    memcpy(region, arn.region.data, arn.region.len);
    region[arn.region.len] = '\0';

    return JWTI_OK;
}


static const jwti_aws_endpoint_partition_t *
jwti_aws_endpoint_partition(jwti_str_t region)
{
    const jwti_aws_endpoint_partition_t  *partition;

    partition = jwti_aws_endpoint_table;

    while (!jwti_aws_endpoint_starts(region, partition->prefix)) {
        partition++;
    }

    return partition;
}


/* characters only: whether the name exists is for the resolver to say */

static int
jwti_aws_endpoint_host(jwti_str_t host)
{
    int            address;
    size_t         i, end;
    unsigned char  ch;

    address = (host.len > 2 && host.data[0] == '['
               && host.data[host.len - 1] == ']');

    i = address ? 1 : 0;
    end = address ? host.len - 1 : host.len;

    if (end == 0) {
        return 0;
    }

    if (!address && (host.data[0] == '.' || host.data[0] == '-')) {
        return 0;
    }

    for ( /* void */ ; i < end; i++) {
        ch = host.data[i];

        if (ch >= '0' && ch <= '9') {
            continue;
        }

        if (address) {
            if ((ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F')
                || ch == ':' || ch == '.')
            {
                continue;
            }

            return 0;
        }

        if ((ch < 'a' || ch > 'z') && (ch < 'A' || ch > 'Z') && ch != '.'
            && ch != '-' && ch != '_')
        {
            return 0;
        }
    }

    return 1;
}


static int
jwti_aws_endpoint_port(jwti_str_t text, unsigned *port)
{
    size_t  i;

    *port = 0;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] < '0' || text.data[i] > '9') {
            return 0;
        }

        *port = *port * 10 + (text.data[i] - '0');

        if (*port > JWTI_AWS_ENDPOINT_PORT_MAX) {
            return 0;
        }
    }

    return *port != 0;
}


static jwti_rc_t
jwti_aws_endpoint_write(jwti_aws_endpoint_t *endpoint, int tls,
    jwti_str_t host, unsigned port)
{
    jwti_buf_t  buf;

    /* a client leaves a default port out of Host, and Host is signed */

    jwti_buf_init(&buf, endpoint->host, sizeof(endpoint->host));
    jwti_buf_str(&buf, host);

    if (port != (tls ? JWTI_AWS_ENDPOINT_TLS_PORT
                     : JWTI_AWS_ENDPOINT_HTTP_PORT))
    {
        jwti_buf_byte(&buf, ':');
        jwti_buf_int(&buf, port);
    }

    jwti_buf_byte(&buf, '\0');

    if (jwti_buf_ok(&buf) != JWTI_OK) {
        return JWTI_INVALID;
    }

    jwti_buf_init(&buf, endpoint->url, sizeof(endpoint->url));
    jwti_buf_text(&buf, tls ? "https://" : "http://");
    jwti_buf_text(&buf, endpoint->host);
    jwti_buf_text(&buf, "/");
    jwti_buf_byte(&buf, '\0');

    return (jwti_buf_ok(&buf) == JWTI_OK) ? JWTI_OK : JWTI_INVALID;
}


static int
jwti_aws_endpoint_starts(jwti_str_t text, jwti_str_t prefix)
{
    return text.len >= prefix.len
           && (prefix.len == 0
               || memcmp(text.data, prefix.data, prefix.len) == 0);
}


/* skip is at most the text's length */

static jwti_str_t
jwti_aws_endpoint_rest(jwti_str_t text, size_t skip)
{
    if (skip != 0) {
        text.data += skip;
        text.len -= skip;
    }

    return text;
}


/* the place of ch, or the text's length */

static size_t
jwti_aws_endpoint_find(jwti_str_t text, unsigned char ch)
{
    size_t  i;

    i = 0;

    while (i < text.len && text.data[i] != ch) {
        i++;
    }

    return i;
}
