#!/usr/bin/python3
"""peer.py: PyJWT's judgement of many tokens in one process.

Reads lines of JSON {"token": ..., "jwks": a key set, or the URL where it is};
answers each with one line of JSON: {"good": true, "header": {...}, "claims":
{...}} or {"good": false, "why": ...}.
"""

import json
import sys
import urllib.request

import jwt

ALGORITHMS = [family + bits for family in ("RS", "PS", "ES")
              for bits in ("256", "384", "512")] + ["EdDSA"]
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def read_jwks(url):
    # a proxy of the environment has nothing to do with a local server
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        return json.load(answer)


def judge(token, keys):
    header = jwt.get_unverified_header(token)
    if isinstance(keys, str):
        keys = read_jwks(keys)
    if any(not PRIVATE.isdisjoint(key) for key in keys["keys"]):
        raise ValueError("the JWKS has a private member")
    found = [key for key in keys["keys"] if key["kid"] == header["kid"]]
    if len(found) != 1:
        raise ValueError("%d keys of the JWKS fit" % len(found))
    if found[0]["alg"] != header["alg"]:
        raise ValueError("the key is for another algorithm")
    key = jwt.PyJWK(found[0], algorithm=header["alg"]).key
    claims = jwt.decode(token, key, algorithms=ALGORITHMS,
                        options={"verify_aud": False})
    return {"good": True, "header": header, "claims": claims}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = judge(question["token"], question["jwks"])
        except (jwt.PyJWTError, ValueError, KeyError, OSError) as error:
            answer = {"good": False,
                      "why": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
