#!/usr/bin/python3
"""oauth_clients.py < REQUESTS

Asks token endpoints as stock OAuth2 clients do, with nothing of ours but their
own configuration.  A request is a JSON object on a line; for each there is a
line with what the client made of the answer, or {"error": …} as it raised it.

url; client: oauthlib (requests-oauthlib) or authlib; auth: basic, post or none;
id, secret, scope, ca (a file; TLS); body: further parameters of the form.
"""

import json
import os
import sys

# over plain HTTP they refuse to work without these
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as Authlib
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session


def oauthlib(request):
    client = BackendApplicationClient(client_id=request["id"],
                                      scope=request.get("scope"))
    session = OAuth2Session(client=client)
    # a proxy of the environment has nothing to do with a local server
    session.trust_env = False
    options = {"verify": request.get("ca", True)}
    if request["auth"] == "basic":
        options["auth"] = HTTPBasicAuth(request["id"], request["secret"])
    elif request["auth"] == "post":
        options.update(client_secret=request["secret"], include_client_id=True)
    else:
        options["include_client_id"] = True
    return session.fetch_token(request["url"], **options,
                               **request.get("body", {}))


def authlib(request):
    method = {"none": "none"}.get(request["auth"],
                                  "client_secret_" + request["auth"])
    session = Authlib(request["id"], request.get("secret"),
                      scope=request.get("scope"),
                      token_endpoint_auth_method=method)
    session.trust_env = False
    return session.fetch_token(request["url"], grant_type="client_credentials",
                               verify=request.get("ca", True),
                               **request.get("body", {}))


def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = globals()[request["client"]](request)
        except (OAuth2Error, OAuthError) as error:
            answer = {"error": error.error, "class": type(error).__name__,
                      "description": error.description}
        print(json.dumps(answer), flush=True)


main()
