#!/usr/bin/python3
"""discover.py ISSUER [ca=FILE] [strict=rfc8414,openid] < TOKEN

All that a receiver of tokens has is the issuer's URL: this one finds the
metadata at the places of RFC 8414 (section 3) and OpenID Connect Discovery
(section 4), the keys, and verifies the token with PyJWT and jwcrypto.  strict:
authlib's own checks of such a document must pass, too.

Prints "verified by KID"; ends with 1 and one line on stderr otherwise.
"""

import json
import ssl
import sys
import urllib.parse
import urllib.request

import jwt
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from jwcrypto import jwk, jwt as jwcrypto_jwt


def places(issuer):
    parts = urllib.parse.urlsplit(issuer)
    path = parts.path.rstrip("/")
    return (urllib.parse.urlunsplit(parts._replace(
                path="/.well-known/oauth-authorization-server" + path)),
            urllib.parse.urlunsplit(parts._replace(
                path=path + "/.well-known/openid-configuration")))


def check(condition, what):
    if not condition:
        raise ValueError(what)


def discover(issuer, token, ca=None, strict=""):
    context = ssl.create_default_context(cafile=ca)
    # a proxy of the environment has nothing to do with a local server
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context))

    def fetch(url):
        with opener.open(url, timeout=5) as answer:
            check(answer.headers.get_content_type() == "application/json",
                  "%s is no JSON" % url)
            return json.load(answer)

    documents = [fetch(url) for url in places(issuer)]
    document = documents[0]
    check(documents[1] == document, "the two documents differ")
    check(document["issuer"] == issuer, "the document is another issuer's")
    check([] not in document.values(), "a list is empty")

    if "rfc8414" in strict:
        AuthorizationServerMetadata(document).validate()
    if "openid" in strict:
        # it demands an endpoint that an issuer of client credentials has not
        OpenIDProviderMetadata(document, authorization_endpoint=issuer
                               ).validate()

    jwks = fetch(document["jwks_uri"])
    header = jwt.get_unverified_header(token)
    algorithms = document["id_token_signing_alg_values_supported"]
    check(header["alg"] in algorithms, "the algorithm is not listed")

    found = [key for key in jwks["keys"] if key["kid"] == header["kid"]]
    check(len(found) == 1, "%d keys of the JWKS fit" % len(found))

    claims = jwt.decode(token, jwt.PyJWK(found[0]).key, algorithms,
                        issuer=issuer, options={"verify_aud": False})
    check(claims["iss"] == issuer, "the token is another issuer's")

    jwcrypto_jwt.JWT(jwt=token, algs=algorithms,
                     key=jwk.JWKSet.from_json(json.dumps(jwks)),
                     check_claims={"iss": issuer})

    return "verified by " + header["kid"]


try:
    print(discover(sys.argv[1], sys.stdin.read().strip(),
                   **dict(arg.split("=", 1) for arg in sys.argv[2:])))
except Exception as error:
    sys.exit("%s: %s" % (type(error).__name__, error))
