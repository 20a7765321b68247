#!/usr/bin/python3
"""peer.py: verify.py's judgement for many tokens in one process.

Reads lines of JSON {"token": ..., "jwks": a key set or where it is read, and
what verify.py takes as name=value}; answers each with one line of JSON:
{"good": true, "header": {...}, "claims": {...}} or {"good": false, "why": ...}.
"""

import json
import sys

import jwt

import verify


def judge(question):
    token = question.pop("token")
    keys = question.pop("jwks")
    try:
        if isinstance(keys, str):
            keys = verify.read_jwks(keys)
        header = jwt.get_unverified_header(token)
        key = verify.find_key(keys, header, False)
        claims = jwt.decode(
            token, key, algorithms=verify.ALGORITHMS,
            audience=question.get("audience"),
            options={"verify_aud": "audience" in question})
    except (jwt.PyJWTError, ValueError, KeyError, OSError) as error:
        return {"good": False, "why": "%s: %s" % (type(error).__name__, error)}
    return {"good": True, "header": header, "claims": claims}


def main():
    for line in sys.stdin:
        print(json.dumps(judge(json.loads(line))), flush=True)


main()
