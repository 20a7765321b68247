#!/usr/bin/python3
"""sign.py KEY.pem ALGORITHM [kid=KID] [NAME=VALUE...]: a token made by PyJWT.

sign.py --jwks KEY.pem ALGORITHM [kid=KID]: the JWKS with that key.

For tests of the tests, and of peers that the module did not make.
"""

import json
import sys
import time

import jwt
from jwt.algorithms import get_default_algorithms
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def main():
    args = sys.argv[1:]
    as_jwks = args[0] == "--jwks"
    if as_jwks:
        args = args[1:]
    with open(args[0], "rb") as file:
        key = load_pem_private_key(file.read(), None)
    given = dict(arg.split("=", 1) for arg in args[2:])
    kid = given.pop("kid", None)
    if as_jwks:
        algorithm = get_default_algorithms()[args[1]]
        member = json.loads(algorithm.to_jwk(key.public_key()))
        member.pop("key_ops", None)
        member.update({"use": "sig", "alg": args[1]})
        if kid:
            member["kid"] = kid
        print(json.dumps({"keys": [member]}, separators=(",", ":")))
        return
    now = int(time.time())
    claims = {"iat": now, "exp": now + 600}
    claims.update(given)
    print(jwt.encode(claims, key, algorithm=args[1],
                     headers={"kid": kid} if kid else None))


main()
