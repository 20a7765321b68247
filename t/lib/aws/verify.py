"""verify.py: is this request signed as AWS would demand it?

The arithmetic is botocore's own SigV4Auth, so that neither the module nor we
decide what is right.  The rules around it are stricter than AWS's: what is sent
must be signed and what is signed must have been sent, because a client that
breaks this works by luck.
"""

import calendar
import hmac
import re
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

WINDOW = 300
STAMP = "%Y%m%dT%H%M%SZ"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request,"
    r" ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$")


class Refused(Exception):
    """What the service answers instead of doing the work."""

    def __init__(self, code, message=""):
        super().__init__(code, message)
        self.code = code
        self.message = message


def by_name(headers):
    """Header values by lower-case name; one sent twice shows as two."""
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return values


def parse(headers):
    """The parts of the Authorization header."""
    lines = headers.get("authorization", [])
    if not lines:
        raise Refused("MissingAuthenticationTokenException",
                      "Missing Authentication Token")
    match = len(lines) == 1 and AUTHORIZATION.match(lines[0])
    if not match:
        raise Refused("IncompleteSignatureException",
                      "Authorization header does not have the form of SigV4")
    return match.groups()


def check_names(headers, names, date):
    """Sent and signed must be the same, each once."""
    if names != sorted(names) or not {"host", "x-amz-date"} <= set(names):
        raise Refused("InvalidSignatureException", "SignedHeaders %s" % names)
    for name in headers:
        if name.startswith("x-amz-") and name not in names:
            raise Refused("InvalidSignatureException",
                          "%s was sent and not signed" % name)
    for name in names:
        if name not in headers:
            raise Refused("InvalidSignatureException",
                          "%s was signed and not sent" % name)
    dates = headers["x-amz-date"]
    if len(dates) != 1 or dates[0][:8] != date:
        raise Refused("InvalidSignatureException", "X-Amz-Date %s" % dates)


def check_signature(request, headers, names, credential, scope, signature):
    """botocore signs the same request: the result must be the same."""
    region, service = scope
    url = "%s://%s%s" % (request.scheme, headers["host"][0], request.path)
    again = AWSRequest(method=request.method, url=url, data=request.body)
    for name in names:
        for value in headers[name]:
            again.headers.add_header(name, value)
    again.context["timestamp"] = headers["x-amz-date"][0]
    signer = SigV4Auth(
        Credentials(credential.access_key, credential.secret_key,
                    credential.token), service, region)
    canonical = signer.canonical_request(again)
    right = signer.signature(signer.string_to_sign(again, canonical), again)
    if not hmac.compare_digest(right, signature):
        raise Refused("InvalidSignatureException",
                      "The canonical request should have been\n" + canonical)


def check_time(stamp, now):
    """AWS's words, with its two times: clients read them out of the log."""
    try:
        signed = calendar.timegm(time.strptime(stamp, STAMP))
    except ValueError:
        raise Refused("IncompleteSignatureException",
                      "Date must be in ISO-8601 'basic format'") from None
    words = {"stamp": stamp, "now": show(now)}
    if signed < now - WINDOW:
        raise Refused(
            "InvalidSignatureException", "Signature expired: %(stamp)s is now "
            "earlier than %(then)s (%(now)s - 5 min.)" %
            {**words, "then": show(now - WINDOW)})
    if signed > now + WINDOW:
        raise Refused(
            "InvalidSignatureException", "Signature not yet current: %(stamp)s "
            "is still later than %(then)s (%(now)s + 5 min.)" %
            {**words, "then": show(now + WINDOW)})


def show(seconds):
    """A time as SigV4 writes it."""
    return time.strftime(STAMP, time.gmtime(seconds))


def verify(request, find_credential, now):
    """Returns (credential, region, service) or raises Refused.

    find_credential(access key id) gives an object with access_key, secret_key,
    token and expires, or None.
    """
    headers = by_name(request.headers)
    access_key, date, region, service, signed, signature = parse(headers)
    credential = find_credential(access_key)
    if credential is None:
        raise Refused("UnrecognizedClientException",
                      "The security token included in the request is invalid.")
    names = signed.split(";")
    check_names(headers, names, date)
    tokens = [credential.token] if credential.token else None
    if headers.get("x-amz-security-token") != tokens:
        raise Refused("UnrecognizedClientException",
                      "The security token included in the request is invalid.")
    check_signature(request, headers, names, credential, (region, service),
                    signature)
    check_time(headers["x-amz-date"][0], now)
    if credential.expires is not None and now >= credential.expires:
        raise Refused("ExpiredTokenException",
                      "The security token included in the request is expired")
    return credential, region, service
