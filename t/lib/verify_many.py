#!/usr/bin/python3
"""verify_many.py: verifies tokens one after the other, as verify.py does.

Reads lines [TOKEN, KEYS] of JSON, KEYS the text of a JWKS or of a public key in
PEM, and answers each with one line: ok, or why it is refused.  Says "ready" first and ends with standard input.
"""

import json
import sys

import jwt

import verify


def judge(token, keys):
    """"ok", or why not."""
    try:
        header = jwt.get_unverified_header(token)
        if header["alg"] not in verify.ALGORITHMS:
            return "unknown algorithm " + header["alg"]
        if keys.startswith("-----BEGIN PUBLIC"):
            jwt.decode(token, keys, algorithms=[header["alg"]])
        else:
            jwk = verify.find_key(json.loads(keys), header, False)
            verify.by_pyjwt(token, jwk, header["alg"], {})
    except (jwt.PyJWTError, ValueError, KeyError) as error:
        return "refused: %s: %s" % (type(error).__name__, error)
    return "ok"


def main():
    """Until the end of standard input."""
    print("ready to verify", flush=True)
    for line in sys.stdin:
        print(judge(*json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
